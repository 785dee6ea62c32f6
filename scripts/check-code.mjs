// Types and lint of everything, by one program of TypeScript for both, which takes half of the time of two: npm run check:code. What
// did not change since the last run is not looked at again. Arguments are the files and folders to lint; with --changed only what differs
// from the published branch is linted, as that takes two thirds of the time, and the whole is what npm run test:long lints.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { changedFiles } from './changed-files.mjs';
import { shareProgram } from './shared-program.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const CACHE = join(root, 'node_modules/.cache');
const CHANGED = '--changed';

/** What changes how every file is looked at. */
const WHOLE =
  /^(?:eslint\.config\.js|scripts\/(?:check-code|shared-program)\.mjs|package(?:-lock)?\.json|tsconfig\.json)$/;

// What runs in a browser knows other types than what runs in Node.js.
const PROJECTS = ['tsconfig.json', 'src/graph/page/tsconfig.json', 'src/studio/page/tsconfig.json'];
const areTypesRight = PROJECTS.map(checkTypes).every(Boolean);
const paths = process.argv.slice(2).filter((word) => word !== CHANGED);
const isLintClean = await (process.argv.includes(CHANGED) ? lintChanged : lint)(paths);
process.exitCode = areTypesRight && isLintClean ? 0 : 1;

function checkTypes(name) {
  const path = join(root, name);
  const { config } = ts.parseConfigFileTextToJson(path, readFileSync(path, 'utf8'));
  const { options, fileNames, errors } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(path));
  const tsBuildInfoFile = join(CACHE, `types-${name.replaceAll('/', '-')}.tsbuildinfo`);
  const cached = { ...options, incremental: true, tsBuildInfoFile };
  const builder = ts.createIncrementalProgram({
    rootNames: fileNames,
    options: cached,
    configFileParsingDiagnostics: errors,
  });
  shareProgram(builder.getProgram());
  const found = [
    ...builder.getConfigFileParsingDiagnostics(),
    ...builder.getOptionsDiagnostics(),
    ...builder.getSyntacticDiagnostics(),
    ...builder.getGlobalDiagnostics(),
    ...builder.getSemanticDiagnostics(),
  ];
  builder.emit();
  const host = { getCurrentDirectory: () => root, getCanonicalFileName: (name) => name, getNewLine: () => '\n' };
  if (found.length > 0) console.log(ts.formatDiagnostics(found, host));
  return found.length === 0;
}

async function lintChanged(paths) {
  const changed = changedFiles(root);
  if (changed === undefined || changed.names.some((name) => WHOLE.test(name))) return await lint(paths);
  const isNamed = (name) => paths.some((path) => name === path || name.startsWith(`${path}/`));
  const files = changed.names.filter((name) => /\.[cm]?[jt]sx?$/.test(name) && isNamed(name));
  const linter = await makeLinter();
  const ignored = await Promise.all(files.map((name) => linter.isPathIgnored(join(root, name))));
  const wanted = files.filter((_, index) => !ignored[index]);
  console.log(`lint: ${wanted.length} files that differ from ${changed.from}; npm run check:code looks at all`);
  return wanted.length === 0 || (await lint(wanted));
}

async function makeLinter() {
  const { ESLint } = await import('eslint');
  return new ESLint({
    cwd: root,
    cache: true,
    cacheLocation: join(CACHE, 'eslint/'),
    cacheStrategy: 'content',
  });
}

async function lint(paths) {
  const eslint = await makeLinter();
  const results = await eslint.lintFiles(paths);
  const text = await (await eslint.loadFormatter('stylish')).format(results);
  if (text !== '') console.log(text);
  return results.every(({ errorCount, warningCount }) => errorCount + warningCount === 0);
}
