// Packs the tool: `npm run package -- [--pack-destination FOLDER]`; options go to npm.
// The bundle holds the packages that it is made from, so whoever installs the tarball needs none of them: its package.json asks for
// those alone that are not bundled, and names the types that were made of src/, which the package does not hold. It is written into a
// copy, so that this one is as it was, whatever happens meanwhile.
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { INSTALLED } from './bundle.mjs';
import { declarationsOf, TYPES_FOLDER } from './declarations.mjs';
import { supersededChunks } from './dist-folder.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

// `npm pack` itself, by its script `prepack`.
if (process.argv.includes('--refuse')) {
  console.error('npm pack would ask for packages that are in the bundle: run `npm run package` instead');
  process.exit(1);
}

const folder = await mkdtemp(join(tmpdir(), 'cluster-template-pack-'));
try {
  await stage(folder);
  const [destination, options] = takeDestination(process.argv.slice(2));
  process.stdout.write(await npm(['pack', ...options, '--pack-destination', destination], folder));
} catch (error) {
  console.error(error.stderr || error.message);
  // As a shell says it: npm is not there.
  process.exitCode = error.code === 'ENOENT' && error.path === 'npm' ? 127 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Copies what npm would take, but for chunks that the bundle does without, and adds the types of the libraries. */
async function stage(target) {
  const [{ files }] = JSON.parse(await npm(['pack', '--dry-run', '--json', '--ignore-scripts'], root));
  const superseded = new Set((await supersededChunks(join(root, 'dist'))).map((name) => `dist/${name}`));
  for (const { path } of files.filter((file) => !superseded.has(file.path))) {
    await mkdir(dirname(join(target, path)), { recursive: true });
    await copyFile(join(root, path), join(target, path));
  }
  await mkdir(join(target, TYPES_FOLDER));
  for (const [name, text] of Object.entries(await declarationsOf(root)))
    await writeFile(join(target, TYPES_FOLDER, name), text);
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  await writeFile(join(target, 'package.json'), `${JSON.stringify(packedManifest(manifest), undefined, 2)}\n`);
}

function packedManifest(manifest) {
  const packed = { ...manifest, dependencies: {}, files: [...manifest.files, TYPES_FOLDER] };
  for (const name of INSTALLED) packed.dependencies[name] = manifest.dependencies[name];
  packed.exports = Object.fromEntries(
    Object.entries(manifest.exports).map(([name, entry]) => [name, { ...entry, types: typesOf(name) }]),
  );
  delete packed.devDependencies;
  delete packed.scripts;
  return packed;
}

function typesOf(library) {
  return `./${TYPES_FOLDER}/${library.slice('./'.length)}.d.ts`;
}

/** The folder for the tarball, which is relative to where npm was started, and all other options. */
function takeDestination(words) {
  const at = words.indexOf('--pack-destination');
  const start = process.env.INIT_CWD ?? process.cwd();
  if (at === -1) return [start, words];
  return [resolve(start, words[at + 1] ?? ''), words.toSpliced(at, 2)];
}

async function npm(words, cwd) {
  // What npm tells its scripts is about another folder.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  const options = { cwd, env, maxBuffer: 2 ** 26, shell: process.platform === 'win32' };
  return (await promisify(execFile)('npm', words, options)).stdout;
}
