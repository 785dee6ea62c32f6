import { join } from 'node:path';
import { variablesWithoutSecrets } from '../cluster/config/secrets.ts';
import { failure } from '../report/finding.ts';
import { below, makeFolder, makeTemporaryFolder, removeTree } from '../system/writing.ts';
import { askGit, inherited, inheritedForTransport } from '../system/git.ts';
import { pipeProgram, type PipedResult } from '../system/programs.ts';

/** A file as a tree of git has it. */
export interface TreeEntry {
  readonly path: string;
  /** `100644`, `100755` for an executable one, `120000` for a link, `160000` for a submodule. */
  readonly mode: string;
  /** Name of the object with its content. */
  readonly object: string;
}

/** Files by their paths. */
export type TreeFiles = ReadonlyMap<string, TreeEntry>;

/** The user's repository as git knows it. */
export interface UserRepository {
  /** Absolute path of the cluster's root. */
  readonly root: string;
  /** Path of the root inside of its repository: empty, or with a slash at its end. */
  readonly prefix: string;
  /** Name of the last commit. */
  readonly head: string;
  /** Absolute path of the folder of its objects. */
  readonly objects: string;
  readonly format: string;
}

/** `merge-tree --write-tree` came with this version. */
const OLDEST_GIT = [2, 38] as const;

/** What git computes ends by then; what comes from elsewhere takes as long as the line takes. */
const LOCAL_SECONDS = 900;
const TRANSFER_SECONDS = 3600;

/**
 * Looks at the repository that a cluster's root lies in.
 *
 * @throws Failure of kind `outside` where git is missing or too old, of kind `input` where there is no repository or no commit
 */
export async function openUserRepository(root: string): Promise<UserRepository> {
  await requireGit(root);
  const flags = ['--path-format=absolute', '--git-path', 'objects', '--show-object-format'];
  const { exitCode, stdout } = await askGit(root, ['rev-parse', ...flags]);
  if (exitCode !== 0) {
    throw failure('input', {
      code: 'upgrade/repository',
      message: `${root} is no git repository, so an upgrade could not be looked at and taken back`,
      remedy: 'run `git init`, `git add --all` and `git commit` in it first',
    });
  }
  const [objects = '', format = ''] = stdout.split('\n');
  const [prefix, head] = await Promise.all([
    askGit(root, ['rev-parse', '--show-prefix']),
    askGit(root, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']),
  ]);
  if (head.exitCode === 0) return { root, prefix: prefix.stdout, head: head.stdout, objects, format };
  throw failure('input', {
    code: 'upgrade/repository',
    message: 'nothing is committed yet, so an upgrade could not be looked at and taken back',
    remedy: 'commit first',
  });
}

async function requireGit(root: string): Promise<void> {
  const { exitCode, stdout, missing } = await askGit(root, ['version']);
  if (missing || exitCode !== 0) {
    throw failure('outside', {
      code: 'programs/missing',
      message: 'git is needed to merge a newer version of the template and was not found',
      remedy: 'install git 2.38 or newer',
    });
  }
  const [major = 0, minor = 0] = /(?<!\d)(\d+)\.(\d+)/.exec(stdout)?.slice(1).map(Number) ?? [];
  if (major > OLDEST_GIT[0] || (major === OLDEST_GIT[0] && minor >= OLDEST_GIT[1])) return;
  throw failure('outside', {
    code: 'programs/version',
    message: `git ${String(major)}.${String(minor)} is too old: 2.38 or newer is needed to merge a newer version of the template`,
    remedy: 'install a newer git',
  });
}

/** Settings of a user, or of the machine, that would change what a merge comes to. */
const SETTINGS = {
  'core.attributesFile': '/dev/null',
  'core.quotePath': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'merge.conflictStyle': 'diff3',
  // The user's own files in a folder that the template renames stay where they are.
  'merge.directoryRenames': 'false',
  'merge.renameLimit': '32767',
  'merge.renames': 'true',
} as const;

/** What the commits of a store say of their maker: they are never part of a history. */
const IDENTITY = {
  GIT_AUTHOR_NAME: 'cluster-template',
  GIT_AUTHOR_EMAIL: 'cluster-template@localhost',
  GIT_AUTHOR_DATE: '2000-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'cluster-template',
  GIT_COMMITTER_EMAIL: 'cluster-template@localhost',
  GIT_COMMITTER_DATE: '2000-01-01T00:00:00Z',
} as const;

/**
 * A bare repository for the time of an upgrade. It sees the objects of the user's repository and has a configuration of its own: nothing
 * that the user's names is started, and nothing is left there but what the result needs.
 */
export class GitStore {
  readonly #folder: string;
  readonly #user: UserRepository;
  readonly #signal: AbortSignal;

  private constructor(folder: string, user: UserRepository, signal: AbortSignal) {
    this.#folder = folder;
    this.#user = user;
    this.#signal = signal;
  }

  /** Makes a store in a temporary folder, which `close` removes. */
  static async open(user: UserRepository, signal: AbortSignal): Promise<GitStore> {
    const folder = await makeTemporaryFolder();
    const store = new GitStore(folder, user, signal);
    await store.text(['init', '--quiet', '--bare', `--object-format=${user.format}`, join(folder, 'git')]);
    await makeFolder(below(folder, 'indexes'));
    return store;
  }

  async close(): Promise<void> {
    await removeTree(below(this.#folder));
  }

  /** Output of a command on objects. Throws a Failure of kind `outside` where it fails. */
  async bytes(arguments_: readonly string[], input: string | Uint8Array = ''): Promise<Buffer> {
    const result = await this.try(arguments_, input);
    if (result.exitCode === 0) return result.stdout;
    throw failure('outside', {
      code: 'programs/failed',
      message: `git ${arguments_[0] ?? ''} failed: ${lastLine(result.stderr)}`,
    });
  }

  /** As `bytes`, as text without its last line break. */
  async text(arguments_: readonly string[], input: string | Uint8Array = ''): Promise<string> {
    return (await this.bytes(arguments_, input)).toString('utf8').replace(/\n$/, '');
  }

  /** As `bytes`, for a command that may fail. */
  async try(
    arguments_: readonly string[],
    input: string | Uint8Array = '',
    variables: Readonly<Record<string, string>> = {},
    cwd = this.#folder,
  ): Promise<PipedResult> {
    const environment = {
      ...inherited(),
      ...IDENTITY,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_ATTR_NOSYSTEM: '1',
      GIT_ALTERNATE_OBJECT_DIRECTORIES: this.#user.objects,
      GIT_NO_LAZY_FETCH: '1',
      LC_ALL: 'C',
      ...variables,
    };
    return await this.#run(Object.entries(SETTINGS), arguments_, { environment, input, cwd });
  }

  /** As `try`, for what reaches other repositories: with the user's own settings, for keys, proxies and rewritten URLs. */
  async transport(arguments_: readonly string[]): Promise<PipedResult> {
    const environment = {
      ...inheritedForTransport(variablesWithoutSecrets()),
      // No program that a URL names, as `ext::` would; and nobody is there to be asked for a password.
      GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
      GIT_TERMINAL_PROMPT: '0',
      LC_ALL: 'C',
    };
    const settings = [
      ['gc.auto', '0'],
      ['maintenance.auto', 'false'],
      ['fetch.recurseSubmodules', 'false'],
    ] as const;
    const options = { environment, input: '', cwd: this.#folder, timeoutSeconds: TRANSFER_SECONDS };
    return await this.#run(settings, arguments_, options);
  }

  /** The files of a commit or a tree; below a prefix with their paths from there. None where it has no such folder. */
  async files(treeish: string, prefix = ''): Promise<Map<string, TreeEntry>> {
    const tree = prefix === '' ? treeish : `${treeish}:${prefix.replace(/\/$/, '')}`;
    const { exitCode, stdout } = await this.try(['ls-tree', '-r', '-z', '--full-tree', tree]);
    if (exitCode !== 0) return new Map();
    const lines = stdout.toString('utf8').split('\0').filter(Boolean);
    return new Map(lines.map((line) => parseTreeLine(line)).map((entry) => [entry.path, entry]));
  }

  /** Name of a tree with exactly these files. */
  async tree(files: Iterable<TreeEntry>): Promise<string> {
    const index = join(this.#folder, 'indexes', 'index');
    const lines = [...files].map(({ mode, object, path }) => `${mode} ${object}\t${path}\0`);
    const variables = { GIT_INDEX_FILE: index };
    await this.#expect(this.try(['read-tree', '--empty'], '', variables));
    await this.#expect(this.try(['update-index', '-z', '--index-info'], lines.join(''), variables));
    return (await this.#expect(this.try(['write-tree'], '', variables))).toString('utf8').trim();
  }

  /**
   * Name of a tree with what lies at paths of a folder, as it is.
   */
  async folder(folder: string, paths: readonly string[]): Promise<string> {
    const variables = { GIT_INDEX_FILE: join(this.#folder, 'indexes', 'folder'), GIT_WORK_TREE: folder };
    await this.#expect(this.try(['read-tree', '--empty'], '', variables));
    await this.#expect(this.try(['add', '--all', '--force', '--', ...paths], '', variables, folder));
    return (await this.#expect(this.try(['write-tree'], '', variables))).toString('utf8').trim();
  }

  /** Name of a commit of a tree. */
  async commit(tree: string, parents: readonly string[]): Promise<string> {
    const options = parents.flatMap((parent) => ['-p', parent]);
    return await this.text(['commit-tree', ...options, '-m', 'cluster-template', tree]);
  }

  /** Contents of blobs by their names. */
  async blobs(names: Iterable<string>): Promise<Map<string, Buffer>> {
    const wanted = [...new Set(names)];
    const output = await this.bytes(['cat-file', '--batch'], wanted.map((name) => `${name}\n`).join(''));
    const found = new Map<string, Buffer>();
    let at = 0;
    for (const name of wanted) {
      const end = output.indexOf(0x0a, at);
      const size = Number(output.subarray(at, end).toString('latin1').split(' ')[2]);
      if (!Number.isInteger(size)) throw new Error(`git has no object ${name}`);
      found.set(name, output.subarray(end + 1, end + 1 + size));
      at = end + 1 + size + 1;
    }
    return found;
  }

  /** Stores a content; gives back the name of its object. */
  async write(bytes: Uint8Array | string): Promise<string> {
    return await this.text(['hash-object', '-w', '--stdin', '--no-filters'], bytes);
  }

  /** A pack of those of the objects that the user's repository does not have. */
  async pack(names: Iterable<string>): Promise<Buffer> {
    const input = [...new Set(names)].map((name) => `${name}\n`).join('');
    return await this.bytes(['pack-objects', '--quiet', '--local', '--stdout', '--delta-base-offset'], input);
  }

  async #expect(result: Promise<PipedResult>): Promise<Buffer> {
    const { exitCode, stdout, stderr } = await result;
    if (exitCode === 0) return stdout;
    throw failure('outside', { code: 'programs/failed', message: `git failed: ${lastLine(stderr)}` });
  }

  async #run(
    settings: readonly (readonly [string, string])[],
    arguments_: readonly string[],
    {
      environment,
      input,
      cwd,
      timeoutSeconds = LOCAL_SECONDS,
    }: {
      readonly environment: Record<string, string>;
      readonly input: string | Uint8Array;
      readonly cwd: string;
      readonly timeoutSeconds?: number;
    },
  ): Promise<PipedResult> {
    const before = settings.flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    const result = await pipeProgram('git', ['--no-pager', ...before, ...arguments_], {
      cwd,
      environment: { ...environment, GIT_DIR: join(this.#folder, 'git') },
      input,
      timeoutSeconds,
      signal: this.#signal,
    });
    this.#signal.throwIfAborted();
    if (!result.timedOut) return result;
    return { ...result, stderr: `git did not come to an end within ${String(timeoutSeconds / 60)} minutes` };
  }
}

/** What git says last is what ended it. */
export function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const fatal = lines.find((line) => /^(?:fatal|error): /.test(line));
  return (fatal ?? lines.filter(Boolean).at(-1) ?? 'it said nothing').replace(/^(?:fatal|error): /, '');
}

/** `100644 blob <object>\t<path>`. */
function parseTreeLine(line: string): TreeEntry {
  const [, mode = '', object = '', path = ''] = /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
  return { mode, object, path };
}
