// @module-tag long
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import ts from 'typescript';
import { expect, it } from 'vitest';

const SOURCES = resolve(import.meta.dirname, '../../src');

/** What takes more has more than a few steps for each character: a quadratic pattern would need minutes. */
const MILLISECONDS = 5_000;
const LENGTH = 200_000;

interface Pattern {
  readonly place: string;
  readonly source: string;
  readonly flags: string;
}

/** Every regular expression that is written out in src/. */
async function patterns(): Promise<Pattern[]> {
  const names = (await readdir(SOURCES, { recursive: true })).filter((name) => name.endsWith('.ts'));
  const found: Pattern[] = [];
  for (const name of names.sort()) {
    const file = ts.createSourceFile(name, await readFile(join(SOURCES, name), 'utf8'), ts.ScriptTarget.ESNext);
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf('/');
        const { line } = file.getLineAndCharacterOfPosition(node.pos);
        const place = `src/${name}:${String(line + 1)}`;
        found.push({ place, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return found;
}

/** Texts that a pattern may be tried on again and again: of characters that it names, alone and after its first ones. */
function pumps(source: string): string[] {
  const literals = Array.from(
    source.replace(/\\[bBdDsSwWpPukn](?:\{[^}]*\})?|[\^$()[\]{}?*+|]/g, '').replaceAll('\\', ''),
  );
  const classes = [
    /\\s|\[\^|\\n/.test(source) ? [' ', '\n', '\t'] : [],
    /\\d|0-9/.test(source) ? ['0'] : [],
    /\\w|a-z|\[\^|\./i.test(source) ? ['a', 'A'] : [],
  ].flat();
  const single = [...new Set([...classes, ...literals])].slice(0, 8);
  return [...single, ...single.slice(1, 4).map((character) => (single[0] ?? '') + character)];
}

it('no regular expression takes a time that grows with the square of a text', async () => {
  const all = await patterns();
  expect(all.length).toBeGreaterThan(147);
  const slow: string[] = [];
  const context = createContext({});
  for (const { place, source, flags } of all) {
    for (const pump of pumps(source)) {
      const text = `${pump.repeat(LENGTH / pump.length)}\u0001`;
      Object.assign(context, { pattern: new RegExp(source, flags.replace('g', '')), text });
      try {
        runInContext('pattern.test(text)', context, { timeout: MILLISECONDS });
      } catch {
        slow.push(`${place}: /${source}/${flags} on ${JSON.stringify(pump)}`);
        break;
      }
    }
  }
  expect(slow).toEqual([]);
}, 600_000);
