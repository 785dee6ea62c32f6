// Makes a fork that somebody has configured for himself out of this checkout and runs all tests there: npm run test:fork. His
// configuration, keys, override, plugin, app, README and notes take the place of the sample, and every version in the templates is
// another one, as a robot raises them.
//   --folder FOLDER   where to make it, and to leave it; a temporary folder otherwise
//   --only-make       does not run the tests
import { execFile, spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { OWNERSHIP } from '../src/upgrade/owners.ts';
import { asOwner, commit, configureFork } from '../tests/fork/fork.ts';
import { SAMPLE_FILES } from '../tests/support/sample.ts';
import { versionsIn, withVersions } from '../tests/support/versions.ts';

const { values } = parseArgs({ options: { folder: { type: 'string' }, 'only-make': { type: 'boolean' } } });
const scratch = await mkdtemp(join(tmpdir(), 'cluster-template-fork-'));
const fork = resolve(values.folder ?? join(scratch, 'fork'));
try {
  await promisify(execFile)('git', ['clone', '--quiet', process.cwd(), fork]);
  const installed = await start('npm', 'ci', '--no-audit', '--no-fund');
  if (installed !== 0) throw new Error(`npm ci ended with ${String(installed)}`);
  await takeOut();
  const launcher = join(fork, 'bin/cluster-template.mjs');
  await configureFork(fork, launcher);
  console.log(`${String(await raiseVersions())} versions raised`);
  await asOwner(fork, ['configure', '--yes'], launcher);
  await commit(fork, 'Owner');
  console.log(`made ${fork}`);
  process.exitCode =
    values['only-make'] === true ? 0 : (await start('npm', 'test')) || (await start('npm', 'run', 'test:long'));
} finally {
  await rm(scratch, { recursive: true, force: true });
}

/** Puts the files of the sample into the place of whatever belongs to the owner of this checkout, and of what he had rendered. */
async function takeOut(): Promise<void> {
  const others = OWNERSHIP.filter(({ owner }) => owner !== 'tool').flatMap(({ paths }) => paths);
  for (const path of others) await rm(join(fork, path), { recursive: true, force: true });
  await cp(SAMPLE_FILES, fork, { recursive: true });
}

/** Raises the last number of every version in the templates, which have another digest then; gives back how many there are. */
async function raiseVersions(): Promise<number> {
  const root = join(fork, 'templates/config');
  const entries = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  let count = 0;
  for (const { parentPath, name } of entries) {
    const text = await readFile(join(parentPath, name), 'utf8');
    const raised = versionsIn(text).map(({ value }) =>
      value
        .replace(/\d+(?=@|$)/, (last) => String(Number(last) + 1))
        .replace(/[0-9a-f]{64}$/, (digest) => digest.slice(1) + digest.slice(0, 1)),
    );
    count += raised.length;
    if (raised.length > 0) await writeFile(join(parentPath, name), withVersions(text, raised));
  }
  return count;
}

/** Runs a program in the fork, whose output is ours; gives back its exit code. */
async function start(program: string, ...words: readonly string[]): Promise<number> {
  const running = spawn(program, words, { cwd: fork, stdio: 'inherit' });
  return await new Promise((settle, refuse) => {
    running.once('error', refuse);
    running.once('exit', (code) => {
      settle(code ?? 1);
    });
  });
}
