import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

/** What others than the project import: the libraries and the command lines. */
const ENTRIES = new Set([
  'src/jinja/index.ts',
  'src/makejinja/index.ts',
  'src/sops/index.ts',
  'src/cluster/starter.ts',
  'src/cli/main.ts',
  'src/cli/start.ts',
  'src/cli/makejinja.ts',
]);

/** Whatever a module is imported as a whole for. */
const ALL = '*';

it('every export of src/ is imported somewhere, and no file only hands on what others export', async () => {
  const files = await sourceFiles();
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
        .filter((entry) => entry.isFile() && /\.m?ts$|\.mjs$/.test(entry.name) && !entry.name.includes('.d.'))
        .map((entry) => join(entry.parentPath, entry.name));
    }),
  );
  const parsed = await Promise.all(
    lists.flat().map(async (path) => {
      const kind = path.endsWith('.mjs') ? ts.ScriptKind.JS : ts.ScriptKind.TS;
      const text = await readFile(path, 'utf8');
      return [relative(ROOT, path), ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind)] as const;
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
