import { type Failure, failure, type Place } from '../../report/finding.ts';
import { METADATA_KEY } from '../metadata.ts';
import type { Branch, Comment, Entry, Tree, Value } from '../tree.ts';
import { scalarText } from '../scalars.ts';
import { DEPTH_LIMIT, placeIn } from './json.ts';

// Files of lines `key=value`, which have no levels to keep metadata in: it is written as flat keys.

const MAP_MARK = '__map_';
const LIST_MARK = '__list_';
/** What the keys of metadata begin with in a dotenv file. */
const PREFIX = `${METADATA_KEY}_`;

/**
 * The tree of a dotenv text by the rules of the sops program, which are not those of shells: a line is a comment where it starts with
 * `#`, and else `key=value`, blanks and quotes included; `\n` stands for a line break. Keys that begin with `sops_` are metadata. Throws a
 * Failure with the line of what is none of these.
 */
export function readDotenv(text: string, file: string): Tree {
  const items: (Comment | Entry)[] = [];
  const flat: Entry[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    if (line.startsWith('#')) items.push({ kind: 'comment', text: line.slice(1), inline: false });
    else if (at !== -1) {
      const key = line.slice(0, at);
      const value = line.slice(at + 1).replaceAll('\\n', '\n');
      if (key.startsWith(PREFIX)) flat.push(textEntry(key.slice(PREFIX.length), value));
      else items.push(textEntry(key, value));
    } else if (line !== '')
      throw wrong(placeIn(text, offset, file), 'The line is neither `KEY=value` nor a comment', 'start it with #');
    offset += line.length + 1;
  }
  return [{ kind: 'map', items: flat.length === 0 ? items : [...items, unflatten(flat, file)] }];
}

/** The tree as a dotenv text, as the sops program writes it. Throws a Failure where it has levels. */
export function writeDotenv(tree: Tree): string {
  const items = (tree[0]?.items ?? []).flatMap((item): readonly (Comment | Entry)[] =>
    isMetadata(item) ? flatten(item.value, METADATA_KEY, '_') : [item],
  );
  return items.map((item) => `${item.kind === 'comment' ? `#${item.text}` : dotenvLine(item)}\n`).join('');
}

function dotenvLine({ key, value }: Entry): string {
  return `${key}=${plainText(key, value).replaceAll('\n', '\\n')}`;
}

function isMetadata(item: Comment | Entry): item is Entry {
  return item.kind === 'entry' && item.key === METADATA_KEY && item.value.kind === 'map';
}

function textEntry(key: string, value: string): Entry {
  return { kind: 'entry', key, value: { kind: 'str', value } };
}

function wrong(place: Place, message: string, remedy?: string): Failure {
  return failure('input', { code: 'sops/syntax', message, place, ...(remedy === undefined ? {} : { remedy }) });
}

/** The text of a value as Go prints it. Throws a Failure for a mapping or list. */
function plainText(key: string, value: Value): string {
  switch (value.kind) {
    case 'map':
    case 'list': {
      const message = `\`${key}\` holds a mapping or list, which a file of lines cannot keep`;
      throw failure('input', { code: 'sops/syntax', message });
    }
    case 'null':
      return '<nil>';
    case 'float':
      return floatPrinted(value.value);
    case 'bool':
      return String(value.value);
    case 'bytes':
      return Buffer.from(value.value, 'base64').toString('utf8');
    default:
      return scalarText(value);
  }
}

/** A float with its shortest digits: an exponent of two digits from 1E+21 on and below 1E-04, and one decimal at least without. */
function floatPrinted(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const sign = Object.is(value, -0) ? '-' : '';
  const power = Number(exponent);
  if (power >= -4 && power < 21) {
    const text = scalarText({ kind: 'float', value });
    return text.includes('.') ? text : `${text}.0`;
  }
  return `${sign}${mantissa}E${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** Metadata as keys of one level: `age__list_0__map_enc` below `sops`. */
function flatten(value: Value, key: string, joint: string): Entry[] {
  if (value.kind === 'map') {
    const entries = value.items.filter((item): item is Entry => item.kind === 'entry');
    return entries.flatMap((entry) => flatten(entry.value, key + joint + entry.key, MAP_MARK));
  }
  if (value.kind !== 'list') return [{ kind: 'entry', key, value }];
  const items = value.items.filter((item): item is Value => item.kind !== 'comment');
  return items.flatMap((item, index) => flatten(item, `${key}${LIST_MARK}${String(index)}`, MAP_MARK));
}

/** What stands below one key of flattened metadata while it is put together. */
interface Growing {
  value?: Value;
  readonly keys: Map<string, Growing>;
  readonly places: Map<number, Growing>;
}

function unflatten(flat: readonly Entry[], file: string): Entry {
  const root = growing();
  for (const { key, value } of flat) {
    const steps = stepsOf(key);
    if (steps.length > DEPTH_LIMIT)
      throw badMetadata(file, `a key in it is nested more than ${String(DEPTH_LIMIT)} levels deep`);
    let at = root;
    for (const step of steps) at = descend(at, step);
    if (at.value !== undefined) throw badMetadata(file, `\`${key}\` stands twice`);
    at.value = value;
  }
  return { kind: 'entry', key: METADATA_KEY, value: grown(root, file) };
}

function growing(): Growing {
  return { keys: new Map(), places: new Map() };
}

function stepsOf(key: string): (string | number)[] {
  const [first = '', ...marked] = key.split(/(?=__map_|__list_)/);
  const steps = marked.map((part) =>
    part.startsWith(MAP_MARK) ? part.slice(MAP_MARK.length) : Number(part.slice(LIST_MARK.length)),
  );
  return [first, ...steps];
}

function descend(at: Growing, step: string | number): Growing {
  const known = typeof step === 'string' ? at.keys.get(step) : at.places.get(step);
  if (known !== undefined) return known;
  const next = growing();
  if (typeof step === 'string') at.keys.set(step, next);
  else at.places.set(step, next);
  return next;
}

function grown({ value, keys, places }: Growing, file: string): Value {
  if (Number(value !== undefined) + Number(keys.size > 0) + Number(places.size > 0) > 1)
    throw badMetadata(file, 'its keys contradict each other');
  if (value !== undefined) return value;
  if (places.size === 0) {
    const sorted = [...keys].sort(([one], [other]) => (one < other ? -1 : 1));
    return { kind: 'map', items: sorted.map(([key, part]) => ({ kind: 'entry', key, value: grown(part, file) })) };
  }
  const items = Array.from({ length: places.size }, (_, index) => {
    const part = places.get(index);
    if (part === undefined) throw badMetadata(file, 'a list in it has gaps');
    return grown(part, file);
  });
  return { kind: 'list', items };
}

function badMetadata(file: string, why: string): Failure {
  const message = `The metadata of SOPS in ${file} cannot be used: ${why}`;
  return failure('input', { code: 'sops/metadata', message, place: { file }, remedy: 'restore the file from Git' });
}

/** The section of keys that stand before the first section. */
const DEFAULT_SECTION = 'DEFAULT';
const BLANK = '[\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const LEADING = new RegExp(`^${BLANK}+`, 'u');
const TRAILING = new RegExp(`(?<!${BLANK})${BLANK}+$`, 'u');

/** What Go's strings.TrimSpace takes off. */
function trim(text: string): string {
  return text.replace(LEADING, '').replace(TRAILING, '');
}

/**
 * The tree of an INI text by the rules of the library that the sops program reads it with (gopkg.in/ini.v1): a section is a mapping,
 * values are texts, a comment belongs to the key or section below it, or to the one on its line, and follows it in the tree. Comments behind
 * the last key belong to nothing and are lost. Throws a Failure with the line of what is no INI.
 */
export function readIni(text: string, file: string): Tree {
  return [new IniReader(text, file).document()];
}

interface Section {
  readonly name: string;
  readonly comment: string;
  readonly keys: Map<string, { value: string; comment: string }>;
}

class IniReader {
  readonly #text: string;
  readonly #file: string;
  #at = 0;
  #lineStart = 0;
  #comment = '';

  constructor(text: string, file: string) {
    this.#text = text.replace(/^\ufeff/, '');
    this.#file = file;
  }

  document(): Branch {
    const sections: Section[] = [{ name: DEFAULT_SECTION, comment: '', keys: new Map() }];
    for (let raw = this.#line(); raw !== undefined; raw = this.#line()) {
      const line = raw.replace(LEADING, '');
      if (line === '') continue;
      if (/^[#;]/.test(line)) this.#comment += line;
      else if (line.startsWith('[')) sections.push(this.#section(line));
      else this.#key(line, sections.at(-1)?.keys ?? new Map<string, never>());
    }
    return { kind: 'map', items: sections.map((section) => this.#entry(section)) };
  }

  #section(line: string): Section {
    const end = line.lastIndexOf(']');
    if (end === -1) throw this.#wrong('The section has no closing bracket', 'write it as [name]');
    const name = line.slice(1, end);
    if (name === '') throw this.#wrong('The section has no name', 'write it as [name]');
    this.#comment += commentIn(line.slice(end + 1));
    return { name, comment: this.#takeComment(), keys: new Map() };
  }

  #key(line: string, keys: Section['keys']): void {
    const { name, rest } = this.#name(line);
    if (name === '') throw this.#wrong('The line has no key', 'write it as key = value');
    if (name === '-')
      throw this.#wrong('The key `-` stands for a number, and SOPS writes it back as a comment', 'give it a name');
    const value = this.#value(rest);
    keys.set(name, { value, comment: this.#takeComment() });
  }

  #name(line: string): { name: string; rest: string } {
    const quote = line.startsWith('"""') && Buffer.byteLength(line) > 6 ? '"""' : (/^["`]/.exec(line)?.[0] ?? '');
    if (quote === '') {
      const at = line.search(/[=:]/);
      if (at === -1) throw this.#wrong('The line is no section, no comment and has no `=`', 'write it as key = value');
      return { name: trim(line.slice(0, at)), rest: line.slice(at + 1) };
    }
    const end = line.indexOf(quote, quote.length);
    if (end === -1) throw this.#wrong('The key has no closing quote');
    const at = line.slice(end + quote.length).search(/[=:]/);
    if (at === -1) throw this.#wrong('There is no `=` behind the key', 'write it as key = value');
    return { name: trim(line.slice(quote.length, end)), rest: line.slice(end + quote.length + at + 1) };
  }

  #value(raw: string): string {
    const line = raw.replace(LEADING, '');
    if (line === '') return '';
    const quote = line.startsWith('"""') && Buffer.byteLength(line) > 3 ? '"""' : line.startsWith('`') ? '`' : '';
    if (quote !== '') {
      const end = line.slice(quote.length).lastIndexOf(quote);
      return end === -1
        ? this.#quotedLines(line.slice(quote.length), quote)
        : line.slice(quote.length, end + quote.length);
    }
    const bare = trim(line);
    if (bare.endsWith('\\')) return this.#continuedLines(bare.slice(0, -1));
    const at = bare.search(/[#;]/);
    if (at !== -1) this.#comment += bare.slice(at);
    return unquote(at === -1 ? bare : trim(bare.slice(0, at)));
  }

  #quotedLines(first: string, quote: string): string {
    let value = first;
    for (let line = this.#line(); line !== undefined; line = this.#line()) {
      const end = line.lastIndexOf(quote);
      const goesOn = end !== -1 && trim(line.slice(end + quote.length)).endsWith('\\');
      if (end !== -1 && !goesOn) {
        this.#comment += trim(commentIn(line.slice(end)));
        return value + line.slice(0, end);
      }
      value += line;
    }
    throw this.#wrong('The value has no closing quote');
  }

  #continuedLines(first: string): string {
    let value = first;
    for (;;) {
      const line = trim(this.#line() ?? '');
      if (line === '') return value;
      value += line;
      if (!value.endsWith('\\')) return value;
      value = value.slice(0, -1);
    }
  }

  /** The next line with its end; undefined behind the last. */
  #line(): string | undefined {
    if (this.#at >= this.#text.length) return undefined;
    this.#lineStart = this.#at;
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end === -1 ? this.#text.length : end + 1;
    return this.#text.slice(this.#lineStart, this.#at);
  }

  #takeComment(): string {
    const comment = trim(this.#comment);
    this.#comment = '';
    return comment;
  }

  #entry({ name, comment, keys }: Section): Entry {
    const items: (Comment | Entry)[] = comment === '' ? [] : [iniComment(comment)];
    for (const [key, { value, comment: behind }] of keys) {
      items.push(textEntry(key, value));
      if (behind !== '') items.push(iniComment(behind));
    }
    if (name !== METADATA_KEY) return { kind: 'entry', key: name, value: { kind: 'map', items } };
    const flat = items.filter((item): item is Entry => item.kind === 'entry');
    return unflatten(
      flat.map(({ key, value }) => textEntry(key, plainText(key, value).replaceAll('\\n', '\n'))),
      this.#file,
    );
  }

  #wrong(message: string, remedy?: string): Failure {
    return wrong(placeIn(this.#text, this.#lineStart, this.#file), message, remedy);
  }
}

function commentIn(rest: string): string {
  const at = rest.search(/[#;]/);
  return at === -1 ? '' : rest.slice(at);
}

/** The marks at the start are taken off the first line alone. */
function iniComment(text: string): Comment {
  const bare = text.startsWith(';') ? text.replace(/^[; ]+/, '') : text.replace(/^[# ]+/, '');
  return { kind: 'comment', text: bare, inline: false };
}

function unquote(text: string): string {
  const [quote] = text;
  const isQuoted = (quote === '"' || quote === "'") && text.length >= 2 && text.indexOf(quote, 1) === text.length - 1;
  return isQuoted ? text.slice(1, -1) : text;
}

/** The tree as INI, as the sops program writes it. Throws a Failure where it has other levels than sections and keys. */
export function writeIni(tree: Tree): string {
  const sections = (tree[0]?.items ?? []).filter((item): item is Entry => item.kind === 'entry');
  const texts = sections.map((section, index) => sectionText(section, index === 0));
  return texts.map((text, index) => (text !== '' && index < texts.length - 1 ? `${text}\n` : text)).join('');
}

function sectionText({ key: name, value }: Entry, isFirst: boolean): string {
  if (value.kind !== 'map')
    throw failure('input', { code: 'sops/syntax', message: `\`${name}\` is no section, and INI has nothing else` });
  const items = name === METADATA_KEY ? flatMetadata(value) : value.items;
  const [first] = items;
  const head = first?.kind === 'comment' ? commentLines(first.text, (line) => line) : '';
  const keys = keysOf(first?.kind === 'comment' ? items.slice(1) : items);
  const isBare = isFirst && name.toUpperCase() === DEFAULT_SECTION;
  if (isBare && keys.size === 0) return head;
  const width = [...keys.keys()].reduce((widest, key) => Math.max(widest, widthOf(key)), 0);
  const lines = [...keys].map(([key, { text, comment }]) => {
    const equals = `${' '.repeat(Math.max(0, width - Buffer.byteLength(quotedKey(key))))} = `;
    return `${commentLines(comment, trim)}${quotedKey(key)}${equals}${quotedValue(text)}\n`;
  });
  return `${head}${isBare ? '' : `[${name}]\n`}${lines.join('')}`;
}

function flatMetadata(metadata: Branch): Entry[] {
  const flat = metadata.items.flatMap((item) => (item.kind === 'entry' ? flatten(item.value, item.key, MAP_MARK) : []));
  return flat.map(({ key, value }) => textEntry(key, plainText(key, value).replaceAll('\n', '\\n')));
}

/** The keys in their order, with the last comment that follows each of them. */
function keysOf(items: readonly (Comment | Entry)[]): Map<string, { text: string; comment: string }> {
  const keys = new Map<string, { text: string; comment: string }>();
  let last: { text: string; comment: string } | undefined;
  for (const item of items) {
    if (item.kind === 'comment') {
      if (last !== undefined) last.comment = item.text;
      continue;
    }
    last = { text: plainText(item.key, item.value), comment: '' };
    keys.set(item.key, last);
  }
  return keys;
}

function commentLines(comment: string, ofLine: (line: string) => string): string {
  if (comment === '') return '';
  const lines = comment.split('\n').map((line) => {
    return /^[#;]/.test(line) ? `${line.slice(0, 1)} ${trim(line.slice(1))}` : `; ${ofLine(line)}`;
  });
  return `${lines.join('\n')}\n`;
}

function quotedKey(key: string): string {
  if (/["=:]/.test(key)) return `\`${key}\``;
  return key.includes('`') ? `"""${key}"""` : key;
}

function widthOf(key: string): number {
  return Buffer.byteLength(quotedKey(key));
}

function quotedValue(text: string): string {
  if (/[\n`]/.test(text)) return `"""${text}"""`;
  if (/[#;]/.test(text)) return `\`${text}\``;
  return trim(text) === text ? text : `"${text}"`;
}
