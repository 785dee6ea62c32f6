'use strict';
// Starts a bundled command; in a checkout whose sources are newer than the bundle, the bundle is made again first.
const { existsSync, readFileSync, writeSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { keepCompiled, loadBundle } = require('./load.cjs');
const { sourceStamp, STAMP_FILE } = require('./stamp.cjs');

const root = dirname(__dirname);

/** Where an upgrade of these very files keeps what it is at, and what it did. */
const UPGRADE = join(root, '.cluster-template', 'upgrade');

/**
 * Runs a command line of dist/ with the arguments of the process, and sets its exit code. What answers at once is asked first: it is
 * small, and often enough.
 */
exports.launch = async function launch(name) {
  try {
    requireFolder();
    await makeBundle(process.argv[2] === 'upgrade');
    const words = process.argv.slice(2);
    if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) printVersion();
    else await run(name, words);
  } catch (error) {
    // What a command throws does not come here: the bundle itself cannot be loaded.
    console.error(error.message);
    process.exitCode = OUTSIDE;
  }
};

/** Written without a stream, which would take longer than all the rest. */
function printVersion() {
  const text = `${require('../package.json').version}\n`;
  try {
    writeSync(1, text);
  } catch {
    // A pipe that is full or closed, or a full disk: a stream waits, or says what is wrong.
    watchOutput();
    process.stdout.write(text);
  }
}

async function run(name, words) {
  let output;
  const prepareOutput = () => void (output ??= watchOutput());
  const exitCode = await answer(name, words, prepareOutput);
  process.exitCode = output?.isLost ? OUTSIDE : exitCode;
}

async function answer(name, words, prepareOutput) {
  const bundle = (part, use) => loadBundle(join(root, 'dist', `${part}.cjs`), use);
  const answered =
    name === 'cli'
      ? await bundle('start', asksForHelp(words) ? 'help' : 'start').start(words, prepareOutput)
      : undefined;
  if (answered !== undefined) return answered;
  keepCompiled();
  prepareOutput();
  optimizeLate();
  const { main, printMistake } = bundle(name, words[0] ?? '');
  // Node would print the stack as it is, and what it quotes may be a secret.
  process.on('uncaughtException', (error) => {
    printMistake(error);
    process.exit(1);
  });
  return await main(words);
}

/** Help takes other code of the same bundle than a look at what was said before. */
function asksForHelp([first, ...rest]) {
  return first === undefined || first === 'help' || [first, ...rest].some((word) => word === '--help' || word === '-h');
}

/**
 * Node 20 optimizes what has run for a moment, beside the run: of a command that takes a tenth of a second nothing is won back, and it takes
 * a third of the processor time. Later versions wait by themselves, and have no such flag.
 */
function optimizeLate() {
  if (process.version.startsWith('v20.')) require('node:v8').setFlagsFromString('--interrupt-budget=1400000');
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
  const built = readIfPresent(join(root, STAMP_FILE));
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
  // Of the packages a finished bundle needs one alone, and says so where that is missing.
  if (stamp === undefined || built?.trim() === stamp) return;
  const missing = require('./installed.cjs').missingPackage(root);
  if (missing === undefined) {
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

function readIfPresent(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
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
    const { execFile } = require('node:child_process');
    const { promisify } = require('node:util');
    await promisify(execFile)(process.execPath, [join(root, 'scripts', 'build.mjs'), '--if-changed'], { cwd: root });
    return undefined;
  } catch (error) {
    if (error.code !== LOCKED || !hasBundle) return error.stderr || error.message;
    console.error(`${error.stderr.trim()}: this run uses the sources as they were built last`);
    return undefined;
  }
}
