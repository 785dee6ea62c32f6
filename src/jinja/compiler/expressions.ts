import { TemplateError } from '../errors.ts';
import type {
  Arguments,
  ArrayNode,
  AttributeNode,
  BinaryNode,
  CallNode,
  CompareNode,
  CompareOperator,
  ConcatNode,
  DictNode,
  ExpressionNode,
  FilterNode,
  InlineIfNode,
  ItemNode,
  KeywordNode,
  LiteralNode,
  MarkSafeNode,
  NameNode,
  NamespaceRefNode,
  RuntimeCallNode,
  SliceNode,
  TemplateDataNode,
  TemplateNode,
  TestNode,
  TupleNode,
  UnaryNode,
} from '../nodes/nodes.ts';
import { spend } from '../python/budget.ts';
import { DICT_METHODS } from '../python/attributes.ts';
import { checkConstantDict, constantCode, foldConstant } from './constants.ts';
import { ScopeCompiler } from './scopes.ts';
import type { Frame } from './symbols.ts';
import { CODE_OF_STEP, COMPILED, PART, weightOf } from './weights.ts';

const COMPARE_CODE: Readonly<Record<CompareOperator, (left: string, right: string) => string>> = {
  '==': (left, right) => `eq(${left},${right})`,
  '!=': (left, right) => `!eq(${left},${right})`,
  '<': (left, right) => `lt(${left},${right})`,
  '<=': (left, right) => `le(${left},${right})`,
  '>': (left, right) => `gt(${left},${right})`,
  '>=': (left, right) => `ge(${left},${right})`,
  in: (left, right) => `rt.contains(${left},${right})`,
  'not in': (left, right) => `!rt.contains(${left},${right})`,
};

/** Attributes of a loop that its generated code can reach without a lookup. */
const LOOP_ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ['index', 'index0+1'],
  ['index0', 'index0'],
  ['first', 'index0===0'],
  ['last', 'last'],
  ['length', 'size'],
]);

/** Expressions, each an expression of JavaScript. */
class ExpressionCompiler extends ScopeCompiler {
  /** What is compiled at the moment. */
  place: TemplateNode | undefined;
  /** How many expressions around the current one Jinja tries to evaluate before the render. */
  private foldedDepth = 0;

  /** Jinja evaluates constant expressions before the render, unless escaping is decided by the render. */
  override compile(node: TemplateNode, frame: Frame): void {
    this.place = node;
    spend(COMPILED);
    this.weight += weightOf(node);
    if (isFoldable(node) && !frame.state.volatile) {
      const constant = foldConstant(node, frame.state, this.options);
      if (constant !== undefined) {
        this.emitConstant(constant.value);
        return;
      }
    }
    const folded = node.typename === 'Call' || FOLDABLE.has(node.typename);
    if (folded) this.foldedDepth += 1;
    super.compile(node, frame);
    if (folded) this.foldedDepth -= 1;
  }

  private emitConstant(value: unknown): void {
    const code = constantCode(value, this.share);
    this.weight += Math.ceil(code.length / CODE_OF_STEP);
    this._emit(code);
  }

  /** Code of a condition: a boolean of JavaScript. */
  protected condition(node: ExpressionNode, frame: Frame): string {
    const code = this.code(node, frame);
    if (code === 'true' || code === 'false') return code;
    return node.typename === 'Compare' || node.typename === 'Not' ? code : `truth(${code})`;
  }

  compileLiteral(node: LiteralNode): void {
    this._emit(constantCode(node.value, this.share));
  }

  compileTemplateData(node: TemplateDataNode, frame: Frame): void {
    const text = JSON.stringify(node.value);
    if (frame.state.volatile) this._emit(`rt.markIf(context.evalContext.autoescape,${text})`);
    else this._emit(frame.state.autoescape ? this.share(`rt.markup(${text})`) : text);
  }

  compileName(node: NameNode, frame: Frame): void {
    this._emit(node.use === 'load' ? this.readName(node, frame) : this.variable(node.value, frame));
  }

  compileNamespaceRef(node: NamespaceRefNode): void {
    this.failSyntax(node, `can't read '${node.value}.${node.attribute}' here`);
  }

  compileTuple(node: TupleNode, frame: Frame): void {
    this._emit(`rt.tuple(${this.listCode(node.children, frame)})`);
  }

  compileArray(node: ArrayNode, frame: Frame): void {
    this._emit(this.listCode(node.children, frame));
  }

  compileDict(node: DictNode, frame: Frame): void {
    if (this.foldedDepth > 0 && !frame.state.volatile) checkConstantDict(node, frame.state, this.options);
    this.weight += node.children.length * PART * 4;
    const entries = node.children.map(({ key, value }) => `[${this.code(key, frame)},${this.code(value, frame)}]`);
    this._emit(`rt.dict([${entries.join(',')}])`);
  }

  protected listCode(nodes: readonly ExpressionNode[], frame: Frame): string {
    this.weight += nodes.length * PART;
    return `[${nodes.map((child) => this.code(child, frame)).join(',')}]`;
  }

  compileAdd(node: BinaryNode, frame: Frame): void {
    this.emitOperator('add', node, frame);
  }

  compileSub(node: BinaryNode, frame: Frame): void {
    this.emitOperator('sub', node, frame);
  }

  compileMul(node: BinaryNode, frame: Frame): void {
    this.emitOperator('rt.mul', node, frame);
  }

  compileDiv(node: BinaryNode, frame: Frame): void {
    this.emitOperator('rt.div', node, frame);
  }

  compileFloorDiv(node: BinaryNode, frame: Frame): void {
    this.emitOperator('rt.floordiv', node, frame);
  }

  compileMod(node: BinaryNode, frame: Frame): void {
    this.emitOperator('rt.mod', node, frame);
  }

  compilePow(node: BinaryNode, frame: Frame): void {
    this.emitOperator('rt.pow', node, frame);
  }

  private emitOperator(name: string, node: BinaryNode, frame: Frame): void {
    this._emit(`${name}(${this.code(node.left, frame)},${this.code(node.right, frame)})`);
  }

  /** Python's `and` gives one of its operands. */
  compileAnd(node: BinaryNode, frame: Frame): void {
    const kept = this.temporary();
    this._emit(`(truth(${kept}=${this.code(node.left, frame)})?${this.code(node.right, frame)}:${kept})`);
  }

  /** Python's `or` gives one of its operands. */
  compileOr(node: BinaryNode, frame: Frame): void {
    const kept = this.temporary();
    this._emit(`(truth(${kept}=${this.code(node.left, frame)})?${kept}:${this.code(node.right, frame)})`);
  }

  compileNot(node: UnaryNode, frame: Frame): void {
    this._emit(`!${this.condition(node.target, frame)}`);
  }

  compileNeg(node: UnaryNode, frame: Frame): void {
    this._emit(`rt.neg(${this.code(node.target, frame)})`);
  }

  compilePos(node: UnaryNode, frame: Frame): void {
    this._emit(`rt.pos(${this.code(node.target, frame)})`);
  }

  /** Jinja joins safely where it knows that output is escaped, and without escaping where the render decides. */
  compileConcatAll(node: ConcatNode, frame: Frame): void {
    const { autoescape, volatile } = frame.state;
    if (autoescape && !volatile) this._emit(`rt.markupJoin(${this.listCode(node.children, frame)})`);
    else if (node.children.slice(1).every(isSimple)) {
      this._emit(`rt.made(${node.children.map((child) => `str(${this.code(child, frame)})`).join('+')})`);
    } else this._emit(`rt.join(${this.listCode(node.children, frame)})`);
  }

  /** Python evaluates each operand of a chain once, and stops at the first comparison that fails. */
  compileCompare(node: CompareNode, frame: Frame): void {
    const parts: string[] = [];
    let left = this.code(node.expr, frame);
    for (const [index, { type, expr }] of node.ops.entries()) {
      let right = this.code(expr, frame);
      if (index < node.ops.length - 1) {
        const kept = this.temporary();
        right = `${kept}=${right}`;
        parts.push(COMPARE_CODE[type](left, right));
        left = kept;
      } else parts.push(COMPARE_CODE[type](left, right));
    }
    this._emit(parts.length === 1 ? String(parts[0]) : `(${parts.join('&&')})`);
  }

  compileInlineIf(node: InlineIfNode, frame: Frame): void {
    const soft = frame.soft();
    const condition = this.condition(node.cond, soft);
    const else_ =
      node.else_ === null ? `context.withoutElse(name,${String(node.lineno)})` : this.code(node.else_, soft);
    this._emit(`(${condition}?${this.code(node.body, soft)}:${else_})`);
  }

  compileAttribute(node: AttributeNode, frame: Frame): void {
    const { target, name } = node;
    const direct = LOOP_ATTRIBUTES.get(name);
    if (direct !== undefined && target.typename === 'Name' && this.isLoopHere(target, frame)) {
      this._emit(`(${this.variable('loop', frame)}.${direct})`);
      return;
    }
    const lookup = DICT_METHODS.has(name) ? 'attr' : 'field';
    this._emit(`${lookup}(context,${this.code(target, frame)},${JSON.stringify(name)},${this.here(node)})`);
  }

  /** Whether a name is the `loop` of a loop around it in the same function, which cannot have ended yet. */
  private isLoopHere(node: NameNode, frame: Frame): boolean {
    return node.value === 'loop' && this.isNotedLoop(frame.symbols.findVariable('loop'));
  }

  compileItem(node: ItemNode, frame: Frame): void {
    const target = this.code(node.target, frame);
    const { val } = node;
    if (val.typename !== 'Slice') {
      this._emit(`rt.item(context,${target},${this.code(val, frame)},${this.here(node)})`);
      return;
    }
    const parts = [val.start, val.stop, val.step].map((part) => (part === null ? 'null' : this.code(part, frame)));
    this._emit(`rt.slice(${target},${parts.join(',')})`);
  }

  /** Python allows a slice only as the one subscript. */
  compileSlice(node: SliceNode): void {
    this.failSyntax(node, 'invalid syntax: a slice must be the only subscript');
  }

  compileMarkSafe(node: MarkSafeNode, frame: Frame): void {
    this._emit(`rt.markIf(context.evalContext.autoescape,${this.code(node.target, frame)})`);
  }

  compileRuntimeCall(node: RuntimeCallNode): void {
    this._emit(`rt.calls[${JSON.stringify(node.name)}](context)`);
  }
}

const FOLDABLE: ReadonlySet<string> = new Set([
  'Add',
  'Sub',
  'Mul',
  'Div',
  'FloorDiv',
  'Mod',
  'Pow',
  'And',
  'Or',
  'Not',
  'Neg',
  'Pos',
  'ConcatAll',
  'Compare',
  'Attribute',
  'Item',
  'FilterCall',
  'TestCall',
  'InlineIf',
]);

/** An operand whose evaluation cannot fail: only then may what stands before it be made text first. */
function isSimple(node: ExpressionNode): boolean {
  return node.typename === 'Name' || node.typename === 'Literal';
}

function isFoldable(node: TemplateNode): node is ExpressionNode {
  return FOLDABLE.has(node.typename);
}

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
