import type { Random } from '../fuzz/random.ts';

/** What a generated document holds; `hide` in a comment is what the rules of the tests choose by. */
const WORDS = ['hide', 'note', 'plain', 'x'];
const SCALARS = [
  '1',
  'a',
  'true',
  '"q"',
  "'s'",
  'null',
  '~',
  '',
  'two words',
  '1.5',
  '"# no"',
  'a#b',
  '&anchor v',
  '!!str 5',
];
const KEYS = ['a', 'b', 'k', 'q', 'key two', 'data', 'x_unencrypted'];

/** A YAML text with comments wherever YAML takes one: mappings and lists of both styles, compact and not, blocks of text, two documents. */
export function commentedYaml(random: Random): string {
  return new YamlMaker(random).text();
}

class YamlMaker {
  readonly #random: Random;
  readonly #lines: string[] = [];
  #comments = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  text(): string {
    const random = this.#random;
    const documents = random.chance(0.15) ? 2 : 1;
    for (let index = 0; index < documents; index++) {
      if (index > 0 || random.chance(0.15)) this.#lines.push(`---${this.#tail(0.3)}`);
      this.#comment(0, 0.3);
      this.#mapping(0, 0);
      if (random.chance(0.05)) this.#lines.push('...');
    }
    const text = this.#lines.join('\n') + (random.chance(0.9) ? '\n' : '');
    return random.chance(0.05) ? text.replaceAll('\n', '\r\n') : text;
  }

  #mark(): string {
    return `#${this.#random.pick([' ', '', '  '])}${this.#random.pick(WORDS)}${String(this.#comments++)}`;
  }

  #tail(probability = 0.25): string {
    return this.#random.chance(probability) ? ` ${this.#mark()}` : '';
  }

  /** Comments on lines of their own near a column, with empty lines between them. */
  #comment(column: number, probability = 0.35): void {
    const random = this.#random;
    while (random.chance(probability)) {
      if (random.chance(0.3)) this.#lines.push('');
      const shift = random.chance(0.7) ? 0 : random.pick([-4, -2, -1, 1, 2, 4]);
      this.#lines.push(' '.repeat(Math.max(0, column + shift)) + this.#mark());
      if (random.chance(0.25)) this.#lines.push('');
    }
  }

  #mapping(column: number, depth: number): void {
    const count = this.#random.int(1, 3);
    for (let index = 0; index < count; index++) {
      this.#comment(column);
      this.#entry(' '.repeat(column), { column, depth, index });
    }
    this.#comment(column, 0.25);
  }

  #list(column: number, depth: number): void {
    const count = this.#random.int(1, 3);
    for (let index = 0; index < count; index++) {
      this.#comment(column);
      this.#value(`${' '.repeat(column)}-`, { column, depth, isElement: true });
    }
    this.#comment(column, 0.25);
  }

  #entry(prefix: string, { column, depth, index }: { column: number; depth: number; index: number }): void {
    const key = `${this.#random.pick(KEYS)}${String(index)}`;
    this.#value(`${prefix}${this.#random.chance(0.1) ? `"${key}"` : key}:`, { column, depth, isElement: false });
  }

  #value(prefix: string, { column, depth, isElement }: { column: number; depth: number; isElement: boolean }): void {
    const random = this.#random;
    const kind = random.int(0, depth > 4 ? 5 : 9);
    if (kind <= 3) {
      const scalar = random.pick(SCALARS);
      this.#lines.push(`${prefix}${scalar === '' ? '' : ` ${scalar}`}${this.#tail()}`);
    } else if (kind === 4) this.#lines.push(`${prefix} ${this.#flow(0)}${this.#tail()}`);
    else if (kind === 5) this.#lines.push(`${prefix} ${this.#block(column)}`);
    else if (isElement && random.chance(0.55)) this.#compact(`${prefix} `, { depth, isList: kind > 7 });
    else {
      this.#lines.push(prefix + this.#tail(0.3));
      const inner = column + random.pick([1, 2, 2, 2, 3, 4]);
      if (kind <= 7) this.#mapping(inner, depth + 1);
      else this.#list(isElement || random.chance(0.6) ? inner : column, depth + 1);
    }
  }

  /** What begins on the line of the dash before it. */
  #compact(prefix: string, { depth, isList }: { depth: number; isList: boolean }): void {
    const column = prefix.length;
    const count = this.#random.int(1, 3);
    for (let index = 0; index < count; index++) {
      if (index > 0) this.#comment(column);
      const start = index === 0 ? prefix : ' '.repeat(column);
      if (isList) this.#value(`${start}-`, { column, depth: depth + 1, isElement: true });
      else this.#entry(start, { column, depth: depth + 1, index });
    }
    this.#comment(column, 0.2);
  }

  #flow(depth: number): string {
    const random = this.#random;
    const gap = (): string => (random.chance(0.25) ? ` ${this.#mark()}\n${' '.repeat(random.int(0, 12))}` : '');
    const kind = depth > 2 ? 0 : random.int(0, 3);
    const part = (): string => this.#flow(depth + 1) + gap();
    const join = (parts: readonly string[]): string => gap() + parts.join(`,${random.pick(['', ' '])}`) + gap();
    const count = random.int(0, 2);
    if (kind === 1) return `[${join(Array.from({ length: count }, part))}]`;
    if (kind === 2) return `{${join(Array.from({ length: count }, (_, index) => `f${String(index)}: ${part()}`))}}`;
    return random.pick(['1', 'a', '"q"', "'s'", 'null', 'true']);
  }

  #block(column: number): string {
    const head = this.#random.pick(['|', '>', '|-', '|+']) + this.#tail(0.2);
    const line = (): string => ' '.repeat(column + 2) + this.#random.pick(['text', '# no comment', 'more']);
    return [head, ...Array.from({ length: this.#random.int(1, 2) }, line)].join('\n');
  }
}

/** A JSON, dotenv or INI text with what their readers have rules for. */
export function otherText(random: Random, ending: 'json' | 'env' | 'ini'): string {
  if (ending === 'json') return `{"r": ${jsonValue(random, 0)}, "x_unencrypted": ${jsonValue(random, 1)}}`;
  const count = random.int(0, 8);
  return Array.from({ length: count }, () => `${ending === 'env' ? dotenvLine(random) : iniLine(random)}\n`).join('');
}

function jsonValue(random: Random, depth: number): string {
  const kind = random.int(0, depth > 3 ? 5 : 8);
  const space = (): string => random.pick(['', '', ' ', '\n', '\t']);
  const count = random.int(0, 3);
  if (kind === 8) return `[${Array.from({ length: count }, () => space() + jsonValue(random, depth + 1)).join(',')}]`;
  if (kind > 5) {
    const entries = Array.from({ length: count }, (_, index) => {
      const key = `"${random.pick(['a', 'data', 'k_unencrypted', 'é<', ''])}${String(index)}"`;
      return `${space()}${key}${space()}:${jsonValue(random, depth + 1)}`;
    });
    return `{${entries.join(',')}}`;
  }
  return random.pick([
    'null',
    'true',
    '0',
    '-1',
    '1.0',
    '1e22',
    '1E-7',
    '0.1',
    '9223372036854775807',
    '"x"',
    '""',
    '"a\\nb"',
    '"<&>"',
    '"\\ud83d\\ude00"',
  ]);
}

function dotenvLine(random: Random): string {
  if (random.chance(0.3)) return `#${random.pick([' hide', 'note', '', '  x'])}`;
  const key = random.pick(['A', 'b', ' spaced ', 'k_unencrypted', 'data', 'export X']);
  return `${key}=${random.pick(['', 'v', 'two words', '"q"', 'a=b', 'one\\ntwo', '#no', 'é', '\t'])}`;
}

function iniLine(random: Random): string {
  const kind = random.int(0, 4);
  if (kind === 0) return `[${random.pick(['s', 't', 'DEFAULT', ' u ', 'x.y'])}]${random.pick(['', ' ; c', '# d'])}`;
  if (kind === 1) return `${random.pick(['; ', '#', '##', '; # '])}${random.pick(['hide', 'note', 'c d'])}`;
  const key = random.pick(['a', 'b', 'k_unencrypted', 'é', '"q"', '`r`', 'two words']);
  const value = random.pick([
    '',
    'v',
    'two w',
    '"q"',
    '`t`',
    '"""u"""',
    '"""multi\nline""" ; c',
    'a;b',
    'cont \\\n more',
    'x = y',
    'é',
  ]);
  return `${key}${random.pick(['=', ' = ', ':'])}${value}${random.pick(['', ' ; c', ' '])}`;
}
