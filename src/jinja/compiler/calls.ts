import { TemplateError } from '../errors.ts';
import type { Arguments, CallNode, ExpressionNode, FilterNode, KeywordNode, TestNode } from '../nodes/nodes.ts';
import { ExpressionCompiler } from './expressions.ts';
import type { Frame } from './frame.ts';
import { PART } from './weights.ts';

/** The filters and tests that are about a value's being defined. */
const DEFINEDNESS: ReadonlySet<string> = new Set(['defined', 'undefined', 'default', 'd']);

/** Calls, filters and tests. */
export class CallCompiler extends ExpressionCompiler {
  private readonly used = new Map<string, string>();

  compileCall(node: CallNode, frame: Frame): void {
    this._emit(this.callCode(node, frame));
  }

  /** Code of a call; `caller` is the code of the body that a call block passes on. */
  protected callCode(node: CallNode, frame: Frame, caller?: string): string {
    const context = frame.loopFrame || frame.blockFrame ? this.contextWithVariables(frame) : 'context';
    const args = this.argumentsCode(node, frame, caller);
    const { target } = node;
    if (target.typename === 'Attribute') {
      const method = `{name:${JSON.stringify(target.name)},args:${args.list}}`;
      const receiver = `rt.receiver(context,${this.code(target.target, frame)},${JSON.stringify(target.name)})`;
      return `rt.callMethod(${context},${receiver},${method}${args.keywords})`;
    }
    return `rt.call(${context},${this.code(target, frame)},${args.list}${args.keywords})`;
  }

  /** Functions that ask for the context see what is set in the loop or block around them. */
  protected contextWithVariables(_frame: Frame): string {
    return 'context';
  }

  compileFilterCall(node: FilterNode, frame: Frame): void {
    const applied = (): string => this.appliedCode(node, frame, this.filterTarget(node, frame));
    this.checkName(node, frame, applied);
    this._emit(`${this.reference('filter', node.name)}(context,${applied()})`);
  }

  /** A filter without a target filters what its block has collected. */
  private filterTarget(node: FilterNode, frame: Frame): string {
    if (node.target !== null) return this.targetCode(node, node.target, frame);
    const collected = String(frame.buffer);
    if (frame.state.volatile) return `rt.markIf(context.evalContext.autoescape,${collected})`;
    return frame.state.autoescape ? `rt.markup(${collected})` : collected;
  }

  /** What is only asked for its being defined is no undefined value that a render should tell of. */
  private targetCode(node: FilterNode | TestNode, target: ExpressionNode, frame: Frame): string {
    return DEFINEDNESS.has(node.name) ? this.quietly(() => this.code(target, frame)) : this.code(target, frame);
  }

  compileTestCall(node: TestNode, frame: Frame): void {
    const applied = (): string => this.appliedCode(node, frame, this.targetCode(node, node.target, frame));
    this.checkName(node, frame, applied);
    this._emit(`${this.reference('test', node.name)}(context,${applied()})`);
  }

  /** Code of the function for a filter or test of this name, found once for the whole template. */
  private reference(kind: 'filter' | 'test', name: string): string {
    const key = `rt.${kind}(env,${JSON.stringify(name)})`;
    let variable = this.used.get(key);
    if (variable === undefined) {
      variable = `f${String(this.used.size)}`;
      this.used.set(key, variable);
    }
    return variable;
  }

  protected emitReferences(): void {
    for (const [code, name] of this.used) this._emitLine(`const ${name}=${code};`);
  }

  /** In a condition an unknown name is a mistake only when it is used. */
  private checkName(node: FilterNode | TestNode, frame: Frame, applied: () => string): void {
    const [kind, known] =
      node.typename === 'FilterCall' ? ['filter', this.options.filters] : ['test', this.options.tests];
    if (known.has(node.name) || frame.softFrame) return;
    raiseTypeErrors(applied);
    this.failAt(node, `No ${kind} named '${node.name}'.`);
  }

  private appliedCode(node: Arguments, frame: Frame, target: string): string {
    const rest = this.positionalCode(node, frame);
    const kwargs = this.keywordCode(node, frame);
    const args = rest === '' ? `[${target}]` : `[${target},${rest}]`;
    return kwargs === undefined ? args : `${args},${kwargs}`;
  }

  private argumentsCode(node: Arguments, frame: Frame, caller?: string): { list: string; keywords: string } {
    const kwargs = this.keywordCode(node, frame, caller);
    return { list: `[${this.positionalCode(node, frame)}]`, keywords: kwargs === undefined ? '' : `,${kwargs}` };
  }

  private positionalCode(node: Arguments, frame: Frame): string {
    const args = node.args.map((argument) => this.code(argument, frame));
    if (node.dynArgs !== null) args.push(`...rt.spread(${this.code(node.dynArgs, frame)})`);
    return args.join(',');
  }

  private keywordCode(node: Arguments, frame: Frame, caller?: string): string | undefined {
    this.checkKeywords(node.kwargs);
    this.weight += node.kwargs.length * PART * 4;
    const entries = node.kwargs.map(({ key, value }) => `[${JSON.stringify(key)},${this.code(value, frame)}]`);
    if (caller !== undefined) entries.push(`["caller",${caller}]`);
    if (node.dynKwargs !== null) {
      return `rt.keywords([${entries.join(',')}],${this.dynamicKeywords(node.dynKwargs, frame)})`;
    }
    return entries.length === 0 ? undefined : `new Map([${entries.join(',')}])`;
  }

  private dynamicKeywords(node: ExpressionNode, frame: Frame): string {
    return this.code(node, frame);
  }

  /** Python refuses a keyword that is given twice before anything runs. */
  private checkKeywords(keywords: readonly KeywordNode[]): void {
    const seen = new Set<string>();
    for (const node of keywords) {
      if (seen.has(node.key)) this.failSyntax(node, `keyword argument repeated: ${node.key}`);
      seen.add(node.key);
    }
  }
}

/** Jinja's optimiser has found the keys that cannot be one in constant arguments before the name is looked at. */
function raiseTypeErrors(makeCode: () => string): void {
  try {
    makeCode();
  } catch (error) {
    if (!(error instanceof TemplateError) || error.kind === 'TypeError') throw error;
  }
}
