// Every example of the renderer's README runs and prints what the README shows below it.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { examplesOf, trimmed } from '../support/examples.ts';
import { temporaryFolder } from '../support/folders.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const FOLDER = join(PROJECT, 'src', 'makejinja');
/** Packages in CommonJS still call `require` for Node's own modules. */
const BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

describe('README', () => {
  const all = examplesOf(join(FOLDER, 'README.md'), 'ts', 'sh');

  it('has examples with their output', () => {
    expect(all.length).toBeGreaterThanOrEqual(7);
    expect(all.filter(({ output }) => output === undefined)).toEqual([]);
  });

  it.each(all.map((example) => [example.heading, example] as const))('%s', async (_, { language, code, output }) => {
    const printed = language === 'sh' ? await runShell(code) : await runProgram(code);
    expect(trimmed(printed)).toBe(trimmed(output ?? ''));
  });
});

async function runProgram(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, loader: 'ts', resolveDir: PROJECT },
    alias: { 'cluster-template/makejinja': join(FOLDER, 'index.ts') },
    external: ['nunjucks', 'oxc-transform', 'execa'],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    banner: { js: BANNER },
  });
  const program = outputFiles[0]?.text ?? '';
  return execFileSync(process.execPath, ['--input-type=module'], {
    cwd: PROJECT,
    input: program,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, NO_COLOR: '1' },
  });
}

/** In an empty folder, with what the command tells among what the others print. */
async function runShell(code: string): Promise<string> {
  const command = `makejinja() { '${process.execPath}' '${join(PROJECT, 'bin', 'makejinja.mjs')}' "$@"; }`;
  return execFileSync('sh', ['-c', `exec 2>&1\n${command}\n${code}`], {
    cwd: await temporaryFolder(),
    encoding: 'utf8',
    env: { PATH: process.env.PATH, NO_COLOR: '1' },
  });
}
