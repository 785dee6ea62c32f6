// @module-tag long
// Commands that change many encrypted files, ended with SIGKILL at a random moment: no plain text on the disk, no file half encrypted, and the
// next command finishes.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decrypt } from '../../src/sops/decrypt.ts';
import { generateIdentity, parseIdentityFile } from '../../src/sops/identities.ts';
import { Random } from '../fuzz/random.ts';
import { leftInMemory, secretWorld, SECRET, type World } from '../operations/secrets/world.ts';
import { readFiles, temporaryFolder } from '../support/folders.ts';
import { privateLauncher } from '../support/small-cluster.ts';

/** Five commands in turn, five seconds each: `KILL_RUNS=100 npx vitest run tests/kill/secrets.test.ts` by hand. */
const RUNS = Number(process.env.KILL_RUNS ?? 10);
const SEED = Number(process.env.KILL_SEED ?? 1);
const FILES = Array.from({ length: 12 }, (_, index) => `kubernetes/app-${String(index)}.sops.yaml`);

interface Site {
  readonly world: World;
  readonly launcher: string;
  readonly env: Record<string, string>;
  /** Every process that was started. */
  readonly pids: number[];
}

describe(`secrets, killed ${String(RUNS)} times (KILL_SEED=${String(SEED)})`, () => {
  it(
    'leave every file whole and nothing plain, and the next command finishes',
    { timeout: 120_000 + RUNS * 30_000 },
    async () => {
      const site = await prepare();
      const random = Random.of(SEED, 0);
      const other = await generateIdentity().recipient();
      const commands = [
        ['edit', FILES[0] ?? ''],
        ['rotate'],
        ['recipients', 'add', other],
        ['recipients', 'remove', other],
        ['rekey', '--yes', '--no-cluster'],
      ];
      const problems: string[] = [];
      const counts = { killed: 0, journals: 0 };
      for (let index = 0; index < RUNS; index += 1) {
        const words = commands[index % commands.length] ?? [];
        const after = random.pick(['', 'secrets/staging', 'secrets/journal.json'] as const);
        const code = await start(site, words, { delay: random.int(0, after === '' ? 900 : 25), after });
        if (code === undefined) counts.killed += 1;
        const name = `run ${String(index)} (${words[0] ?? ''}${after === '' ? '' : ` after ${after}`})`;
        if (existsSync(join(site.world.folder, '.cluster-template/secrets/journal.json'))) counts.journals += 1;
        problems.push(...(await problemsIn(site)).map((one) => `${name}: ${one}`));
        // The old key is dropped only once all is committed; here a run that began goes on.
        const next = words[0] === 'rekey' ? words : ['rotate'];
        const finished = await start(site, next);
        if (words[0] === 'rekey') await dropOld(site);
        const checked = await start(site, ['check']);
        if (finished !== 0 || checked !== 0)
          problems.push(`${name}: the next commands ended with ${String(finished)} and ${String(checked)}`);
        const left = readdirSync(join(site.world.folder, '.cluster-template')).filter((one) => one !== 'manifest.json');
        problems.push(...left.map((one) => `${name}: left behind: ${one}`));
      }
      await start(site, ['edit', FILES[0] ?? '']);
      problems.push(...leftInMemory(site.pids).map((one) => `left in memory: ${one}`));
      console.log(`${String(counts.killed)} of ${String(RUNS)} killed, ${String(counts.journals)} with a journal`);
      expect(problems).toEqual([]);
      expect(counts.killed).toBeGreaterThan(RUNS / 3);
    },
  );
});

async function prepare(): Promise<Site> {
  const world = await secretWorld(Object.fromEntries(FILES.map((path) => [path, SECRET])));
  const home = await temporaryFolder();
  await mkdir(join(world.folder, '.cluster-template'));
  const manifest = { format: 1, generator: 'test', recipient: world.recipient, files: {} };
  await writeFile(join(world.folder, '.cluster-template/manifest.json'), JSON.stringify(manifest));
  // Saves a change, and stays open for a while.
  const editor = join(home, 'editor.sh');
  await writeFile(editor, 'sed -i "s/port: .*/port: $RANDOM/" "$1"; sleep 0.2\n');
  const { SOPS_AGE_KEY: _key, SOPS_AGE_KEY_FILE: _file, ...inherited } = process.env as Record<string, string>;
  const env = {
    ...inherited,
    HOME: home,
    XDG_STATE_HOME: join(home, 'state'),
    CLUSTER_TEMPLATE_CACHE: join(home, 'cache'),
    EDITOR: `bash ${editor}`,
    NO_COLOR: '1',
  };
  return { world, launcher: await privateLauncher(), env, pids: [] };
}

/** Leaves the owner's key alone in age.key, as `rekey --finish` does once all is committed. */
async function dropOld({ world }: Site): Promise<void> {
  const manifest = JSON.parse(await world.read('.cluster-template/manifest.json')) as { readonly recipient: string };
  for (const identity of parseIdentityFile(await world.read('age.key'), 'age.key')) {
    if ((await identity.recipient()) === manifest.recipient)
      await writeFile(join(world.folder, 'age.key'), `${identity.reveal()}\n`);
  }
}

/** Runs a command to its end, or until it is killed; the code is undefined where a signal ended it. */
async function start(
  { world, launcher, env, pids }: Site,
  words: readonly string[],
  moment?: { readonly delay: number; readonly after: string },
): Promise<number | undefined> {
  const child = spawn(process.execPath, [launcher, 'secrets', ...words], { cwd: world.folder, env, stdio: 'ignore' });
  pids.push(child.pid ?? 0);
  const ended = new Promise<number | undefined>((settle) =>
    child.on('close', (code) => {
      settle(code ?? undefined);
    }),
  );
  if (moment !== undefined) {
    const awaited = join(world.folder, '.cluster-template', moment.after);
    while (child.exitCode === null && moment.after !== '' && !existsSync(awaited)) await pause(0);
    await Promise.race([pause(moment.delay), ended]);
    child.kill('SIGKILL');
  }
  return await ended;
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise((settle) => setTimeout(settle, milliseconds));
}

/** Files that hold plain text, or that no key of the repository opens whole. */
async function problemsIn({ world }: Site): Promise<string[]> {
  const identities = parseIdentityFile(await readFile(join(world.folder, 'age.key'), 'utf8'), 'age.key');
  const problems: string[] = [];
  for (const [path, text] of Object.entries(await readFiles(world.folder))) {
    if (path !== 'age.key' && text.includes('marker-')) problems.push(`plain text: ${path}`);
    if (!FILES.includes(path)) continue;
    const plain = await decrypt({ path, text, identities }).then(
      ({ text: all }) => all,
      () => undefined,
    );
    if (plain?.includes('marker-token-0123456789') !== true) problems.push(`not whole: ${path}`);
  }
  return problems;
}
