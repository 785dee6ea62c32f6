// @module-tag long
// No command on secrets shows one where nobody asked for it: in what it prints, in arguments and variables of the programs that it starts, in
// files, temporary ones and caches among them.
import { execFileSync, spawn } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generateIdentity, parseIdentityFile } from '../../../src/sops/identities.ts';
import { temporaryFolder, readFiles } from '../../support/folders.ts';
import { LAUNCHER } from '../../support/small-cluster.ts';
import { leftInMemory, SECRET, secretWorld, type World } from './world.ts';

const SITE = 'kubernetes/site.sops.yaml';
const MARKERS = [
  'marker-token-0123456789',
  'marker-password-abcdef',
  'marker-talos-0123456789',
  'marker-of-input-4711-xyz',
];
const INPUT = 'marker-of-input-4711-xyz';

/** Words, what is given on standard input, and whether the command is asked to show a secret or to write one. */
interface Row {
  readonly words: readonly string[];
  readonly code?: number;
  readonly input?: string;
  /** Markers that the output may hold, as that was asked for. */
  readonly shows?: true;
  /** The file that may hold plain text. */
  readonly writes?: string;
  readonly editor?: string;
}

const OTHER = await generateIdentity().recipient();

const ROWS: readonly Row[] = [
  { words: ['show'] },
  { words: ['show', '--json'] },
  { words: ['show', SITE], shows: true },
  { words: ['show', SITE, '--masked'] },
  { words: ['show', SITE, 'stringData.nothing'], code: 64 },
  { words: ['set', SITE, 'stringData.token'], input: INPUT },
  { words: ['set', SITE, 'stringData.token', '--json'], input: INPUT },
  { words: ['set', SITE, 'metadata.name'], input: INPUT, code: 1 },
  { words: ['set', SITE, 'stringData.token.inner'], input: INPUT, code: 64 },
  { words: ['encrypt', '-', '-o', 'talos/new.sops.yaml'], input: `token: ${INPUT}\n` },
  { words: ['encrypt', '-', '-o', 'talos/new.sops.yaml'], input: `token: ${INPUT}\nother: [\n`, code: 1 },
  { words: ['encrypt', '-', '-o', 'kubernetes/new.sops.yaml'], input: `token: ${INPUT}\n`, code: 1 },
  { words: ['decrypt', SITE, '-o', '../plain.key'], writes: 'plain.key' },
  { words: ['decrypt', SITE, '-o', 'kubernetes/plain.yaml'], code: 1 },
  { words: ['edit', SITE], editor: `sed -i s/marker-password-abcdef/${INPUT}/` },
  { words: ['edit', SITE, '--json'], editor: `sed -i s/marker-password-abcdef/${INPUT}/` },
  { words: ['edit', SITE], editor: `sed -i 's/token: .*/token: : [${INPUT}/'`, code: 1 },
  { words: ['edit', SITE], editor: 'false', code: 3 },
  { words: ['check'] },
  { words: ['check', '--json'] },
  { words: ['rotate'] },
  { words: ['rotate', '--json'] },
  { words: ['recipients', 'list', '--json'] },
  { words: ['recipients', 'add', OTHER] },
  { words: ['recipients', 'remove', OTHER] },
  { words: ['rekey', '--yes', '--no-cluster'] },
  { words: ['rekey', '--yes', '--no-cluster', '--json'] },
  { words: ['rekey', '--yes', '--finish', '--no-cluster'], code: 64 },
  { words: ['keygen', '-o', '../new.key'], writes: 'new.key' },
  { words: ['diff'] },
  { words: ['diff', '--textconv', SITE] },
  { words: ['merge', SITE, SITE, SITE, SITE] },
];

/** A repository of a cluster, with a program that writes down how each program was started. */
async function prepare(): Promise<{ world: World; outside: string; log: string; env: Record<string, string> }> {
  const world = await secretWorld({ [SITE]: SECRET, 'talos/own.sops.yaml': 'token: marker-talos-0123456789\n' });
  const outside = await temporaryFolder();
  const log = join(outside, 'starts.log');
  const programs = join(outside, 'bin');
  for (const name of ['bin', 'home', 'tmp', 'run']) await mkdir(join(outside, name));
  for (const name of ['git', 'sh', 'sed', 'kubectl']) {
    const real = execFileSync('sh', ['-c', `command -v ${name} || echo true`])
      .toString()
      .trim();
    const script = `#!/bin/bash\n{ printf '%s\\n' "${name} $*"; env; } >> '${log}'\nexec ${real} "$@"\n`;
    await writeFile(join(programs, name), script);
    await chmod(join(programs, name), 0o755);
  }
  await mkdir(join(world.folder, '.cluster-template'));
  const manifest = { format: 1, generator: 'test', recipient: world.recipient, files: {} };
  await writeFile(join(world.folder, '.cluster-template/manifest.json'), JSON.stringify(manifest));
  await writeFile(join(world.folder, '.gitignore'), '*.key\n.private/\n');
  execFileSync('git', ['init', '--quiet'], { cwd: world.folder });
  execFileSync('git', ['add', '--all'], { cwd: world.folder });
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '-m', 'x'], {
    cwd: world.folder,
  });
  const env = {
    PATH: `${programs}${delimiter}${process.env.PATH ?? ''}`,
    HOME: join(outside, 'home'),
    TMPDIR: join(outside, 'tmp'),
    XDG_STATE_HOME: join(outside, 'home/state'),
    CLUSTER_TEMPLATE_CACHE: join(outside, 'home/cache'),
    NO_COLOR: '1',
    // As somebody has it who gives the key in a variable.
    SOPS_AGE_KEY: world.identity.reveal(),
  };
  return { world, outside, log, env };
}

describe('a secret of a marker', () => {
  it.each(ROWS.map((row) => [row.words.join(' '), row] as const))('is not shown by secrets %s', async (_, row) => {
    const { world, outside, log, env } = await prepare();
    const result = await start(['secrets', ...row.words], {
      cwd: world.folder,
      env: { ...env, ...(row.editor === undefined ? {} : { EDITOR: row.editor }) },
      input: row.input ?? '',
    });
    expect(result.code, result.output).toBe(row.code ?? 0);
    const keys = parseIdentityFile(await readFile(join(world.folder, 'age.key'), 'utf8'), 'age.key').map((one) =>
      one.reveal(),
    );
    const secrets = [...MARKERS, ...keys, world.identity.reveal()];
    if (row.shows !== true) expect(secrets.filter((secret) => result.output.includes(secret))).toEqual([]);
    else expect(result.output).toContain(MARKERS[0]);
    // The line of the editor is what its user wrote, and holds one of them here.
    const starts = (await readFile(log, 'utf8').catch(() => ''))
      .split('\n')
      .filter((line) => !line.includes('sed -i') && !line.startsWith('EDITOR='));
    expect(starts.filter((line) => secrets.some((secret) => line.includes(secret)))).toEqual([]);
    for (const folder of [world.folder, outside]) {
      for (const [path, text] of Object.entries(await readFiles(folder))) {
        const isPrivate = /(?:^|\/)age\.key$/.test(path) || path === row.writes || path === 'starts.log';
        if (!isPrivate)
          expect(
            secrets.filter((secret) => text.includes(secret)),
            path,
          ).toEqual([]);
      }
    }
    expect(leftInMemory([result.pid])).toEqual([]);
  });
});

async function start(
  words: readonly string[],
  { cwd, env, input }: { readonly cwd: string; readonly env: Record<string, string>; readonly input: string },
): Promise<{ readonly code: number; readonly output: string; readonly pid: number }> {
  const child = spawn(process.execPath, [LAUNCHER, ...words], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return await new Promise((settle, fail) => {
    child.on('error', fail);
    child.on('close', (code) => {
      settle({ code: code ?? 128, output, pid: child.pid ?? 0 });
    });
  });
}
