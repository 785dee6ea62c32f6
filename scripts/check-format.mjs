// Format of the files and folders that are named: npm run check:format; with --changed only of what differs from the published branch, as
// npm run test:long looks at the rest.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { changedFiles } from './changed-files.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const CHANGED = '--changed';
const PRETTIER = join(root, 'node_modules/prettier/bin/prettier.cjs');
const OPTIONS = ['--cache', '--cache-strategy=content', '--cache-location=node_modules/.cache/prettier-format'];

/** What changes how every file is written. */
const WHOLE = /^(?:\.prettier\w+(?:\.\w+)?|package(?:-lock)?\.json)$/;

const paths = process.argv.slice(2).filter((word) => word !== CHANGED);
const changed = process.argv.includes(CHANGED) ? changedFiles(root) : undefined;
const wanted = changed === undefined || changed.names.some((name) => WHOLE.test(name)) ? paths : named(changed);
if (wanted.length > 0) {
  const words = [PRETTIER, '--check', ...OPTIONS, '--ignore-unknown', '--log-level', 'warn', ...wanted];
  process.exitCode = spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

function named({ from, names }) {
  const files = names.filter((name) => paths.some((path) => name === path || name.startsWith(`${path}/`)));
  console.log(`format: ${files.length} files that differ from ${from}; npm run check:format looks at all`);
  return files;
}
