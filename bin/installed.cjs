'use strict';
// Whether npm has installed what this repository needs.
const { existsSync, readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

/** A sentence that says what is missing and what to do; undefined where every package that is needed to run is there. */
exports.missingPackage = function missingPackage(root) {
  let manifest;
  try {
    manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  } catch (error) {
    return `package.json in ${root} cannot be read: ${error.message}`;
  }
  const missing = Object.keys(manifest?.dependencies ?? {}).find((name) => !isInstalled(root, name));
  return missing === undefined ? undefined : `the package ${missing} is not installed: run \`npm ci\` in ${root}`;
};

/** As Node looks for packages: in `node_modules` of the folder and of each one above it. */
function isInstalled(folder, name) {
  if (existsSync(join(folder, 'node_modules', name, 'package.json'))) return true;
  const above = dirname(folder);
  return above !== folder && isInstalled(above, name);
}
