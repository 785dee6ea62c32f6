import { pyError } from '../errors.ts';
import { pythonFunction } from '../python/callable.ts';
import { type Dict, dictSet, makeDict } from '../python/dict.ts';
import { fillDict, fromKeys } from '../python/methods/dicts.ts';
import { toIndex } from '../python/numeric.ts';
import type { Kwargs } from '../python/object.ts';
import { Range } from '../python/range.ts';
import { Cycler } from './cycler.ts';
import { Joiner } from './joiner.ts';
import { lipsum } from './lipsum.ts';
import { Namespace } from './namespace.ts';
import { PyType } from './type.ts';

/** What the global functions need from outside. */
export interface GlobalsOptions {
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
