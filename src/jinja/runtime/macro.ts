import { pyError } from '../errors.ts';
import { madeText, makeItems } from '../python/budget.ts';
import type { CallContext } from '../python/callable.ts';
import { makeDict } from '../python/dict.ts';
import { Markup } from '../python/markup.ts';
import { type Kwargs, NOT_FOUND, PyObject } from '../python/object.ts';
import { truth } from '../python/operators.ts';
import { repr } from '../python/text.ts';
import { tuple } from '../python/tuple.ts';
import type { Context } from './context.ts';

/** The compiled body of a macro. */
export type MacroFunction = (...args: unknown[]) => string;

/** What a macro takes besides its parameters. */
interface MacroExtras {
  readonly kwargs: boolean;
  readonly varargs: boolean;
  readonly caller: boolean;
}

/** A macro, or the body of a call block. */
export class Macro extends PyObject {
  private readonly context: Context;
  private readonly run: MacroFunction;
  private readonly name: string | null;
  private readonly params: readonly string[];
  private readonly extras: MacroExtras;
  private readonly setting: unknown;

  constructor(
    context: Context,
    run: MacroFunction,
    declaration: { readonly name: string | null; readonly params: readonly string[] },
    extras: MacroExtras,
  ) {
    super();
    this.context = context;
    this.run = run;
    this.name = declaration.name;
    this.params = declaration.params;
    this.extras = extras;
    this.setting = context.evalContext.setting;
  }

  get typeName(): string {
    return 'Macro';
  }

  override get moduleName(): string {
    return 'jinja2.runtime';
  }

  override getAttribute(name: string): unknown {
    switch (name) {
      case 'name':
        return this.name;
      case 'arguments':
        return tuple(this.params);
      case 'catch_kwargs':
        return this.extras.kwargs;
      case 'catch_varargs':
        return this.extras.varargs;
      case 'caller':
        return this.extras.caller;
      case 'explicit_caller':
        return this.params.includes('caller');
      default:
        return NOT_FOUND;
    }
  }

  override get callable(): boolean {
    return true;
  }

  /** Whether the result is safe text depends on where the macro is called. */
  override call(args: readonly unknown[], kwargs: Kwargs, context?: CallContext): unknown {
    const bound = this.bind(args, kwargs);
    const text = madeText(this.context.deeper(() => this.run(...bound)));
    return (context?.evalContext.autoescape ?? truth(this.setting)) ? new Markup(text) : text;
  }

  private bind(args: readonly unknown[], given: Kwargs): unknown[] {
    const { params, extras } = this;
    if (args.length === params.length && given.size === 0 && !extras.caller && !extras.kwargs && !extras.varargs) {
      return args as unknown[];
    }
    makeItems((args.length + params.length + given.size) * 4);
    const kwargs = new Map(given);
    const bound = args.slice(0, params.length);
    // Jinja counts a declared `caller` as found where it was left to the keywords or where all parameters were given.
    const foundCaller =
      params.includes('caller') && params.indexOf('caller') >= (bound.length === params.length ? 0 : bound.length);
    for (const name of params.slice(bound.length)) {
      bound.push(kwargs.get(name));
      kwargs.delete(name);
    }
    if (extras.caller && !foundCaller) bound.push(this.takeCaller(kwargs));
    if (extras.kwargs) bound.push(makeDict(kwargs));
    else this.refuse(kwargs);
    if (extras.varargs) bound.push(tuple(args.slice(params.length)));
    else if (args.length > params.length) {
      throw pyError('TypeError', `macro ${repr(this.name)} takes not more than ${String(params.length)} argument(s)`);
    }
    return bound;
  }

  private takeCaller(kwargs: Map<string, unknown>): unknown {
    const caller = kwargs.get('caller') ?? null;
    kwargs.delete('caller');
    return caller ?? this.context.environment.undefined({ hint: 'No caller defined', name: 'caller' });
  }

  private refuse(kwargs: Kwargs): void {
    const [first] = kwargs.keys();
    if (first === undefined) return;
    if (kwargs.has('caller')) {
      throw pyError(
        'TypeError',
        `macro ${repr(this.name)} was invoked with two values for the special caller argument. This is most likely a bug.`,
      );
    }
    throw pyError('TypeError', `macro ${repr(this.name)} takes no keyword argument ${repr(first)}`);
  }

  override repr(): string {
    return `<Macro ${this.name === null ? 'anonymous' : repr(this.name)}>`;
  }
}
