// Types and lint of everything, by one program of TypeScript for both, which takes half of the time of two: npm run check:code. What
// did not change since the last run is not looked at again. Arguments are the files and folders to lint.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import ts from 'typescript';
import { shareProgram } from './shared-program.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const CACHE = join(root, 'node_modules/.cache');

// What runs in a browser knows other types than what runs in Node.js.
const PROJECTS = ['tsconfig.json', 'src/graph/page/tsconfig.json', 'src/studio/page/tsconfig.json'];
const areTypesRight = PROJECTS.map(checkTypes).every(Boolean);
const isLintClean = await lint(process.argv.slice(2));
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

async function lint(paths) {
  const eslint = new ESLint({
    cwd: root,
    cache: true,
    cacheLocation: join(CACHE, 'eslint/'),
    cacheStrategy: 'content',
  });
  const results = await eslint.lintFiles(paths);
  const text = await (await eslint.loadFormatter('stylish')).format(results);
  if (text !== '') console.log(text);
  return results.every(({ errorCount, warningCount }) => errorCount + warningCount === 0);
}
