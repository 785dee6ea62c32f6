import { type Failure, failure, type Place } from '../../report/finding.ts';
import { isMetadata, METADATA_KEY } from '../metadata.ts';
import { scalarText } from '../scalars.ts';
import type { Comment, Entry, Tree, Value } from '../tree.ts';
import { DEPTH_LIMIT, placeIn } from './json.ts';

/** What the keys of metadata begin with. */
const PREFIX = `${METADATA_KEY}_`;

/**
 * The tree of a dotenv text by the rules of the sops program, which are not those of shells: a line is a comment where it starts with
 * `#`, and else `key=value`, blanks and quotes included; `\n` stands for a line break. Keys that begin with `sops_` are metadata. Throws a
 * Failure with the line of what is none of these.
 */
export function readDotenv(text: string, file: string): Tree {
  const items: (Comment | Entry)[] = [];
  const flat: Entry[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    if (line.startsWith('#')) items.push({ kind: 'comment', text: line.slice(1), inline: false });
    else if (at !== -1) {
      const key = line.slice(0, at);
      const value = line.slice(at + 1).replaceAll('\\n', '\n');
      if (key.startsWith(PREFIX)) flat.push(textEntry(key.slice(PREFIX.length), value));
      else items.push(textEntry(key, value));
    } else if (line !== '')
      throw wrong(placeIn(text, offset, file), 'The line is neither `KEY=value` nor a comment', 'start it with #');
    offset += line.length + 1;
  }
  return [{ kind: 'map', items: flat.length === 0 ? items : [...items, unflatten(flat, file)] }];
}

/** The tree as a dotenv text, as the sops program writes it. Throws a Failure where it has levels. */
export function writeDotenv(tree: Tree): string {
  const items = (tree[0]?.items ?? []).flatMap((item): readonly (Comment | Entry)[] =>
    isMetadata(item) ? flatten(item.value, METADATA_KEY, '_') : [item],
  );
  return items.map((item) => `${item.kind === 'comment' ? `#${item.text}` : dotenvLine(item)}\n`).join('');
}

function dotenvLine({ key, value }: Entry): string {
  return `${key}=${plainText(key, value).replaceAll('\n', '\\n')}`;
}

// Files of lines `key=value` have no levels to keep metadata in: it is written as flat keys.

const MAP_MARK = '__map_';
const LIST_MARK = '__list_';

/** A key with a text. */
export function textEntry(key: string, value: string): Entry {
  return { kind: 'entry', key, value: { kind: 'str', value } };
}

/** What is said of a text that is no file of its format. */
export function wrong(place: Place, message: string, remedy?: string): Failure {
  return failure('input', { code: 'sops/syntax', message, place, ...(remedy === undefined ? {} : { remedy }) });
}

/** The text of a value as Go prints it. Throws a Failure for a mapping or list. */
export function plainText(key: string, value: Value): string {
  switch (value.kind) {
    case 'map':
    case 'list': {
      const message = `\`${key}\` holds a mapping or list, which a file of lines cannot keep`;
      throw failure('input', { code: 'sops/syntax', message });
    }
    case 'null':
      return '<nil>';
    case 'float':
      return floatPrinted(value.value);
    case 'bool':
      return String(value.value);
    case 'bytes':
      return Buffer.from(value.value, 'base64').toString('utf8');
    default:
      return scalarText(value);
  }
}

/** A float with its shortest digits: an exponent of two digits from 1E+21 on and below 1E-04, and one decimal at least without. */
function floatPrinted(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const sign = Object.is(value, -0) ? '-' : '';
  const power = Number(exponent);
  if (power >= -4 && power < 21) {
    const text = scalarText({ kind: 'float', value });
    return text.includes('.') ? text : `${text}.0`;
  }
  return `${sign}${mantissa}E${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** Metadata as keys of one level: `age__list_0__map_enc` below `sops`. */
export function flatten(value: Value, key: string, joint: string = MAP_MARK): Entry[] {
  if (value.kind === 'map') {
    const entries = value.items.filter((item): item is Entry => item.kind === 'entry');
    return entries.flatMap((entry) => flatten(entry.value, key + joint + entry.key, MAP_MARK));
  }
  if (value.kind !== 'list') return [{ kind: 'entry', key, value }];
  const items = value.items.filter((item): item is Value => item.kind !== 'comment');
  return items.flatMap((item, index) => flatten(item, `${key}${LIST_MARK}${String(index)}`, MAP_MARK));
}

/** What stands below one key of flattened metadata while it is put together. */
interface Growing {
  value?: Value;
  readonly keys: Map<string, Growing>;
  readonly places: Map<number, Growing>;
}

/** The metadata that keys of one level stand for. Throws a Failure where they contradict each other. */
export function unflatten(flat: readonly Entry[], file: string): Entry {
  const root = growing();
  for (const { key, value } of flat) {
    const steps = stepsOf(key);
    if (steps.length > DEPTH_LIMIT)
      throw badMetadata(file, `a key in it is nested more than ${String(DEPTH_LIMIT)} levels deep`);
    let at = root;
    for (const step of steps) at = descend(at, step);
    if (at.value !== undefined) throw badMetadata(file, `\`${key}\` stands twice`);
    at.value = value;
  }
  return { kind: 'entry', key: METADATA_KEY, value: grown(root, file) };
}

function growing(): Growing {
  return { keys: new Map(), places: new Map() };
}

function stepsOf(key: string): (string | number)[] {
  const [first = '', ...marked] = key.split(/(?=__map_|__list_)/);
  const steps = marked.map((part) =>
    part.startsWith(MAP_MARK) ? part.slice(MAP_MARK.length) : Number(part.slice(LIST_MARK.length)),
  );
  return [first, ...steps];
}

function descend(at: Growing, step: string | number): Growing {
  const known = typeof step === 'string' ? at.keys.get(step) : at.places.get(step);
  if (known !== undefined) return known;
  const next = growing();
  if (typeof step === 'string') at.keys.set(step, next);
  else at.places.set(step, next);
  return next;
}

function grown({ value, keys, places }: Growing, file: string): Value {
  if (Number(value !== undefined) + Number(keys.size > 0) + Number(places.size > 0) > 1)
    throw badMetadata(file, 'its keys contradict each other');
  if (value !== undefined) return value;
  if (places.size === 0) {
    const sorted = [...keys].sort(([one], [other]) => (one < other ? -1 : 1));
    return { kind: 'map', items: sorted.map(([key, part]) => ({ kind: 'entry', key, value: grown(part, file) })) };
  }
  const items = Array.from({ length: places.size }, (_, index) => {
    const part = places.get(index);
    if (part === undefined) throw badMetadata(file, 'a list in it has gaps');
    return grown(part, file);
  });
  return { kind: 'list', items };
}

function badMetadata(file: string, why: string): Failure {
  const message = `The metadata of SOPS in ${file} cannot be used: ${why}`;
  return failure('input', { code: 'sops/metadata', message, place: { file }, remedy: 'restore the file from Git' });
}
