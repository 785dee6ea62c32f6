import { isKind } from '../errors.ts';
import { apart, type Budget, Exhausted, ITEM, meter, spend } from '../python/budget.ts';
import { hashOf, makeDict } from '../python/dict.ts';
import { escapedString } from '../python/escape.ts';
import { PyFloat } from '../python/numbers.ts';
import { slice } from '../python/iteration.ts';
import { Markup } from '../python/markup.ts';
import { NOT_FOUND } from '../python/object.ts';
import {
  add,
  contains,
  div,
  eq,
  floordiv,
  ge,
  gt,
  le,
  lt,
  mod,
  mul,
  neg,
  pos,
  pow,
  sub,
  truth,
} from '../python/operators.ts';
import { Slice } from '../python/slices.ts';
import { str } from '../python/text.ts';
import { NamedTuple, Tuple, tuple } from '../python/tuple.ts';
import type {
  Arguments,
  BinaryName,
  CompareNode,
  CompareOperator,
  DictNode,
  ExpressionNode,
  FilterNode,
  ItemNode,
  TestNode,
} from '../nodes/nodes.ts';
import { findAttribute, findSubscript } from '../python/attributes.ts';
import { Undefined } from '../undefined.ts';
import type { EvalState } from './symbols.ts';
import type { CompileOptions } from './options.ts';

/** A value that is known at compile time. */
interface Constant {
  readonly value: unknown;
}

/** Thrown where an expression has no value before the render. */
const IMPOSSIBLE = new Error('not a constant');

/** Thrown where Jinja fails before the render rather than leaving it to the render. */
class Certain extends Error {}

/** What Jinja does without looking whether it fails. */
function certain<T>(action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw new Certain('certain', { cause });
  }
}

/** A longer text is made by the render rather than written into the code. */
const MAX_FOLDED_TEXT = 10_000;

const BINARY: Readonly<Record<Exclude<BinaryName, 'And' | 'Or'>, (left: unknown, right: unknown) => unknown>> = {
  Add: add,
  Sub: sub,
  Mul: mul,
  Div: div,
  FloorDiv: floordiv,
  Mod: mod,
  Pow: pow,
};

const COMPARE: Readonly<Record<CompareOperator, (left: unknown, right: unknown) => boolean>> = {
  '==': eq,
  '!=': (left, right) => !eq(left, right),
  '<': lt,
  '<=': le,
  '>': gt,
  '>=': ge,
  in: contains,
  'not in': (left, right) => !contains(left, right),
};

/**
 * The value of an expression that does not depend on the render. Jinja folds such expressions, and it can be told: its
 * folded `~` makes no safe text. Most of what fails is left to the render, which raises the error at its place.
 *
 * @throws TemplateError where Jinja fails too: for an undefined value whose truth or text cannot be told.
 */
export function foldConstant(node: ExpressionNode, state: EvalState, options: CompileOptions): Constant | undefined {
  if (!mayBeConstant(node)) return undefined;
  try {
    return folded(options, () => {
      const value = new Folder(state, options).value(node);
      return hasSafeRepr(value) ? { value } : undefined;
    });
  } catch (error) {
    if (error instanceof Certain && !(error.cause instanceof Exhausted)) throw error.cause;
    return undefined;
  }
}

/**
 * The text of such an expression where it is printed. Jinja does not ask here whether the value could be written into the
 * code, so an undefined value prints before the render.
 */
export function foldPrinted(node: ExpressionNode, state: EvalState, options: CompileOptions): string | undefined {
  if (!mayBeConstant(node)) return undefined;
  try {
    return folded(options, () => {
      const value = new Folder(state, options).value(node);
      // Left to the render, which prints the same and reports it to whoever asked for undefined values. But a slice
      // that fails is an undefined value here and an error there.
      if (value instanceof Undefined && isPlainLookup(node)) return undefined;
      if (!hasSafeRepr(value, true)) return undefined;
      return state.autoescape ? escapedString(value) : str(value);
    });
  } catch {
    return undefined;
  }
}

/** What one expression may cost before the render; what costs more is left to the render, which pays for it. */
const FOLDING: Budget = { work: 50_000, memory: 2_000_000 };

/** Evaluates an expression as long as the template may still spend work on that. */
function folded<T>({ foldable }: CompileOptions, evaluate: () => T | undefined): T | undefined {
  if (foldable.work <= 0) return undefined;
  return apart(FOLDING, () => {
    try {
      return evaluate();
    } finally {
      foldable.work -= FOLDING.work - meter.work + 1;
    }
  });
}

function isPlainLookup(node: ExpressionNode): boolean {
  return node.typename === 'Attribute' || (node.typename === 'Item' && node.val.typename !== 'Slice');
}

/**
 * Jinja makes the constant dicts inside of other expressions before the render, so that a key that cannot be one is an
 * error even where the dict is never used.
 *
 * @throws TemplateError of the kind TypeError for such a key.
 */
export function checkConstantDict(node: DictNode, state: EvalState, options: CompileOptions): void {
  const folder = new Folder(state, options);
  for (const { key, value } of node.children) {
    const known = constantKey(folder, key, value, options);
    if (known === undefined) return;
    hashOf(known.value);
  }
}

/** The key of an entry that is constant as a whole. */
function constantKey(
  folder: Folder,
  key: ExpressionNode,
  value: ExpressionNode,
  options: CompileOptions,
): Constant | undefined {
  try {
    return folded(options, () => {
      const known = folder.value(key);
      folder.value(value);
      return { value: known };
    });
  } catch {
    return undefined;
  }
}

/** Looks at the left end only: enough to pass by most expressions without throwing. */
function mayBeConstant(node: ExpressionNode): boolean {
  switch (node.typename) {
    case 'Name':
    case 'NamespaceRef':
    case 'Call':
    case 'RuntimeCall':
      return false;
    case 'FilterCall':
      return node.target !== null && mayBeConstant(node.target);
    case 'TestCall':
    case 'Attribute':
    case 'Item':
    case 'Not':
    case 'Neg':
    case 'Pos':
    case 'MarkSafe':
      return mayBeConstant(node.target);
    case 'Add':
    case 'Sub':
    case 'Mul':
    case 'Div':
    case 'FloorDiv':
    case 'Mod':
    case 'Pow':
    case 'And':
    case 'Or':
      return mayBeConstant(node.left);
    case 'Compare':
      return mayBeConstant(node.expr);
    case 'InlineIf':
      return mayBeConstant(node.cond);
    case 'Array':
    case 'Tuple':
      return node.children.every(mayBeConstant);
    case 'ConcatAll':
      // From the left: the text of what comes before an unknown value may fail.
      return node.children[0] === undefined || mayBeConstant(node.children[0]);
    default:
      return true;
  }
}

class Folder {
  private readonly state: EvalState;
  private readonly options: CompileOptions;

  constructor(state: EvalState, options: CompileOptions) {
    this.state = state;
    this.options = options;
  }

  value(node: ExpressionNode): unknown {
    switch (node.typename) {
      case 'Literal':
        return node.value;
      case 'TemplateData':
        return this.state.autoescape ? new Markup(node.value) : node.value;
      case 'Tuple':
        return tuple(node.children.map((child) => this.value(child)));
      case 'Array':
        return node.children.map((child) => this.value(child));
      case 'Dict':
        return makeDict(node.children.map((pair) => [this.value(pair.key), this.value(pair.value)] as const));
      case 'ConcatAll':
        return this.concatenated(node.children);
      case 'Not':
        return !truth(this.value(node.target));
      case 'Neg':
        return neg(this.value(node.target));
      case 'Pos':
        return pos(this.value(node.target));
      case 'Compare':
        return this.comparison(node);
      case 'InlineIf':
        return this.inlineIf(node);
      case 'Attribute':
        return this.attribute(this.value(node.target), node.name);
      case 'Item':
        return this.item(node);
      case 'FilterCall':
      case 'TestCall':
        return this.call(node);
      case 'MarkSafe':
        return this.markSafe(this.value(node.target));
      default:
        return this.binary(node);
    }
  }

  private concatenated(nodes: readonly ExpressionNode[]): string {
    return nodes
      .map((child) => {
        const value = this.value(child);
        return certain(() => str(value));
      })
      .join('');
  }

  private binary(node: ExpressionNode): unknown {
    if (!('left' in node)) throw IMPOSSIBLE;
    const left = this.value(node.left);
    if (node.typename === 'And') return certain(() => truth(left)) ? this.value(node.right) : left;
    if (node.typename === 'Or') return certain(() => truth(left)) ? left : this.value(node.right);
    return BINARY[node.typename](left, this.value(node.right));
  }

  private comparison(node: CompareNode): unknown {
    let left = this.value(node.expr);
    for (const { type, expr } of node.ops) {
      const right = this.value(expr);
      if (!COMPARE[type](left, right)) return false;
      left = right;
    }
    return true;
  }

  private inlineIf(node: Extract<ExpressionNode, { typename: 'InlineIf' }>): unknown {
    const condition = this.value(node.cond);
    if (certain(() => truth(condition))) return this.value(node.body);
    if (node.else_ === null) throw IMPOSSIBLE;
    return this.value(node.else_);
  }

  private item(node: ItemNode): unknown {
    const target = this.value(node.target);
    const { val } = node;
    if (val.typename !== 'Slice') return this.subscript(target, this.value(val));
    const [start, stop, step] = [val.start, val.stop, val.step].map((part) =>
      part === null ? null : this.value(part),
    );
    try {
      return slice(target, start, stop, step);
    } catch (error) {
      // Only here a slice is an item like any other: one that is not there is undefined.
      if (!isKind(error, 'TypeError') && !isKind(error, 'LookupError')) throw error;
      return this.options.foldMissing(target, new Slice([start, stop, step]));
    }
  }

  private attribute(target: unknown, name: string): unknown {
    const found = findAttribute(target, name);
    return found === NOT_FOUND ? this.options.foldMissing(target, name) : found;
  }

  private subscript(target: unknown, key: unknown): unknown {
    const found = findSubscript(target, key);
    return found === NOT_FOUND ? this.options.foldMissing(target, key) : found;
  }

  private call(node: FilterNode | TestNode): unknown {
    if (this.state.volatile || node.target === null) throw IMPOSSIBLE;
    const args = [this.value(node.target), ...this.args(node)];
    const kwargs = new Map(node.kwargs.map(({ key, value }) => [key, this.value(value)] as const));
    const kind = node.typename === 'FilterCall' ? 'filter' : 'test';
    return this.options.foldCall({ kind, name: node.name, args, kwargs, autoescape: this.state.autoescape });
  }

  private args(node: Arguments): unknown[] {
    // Arguments behind a star are left to the render: the value is the same.
    if (node.dynArgs !== null || node.dynKwargs !== null) throw IMPOSSIBLE;
    return node.args.map((argument) => this.value(argument));
  }

  private markSafe(value: unknown): unknown {
    if (this.state.volatile) throw IMPOSSIBLE;
    return this.state.autoescape ? new Markup(str(value)) : value;
  }
}

/** Whether a value can be written into the code: Jinja asks for a safe `repr`. */
function hasSafeRepr(value: unknown, orUndefined = false): boolean {
  spend(ITEM);
  if (value instanceof Undefined) return orUndefined;
  if (typeof value === 'string') return value.length <= MAX_FOLDED_TEXT;
  if (value === null || ['boolean', 'number', 'bigint'].includes(typeof value)) return true;
  if (value instanceof PyFloat || value instanceof Markup) return true;
  if (value instanceof NamedTuple) return false;
  if (Array.isArray(value)) return value.every((item) => hasSafeRepr(item, orUndefined));
  if (!(value instanceof Map)) return false;
  return [...value].every((entry: readonly unknown[]) => entry.every((part) => hasSafeRepr(part, orUndefined)));
}

/** Code that makes a value. `share` puts the code of an unchangeable value where it is made only once. */
export function constantCode(value: unknown, share: (code: string) => string): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return share(`${String(value)}n`);
  if (typeof value === 'number') return numberCode(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (value instanceof PyFloat) return share(`rt.float(${numberCode(value.value)})`);
  if (value instanceof Markup) return share(`rt.markup(${JSON.stringify(value.value)})`);
  if (Array.isArray(value)) {
    const items = `[${value.map((item) => constantCode(item, share)).join(',')}]`;
    if (!(value instanceof Tuple)) return items;
    return value.every(isUnchangeable) ? share(`rt.tuple(${items})`) : `rt.tuple(${items})`;
  }
  if (!(value instanceof Map)) throw new Error('a constant without code');
  const entries = [...(value as Map<unknown, unknown>)];
  return `rt.dict([${entries.map((entry) => `[${entry.map((part) => constantCode(part, share)).join(',')}]`).join(',')}])`;
}

function numberCode(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return value < 0 ? `(${String(value)})` : String(value);
}

function isUnchangeable(value: unknown): boolean {
  if (value instanceof Tuple) return value.every(isUnchangeable);
  return !Array.isArray(value) && !(value instanceof Map);
}
