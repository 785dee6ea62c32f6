import type { TokenStream } from '../lexer/stream.ts';
import {
  Body,
  type BodyNode,
  type ExpressionNode,
  Output,
  Root,
  type RootNode,
  type StatementNode,
  TemplateData,
} from '../nodes/nodes.ts';
import { repr } from '../python/text.ts';
import { StatementParser } from './statements.ts';

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
