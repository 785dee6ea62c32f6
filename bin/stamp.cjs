'use strict';
// What the bundle was built from: newest change and number of files of everything that goes into it.
const { readdirSync, statSync } = require('node:fs');

/** Where the stamp of the last build lies, relative to the repository. */
exports.STAMP_FILE = 'dist/built-from.txt';

/** Made from schemas/ by the build itself. */
const GENERATED = '/src/cluster/config/generated';

/** Made from it and the entries of the catalogue. */
const COMPOSED = '/schemas/cluster.schema.json';

const SOURCES = ['src', 'schemas', 'scripts', 'package-lock.json'];

/** Of the templates only what says which optional parts there are goes into the bundle. */
const TEMPLATES = 'templates/config/kubernetes';
const ENTRY = 'entry.yaml';

/** A text that differs whenever a source file was changed, added or removed; undefined where there is no src/. */
exports.sourceStamp = function sourceStamp(root) {
  const absent = { throwIfNoEntry: false };
  if (statSync(`${root}/src`, absent) === undefined) return undefined;
  const generated = root + GENERATED;
  const composed = root + COMPOSED;
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
      if (!entry.isDirectory()) {
        if (path !== composed) look(path);
      } else if (path !== generated) visit(path);
    }
  };
  // An entry lies above the manifests of its app.
  const visitTemplates = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (entry.name !== 'app') visitTemplates(path);
      } else if (entry.name === ENTRY) look(path);
    }
  };
  for (const name of SOURCES) {
    const path = `${root}/${name}`;
    if (statSync(path, absent)?.isDirectory() === true) visit(path);
    else look(path);
  }
  const templates = `${root}/${TEMPLATES}`;
  if (statSync(templates, absent) !== undefined) visitTemplates(templates);
  return `${String(newest)} ${String(count)}`;
};
