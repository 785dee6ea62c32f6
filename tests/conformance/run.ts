// Runs folders or files of conformance cases: node scripts/run.mjs tests/conformance/run.ts FOLDER ...
import { basename } from 'node:path';
import { caseFiles, judge, loadCases } from './cases.ts';

const paths = process.argv.slice(2);
if (paths.length === 0) {
  console.error('usage: conformance FOLDER_OR_FILE ...');
  process.exit(64);
}
const files = paths.flatMap((path) => caseFiles(path));
let passed = 0;
let failed = 0;
for (const file of files) {
  let passedHere = 0;
  const cases = loadCases(file);
  for (const testCase of cases) {
    const { passed: fine, expected, got } = judge(testCase);
    if (fine) passedHere += 1;
    else console.log(`FAIL ${testCase.id}\n  expected ${expected}\n  got      ${got}`);
  }
  console.log(`${basename(file, '.jsonl')}: ${String(passedHere)} of ${String(cases.length)}`);
  passed += passedHere;
  failed += cases.length - passedHere;
}
console.log(`${String(passed)} passed, ${String(failed)} failed`);
if (failed > 0 || files.length === 0) process.exitCode = 1;
