// @module-tag long
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, readFile, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { copyWithoutHistory, git, release, repository, stateOf } from './histories.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');

/** 12 in the suite; `KILL_RUNS=200 npx vitest run tests/upgrade/kill.test.ts` by hand. */
const RUNS = Number(process.env.KILL_RUNS ?? 12);

/** Files enough for the moments in which they are put into place to be met. */
const FILES = Array.from({ length: 120 }, (_, index) => `src/file-${String(index)}.ts`);

function filesOf(text: string): Record<string, string> {
  return Object.fromEntries(FILES.map((path) => [path, `${text}\n`.repeat(50)]));
}

describe(`upgrade, killed ${String(RUNS)} times`, () => {
  it(
    'leaves every file old or new, and the next run finishes it or takes it back',
    { timeout: RUNS * 60_000 },
    async () => {
      const template = await repository({
        ...filesOf('old'),
        'cluster.yaml': 'a: 1\n',
        'makejinja.toml': '[makejinja]\n',
        'docs/moved.md': 'moved\n',
        '.gitignore': '/.cluster-template/*\n!/.cluster-template/template.json\n',
      });
      await release(template, '0.1.0');
      const moved = { 'docs/moved.md': undefined, 'docs/sub/moved.md': 'moved\n', 'docs/new.md': 'new\n' };
      await release(template, '0.2.0', { ...filesOf('new'), ...moved });
      const folder = await copyWithoutHistory(template, 'v0.1.0');
      const launcher = await privateLauncher();
      const old = await stateOf(folder);
      const start = performance.now();
      expect((await run(launcher, folder, [])).code).toBe(0);
      const duration = performance.now() - start;
      const current = await stateOf(folder);
      expect((await run(launcher, folder, ['--abort'])).code).toBe(0);
      expect(await stateOf(folder)).toBe(old);

      const counts = { killed: 0, journals: 0 };
      const problems: string[] = [];
      for (let index = 0; index < RUNS; index += 1) {
        const name = `run ${String(index)}`;
        const { code } = await run(launcher, folder, [], momentOf(index, duration));
        if (code === undefined) counts.killed += 1;
        if (existsSync(join(folder, '.cluster-template/upgrade/journal.json'))) counts.journals += 1;
        problems.push(...(await tornFiles(folder)).map((path) => `${name}: torn: ${path}`));
        // Every other time it is taken back at once, which is killed too now and then.
        if (index % 2 === 0) {
          const next = await run(launcher, folder, []);
          if (code === undefined && next.code !== 0 && !next.stderr.includes('is not committed yet'))
            problems.push(`${name}: ${next.stderr}`);
          if ((await stateOf(folder)) !== current) problems.push(`${name}: not the new tree`);
          await run(
            launcher,
            folder,
            ['--abort'],
            index % 4 === 0 ? { after: 'journal.json', delay: (index % 5) * 3 } : undefined,
          );
        }
        const back = await run(launcher, folder, ['--abort']);
        if (back.code !== 0 && !back.stderr.includes('no upgrade waits')) problems.push(`${name}: ${back.stderr}`);
        if ((await stateOf(folder)) !== old) problems.push(`${name}: not the old tree`);
      }
      console.log(`${String(counts.killed)} of ${String(RUNS)} killed, ${String(counts.journals)} with a journal`);
      expect(problems).toEqual([]);
      expect(counts.killed).toBeGreaterThan(RUNS / 2);
      expect(git(folder, 'status', '--porcelain')).toBe('');
    },
  );
});

/** When a run is killed: so long after its start, or after a file of its state folder appeared. */
interface Moment {
  readonly delay: number;
  readonly after?: string;
}

/** Two of three moments lie within the short times in which files are staged and put into place. */
function momentOf(index: number, duration: number): Moment {
  const step = (index * 0.618) % 1;
  const moments: readonly Moment[] = [
    { delay: step * duration },
    { delay: step * 40, after: 'staging' },
    { delay: step * 25, after: 'journal.json' },
  ];
  return moments[index % moments.length] ?? { delay: 0 };
}

async function tornFiles(folder: string): Promise<string[]> {
  const whole = new Set(['old', 'new'].map((word) => `${word}\n`.repeat(50)));
  const torn = await Promise.all(
    FILES.map(async (path) => (whole.has(await readFile(join(folder, path), 'utf8')) ? [] : [path])),
  );
  return torn.flat();
}

/** Runs the command to its end, or until a moment comes; the code is undefined where a signal ended it. */
async function run(
  launcher: string,
  folder: string,
  arguments_: readonly string[],
  moment?: Moment,
): Promise<{ code: number | undefined; stderr: string }> {
  const child = spawn(process.execPath, [launcher, 'upgrade', ...arguments_, '--root', folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  const ended = new Promise<number | undefined>((settle) =>
    child.on('close', (code) => {
      settle(code ?? undefined);
    }),
  );
  if (moment !== undefined) {
    const awaited = moment.after === undefined ? folder : join(folder, '.cluster-template/upgrade', moment.after);
    while (child.exitCode === null && !existsSync(awaited)) await pause(0);
    await Promise.race([pause(moment.delay), ended]);
    child.kill('SIGKILL');
  }
  return { code: await ended, stderr };
}

/** A copy of the bundle and a program that starts it: a build that goes on meanwhile must not change what is tested. */
async function privateLauncher(): Promise<string> {
  const folder = await temporaryFolder();
  await cp(join(REPOSITORY, 'dist'), join(folder, 'dist'), { recursive: true });
  await symlink(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
  await writeFiles(folder, {
    'package.json': '{"type":"module"}\n',
    'run.js': "import { main } from './dist/cli.cjs';\nprocess.exitCode = await main(process.argv.slice(2));\n",
  });
  return join(folder, 'run.js');
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((settle) => setTimeout(settle, milliseconds));
}
