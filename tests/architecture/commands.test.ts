import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../src/cli/command-line.ts';

/*
 * Messages name our commands in one form, `cluster-template configure` in backticks, and src/cli/invocation.ts alone turns it into
 * what works where it is read.
 */

const src = resolve(import.meta.dirname, '../../src');
const program = commandLine(() => undefined);
const texts = await readTexts();

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
async function readTexts(): Promise<Text[]> {
  const entries = await readdir(src, { recursive: true, withFileTypes: true });
  const files = entries.filter(({ name }) => name.endsWith('.ts') && !name.endsWith('.d.ts'));
  const found = await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      const file = path.slice(src.length + 1);
      const source = ts.createSourceFile(file, await readFile(path, 'utf8'), ts.ScriptTarget.Latest, true);
      // One turns commands into what works; the others make a repository and tell what works in it.
      return ['cli/invocation.ts', 'cli/commands/create.ts', 'operations/template/create.ts'].includes(file)
        ? []
        : textsOf(source).map((text) => ({ file, ...text }));
    }),
  );
  return found.flat();
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
  if (!node.getSourceFile().fileName.startsWith('cli/')) return true;
  for (let outer = node; !ts.isSourceFile(outer); outer = outer.parent) {
    if (ts.isCallExpression(outer) && outer.expression.getText() === 'worded') return true;
    if (!ts.isPropertyAssignment(outer) && !ts.isVariableDeclaration(outer)) continue;
    if (/^(?:message|remedy)$/.test(outer.name.getText())) return true;
  }
  return false;
}
