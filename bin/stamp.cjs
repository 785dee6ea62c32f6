'use strict';
// What the bundle was built from: newest change and number of files of everything that goes into it.
const { readdirSync, statSync } = require('node:fs');

/** Where the stamp of the last build lies, relative to the repository. */
exports.STAMP_FILE = 'dist/built-from.txt';

/** Made from schemas/ by the build itself. */
const GENERATED = '/src/cluster/config/generated';

const SOURCES = ['src', 'schemas', 'scripts', 'package-lock.json'];

/** A text that differs whenever a source file was changed, added or removed; undefined where there is no src/. */
exports.sourceStamp = function sourceStamp(root) {
  const absent = { throwIfNoEntry: false };
  if (statSync(`${root}/src`, absent) === undefined) return undefined;
  const generated = root + GENERATED;
  let newest = 0;
  let count = 0;
  const look = (path) => {
    const { mtimeMs = 0 } = statSync(path, absent) ?? {};
    newest = Math.max(newest, mtimeMs);
    count += 1;
  };
  // At every start: names with their kinds spare the question what each of them is, and texts are joined faster than paths.
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (!entry.isDirectory()) look(path);
      else if (path !== generated) visit(path);
    }
  };
  for (const name of SOURCES) {
    const path = `${root}/${name}`;
    if (statSync(path, absent)?.isDirectory() === true) visit(path);
    else look(path);
  }
  return `${String(newest)} ${String(count)}`;
};
