import { isAlias, isMap, isScalar, LineCounter, parseAllDocuments } from 'yaml';
import type { Alias, Document, Node as YamlNode, Pair, YAMLMap, YAMLSeq } from 'yaml';
import type { Branch, Comment, Entry, Tree, Value } from '../tree.ts';
import { isPlain, keyText, refuseTag, scalarOf } from './yaml-nodes.ts';
import { columnAt, endOfContent } from './yaml-places.ts';
import { Reading } from './yaml-reading.ts';

/** What may not stand in a text of YAML: control characters, the mark of byte order and what is no character. */
const FORBIDDEN = /[^\t\n\r\x20-\x7e\x85\xa0-\ufefe\uff00-\ufffd]/;

/**
 * The tree of a YAML text as the sops program sees it: aliases are written out, comments are items of their own. Throws a Failure
 * with the place of everything that is not YAML or that SOPS cannot hold. No message quotes the text, which may be secret.
 */
export function readYaml(text: string, file: string): Tree {
  const lines = new LineCounter();
  // The schema without any types: what a plain scalar means is decided by go-yaml's rules, not by this package's.
  const parsed = parseAllDocuments(text, {
    schema: 'failsafe',
    prettyErrors: false,
    lineCounter: lines,
    logLevel: 'silent',
  });
  const reading = new Reading(text, file, lines);
  refuseControl(text, reading);
  const documents: Document[] = 'empty' in parsed ? [] : parsed;
  for (const document of documents)
    for (const error of document.errors) reading.reportAt(error.pos[0], syntaxMessage(error.code));
  reading.throwIfBad();
  const tree = documents.map((document) => documentBranch(document, { document, reading }));
  reading.throwIfBad();
  return tree;
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

interface Context {
  readonly document: Document;
  readonly reading: Reading;
}

type Item = Comment | Entry | Value;

function documentBranch(document: Document, context: Context): Branch {
  const contents = document.contents;
  const start = comments(document.commentBefore);
  const end = comments(document.comment);
  if (isMap(contents)) {
    const { before, value, after } = nodeOf(contents, context);
    const items = [...start, ...before, ...(value as Branch).items, ...after.map(({ comment }) => comment), ...end];
    return { kind: 'map', items };
  }
  if (contents === null || (isScalar(contents) && isPlain(contents) && contents.value === '')) {
    return {
      kind: 'map',
      items: [...start, ...comments(contents?.commentBefore), ...comments(contents?.comment), ...end],
    };
  }
  const remedy = 'write the values below keys';
  context.reading.report(contents, 'The document is not a mapping, and SOPS encrypts nothing but mappings', remedy);
  return { kind: 'map', items: [] };
}

/** A comment with the column of its `#`. */
interface Placed {
  readonly comment: Comment;
  readonly column: number;
}

/** A mapping or list that is still open at the end of a node: comments that follow may belong into it, by their column. */
interface Sink {
  readonly column: number;
  readonly items: Item[];
}

interface Commented {
  /** Comments before the node, also those inside a mapping or list that has no other items. */
  readonly before: Comment[];
  readonly value: Value;
  /** Comments behind the node that are indented less than it: they belong to what is around it. */
  readonly after: readonly Placed[];
  /** From the outermost to the innermost. */
  readonly sinks: readonly Sink[];
}

function nodeOf(node: YamlNode, context: Context): Commented {
  const before = comments(node.commentBefore);
  if (isAlias(node)) {
    return {
      before: [...before, ...comments(node.comment, true)],
      value: aliasValue(node, context),
      after: [],
      sinks: [],
    };
  }
  if (!isScalar(node)) return collectionOf(node, before, context);
  return {
    before: [...before, ...comments(node.comment, true)],
    value: scalarOf(node, context.reading),
    after: [],
    sinks: [],
  };
}

function aliasValue(alias: Alias, context: Context): Value {
  if (!context.reading.mayFollowAlias(alias)) return { kind: 'null' };
  const target = alias.resolve(context.document);
  if (target !== undefined) return nodeOf(target, context).value;
  context.reading.report(
    alias,
    'The alias does not name an anchor before it',
    'define the anchor first, or write the value out',
  );
  return { kind: 'null' };
}

function collectionOf(node: YAMLMap | YAMLSeq, before: Comment[], context: Context): Commented {
  refuseTag(node, context.reading);
  const column = columnAt(context.reading.text, node.range?.[0] ?? 0);
  const parts = isMap(node) ? entryParts(node, context) : elementParts(node, context);
  const { items, carried, sinks } = joinParts(parts, column);
  const trailing = [...carried, ...trailingComments(node, column, context.reading)];
  const outside = trailing.findIndex((placed) => placed.column < column);
  const own = outside === -1 ? trailing.length : outside;
  items.push(...trailing.slice(0, own).map(({ comment }) => comment));
  const after = trailing.slice(own);
  const kind = isMap(node) ? 'map' : 'list';
  if (parts.length === 0)
    return { before: [...before, ...(items as Comment[])], value: { kind, items: [] }, after, sinks: [] };
  const value = { kind, items } as Value;
  if (node.flow === true) return { before, value, after, sinks: [] };
  return { before, value, after, sinks: [{ column, items }, ...(own > 0 ? [] : sinks)] };
}

/** The comments behind the last item, which the yaml package gives to the innermost mapping or list, whatever their columns. */
function trailingComments(node: YAMLMap | YAMLSeq, column: number, reading: Reading): Placed[] {
  const found = comments(node.comment);
  const places = node.flow === true ? [] : reading.commentsBetween(endOfContent(node), reading.text.length);
  return found.map((comment, index) => ({ comment, column: places[index]?.column ?? column }));
}

/** One item of a mapping or list with the comments around it. */
interface Part {
  /** Comments before it, whose columns may show that they belong into what precedes. */
  readonly leading: readonly Placed[];
  readonly items: readonly Item[];
  readonly after: readonly Placed[];
  readonly sinks: readonly Sink[];
}

function entryParts(map: YAMLMap, context: Context): Part[] {
  return (map.items as Pair<YamlNode, YamlNode | null>[]).map(({ key: keyNode, value: node }) => {
    const key = keyText(keyNode, context.reading);
    const leading = leadingComments(keyNode, context.reading);
    const ofKey = comments(keyNode.comment);
    if (node === null)
      return { leading, items: [...ofKey, { kind: 'entry', key, value: { kind: 'null' } }], after: [], sinks: [] };
    const { before, value, after, sinks } = nodeOf(node, context);
    // go-yaml counts a comment on the key's own line to the key, and those below it to what is inside.
    const outside =
      hasParts(value) && value.items.length > 0
        ? Number(followsOnLine(keyNode, node, context.reading.text))
        : before.length;
    if (hasParts(value)) (value.items as Item[]).unshift(...before.slice(outside));
    return { leading, items: [...ofKey, ...before.slice(0, outside), { kind: 'entry', key, value }], after, sinks };
  });
}

function elementParts(list: YAMLSeq, context: Context): Part[] {
  return (list.items as YamlNode[]).map((node) => {
    const { before, value, after, sinks } = nodeOf(node, context);
    // Comments at the start of an element stand before the element: both places look alike once they are written.
    const first = hasParts(value) ? value.items.findIndex((item) => item.kind !== 'comment') : 0;
    const inner = hasParts(value) ? (value.items as Item[]).splice(0, Math.max(0, first)) : [];
    return { leading: [], items: [...before, ...inner, value], after, sinks };
  });
}

function hasParts(value: Value): value is Extract<Value, { items: unknown }> {
  return value.kind === 'map' || value.kind === 'list';
}

function followsOnLine(key: YamlNode, value: YamlNode, text: string): boolean {
  return /^[^\n]*#/.test(text.slice(key.range?.[1] ?? 0, value.range?.[0] ?? 0));
}

function leadingComments(key: YamlNode, reading: Reading): Placed[] {
  const found = comments(key.commentBefore);
  const start = key.range?.[0] ?? 0;
  const places = found.length === 0 ? [] : reading.commentsBetween(0, start).slice(-found.length);
  return found.map((comment, index) => ({ comment, column: places[index]?.column ?? columnAt(reading.text, start) }));
}

/** Puts the items of a collection in a row. Comments go by their column: into what precedes them, or before what follows. */
function joinParts(
  parts: readonly Part[],
  column: number,
): { items: Item[]; carried: readonly Placed[]; sinks: readonly Sink[] } {
  const items: Item[] = [];
  let carried: readonly Placed[] = [];
  let sinks: readonly Sink[] = [];
  for (const part of parts) {
    items.push(...sinkComments([...carried, ...part.leading], sinks, column), ...part.items);
    ({ after: carried, sinks } = part);
  }
  return { items, carried, sinks };
}

/** Moves comments into the innermost open collection that they are indented for; returns those that belong to none. */
function sinkComments(placed: readonly Placed[], sinks: readonly Sink[], column: number): Comment[] {
  let open = sinks;
  const rest: Comment[] = [];
  for (const { comment, column: own } of placed) {
    // A comment closes all that is indented further than it.
    open = own > column ? open.filter((sink) => sink.column <= own) : [];
    const innermost = open.at(-1);
    if (innermost === undefined) rest.push(comment);
    else innermost.items.push(comment);
  }
  return rest;
}

/** The lines of a comment as the yaml package gives it: an empty line was no comment, and a space alone stands for a bare `#`. */
function comments(text: string | null | undefined, inline = false): Comment[] {
  const lines = (text ?? '').split('\n').filter((line) => line !== '');
  return lines.map((line) => ({ kind: 'comment', text: line === ' ' ? '' : line, inline }));
}
