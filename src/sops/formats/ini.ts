import { failure, type Failure } from '../../report/finding.ts';
import { METADATA_KEY } from '../metadata.ts';
import type { Branch, Comment, Entry, Tree } from '../tree.ts';
import { flatten, plainText, textEntry, unflatten, wrong } from './dotenv.ts';
import { placeIn } from './json.ts';

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
  const flat = metadata.items.flatMap((item) => (item.kind === 'entry' ? flatten(item.value, item.key) : []));
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
