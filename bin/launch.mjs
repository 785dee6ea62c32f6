// Starts a bundled command; in a checkout whose sources are newer than the bundle, the bundle is made again first.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { sourceStamp, STAMP_FILE } from './stamp.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Loads `dist/<entry>.js` and calls its `main` with the arguments; the result is the exit code. */
export async function launch(entry) {
  requireFolder();
  const built = await readFile(join(root, STAMP_FILE), 'utf8').catch(() => undefined);
  const stamp = sourceStamp(root);
  if (stamp !== undefined && built?.trim() !== stamp) await rebuild();
  const output = watchOutput();
  module.enableCompileCache?.(join(root, 'dist', 'compile-cache'));
  const { main, printMistake } = await import(pathToFileURL(join(root, 'dist', `${entry}.js`)).href);
  // Node would print the stack as it is, and what it quotes may be a secret.
  process.on('uncaughtException', (error) => {
    printMistake(error);
    process.exit(1);
  });
  const exitCode = await main(process.argv.slice(2));
  process.exitCode = output.isLost ? OUTSIDE : exitCode;
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

async function rebuild() {
  try {
    await promisify(execFile)(process.execPath, [join(root, 'scripts', 'build.mjs')], { cwd: root });
  } catch (error) {
    console.error(`cannot build the sources of ${root}: run npm ci there first\n${error.stderr ?? error.message}`);
    process.exit(3);
  }
}
