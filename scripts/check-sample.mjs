// The committed tree must be what the committed configuration and templates render: the sample is alive.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const key = await readFile(join(root, 'tests/sample/age.key'), 'utf8');
const sample = /^# public key: (\S+)$/m.exec(key)?.[1];
const { recipient } = JSON.parse(await readFile(join(root, '.cluster-template/manifest.json'), 'utf8'));
if (recipient !== sample) {
  console.log(`sample check skipped: the tree belongs to ${recipient}, not to the sample key`);
} else {
  const command = [
    join(root, 'bin/cluster-template.mjs'),
    'configure',
    '--check',
    '--keys',
    join(root, 'tests/sample'),
    '--root',
    root,
  ];
  const { code, output } = await run(process.execPath, command);
  console.log(output.trimEnd());
  console.log(
    code === 0
      ? 'sample check passed'
      : 'sample check failed: run configure with --keys tests/sample and commit the result',
  );
  process.exitCode = code;
}

function run(program, args) {
  return new Promise((resolve) => {
    execFile(program, args, { env: { ...process.env, SOPS_AGE_KEY_FILE: '' } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? 1), output: stdout + stderr });
    });
  });
}
