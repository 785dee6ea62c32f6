import { pyError } from './errors.ts';
import { hold, spend } from './python/budget.ts';
import { bind, BoundMethod, call, parseSignature, type PyCallable, pythonFunction } from './python/callable.ts';
import { type Dict, dictGet, dictSet, makeDict } from './python/dict.ts';
import { escapeText } from './python/escape.ts';
import { Markup } from './python/markup.ts';
import { fillDict, fromKeys } from './python/methods/containers.ts';
import { toIndex, toSize } from './python/numeric.ts';
import { type Kwargs, NOT_FOUND, PyObject } from './python/object.ts';
import { truth } from './python/operators.ts';
import { Range } from './python/range.ts';
import { repr } from './python/text.ts';
import { type Tuple, tuple } from './python/tuple.ts';

/** What the global functions need from outside. */
interface GlobalsOptions {
  /** A random number from 0 up to but not including 1, for `lipsum`. */
  readonly random: () => number;
}

/** The global functions that Jinja2 has built in: range, dict, lipsum, cycler, joiner and namespace. */
export function builtinGlobals(options: GlobalsOptions): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>([
    [
      'range',
      new PyType(
        'range',
        pythonFunction('range(*args)', (args: readonly unknown[]) => makeRange(args)),
      ),
    ],
    ['dict', dictType()],
    ['lipsum', makeLipsum(options.random)],
    [
      'cycler',
      new PyType(
        'jinja2.utils.Cycler',
        pythonFunction('Cycler(*items)', (items: readonly unknown[]) => new Cycler(items)),
      ),
    ],
    [
      'joiner',
      new PyType(
        'jinja2.utils.Joiner',
        pythonFunction("Joiner.__init__(sep=', ')", (separator: unknown = ', ') => new Joiner(separator)),
      ),
    ],
    ['namespace', new PyType('jinja2.utils.Namespace', pythonFunction('Namespace(*args, **kwargs)', makeNamespace))],
  ]);
}

function makeLipsum(random: () => number): unknown {
  const signature = 'generate_lorem_ipsum(n=5, html=True, min=20, max=100)';
  return pythonFunction(signature, (...args: unknown[]) => lipsum(random, ...args));
}

function makeRange(args: readonly unknown[]): Range {
  if (args.length === 0) throw pyError('TypeError', 'range expected at least 1 argument, got 0');
  if (args.length > 3) throw pyError('TypeError', `range expected at most 3 arguments, got ${String(args.length)}`);
  const numbers = args.map(toIndex);
  const [first = 0, second, step = 1] = numbers;
  if (step === 0) throw pyError('ValueError', 'range() arg 3 must not be zero');
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  return new Range(start, stop, step);
}

function dictType(): PyType {
  const constructor = pythonFunction('dict(*args, **kwargs)', (args: readonly unknown[], kwargs: Kwargs) =>
    makeDictOf(args, kwargs),
  );
  const attributes = new Map([['fromkeys', pythonFunction('dict.fromkeys(iterable, value=None, /)', fromKeys)]]);
  return new PyType('dict', constructor, attributes);
}

function makeDictOf(args: readonly unknown[], kwargs: Kwargs): Dict {
  if (args.length > 1) throw pyError('TypeError', `dict expected at most 1 argument, got ${String(args.length)}`);
  const dict = makeDict();
  if (args.length === 1) fillDict(dict, args[0]);
  for (const [key, value] of kwargs) dictSet(dict, key, value);
  return dict;
}

function makeNamespace(args: readonly unknown[], kwargs: Kwargs): Namespace {
  return new Namespace(makeDictOf(args, kwargs));
}

/** An object whose attributes `{% set ns.name = ... %}` can assign from any scope. */
export class Namespace extends PyObject {
  readonly #attributes: Dict;

  /** @param attributes Becomes the namespace's own. */
  constructor(attributes: Dict) {
    super();
    this.#attributes = attributes;
  }

  get typeName(): string {
    return 'Namespace';
  }

  override get moduleName(): string {
    return 'jinja2.utils';
  }

  override getAttribute(name: string): unknown {
    return dictGet(this.#attributes, name);
  }

  /** What `{% set ns.name = value %}` does. */
  set(name: string, value: unknown): void {
    dictSet(this.#attributes, name, value);
  }

  override repr(): string {
    return `<Namespace ${repr(this.#attributes)}>`;
  }
}

/** Gives its items in turn, over and over. */
class Cycler extends PyObject {
  readonly #items: Tuple;
  #position = 0;

  constructor(items: readonly unknown[]) {
    super();
    if (items.length === 0) throw pyError('RuntimeError', 'at least one item has to be provided');
    this.#items = tuple(items);
  }

  get typeName(): string {
    return 'Cycler';
  }

  override get moduleName(): string {
    return 'jinja2.utils';
  }

  override getAttribute(name: string): unknown {
    switch (name) {
      case 'next':
        return new BoundMethod(this, NEXT);
      case 'reset':
        return new BoundMethod(this, RESET);
      case 'current':
        return this.#items[this.#position];
      case 'items':
        return this.#items;
      case 'pos':
        return this.#position;
      default:
        return NOT_FOUND;
    }
  }

  /** The current item; the next one becomes current. */
  next(): unknown {
    const item = this.#items[this.#position];
    this.#position = (this.#position + 1) % this.#items.length;
    return item;
  }

  /** Makes the first item current. */
  reset(): null {
    this.#position = 0;
    return null;
  }
}

const NEXT = pythonFunction('Cycler.next(self)', (cycler: Cycler) => cycler.next());
const RESET = pythonFunction('Cycler.reset(self)', (cycler: Cycler) => cycler.reset());

const CALL = parseSignature('Joiner.__call__()');

/** Gives nothing when called first and a separator from then on. */
class Joiner extends PyObject {
  readonly #separator: unknown;
  #used = false;

  constructor(separator: unknown) {
    super();
    this.#separator = separator;
  }

  get typeName(): string {
    return 'Joiner';
  }

  override get moduleName(): string {
    return 'jinja2.utils';
  }

  override getAttribute(name: string): unknown {
    if (name === 'sep') return this.#separator;
    return name === 'used' ? this.#used : NOT_FOUND;
  }

  override get callable(): boolean {
    return true;
  }

  override call(args: readonly unknown[], kwargs: Kwargs): unknown {
    bind(CALL, args, kwargs, 1);
    if (this.#used) return this.#separator;
    this.#used = true;
    return '';
  }
}

const WORDS = (
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna ' +
  'aliqua enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat duis aute ' +
  'irure in reprehenderit voluptate velit esse cillum eu fugiat nulla pariatur excepteur sint occaecat cupidatat non ' +
  'proident sunt culpa qui officia deserunt mollit anim id est laborum'
).split(' ');

/** Bytes of a word and steps of choosing it. */
const WORD = 48;
const CHOICE = 20;

/**
 * Paragraphs of filler text.
 *
 * @param random A random number from 0 up to but not including 1.
 * @param n Number of paragraphs; `html` puts each into `<p>`; each has from `min` up to but not including `max` words.
 */
function lipsum(random: () => number, ...[n = 5, html = true, min = 20, max = 100]: unknown[]): string | Markup {
  const count = Math.max(0, toSize(n));
  const least = toSize(min);
  const most = toSize(max);
  if (least >= most)
    throw pyError(
      'ValueError',
      `empty range for randrange() (${String(least)}, ${String(most)}, ${String(most - least)})`,
    );
  const words = count * Math.max(most, 1);
  hold(words * WORD);
  spend(words * CHOICE);
  const paragraphs = Array.from({ length: count }, () =>
    paragraph(random, least + Math.floor(random() * (most - least))),
  );
  if (!truth(html)) return paragraphs.join('\n\n');
  return new Markup(paragraphs.map((text) => `<p>${escapeText(text)}</p>`).join('\n'));
}

/** Sentences of ten to twenty words with a comma now and then. */
function paragraph(random: () => number, size: number): string {
  const words: string[] = [];
  let rest = sentenceLength(random);
  let previous = '';
  for (let index = 0; index < size; index += 1) {
    const word = pick(random, previous);
    const starts = index === 0 || words.at(-1)?.endsWith('.') === true;
    rest -= 1;
    const ends = rest === 0 || index === size - 1;
    const mark = ends ? '.' : rest % 5 === 0 ? ',' : '';
    words.push((starts ? word.charAt(0).toUpperCase() + word.slice(1) : word) + mark);
    if (ends) rest = sentenceLength(random);
    previous = word;
  }
  return words.join(' ');
}

function sentenceLength(random: () => number): number {
  return 10 + Math.floor(random() * 10);
}

/** A word other than the one before. */
function pick(random: () => number, previous: string): string {
  const index = Math.floor(random() * WORDS.length);
  const word = WORDS[index] ?? '';
  return word === previous ? (WORDS[(index + 1) % WORDS.length] ?? '') : word;
}

/** A class that templates can call, such as `range` and `dict`. */
class PyType extends PyObject {
  readonly #name: string;
  readonly #make: PyCallable;
  readonly #attributes: ReadonlyMap<string, unknown>;

  /**
   * @param name Dotted name, as it prints.
   * @param constructor Makes an instance.
   * @param attributes Methods of the class itself.
   */
  constructor(name: string, constructor: PyCallable, attributes: ReadonlyMap<string, unknown> = new Map()) {
    super();
    this.#name = name;
    this.#make = constructor;
    this.#attributes = attributes;
  }

  get typeName(): string {
    return 'type';
  }

  override get callable(): boolean {
    return true;
  }

  override call(args: readonly unknown[], kwargs: Kwargs): unknown {
    return call(this.#make, args, kwargs);
  }

  override getAttribute(name: string): unknown {
    return this.#attributes.has(name) ? this.#attributes.get(name) : NOT_FOUND;
  }

  override repr(): string {
    return `<class '${this.#name}'>`;
  }
}
