// Every example of the engine's README runs and prints what the README shows below it.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, transform } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { examplesOf, trimmed } from '../support/examples.ts';
import { eachOf } from '../support/parted.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const FOLDER = join(PROJECT, 'src', 'jinja');

let engine: string;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'jinja-readme-'));
  engine = join(folder, 'jinja.mjs');
  await build({
    entryPoints: [join(FOLDER, 'index.ts')],
    outfile: engine,
    // nunjucks is CommonJS.
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: ['chokidar'],
  });
  return () => rm(folder, { recursive: true });
});

async function run(example: string): Promise<string> {
  const { code } = await transform(example, { loader: 'ts', target: 'node20.19' });
  const input = code.replaceAll('"cluster-template/jinja"', JSON.stringify(pathToFileURL(engine).href));
  return execFileSync(process.execPath, ['--input-type=module'], { cwd: PROJECT, input, encoding: 'utf8' });
}

describe('README', () => {
  const all = examplesOf(join(FOLDER, 'README.md'), 'ts');

  it('has an example with its output under every heading that has code', () => {
    expect(all.length).toBeGreaterThanOrEqual(10);
    expect(all.filter(({ output }) => output === undefined)).toEqual([]);
  });

  eachOf(
    all.map((example) => [example.heading, example] as const),
    6,
  )('%s', async (_, { code, output }) => {
    expect(trimmed(await run(code))).toBe(trimmed(output ?? ''));
  });
});
