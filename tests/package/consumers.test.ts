// @module-tag long
// Whoever installs the package: every example of the documentation compiles against its types and runs, as a module and in CommonJS.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { examplesOf, trimmed } from '../support/examples.ts';
import { writeFiles } from '../support/folders.ts';
import { npm, ofRepository, packInstalled, packTool } from './packed.ts';

const run = promisify(execFile);

/** A program that imports a library of the package. */
interface Program {
  /** Of its file, without an ending. */
  readonly name: string;
  readonly code: string;
  readonly output: string;
}

const guides = (await readdir(ofRepository('docs')))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const pages = ['README.md', 'src/jinja/README.md', 'src/makejinja/README.md', 'src/sops/README.md', ...guides];
const plugins = ['examples/plugin/scripts/plugin.ts', 'tests/sample/cluster/templates/scripts/plugin.ts'];
const programs: readonly Program[] = [
  ...pages.flatMap((page) =>
    examplesOf(ofRepository(page), 'ts')
      .filter(({ code }) => /^import .*'cluster-template\/\w+';$/m.test(code))
      .map(({ code, output = '' }, index) => ({ name: nameOf(page, String(index)), code, output })),
  ),
  ...(await Promise.all(
    plugins.map(async (path) => ({ name: nameOf(path), code: await readFile(ofRepository(path), 'utf8'), output: '' })),
  )),
];

const STRICT = {
  target: 'es2022',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  noUnusedLocals: true,
  isolatedModules: true,
  declaration: true,
  skipLibCheck: false,
};
const LOOSE = { target: 'es2022', strict: false, skipLibCheck: true };

/** Where everything lies: two projects that have installed the package, one of them without Node's types. */
let folder = '';
const WITH_NODE = 'with-node';
const BARE = 'bare';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cluster-template-consumers-'));
  const { filename } = await packTool(folder);
  const tarballs = [join(folder, filename), ...(await packInstalled(['oxc-transform'], folder))];
  const nodeTypes = await packInstalled(['@types/node', 'undici-types'], folder);
  for (const [project, packages] of Object.entries({ [BARE]: tarballs, [WITH_NODE]: [...tarballs, ...nodeTypes] })) {
    await writeFiles(join(folder, project), { 'package.json': '{"private": true}\n' });
    await npm(['install', '--no-save', '--cache', join(folder, 'cache'), ...packages], join(folder, project));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the types of the package', () => {
  const typesOf = (name: string): string => join(folder, BARE, 'node_modules/cluster-template/types', name);

  it('name neither another package nor a source', async () => {
    for (const name of await readdir(typesOf('.'))) {
      const named = ts.preProcessFile(await readFile(typesOf(name), 'utf8'));
      const strangers = named.importedFiles.filter(({ fileName }) => !/^\.\/[\w-]+\.js$/.test(fileName));
      expect(strangers, name).toEqual([]);
      expect(
        named.typeReferenceDirectives.map(({ fileName }) => fileName).filter((type) => type !== 'node'),
        name,
      ).toEqual([]);
    }
  });

  it.each(Object.keys(packageJson.exports))('tell of %s the values that it exports, and no others', async (entry) => {
    const file = typesOf(`${basename(entry)}.d.ts`);
    const program = ts.createProgram([file], { target: ts.ScriptTarget.ES2022, types: [] });
    const checker = program.getTypeChecker();
    const source = program.getSourceFile(file);
    const library = source && checker.getSymbolAtLocation(source);
    if (library === undefined) throw new Error(`${file} is no module`);
    const values = checker.getExportsOfModule(library).filter((symbol) => {
      const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
      const { flags } = isAlias ? checker.getAliasedSymbol(symbol) : symbol;
      return (flags & ts.SymbolFlags.Value) !== 0;
    });
    const script = `console.log(JSON.stringify(Object.keys(await import('${entry.replace('.', 'cluster-template')}'))))`;
    const { stdout } = await node(BARE, ['--input-type=module', '--eval', script]);
    expect(values.map(({ name }) => name).sort()).toEqual((JSON.parse(stdout) as string[]).sort());
  });

  it('of the engine and of sops need none of Node, the others say that they do', async () => {
    const isFree = ({ code }: Program): boolean => /'cluster-template\/(?:jinja|sops)'/.test(code);
    const free = programs.filter((program) => isFree(program) && !program.code.includes("'node:"));
    expect(free.length).toBeGreaterThanOrEqual(12);
    const options = { ...STRICT, module: 'nodenext', types: [], lib: ['es2023', 'dom'], noEmit: true };
    expect(await compile(BARE, 'free', filesOf(free, 'mts'), options)).toBe('');
    const renderer = { 'renderer.mts': "export { runProject } from 'cluster-template/makejinja';\n" };
    expect(await compile(BARE, 'renderer', renderer, options)).toContain(
      "error TS2688: Cannot find type definition file for 'node'",
    );
  });
});

describe.each([
  ['strict modules of Node', 'mts', { ...STRICT, module: 'nodenext' }],
  ['strict CommonJS', 'cts', { ...STRICT, module: 'nodenext' }],
  ['strict files for a bundler', 'ts', { ...STRICT, module: 'esnext', moduleResolution: 'bundler', noEmit: true }],
  ['loose modules of Node', 'mts', { ...LOOSE, module: 'nodenext', noEmit: true }],
  ['loose CommonJS', 'cts', { ...LOOSE, module: 'nodenext', noEmit: true }],
] as const)('the examples of the documentation as %s', (title, ending, options) => {
  const name = title.replaceAll(' ', '-');

  it('compile', async () => {
    expect(programs.length).toBeGreaterThanOrEqual(20);
    expect(await compile(WITH_NODE, name, filesOf(programs, ending), options)).toBe('');
  });

  it.each('noEmit' in options ? [] : programs)('run: $name', async (program) => {
    const file = join(name, 'out', `${program.name}.${ending.replace('ts', 'js')}`);
    const { stdout, stderr } = await node(WITH_NODE, [file]);
    expect(trimmed(stdout)).toBe(trimmed(program.output));
    expect(stderr).toBe('');
  });
});

it('the example for CommonJS runs without a compiler', async () => {
  const [example, ...others] = examplesOf(ofRepository('docs/porting-plugins.md'), 'js');
  expect(others).toEqual([]);
  expect(example?.code).toContain("require('cluster-template/jinja')");
  const { stdout, stderr } = await node(BARE, ['--input-type=commonjs', '--eval', example?.code ?? '']);
  expect({ stdout, stderr }).toEqual({ stdout: example?.output, stderr: '' });
});

function nameOf(path: string, ...more: readonly string[]): string {
  return [path.replace(/\.\w+$/, '').replaceAll('/', '-'), ...more].join('-');
}

function filesOf(all: readonly Program[], ending: 'ts' | 'mts' | 'cts'): Record<string, string> {
  return Object.fromEntries(
    all.map(({ name, code }) => [`${name}.${ending}`, ending === 'cts' ? inFunction(code) : code]),
  );
}

/** CommonJS cannot wait at its top: what follows the imports becomes a function. */
function inFunction(code: string): string {
  if (/^export /m.test(code.replace(/`[^`]*`/g, ''))) return code;
  const imports = /^(?:(?:import [^;]*;|\/\/.*|)\n)*/.exec(code)?.[0] ?? '';
  return `${imports}async function main(): Promise<void> {\n${code.slice(imports.length)}}\nvoid main();\n`;
}

/** What the compiler prints: nothing where all is well. */
async function compile(
  project: string,
  name: string,
  files: Readonly<Record<string, string>>,
  options: object,
): Promise<string> {
  const at = join(folder, project, name);
  await mkdir(at);
  await writeFiles(at, {
    ...files,
    'tsconfig.json': JSON.stringify({
      compilerOptions: { outDir: 'out', rootDir: '.', ...options },
      files: Object.keys(files),
    }),
  });
  const compiler = ofRepository('node_modules/typescript/bin/tsc');
  return await node(project, [compiler, '--project', name]).then(
    ({ stdout, stderr }) => stdout + stderr,
    (error: unknown) => {
      if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string') return error.stdout;
      throw error;
    },
  );
}

async function node(project: string, words: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const env = { PATH: process.env.PATH, NO_COLOR: '1', CLUSTER_TEMPLATE_CACHE: join(folder, 'user-cache') };
  return await run(process.execPath, words, { cwd: join(folder, project), env });
}
