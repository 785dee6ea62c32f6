import { pyError } from '../errors.ts';
import { madeText } from '../python/budget.ts';
import { Markup } from '../python/markup.ts';
import { NOT_FOUND, PyObject } from '../python/object.ts';
import { repr } from '../python/text.ts';
import type { Context } from './context.ts';
import type { RenderFunction, RuntimeEnvironment } from './types.ts';

/** One block on the way from the most derived template to the base: `super()`, `self.name()`. */
export class BlockReference extends PyObject {
  private readonly name: string;
  private readonly context: Context;
  private readonly stack: readonly RenderFunction[];
  private readonly depth: number;

  constructor(name: string, context: Context, stack: readonly RenderFunction[], depth: number) {
    super();
    this.name = name;
    this.context = context;
    this.stack = stack;
    this.depth = depth;
  }

  get typeName(): string {
    return 'BlockReference';
  }

  override get moduleName(): string {
    return 'jinja2.runtime';
  }

  override getAttribute(name: string): unknown {
    if (name === 'name') return this.name;
    if (name !== 'super') return NOT_FOUND;
    if (this.depth + 1 >= this.stack.length) return noParentBlock(this.context.environment, this.name);
    return new BlockReference(this.name, this.context, this.stack, this.depth + 1);
  }

  override get callable(): boolean {
    return true;
  }

  override call(): unknown {
    const block = this.stack[this.depth];
    const text = block === undefined ? '' : madeText(this.context.deeper(() => block(this.context)));
    return this.context.evalContext.autoescape ? new Markup(text) : text;
  }
}

/** `self` in a template: its blocks by name. */
export class TemplateReference extends PyObject {
  private readonly context: Context;

  constructor(context: Context) {
    super();
    this.context = context;
  }

  get typeName(): string {
    return 'TemplateReference';
  }

  override get moduleName(): string {
    return 'jinja2.runtime';
  }

  override get subscriptable(): boolean {
    return true;
  }

  override getItem(key: unknown): unknown {
    const stack = typeof key === 'string' ? this.context.blockStack(key) : undefined;
    if (stack === undefined) throw pyError('KeyError', repr(key));
    return new BlockReference(String(key), this.context, stack, 0);
  }

  override repr(): string {
    return `<TemplateReference ${repr(this.context.name ?? null)}>`;
  }
}

/** The undefined value of a block without parent. */
export function noParentBlock(environment: RuntimeEnvironment, name: string): unknown {
  return environment.undefined({ hint: `there is no parent block called '${name}'.`, name: 'super' });
}
