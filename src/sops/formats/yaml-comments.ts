import { CommentedTokens, type CommentRole, type Token, type TokenKind } from './yaml-tokens.ts';

/** The comments of a node of YAML as go-yaml counts them to it, and those of what it holds: keys and values in turn in a mapping. */
export interface NodeComments {
  readonly kind: 'document' | 'mapping' | 'sequence' | 'leaf';
  head: string;
  line: string;
  foot: string;
  readonly content: NodeComments[];
}

/** Go-yaml stops at this offset, though the text is YAML. */
export class UnreadableYaml extends Error {
  override readonly name = 'UnreadableYaml';
  readonly offset: number;

  constructor(offset: number) {
    super('go-yaml does not read it');
    this.offset = offset;
  }
}

/** The comments of each document of a valid YAML text. Throws UnreadableYaml. */
export function commentsOf(text: string): NodeComments[] {
  return new CommentParser(text).stream();
}

/**
 * The text with every line of a flow collection indented further than the block around it, as YAML wants it and go-yaml does not: the sops
 * program itself writes `}` at the start of a line behind comments. Undefined where there is no such line, or no YAML.
 */
export function indentFlowLines(text: string): string | undefined {
  const tokens = new CommentedTokens(text);
  while (tokens.peek().kind !== 'streamEnd') tokens.skip();
  if (tokens.shortLines.length === 0) return undefined;
  let indented = '';
  let from = 0;
  for (const { index, missing } of tokens.shortLines) {
    indented += text.slice(from, index) + ' '.repeat(missing);
    from = index;
  }
  return indented + text.slice(from);
}

type Pending = Partial<Record<CommentRole, string>>;

class CommentParser {
  readonly #tokens: CommentedTokens;
  /** What stands above a mapping or list that is an entry of a list, which has the comment as a whole. */
  #stem: string | undefined;

  constructor(text: string) {
    this.#tokens = new CommentedTokens(text);
  }

  stream(): NodeComments[] {
    this.#expect('streamStart');
    const documents: NodeComments[] = [];
    if (!this.#at('directive', 'documentStart', 'streamEnd')) documents.push(this.#document(this.#documentHead()));
    for (;;) {
      while (this.#at('documentEnd')) this.#skip();
      if (this.#at('streamEnd')) return documents;
      while (this.#at('directive')) this.#skip();
      this.#expect('documentStart');
      documents.push(this.#document(''));
    }
  }

  /** What stands above the last empty line before a document without `---` belongs to the document, the rest to its first key. */
  #documentHead(): string {
    const head = this.#tokens.pending.head ?? '';
    for (let at = head.length - 1; at > 0; at--) {
      if (head[at] !== '\n') continue;
      const isLast = at === head.length - 1;
      if (!isLast && head[at - 1] !== '\n') continue;
      this.#setPending('head', head.slice(at + 1));
      return head.slice(0, isLast ? at : at - 1);
    }
    return '';
  }

  #document(head: string): NodeComments {
    const node: NodeComments = { kind: 'document', head, line: '', foot: '', content: [] };
    const isEmpty = this.#at('directive', 'documentStart', 'documentEnd', 'streamEnd');
    node.content.push(isEmpty ? leaf({}) : this.#node(false));
    const isEnded = this.#at('documentEnd');
    if (isEnded) this.#skip();
    const end = this.#takePending();
    node.foot = end.foot ?? end.head ?? '';
    return node;
  }

  #node(mayBeIndentless: boolean): NodeComments {
    const before = this.#peek();
    if (before.kind === 'alias') return this.#leaf();
    while (this.#at('anchor', 'tag')) this.#skip();
    const token = this.#peek();
    switch (token.kind) {
      case 'scalar':
        return this.#leaf();
      case 'blockEntry':
        if (mayBeIndentless) return this.#indentlessSequence();
        break;
      case 'flowSequenceStart':
        return this.#flowSequence();
      case 'flowMappingStart':
        return this.#flowMapping();
      case 'blockSequenceStart':
        return this.#blockSequence();
      case 'blockMappingStart':
        return this.#blockMapping();
      default:
        break;
    }
    if (token !== before) return leaf({});
    throw new UnreadableYaml(token.start.index);
  }

  #leaf(): NodeComments {
    const node = leaf(this.#takePending());
    this.#skip();
    return node;
  }

  #blockSequence(): NodeComments {
    const node = this.#open('sequence', { head: this.#takeStem() });
    while (this.#at('blockEntry')) {
      this.#takeEntry();
      node.content.push(this.#at('blockEntry', 'blockEnd') ? leaf({}) : this.#node(false));
    }
    this.#expect('blockEnd');
    return node;
  }

  #indentlessSequence(): NodeComments {
    const node: NodeComments = { kind: 'sequence', head: '', line: '', foot: '', content: [] };
    while (this.#at('blockEntry')) {
      this.#takeEntry();
      node.content.push(this.#at('blockEntry', 'key', 'value', 'blockEnd') ? leaf({}) : this.#node(false));
    }
    return node;
  }

  /** Takes a dash. A comment above one before a mapping or list is the stem of that. */
  #takeEntry(): void {
    const above = this.#tokens.pending.head;
    this.#skip();
    if (above === undefined || !this.#at('blockSequenceStart', 'blockMappingStart')) return;
    this.#stem = above;
    this.#setPending('head', (this.#tokens.pending.head ?? '').slice(above.length + 1));
  }

  #blockMapping(): NodeComments {
    const node = this.#open('mapping', { head: this.#takeStem() });
    while (this.#at('key')) {
      this.#skip();
      const key = this.#blockPart();
      const previous = node.content.at(-2);
      // A comment below a key is one below the value before it.
      if (key.foot !== '' && previous !== undefined) {
        previous.foot = key.foot;
        key.foot = '';
      }
      let value = leaf({});
      if (this.#at('value')) {
        this.#skip();
        value = this.#blockPart();
      }
      this.#addPair(node, key, value);
    }
    this.#peekKind('blockEnd');
    const end = this.#takePending();
    node.line = end.line ?? '';
    const lastKey = node.content.at(-2);
    if (end.foot !== undefined && lastKey !== undefined) lastKey.foot = end.foot;
    else node.foot = end.foot ?? '';
    this.#skip();
    return node;
  }

  #addPair(node: NodeComments, key: NodeComments, value: NodeComments): void {
    if (key.foot === '') {
      key.foot = value.foot;
      value.foot = '';
    }
    node.content.push(key, value);
  }

  #blockPart(): NodeComments {
    return this.#at('key', 'value', 'blockEnd') ? leaf({}) : this.#node(true);
  }

  #flowSequence(): NodeComments {
    const node = this.#open('sequence', this.#takePending());
    let isFirst = true;
    while (!this.#at('flowSequenceEnd')) {
      if (!isFirst) this.#expect('flowEntry');
      isFirst = false;
      if (this.#at('flowSequenceEnd')) break;
      node.content.push(this.#at('key') ? this.#flowPair() : this.#node(false));
    }
    return this.#closeFlow(node);
  }

  /** `[a: b]` holds a mapping. */
  #flowPair(): NodeComments {
    this.#skip();
    const node: NodeComments = { kind: 'mapping', head: '', line: '', foot: '', content: [] };
    let key: NodeComments;
    if (this.#at('value', 'flowEntry', 'flowSequenceEnd')) {
      key = leaf({});
      this.#skip();
    } else key = this.#node(false);
    this.#addPair(node, key, this.#flowValue('flowSequenceEnd'));
    return node;
  }

  #flowMapping(): NodeComments {
    const node = this.#open('mapping', this.#takePending());
    let isFirst = true;
    while (!this.#at('flowMappingEnd')) {
      if (!isFirst) this.#expect('flowEntry');
      isFirst = false;
      if (this.#at('flowMappingEnd')) break;
      if (this.#at('key')) {
        this.#skip();
        const key = this.#at('value', 'flowEntry', 'flowMappingEnd') ? leaf({}) : this.#node(false);
        this.#addPair(node, key, this.#flowValue('flowMappingEnd'));
      } else this.#addPair(node, this.#node(false), leaf({}));
    }
    return this.#closeFlow(node);
  }

  #flowValue(end: TokenKind): NodeComments {
    if (!this.#at('value')) return leaf({});
    this.#skip();
    return this.#at('flowEntry', end) ? leaf({}) : this.#node(false);
  }

  #closeFlow(node: NodeComments): NodeComments {
    const end = this.#takePending();
    node.line = end.line ?? '';
    node.foot = end.foot ?? '';
    this.#skip();
    return node;
  }

  #open(kind: 'mapping' | 'sequence', { head = '' }: Pending): NodeComments {
    this.#skip();
    return { kind, head, line: '', foot: '', content: [] };
  }

  #takeStem(): string {
    const stem = this.#stem ?? '';
    this.#stem = undefined;
    return stem;
  }

  #takePending(): Pending {
    const { pending } = this.#tokens;
    this.#tokens.pending = {};
    this.#stem = undefined;
    return pending;
  }

  #setPending(role: CommentRole, text: string): void {
    const { [role]: _, ...others } = this.#tokens.pending;
    this.#tokens.pending = text === '' ? others : { ...others, [role]: text };
  }

  #peek(): Token {
    return this.#tokens.peek();
  }

  #at(...kinds: readonly TokenKind[]): boolean {
    return kinds.includes(this.#peek().kind);
  }

  #skip(): void {
    this.#tokens.peek();
    this.#tokens.skip();
  }

  #peekKind(kind: TokenKind): void {
    if (!this.#at(kind)) throw new UnreadableYaml(this.#peek().start.index);
  }

  #expect(kind: TokenKind): void {
    this.#peekKind(kind);
    this.#skip();
  }
}

function leaf({ head = '', line = '', foot = '' }: Pending): NodeComments {
  return { kind: 'leaf', head, line, foot, content: [] };
}
