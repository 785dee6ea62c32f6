import type { JsonMap } from '@iarna/toml';
import type { Finding } from '../report/finding.ts';
import { suggestNearest } from '../report/suggest.ts';

/** What a value has to be: a test, and words for the message. */
interface Form<T> {
  readonly fits: (value: unknown) => value is T;
  readonly wanted: string;
}

/** Takes values out of TOML tables and collects what is wrong with them. */
export class SettingsReader {
  readonly findings: Finding[] = [];
  readonly #lines: readonly string[];
  readonly #file: string;

  constructor(text: string, file: string) {
    this.#lines = text.split('\n');
    this.#file = file;
  }

  table(value: unknown, name: string, keys: readonly string[]): JsonMap {
    if (!isTable(value)) {
      this.#complain(name.split('.').at(-1) ?? name, `${name} is not a table`, `a table [${name}]`);
      return {};
    }
    for (const key of Object.keys(value)) {
      if (keys.includes(key)) continue;
      const nearest = suggestNearest(key, keys);
      const hint = nearest === undefined ? `known keys: ${keys.join(', ')}` : `did you mean \`${nearest}\`?`;
      this.#complain(key, `unknown key \`${key}\`${name === '' ? '' : ` in [${name}]`}`, hint);
    }
    return value;
  }

  text(table: JsonMap, key: string, fallback: string): string {
    return this.#take(table, key, fallback, { fits: isText, wanted: 'a text in quotes' });
  }

  flag(table: JsonMap, key: string, fallback: boolean): boolean {
    return this.#take(table, key, fallback, { fits: (value) => typeof value === 'boolean', wanted: 'true or false' });
  }

  texts(table: JsonMap, key: string, fallback: readonly string[]): readonly string[] {
    const fits = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
    return this.#take<readonly string[]>(table, key, fallback, { fits, wanted: 'a list of texts' });
  }

  oneOf<T extends string>(table: JsonMap, key: string, values: readonly T[], fallback: T): T {
    const fits = (value: unknown): value is T => values.some((one) => one === value);
    const wanted = `one of ${values.map((one) => JSON.stringify(one)).join(', ')}`;
    return this.#take(table, key, fallback, { fits, wanted });
  }

  someOf<T extends string>(table: JsonMap, key: string, values: readonly T[]): readonly T[] {
    const fits = (value: unknown): value is T[] =>
      Array.isArray(value) && value.every((one) => values.some((known) => known === one));
    return this.#take<readonly T[]>(table, key, [], { fits, wanted: `a list of ${values.join(', ')}` });
  }

  textsByName(table: JsonMap, key: string): Readonly<Record<string, string>> {
    const isScalar = (value: unknown): boolean => ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
    const fits = (value: unknown): value is Record<string, string | number | boolean> =>
      isTable(value) && Object.values(value).every(isScalar);
    const read = this.#take(table, key, {}, { fits, wanted: 'a table of texts' });
    return Object.fromEntries(Object.entries(read).map(([name, value]) => [name, String(value)]));
  }

  listsByName(table: JsonMap, key: string): Readonly<Record<string, readonly string[]>> {
    const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
    const fits = (value: unknown): value is Record<string, string[]> =>
      isTable(value) && Object.values(value).every(isTexts);
    return this.#take(table, key, {}, { fits, wanted: 'a table of lists of texts' });
  }

  #take<T>(table: JsonMap, key: string, fallback: T, { fits, wanted }: Form<T>): T {
    const value: unknown = table[key];
    if (value === undefined) return fallback;
    if (fits(value)) return value;
    this.#complain(key, `\`${key}\` has the wrong type: ${JSON.stringify(value)}`, `use ${wanted}`);
    return fallback;
  }

  /** The TOML package keeps no positions: the first line that defines a key of this name is shown. */
  #complain(key: string, message: string, remedy: string): void {
    const pattern = new RegExp(`^(\\s*\\[?(?:[\\w."-]+\\.)?)["']?${escapeRegExp(key)}["']?\\s*[=\\]]`);
    const index = this.#lines.findIndex((line) => pattern.test(line));
    const line = this.#lines[index];
    const column = line === undefined ? 1 : (pattern.exec(line)?.[1]?.length ?? 0) + 1;
    this.findings.push({
      code: 'render/settings',
      severity: 'error',
      message,
      place:
        line === undefined ? { file: this.#file } : { file: this.#file, line: index + 1, column, length: key.length },
      ...(line === undefined ? {} : { sourceLine: line }),
      remedy,
    });
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTable(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
