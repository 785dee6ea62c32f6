// Every example of the engine's README runs and prints what the README shows below it.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { examplesOf, trimmed } from '../support/examples.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const FOLDER = join(PROJECT, 'src', 'jinja');

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

describe('README', () => {
  const all = examplesOf(join(FOLDER, 'README.md'), 'ts');

  it('has an example with its output under every heading that has code', () => {
    expect(all.length).toBeGreaterThanOrEqual(10);
    expect(all.filter(({ output }) => output === undefined)).toEqual([]);
  });

  it.each(all.map((example) => [example.heading, example] as const))('%s', async (_, { code, output }) => {
    expect(trimmed(await run(code))).toBe(trimmed(output ?? ''));
  });
});
