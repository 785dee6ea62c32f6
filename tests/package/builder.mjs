// Builds a bundle of three chunks and two entries in a folder: node builder.mjs FOLDER VERSION. With KILL_AT=n the process is killed
// before its n-th change of a file, with STOP_AT=n it is stopped there; without either the number of changes is printed.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [folder, version] = process.argv.slice(2);
const { KILL_AT = '0', STOP_AT = '0', SILENCE = '10000' } = process.env;
let calls = 0;

for (const name of ['open', 'rename', 'rm', 'mkdir']) {
  const original = fs.promises[name];
  fs.promises[name] = async (...words) => {
    calls += 1;
    if (calls === Number(KILL_AT)) process.kill(process.pid, 'SIGKILL');
    if (calls === Number(STOP_AT)) process.kill(process.pid, 'SIGSTOP');
    return await original.apply(fs.promises, words);
  };
}
syncBuiltinESMExports();

const { replaceBundle, takeLock } = await import('../../scripts/dist-folder.mjs');

function chunk(name, text) {
  return [`${name}-${createHash('sha256').update(text).digest('hex').slice(0, 8).toUpperCase()}.js`, text];
}

const unchanged = chunk('unchanged', 'export const unchanged = 1;\n');
const early = chunk('early', `export { unchanged } from './${unchanged[0]}';\nexport const early = '${version}';\n`);
const late = chunk('late', `export const late = '${version}';\n`);
const entry = `import { early } from './${early[0]}';
const { late } = await import('./${late[0]}');
console.log('${version}', early, late);
`;
const lock = await takeLock(folder, 60_000, Number(SILENCE));
try {
  const files = { ...Object.fromEntries([unchanged, early, late]), 'cli.js': entry, 'other.js': entry };
  await replaceBundle(folder, files, { name: 'built-from.txt', text: `${version}\n` }, lock);
} finally {
  await lock.release();
}
console.log(calls);
