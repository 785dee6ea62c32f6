// Every example of the renderer's README runs and prints what the README shows below it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const FOLDER = join(PROJECT, 'src', 'makejinja');
/** Packages in CommonJS still call `require` for Node's own modules. */
const BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";
const README = readFileSync(join(FOLDER, 'README.md'), 'utf8');

/** An example, the heading that it stands under, and its output. */
interface Example {
  readonly heading: string;
  readonly language: string;
  readonly code: string;
  readonly output: string | undefined;
}

describe('README', () => {
  const all = examples();

  it('has examples with their output', () => {
    expect(all.length).toBe(README.match(/^```(?:ts|sh)$/gm)?.length);
    expect(all.length).toBeGreaterThanOrEqual(7);
    expect(all.filter(({ output }) => output === undefined)).toEqual([]);
  });

  it.each(all.map((example) => [example.heading, example] as const))('%s', async (_, { language, code, output }) => {
    const printed = language === 'sh' ? await runShell(code) : await runProgram(code);
    expect(trimmed(printed)).toBe(trimmed(output ?? ''));
  });
});

function examples(): Example[] {
  const blocks = README.matchAll(/^```(?<language>ts|sh)\n(?<code>.*?)^```\n(?:\n```text\n(?<output>.*?)^```)?/gms);
  return [...blocks].map(({ index, groups }) => ({
    heading: [...README.slice(0, index).matchAll(/^## (.*)$/gm)].at(-1)?.[1] ?? '',
    language: groups?.language ?? '',
    code: groups?.code ?? '',
    output: groups?.output,
  }));
}

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

/** Ends of lines do not count: nobody sees them in a README. */
function trimmed(text: string): string {
  return text.replace(/[ \t]+$/gm, '').trimEnd();
}
