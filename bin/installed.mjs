// Whether npm has installed what this repository needs.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A sentence that says what is missing and what to do; undefined where every package that is needed to run is there. */
export function missingPackage(root) {
  let manifest;
  try {
    manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  } catch (error) {
    return `package.json in ${root} cannot be read: ${error.message}`;
  }
  const missing = Object.keys(manifest?.dependencies ?? {}).find((name) => !isInstalled(root, name));
  return missing === undefined ? undefined : `the package ${missing} is not installed: run \`npm ci\` in ${root}`;
}

/** As Node looks for packages: in `node_modules` of the folder and of each one above it. */
function isInstalled(folder, name) {
  if (existsSync(join(folder, 'node_modules', name, 'package.json'))) return true;
  const above = dirname(folder);
  return above !== folder && isInstalled(above, name);
}
