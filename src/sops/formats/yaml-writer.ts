import type { Branch, Comment, Entry, Scalar, Tree, Value } from '../tree.ts';
import { writeLiteral, writeScalar } from './yaml-scalars.ts';

/**
 * The tree as YAML in block style, with `indent` spaces a level. Reading it again gives the same tree, for the sops program and for
 * readers of YAML 1.1 and 1.2 alike.
 */
export function writeYaml(tree: Tree, indent: number): string {
  return tree.map((branch) => writeDocument(branch, indent)).join('---\n');
}

function writeDocument(branch: Branch, indent: number): string {
  const lines = itemLines(branch.items, { pad: '', indent });
  if (branch.items.every((item) => item.kind === 'comment'))
    return `${[...lines.filter((line) => line !== ''), '{}'].join('\n')}\n`;
  const kept = lines.filter((line, index) => line !== '' || (lines[index + 1] ?? '') !== '');
  return kept.map((line) => `${line}\n`).join('');
}

/** Where a line begins, and how far the next level is further in. */
interface Layout {
  readonly pad: string;
  readonly indent: number;
}

function itemLines(items: readonly (Comment | Entry | Value)[], layout: Layout): string[] {
  const lines: string[] = [];
  let pending: Comment[] = [];
  for (const item of items) {
    if (item.kind === 'comment') {
      pending.push(item);
      continue;
    }
    const inline = takeInline(pending, item.kind === 'entry' ? item.value : item);
    const own = item.kind === 'entry' ? entryLines(item, layout) : elementLines(item, layout);
    for (const line of commentLines(pending, layout.pad)) lines.push(line);
    for (const line of own) lines.push(line);
    if (inline !== undefined) lines.push(`${lines.pop() ?? ''} #${inline.text}`);
    pending = [];
  }
  // An empty line keeps them with what is above: go-yaml would count them to a block that ended before, or to what follows.
  return pending.length === 0 ? lines : [...lines, ...commentLines(pending, layout.pad), ''];
}

function entryLines({ key, value }: Entry, { pad, indent }: Layout): string[] {
  const head = `${pad}${writeScalar({ kind: 'str', value: key })}:`;
  const inner = { pad: pad + ' '.repeat(indent), indent };
  if (!hasParts(value)) return [`${head} ${leafText(value, inner.pad)}`];
  const empty = value.kind === 'map' ? '{}' : '[]';
  if (value.items.length === 0) return [`${head} ${empty}`];
  if (value.items.some((item) => item.kind !== 'comment')) return [head, ...itemLines(value.items, inner)];
  // Of an empty one go-yaml keeps the comment behind it, and those above it where it has a line of its own.
  const comments = commentLines(value.items as readonly Comment[], inner.pad);
  return comments.length === 1
    ? [`${head} ${empty} ${(comments[0] ?? '').trimStart()}`]
    : [head, ...comments, inner.pad + empty];
}

function elementLines(value: Value, { pad, indent }: Layout): string[] {
  if (!hasParts(value)) return [`${pad}- ${leafText(value, pad + ' '.repeat(indent))}`];
  if (value.items.length === 0) return [`${pad}- ${value.kind === 'map' ? '{}' : '[]'}`];
  // What stands behind the dash is two columns further in, whatever the indent.
  const inner = `${pad}  `;
  const [first = '', ...rest] = itemLines(value.items, { pad: inner, indent });
  return [`${pad}- ${first.slice(inner.length)}`, ...rest];
}

function hasParts(value: Value): value is Extract<Value, { items: unknown }> {
  return value.kind === 'map' || value.kind === 'list';
}

function leafText(value: Scalar, pad: string): string {
  const literal = value.kind === 'str' ? writeLiteral(value.value, pad) : undefined;
  return literal ?? writeScalar(value);
}

/** Takes the last pending comment where it may stand at the end of its entry's line. */
function takeInline(pending: Comment[], value: Value): Comment | undefined {
  const last = pending.at(-1);
  if (last === undefined || !last.inline || last.text.includes('\n') || hasParts(value)) return undefined;
  return value.kind === 'str' && value.value.includes('\n') ? undefined : pending.pop();
}

function commentLines(comments: readonly Comment[], pad: string): string[] {
  return comments.flatMap(({ text }) => text.split('\n')).map((line) => `${pad}#${line}`);
}
