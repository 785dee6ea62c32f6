import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node as YamlNode,
  type Pair,
  parseAllDocuments,
  type Scalar as YamlScalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { Failure, type Finding } from '../../report/finding.ts';
import type { Branch, Comment, Entry, Scalar, Tree, Value } from '../tree.ts';
import { commentsOf, indentFlowLines, type NodeComments, UnreadableYaml } from './yaml-comments.ts';
import { resolvePlain } from './yaml-scalars.ts';

/** What may not stand in a text of YAML: control characters, the mark of byte order and what is no character. */
const FORBIDDEN = /[^\t\n\r\x20-\x7e\x85\xa0-\ufefe\uff00-\ufffd]/;

/**
 * The tree of a YAML text as the sops program sees it: aliases are written out, comments are items of their own. Throws a Failure
 * with the place of everything that is not YAML or that SOPS cannot hold. No message quotes the text, which may be secret.
 */
export function readYaml(text: string, file: string): Tree {
  const { reading, documents } = parse(text, file);
  refuseControl(text, reading);
  for (const document of documents)
    for (const error of document.errors) reading.reportAt(error.pos[0], syntaxMessage(error.code));
  reading.throwIfBad();
  const comments = commentsByNode(text, { reading, documents });
  reading.throwIfBad();
  const tree = documents.map((document) => new DocumentReader(document, reading, comments).branch());
  reading.throwIfBad();
  return tree;
}

interface Parsed {
  readonly reading: Reading;
  readonly documents: readonly Document[];
}

function parse(text: string, file: string): Parsed {
  const lines = new LineCounter();
  // The schema without any types: what a plain scalar means is decided by go-yaml's rules, not by this package's.
  const parsed = parseAllDocuments(text, {
    schema: 'failsafe',
    prettyErrors: false,
    lineCounter: lines,
    logLevel: 'silent',
  });
  const documents: Document[] = 'empty' in parsed ? [] : parsed;
  const isShort = documents.some(({ errors }) => errors.some(({ code }) => code === 'BAD_INDENT'));
  const indented = isShort ? indentFlowLines(text) : undefined;
  return indented === undefined ? { reading: new Reading(text, file, lines), documents } : parse(indented, file);
}

function refuseControl(text: string, reading: Reading): void {
  const found = FORBIDDEN.exec(text.replace(/^\ufeff/, ' '));
  if (found === null) return;
  reading.reportAt(
    found.index,
    'The text holds a control character, which YAML does not allow',
    'write it as an escape in double quotes',
  );
}

const SYNTAX_MESSAGES: Readonly<Record<string, string>> = {
  BAD_INDENT: 'The indentation does not fit the lines around it',
  TAB_AS_INDENT: 'A tab is used for indentation, which YAML does not allow',
  DUPLICATE_KEY: 'The key stands twice in one mapping',
  MISSING_CHAR: 'A character is missing (a closing quote or bracket, or a colon)',
};

function syntaxMessage(code: string): string {
  return SYNTAX_MESSAGES[code] ?? `The text is not valid YAML (${code})`;
}

type Item = Comment | Entry | Value;
type YamlPair = Pair<YamlNode, YamlNode | null>;

/** The comments of each node of the documents; none where the text has no comment at all. */
function commentsByNode(text: string, { reading, documents }: Parsed): ReadonlyMap<YamlNode | Document, NodeComments> {
  const found = new Map<YamlNode | Document, NodeComments>();
  if (!text.includes('#')) return found;
  for (const [index, comments] of readComments(text, reading).entries()) {
    const document = documents[index];
    if (document === undefined) break;
    found.set(document, comments);
    assign(document.contents, comments.content[0], found);
  }
  return found;
}

function readComments(text: string, reading: Reading): readonly NodeComments[] {
  try {
    return commentsOf(text);
  } catch (error) {
    if (!(error instanceof UnreadableYaml)) throw error;
    reading.reportAt(
      error.offset,
      'SOPS cannot read the text from here on',
      'write it in block style, each key on a line',
    );
    return [];
  }
}

function assign(
  node: YamlNode | null | undefined,
  comments: NodeComments | undefined,
  found: Map<YamlNode | Document, NodeComments>,
): void {
  if (node === null || node === undefined || comments === undefined) return;
  found.set(node, comments);
  if (isMap(node)) {
    (node.items as YamlPair[]).forEach(({ key, value }, index) => {
      assign(key, comments.content[2 * index], found);
      assign(value, comments.content[2 * index + 1], found);
    });
  } else if (isSeq(node)) {
    (node.items as YamlNode[]).forEach((item, index) => {
      assign(item, comments.content[index], found);
    });
  }
}

const NO_COMMENTS: NodeComments = { kind: 'leaf', head: '', line: '', foot: '', content: [] };

/** Makes a document's branch: comments become items where the sops program puts those that go-yaml counts to a node (stores/yaml/store.go). */
class DocumentReader {
  readonly #document: Document;
  readonly #reading: Reading;
  readonly #comments: ReadonlyMap<YamlNode | Document, NodeComments>;

  constructor(document: Document, reading: Reading, comments: ReadonlyMap<YamlNode | Document, NodeComments>) {
    this.#document = document;
    this.#reading = reading;
    this.#comments = comments;
  }

  branch(): Branch {
    const { contents } = this.#document;
    const { head, line, foot } = this.#commentsAt(this.#document);
    return { kind: 'map', items: [...lines(head), ...lines(line), ...this.#contents(contents), ...lines(foot)] };
  }

  #contents(contents: unknown): Branch['items'] {
    if (isMap(contents)) return this.#map(contents, false).items;
    if (contents === null || (isScalar(contents) && isPlain(contents) && contents.value === '')) {
      const { head, line } = this.#commentsAt(contents);
      return [...lines(head), ...lines(line)];
    }
    const remedy = 'write the values below keys';
    const message = 'The document is not a mapping, and SOPS encrypts nothing but mappings';
    this.#reading.report(contents as YamlNode, message, remedy);
    return [];
  }

  #commentsAt(node: YamlNode | Document | null): NodeComments {
    return (node === null ? undefined : this.#comments.get(node)) ?? NO_COMMENTS;
  }

  /** @param isHandled - whether the comments of the mapping itself stand around it already */
  #map(node: YAMLMap, isHandled: boolean): Branch {
    refuseTag(node, this.#reading);
    const items = (node.items as YamlPair[]).flatMap((pair) => this.#entry(pair));
    return { kind: 'map', items: isHandled ? items : this.#around(node, items) };
  }

  #entry({ key, value: node }: YamlPair): (Comment | Entry)[] {
    const ofKey = this.#commentsAt(key);
    const ofValue = this.#commentsAt(node);
    const isLeaf = node === null || isScalar(node) || isAlias(node);
    const value: Value = node === null ? { kind: 'null' } : this.#value(node, isLeaf);
    return [
      ...lines(ofKey.head),
      ...lines(ofKey.line),
      ...(isLeaf ? [...lines(ofValue.head), ...lines(ofValue.line, true)] : []),
      { kind: 'entry', key: keyText(key, this.#reading), value },
      ...(isLeaf ? lines(ofValue.foot) : []),
      ...lines(ofKey.foot),
    ];
  }

  #list(node: YAMLSeq, isHandled: boolean): Value {
    refuseTag(node, this.#reading);
    const items = (node.items as YamlNode[]).flatMap((item): (Comment | Value)[] => {
      const { head, line, foot } = this.#commentsAt(item);
      return [...lines(head), ...lines(line, true), this.#value(item, true), ...lines(foot)];
    });
    return { kind: 'list', items: isHandled ? items : this.#around(node, items) };
  }

  #around<T extends Item>(node: YamlNode, items: readonly T[]): (Comment | T)[] {
    const { head, line, foot } = this.#commentsAt(node);
    return [...lines(head), ...lines(line), ...items, ...lines(foot)];
  }

  #value(node: YamlNode, isHandled: boolean): Value {
    if (isAlias(node)) return this.#alias(node);
    if (isScalar(node)) return scalarOf(node, this.#reading);
    return isMap(node) ? this.#map(node, isHandled) : this.#list(node, isHandled);
  }

  #alias(alias: Alias): Value {
    if (!this.#reading.mayFollowAlias(alias)) return { kind: 'null' };
    const target = alias.resolve(this.#document);
    if (target !== undefined) return this.#value(target, false);
    const message = 'The alias does not name an anchor before it';
    this.#reading.report(alias, message, 'define the anchor first, or write the value out');
    return { kind: 'null' };
  }
}

/** The lines of a comment: empty ones were none. */
function lines(text: string, inline = false): Comment[] {
  const found = text.split('\n').filter((line) => line !== '');
  return found.map((line) => ({ kind: 'comment', text: line.slice(1), inline }));
}

/** The text of a key; reports one that is something else than text. */
function keyText(key: YamlNode, reading: Reading): string {
  if (!isScalar(key)) {
    reading.report(key, 'A key is no plain text, and SOPS takes text keys only', 'write the key as text');
    return '';
  }
  const text = sourceOf(key, reading);
  if (isPlain(key) && text === '<<') {
    reading.report(key, 'The merge key << does not survive encryption', 'write the merged values out');
  } else if (scalarOf(key, reading).kind !== 'str') {
    reading.report(
      key,
      'A key is a number, a truth value, a time or null, and SOPS takes text keys only',
      'put the key in quotes',
    );
  }
  return text;
}

/** What a scalar stands for, by its quotes, its tag or the rules for plain ones. */
function scalarOf(node: YamlScalar, reading: Reading): Scalar {
  const source = sourceOf(node, reading);
  const tag = node.tag?.replace('tag:yaml.org,2002:', '');
  if (tag === 'str' || tag === '!' || (tag === undefined && !isPlain(node)))
    return { kind: 'str', value: wellFormed(node, source, reading) };
  const scalar = resolvePlain(source);
  if (/^[-+]?[1-9]\d*$/.test(source) && !isInt64(scalar)) {
    reading.report(node, 'The integer does not fit into 64 bits, and SOPS would round it', 'put it in quotes');
  }
  if (tag === undefined || tag === scalar.kind || (tag === 'timestamp' && scalar.kind === 'time')) return scalar;
  if (tag === 'float' && scalar.kind === 'int') return { kind: 'float', value: Number(scalar.value) };
  if (tag === 'binary') return binaryText(node, source, reading);
  reading.report(node, 'The tag is none that SOPS keeps, or does not fit its value', 'leave the tag away');
  return { kind: 'null' };
}

function isInt64(scalar: Scalar): boolean {
  return scalar.kind === 'int' && BigInt.asIntN(64, scalar.value) === scalar.value;
}

function wellFormed(node: YamlScalar, text: string, reading: Reading): string {
  if (/\p{Surrogate}/u.test(text))
    reading.report(
      node,
      'The text has half of a surrogate pair, which no UTF-8 text can hold',
      'write the character whole',
    );
  return text;
}

function binaryText(node: YamlScalar, source: string, reading: Reading): Scalar {
  const bytes = Buffer.from(source, 'base64');
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes)) {
    reading.report(
      node,
      'The binary value is no UTF-8 text, which SOPS cannot hold in YAML',
      'write it as base64 text without the tag',
    );
  }
  return { kind: 'str', value: text };
}

/**
 * The text as it was written, quotes and escapes resolved: the package turns some tagged ones into other things. A block of text at the
 * end of a file that has no last line break has none either.
 */
function sourceOf(node: YamlScalar, { text }: Reading): string {
  const source = node.source ?? String(node.value);
  const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
  const isOpen = isBlock && !text.endsWith('\n') && (node.range?.[1] ?? 0) >= text.length;
  return isOpen ? source.replace(/\n$/, '') : source;
}

/** Whether a scalar was written without quotes. */
function isPlain(node: YamlScalar): boolean {
  return node.type === undefined || node.type === 'PLAIN';
}

/** Reports the tag of a mapping or list unless it says what is plain to see. */
function refuseTag(node: YAMLMap | YAMLSeq, reading: Reading): void {
  if (node.tag === undefined || /^tag:yaml\.org,2002:(?:map|seq)$/.test(node.tag)) return;
  reading.report(node, 'The tag is none that SOPS keeps', 'leave the tag away');
}

const ALIAS_LIMIT = 10_000;

/** The text, its places and what was found wrong in it. */
class Reading {
  readonly text: string;
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #findings: Finding[] = [];
  #aliases = 0;

  constructor(text: string, file: string, lines: LineCounter) {
    this.text = text;
    this.#file = file;
    this.#lines = lines;
  }

  report(node: YamlNode, message: string, remedy: string): void {
    this.reportAt(node.range?.[0] ?? 0, message, remedy);
  }

  /** False once so many aliases were followed that the text would grow without bounds. */
  mayFollowAlias(alias: YamlNode): boolean {
    this.#aliases += 1;
    if (this.#aliases === ALIAS_LIMIT) this.report(alias, 'The aliases multiply beyond bounds', 'write the values out');
    return this.#aliases < ALIAS_LIMIT;
  }

  reportAt(offset: number, message: string, remedy?: string): void {
    const { line, col } = this.#lines.linePos(offset);
    const place = { file: this.#file, line: Math.max(1, line), column: Math.max(1, col) };
    this.#findings.push({
      code: 'sops/yaml',
      severity: 'error',
      message,
      place,
      ...(remedy === undefined ? {} : { remedy }),
    });
  }

  throwIfBad(): void {
    if (this.#findings.length > 0) throw new Failure('input', this.#findings);
  }
}
