// The one typed door to nunjucks: its types lack the parser, the compiler and the nodes, so they are described here.
import nunjucks from 'nunjucks';

/** A node of nunjucks' syntax tree. */
export interface NunjucksNode {
  readonly typename: string;
  readonly fields: readonly string[];
  lineno: number;
  colno: number;
}

/** A class of nodes: made with line, column and one argument for each field. */
export type NodeClass<T extends NunjucksNode = NunjucksNode> = new (
  lineno: number,
  colno: number,
  ...fields: unknown[]
) => T;

/** A token as nunjucks' parser reads it. */
export interface NunjucksToken {
  readonly type: string;
  readonly value: unknown;
  readonly lineno: number;
  readonly colno: number;
}

/** nunjucks' parser, as far as ours uses or overrides it. */
export interface NunjucksParser {
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
export interface NunjucksCompiler {
  templateName: string | undefined;
  codebuf: string[];
  buffer: string | null;
  init(templateName?: string, throwOnUndefined?: boolean): void;
  fail(message: string, lineno?: number, colno?: number): never;
  compile(node: NunjucksNode, frame?: unknown): void;
  getCode(): string;
  _emit(code: string): void;
  _emitLine(code: string): void;
  _tmpid(): string;
  _compileExpression(node: NunjucksNode, frame: unknown): void;
}

/** The callback that a precompiled template answers with. */
export type RenderCallback = (error: unknown, result?: string) => void;

/** A precompiled template: what a loader returns behind `{ type: 'code', obj }`. */
export interface PrecompiledTemplate {
  readonly root: (
    ...parameters: [
      env: unknown,
      context: { lookup(name: string): unknown },
      frame: unknown,
      runtime: unknown,
      callback: RenderCallback,
    ]
  ) => void;
}

/** What a loader's `getSource` answers. */
export interface NunjucksSource {
  src: { type: 'code'; obj: PrecompiledTemplate };
  path: string;
  noCache: boolean;
}

/** A template of nunjucks. */
export interface NunjucksTemplate {
  env: unknown;
  path: string | undefined;
  tmplProps: PrecompiledTemplate;
  init(src: unknown, env: unknown, path?: string, eagerCompile?: boolean): void;
  render(context?: object): string;
}

/** nunjucks' environment, as far as ours uses or overrides it. */
export interface NunjucksEnvironment {
  opts: { dev: boolean };
  init(loaders: unknown, options: object): void;
  invalidateCache(): void;
  getTemplate(name: string, eagerCompile?: boolean): NunjucksTemplate;
}

/** A loader of nunjucks. */
export interface NunjucksLoader {
  cache: Record<string, unknown>;
  getSource(name: string): NunjucksSource | null;
}

type Made<T> = new (...args: never[]) => T;

interface NunjucksModule {
  readonly Environment: Made<NunjucksEnvironment>;
  readonly Template: Made<NunjucksTemplate>;
  readonly Loader: Made<NunjucksLoader>;
  readonly parser: { readonly Parser: Made<NunjucksParser> };
  readonly compiler: { readonly Compiler: Made<NunjucksCompiler> };
  readonly nodes: Readonly<Record<string, NodeClass>>;
  readonly lexer: Readonly<Record<string, string>>;
}

const door = nunjucks as NunjucksModule;

/** nunjucks' Environment; its `init` takes loaders and options. */
export const BaseEnvironment = door.Environment as new (loaders: unknown, options: object) => NunjucksEnvironment;
/** nunjucks' Template; its `init` takes source, environment, path and whether to compile at once. */
export const BaseTemplate = door.Template as new (
  src: unknown,
  env: unknown,
  path: string | undefined,
  eagerCompile: boolean,
) => NunjucksTemplate;
/** nunjucks' Loader, the base class of ours. */
export const BaseLoader = door.Loader as new () => NunjucksLoader;
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
