import { isCollection, isMap, isScalar, isSeq, type Node, type Pair, parse, visit, type YAMLSeq } from 'yaml';
import { formatPath, isFields, type Path } from '../../text/values.ts';
import { CATALOGUE } from '../catalogue.ts';
import { withEntry } from './entry-text.ts';
import type { Fix } from './issue.ts';
import { type FileName, propertiesOf, SECRET_FIELDS } from './schemas.ts';
import { NotEditable, scalarText, type WrittenScalar, YamlText } from './yaml-text.ts';

// Values set, removed and added in the text of cluster.yaml or nodes.yaml as a person would do it: everything else stays byte for byte.

/** One change of a text: what a remedy may be, or an item at the end of a list. */
type TextChange = Fix | { readonly op: 'append'; readonly path: Path; readonly value: unknown };

/**
 * A text with changes, one after the other. A field that stands there as a comment is set in its place, and one that is explained by a
 * comment stays as a comment where it is removed.
 *
 * @throws NotEditable where the text is no YAML, or lines of it cannot be changed so
 */
export function changedText(file: FileName, text: string, changes: readonly TextChange[]): string {
  const yaml = new YamlText(text);
  const named = namedValues(yaml);
  for (const change of changes) {
    if (change.op === 'rename') yaml.rename(change.path, change.name);
    else if (change.op === 'remove') remove(yaml, change.path);
    else if (change.op === 'append') append(yaml, file, change.path, change.value);
    else set(yaml, file, change.path, change.value);
  }
  for (const value of namedValues(yaml)) {
    const at = named.indexOf(value);
    if (at < 0) throw new NotEditable('other places name the value that stands there');
    named.splice(at, 1);
  }
  return yaml.text;
}

/** What the aliases of a text stand for, as JSON: a change of one value is to leave every other as it is. */
function namedValues(yaml: YamlText): string[] {
  const values: string[] = [];
  visit(yaml.document, {
    Alias: (_, alias) => {
      const node = alias.resolve(yaml.document);
      if (node === undefined) throw new NotEditable('other places name the value that stands there');
      values.push(JSON.stringify(node.toJS(yaml.document)));
    },
  });
  return values;
}

function set(yaml: YamlText, file: FileName, path: Path, value: unknown): void {
  const step = path.at(-1);
  if (step === undefined) throw new NotEditable('a whole file is written as a text');
  const parent = nodeAt(yaml, path.slice(0, -1));
  if (isSeq(parent)) {
    replaceItem(yaml, parent, path, value);
    return;
  }
  const pair = pairAt(parent, step);
  if (pair === undefined && typeof step === 'number')
    throw new NotEditable(`\`${formatPath(path.slice(0, -1))}\` is no list`);
  if (pair !== undefined) replaceValue(yaml, path, pair, value);
  else if (isMap(parent) && parent.flow !== true && parent.items.length > 0) insert(yaml, file, path, value);
  else if (path.length === 1) replaceAll(yaml, path, value);
  // Below what is empty, in braces or not there yet: the value around it is written anew.
  else set(yaml, file, path.slice(0, -1), { ...asWritten(yaml, path.slice(0, -1)), [String(step)]: value });
}

/** A text that says nothing yet but has comments, perhaps. */
function replaceAll(yaml: YamlText, path: Path, value: unknown): void {
  const commented = commentedField(yaml, path, 0, yaml.text.length);
  const { start, end } = commented ?? { start: yaml.text.length, end: yaml.text.length };
  const gap = commented === undefined && yaml.text !== '' && !yaml.text.endsWith('\n') ? '\n' : '';
  yaml.splice(
    start,
    end,
    gap + fieldLines(String(path[0]), value, 0).join('\n') + (commented === undefined ? '\n' : ''),
  );
}

function replaceValue(yaml: YamlText, path: Path, pair: Pair<Node, Node | null>, value: unknown): void {
  const isPlain = pair.value === null || (isScalar(pair.value) && !/[|>]/.test(yaml.text[startOf(pair.value)] ?? ''));
  if (isPlain && isWrittenScalar(value)) {
    if (pair.value === null || isScalar(pair.value)) yaml.replaceScalar(path, value);
    return;
  }
  const { key, value: old } = pair;
  if (old?.anchor !== undefined) throw new NotEditable('other places name the value that stands there');
  if (isCollection(old) && old.flow === true && isInline(value)) {
    yaml.splice(startOf(old), endOf(old), inline(value));
    return;
  }
  const indent = yaml.column(startOf(key));
  const end = endOfPair(yaml, pair);
  const lines = fieldLines(String(path.at(-1)), value, indent);
  const [first = '', ...rest] = lines;
  // What stands behind the value on its line, a comment, stays where the new value is of one line, too.
  const behind = lines.length === 1 && old !== null ? commentBehind(yaml, old) : '';
  const text = [first.trimStart() + behind, ...rest].join('\n');
  yaml.splice(startOf(key), end, yaml.text[end - 1] === '\n' ? `${text}\n` : text);
}

/** A new field of a map that has others. */
function insert(yaml: YamlText, file: FileName, path: Path, value: unknown): void {
  const map = nodeAt(yaml, path.slice(0, -1));
  if (!isMap(map)) throw new NotEditable(`\`${formatPath(path)}\` has no place`);
  const name = String(path.at(-1));
  const pairs = map.items as Pair<Node, Node | null>[];
  const [first] = pairs;
  if (first === undefined) throw new NotEditable('a map without fields has no place for one');
  const indent = yaml.column(startOf(first.key));
  const isTop = path.length === 1;
  const bounds = isTop
    ? { from: 0, to: yaml.text.length }
    : { from: startOf(first.key), to: endOfItem(yaml, map, indent) };
  const commented = commentedField(yaml, path, bounds.from, bounds.to);
  if (commented !== undefined) {
    const lines = fieldLines(name, value, indent).join('\n');
    yaml.splice(commented.start, commented.end, lines);
    return;
  }
  const entry = isTop && file === 'cluster' ? CATALOGUE.find(({ fields }) => fields.includes(name)) : undefined;
  if (entry !== undefined) {
    // Shown in the section of its part first, with what it is.
    const shown = withEntry(yaml.text, entry, new Map(), [name]);
    const isClear = commentedField(new YamlText(shown), path, 0, shown.length) !== undefined;
    // Where it stands as a comment more than once, none of them is the one to take: it comes at the end of the section.
    const section = isClear ? shown : withEntry(yaml.text, entry, new Map([[name, value]]), []);
    yaml.splice(0, yaml.text.length, section);
    set(yaml, file, path, value);
    return;
  }
  // Behind the nearest field that goes before it in the schema, set or shown as a comment.
  const known = Object.keys(propertiesOf(file, path.slice(0, -1)));
  const before = known.slice(0, Math.max(0, known.indexOf(name))).reverse();
  const ends = before.flatMap((one) => {
    const pair = pairs.find(({ key }) => isScalar(key) && key.value === one);
    if (pair !== undefined) return [endOfPair(yaml, pair)];
    const comment = commentedField(yaml, [...path.slice(0, -1), one], bounds.from, bounds.to);
    return comment === undefined ? [] : [yaml.lineEnd(comment.end)];
  });
  const last = pairs.at(-1);
  const at = ends[0] ?? (last === undefined ? yaml.text.length : endOfPair(yaml, last));
  const open = at > 0 && yaml.text[at - 1] !== '\n' ? '\n' : '';
  // Where fields are explained by comments, each stands by itself.
  const gap = isTop && ends.length > 0 && /\n\r?\n$/.test(yaml.text.slice(0, yaml.lineEnd(at))) ? '\n' : '';
  yaml.splice(at, at, `${open}${gap}${fieldLines(name, value, indent).join('\n')}\n`);
}

/** The lines of a field that stands as a comment between two places, where there is just one. */
function commentedField(
  yaml: YamlText,
  path: Path,
  from: number,
  to: number,
): { readonly start: number; readonly end: number } | undefined {
  const name = String(path.at(-1)).replace(/\W/g, '\\$&');
  const found = [...yaml.text.slice(from, to).matchAll(new RegExp(`^([ ]*)# ?${name}:(?: .*|)$`, 'gm'))];
  const [one] = found;
  if (one === undefined || found.length > 1) return undefined;
  const start = from + one.index;
  let end = start + one[0].length;
  // A map that is shown as a comment goes on below, indented behind the sign.
  const rest = /\r?\n[ ]*#[ ]{3,}\S.*/y;
  for (rest.lastIndex = end; rest.test(yaml.text) && rest.lastIndex <= to;) end = rest.lastIndex;
  return { start, end };
}

function remove(yaml: YamlText, path: Path): void {
  const step = path.at(-1);
  const parent = nodeAt(yaml, path.slice(0, -1));
  if (isSeq(parent)) {
    removeItem(yaml, parent, path);
    return;
  }
  const pair = step === undefined ? undefined : pairAt(parent, step);
  if (pair === undefined) throw new NotEditable(`\`${formatPath(path)}\` is not there`);
  const [start, end] = [startOf(pair.key), endOfPair(yaml, pair)];
  const lines = yaml.text.slice(start, end).trimEnd();
  const isSecret = path.some((one) => SECRET_FIELDS.includes(String(one)));
  if (!isSecret && !lines.includes('\n') && isExplained(yaml, start)) yaml.splice(start, start, '# ');
  else if (isMap(parent) && parent.flow === true)
    set(yaml, 'cluster', path.slice(0, -1), without(parent.toJSON(), step));
  else yaml.cut(path);
}

/** Whether a comment stands right above the line of a key, and nothing before the key on it. */
function isExplained(yaml: YamlText, key: number): boolean {
  const lineStart = key - yaml.column(key);
  const above = yaml.text.slice(0, lineStart).split('\n').at(-2) ?? '';
  return yaml.text.slice(lineStart, key).trim() === '' && /^\s*#(?! ---| ===)/.test(above);
}

function without(value: unknown, step: Path[number] | undefined): unknown {
  return isFields(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => key !== String(step))) : value;
}

function removeItem(yaml: YamlText, list: YAMLSeq, path: Path): void {
  const index = Number(path.at(-1));
  const item = list.items[index] as Node | undefined;
  if (item === undefined) throw new NotEditable(`\`${formatPath(path)}\` is not there`);
  const listPath = path.slice(0, -1);
  if (list.items.length === 1) {
    remove(yaml, listPath);
    return;
  }
  if (list.flow === true) {
    const rest = list.toJSON().filter((_, at) => at !== index);
    yaml.splice(startOf(list), endOf(list), inline(rest));
    return;
  }
  const dash = dashBefore(yaml, item);
  const indent = yaml.column(dash);
  const start = commentsAbove(yaml, dash - indent);
  const next = list.items[index + 1] as Node | undefined;
  const end =
    next === undefined ? endOfItem(yaml, item, indent + 1) : commentsAbove(yaml, lineOf(yaml, dashBefore(yaml, next)));
  // The blank lines above the last one go with it.
  const above = yaml.text.slice(0, start).trimEnd().length;
  const from = next === undefined ? Math.min(start, yaml.text.indexOf('\n', above) + 1) : start;
  yaml.splice(from, end, '');
}

function replaceItem(yaml: YamlText, list: YAMLSeq, path: Path, value: unknown): void {
  const index = Number(path.at(-1));
  if (index === list.items.length) {
    append(yaml, 'cluster', path.slice(0, -1), value);
    return;
  }
  const item = list.items[index] as Node | undefined;
  if (item === undefined) throw new NotEditable(`\`${formatPath(path)}\` is not there`);
  if (isScalar(item) && isWrittenScalar(value)) {
    yaml.replaceScalar(path, value);
    return;
  }
  if (list.flow === true) {
    const items = list.toJSON().map((one, at) => (at === index ? value : one));
    yaml.splice(startOf(list), endOf(list), inline(items));
    return;
  }
  const dash = dashBefore(yaml, item);
  const indent = yaml.column(dash);
  yaml.splice(dash, endOfItem(yaml, item, indent + 1), `${itemLines(value, indent).join('\n').trimStart()}\n`);
}

function append(yaml: YamlText, file: FileName, path: Path, value: unknown): void {
  const list = nodeAt(yaml, path);
  if (!isSeq(list) || list.items.length === 0) {
    const isNothing = list === undefined || list === null || isSeq(list) || (isScalar(list) && list.value === null);
    // A field that takes a text or a list of them.
    const before = isScalar(list) && list.value !== null ? [list.value] : [];
    if (!isNothing && before.length === 0) throw new NotEditable(`\`${formatPath(path)}\` is no list`);
    set(yaml, file, path, [...before, value]);
    return;
  }
  if (list.flow === true) {
    yaml.splice(startOf(list), endOf(list), inline([...list.toJSON(), value]));
    return;
  }
  const items = list.items as Node[];
  const last = items.at(-1);
  if (last === undefined) return;
  const indent = yaml.column(dashBefore(yaml, last));
  const end = endOfItem(yaml, last, indent + 1);
  const above = yaml.text.slice(0, commentsAbove(yaml, lineOf(yaml, dashBefore(yaml, last))));
  const gap = isFields(value) && (items.length === 1 || /\n[ \t]*\r?\n$/.test(above)) ? '\n' : '';
  const open = end > 0 && yaml.text[end - 1] !== '\n' ? '\n' : '';
  yaml.splice(end, end, `${open}${gap}${itemLines(value, indent).join('\n')}\n`);
}

function nodeAt(yaml: YamlText, path: Path): unknown {
  return path.length === 0 ? yaml.document.contents : yaml.document.getIn(path, true);
}

function pairAt(parent: unknown, step: Path[number]): Pair<Node, Node | null> | undefined {
  if (!isMap(parent)) return undefined;
  return (parent.items as Pair<Node, Node | null>[]).find(({ key }) => isScalar(key) && key.value === step);
}

function asWritten(yaml: YamlText, path: Path): object {
  const node = nodeAt(yaml, path);
  if (node === undefined || node === null || (isScalar(node) && node.value === null)) return {};
  if (isMap(node)) return node.toJSON() as object;
  throw new NotEditable(`\`${formatPath(path)}\` has no fields`);
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

function endOf(node: Node): number {
  return node.range?.[1] ?? 0;
}

/** Position behind the last line of a field. */
function endOfPair(yaml: YamlText, { key, value }: Pair<Node, Node | null>): number {
  const end = value === null ? endOf(key) : Math.max(endOf(value), endOf(key));
  return end > endOf(key) && yaml.text[end - 1] === '\n' ? end : yaml.lineEnd(end);
}

/** Position behind the last line of an item; comments below it that are indented as its fields are belong to it. */
function endOfItem(yaml: YamlText, item: Node, indent: number): number {
  const last = isMap(item) ? (item.items as Pair<Node, Node | null>[]).at(-1) : undefined;
  let end = last === undefined ? yaml.lineEnd(Math.max(startOf(item), endOf(item) - 1)) : endOfPair(yaml, last);
  const comment = new RegExp(String.raw`[ ]{${String(indent)},}#[^\n]*(?:\n|$)`, 'y');
  for (comment.lastIndex = end; indent > 0 && comment.test(yaml.text); comment.lastIndex = end) end = comment.lastIndex;
  return end;
}

/** The dash of an item: between the two there may be an anchor, a tag and comments, each with hyphens of its own. */
function dashBefore(yaml: YamlText, item: Node): number {
  const start = startOf(item);
  for (let at = start; at > 0;) {
    at = yaml.text.lastIndexOf('-', at - 1);
    if (at < 0) break;
    const isFirst = /^[ \t]*(?:-[ \t]+)*$/.test(yaml.text.slice(at - yaml.column(at), at));
    if (isFirst && isDecoration(yaml.text.slice(at + 1, start))) return at;
  }
  throw new NotEditable('an item has no dash');
}

/** Whether nothing but white space, comments, anchors and tags stands between a dash and its item. */
function isDecoration(text: string): boolean {
  if (text !== '' && text.trimStart() === text) return false;
  return text.split('\n').every((line, index, lines) => {
    const words = line.split(/\s/).filter((word) => word !== '');
    const comment = words.findIndex((word) => word.startsWith('#'));
    // A comment goes to the end of its line, and the item stands behind that.
    if (comment !== -1 && index === lines.length - 1) return false;
    return words.slice(0, comment === -1 ? words.length : comment).every((word) => /^[&!]/.test(word));
  });
}

function lineOf(yaml: YamlText, offset: number): number {
  return offset - yaml.column(offset);
}

/** Start of the comment lines right above a line. */
function commentsAbove(yaml: YamlText, lineStart: number): number {
  let start = lineStart;
  for (;;) {
    const before = start === 0 ? 0 : yaml.text.lastIndexOf('\n', start - 2) + 1;
    if (start === 0 || !/^[ \t]*#/.test(yaml.text.slice(before, start))) return start;
    start = before;
  }
}

function commentBehind(yaml: YamlText, node: Node): string {
  return /^[ \t]+#.*/.exec(yaml.text.slice(endOf(node)))?.[0] ?? '';
}

function isWrittenScalar(value: unknown): value is WrittenScalar {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** What stands on one line: a scalar, a list of scalars, or a map of one place for a secret. */
function isInline(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => isWrittenScalar(item) || item === null);
  if (!isFields(value)) return true;
  const [entry, ...others] = Object.entries(value);
  return (
    entry === undefined || (others.length === 0 && ['env', 'file'].includes(entry[0]) && isWrittenScalar(entry[1]))
  );
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (isFields(value)) {
    const members = Object.entries(value).map(([key, member]) => `${scalarText(key)}: ${inline(member)}`);
    return `{${members.join(', ')}}`;
  }
  return isWrittenScalar(value) ? asRead(value) : 'null';
}

/** A scalar as it is read again as itself. */
function asRead(value: WrittenScalar): string {
  const text = scalarText(value);
  return parse(text) === value || typeof value !== 'string' ? text : JSON.stringify(value);
}

/** A field with its value, from the column on. */
function fieldLines(name: string, value: unknown, indent: number): string[] {
  const head = `${' '.repeat(indent)}${scalarText(name)}:`;
  if (isInline(value)) return [`${head} ${inline(value)}`];
  if (Array.isArray(value)) return [head, ...value.flatMap((item) => itemLines(item, indent + 2))];
  return [head, ...Object.entries(value as object).flatMap(([key, one]) => fieldLines(key, one, indent + 2))];
}

function itemLines(value: unknown, indent: number): string[] {
  const outer = ' '.repeat(indent);
  if (!isFields(value) || Object.keys(value).length === 0) return [`${outer}- ${inline(value)}`];
  const [first = '', ...rest] = Object.entries(value).flatMap(([key, one]) => fieldLines(key, one, indent + 2));
  return [`${outer}- ${first.trimStart()}`, ...rest];
}
