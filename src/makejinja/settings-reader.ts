import type { JsonMap } from '@iarna/toml';
import type { Finding } from '../report/finding.ts';
import type { Mark } from './data/data-error.ts';
import { suggestNearest } from '../text/suggest.ts';

/** What a value has to be: a test, and words for the message. */
interface Form<T> {
  readonly fits: (value: unknown) => value is T;
  readonly wanted: string;
}

/**
 * Takes values out of TOML tables and collects what is wrong with them. It takes what makejinja takes: dashes in keys,
 * `yes` for true, and texts in the place of a list, with colons between them.
 */
export class SettingsReader {
  readonly findings: Finding[] = [];
  readonly #lines: readonly string[];
  readonly #file: string;
  /** By the paths of keys, whose dashes are underscores. */
  readonly #places: ReadonlyMap<string, Mark>;
  readonly #paths = new WeakMap<JsonMap, readonly string[]>();

  /**
   * @param text - of the file, for what findings show of it
   * @param places - of its keys, as `tomlPlaces` gives them
   */
  constructor(text: string, file: string, places: ReadonlyMap<string, Mark>) {
    this.#lines = text.split(/\r?\n/);
    this.#file = file;
    this.#places = new Map([...places].map(([path, mark]) => [underscored(path), mark]));
  }

  /** The table of the settings; those of other programs are passed over, unless they look like a slip of the pen. */
  root(value: JsonMap, name: string, keys: readonly string[]): JsonMap {
    for (const key of Object.keys(value)) {
      if (key === name) continue;
      if (keys.includes(underscored(key)))
        this.#complain([key], `\`${key}\` stands outside of [${name}]`, `write [${name}] above it`);
      else if (suggestNearest(key, [name]) !== undefined)
        this.#complain([key], `unknown key \`${key}\``, `did you mean \`${name}\`?`);
    }
    return this.table(value[name] ?? {}, name, keys);
  }

  table(value: unknown, name: string, keys: readonly string[]): JsonMap {
    const path = name.split('.');
    if (!isTable(value)) {
      this.#complain(path, `${name} is not a table`, `use a table [${name}]`);
      return {};
    }
    for (const key of Object.keys(value)) {
      if (keys.includes(underscored(key))) continue;
      const nearest = suggestNearest(underscored(key), keys);
      const hint = nearest === undefined ? `known keys: ${keys.join(', ')}` : `did you mean \`${nearest}\`?`;
      this.#complain([...path, key], `unknown key \`${key}\` in [${name}]`, hint);
    }
    const table = Object.fromEntries(Object.entries(value).map(([key, one]) => [underscored(key), one]));
    this.#paths.set(table, path);
    return table;
  }

  text(table: JsonMap, key: string, fallback: string): string {
    return this.#take(table, key, fallback, { fits: isText, wanted: 'a text in quotes' });
  }

  flag(table: JsonMap, key: string, fallback: boolean): boolean {
    const read = this.#take<unknown>(table, key, fallback, {
      fits: (value): value is unknown => asFlag(value) !== undefined,
      wanted: 'true or false',
    });
    return asFlag(read) ?? fallback;
  }

  /** A whole number from 1 to the largest, also as a text of digits, which is how variables of the environment have it. */
  count(table: JsonMap, key: string, largest: number, fallback: number): number {
    const numberOf = (value: unknown): number =>
      isText(value) && /^\d+$/.test(value)
        ? Number(value)
        : typeof value === 'bigint'
          ? Number(value)
          : (value as number);
    const read = this.#take<unknown>(table, key, fallback, {
      fits: (value): value is unknown => {
        const number = numberOf(value);
        return Number.isInteger(number) && number >= 1 && number <= largest;
      },
      wanted: `a whole number from 1 to ${String(largest)}`,
    });
    return numberOf(read);
  }

  texts(table: JsonMap, key: string, fallback: readonly string[]): readonly string[] {
    const fits = (value: unknown): value is string | string[] =>
      isText(value) || (Array.isArray(value) && value.every(isText));
    const read = this.#take<string | readonly string[]>(table, key, fallback, { fits, wanted: 'a list of texts' });
    return isText(read) ? read.split(':') : read;
  }

  oneOf<T extends string>(table: JsonMap, key: string, values: readonly T[], fallback: T): T {
    const fits = (value: unknown): value is T => values.some((one) => one === value);
    const wanted = `one of ${values.map((one) => JSON.stringify(one)).join(', ')}`;
    return this.#take(table, key, fallback, { fits, wanted });
  }

  someOf<T extends string>(table: JsonMap, key: string, values: readonly T[], fallback: readonly T[]): readonly T[] {
    const fits = (value: unknown): value is string | T[] =>
      (isText(value) ? value.split(':') : Array.isArray(value) ? value : [undefined]).every((one) =>
        values.some((known) => known === one),
      );
    const wanted = `a list of ${values.join(', ')}`;
    const read = this.#take<string | readonly T[]>(table, key, fallback, { fits, wanted });
    return isText(read) ? (read.split(':') as T[]) : read;
  }

  /** Texts by name; what else stands there is given as it is, for the caller to print. */
  scalarsByName(
    table: JsonMap,
    key: string,
    fallback: Readonly<Record<string, unknown>>,
  ): Readonly<Record<string, unknown>> {
    const isScalar = (value: unknown): boolean => ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
    const fits = (value: unknown): value is Record<string, unknown> =>
      isTable(value) && Object.values(value).every((one) => isScalar(one) || one instanceof Date);
    return this.#take(table, key, fallback, { fits, wanted: 'a table of texts' });
  }

  listsByName(
    table: JsonMap,
    key: string,
    fallback: Readonly<Record<string, readonly string[]>>,
  ): Readonly<Record<string, readonly string[]>> {
    const isTexts = (value: unknown): boolean => isText(value) || (Array.isArray(value) && value.every(isText));
    const fits = (value: unknown): value is Record<string, string | string[]> =>
      isTable(value) && Object.values(value).every(isTexts);
    const read = this.#take<Readonly<Record<string, string | readonly string[]>>>(table, key, fallback, {
      fits,
      wanted: 'a table of lists of texts',
    });
    return Object.fromEntries(
      Object.entries(read).map(([name, texts]) => [name, isText(texts) ? texts.split(':') : texts]),
    );
  }

  #take<T>(table: JsonMap, key: string, fallback: T, { fits, wanted }: Form<T>): T {
    const value: unknown = table[key];
    if (value === undefined) return fallback;
    if (fits(value)) return value;
    const message = `\`${key}\` has the wrong type: ${JSON.stringify(value)}`;
    this.#complain([...(this.#paths.get(table) ?? []), key], message, `use ${wanted}`);
    return fallback;
  }

  #complain(path: readonly string[], message: string, remedy: string): void {
    const { mark, key } = this.#placeOf(path);
    const sourceLine = mark && this.#lines[mark.line];
    this.findings.push({
      code: 'render/settings',
      severity: 'error',
      message,
      place: {
        file: this.#file,
        ...(mark && { line: mark.line + 1, column: mark.column + 1, length: key.length }),
      },
      ...(sourceLine === undefined ? {} : { sourceLine }),
      remedy,
    });
  }

  /** Where a key stands, or what it stands in. */
  #placeOf(path: readonly string[]): { readonly mark: Mark | undefined; readonly key: string } {
    for (let depth = path.length; depth > 0; depth -= 1) {
      const mark = this.#places.get(underscored(JSON.stringify(path.slice(0, depth))));
      if (mark !== undefined) return { mark, key: path[depth - 1] ?? '' };
    }
    return { mark: undefined, key: '' };
  }
}

/** makejinja takes dashes for underscores. */
function underscored(key: string): string {
  return key.replaceAll('-', '_');
}

/** The words that makejinja's settings take for true and false. */
function asFlag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const word = String(value).toLowerCase();
  if (['true', 't', 'yes', 'y', 'on', '1'].includes(word)) return true;
  return ['false', 'f', 'no', 'n', 'off', '0'].includes(word) ? false : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTable(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
