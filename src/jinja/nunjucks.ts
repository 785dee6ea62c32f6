// The one typed door to nunjucks: its types lack the parser, the compiler and the nodes, so they are described here.
import nunjucks from 'nunjucks';

/** A node of nunjucks' syntax tree. */
export interface NunjucksNode {
  readonly typename: string;
  readonly fields: readonly string[];
  lineno: number;
  colno: number;
}

/** A class of nodes; whatever it is made with goes to its `init`. */
type NodeClass = new (...given: readonly unknown[]) => NunjucksNode & { init(...given: readonly unknown[]): void };

/** A token as nunjucks' parser reads it. */
export interface NunjucksToken {
  readonly type: string;
  readonly value: unknown;
  readonly lineno: number;
  readonly colno: number;
}

/** nunjucks' parser, as far as ours uses or overrides it. */
interface NunjucksParser {
  tokens: unknown;
  init(tokens: unknown): void;
  nextToken(withWhitespace?: boolean): NunjucksToken;
  peekToken(): NunjucksToken;
  pushToken(token: NunjucksToken): void;
  skip(type: string): boolean;
  skipValue(type: string, value: unknown): boolean;
  skipSymbol(value: string): boolean;
  expect(type: string): NunjucksToken;
  error(message: string, lineno?: number, colno?: number): Error;
  fail(message: string, lineno?: number, colno?: number): never;
  parseStatement(): NunjucksNode | null;
  parseExpression(): NunjucksNode;
  parseInlineIf(): NunjucksNode;
  parseOr(): NunjucksNode;
  parseAnd(): NunjucksNode;
  parseNot(): NunjucksNode;
  parseIn(): NunjucksNode;
  parseConcat(): NunjucksNode;
  parsePow(): NunjucksNode;
  parseUnary(noFilters?: boolean): NunjucksNode;
  parsePrimary(noPostfix?: boolean): NunjucksNode;
  parsePostfix(node: NunjucksNode): NunjucksNode;
  parseFilterName(): NunjucksNode & { value: string };
  parseNodes(): NunjucksNode[];
  parseAsRoot(): NunjucksNode & { children: NunjucksNode[] };
}

/** nunjucks' compiler, as far as ours uses or overrides it. */
interface NunjucksCompiler {
  templateName: string | undefined;
  init(templateName?: string, throwOnUndefined?: boolean): void;
  fail(message: string, lineno?: number, colno?: number): never;
  compile(node: NunjucksNode, frame?: unknown): void;
  getCode(): string;
  _emit(code: string): void;
  _emitLine(code: string): void;
  _tmpid(): string;
  _compileExpression(node: NunjucksNode, frame: unknown): void;
}

/** A template of nunjucks, as far as ours uses or overrides it. */
interface NunjucksTemplate {
  env: unknown;
  path: string | undefined;
  render(context?: object): string;
}

/** nunjucks' environment, as far as ours uses or overrides it. */
interface NunjucksEnvironment {
  filters: Record<string, unknown>;
  tests: Record<string, unknown>;
  invalidateCache(): void;
  getTemplate(name: string): NunjucksTemplate;
  render(name: string, context?: object): string;
  renderString(source: string, context?: object): string;
}

type Made<T> = new (...args: never[]) => T;

interface NunjucksModule {
  readonly Environment: Made<NunjucksEnvironment>;
  readonly Template: Made<NunjucksTemplate>;
  readonly parser: { readonly Parser: Made<NunjucksParser> };
  readonly compiler: { readonly Compiler: Made<NunjucksCompiler> };
  readonly nodes: Readonly<Record<string, NodeClass>>;
  readonly lexer: Readonly<Record<string, string>>;
}

const door = nunjucks as NunjucksModule;

/** nunjucks' Environment; its `init` takes loaders and options. */
export const BaseEnvironment = door.Environment as new (
  loaders: readonly unknown[],
  options: { readonly autoescape: boolean },
) => NunjucksEnvironment;
/** nunjucks' Template; its `init` takes source, environment, path and whether to compile at once. */
export const BaseTemplate = door.Template as new (
  source: { readonly type: 'code'; readonly obj: { readonly root: unknown } },
  environment: NunjucksEnvironment,
  path: string | undefined,
  eagerCompile: boolean,
) => NunjucksTemplate;
/** nunjucks' Parser; its `init` takes the tokens. */
export const BaseParser = door.parser.Parser as new (tokens: unknown) => NunjucksParser;
/** nunjucks' Compiler; its `init` takes the template's name. */
export const BaseCompiler = door.compiler.Compiler as new (templateName?: string) => NunjucksCompiler;

/** The class of nunjucks' nodes with this name. */
export function nodeClass(name: string): NodeClass {
  const found = door.nodes[name];
  if (found === undefined) throw new Error(`nunjucks has no node ${name}`);
  return found;
}
