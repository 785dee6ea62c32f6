import {
  type Arguments,
  Compare,
  CompareOperand,
  type CompareOperandNode,
  type CompareOperator,
  ConcatAll,
  type ExpressionNode,
  FilterCall,
  type FilterNode,
  InlineIf,
  makeBinary,
  makeUnary,
  TestCall,
} from '../nodes/nodes.ts';
import { AtomParser } from './atoms.ts';

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
