import { describeToken, type Token } from '../lexer/tokens.ts';
import {
  type Arguments,
  ArrayLiteral,
  type ArrayNode,
  Attribute,
  Call,
  type CallNode,
  Compare,
  CompareOperand,
  type CompareOperandNode,
  type CompareOperator,
  ConcatAll,
  Dict,
  type DictNode,
  type ExpressionNode,
  FilterCall,
  type FilterNode,
  InlineIf,
  Item,
  Keyword,
  Literal,
  makeBinary,
  makeUnary,
  Name,
  NamespaceRef,
  Pair,
  type PairNode,
  Slice,
  TestCall,
  TupleLiteral,
} from '../nodes/nodes.ts';
import { repr } from '../python/text.ts';
import { TokenParser } from './tokens.ts';

const CONSTANTS: ReadonlyMap<unknown, boolean | null> = new Map<unknown, boolean | null>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);
/** How a list of expressions between commas is read. */
export interface TupleOptions {
  /** Only names and literals, as the target of an assignment. */
  readonly simplified?: boolean;
  /** Without `a if b else c`. */
  readonly withoutInlineIf?: boolean;
  /** In brackets, where nothing at all is an empty tuple. */
  readonly explicitParentheses?: boolean;
  /** `namespace.attribute` is a target too. */
  readonly withNamespace?: boolean;
}

/** Names, literals, brackets, and what may follow them: attributes, subscripts and calls. */
abstract class AtomParser extends TokenParser {
  declare parseOr: () => ExpressionNode;

  abstract override parseExpression(): ExpressionNode;

  /** A name, a literal or brackets, without what may follow them. */
  parseAtom(withNamespace = false): ExpressionNode {
    const token = this.current;
    switch (token.type) {
      case 'symbol':
        return this.parseName(withNamespace);
      case 'string':
        return this.parseString();
      case 'int':
      case 'float':
        this.nextToken();
        return Literal.make(token, { value: token.value });
      case 'left-paren':
        return this.parseParentheses();
      case 'left-bracket':
        return this.parseList();
      case 'left-curly':
        return this.parseDict();
      default:
        return this.failAt(token, `unexpected ${repr(describeToken(token))}`);
    }
  }

  private parseName(withNamespace: boolean): ExpressionNode {
    const token = this.nextToken();
    const constant = CONSTANTS.get(token.value);
    if (constant !== undefined) return Literal.make(token, { value: constant });
    const value = String(token.value);
    if (!withNamespace || !this.skipValue('operator', '.')) return Name.make(token, { value, use: 'load' });
    return NamespaceRef.make(token, { value, attribute: this.expectName() });
  }

  /** In Jinja adjacent string literals are one. */
  private parseString(): ExpressionNode {
    const token = this.nextToken();
    let value = String(token.value);
    while (this.current.type === 'string') value += String(this.nextToken().value);
    return Literal.make(token, { value });
  }

  private parseParentheses(): ExpressionNode {
    this.nextToken();
    const node = this.parseTuple({ explicitParentheses: true });
    this.expect('right-paren');
    return node;
  }

  /** One expression, or a tuple of several between commas. */
  parseTuple(options: TupleOptions = {}): ExpressionNode {
    let place = this.current;
    const children: ExpressionNode[] = [];
    let isTuple = false;
    for (;;) {
      if (children.length > 0) this.expect('comma');
      if (this.atTupleEnd()) break;
      children.push(this.parseTupleItem(options));
      if (this.current.type !== 'comma') break;
      isTuple = true;
      place = this.current;
    }
    if (isTuple) return TupleLiteral.make(place, { children, use: 'load' });
    if (children[0] !== undefined) return children[0];
    if (options.explicitParentheses !== true) {
      this.fail(`Expected an expression, got ${repr(describeToken(this.current))}`);
    }
    return TupleLiteral.make(place, { children, use: 'load' });
  }

  private atTupleEnd(): boolean {
    const { type } = this.current;
    return type === 'variable-end' || type === 'block-end' || type === 'right-paren';
  }

  private parseTupleItem(options: TupleOptions): ExpressionNode {
    if (options.simplified === true) return this.parseAtom(options.withNamespace);
    return options.withoutInlineIf === true ? this.parseOr() : this.parseExpression();
  }

  private parseList(): ArrayNode {
    const token = this.nextToken();
    const children: ExpressionNode[] = [];
    while (this.current.type !== 'right-bracket') {
      if (children.length > 0) this.expect('comma');
      if (this.atClosing('right-bracket')) break;
      children.push(this.parseExpression());
    }
    this.expect('right-bracket');
    return ArrayLiteral.make(token, { children });
  }

  private parseDict(): DictNode {
    const token = this.nextToken();
    const children: PairNode[] = [];
    while (this.current.type !== 'right-curly') {
      if (children.length > 0) this.expect('comma');
      if (this.atClosing('right-curly')) break;
      const key = this.parseExpression();
      this.expect('colon');
      children.push(Pair.make(key, { key, value: this.parseExpression() }));
    }
    this.expect('right-curly');
    return Dict.make(token, { children });
  }

  /** Jinja has `x.0`, slices and several subscripts; names after a dot can be any. */
  override parsePostfix(node: ExpressionNode): ExpressionNode {
    for (;;) {
      if (this.atOperator('.')) node = this.parseAttribute(node);
      else if (this.current.type === 'left-bracket') node = this.parseSubscript(node);
      else if (this.current.type === 'left-paren') node = this.parseCallOf(node);
      else return node;
    }
  }

  private parseAttribute(target: ExpressionNode): ExpressionNode {
    const dot = this.nextToken();
    const token = this.nextToken();
    if (token.type === 'symbol') return Attribute.make(dot, { target, name: String(token.value) });
    if (token.type !== 'int') this.failAt(token, 'expected name or number');
    return Item.make(dot, { target, val: Literal.make(token, { value: token.value }) });
  }

  private parseSubscript(target: ExpressionNode): ExpressionNode {
    const token = this.nextToken();
    const children: ExpressionNode[] = [];
    while (this.current.type !== 'right-bracket') {
      if (children.length > 0) this.expect('comma');
      children.push(this.parseSubscribed());
    }
    this.expect('right-bracket');
    const only = children.length === 1 ? children[0] : undefined;
    return Item.make(token, { target, val: only ?? TupleLiteral.make(token, { children, use: 'load' }) });
  }

  private parseSubscribed(): ExpressionNode {
    const place = this.current;
    let start: ExpressionNode | null = null;
    if (!this.skip('colon')) {
      start = this.parseExpression();
      if (!this.skip('colon')) return start;
    }
    const stop = this.atSliceEnd() ? null : this.parseExpression();
    const step = this.skip('colon') && !this.atSliceEnd() ? this.parseExpression() : null;
    return Slice.make(place, { start, stop, step });
  }

  private atSliceEnd(): boolean {
    const { type } = this.current;
    return type === 'colon' || type === 'right-bracket' || type === 'comma';
  }

  protected parseCallOf(target: ExpressionNode): CallNode {
    return Call.make(this.current, { target, ...this.parseArguments() });
  }

  /** The arguments in brackets of a call, a filter or a test. */
  parseArguments(): Arguments {
    const token = this.expect('left-paren');
    const found: Arguments = { args: [], kwargs: [], dynArgs: null, dynKwargs: null };
    let requireComma = false;
    while (this.current.type !== 'right-paren') {
      if (requireComma) {
        this.expect('comma');
        if (this.atClosing('right-paren')) break;
      }
      if (!this.parseArgument(found)) this.failAt(token, 'invalid syntax for function call expression');
      requireComma = true;
    }
    this.expect('right-paren');
    return found;
  }

  /** Reads one argument into `found`; false where its kind may not stand after those before it. */
  private parseArgument(found: Arguments): boolean {
    if (this.atOperator('*')) {
      if (found.dynArgs !== null || found.dynKwargs !== null) return false;
      this.nextToken();
      found.dynArgs = this.parseExpression();
    } else if (this.atOperator('**')) {
      if (found.dynKwargs !== null) return false;
      this.nextToken();
      found.dynKwargs = this.parseExpression();
    } else if (this.current.type === 'symbol' && isAssign(this.tokens.look())) {
      if (found.dynKwargs !== null) return false;
      const key = this.expectName();
      this.nextToken();
      const value = this.parseExpression();
      found.kwargs.push(Keyword.make(value, { key, value }));
    } else {
      if (found.dynArgs !== null || found.dynKwargs !== null || found.kwargs.length > 0) return false;
      found.args.push(this.parseExpression());
    }
    return true;
  }

  /** Read anew after a comma was taken. */
  private atClosing(type: Token['type']): boolean {
    return this.current.type === type;
  }
}

function isAssign(token: Token): boolean {
  return token.type === 'operator' && token.value === '=';
}

const COMPARISONS: ReadonlySet<unknown> = new Set(['==', '!=', '<', '<=', '>', '>=']);
const PRODUCTS = { '*': 'Mul', '/': 'Div', '//': 'FloorDiv', '%': 'Mod' } as const;
const TEST_ARGUMENT_STARTS: ReadonlySet<string> = new Set([
  'symbol',
  'string',
  'int',
  'float',
  'left-bracket',
  'left-curly',
]);

/** Jinja's expressions, in order of precedence. `or`, `and`, `not` and `**` are nunjucks' own. */
export class ExpressionParser extends AtomParser {
  declare parsePow: () => ExpressionNode;

  override parseExpression(): ExpressionNode {
    return this.parseInlineIf();
  }

  /** In Jinja `a if b if c` is allowed, and what follows `else` can be another inline if. */
  override parseInlineIf(): ExpressionNode {
    let place = this.current;
    let body = this.parseOr();
    while (this.skipSymbol('if')) {
      const cond = this.parseOr();
      const else_ = this.skipSymbol('else') ? this.parseInlineIf() : null;
      body = InlineIf.make(place, { cond, body, else_ });
      place = this.current;
    }
    return body;
  }

  /** In Jinja `in` and `not in` are comparisons, which can be chained. */
  override parseIn(): ExpressionNode {
    const place = this.current;
    const expr = this.parseSum();
    const ops: CompareOperandNode[] = [];
    for (let type = this.skipComparison(); type !== undefined; type = this.skipComparison()) {
      ops.push(CompareOperand.make(this.current, { type, expr: this.parseSum() }));
    }
    return ops.length === 0 ? expr : Compare.make(place, { expr, ops });
  }

  private skipComparison(): CompareOperator | undefined {
    const { type, value } = this.current;
    if (type === 'operator' && COMPARISONS.has(value)) return this.nextToken().value as CompareOperator;
    if (this.skipSymbol('in')) return 'in';
    return this.skipSymbols('not', 'in') ? 'not in' : undefined;
  }

  /** In Jinja `+` and `-` have one precedence, below `~`. */
  private parseSum(): ExpressionNode {
    let left = this.parseConcat();
    for (;;) {
      const place = this.current;
      if (this.skipValue('operator', '+')) left = makeBinary('Add', place, left, this.parseConcat());
      else if (this.skipValue('operator', '-')) left = makeBinary('Sub', place, left, this.parseConcat());
      else return left;
    }
  }

  /** In Jinja `~` joins all its operands at once and binds more tightly than `+`. */
  override parseConcat(): ExpressionNode {
    const place = this.current;
    const children = [this.parseProduct()];
    while (this.skip('tilde')) children.push(this.parseProduct());
    return children.length === 1 && children[0] !== undefined ? children[0] : ConcatAll.make(place, { children });
  }

  /** In Jinja `*`, `/`, `//` and `%` have one precedence. */
  private parseProduct(): ExpressionNode {
    let left = this.parsePow();
    for (;;) {
      const place = this.current;
      const name = place.type === 'operator' ? PRODUCTS[place.value as keyof typeof PRODUCTS] : undefined;
      if (name === undefined) return left;
      this.nextToken();
      left = makeBinary(name, place, left, this.parsePow());
    }
  }

  /** In Jinja a sign applies before attributes, calls and filters do. */
  override parseUnary(noFilters = false): ExpressionNode {
    const place = this.current;
    let node: ExpressionNode;
    if (this.skipValue('operator', '-')) node = makeUnary('Neg', place, this.parseUnary(true));
    else if (this.skipValue('operator', '+')) node = makeUnary('Pos', place, this.parseUnary(true));
    else node = this.parseAtom();
    node = this.parsePostfix(node);
    return noFilters ? node : this.parseFilterOrTest(node);
  }

  /** Filters, tests and calls of their results, in any order. */
  private parseFilterOrTest(node: ExpressionNode): ExpressionNode {
    for (;;) {
      if (this.current.type === 'pipe') {
        this.nextToken();
        node = this.parseFilterCall(node);
      } else if (this.atSymbol('is')) node = this.parseTest(node);
      else if (this.current.type === 'left-paren') node = this.parseCallOf(node);
      else return node;
    }
  }

  /** The name and the arguments of one filter. */
  parseFilterCall(target: ExpressionNode | null): FilterNode {
    const place = this.current;
    const name = this.parseDottedName();
    return FilterCall.make(place, { target, name, ...this.parseOptionalArguments() });
  }

  private parseTest(target: ExpressionNode): ExpressionNode {
    const place = this.nextToken();
    const negated = this.skipSymbol('not');
    const name = this.parseDottedName();
    const test = TestCall.make(place, { target, name, ...this.parseTestArguments() });
    return negated ? makeUnary('Not', place, test) : test;
  }

  /** In Jinja the one argument of a test needs no brackets: `x is divisibleby 3`. */
  private parseTestArguments(): Arguments {
    if (!TEST_ARGUMENT_STARTS.has(this.current.type) || this.atSymbol('else', 'or', 'and')) {
      return this.parseOptionalArguments();
    }
    if (this.atSymbol('is')) this.fail('You cannot chain multiple tests with is');
    const argument = this.parsePostfix(this.parseAtom());
    return { args: [argument], kwargs: [], dynArgs: null, dynKwargs: null };
  }

  private parseOptionalArguments(): Arguments {
    if (this.current.type === 'left-paren') return this.parseArguments();
    return { args: [], kwargs: [], dynArgs: null, dynKwargs: null };
  }

  private parseDottedName(): string {
    let name = this.expectName();
    while (this.skipValue('operator', '.')) name += `.${this.expectName()}`;
    return name;
  }
}
