import { SPACE } from '../lexer/syntax.ts';
import type { TokenStream } from '../lexer/tokens.ts';
import {
  Assign,
  AssignBlock,
  Autoescape,
  BlockDef,
  type BlockNode,
  Body,
  type BodyNode,
  CallBlock,
  type ExpressionNode,
  Extends,
  FilterBlock,
  type FilterNode,
  ForLoop,
  FromImportNames,
  IfChain,
  type IfNode,
  ImportModule,
  IncludeAll,
  MacroDef,
  Name,
  type NameNode,
  type NameUse,
  Output,
  Root,
  type RootNode,
  type Signature,
  type StatementNode,
  TemplateData,
  With,
} from '../nodes/nodes.ts';
import { eachChild } from '../nodes/walk.ts';
import { repr } from '../python/text.ts';
import { ExpressionParser, type TupleOptions } from './expressions.ts';

const NOT_ONLY_SPACE = new RegExp(`[^${SPACE}]`);

/** Jinja's statements, each read from its keyword on. */
abstract class StatementParser extends ExpressionParser {
  /** The statements up to one of these keywords, which is taken where `dropEnd` says so. */
  abstract parseStatements(endNames: readonly string[], dropEnd?: boolean): BodyNode;

  protected parseSetStatement(): StatementNode {
    const place = this.nextToken();
    const target = this.parseAssignTarget({ withNamespace: true });
    if (this.skipValue('operator', '=')) return Assign.make(place, { target, value: this.parseTuple() });
    const filter = this.parseFilterChain();
    const body = this.parseStatements(['endset'], true);
    return AssignBlock.make(place, { target, filter, body });
  }

  private parseFilterChain(): FilterNode | null {
    let filter: FilterNode | null = null;
    while (this.skip('pipe')) filter = this.parseFilterCall(filter);
    return filter;
  }

  protected parseForStatement(): StatementNode {
    const place = this.nextToken();
    const target = this.parseAssignTarget();
    this.expectSymbol('in');
    const arr = this.parseTuple({ withoutInlineIf: true });
    const test = this.skipSymbol('if') ? this.parseExpression() : null;
    const recursive = this.skipSymbol('recursive');
    const body = this.parseStatements(['endfor', 'else']);
    const else_ = this.nextToken().value === 'endfor' ? null : this.parseStatements(['endfor'], true);
    return ForLoop.make(place, { target, arr, test, recursive, body, else_ });
  }

  protected parseIfStatement(): StatementNode {
    const result = this.parseCondition(this.nextToken());
    let end = this.nextToken();
    while (end.value === 'elif') {
      result.elifs.push(this.parseCondition(this.current));
      end = this.nextToken();
    }
    if (end.value === 'else') result.else_ = this.parseStatements(['endif'], true);
    return result;
  }

  private parseCondition(place: { lineno: number; colno: number }): IfNode {
    const cond = this.parseTuple({ withoutInlineIf: true });
    const body = this.parseStatements(['elif', 'else', 'endif']);
    return IfChain.make(place, { cond, body, elifs: [], else_: null });
  }

  protected parseWithStatement(): StatementNode {
    const place = this.nextToken();
    const targets: ExpressionNode[] = [];
    const values: ExpressionNode[] = [];
    while (this.current.type !== 'block-end') {
      if (targets.length > 0) this.expect('comma');
      const target = this.parseAssignTarget();
      setUse(target, 'param');
      targets.push(target);
      this.expectOperator('=');
      values.push(this.parseExpression());
    }
    return With.make(place, { targets, values, body: this.parseStatements(['endwith'], true) });
  }

  protected parseAutoescapeStatement(): StatementNode {
    const place = this.nextToken();
    const value = this.parseExpression();
    return Autoescape.make(place, { value, body: this.parseStatements(['endautoescape'], true) });
  }

  protected parseBlockStatement(): BlockNode {
    const place = this.nextToken();
    const name = this.expectName();
    const scoped = this.skipSymbol('scoped');
    const required = this.skipSymbol('required');
    if (this.atOperator('-')) {
      this.fail(
        'Block names in Jinja have to be valid Python identifiers and may not contain hyphens, use an underscore instead.',
      );
    }
    const body = this.parseStatements(['endblock'], true);
    if (required && !isBlank(body)) this.fail('Required blocks can only contain comments or whitespace');
    this.skipSymbol(name);
    return BlockDef.make(place, { name, scoped, required, body });
  }

  protected parseExtendsStatement(): StatementNode {
    return Extends.make(this.nextToken(), { template: this.parseExpression() });
  }

  protected parseIncludeStatement(): StatementNode {
    const place = this.nextToken();
    const template = this.parseExpression();
    const ignoreMissing = this.skipSymbols('ignore', 'missing');
    return IncludeAll.make(place, { template, ignoreMissing, withContext: this.parseContextUse() ?? true });
  }

  protected parseImportStatement(): StatementNode {
    const place = this.nextToken();
    const template = this.parseExpression();
    this.expectSymbol('as');
    const target = this.parseNameTarget().value;
    return ImportModule.make(place, { template, target, withContext: this.parseContextUse() ?? false });
  }

  protected parseFromStatement(): StatementNode {
    const place = this.nextToken();
    const template = this.parseExpression();
    this.expectSymbol('import');
    const names: { name: string; alias: string }[] = [];
    let withContext: boolean | undefined;
    do {
      if (names.length > 0) this.expect('comma');
      if (this.current.type !== 'symbol') this.expect('symbol');
      withContext = this.parseContextUse();
      if (withContext !== undefined) break;
      names.push(this.parseImportedName());
      withContext = this.parseContextUse();
    } while (withContext === undefined && this.current.type === 'comma');
    return FromImportNames.make(place, { template, names, withContext: withContext ?? false });
  }

  private parseImportedName(): { name: string; alias: string } {
    const target = this.parseNameTarget();
    if (target.value.startsWith('_')) {
      this.failAt(target, 'names starting with an underline can not be imported', 'TemplateAssertionError');
    }
    const alias = this.skipSymbol('as') ? this.parseNameTarget().value : target.value;
    return { name: target.value, alias };
  }

  private parseContextUse(): boolean | undefined {
    if (this.skipSymbols('with', 'context')) return true;
    return this.skipSymbols('without', 'context') ? false : undefined;
  }

  protected parseMacroStatement(): StatementNode {
    const place = this.nextToken();
    const name = this.parseNameTarget().value;
    const signature = this.parseMacroSignature();
    return MacroDef.make(place, { name, ...signature, body: this.parseStatements(['endmacro'], true) });
  }

  protected parseCallStatement(): StatementNode {
    const place = this.nextToken();
    const signature = this.current.type === 'left-paren' ? this.parseMacroSignature() : { params: [], defaults: [] };
    const call = this.parseExpression();
    if (call.typename !== 'Call') this.failAt(place, 'expected call');
    return CallBlock.make(place, { call, ...signature, body: this.parseStatements(['endcall'], true) });
  }

  private parseMacroSignature(): Signature {
    const params: NameNode[] = [];
    const defaults: ExpressionNode[] = [];
    this.expect('left-paren');
    while (this.current.type !== 'right-paren') {
      if (params.length > 0) this.expect('comma');
      const param = this.parseNameTarget();
      param.use = 'param';
      if (this.skipValue('operator', '=')) defaults.push(this.parseExpression());
      else if (defaults.length > 0) this.fail('non-default argument follows default argument');
      params.push(param);
    }
    this.expect('right-paren');
    return { params, defaults };
  }

  protected parseFilterBlockStatement(): StatementNode {
    const place = this.nextToken();
    let filter = this.parseFilterCall(null);
    while (this.skip('pipe')) filter = this.parseFilterCall(filter);
    return FilterBlock.make(place, { filter, body: this.parseStatements(['endfilter'], true) });
  }

  protected parsePrintStatement(): StatementNode {
    const place = this.nextToken();
    const children: ExpressionNode[] = [];
    while (this.current.type !== 'block-end') {
      if (children.length > 0) this.expect('comma');
      children.push(this.parseExpression());
    }
    return Output.make(place, { children });
  }

  /** What stands on the left of an assignment. */
  parseAssignTarget(options: TupleOptions = {}): ExpressionNode {
    const target = this.parseTuple({ ...options, simplified: true });
    setUse(target, 'store');
    if (!canAssign(target)) this.failAt(target, `can't assign to ${repr(assignedKind(target))}`);
    return target;
  }

  private parseNameTarget(): NameNode {
    const token = this.expect('symbol');
    const target = Name.make(token, { value: String(token.value), use: 'store' });
    if (!canAssign(target)) this.failAt(target, `can't assign to 'name'`);
    return target;
  }
}

function setUse(node: ExpressionNode, use: NameUse): void {
  if (node.typename === 'Name' || node.typename === 'Tuple') node.use = use;
  eachChild(node, (child) => {
    setUse(child as ExpressionNode, use);
  });
}

const CONSTANT_NAMES: ReadonlySet<string> = new Set(['true', 'false', 'none', 'True', 'False', 'None']);

function canAssign(node: ExpressionNode): boolean {
  if (node.typename === 'Name') return !CONSTANT_NAMES.has(node.value);
  return node.typename === 'NamespaceRef' || (node.typename === 'Tuple' && node.children.every(canAssign));
}

function assignedKind(node: ExpressionNode): string {
  const kinds: Readonly<Partial<Record<ExpressionNode['typename'], string>>> = { Literal: 'const', Array: 'list' };
  return kinds[node.typename] ?? node.typename.toLowerCase();
}

function isBlank(body: BodyNode): boolean {
  return body.children.every(
    (node) =>
      node.typename === 'Output' &&
      node.children.every((child) => child.typename === 'TemplateData' && !NOT_ONLY_SPACE.test(child.value)),
  );
}

/** A tag of its own: reads itself with the parser, which stands at the tag's name. */
export interface TagParser {
  readonly tags: readonly string[];
  parse(parser: TemplateParser): StatementNode | readonly StatementNode[];
}

/** Jinja's grammar: the whole of a template. */
export class TemplateParser extends StatementParser {
  private readonly tagParsers: readonly TagParser[];
  private readonly openTags: string[] = [];
  private readonly awaitedEnds: (readonly string[])[] = [];

  constructor(tokens: TokenStream, tagParsers: readonly TagParser[]) {
    super(tokens);
    this.tagParsers = tagParsers;
  }

  /** Reads the template to its end. */
  override parseAsRoot(): RootNode {
    return Root.make({ lineno: 1, colno: 1 }, { children: this.parseNodes() });
  }

  override parseStatements(endNames: readonly string[], dropEnd = false): BodyNode {
    this.skip('colon');
    const place = this.expect('block-end');
    const children = this.parseNodes(endNames);
    if (this.current.type === 'eof') this.failAtEnd(endNames);
    if (dropEnd) this.nextToken();
    return Body.make(place, { children });
  }

  /** Jinja joins text and expressions that follow each other into one output. */
  override parseNodes(endNames?: readonly string[]): StatementNode[] {
    if (endNames !== undefined) this.awaitedEnds.push(endNames);
    const body: StatementNode[] = [];
    let output: ExpressionNode[] = [];
    const flush = (): void => {
      if (output[0] !== undefined) body.push(Output.make(output[0], { children: output }));
      output = [];
    };
    for (let token = this.current; token.type !== 'eof'; token = this.current) {
      if (token.type === 'data') {
        this.nextToken();
        output.push(TemplateData.make(token, { value: String(token.value) }));
      } else if (token.type === 'variable-start') {
        this.nextToken();
        output.push(this.parseTuple());
        this.expect('variable-end');
      } else {
        flush();
        this.nextToken();
        if (endNames !== undefined && this.atSymbol(...endNames)) break;
        body.push(...this.parseTag());
        this.expect('block-end');
      }
    }
    flush();
    if (endNames !== undefined) this.awaitedEnds.pop();
    return body;
  }

  private parseTag(): readonly StatementNode[] {
    if (this.current.type !== 'symbol') this.fail('tag name expected');
    const name = String(this.current.value);
    this.openTags.push(name);
    const result = this.parseStatementOf(name);
    this.openTags.pop();
    return Array.isArray(result) ? (result as readonly StatementNode[]) : [result as StatementNode];
  }

  /** Jinja's own tags win over those of extensions. */
  private parseStatementOf(name: string): StatementNode | readonly StatementNode[] {
    switch (name) {
      case 'for':
        return this.parseForStatement();
      case 'if':
        return this.parseIfStatement();
      case 'block':
        return this.parseBlockStatement();
      case 'extends':
        return this.parseExtendsStatement();
      case 'print':
        return this.parsePrintStatement();
      case 'macro':
        return this.parseMacroStatement();
      case 'include':
        return this.parseIncludeStatement();
      case 'from':
        return this.parseFromStatement();
      case 'import':
        return this.parseImportStatement();
      case 'set':
        return this.parseSetStatement();
      case 'with':
        return this.parseWithStatement();
      case 'autoescape':
        return this.parseAutoescapeStatement();
      case 'call':
        return this.parseCallStatement();
      case 'filter':
        return this.parseFilterBlockStatement();
      default:
        return this.parseExtensionOf(name);
    }
  }

  private parseExtensionOf(name: string): StatementNode | readonly StatementNode[] {
    const extension = this.tagParsers.findLast((candidate) => candidate.tags.includes(name));
    if (extension !== undefined) return extension.parse(this);
    this.openTags.pop();
    return this.failUnknownTag(name);
  }

  private failUnknownTag(name: string): never {
    const lookingFor = this.awaitedEnds.at(-1);
    const message = [`Encountered unknown tag ${repr(name)}.`];
    if (lookingFor !== undefined) {
      const tags = lookingFor.map((end) => repr(end)).join(' or ');
      const nested = this.awaitedEnds.some((ends) => ends.includes(name));
      message.push(
        nested
          ? `You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for ${tags}.`
          : `Jinja was looking for the following tags: ${tags}.`,
      );
    }
    return this.fail([...message, ...this.innermostTag()].join(' '));
  }

  private failAtEnd(endNames: readonly string[]): never {
    const tags = endNames.map((end) => repr(end)).join(' or ');
    const message = ['Unexpected end of template.', `Jinja was looking for the following tags: ${tags}.`];
    return this.fail([...message, ...this.innermostTag()].join(' '));
  }

  private innermostTag(): string[] {
    const tag = this.openTags.at(-1);
    return tag === undefined ? [] : [`The innermost block that needs to be closed is ${repr(tag)}.`];
  }
}
