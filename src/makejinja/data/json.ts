import { dictSet, makeDict } from '../../jinja/python/dict.ts';
import { makeFloat } from '../../jinja/python/numbers.ts';
import { normalizeInteger } from '../../jinja/python/numeric.ts';
import { DataError, describeCharacter, markAt } from './data-error.ts';
import { parseInteger } from '../../text/numbers.ts';

/**
 * The value of a JSON text, as Python's `json.load` reads it: ints exact at any size, `1.0` a float, `NaN`, `Infinity`
 * and `-Infinity` as well, of a key that stands twice the last value.
 *
 * @throws DataError for what Python refuses
 */
export function readJson(text: string): unknown {
  const parser = new JsonParser(text.replace(/^\uFEFF/, ''));
  return parser.parseDocument();
}

/** Python stops near this depth at its limit of recursion. */
const MAX_DEPTH = 990;

const WHITE_SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const WORD = /true|false|null|NaN|-?Infinity/y;
/** All but quotes, backslashes and control characters, which end a text. */
const CHARACTERS = /[ !#-[\]-\uffff]*/y;
const CODE = /[0-9a-fA-F]{4}/y;

const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

class JsonParser {
  readonly #text: string;
  #index = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parseDocument(): unknown {
    this.#take(WHITE_SPACE);
    const value = this.#parseValue();
    this.#take(WHITE_SPACE);
    if (this.#index < this.#text.length) throw this.#unexpected('the end of the file', 'remove what follows the value');
    return value;
  }

  #parseValue(): unknown {
    switch (this.#peek()) {
      case '{':
        return this.#nested(() => this.#parseObject());
      case '[':
        return this.#nested(() => this.#parseArray());
      case '"':
        return this.#parseString();
    }
    const word = this.#take(WORD);
    if (word !== '') return WORDS.get(word);
    return this.#parseNumber();
  }

  #nested(parse: () => unknown): unknown {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) {
      throw this.#error(`the values are nested deeper than ${String(MAX_DEPTH)} levels`, 'nest them less deeply');
    }
    this.#index += 1;
    this.#take(WHITE_SPACE);
    const value = parse();
    this.#depth -= 1;
    return value;
  }

  #parseObject(): unknown {
    const dict = makeDict();
    if (this.#takeChar('}')) return dict;
    do {
      this.#take(WHITE_SPACE);
      if (this.#peek() !== '"')
        throw this.#unexpected('a key in double quotes', 'write `"key": value`, without a comma at the end');
      const key = this.#parseString();
      this.#take(WHITE_SPACE);
      if (!this.#takeChar(':')) throw this.#unexpected('`:`', 'write `"key": value`');
      this.#take(WHITE_SPACE);
      dictSet(dict, key, this.#parseValue());
      this.#take(WHITE_SPACE);
    } while (this.#takeChar(','));
    if (!this.#takeChar('}'))
      throw this.#unexpected('`,` or `}`', 'separate the entries by commas and close the brace');
    return dict;
  }

  #parseArray(): unknown {
    const list: unknown[] = [];
    if (this.#takeChar(']')) return list;
    do {
      this.#take(WHITE_SPACE);
      list.push(this.#parseValue());
      this.#take(WHITE_SPACE);
    } while (this.#takeChar(','));
    if (!this.#takeChar(']'))
      throw this.#unexpected('`,` or `]`', 'separate the items by commas and close the bracket');
    return list;
  }

  #parseString(): string {
    const start = this.#index;
    this.#index += 1;
    let value = '';
    for (;;) {
      value += this.#take(CHARACTERS);
      if (this.#takeChar('"')) return value;
      if (this.#peek() === '\\') value += this.#parseEscape();
      else if (this.#peek() === '') {
        this.#index = start;
        throw this.#error('a text is not closed', 'add the closing quote');
      } else
        throw this.#error(`a text holds ${describeCharacter(this.#peek())}`, 'write it as an escape, such as `\\n`');
    }
  }

  #parseEscape(): string {
    const letter = this.#text.charAt(this.#index + 1);
    const simple = ESCAPES.get(letter);
    if (simple === undefined && letter !== 'u') {
      throw this.#error(`\`\\\` is followed by ${describeCharacter(letter)}`, 'write `\\\\` for a backslash');
    }
    this.#index += 2;
    if (simple !== undefined) return simple;
    const code = this.#take(CODE);
    if (code === '') throw this.#error('`\\u` wants four hexadecimal digits', 'write `\\\\` for a backslash');
    return String.fromCharCode(Number.parseInt(code, 16));
  }

  #parseNumber(): unknown {
    NUMBER.lastIndex = this.#index;
    const [text, fraction, exponent] = NUMBER.exec(this.#text) ?? [];
    if (text === undefined) {
      throw this.#unexpected(
        'a value',
        'write an object, an array, a text in double quotes, a number, true, false or null',
      );
    }
    const isFloat = fraction !== undefined || exponent !== undefined;
    const value = isFloat ? makeFloat(Number(text)) : parseInteger(text);
    if (value === undefined) throw this.#error('the integer has more than 4300 digits', 'put quotes around it');
    this.#index += text.length;
    return typeof value === 'bigint' ? normalizeInteger(value) : value;
  }

  #peek(): string {
    return this.#text.charAt(this.#index);
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#index;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#index += found.length;
    return found;
  }

  #takeChar(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#index += 1;
    return true;
  }

  #unexpected(wanted: string, remedy: string): DataError {
    return this.#error(`${wanted} should stand here, but there is ${describeCharacter(this.#peek())}`, remedy);
  }

  #error(message: string, remedy: string): DataError {
    return new DataError(message, markAt(this.#text, this.#index), remedy);
  }
}
