// @module-tag long
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../src/cli/command-line.ts';

// What stands in the sources themselves: all of them are parsed once.

const ROOT = resolve(import.meta.dirname, '../..');
const files = await sourceFiles();

/** What others than the project import: the libraries and the command lines. */
const ENTRIES = new Set([
  'src/jinja/index.ts',
  'src/makejinja/index.ts',
  'src/sops/index.ts',
  'src/cluster/starter.ts',
  'src/cli/main.ts',
  'src/cli/start.ts',
  'src/cli/makejinja.ts',
  // All that the page and its server may say to each other is named, whichever side needs the name.
  'src/studio/api.ts',
]);

/** Whatever a module is imported as a whole for. */
const ALL = '*';

it('every export of src/ is imported somewhere, and no file only hands on what others export', () => {
  const used = usedNames(files);
  const unused = [...files]
    .filter(([path]) => path.startsWith('src/') && !path.includes('/generated/') && !ENTRIES.has(path))
    .flatMap(([path, file]) => {
      const names = used.get(path) ?? new Set<string>();
      return names.has(ALL)
        ? []
        : exportsOf(file)
            .filter((name) => !names.has(name))
            .map((name) => `${path}: ${name}`);
    });
  expect(unused).toEqual([]);
});

async function sourceFiles(): Promise<ReadonlyMap<string, ts.SourceFile>> {
  const folders = ['src', 'tests', 'scripts', 'bench', 'bin', 'examples'];
  const lists = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && /\.m?tsx?$|\.mjs$/.test(entry.name) && !entry.name.includes('.d.'))
        .map((entry) => join(entry.parentPath, entry.name));
    }),
  );
  const parsed = await Promise.all(
    lists.flat().map(async (path) => {
      const kind = path.endsWith('.mjs')
        ? ts.ScriptKind.JS
        : path.endsWith('.tsx')
          ? ts.ScriptKind.TSX
          : ts.ScriptKind.TS;
      const text = await readFile(path, 'utf8');
      return [
        relative(ROOT, path),
        ts.createSourceFile(relative(ROOT, path), text, ts.ScriptTarget.Latest, true, kind),
      ] as const;
    }),
  );
  return new Map(parsed);
}

/** The names that are imported from each file, by its path. */
function usedNames(files: ReadonlyMap<string, ts.SourceFile>): ReadonlyMap<string, ReadonlySet<string>> {
  const used = new Map<string, Set<string>>();
  for (const [path, file] of files) {
    const use = (specifier: ts.Node | undefined, names: readonly string[]): void => {
      if (specifier === undefined || !ts.isStringLiteralLike(specifier) || !specifier.text.startsWith('.')) return;
      const target = relative(ROOT, resolve(ROOT, dirname(path), specifier.text));
      used.set(target, new Set([...(used.get(target) ?? []), ...names]));
    };
    const visit = (node: ts.Node): void => {
      if (ts.isImportDeclaration(node)) use(node.moduleSpecifier, importedNames(node.importClause));
      else if (ts.isExportDeclaration(node)) use(node.moduleSpecifier, handedOn(node));
      else if (ts.isImportTypeNode(node)) use(node.argument.getChildAt(0), [node.qualifier?.getText() ?? ALL]);
      else if (ts.isCallExpression(node)) {
        if (node.expression.kind === ts.SyntaxKind.ImportKeyword) use(node.arguments[0], lazyNames(node));
        // vi.mock and its like.
        else if (node.expression.getText().startsWith('vi.')) use(node.arguments[0], [ALL]);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return used;
}

function importedNames(clause: ts.ImportClause | undefined): string[] {
  const bindings = clause?.namedBindings;
  if (bindings === undefined || ts.isNamespaceImport(bindings)) return [ALL];
  return bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
}

function handedOn({ exportClause }: ts.ExportDeclaration): string[] {
  if (exportClause === undefined || ts.isNamespaceExport(exportClause)) return [ALL];
  return exportClause.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
}

/** What is taken of a module that is loaded late: `const { a } = await import(…)` or `(await import(…)).a`. */
function lazyNames(call: ts.CallExpression): string[] {
  let node: ts.Node = call.parent;
  while (ts.isAwaitExpression(node) || ts.isParenthesizedExpression(node)) node = node.parent;
  if (ts.isPropertyAccessExpression(node)) return [node.name.text];
  if (ts.isVariableDeclaration(node) && ts.isObjectBindingPattern(node.name)) {
    return node.name.elements.map(({ name, propertyName }) => (propertyName ?? name).getText());
  }
  return [ALL];
}

/** The names that a file exports; of one that only hands on what others export, all of them as one. */
function exportsOf(file: ts.SourceFile): string[] {
  const isBarrel = file.statements.length > 0 && file.statements.every(ts.isExportDeclaration);
  if (isBarrel) return ['(nothing of its own)'];
  return file.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) return handedOn(statement);
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    if (modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) !== true) return [];
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map(({ name }) => name.getText());
    }
    const { name } = statement as ts.Statement & { readonly name?: ts.Identifier };
    return name === undefined ? [] : [name.text];
  });
}

/*
 * Messages name our commands in one form, `cluster-template configure` in backticks, and src/cli/invocation.ts alone turns it into
 * what works where it is read.
 */

/** What writes commands as they work, or makes a repository and tells what works in it. */
const WORKING = ['src/cli/invocation.ts', 'src/cli/commands/create.ts', 'src/operations/template/create.ts'];

const program = commandLine(() => undefined);
const texts = readTexts();

describe('texts that users read', () => {
  it('are found', () => {
    expect(texts.filter(({ text }) => text.includes('`cluster-template configure`')).length).toBeGreaterThan(10);
  });

  it('name a command of ours in backticks and behind the name of the program', () => {
    // Others are names of programs or of fields as well.
    const names = program.commands
      .filter(({ commands }) => commands.length === 0)
      .map((command) => command.name())
      .join('|');
    const other = [
      new RegExp(String.raw`\btask (?:\w+:\w|(?:${names})\b)`),
      /\bnpm run (?!docs\b)|\bnode bin\/|\bnpx (?!--)|\bcluster-template\.mjs \w/,
      new RegExp(`\`(?:${names})(?: [^\`]*)?\``),
      new RegExp(String.raw`\b[Rr]un (?:${names})\b`),
      new RegExp(String.raw`(?<!\`)\bcluster-template (?:${names})\b`),
    ];
    expect(texts.filter(({ text }) => other.some((pattern) => pattern.test(text)))).toEqual([]);
  });

  it('are printed as they work where they are no findings', () => {
    expect(texts.filter(({ text, isWorded }) => text.includes('`cluster-template') && !isWorded)).toEqual([]);
  });

  it('name commands and options that there are', () => {
    const named = texts.flatMap(({ file, text }) =>
      [...text.matchAll(/`cluster-template ([^`]+)`/g)].map((match) => ({ file, words: match[1] ?? '' })),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ words }) => !isKnown(words.split(' ')))).toEqual([]);
  });
});

/** Whether our command line has the command with each of its options; what is filled in is written `…`. */
function isKnown(words: readonly string[]): boolean {
  let command: Command = program;
  const rest = [...words];
  for (;;) {
    const next = command.commands.find((one) => [one.name(), ...one.aliases()].includes(rest[0] ?? ''));
    if (next === undefined) break;
    command = next;
    rest.shift();
  }
  if (command === program) return false;
  const flags = rest.filter((word) => word.startsWith('-'));
  return flags.every((flag) => command.options.some(({ long, short }) => flag === long || flag === short));
}

interface Text {
  readonly file: string;
  readonly text: string;
  /** Whether its commands are written as they work before it is printed: what is in lower layers ends in a finding or a step. */
  readonly isWorded: boolean;
}

/** Every string and template of the sources; what a template fills in is `…`. */
function readTexts(): Text[] {
  return [...files]
    .filter(([path]) => path.startsWith('src/') && /\.tsx?$/.test(path) && !WORKING.includes(path))
    .flatMap(([file, source]) => textsOf(source).map((text) => ({ file, ...text })));
}

function textsOf(node: ts.Node): Omit<Text, 'file'>[] {
  const isWorded = isHandedOn(node);
  if (ts.isStringLiteralLike(node)) return [{ text: node.text, isWorded }];
  const inner: Omit<Text, 'file'>[] = [];
  ts.forEachChild(node, (child) => void inner.push(...textsOf(child)));
  if (!ts.isTemplateExpression(node)) return inner;
  const whole = node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
  return [{ text: whole, isWorded }, ...inner];
}

function isHandedOn(node: ts.Node): boolean {
  if (!node.getSourceFile().fileName.startsWith('src/cli/')) return true;
  for (let outer = node; !ts.isSourceFile(outer); outer = outer.parent) {
    if (ts.isCallExpression(outer) && outer.expression.getText() === 'worded') return true;
    if (!ts.isPropertyAssignment(outer) && !ts.isVariableDeclaration(outer)) continue;
    if (/^(?:message|remedy)$/.test(outer.name.getText())) return true;
  }
  return false;
}
