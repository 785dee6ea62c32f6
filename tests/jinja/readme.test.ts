// Every example of the engine's README runs and prints what the README shows below it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const PROJECT = join(import.meta.dirname, '..', '..');
const FOLDER = join(PROJECT, 'src', 'jinja');
const README = readFileSync(join(FOLDER, 'README.md'), 'utf8');

/** An example, the heading that it stands under, and its output. */
interface Example {
  readonly heading: string;
  readonly code: string;
  readonly output: string | undefined;
}

function examples(): Example[] {
  const blocks = README.matchAll(/^```ts\n(?<code>.*?)^```\n(?:\n```text\n(?<output>.*?)^```)?/gms);
  return [...blocks].map(({ index, groups }) => ({
    heading: [...README.slice(0, index).matchAll(/^#+ (.*)$/gm)].at(-1)?.[1] ?? '',
    code: groups?.code ?? '',
    output: groups?.output,
  }));
}

async function run(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, loader: 'ts', resolveDir: PROJECT },
    alias: { 'cluster-template/jinja': join(FOLDER, 'index.ts') },
    external: ['nunjucks'],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
  });
  const program = outputFiles[0]?.text ?? '';
  return execFileSync(process.execPath, ['--input-type=module'], { cwd: PROJECT, input: program, encoding: 'utf8' });
}

/** Ends of lines do not count: nobody sees them in a README. */
function trimmed(text: string): string {
  return text.replace(/[ \t]+$/gm, '').trimEnd();
}

describe('README', () => {
  const all = examples();

  it('has an example with its output under every heading that has code', () => {
    expect(all.length).toBe(README.match(/^```ts$/gm)?.length);
    expect(all.length).toBeGreaterThanOrEqual(10);
    expect(all.filter(({ output }) => output === undefined)).toEqual([]);
  });

  it.each(all.map((example) => [example.heading, example] as const))('%s', async (_, { code, output }) => {
    expect(trimmed(await run(code))).toBe(trimmed(output ?? ''));
  });
});
