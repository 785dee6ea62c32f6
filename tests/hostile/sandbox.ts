import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { vi } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { main as makejinja } from '../../src/cli/makejinja.ts';
import { copyTree } from '../support/copy-tree.ts';
import { writeFiles } from '../support/folders.ts';
import { copySample } from '../support/sample.ts';

/** Where one attack has its play: a repository, and around it what no command may read or change. */
export interface Sandbox {
  readonly folder: string;
  /** A cluster that was configured once by its owner, whose keys lie in it; committed to git. */
  readonly repository: string;
  /** What belongs to nobody here: files of the user that an attack would like to read or overwrite. */
  readonly outside: string;
  /** Where an attack that has a program started leaves its trace: `touch CANARY/was-here`. */
  readonly canary: string;
}

/** Texts that stand in files outside of the repository, in its private files and in its secrets: none may come out anywhere. */
export const MARKERS = {
  outside: 'MARKER-of-a-foreign-file',
  private: 'MARKER-of-a-private-file',
  secret: 'MARKER-0123-of-the-token-4567',
  key: 'AGE-SECRET-KEY-1',
} as const;

/** Commands by the names under which the table of attacks speaks of them. */
export const LOOKING = {
  validate: ['validate'],
  plan: ['plan'],
  'plan --verbose': ['plan', '--all', '--verbose'],
  diff: ['diff'],
  explain: ['explain', 'talos/talconfig.yaml'],
  doctor: ['doctor', 'configuration', 'keys', 'secrets', 'repository'],
  'doctor --staged': ['doctor', '--staged'],
  'config show': ['config', 'show'],
  render: ['render', 'talos/talconfig.yaml'],
  'render --output': ['render', '--output', '../rendered'],
  'configure --check': ['configure', '--check'],
  watch: ['watch'],
} as const;

export const WRITING = {
  configure: ['configure'],
  'configure --force': ['configure', '--force'],
  init: ['init'],
  adopt: ['adopt', 'talos/talenv.yaml'],
  'template reset': ['template', 'reset', '--yes'],
  'template tidy': ['template', 'tidy', '--yes'],
  'config migrate': ['config', 'migrate', '--yes'],
  upgrade: ['upgrade', '--from', '../upstream', '--yes'],
  makejinja: ['--input', 'templates/overrides'],
} as const;

export const LOOKS = Object.keys(LOOKING) as (keyof typeof LOOKING)[];
export const WRITES = Object.keys(WRITING) as (keyof typeof WRITING)[];

export type CommandName = keyof typeof LOOKING | keyof typeof WRITING;

/** Commits all that lies in a repository, as somebody who wants it to be cloned. */
export function commit(repository: string, message: string): void {
  git(repository, 'add', '--all');
  git(repository, 'commit', '--quiet', '--allow-empty', '--message', message);
}

function git(folder: string, ...words: string[]): void {
  const identity = ['-c', 'user.name=Owner', '-c', 'user.email=owner@example.com'];
  execFileSync('git', [...identity, ...words], { cwd: folder, stdio: 'pipe' });
}

/** What a version of the tool is told by, with a page that differs in each and steps for the configuration. */
function version(number: string): Record<string, string> {
  return {
    'package.json': JSON.stringify({ name: 'cluster-template', version: number, dependencies: {} }),
    '.cluster-template/template.json': `${JSON.stringify({ version: number })}\n`,
    'docs/guide.md': `This is ${number}.\n`,
    'schemas/migrations.json': readFileSync(join(import.meta.dirname, '../../schemas/migrations.json'), 'utf8'),
  };
}

/** The configuration of the sample with a name that fields had once, and a token that git does not see. */
function oldForm(configuration: string): string {
  return configuration
    .replace(/^cluster_gateway_addr:/m, 'cluster_ingress_addr:')
    .replace(/^cloudflare_token: .*$/m, 'cloudflare_token: {file: cloudflare-token.key}');
}

/** How a command ended. */
export interface Ending {
  readonly code: number;
  /** Both outputs. */
  readonly text: string;
}

/** The sandboxes of a test file: the cluster is configured once, and copied for each. */
export class Sandboxes {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<Sandboxes> {
    const sandboxes = new Sandboxes(await mkdtemp(join(tmpdir(), 'hostile-')));
    const base = sandboxOf(join(sandboxes.#folder, 'base'));
    copySample(base.repository);
    // The rest would only be slow: what an attack tries does not depend on the number of apps.
    for (const part of ['kubernetes', 'bootstrap/helmfile.d'] as const) {
      await rm(join(base.repository, 'templates/config', part), { recursive: true });
      await rm(join(base.repository, part), { recursive: true });
    }
    for (const folder of [base.outside, base.canary, join(base.folder, 'home')])
      await mkdir(folder, { recursive: true });
    await writeFiles(base.repository, {
      '.gitignore':
        '*.key\n/cloudflare-tunnel.json\n/github-push-token.txt\n/.cluster-template/*\n!/.cluster-template/manifest.json\n!/.cluster-template/template.json\n/.private/\n/ignored.txt\n',
      ...version('0.1.0'),
      'cluster.yaml': oldForm(await readFile(join(base.repository, 'cluster.yaml'), 'utf8')),
      'cloudflare-token.key': `${MARKERS.secret}\n`,
      'ignored.txt': `${MARKERS.private}\n`,
      'templates/overrides/talos/greeting.txt.j2': 'hello\n',
    });
    await writeFiles(base.outside, {
      'secret.txt': `${MARKERS.outside}\n`,
      'secret.yaml': `name: ${MARKERS.outside}\ncluster_ingress_addr: 192.0.2.1\n`,
      'folder/secret.j2': `${MARKERS.outside}\n`,
      'checks.json': '{}\n',
    });
    const { code, text } = await run(base, 'configure --force');
    if (code !== 0) throw new Error(`the sandbox cannot be configured:\n${text}`);
    git(base.repository, 'init', '--quiet', '--initial-branch=main', '--template=');
    commit(base.repository, 'configured');
    const upstream = join(base.folder, 'upstream');
    await mkdir(upstream);
    git(upstream, 'init', '--quiet', '--initial-branch=main', '--template=');
    for (const number of ['0.1.0', '0.2.0']) {
      await writeFiles(upstream, version(number));
      commit(upstream, number);
      git(upstream, 'tag', `v${number}`);
    }
    // One pack is copied and compared in place of a hundred objects.
    for (const folder of [base.repository, upstream]) git(folder, 'gc', '--quiet');
    return sandboxes;
  }

  /** A new sandbox, with the files of an attack copied into its repository where it has some. */
  async make(files?: string): Promise<Sandbox> {
    const sandbox = sandboxOf(await mkdtemp(join(this.#folder, 'sandbox-')));
    copyTree(join(this.#folder, 'base'), sandbox.folder);
    if (files !== undefined) await cp(files, sandbox.repository, { recursive: true });
    return sandbox;
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/**
 * Runs a command in this process, as starting one for each would take minutes; what it prints is caught.
 *
 * @throws what the command throws: nobody but a mistake of ours does that
 */
export async function run(sandbox: Sandbox, name: CommandName, ...more: readonly string[]): Promise<Ending> {
  const words: readonly string[] = [...{ ...LOOKING, ...WRITING }[name], ...more];
  let text = '';
  const catching = (chunk: unknown): boolean => {
    text += String(chunk);
    // A watch goes on for ever: it has shown all when it says so.
    if (name === 'watch' && text.includes('Ctrl-C ends')) process.emit('SIGHUP');
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(catching),
  );
  const before = process.cwd();
  for (const variable of ['SOPS_AGE_KEY_FILE', 'SOPS_AGE_KEY', 'FORCE_COLOR', 'CLUSTER_TEMPLATE_TRUST'])
    vi.stubEnv(variable, undefined);
  vi.stubEnv('NO_COLOR', '1');
  vi.stubEnv('HOME', join(sandbox.folder, 'home'));
  vi.stubEnv('XDG_STATE_HOME', join(sandbox.folder, 'home/.local/state'));
  process.chdir(sandbox.repository);
  try {
    const code = await (name === 'makejinja' ? makejinja(words) : main(words));
    return { code, text };
  } finally {
    process.chdir(before);
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
  }
}

/** What lies in a folder, by path, links not followed: kind, permission bits and a hash of the content. */
export function snapshot(folder: string, isLeftOut: (path: string) => boolean = () => false): Snapshot {
  const found: Record<string, string> = {};
  const visit = (path: string): void => {
    const name = relative(folder, path);
    if (isLeftOut(name)) return;
    const entry = lstatSync(path);
    const kind = entry.isSymbolicLink() ? 'link' : entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : 'other';
    const content = kind === 'link' ? readlinkSync(path) : kind === 'file' ? hash(readFileSync(path)) : '';
    found[name] = `${kind} ${(entry.mode & 0o7777).toString(8)} ${content}`;
    if (kind !== 'folder') return;
    // What is no UTF-8 cannot be asked for by this name.
    const names = readdirSync(path).filter((child) => !child.includes('\uFFFD'));
    for (const child of names) visit(join(path, child));
  };
  visit(folder);
  return found;
}

export type Snapshot = Readonly<Record<string, string>>;

/** Paths of files that were made or changed between two snapshots. */
export function changedFiles(before: Snapshot, after: Snapshot): string[] {
  return Object.keys(after).filter((path) => after[path] !== before[path] && after[path]?.startsWith('file') === true);
}

function sandboxOf(folder: string): Sandbox {
  const [repository, outside, canary] = ['repository', 'outside', 'canary'].map((name) => join(folder, name));
  return { folder, repository: repository ?? '', outside: outside ?? '', canary: canary ?? '' };
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
