import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { encryptCompanion } from '../../src/cluster/config/companion.ts';
import { readAgeKey } from '../../src/cluster/credentials/read.ts';
import type { SecretText } from '../../src/cluster/config/generated/types.ts';
import { decrypt } from '../../src/sops/decrypt.ts';
import { parseIdentityFile, type AgeIdentity } from '../../src/sops/identities.ts';
import type { CommandResult } from './cluster.ts';
import { copyTree, holdTree, type HeldTree, layTree } from './copy-tree.ts';
import { readFiles, temporaryFolder, writeFiles } from './folders.ts';
import { copySample } from './sample.ts';

const project = resolve(import.meta.dirname, '../..');

/** The program that users start. */
export const LAUNCHER = join(project, 'bin/cluster-template.mjs');

/** Secrets of the companion of a small cluster, by field. */
export const COMPANION_SECRETS = {
  cloudflare_token: 'companion-cloudflare-0123-4567',
  cilium_bgp_password: 'companion-bgp-password-89ab-cdef',
} as const;

/** A file of a small cluster in which secrets of the companion stand encrypted. */
const SECRET_TEMPLATE = `---
apiVersion: v1
kind: Secret
metadata:
  name: own
stringData:
  token: '#< cloudflare_token >#'
  password: '#< cilium_bgp_password >#'
`;

/** A repository that its owner configured, and what lies around it. */
export interface SmallCluster {
  readonly folder: string;
  /** Committed to git, with a companion and keys of its own. */
  readonly repository: string;
  /** The template's repository, with one newer version. */
  readonly upstream: string;
  /** Environment of every command: its user's folders lie in `folder`. */
  readonly env: Readonly<Record<string, string>>;
}

let prepared: Promise<HeldTree> | undefined;

/**
 * A small cluster in a new folder that is gone after the test: the sample without its apps, which would only be slow. Secrets stand in
 * bootstrap/, talos/ and a file of its own.
 *
 * @param folder - where it is laid; a temporary folder where it is not given
 */
export async function smallCluster(folder?: string): Promise<SmallCluster> {
  prepared ??= prepare().then(holdTree);
  const to = folder ?? (await temporaryFolder());
  layTree(await prepared, to);
  return clusterIn(to);
}

function clusterIn(folder: string): SmallCluster {
  const { SOPS_AGE_KEY_FILE: _file, SOPS_AGE_KEY: _key, FORCE_COLOR: _colour, ...inherited } = process.env;
  return {
    folder,
    repository: join(folder, 'repository'),
    upstream: join(folder, 'upstream'),
    env: {
      ...(inherited as Record<string, string>),
      NO_COLOR: '1',
      HOME: join(folder, 'home'),
      TMPDIR: join(folder, 'tmp'),
      XDG_STATE_HOME: join(folder, 'home/state'),
      CLUSTER_TEMPLATE_CACHE: join(folder, 'home/cache'),
      CLUSTER_TEMPLATE_TRUST: folder,
    },
  };
}

/** Made once for a file of tests: keys and encryption take their time. */
async function prepare(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-template-small-'));
  process.on('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const cluster = clusterIn(folder);
  const { repository, upstream } = cluster;
  copySample(repository);
  for (const part of ['kubernetes', 'bootstrap/helmfile.d']) {
    await rm(join(repository, 'templates/config', part), { recursive: true });
    await rm(join(repository, part), { recursive: true });
  }
  for (const name of ['home', 'tmp']) await mkdir(join(folder, name));
  const sample = ownValues(await readFile(join(repository, 'cluster.yaml'), 'utf8'));
  const bgp = 'cilium_bgp_router_addr: 10.11.12.1\ncilium_bgp_router_asn: 64513\ncilium_bgp_node_asn: 64514\n';
  await writeFiles(repository, {
    '.gitignore': await readFile(join(project, '.gitignore'), 'utf8'),
    'cluster.yaml': `${sample.replace(/^cloudflare_token: .*\n/m, '')}\n${bgp}`,
    'nodes.yaml': ownValues(await readFile(join(repository, 'nodes.yaml'), 'utf8')),
    'templates/overrides/talos/own.sops.yaml.j2': SECRET_TEMPLATE,
    ...(await version('0.1.0')),
  });
  const run = launcher(cluster);
  await expectDone(run(['init', '--yes']));
  const { recipient, identities } = await readAgeKey(repository);
  const secrets = COMPANION_SECRETS as unknown as Readonly<Record<string, SecretText>>;
  const companion = await encryptCompanion({ secrets, recipient, identities, now: new Date() });
  await writeFile(join(repository, 'cluster.sops.yaml'), companion);
  await expectDone(run(['configure', '--force', '--yes']));
  git(repository, 'init', '--quiet', '--initial-branch=main', '--template=');
  commit(repository, 'configured');
  await mkdir(upstream);
  git(upstream, 'init', '--quiet', '--initial-branch=main', '--template=');
  for (const number of ['0.1.0', '0.2.0']) {
    await writeFiles(upstream, await version(number));
    commit(upstream, number);
    git(upstream, 'tag', `v${number}`);
  }
  for (const one of [repository, upstream]) git(one, 'gc', '--quiet');
  return folder;
}

/** The values of somebody in the place of those of the sample. */
function ownValues(text: string): string {
  return text
    .replaceAll('192.0.2.', '10.11.12.')
    .replaceAll('example.com', 'own.internal')
    .replaceAll('example/cluster', 'own/home')
    .replaceAll('00:00:5e:00:53:', '52:54:00:00:53:');
}

/** What a version of the tool is told by, with a page that differs in each. */
async function version(number: string): Promise<Record<string, string>> {
  return {
    'package.json': JSON.stringify({ name: 'cluster-template', version: number, dependencies: {} }),
    '.cluster-template/template.json': `${JSON.stringify({ version: number })}\n`,
    'docs/guide.md': `This is ${number}.\n`,
    'schemas/migrations.json': await readFile(join(project, 'schemas/migrations.json'), 'utf8'),
  };
}

/** Commits all that lies in a repository. */
export function commit(repository: string, message: string): void {
  git(repository, 'add', '--all');
  git(repository, 'commit', '--quiet', '--allow-empty', '--message', message);
}

function git(folder: string, ...words: string[]): void {
  const identity = ['-c', 'user.name=Owner', '-c', 'user.email=owner@example.com'];
  execFileSync('git', [...identity, ...words], { cwd: folder, stdio: 'pipe' });
}

/** Starts commands in the repository of a cluster, each as a process of its own. */
function launcher({ repository, env }: SmallCluster): (words: readonly string[]) => Promise<CommandResult> {
  return (words) => runProcess([process.execPath, LAUNCHER, ...words], { cwd: repository, env });
}

async function expectDone(ended: Promise<CommandResult>): Promise<void> {
  const { code, stdout, stderr } = await ended;
  if (code !== 0) throw new Error(`${stdout}\n${stderr}`);
}

/** Runs a program to its end; a signal that ended it counts as 128. */
export async function runProcess(
  [program = '', ...words]: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<CommandResult> {
  const child = spawn(program, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (data: Buffer) => {
      texts[name] += data.toString();
    });
  }
  return await new Promise((settle, fail) => {
    child.on('error', fail);
    child.on('close', (code) => {
      settle({ code: code ?? 128, ...texts });
    });
  });
}

/**
 * The path of a program that starts the tool from a copy of its bundle, in a folder that is gone after the test: a build that goes on
 * meanwhile must not change what is tested.
 */
export async function privateLauncher(): Promise<string> {
  const folder = await temporaryFolder();
  copyTree(join(project, 'dist'), join(folder, 'dist'));
  await symlink(join(project, 'node_modules'), join(folder, 'node_modules'));
  await symlink(join(project, 'schemas'), join(folder, 'schemas'));
  await writeFiles(folder, {
    'package.json': '{"type":"module"}\n',
    'run.js': "import { main } from './dist/cli.cjs';\nprocess.exitCode = await main(process.argv.slice(2));\n",
  });
  return join(folder, 'run.js');
}

/** What lies in a repository, git's own folder left out: texts by path, encrypted files in plain text. */
export type Tree = Readonly<Record<string, string>>;

/**
 * Reads what lies in a repository, and what is torn in it: generated files that are not those of the inventory, encrypted ones that cannot
 * be decrypted, and what a run should have cleared away.
 */
export async function readTree(repository: string): Promise<{ readonly tree: Tree; readonly torn: readonly string[] }> {
  const all = Object.entries(await readFiles(repository)).filter(([path]) => !path.startsWith('.git/'));
  const files = Object.fromEntries(all);
  const torn = Object.keys(files).filter((path) => LEFTOVER.test(path));
  const identities = parseIdentityFile(files['age.key'] ?? '', 'age.key');
  const tree: Record<string, string> = {};
  for (const [path, text] of Object.entries(files)) {
    if (!path.endsWith('.sops.yaml') || path === '.sops.yaml') tree[path] = text;
    else if (text.includes('ENC['))
      tree[path] = await plainTextOf(path, text, identities).catch(() => (torn.push(path), text));
    else torn.push(path);
  }
  const { [INVENTORY]: manifest, ...others } = tree;
  // Ciphertexts differ from run to run, and so do their hashes.
  const { files: hashes = {}, ...record } = JSON.parse(manifest ?? '{}') as { readonly files?: Record<string, string> };
  for (const [path, hash] of Object.entries(hashes)) {
    const text = files[path] ?? files[`${path}*`];
    if (text === undefined || `sha256:${createHash('sha256').update(text).digest('hex')}` !== hash) torn.push(path);
  }
  return { tree: { ...others, [INVENTORY]: JSON.stringify({ ...record, files: Object.keys(hashes) }) }, torn };
}

const INVENTORY = '.cluster-template/manifest.json';

/** Names that only a run at work has. */
const LEFTOVER = /\.tmp\*?$|^\.cluster-template\/(?!manifest\.json$|template\.json$|upgrade\/)/;

async function plainTextOf(path: string, text: string, identities: readonly AgeIdentity[]): Promise<string> {
  return (await decrypt({ path, text, identities })).text;
}
