// The repository as it is published holds the sample, rendered, and is formatted throughout: npm run check:sample. In a
// repository with an owner all this is his own.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isPublished, SAMPLE_FILES, SAMPLE_KEYS, sampleFiles } from '../tests/support/sample.ts';

const root = process.cwd();
const CONFIGURE_CHECK = ['configure', '--check', '--root', root, '--keys', SAMPLE_KEYS];

/** What the template brings and its users edit: nobody else is told how to format it. */
const SHARED = ['.github', '.renovaterc.json5', '.taskfiles', '.vscode', 'README.md', 'Taskfile.yaml', 'lefthook.yaml'];

const owner = await isPublished(root);
if (owner === true) process.exitCode = await check();
else console.log(`sample check skipped: ${owner}`);

async function check(): Promise<number> {
  const different = await differentFiles();
  if (different.length > 0) {
    console.log(`${different.join(', ')}: not as in tests/sample/cluster`);
    console.log('sample check failed: `npm run golden` puts the sample back, `npm run configure` makes the tree yours');
    return 1;
  }
  const rendered = await start(join(root, 'bin/cluster-template.mjs'), ...CONFIGURE_CHECK);
  console.log(rendered.output.trimEnd());
  const formatted = await start(join(root, 'node_modules/prettier/bin/prettier.cjs'), '--check', ...SHARED);
  if (formatted.code !== 0) console.log(formatted.output.trimEnd());
  const isPassed = rendered.code === 0 && formatted.code === 0;
  const wrong = rendered.code === 0 ? 'see above' : 'run `npm run golden` and commit the result';
  console.log(isPassed ? 'sample check passed' : `sample check failed: ${wrong}`);
  return isPassed ? 0 : 1;
}

async function differentFiles(): Promise<string[]> {
  const read = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);
  const pairs = (await sampleFiles()).map(async (file) => {
    const [own, published] = await Promise.all([read(join(root, file)), read(join(SAMPLE_FILES, file))]);
    return own === published ? [] : [file];
  });
  return (await Promise.all(pairs)).flat();
}

function start(...command: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, command, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, output: stdout + stderr });
    });
  });
}
