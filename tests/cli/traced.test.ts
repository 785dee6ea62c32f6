// @module-tag long
// What the kernel sees of a command: no secret among arguments, in the environment of a program that does not need it, in what is
// printed or in a file.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, delimiter, dirname, join, relative } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { decrypt } from '../../src/sops/decrypt.ts';
import { parseIdentityFile } from '../../src/sops/identities.ts';
import { BUNDLE } from '../operations/support/talos-world.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { LAUNCHER, runProcess, smallCluster, type SmallCluster } from '../support/small-cluster.ts';

/** Whether strace is installed and may look at other processes. */
const isTraceable = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;

/** A command, and how it ends. */
interface Row {
  readonly words: readonly string[];
  readonly code: number;
  /** What is done to the repository before. */
  readonly before?: (cluster: SmallCluster) => Promise<void>;
  /** Whether every run of the suite tries it; the others `EVERY_COMMAND=1` does. */
  readonly isUsual?: true;
}

const OWN_SECRET = 'talos/own.sops.yaml';

async function edit({ repository }: SmallCluster): Promise<void> {
  await appendFile(join(repository, 'cluster.yaml'), '\nrepository_branch: traced\n');
}

/** Another secret than the tree holds, so that it is encrypted anew. */
async function editSecret({ repository }: SmallCluster): Promise<void> {
  const path = join(repository, 'templates/overrides/talos/own.sops.yaml.j2');
  await writeFile(path, (await readFile(path, 'utf8')).replace('token: ', 'another: '));
}

async function editByHand({ repository }: SmallCluster): Promise<void> {
  await appendFile(join(repository, 'talos/talenv.yaml'), '# by hand\n');
}

/** What nobody should do: a secret in a file that is about to be committed. */
async function stageSecret(cluster: SmallCluster): Promise<void> {
  const [secret = ''] = await secretsOf(cluster);
  await writeFiles(cluster.repository, { 'notes.txt': `${secret}\n` });
  execFileSync('git', ['add', 'notes.txt'], { cwd: cluster.repository });
}

function lose(...names: readonly string[]): (cluster: SmallCluster) => Promise<void> {
  return async ({ repository }) => {
    for (const name of names) await rm(join(repository, name));
  };
}

const COMMANDS: readonly Row[] = [
  { words: ['configure', '--yes'], code: 0, before: editSecret, isUsual: true },
  { words: ['configure', '--yes', '--force'], code: 0, before: editByHand },
  { words: ['configure', '--yes', '--keep'], code: 0, before: editByHand },
  { words: ['configure', '--yes', '--rotate', 'deploy-key'], code: 0, isUsual: true },
  { words: ['configure', '--check'], code: 2, before: edit },
  { words: ['configure', '--yes', '--without-key'], code: 0, before: edit },
  { words: ['configure', '--yes', '--verbose', '--json'], code: 0, before: editSecret },
  { words: ['plan'], code: 0, before: editSecret },
  { words: ['plan', '--all', '--verbose', '--json'], code: 0, before: editSecret },
  { words: ['diff'], code: 0, before: editSecret, isUsual: true },
  { words: ['diff', '--verbose', '--json'], code: 0, before: editSecret },
  { words: ['validate'], code: 0 },
  { words: ['validate', '--verbose', '--json'], code: 0 },
  { words: ['template', 'validate'], code: 0 },
  { words: ['explain', `${OWN_SECRET}:7`], code: 0 },
  { words: ['explain', 'cloudflare_token'], code: 0 },
  { words: ['config', 'show'], code: 0 },
  { words: ['config', 'show', '--json'], code: 0 },
  { words: ['config', 'migrate', '--yes'], code: 0 },
  { words: ['render', 'talos/talconfig.yaml'], code: 0 },
  { words: ['render', '--output', '../rendered'], code: 0 },
  { words: ['doctor', 'configuration', 'keys', 'secrets', 'repository'], code: 0, isUsual: true },
  { words: ['doctor', 'secrets', '--json'], code: 0 },
  { words: ['doctor', '--staged'], code: 1, before: stageSecret, isUsual: true },
  { words: ['init', '--yes'], code: 0, before: lose('github-deploy.key'), isUsual: true },
  { words: ['adopt', OWN_SECRET], code: 0 },
  { words: ['template', 'reset', '--yes'], code: 0 },
  { words: ['template', 'tidy', '--yes'], code: 0 },
  { words: ['upgrade', '--from', '../upstream', '--yes'], code: 0, isUsual: true },
  { words: ['upgrade', '--from', '../upstream', '--check'], code: 2 },
  { words: ['secrets', 'check'], code: 0 },
  { words: ['secrets', 'show', '--json'], code: 0 },
  { words: ['secrets', 'rotate'], code: 0, isUsual: true },
  { words: ['secrets', 'rekey', '--yes', '--no-cluster'], code: 0 },
  // Its stand-in writes none of the files that the command looks for then.
  { words: ['talos', 'generate-config'], code: 3 },
];

/** Files that hold secrets on purpose, which git ignores. */
const PRIVATE = /^repository\/(?:age\.key|github-deploy\.key|github-push-token\.txt|cloudflare-tunnel\.json)$/;

/** Programs that decrypt, and get the age key for it. */
const DECRYPTING = /\/(?:sops|talhelper)$/;

const CALLS = [
  ...['execve', 'write', 'pwrite64', 'writev', 'pwritev', 'pwritev2', 'sendto', 'sendmsg'],
  ...['rename', 'renameat', 'renameat2', 'link', 'linkat'],
];

describe.skipIf(!isTraceable)(
  `commands under strace${isTraceable ? '' : ' (skipped: strace is not installed or may not trace)'}`,
  () => {
    const rows = process.env.EVERY_COMMAND === '1' ? COMMANDS : COMMANDS.filter(({ isUsual }) => isUsual);

    it('are at least thirty with EVERY_COMMAND=1', () => {
      console.log(`${String(rows.length)} of ${String(COMMANDS.length)} commands under strace`);
      expect(COMMANDS.length).toBeGreaterThanOrEqual(30);
    });

    it.each(rows.map((row) => [row.words.join(' '), row] as const))(
      '%s shows no secret',
      async (_, { words, code, before }) => {
        const cluster = await smallCluster();
        await before?.(cluster);
        const secrets = await secretsOf(cluster);
        const log = join(await temporaryFolder(), 'trace');
        const strace = [
          'strace',
          '-f',
          '-qq',
          '-v',
          '-y',
          '--seccomp-bpf',
          '-s',
          '10000000',
          '-e',
          `trace=${CALLS.join()}`,
          '-o',
          log,
        ];
        const [key = ''] = secrets.filter((secret) => secret.startsWith('AGE-SECRET-KEY-1'));
        const env = {
          ...cluster.env,
          PATH: `${await standIns()}${delimiter}${process.env.PATH ?? ''}`,
          // Asynchronous calls that strace does not see.
          UV_USE_IO_URING: '0',
          SOPS_AGE_KEY: key,
        };
        const result = await runProcess([...strace, process.execPath, LAUNCHER, ...words], {
          cwd: cluster.repository,
          env,
        });
        expect(result.code, result.stdout + result.stderr).toBe(code);
        // Those that the command made are secrets as well.
        const all = [...new Set([...secrets, ...(await secretsOf(cluster))])];
        expect(leaksOf(await readFile(log, 'latin1'), cluster, needlesOf(all))).toEqual([]);
        expect(await filesWith(cluster, needlesOf(all))).toEqual([]);
      },
    );
  },
);

/** Every secret text of a cluster: of its companion, of its keys and tokens line by line, of its encrypted files. */
async function secretsOf({ repository }: SmallCluster): Promise<string[]> {
  const found: string[] = [];
  const take = (value: unknown): void => {
    if (typeof value === 'object' && value !== null) Object.values(value).forEach(take);
    else if (typeof value === 'string')
      found.push(...value.split('\n').filter((line) => line.length >= 16 && !/ |^-----/.test(line)));
  };
  const read = (name: string): Promise<string> => readFile(join(repository, name), 'utf8').catch(() => '');
  const key = await read('age.key');
  take(key);
  take(await read('github-deploy.key'));
  take(await read('github-push-token.txt'));
  take(JSON.parse((await read('cloudflare-tunnel.json')) || '{}'));
  for (const path of ['cluster.sops.yaml', OWN_SECRET, 'talos/talsecret.sops.yaml']) {
    const text = await read(path);
    if (text === '') continue;
    const plain = parse((await decrypt({ path, text, identities: parseIdentityFile(key, 'age.key') })).text) as object;
    take('stringData' in plain ? plain.stringData : plain);
  }
  // A placeholder of the sample is part of the program, and of what Node compiles of it.
  const program = await readFile(join(dirname(LAUNCHER), '../dist/cli.cjs'), 'latin1');
  return found.filter((secret) => !program.includes(secret));
}

/** How secrets are looked for: as they are and in base64, at each of its three offsets. */
function needlesOf(secrets: readonly string[]): string[] {
  return secrets.flatMap((secret) => [
    secret,
    ...[0, 1, 2].map((offset) =>
      Buffer.from(' '.repeat(offset) + secret)
        .toString('base64')
        .slice(offset === 0 ? 0 : 4, -4),
    ),
  ]);
}

/** The calls of a log that show a secret to whom it does not belong, without the secret. */
function leaksOf(log: string, { folder }: SmallCluster, needles: readonly string[]): string[] {
  const lines = log.split('\n').map((line) => /^(\d+) +(\w+)\((.*)/.exec(line)?.slice(1) ?? []);
  const calls = lines.map(([pid = '', name = '', rest = '']) => ({ pid, name, rest }));
  const renamed = new Map<string, string>();
  for (const { name, rest } of calls) {
    const [from, to] = [...rest.matchAll(/"([^"]*)"/g)].map(([, path = '']) => path);
    if (/^(?:rename|link)/.test(name) && from !== undefined && to !== undefined) renamed.set(from, to);
  }
  const [self] = calls;
  const shows = (text: string): boolean => needles.some((needle) => text.includes(needle));
  const leaks = calls.flatMap((call) => {
    const { pid, name, rest } = call;
    if (call === self || !shows(rest)) return [];
    if (name === 'execve') {
      const [, program = '', words = '', variables = ''] = /^"([^"]*)", (\[.*?\]), (\[.*)$/.exec(rest) ?? [];
      if (!shows(words) && DECRYPTING.test(program)) return [];
      const names = [...variables.matchAll(/"(\w+)=((?:[^"\\]|\\.)*)"/g)]
        .filter(([, , value = '']) => shows(value))
        .map(([, one]) => one);
      return [`${basename(program)} gets ${shows(words) ? 'an argument' : names.join()}`];
    }
    const [, descriptor, target = ''] = /^(\d+)<(.*?)>/.exec(rest) ?? [];
    const isOutput = pid === self?.pid && (descriptor === '1' || descriptor === '2');
    if (isOutput) return [`${name} to output ${descriptor}`];
    if (!target.startsWith('/') || target.startsWith('/dev/')) return [];
    const path = relative(folder, renamed.get(target) ?? target);
    return PRIVATE.test(path) ? [] : [`${name} to ${path}`];
  });
  return [...new Set(leaks)];
}

/** Files in and around the repository that hold a secret, objects of git among them. */
async function filesWith({ folder }: SmallCluster, needles: readonly string[]): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    const isObjects = entry.isDirectory() && entry.name === 'objects';
    if (!isObjects && (!entry.isFile() || PRIVATE.test(name) || name === 'repository/notes.txt')) continue;
    const text = isObjects ? objectsIn(entry.parentPath) : await readFile(path, 'latin1');
    if (needles.some((needle) => text.includes(needle))) found.push(name);
  }
  // Who stages a secret has it among the objects of git.
  return existsSync(join(folder, 'repository/notes.txt'))
    ? found.filter((name) => name !== 'repository/.git/objects')
    : found;
}

function objectsIn(gitFolder: string): string {
  const words = ['--git-dir', gitFolder, 'cat-file', '--batch', '--batch-all-objects'];
  const { stdout } = spawnSync('git', words, { encoding: 'latin1', maxBuffer: 2 ** 28 });
  return stdout;
}

/** A folder with programs that do nothing and say that all went well. */
async function standIns(): Promise<string> {
  const versions: Readonly<Record<string, string>> = {
    talhelper: 'talhelper version 3.1.16',
    talosctl: 'Talos v1.13.7',
    kubectl: 'Client Version: v1.36.3',
    helmfile: 'helmfile version 1.7.4',
    helm: 'v4.2.4+g1a2b3c4',
    flux: 'flux version 2.9.4',
    sops: 'sops 3.13.3',
  };
  const programs = await temporaryFolder();
  for (const [name, text] of Object.entries(versions)) {
    const answer = name === 'talhelper' ? `if [ "$1" = gensecret ]; then echo '${BUNDLE}'; exit; fi\n` : '';
    await writeFile(join(programs, name), `#!/bin/sh\n${answer}echo '${text}'\n`);
    chmodSync(join(programs, name), 0o755);
  }
  return programs;
}
