import { typeOfPlain } from '../../../text/yaml11.ts';
import { DataError, type Mark } from '../data-error.ts';
import { scan } from './scanner.ts';
import { type Token, type TokenOf, TokenReader } from './tokens.ts';

/** A value of a document before it is a value of Python, in the terms of the representation graph of YAML. */
export type Node = ScalarNode | SequenceNode | MappingNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  /** Changed where `=` stands as a key. */
  tag: string;
  readonly text: string;
  readonly mark: Mark;
}

interface SequenceNode {
  readonly kind: 'sequence';
  readonly tag: string;
  readonly items: Node[];
  readonly mark: Mark;
}

export interface MappingNode {
  readonly kind: 'mapping';
  readonly tag: string;
  /** Changed where merge keys are resolved. */
  entries: (readonly [Node, Node])[];
  readonly mark: Mark;
}

/** Prefix of the tags of YAML's own types, `!!` for short. */
export const CORE_TAGS = 'tag:yaml.org,2002:';

/**
 * The documents of a stream as graphs of nodes: aliases are the node that they name.
 *
 * @throws DataError where PyYAML's scanner, parser or composer stops
 */
export function parseDocuments(text: string): Node[] {
  const tokens = new TokenReader(scan(text));
  const documents: Node[] = [];
  if (!tokens.at('directive', 'documentStart', 'streamEnd')) {
    documents.push(new DocumentParser(tokens, DEFAULT_TAGS).parseNode('block'));
  }
  for (;;) {
    tokens.skipAll('documentEnd');
    if (tokens.at('streamEnd')) return documents;
    documents.push(parseExplicitDocument(tokens));
  }
}

const DEFAULT_TAGS: ReadonlyMap<string, string> = new Map([
  ['!', '!'],
  ['!!', CORE_TAGS],
]);

function parseExplicitDocument(tokens: TokenReader): Node {
  const parser = new DocumentParser(tokens, parseDirectives(tokens));
  if (!tokens.at('documentStart')) {
    const remedy = 'start another document with `---`, or check the indentation of the lines above';
    throw tokens.unexpected('the document is at its end', remedy);
  }
  const { mark } = tokens.take();
  if (tokens.at('directive', 'documentStart', 'documentEnd', 'streamEnd')) return emptyNode(mark);
  return parser.parseNode('block');
}

function parseDirectives(tokens: TokenReader): ReadonlyMap<string, string> {
  const handles = new Map<string, string>();
  let hasVersion = false;
  for (let token = tokens.takeIf('directive'); token !== undefined; token = tokens.takeIf('directive')) {
    const { directive, mark } = token;
    if (directive.name === 'other') continue;
    const isRepeated = directive.name === 'YAML' ? hasVersion : handles.has(directive.handle);
    if (isRepeated) throw new DataError(`a %${directive.name} directive stands twice`, mark, 'remove one of them');
    if (directive.name === 'TAG') handles.set(directive.handle, directive.prefix);
    else if (directive.major !== 1) {
      throw new DataError('the document is not in version 1 of YAML', mark, 'write `%YAML 1.1`, or remove the line');
    } else hasVersion = true;
  }
  return new Map([...DEFAULT_TAGS, ...handles]);
}

/** PyYAML stops near this depth at Python's limit of recursion. */
const MAX_DEPTH = 480;

/** Where a node stands: a list in a block map needs no indentation, in a flow collection are no blocks. */
type Context = 'block' | 'blockValue' | 'flow';

interface Properties {
  readonly anchor: string | undefined;
  readonly tag: string | undefined;
  readonly first: Token;
}

class DocumentParser {
  readonly #tokens: TokenReader;
  readonly #handles: ReadonlyMap<string, string>;
  readonly #anchors = new Map<string, Node>();
  #depth = 0;

  constructor(tokens: TokenReader, handles: ReadonlyMap<string, string>) {
    this.#tokens = tokens;
    this.#handles = handles;
  }

  parseNode(context: Context): Node {
    const alias = this.#tokens.takeIf('alias');
    if (alias !== undefined) return this.#resolveAlias(alias);
    const properties = this.#parseProperties();
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) {
      const message = `the values are nested deeper than ${String(MAX_DEPTH)} levels`;
      throw new DataError(message, properties.first.mark, 'nest them less deeply');
    }
    const node = this.#parseContent(properties, context);
    this.#depth -= 1;
    return node;
  }

  #resolveAlias({ name, mark }: TokenOf<'alias'>): Node {
    const node = this.#anchors.get(name);
    if (node !== undefined) return node;
    const remedy = `set \`&${name}\` before its first use in the same document, or put quotes around \`*${name}\``;
    throw new DataError(`no anchor is named \`${name}\``, mark, remedy);
  }

  #parseProperties(): Properties {
    const first = this.#tokens.peek();
    let anchor = this.#tokens.takeIf('anchor');
    const tag = this.#tokens.takeIf('tag');
    anchor ??= this.#tokens.takeIf('anchor');
    if (anchor !== undefined && this.#anchors.has(anchor.name)) {
      const message = `the anchor \`${anchor.name}\` stands twice in the document`;
      throw new DataError(message, first.mark, 'give every anchor a name of its own');
    }
    return { anchor: anchor?.name, tag: tag === undefined ? undefined : this.#tagOf(tag), first };
  }

  #tagOf({ handle, suffix, mark }: TokenOf<'tag'>): string {
    if (handle === undefined) return suffix;
    const prefix = this.#handles.get(handle);
    if (prefix !== undefined) return prefix + suffix;
    const remedy = `declare it by \`%TAG ${handle} prefix\` before the document's \`---\``;
    throw new DataError(`the handle \`${handle}\` of a tag is not declared`, mark, remedy);
  }

  #parseContent(properties: Properties, context: Context): Node {
    const tokens = this.#tokens;
    const token = tokens.peek();
    const isBlock = context !== 'flow';
    switch (token.kind) {
      case 'scalar':
        return this.#parseScalar(properties, tokens.take() as TokenOf<'scalar'>);
      case 'flowSequenceStart':
        return this.#parseFlowSequence(this.#openSequence(properties));
      case 'flowMappingStart':
        return this.#parseFlowMapping(this.#openMapping(properties));
      case 'blockSequenceStart':
        if (isBlock) return this.#parseBlockSequence(this.#openSequence(properties));
        break;
      case 'blockMappingStart':
        if (isBlock) return this.#parseBlockMapping(this.#openMapping(properties));
        break;
      case 'blockEntry':
        if (context === 'blockValue') return this.#parseIndentlessSequence(this.#openSequence(properties, false));
        break;
      default:
        break;
    }
    if (properties.first !== token) return this.#parseEmpty(properties);
    throw tokens.unexpected('a value should stand here', 'write a value, or put quotes around it');
  }

  #parseScalar({ anchor, tag, first }: Properties, token: TokenOf<'scalar'>): ScalarNode {
    const isResolved = tag === '!' || (tag === undefined && token.isPlain);
    const node: ScalarNode = {
      kind: 'scalar',
      tag: isResolved ? resolvePlain(token.text) : (tag ?? `${CORE_TAGS}str`),
      text: token.text,
      mark: first.mark,
    };
    return this.#named(anchor, node);
  }

  #parseEmpty({ anchor, tag, first }: Properties): ScalarNode {
    const isResolved = tag === undefined || tag === '!';
    return this.#named(anchor, {
      kind: 'scalar',
      tag: isResolved ? resolvePlain('') : tag,
      text: '',
      mark: first.mark,
    });
  }

  #openSequence({ anchor, tag, first }: Properties, takesToken = true): SequenceNode {
    if (takesToken) this.#tokens.take();
    return this.#named(anchor, { kind: 'sequence', tag: collectionTag(tag, 'seq'), items: [], mark: first.mark });
  }

  #openMapping({ anchor, tag, first }: Properties): MappingNode {
    this.#tokens.take();
    return this.#named(anchor, { kind: 'mapping', tag: collectionTag(tag, 'map'), entries: [], mark: first.mark });
  }

  /** An anchor names its node from the start: a collection can hold itself. */
  #named<T extends Node>(anchor: string | undefined, node: T): T {
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    return node;
  }

  #parseBlockSequence(node: SequenceNode): SequenceNode {
    const tokens = this.#tokens;
    for (let entry = tokens.takeIf('blockEntry'); entry !== undefined; entry = tokens.takeIf('blockEntry')) {
      node.items.push(tokens.at('blockEntry', 'blockEnd') ? emptyNode(entry.mark) : this.parseNode('block'));
    }
    this.#closeBlock('list');
    return node;
  }

  #parseIndentlessSequence(node: SequenceNode): SequenceNode {
    const tokens = this.#tokens;
    for (let entry = tokens.takeIf('blockEntry'); entry !== undefined; entry = tokens.takeIf('blockEntry')) {
      const isEmpty = tokens.at('blockEntry', 'key', 'value', 'blockEnd');
      node.items.push(isEmpty ? emptyNode(entry.mark) : this.parseNode('block'));
    }
    return node;
  }

  #parseBlockMapping(node: MappingNode): MappingNode {
    const tokens = this.#tokens;
    for (let key = tokens.takeIf('key'); key !== undefined; key = tokens.takeIf('key')) {
      const keyNode = this.#parseBlockPart(key);
      const value = tokens.takeIf('value');
      node.entries.push([keyNode, value === undefined ? emptyNode(key.mark) : this.#parseBlockPart(value)]);
    }
    this.#closeBlock('map');
    return node;
  }

  #parseBlockPart({ mark }: Token): Node {
    return this.#tokens.at('key', 'value', 'blockEnd') ? emptyNode(mark) : this.parseNode('blockValue');
  }

  #closeBlock(name: 'list' | 'map'): void {
    if (this.#tokens.takeIf('blockEnd') !== undefined) return;
    const what = name === 'list' ? 'an entry that starts with `- `' : 'a key';
    throw this.#tokens.unexpected(
      `${what} should stand here`,
      `indent the entries of a ${name} alike; put quotes around a value that is followed by other text`,
    );
  }

  #parseFlowSequence(node: SequenceNode): SequenceNode {
    const tokens = this.#tokens;
    while (!tokens.at('flowSequenceEnd')) {
      if (node.items.length > 0) this.#takeComma(']');
      if (tokens.at('flowSequenceEnd')) break;
      node.items.push(tokens.at('key') ? this.#parsePair() : this.parseNode('flow'));
    }
    tokens.take();
    return node;
  }

  /** `[a: b]` is a list of a map. */
  #parsePair(): MappingNode {
    const key = this.#tokens.take();
    const node: MappingNode = { kind: 'mapping', tag: `${CORE_TAGS}map`, entries: [], mark: key.mark };
    node.entries.push(this.#parseFlowEntry(key, 'flowSequenceEnd'));
    return node;
  }

  #parseFlowMapping(node: MappingNode): MappingNode {
    const tokens = this.#tokens;
    while (!tokens.at('flowMappingEnd')) {
      if (node.entries.length > 0) this.#takeComma('}');
      if (tokens.at('flowMappingEnd')) break;
      const key = tokens.takeIf('key');
      if (key !== undefined) node.entries.push(this.#parseFlowEntry(key, 'flowMappingEnd'));
      else node.entries.push([this.parseNode('flow'), emptyNode(tokens.peek().mark)]);
    }
    tokens.take();
    return node;
  }

  #parseFlowEntry(key: Token, end: 'flowSequenceEnd' | 'flowMappingEnd'): readonly [Node, Node] {
    const tokens = this.#tokens;
    const keyNode = tokens.at('value', 'flowEntry', end) ? emptyNode(key.mark) : this.parseNode('flow');
    const value = tokens.takeIf('value');
    if (value === undefined || tokens.at('flowEntry', end)) return [keyNode, emptyNode(key.mark)];
    return [keyNode, this.parseNode('flow')];
  }

  #takeComma(bracket: ']' | '}'): void {
    if (this.#tokens.takeIf('flowEntry') !== undefined) return;
    throw this.#tokens.unexpected(`\`,\` or \`${bracket}\` should stand here`, 'close the bracket, or add a comma');
  }
}

function collectionTag(tag: string | undefined, name: 'seq' | 'map'): string {
  return tag === undefined || tag === '!' ? `${CORE_TAGS}${name}` : tag;
}

function emptyNode(mark: Token['mark']): ScalarNode {
  return { kind: 'scalar', tag: resolvePlain(''), text: '', mark };
}

/** The tag of a value without quotes that has none. */
function resolvePlain(text: string): string {
  return `${CORE_TAGS}${typeOfPlain(text)}`;
}
