import { pyError } from '../../errors.ts';
import { hold, ITEM, madeText, makeItems, makeText, scanText, spend } from '../budget.ts';
import { type PyFunction, pythonFunction } from '../callable.ts';
import {
  capitalize,
  caseFold,
  isLower,
  isTitle,
  isUpper,
  lowerCase,
  swapCase,
  titleCase,
  upperCase,
} from '../characters.ts';
import { type CharacterClass, isAll, isIdentifier, isPrintable } from '../classes.ts';
import { dictGet } from '../dict.ts';
import { escapedString } from '../escape.ts';
import { each } from '../iteration.ts';
import { isText, Markup, plain } from '../markup.ts';
import { isInteger, toSize } from '../numeric.ts';
import { NOT_FOUND } from '../object.ts';
import { Tuple, tuple } from '../tuple.ts';
import { isDict, typeName } from '../types.ts';
import { encode } from './encoding.ts';
import {
  center,
  expandTabs,
  ljust,
  lstrip,
  removePrefix,
  removeSuffix,
  replace,
  rjust,
  rstrip,
  strip,
  zfill,
} from './trimming.ts';
import {
  count,
  endsWith,
  find,
  index,
  partition,
  rfind,
  rindex,
  rpartition,
  rsplit,
  split,
  splitLines,
  startsWith,
} from './search.ts';

type TextMethod = (text: string, ...args: unknown[]) => unknown;

/** Every method of str but the formatting ones, by its signature. */
const METHODS: readonly (readonly [string, TextMethod])[] = [
  ['capitalize(self, /)', capitalize],
  ['casefold(self, /)', caseFold],
  ['center(self, width, fillchar=" ", /)', center],
  ['count(self, sub, start=None, end=None, /)', count],
  ['encode(self, /, encoding="utf-8", errors="strict")', encode],
  ['endswith(self, suffix, start=None, end=None, /)', endsWith],
  ['expandtabs(self, /, tabsize=8)', expandTabs],
  ['find(self, sub, start=None, end=None, /)', find],
  ['index(self, sub, start=None, end=None, /)', index],
  ['isascii(self, /)', isAscii],
  ['isidentifier(self, /)', isIdentifier],
  ['islower(self, /)', isLower],
  ['isprintable(self, /)', isPrintable],
  ['istitle(self, /)', isTitle],
  ['isupper(self, /)', isUpper],
  ['join(self, iterable, /)', join],
  ['ljust(self, width, fillchar=" ", /)', ljust],
  ['lower(self, /)', lowerCase],
  ['lstrip(self, chars=None, /)', lstrip],
  ['partition(self, sep, /)', partition],
  ['removeprefix(self, prefix, /)', removePrefix],
  ['removesuffix(self, suffix, /)', removeSuffix],
  ['replace(self, old, new, count=-1, /)', replace],
  ['rfind(self, sub, start=None, end=None, /)', rfind],
  ['rindex(self, sub, start=None, end=None, /)', rindex],
  ['rjust(self, width, fillchar=" ", /)', rjust],
  ['rpartition(self, sep, /)', rpartition],
  ['rsplit(self, /, sep=None, maxsplit=-1)', rsplit],
  ['rstrip(self, chars=None, /)', rstrip],
  ['split(self, /, sep=None, maxsplit=-1)', split],
  ['splitlines(self, /, keepends=False)', splitLines],
  ['startswith(self, prefix, start=None, end=None, /)', startsWith],
  ['strip(self, chars=None, /)', strip],
  ['swapcase(self, /)', swapCase],
  ['title(self, /)', titleCase],
  ['translate(self, table, /)', translate],
  ['upper(self, /)', upperCase],
  ['zfill(self, width, /)', zfill],
  ...(['isalnum', 'isalpha', 'isdecimal', 'isdigit', 'isnumeric', 'isspace'] as const).map(classMethod),
];

function classMethod(name: CharacterClass): readonly [string, TextMethod] {
  return [`${name}(self, /)`, (text) => isAll(text, name)];
}

/** The methods of a plain text, each with the text as its first argument. */
export function stringMethods(): Map<string, PyFunction> {
  return new Map(
    METHODS.map(([signature, method]) => [
      nameOf(signature),
      pythonFunction(`str.${signature}`, (text: string, ...args: unknown[]) => {
        scanText(text.length);
        return method(text, ...args);
      }),
    ]),
  );
}

/** Position of the argument that MarkupSafe escapes, counted without the text itself. */
const ESCAPED_ARGUMENT: ReadonlyMap<string, number> = new Map([
  ['replace', 1],
  ['ljust', 1],
  ['rjust', 1],
  ['center', 1],
]);

/** The methods of a safe text: what they give is safe, what they put in is escaped. */
export function markupMethods(): Map<string, PyFunction> {
  const methods = METHODS.map(([signature, method]) => markupMethod(signature, method));
  return new Map([...methods, ['join', pythonFunction('Markup.join(self, iterable, /)', joinMarkup)]]);
}

function markupMethod(signature: string, method: TextMethod): [string, PyFunction] {
  const name = nameOf(signature);
  const escaped = ESCAPED_ARGUMENT.get(name);
  const call = (text: Markup, ...args: unknown[]): unknown => {
    if (escaped !== undefined && args[escaped] !== undefined) args[escaped] = escapedString(args[escaped]);
    scanText(text.value.length);
    return asMarkup(method(text.value, ...args));
  };
  return [name, pythonFunction(`Markup.${signature}`, call)];
}

function nameOf(signature: string): string {
  return signature.slice(0, signature.indexOf('('));
}

function asMarkup(result: unknown): unknown {
  if (typeof result === 'string') return new Markup(result);
  if (!Array.isArray(result)) return result;
  makeItems(result.length * ITEM);
  const items = result.map((item) => new Markup(String(item)));
  return result instanceof Tuple ? tuple(items) : items;
}

function join(separator: string, iterable: unknown): string {
  const items = Array.from(each(requireIterable(iterable)), (item, position) => {
    hold(8);
    if (isText(item)) return plain(item);
    const where = `sequence item ${String(position)}: expected str instance`;
    throw pyError('TypeError', `${where}, ${typeName(item)} found`);
  });
  return joined(items, separator);
}

function joinMarkup(separator: Markup, iterable: unknown): Markup {
  const items = Array.from(each(requireIterable(iterable)), (item) => {
    hold(8);
    return escapedString(item);
  });
  return new Markup(joined(items, separator.value));
}

function joined(items: readonly string[], separator: string): string {
  let length = separator.length * items.length;
  for (const item of items) length += item.length;
  makeText(length);
  return items.join(separator);
}

function requireIterable(value: unknown): unknown {
  if (typeof value === 'number' || value === null) throw pyError('TypeError', 'can only join an iterable');
  return value;
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

function translate(text: string, table: unknown): string {
  if (!isDict(table)) throw pyError('TypeError', `'${typeName(table)}' object is not subscriptable`);
  spend(text.length * ITEM * 2);
  let output = '';
  for (const char of text) {
    const found = dictGet(table, char.codePointAt(0) ?? 0);
    if (found === NOT_FOUND) output += char;
    else if (isText(found)) output += madeText(plain(found));
    else if (isInteger(found)) output += String.fromCodePoint(toSize(found));
    else if (found !== null) throw pyError('TypeError', 'character mapping must return integer, None or str');
  }
  makeText(text.length);
  return output;
}
