import { failure, type Failure } from '../report/finding.ts';
import { formatPath, type Path } from '../text/values.ts';
import { scalarText } from './scalars.ts';
import { selects, type Selection } from './selection.ts';
import {
  type Branch,
  type Comment,
  type Entry,
  type List,
  type Scalar,
  type Tree,
  type Value,
  visitLeaves,
} from './tree.ts';

/**
 * The way to a value, as people write it (`stringData.token`, `users[0].name`, `data["tls.crt"]`) and as the sops program takes it
 * (`["data"]["tls.crt"]`). In a file of several documents a leading `[1]` names the second one.
 *
 * @throws Failure of kind `usage` where the text is no such way
 */
export function parseValuePath(text: string): Path {
  const steps: (string | number)[] = [];
  const step = /(?:^|\.)([^.[\]"'\s][^.[\]"']*)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\['([^']*)'\]/y;
  while (step.lastIndex < text.length) {
    const at = step.lastIndex;
    const [, name, index, quoted, single] = step.exec(text) ?? [];
    const found = name ?? single ?? (quoted === undefined ? undefined : (JSON.parse(`"${quoted}"`) as string));
    if (found === undefined && index === undefined) throw badPath(text, at);
    steps.push(found ?? Number(index));
  }
  if (steps.length === 0) throw badPath(text, 0);
  return steps;
}

function badPath(text: string, at: number): Failure {
  return failure('usage', {
    code: 'usage/argument',
    message: `${JSON.stringify(text)} is no path to a value: it goes wrong at its character ${String(at + 1)}`,
    remedy: 'write it as stringData.token, users[0].name or data["tls.crt"]',
  });
}

/** A place in a tree: which document, and the way in it. */
interface Spot {
  readonly document: number;
  readonly path: Path;
}

/** Where a path leads: the document that it names, else the one that has it, else the first. */
function spotOf(tree: Tree, path: Path): Spot {
  const [first, ...rest] = path;
  if (typeof first === 'number') return { document: first, path: rest };
  const found = tree.findIndex((branch) => childAt(branch, path) !== undefined);
  return { document: Math.max(found, 0), path };
}

/** The value at a path of a decrypted tree; undefined where there is none. */
export function valueAtPath(tree: Tree, path: Path): Value | undefined {
  const spot = spotOf(tree, path);
  const branch = tree[spot.document];
  return branch === undefined ? undefined : childAt(branch, spot.path);
}

function childAt(value: Value, path: Path): Value | undefined {
  let found: Value | undefined = value;
  for (const step of path) {
    if (found?.kind === 'map') found = entriesOf(found).find(({ key }) => key === String(step))?.value;
    else if (found?.kind === 'list' && typeof step === 'number') found = elementsOf(found)[step];
    else return undefined;
  }
  return found;
}

function entriesOf({ items }: Branch): Entry[] {
  return items.filter((item): item is Entry => item.kind === 'entry');
}

function elementsOf({ items }: List): Value[] {
  return items.filter((item): item is Value => item.kind !== 'comment');
}

/**
 * The tree with a value at a path, everything else as it is. Keys that are not there yet are added behind the others.
 *
 * @throws Failure of kind `usage` where the path leads through a value that is neither mapping nor list, or beyond the end of a list
 */
export function withValue(tree: Tree, path: Path, value: Scalar): Tree {
  const spot = spotOf(tree, path);
  if (tree[spot.document] === undefined || spot.path.length === 0) throw noPlace(path);
  return tree.map((branch, index) =>
    index === spot.document ? (withChild(branch, { rest: spot.path, whole: path }, value) as Branch) : branch,
  );
}

function withChild(at: Value, { rest, whole }: { rest: Path; whole: Path }, value: Scalar): Value {
  const [step, ...further] = rest;
  if (step === undefined) {
    if (at.kind === 'map' || at.kind === 'list') throw noPlace(whole);
    return value;
  }
  const way = { rest: further, whole };
  if (at.kind === 'map') return withEntry(at, String(step), way, value);
  if (at.kind !== 'list' || typeof step !== 'number') throw noPlace(whole);
  const elements = elementsOf(at);
  if (step > elements.length) throw noPlace(whole);
  if (step === elements.length) return { kind: 'list', items: [...at.items, built(further, value)] };
  const old = elements[step];
  const items = at.items.map((item): Comment | Value =>
    item.kind !== 'comment' && item === old ? withChild(item, way, value) : item,
  );
  return { kind: 'list', items };
}

function withEntry(at: Branch, key: string, way: { rest: Path; whole: Path }, value: Scalar): Branch {
  if (!entriesOf(at).some((entry) => entry.key === key)) {
    return { kind: 'map', items: [...at.items, { kind: 'entry', key, value: built(way.rest, value) }] };
  }
  const items = at.items.map((item) =>
    item.kind === 'entry' && item.key === key ? { ...item, value: withChild(item.value, way, value) } : item,
  );
  return { kind: 'map', items };
}

/** A value below keys that are not there yet. */
function built(path: Path, value: Scalar): Value {
  return path.reduceRight<Value>(
    (inner, step) =>
      typeof step === 'number'
        ? { kind: 'list', items: [inner] }
        : { kind: 'map', items: [{ kind: 'entry', key: step, value: inner }] },
    value,
  );
}

function noPlace(path: Path): Failure {
  return failure('usage', {
    code: 'usage/argument',
    message: `a value cannot stand at ${formatPath(path)}: the path leads through a value, to a mapping or beyond the end of a list`,
    remedy: 'look at the keys with `cluster-template secrets show FILE --masked`',
  });
}

/** What a scalar says, as text: without quotes, a null as nothing. */
export function textOfScalar(scalar: Scalar): string {
  if (scalar.kind === 'null') return '';
  return scalar.kind === 'bytes' ? Buffer.from(scalar.value, 'base64').toString('latin1') : scalarText(scalar);
}

/** A text as a scalar of the kind that stood there before, where it is one of that kind; else as text. */
export function scalarLike(text: string, before: Value | undefined): Scalar {
  if (before?.kind === 'int' && /^-?(?:0|[1-9]\d*)$/.test(text)) return { kind: 'int', value: BigInt(text) };
  if (before?.kind === 'bool' && /^(?:true|false)$/i.test(text)) {
    return { kind: 'bool', value: text.toLowerCase() === 'true' };
  }
  if (before?.kind === 'float' && text.trim() !== '' && Number.isFinite(Number(text))) {
    return { kind: 'float', value: Number(text) };
  }
  return { kind: 'str', value: text };
}

/** A value that nobody can mean to encrypt. */
export interface UnfitValue {
  readonly path: readonly string[];
  readonly kind: 'blank' | 'undefined' | 'unfilled' | 'placeholder';
  /** As the end of a sentence: `is blank`. */
  readonly why: string;
}

/** What somebody writes who does not have the value yet. */
const PLACEHOLDER =
  /^(?:<[^<>]*>|\[[^[\]]*\]|your[-_ ].*|(?:change|replace|fill|insert|put)[-_ ]?(?:me|this|it|in|here|your).*|todo\b.*|fixme\b.*|tbd|xxx+|\.{3}|…|\*{3,}|placeholder.*|example|dummy|sample-not-a-real-.*|redacted|\[?secret\]?)$/i;

/** What a program writes that has no value. */
const UNDEFINED = /^(?:undefined|null|nil|<nil>|none|nan|\[object object\])$/i;

/** What would have been filled in by a template, a shell or a chart. */
const UNFILLED = /^(?:\$\{[^}]*\}|\$[A-Z_][A-Z0-9_]*|\{\{.*\}\}|#<.*>#|%\w+%)$/s;

/**
 * The values of a plain tree that would be encrypted and are none: blank, a placeholder, or what a program writes in the place of one.
 * Each once, in document order.
 */
export function unfitValues(tree: Tree, selection: Selection): UnfitValue[] {
  const isSelected = selects(selection);
  const found: UnfitValue[] = [];
  visitLeaves(tree, (leaf, position) => {
    if (leaf.kind === 'comment' || !isSelected(leaf, position)) return;
    const what = unfitness(leaf);
    if (what !== undefined) found.push({ path: position.path, ...what });
  });
  return found;
}

function unfitness(leaf: Scalar): Pick<UnfitValue, 'kind' | 'why'> | undefined {
  if (leaf.kind === 'null') return { kind: 'blank', why: 'has no value' };
  if (leaf.kind !== 'str') return undefined;
  const text = leaf.value.trim();
  if (text === '') return { kind: 'blank', why: 'is blank' };
  if (UNDEFINED.test(text)) {
    return { kind: 'undefined', why: `says ${text}, as programs write it where there is no value` };
  }
  if (UNFILLED.test(text)) return { kind: 'unfilled', why: 'is a variable that nothing has filled in' };
  return PLACEHOLDER.test(text) ? { kind: 'placeholder', why: 'is a placeholder' } : undefined;
}

/** The line of a key in a plain text of any format, or in its template, found by the keys on the way to it; from 1. */
export function lineOfKey(text: string, path: readonly string[]): number | undefined {
  const lines = text.split('\n');
  let at = -1;
  for (const key of path) {
    const escaped = key.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    const pattern = new RegExp(String.raw`^[\s-]*(?:\{\s*)?["'\[]?${escaped}["'\]]?\s*(?:[:=]|$)`);
    at = lines.findIndex((line, index) => index > at && pattern.test(line));
    if (at === -1) return undefined;
  }
  return at + 1;
}
