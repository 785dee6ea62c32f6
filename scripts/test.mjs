// All that has to pass before a commit: npm test; after --long what takes long: npm run test:long. The checks run beside the tests, which
// often wait for a disk or a program; what they say is printed when the tests have ended. Arguments are handed to vitest.
import { spawn } from 'node:child_process';

const arguments_ = process.argv.slice(2);
const isLong = arguments_[0] === '--long';
if (isLong) arguments_.shift();
const CHANGED = ['--', '--changed'];
const CHECKS = isLong
  ? [['check:code'], ['check:format']]
  : [['check:code', ...CHANGED], ['check:format', ...CHANGED], ['check:sample']];

const [tests, checks] = await Promise.all([
  start('npx', ['vitest', 'run', `--tags-filter=${isLong ? '' : '!'}long`, ...arguments_], 'inherit'),
  runChecks(),
]);
for (const { name, code, output } of checks) {
  if (output.trim() !== '') console.log(output.trimEnd());
  if (code !== 0) console.log(`${name} failed`);
}
process.exitCode = tests.code === 0 && checks.every(({ code }) => code === 0) ? 0 : 1;

/** One after the other: together with the tests they are enough for two cores. */
async function runChecks() {
  const done = [];
  for (const check of CHECKS)
    done.push({ name: check[0], ...(await start('npm', ['run', '--silent', ...check], 'pipe')) });
  return done;
}

/** Runs a program to its end; its outputs are ours, or kept as one text. */
async function start(program, words, outputs) {
  const running = spawn(program, words, { stdio: ['ignore', outputs, outputs], shell: process.platform === 'win32' });
  let output = '';
  for (const stream of [running.stdout, running.stderr]) stream?.on('data', (data) => (output += String(data)));
  return await new Promise((settle, refuse) => {
    running.once('error', refuse);
    running.once('close', (code) => settle({ code: code ?? 1, output }));
  });
}
