// The engine alone: src/jinja, src/text that it reads, and nunjucks in an empty package, where it must pass conformance.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caseFiles, loadCases } from '../conformance/cases.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const OWN = join(PROJECT, 'tests', 'conformance', 'cases');
const SHARED = join(PROJECT, '..', 'shared', 'conformance');

let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'jinja-alone-'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'alone', type: 'module', private: true }));
  cpSync(join(PROJECT, 'src', 'jinja'), join(folder, 'src', 'jinja'), { recursive: true });
  cpSync(join(PROJECT, 'src', 'text'), join(folder, 'src', 'text'), { recursive: true });
  cpSync(join(PROJECT, 'tests', 'conformance'), join(folder, 'tests', 'conformance'), { recursive: true });
  for (const name of withDependencies('nunjucks')) {
    cpSync(join(PROJECT, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true });
  }
  await bundle('tests/conformance/run.ts', 'run.mjs');
  await bundle('src/jinja/index.ts', 'jinja.mjs');
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('src/jinja and nunjucks alone in an empty package', () => {
  it('need nothing but nunjucks', () => {
    const code = readFileSync(join(folder, 'jinja.mjs'), 'utf8');
    const imported = [...code.matchAll(/^(?:import|export) .*from ["']([^"']+)["'];$/gm)].map(([, name]) => name);
    expect([...new Set(imported)]).toEqual(['nunjucks']);
  });

  it('render', () => {
    const program =
      "import { Environment } from './jinja.mjs';\nconsole.log(new Environment().fromString('{{ [1.0] }}').render());";
    writeFileSync(join(folder, 'hello.mjs'), program);
    expect(node('hello.mjs')).toBe('[1.0]\n');
  });

  it('pass the conformance cases of this project', { tags: 'long' }, () => {
    expect(lastLine(node('run.mjs', OWN))).toBe(`${String(countCases(OWN))} passed, 0 failed`);
  });

  it.skipIf(!existsSync(SHARED))('pass ../shared/conformance (skipped where it is absent)', () => {
    expect(lastLine(node('run.mjs', SHARED))).toBe(`${String(countCases(SHARED))} passed, 0 failed`);
  });
});

/** A package and all that it needs in turn. */
function withDependencies(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  const manifest = JSON.parse(readFileSync(join(PROJECT, 'node_modules', name, 'package.json'), 'utf8')) as {
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  for (const dependency of Object.keys(manifest.dependencies ?? {})) withDependencies(dependency, found);
  return found;
}

/** Everything is read from the package itself; nunjucks stays outside, to be found there too. */
async function bundle(entry: string, outfile: string): Promise<void> {
  await build({
    absWorkingDir: folder,
    entryPoints: [join(folder, entry)],
    outfile: join(folder, outfile),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    logLevel: 'silent',
  });
}

function node(...args: string[]): string {
  return execFileSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: dirname(process.execPath) },
  });
}

function lastLine(text: string): string | undefined {
  return text.trimEnd().split('\n').at(-1);
}

function countCases(path: string): number {
  return caseFiles(path).reduce((count, file) => count + loadCases(file).length, 0);
}
