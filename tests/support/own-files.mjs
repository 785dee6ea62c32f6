// No test reads what belongs to the user of the checkout: his configuration, layers, keys and generated files may be any. Loaded
// into every worker of vitest, and by NODE_OPTIONS into every process of Node that a test starts; whoever opens one of
// these files, or copies a folder that holds them, gets an error that names it.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const self = fileURLToPath(import.meta.url);
const repository = dirname(dirname(dirname(self)));

/** Paths of the user, relative to the top of a checkout; of a folder everything in it. */
export const OWN_PATHS = [
  'cluster.yaml',
  'cluster.sops.yaml',
  'nodes.yaml',
  'makejinja.toml',
  'templates/overrides',
  'templates/scripts',
  '.cluster-template/cache',
  '.cluster-template/manifest.json',
  'kubernetes',
  'talos',
  'bootstrap',
  '.sops.yaml',
  'AGENTS.md',
  'age.key',
  'github-deploy.key',
  'github-deploy.key.pub',
  'github-push-token.txt',
  'cloudflare-tunnel.json',
  'kubeconfig',
  'talosconfig',
];

function refuse(path) {
  const own = ownPath(path);
  if (own !== undefined) throw new Error(`a test opens ${own}, which belongs to the user of this checkout`);
}

/** The same for what is copied whole. */
function refuseWhole(path) {
  refuse(path);
  const folder = fromTop(path);
  const inside =
    folder === undefined ? undefined : OWN_PATHS.find((own) => folder === '' || own.startsWith(`${folder}/`));
  if (inside !== undefined)
    throw new Error(`a test takes the whole of ${folder}/ with ${inside}, which belongs to the user`);
}

function ownPath(path) {
  const file = fromTop(path);
  return file === undefined ? undefined : OWN_PATHS.find((own) => file === own || file.startsWith(`${own}/`)) && file;
}

/** The path relative to the top of the checkout with forward slashes; undefined where it lies elsewhere. */
function fromTop(path) {
  const text = path instanceof URL ? fileURLToPath(path) : Buffer.isBuffer(path) ? path.toString() : path;
  if (typeof text !== 'string' || liesElsewhere(text)) return undefined;
  const found = relative(repository, resolve(text));
  return found === '..' || found.startsWith(`..${sep}`) ? undefined : found.replaceAll(sep, '/');
}

/** Most paths are of temporary folders, and tests open many: to resolve each takes longer than to open it. */
function liesElsewhere(text) {
  return text.startsWith('/') && !text.startsWith(repository) && !/\/\.{0,2}\//.test(text);
}

function guard(object, name, check) {
  const original = object[name];
  if (typeof original !== 'function') return;
  object[name] = function (path, ...rest) {
    try {
      check(path, ...rest);
    } catch (error) {
      if (object === fs.promises) return Promise.reject(error);
      throw error;
    }
    return original.call(this, path, ...rest);
  };
}

const OPENING = ['open', 'readFile', 'createReadStream', 'copyFile', 'readdir', 'opendir', 'writeFile', 'appendFile'];
const isRecursive = (options) => options?.recursive === true;

function guardAll() {
  for (const name of OPENING) {
    const check = name === 'readdir' ? (path, options) => (isRecursive(options) ? refuseWhole : refuse)(path) : refuse;
    guard(fs, name, check);
    guard(fs, `${name}Sync`, check);
    guard(fs.promises, name, check);
  }
  for (const [object, name] of [
    [fs, 'cp'],
    [fs, 'cpSync'],
    [fs.promises, 'cp'],
  ])
    guard(object, name, refuseWhole);
  syncBuiltinESMExports();
}

// Loaded for every file of tests, of which one process reads many.
const DONE = Symbol.for('cluster-template.own-files');
if (globalThis[DONE] !== true) guardAll();
globalThis[DONE] = true;

if (process.env.NODE_OPTIONS?.includes(self) !== true) {
  process.env.NODE_OPTIONS =
    `${process.env.NODE_OPTIONS ?? ''} --import=${join(dirname(self), 'own-files.mjs')}`.trim();
}
