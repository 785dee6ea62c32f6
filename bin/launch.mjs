// Starts a bundled command; in a checkout whose sources are newer than the bundle, the bundle is made again first.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { missingPackage } from './installed.mjs';
import { sourceStamp, STAMP_FILE } from './stamp.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where an upgrade of these very files keeps what it is at, and what it did. */
const UPGRADE = join(root, '.cluster-template', 'upgrade');

/** Loads `dist/<entry>.js` and calls its `main` with the arguments; the result is the exit code. */
export async function launch(entry) {
  requireFolder();
  await makeBundle(process.argv[2] === 'upgrade');
  const output = watchOutput();
  keepCompiled(join(root, 'dist', 'compile-cache'));
  const { main, printMistake } = await import(pathToFileURL(join(root, 'dist', `${entry}.js`)).href);
  // Node would print the stack as it is, and what it quotes may be a secret.
  process.on('uncaughtException', (error) => {
    printMistake(error);
    process.exit(1);
  });
  const exitCode = await main(process.argv.slice(2));
  process.exitCode = output.isLost ? OUTSIDE : exitCode;
}

/** Node keeps compiled code there, which it runs: for the owner alone, whatever the umask is. A folder that cannot be made is no loss. */
function keepCompiled(folder) {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (error.code !== 'EEXIST') return;
  }
  module.enableCompileCache?.(folder);
}

/** Exit code where something around us failed. */
const OUTSIDE = 3;

/** A folder that was removed while a shell stands in it has no path that anything could be found by. */
function requireFolder() {
  try {
    process.cwd();
  } catch {
    console.error('the current folder does not exist any more: go to another one');
    process.exit(OUTSIDE);
  }
}

/**
 * Whoever reads our output may stop: the run comes to its end all the same, and keeps its exit code. Where it cannot be written (a
 * full disk, say) that is told once.
 */
function watchOutput() {
  const output = { isLost: false };
  const lose = (error) => {
    if (error.code === 'EPIPE' || output.isLost) return;
    output.isLost = true;
    process.exitCode = OUTSIDE;
    process.stderr.write(`the output cannot be written: ${error.message}\n`);
  };
  for (const stream of [process.stdout, process.stderr]) stream.on('error', lose);
  return output;
}

/** `upgrade` finishes a merge of the sources or takes it back, so it has to start although they cannot be built. */
async function makeBundle(isUpgrade) {
  const built = await readFile(join(root, STAMP_FILE), 'utf8').catch(() => undefined);
  const canStart = isUpgrade && built !== undefined;
  if (['journal.json', 'undo.json'].some((name) => existsSync(join(UPGRADE, name)))) {
    // The sources are partly those of one version and partly those of another.
    if (canStart) return;
    end(
      'an upgrade was interrupted\nrun `node bin/cluster-template.mjs upgrade` to finish it, with --abort to take it back',
      1,
    );
  }
  const stamp = sourceStamp(root);
  if (stamp === undefined || (canStart && built.trim() === stamp)) return;
  const missing = missingPackage(root);
  if (missing === undefined) {
    if (built?.trim() === stamp) return;
    const trouble = await rebuild(built !== undefined);
    if (trouble === undefined || canStart) return;
    const isWaiting = existsSync(join(UPGRADE, 'record.json'));
    const remedy = isWaiting
      ? ': resolve the conflicts of the upgrade and run npm ci, or take it back with `node bin/cluster-template.mjs upgrade --abort`'
      : '';
    end(`cannot build the sources of ${root}${remedy}\n${trouble}`, OUTSIDE);
  }
  if (!canStart) end(missing, OUTSIDE);
}

function end(message, code) {
  console.error(message.trimEnd());
  process.exit(code);
}

/** Exit code of the build where another process is at it and does not come to an end. */
const LOCKED = 4;

/** Gives back what went wrong; undefined where nothing did. */
async function rebuild(hasBundle) {
  try {
    await promisify(execFile)(process.execPath, [join(root, 'scripts', 'build.mjs'), '--if-changed'], { cwd: root });
    return undefined;
  } catch (error) {
    if (error.code !== LOCKED || !hasBundle) return error.stderr || error.message;
    console.error(`${error.stderr.trim()}: this run uses the sources as they were built last`);
    return undefined;
  }
}
