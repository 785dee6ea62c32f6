import { Alias, Document, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';

/** A value with an anchor, for an alias behind it. */
export class Anchored {
  readonly anchor: string;
  readonly value: Content;

  constructor(anchor: string, value: Content) {
    this.anchor = anchor;
    this.value = value;
  }
}

/** An alias of an anchor before it. */
export class Aliased {
  readonly anchor: string;

  constructor(anchor: string) {
    this.anchor = anchor;
  }
}

/** A value with a comment on the line above its key, or above the item of a list. */
export class Commented {
  readonly comment: string;
  readonly value: Content;

  constructor(comment: string, value: Content) {
    this.comment = comment;
    this.value = value;
  }
}

/** What a manifest is made of; members of a map that are undefined are left out. */
export type Content =
  | string
  | number
  | boolean
  | Anchored
  | Aliased
  | Commented
  | readonly Content[]
  | { readonly [key: string]: Content | undefined };

/** One document with the schema that an editor checks it by. */
export interface Manifest {
  /** Address of a JSON schema. */
  readonly schema?: string | undefined;
  readonly content: Content;
}

/**
 * Manifests as a text: each begins with `---` and names its schema, maps are indented by two spaces, lists in them as well. Anchors stand
 * before their aliases as long as `content` has them in that order.
 */
export function manifestText(manifests: readonly Manifest[]): string {
  return manifests.map(documentText).join('');
}

function documentText({ schema, content }: Manifest): string {
  const document = new Document(undefined, { version: '1.2', compat: 'yaml-1.1' });
  document.contents = nodeOf(content);
  const directive = schema === undefined ? '' : `# yaml-language-server: $schema=${schema}\n`;
  return `---\n${directive}${document.toString({ lineWidth: 0, indentSeq: true })}`;
}

function nodeOf(content: Content): Node {
  if (content instanceof Aliased) return new Alias(content.anchor);
  if (content instanceof Anchored) {
    const node = nodeOf(content.value) as Scalar | YAMLMap | YAMLSeq;
    node.anchor = content.anchor;
    return node;
  }
  if (content instanceof Commented) {
    const node = nodeOf(content.value);
    node.commentBefore = ` ${content.comment}`;
    return node;
  }
  if (typeof content !== 'object') return new Scalar(content);
  if (Array.isArray(content)) return sequenceOf(content as readonly Content[]);
  return mapOf(content as Readonly<Record<string, Content | undefined>>);
}

function sequenceOf(items: readonly Content[]): YAMLSeq {
  const sequence = new YAMLSeq();
  sequence.items = items.map(nodeOf);
  sequence.flow = items.length === 0;
  return sequence;
}

function mapOf(members: Readonly<Record<string, Content | undefined>>): YAMLMap {
  const map = new YAMLMap();
  for (const [name, member] of Object.entries(members)) {
    if (member === undefined) continue;
    const key = new Scalar(name);
    if (member instanceof Commented) key.commentBefore = ` ${member.comment}`;
    map.items.push(new Pair(key, nodeOf(member instanceof Commented ? member.value : member)));
  }
  map.flow = map.items.length === 0;
  return map;
}
