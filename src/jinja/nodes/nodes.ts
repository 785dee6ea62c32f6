import { nodeClass, type NunjucksNode } from '../nunjucks.ts';

/** The fields of a node, apart from what nunjucks gives every node. */
type Fields<T extends NunjucksNode> = Omit<T, keyof NunjucksNode>;

interface NodePlace {
  readonly lineno: number;
  readonly colno: number;
}

/** A kind of node: makes nodes of it at the place of a token or of another node. */
interface NodeKind<T extends NunjucksNode> {
  make(place: NodePlace, fields: Fields<T>): T;
}

/** One of nunjucks' own kinds of node, with its fields. */
function reuse<T extends NunjucksNode>(name: T['typename']): NodeKind<T> {
  const { fields } = nodeClass(name).prototype as NunjucksNode;
  return kindOf<T>(name, name, fields);
}

/** A kind of node derived from one of nunjucks', with fields of its own. */
function derive<T extends NunjucksNode>(
  parent: string,
  name: T['typename'],
  fields: readonly (keyof Fields<T> & string)[],
): NodeKind<T> {
  return kindOf<T>(parent, name, fields);
}

function kindOf<T extends NunjucksNode>(parent: string, typename: string, fields: readonly string[]): NodeKind<T> {
  const Kind = class extends nodeClass(parent) {
    /** nunjucks gives each field a value by its position first, one by one. */
    override init(place: NodePlace, given: Fields<T>): void {
      this.lineno = place.lineno;
      this.colno = place.colno;
      Object.assign(this, given);
    }
  };
  // Values, where nunjucks has getters that make them anew: both are asked for at every look at a node.
  Object.defineProperties(Kind.prototype, { typename: { value: typename }, fields: { value: fields } });
  return { make: (place, given) => new Kind(place, given) as unknown as T };
}

/** What a name is there for: to be read, to be written, or as a parameter. */
export type NameUse = 'load' | 'store' | 'param';

interface Typed<Name extends string> extends NunjucksNode {
  readonly typename: Name;
}

// Expressions

export interface LiteralNode extends Typed<'Literal'> {
  value: unknown;
}
export interface TemplateDataNode extends Typed<'TemplateData'> {
  value: string;
}
export interface NameNode extends Typed<'Name'> {
  value: string;
  use: NameUse;
}
export interface NamespaceRefNode extends Typed<'NamespaceRef'> {
  value: string;
  attribute: string;
}
export interface TupleNode extends Typed<'Tuple'> {
  children: ExpressionNode[];
  use: NameUse;
}
export interface ArrayNode extends Typed<'Array'> {
  children: ExpressionNode[];
}
export interface PairNode extends Typed<'Pair'> {
  key: ExpressionNode;
  value: ExpressionNode;
}
export interface DictNode extends Typed<'Dict'> {
  children: PairNode[];
}
export interface KeywordNode extends Typed<'Keyword'> {
  key: string;
  value: ExpressionNode;
}
export type BinaryName = 'Add' | 'Sub' | 'Mul' | 'Div' | 'FloorDiv' | 'Mod' | 'Pow' | 'And' | 'Or';
export interface BinaryNode extends Typed<BinaryName> {
  left: ExpressionNode;
  right: ExpressionNode;
}
type UnaryName = 'Not' | 'Neg' | 'Pos';
export interface UnaryNode extends Typed<UnaryName> {
  target: ExpressionNode;
}
export interface ConcatNode extends Typed<'ConcatAll'> {
  children: ExpressionNode[];
}
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';
export interface CompareOperandNode extends Typed<'CompareOperand'> {
  expr: ExpressionNode;
  type: CompareOperator;
}
export interface CompareNode extends Typed<'Compare'> {
  expr: ExpressionNode;
  ops: CompareOperandNode[];
}
export interface InlineIfNode extends Typed<'InlineIf'> {
  cond: ExpressionNode;
  body: ExpressionNode;
  else_: ExpressionNode | null;
}
export interface AttributeNode extends Typed<'Attribute'> {
  target: ExpressionNode;
  name: string;
}
export interface ItemNode extends Typed<'Item'> {
  target: ExpressionNode;
  val: ExpressionNode;
}
export interface SliceNode extends Typed<'Slice'> {
  start: ExpressionNode | null;
  stop: ExpressionNode | null;
  step: ExpressionNode | null;
}
/** The arguments of a call, a filter or a test. */
export interface Arguments {
  args: ExpressionNode[];
  kwargs: KeywordNode[];
  dynArgs: ExpressionNode | null;
  dynKwargs: ExpressionNode | null;
}
export interface CallNode extends Typed<'Call'>, Arguments {
  target: ExpressionNode;
}
export interface FilterNode extends Typed<'FilterCall'>, Arguments {
  name: string;
  /** Absent in a filter block, which filters its body. */
  target: ExpressionNode | null;
}
export interface TestNode extends Typed<'TestCall'>, Arguments {
  name: string;
  target: ExpressionNode;
}
/** Marks its value as safe while autoescaping is on; the i18n extension needs it. */
export interface MarkSafeNode extends Typed<'MarkSafe'> {
  target: ExpressionNode;
}
/** Calls a function of the runtime with the context: what the debug extension prints. */
export interface RuntimeCallNode extends Typed<'RuntimeCall'> {
  name: string;
}

export type ExpressionNode =
  | LiteralNode
  | TemplateDataNode
  | NameNode
  | NamespaceRefNode
  | TupleNode
  | ArrayNode
  | DictNode
  | BinaryNode
  | UnaryNode
  | ConcatNode
  | CompareNode
  | InlineIfNode
  | AttributeNode
  | ItemNode
  | SliceNode
  | CallNode
  | FilterNode
  | TestNode
  | MarkSafeNode
  | RuntimeCallNode;

// Statements

export interface BodyNode extends Typed<'NodeList'> {
  children: StatementNode[];
}
export interface OutputNode extends Typed<'Output'> {
  children: ExpressionNode[];
}
export interface ForNode extends Typed<'ForLoop'> {
  target: ExpressionNode;
  arr: ExpressionNode;
  test: ExpressionNode | null;
  recursive: boolean;
  body: BodyNode;
  else_: BodyNode | null;
}
export interface IfNode extends Typed<'IfChain'> {
  cond: ExpressionNode;
  body: BodyNode;
  elifs: IfNode[];
  else_: BodyNode | null;
}
export interface WithNode extends Typed<'With'> {
  targets: ExpressionNode[];
  values: ExpressionNode[];
  body: BodyNode;
}
export interface AssignNode extends Typed<'Assign'> {
  target: ExpressionNode;
  value: ExpressionNode;
}
export interface AssignBlockNode extends Typed<'AssignBlock'> {
  target: ExpressionNode;
  filter: FilterNode | null;
  body: BodyNode;
}
export interface AutoescapeNode extends Typed<'Autoescape'> {
  value: ExpressionNode;
  body: BodyNode;
}
/** The parameters of a macro or of a call block. */
export interface Signature {
  params: NameNode[];
  defaults: ExpressionNode[];
}
export interface MacroNode extends Typed<'MacroDef'>, Signature {
  name: string;
  body: BodyNode;
}
export interface CallBlockNode extends Typed<'CallBlock'>, Signature {
  call: CallNode;
  body: BodyNode;
}
export interface FilterBlockNode extends Typed<'FilterBlock'> {
  filter: FilterNode;
  body: BodyNode;
}
export interface BlockNode extends Typed<'BlockDef'> {
  name: string;
  scoped: boolean;
  required: boolean;
  body: BodyNode;
}
export interface ExtendsNode extends Typed<'Extends'> {
  template: ExpressionNode;
}
export interface IncludeNode extends Typed<'IncludeAll'> {
  template: ExpressionNode;
  ignoreMissing: boolean;
  withContext: boolean;
}
export interface ImportNode extends Typed<'ImportModule'> {
  template: ExpressionNode;
  target: string;
  withContext: boolean;
}
export interface FromImportNode extends Typed<'FromImportNames'> {
  template: ExpressionNode;
  names: readonly { readonly name: string; readonly alias: string }[];
  withContext: boolean;
}
export interface ExpressionStatementNode extends Typed<'ExpressionStatement'> {
  value: ExpressionNode;
}
export type BreakNode = Typed<'Break'>;
export type ContinueNode = Typed<'Continue'>;
export interface RootNode extends Typed<'Root'> {
  children: StatementNode[];
}

export type StatementNode =
  | OutputNode
  | ForNode
  | IfNode
  | WithNode
  | AssignNode
  | AssignBlockNode
  | AutoescapeNode
  | MacroNode
  | CallBlockNode
  | FilterBlockNode
  | BlockNode
  | ExtendsNode
  | IncludeNode
  | ImportNode
  | FromImportNode
  | ExpressionStatementNode
  | BreakNode
  | ContinueNode;

export type TemplateNode =
  ExpressionNode | StatementNode | BodyNode | RootNode | PairNode | KeywordNode | CompareOperandNode;

const CALL_FIELDS = ['args', 'kwargs', 'dynArgs', 'dynKwargs'] as const;

export const Root = reuse<RootNode>('Root');
export const Body = reuse<BodyNode>('NodeList');
export const Output = reuse<OutputNode>('Output');
export const Literal = reuse<LiteralNode>('Literal');
export const TemplateData = reuse<TemplateDataNode>('TemplateData');
export const ArrayLiteral = reuse<ArrayNode>('Array');
export const Dict = reuse<DictNode>('Dict');
export const Pair = reuse<PairNode>('Pair');
export const Compare = reuse<CompareNode>('Compare');
export const CompareOperand = reuse<CompareOperandNode>('CompareOperand');
export const InlineIf = reuse<InlineIfNode>('InlineIf');
export const Extends = reuse<ExtendsNode>('Extends');

export const Name = derive<NameNode>('Symbol', 'Name', ['value', 'use']);
export const NamespaceRef = derive<NamespaceRefNode>('Symbol', 'NamespaceRef', ['value', 'attribute']);
export const TupleLiteral = derive<TupleNode>('Group', 'Tuple', ['children', 'use']);
export const Keyword = derive<KeywordNode>('Pair', 'Keyword', ['key', 'value']);
export const ConcatAll = derive<ConcatNode>('NodeList', 'ConcatAll', ['children']);
export const Attribute = derive<AttributeNode>('LookupVal', 'Attribute', ['target', 'name']);
export const Item = derive<ItemNode>('LookupVal', 'Item', ['target', 'val']);
export const Slice = derive<SliceNode>('Node', 'Slice', ['start', 'stop', 'step']);
export const Call = derive<CallNode>('FunCall', 'Call', ['target', ...CALL_FIELDS]);
export const FilterCall = derive<FilterNode>('Filter', 'FilterCall', ['target', 'name', ...CALL_FIELDS]);
export const TestCall = derive<TestNode>('Is', 'TestCall', ['target', 'name', ...CALL_FIELDS]);
export const MarkSafe = derive<MarkSafeNode>('Node', 'MarkSafe', ['target']);
export const RuntimeCall = derive<RuntimeCallNode>('Node', 'RuntimeCall', ['name']);

export const ForLoop = derive<ForNode>('For', 'ForLoop', ['target', 'arr', 'body', 'else_', 'test', 'recursive']);
export const IfChain = derive<IfNode>('If', 'IfChain', ['cond', 'body', 'elifs', 'else_']);
export const With = derive<WithNode>('Node', 'With', ['targets', 'values', 'body']);
export const Assign = derive<AssignNode>('Set', 'Assign', ['target', 'value']);
export const AssignBlock = derive<AssignBlockNode>('Set', 'AssignBlock', ['target', 'filter', 'body']);
export const Autoescape = derive<AutoescapeNode>('Node', 'Autoescape', ['value', 'body']);
export const MacroDef = derive<MacroNode>('Macro', 'MacroDef', ['name', 'params', 'defaults', 'body']);
export const CallBlock = derive<CallBlockNode>('Caller', 'CallBlock', ['call', 'params', 'defaults', 'body']);
export const FilterBlock = derive<FilterBlockNode>('Node', 'FilterBlock', ['body', 'filter']);
export const BlockDef = derive<BlockNode>('Block', 'BlockDef', ['name', 'body', 'scoped', 'required']);
export const IncludeAll = derive<IncludeNode>('Include', 'IncludeAll', ['template', 'withContext', 'ignoreMissing']);
export const ImportModule = derive<ImportNode>('Import', 'ImportModule', ['template', 'target', 'withContext']);
export const FromImportNames = derive<FromImportNode>('FromImport', 'FromImportNames', [
  'template',
  'names',
  'withContext',
]);
export const ExpressionStatement = derive<ExpressionStatementNode>('Node', 'ExpressionStatement', ['value']);
export const Break = derive<BreakNode>('Node', 'Break', []);
export const Continue = derive<ContinueNode>('Node', 'Continue', []);

const BINARY: Readonly<Record<BinaryName, ReturnType<typeof reuse<BinaryNode>>>> = {
  Add: reuse<BinaryNode>('Add'),
  Sub: reuse<BinaryNode>('Sub'),
  Mul: reuse<BinaryNode>('Mul'),
  Div: reuse<BinaryNode>('Div'),
  FloorDiv: reuse<BinaryNode>('FloorDiv'),
  Mod: reuse<BinaryNode>('Mod'),
  Pow: reuse<BinaryNode>('Pow'),
  And: reuse<BinaryNode>('And'),
  Or: reuse<BinaryNode>('Or'),
};

const UNARY: Readonly<Record<UnaryName, ReturnType<typeof reuse<UnaryNode>>>> = {
  Not: reuse<UnaryNode>('Not'),
  Neg: reuse<UnaryNode>('Neg'),
  Pos: reuse<UnaryNode>('Pos'),
};

interface NodePlace {
  readonly lineno: number;
  readonly colno: number;
}

/** A node of two operands. */
export function makeBinary(
  name: BinaryName,
  place: NodePlace,
  left: ExpressionNode,
  right: ExpressionNode,
): BinaryNode {
  return BINARY[name].make(place, { left, right });
}

/** A node of one operand. */
export function makeUnary(name: UnaryName, place: NodePlace, target: ExpressionNode): UnaryNode {
  return UNARY[name].make(place, { target });
}
