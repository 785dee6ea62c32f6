'use strict';
// Loads a bundle of dist/ as `require` does, with what V8 compiled of it before: reading and compiling a program of a few megabytes
// takes longer than most of what it is asked for. Node 22 can keep compiled code by itself, Node 20 cannot.
const {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');

/** Exit code of a command line that cannot be read (src/cli/exit-codes.ts). */
const USAGE = 64;

/**
 * What a bundle exports.
 *
 * @param file - absolute path of a bundle, in whose first line a hash tells its content from any other (scripts/build.mjs)
 * @param use - a word for what it is needed for: each use has compiled code of its own, which is what it needs and no more
 */
exports.loadBundle = function loadBundle(file, use) {
  const text = readWrapped(file);
  const [content] = /[0-9a-f]{64}/.exec(text.slice(0, text.indexOf('\n')));
  const folder = join(dirname(file), 'compile-cache');
  const kept = join(folder, [content, use.replace(/\W/g, ''), process.version, process.arch].join('-'));
  const cachedData = readKept(kept);
  const script = new Script(text, { filename: file, cachedData });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file), (name) => import(name));
  if (cachedData === undefined || script.cachedDataRejected)
    unkept.push(() => keep(kept, folder, script.createCachedData()));
  return module.exports;
};

/** What has to be kept of the bundles that were loaded. */
const unkept = [];

/**
 * Keeps what was compiled of the bundles that were loaded so far: whoever sets flags of V8 next does it first, as code is only taken by a
 * V8 with the flags of the one that gave it.
 */
exports.keepCompiled = function keepCompiled() {
  for (const keepOne of unkept.splice(0)) keepOne();
};

process.once('exit', (code) => {
  // At the end all is compiled that a use needs; a word that is no command is none.
  if (code !== USAGE) exports.keepCompiled();
});

const HEAD = '(function (exports, require, module, __filename, __dirname, __import) {';
const TAIL = '\n})';

/** The text of a file as the body of a function. A text of megabytes that is put together afterwards would be copied into the heap. */
function readWrapped(file) {
  const descriptor = openSync(file);
  try {
    const { size } = fstatSync(descriptor);
    const bytes = Buffer.allocUnsafeSlow(HEAD.length + size + TAIL.length);
    let end = bytes.write(HEAD, 'latin1');
    for (let read = -1; read !== 0; end += read) read = readSync(descriptor, bytes, end, HEAD.length + size - end);
    end += bytes.write(TAIL, end, 'latin1');
    // The build writes ASCII.
    return bytes.toString('latin1', 0, end);
  } finally {
    closeSync(descriptor);
  }
}

function readKept(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** It is code that will be run: for the owner alone, whatever the umask is. Where it cannot be kept the next start does without. */
function keep(path, folder, bytes) {
  const temporary = `${path}.${String(process.pid)}.tmp`;
  try {
    // Not with the folders around it: a command may have taken the tool away.
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
    writeFileSync(temporary, bytes, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, path);
  } catch {
    discard(temporary);
  }
}

function discard(path) {
  try {
    rmSync(path, { force: true });
  } catch {
    // The folder is another user's: nothing of it was written.
  }
}
