import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { Origin } from '../document.ts';
import { at, type Fields, isFields, listAt, type Path } from '../../text/values.ts';
import { type Entry, entryText } from './kustomization.ts';
import { type Behavior, type Provenance, Refusal, Resource, textOf, textsAt } from './resource.ts';

/** What a generator is made with. */
interface GeneratorContext {
  readonly provenance: Provenance;
  /** The place of a value of the kustomization. */
  readonly place: (path: Path) => Origin;
  /** The text of a file, by its path in the kustomization; undefined where it is told to be missing already. */
  readonly read: (file: string, path: Path) => string | undefined;
  /** What `generatorOptions` says for all. */
  readonly options: Fields;
}

/** A value of a generated ConfigMap or Secret. */
interface Pair {
  readonly key: string;
  readonly value: string;
  readonly origin: Origin;
}

/**
 * The ConfigMap or Secret that an entry of a generator makes, with the mark that its name ends in a hash.
 *
 * @throws Refusal where kustomize makes none
 */
export function generate(kind: 'ConfigMap' | 'Secret', entry: Entry, context: GeneratorContext): Resource {
  const place = context.place(entry.path);
  const [name, namespace] = [entryText(entry, 'name'), entryText(entry, 'namespace')];
  if (name === '') throw new Refusal(`a generated ${kind} needs a name`, 'give it one');
  const metadata = { name, ...(namespace === '' ? {} : { namespace }) };
  const type = kind === 'Secret' ? { type: entryText(entry, 'type') || 'Opaque' } : {};
  const resource = new Resource({ apiVersion: 'v1', kind, metadata, ...type }, place, context.provenance);
  noteGiven(resource, entry, context);
  for (const { key, value, origin } of pairsOf(kind, name, entry, context)) {
    const isBinary = kind === 'ConfigMap' && isNoText(value);
    const data = kind === 'Secret' || isBinary ? Buffer.from(value, 'utf8').toString('base64') : value;
    resource.set([isBinary ? 'binaryData' : 'data', key], data, origin);
  }
  const options = optionsOf(entry, context);
  for (const part of ['labels', 'annotations'] as const) {
    for (const [key, { value, origin }] of Object.entries(options[part]))
      resource.set(['metadata', part, key], value, origin);
  }
  if (options.isImmutable !== undefined) resource.set(['immutable'], true, options.isImmutable);
  resource.isHashed = options.isHashed;
  resource.behavior = behaviorOf(entryText(entry, 'behavior'));
  return resource;
}

function noteGiven(resource: Resource, entry: Entry, { place }: GeneratorContext): void {
  for (const key of ['name', 'namespace']) {
    const value = entryText(entry, key);
    if (value !== '') resource.set(['metadata', key], value, place([...entry.path, key]));
  }
}

function behaviorOf(text: string): Behavior {
  return text === 'create' || text === 'merge' || text === 'replace' ? text : 'unspecified';
}

/** A file with bytes that are no UTF-8 was read with the sign that stands for them. */
function isNoText(value: string): boolean {
  return value.includes('\uFFFD');
}

interface Options {
  readonly labels: Readonly<Record<string, { readonly value: string; readonly origin: Origin }>>;
  readonly annotations: Readonly<Record<string, { readonly value: string; readonly origin: Origin }>>;
  readonly isHashed: boolean;
  readonly isImmutable: Origin | undefined;
}

/** What an entry says wins over what is said for all, but for what is switched on there. */
function optionsOf({ fields, path }: Entry, { options, place }: GeneratorContext): Options {
  const own = at(fields, 'options');
  const mapOf = (part: string) => ({
    ...located(options, part, ['generatorOptions'], place),
    ...located(own, part, [...path, 'options'], place),
  });
  const where = (key: string): Origin | undefined => {
    if (at(own, key) === true) return place([...path, 'options', key]);
    return at(options, key) === true ? place(['generatorOptions', key]) : undefined;
  };
  return {
    labels: mapOf('labels'),
    annotations: mapOf('annotations'),
    isHashed: where('disableNameSuffixHash') === undefined,
    isImmutable: where('immutable'),
  };
}

function located(options: unknown, part: string, path: Path, place: (path: Path) => Origin): Options['labels'] {
  const found = isFields(options) ? textsAt(options, part) : {};
  const entries = Object.entries(found).map(([key, value]) => [key, { value, origin: place([...path, part, key]) }]);
  return Object.fromEntries(entries) as Options['labels'];
}

function pairsOf(kind: string, name: string, entry: Entry, context: GeneratorContext): Pair[] {
  const pairs = [...envPairs(entry, context), ...literalPairs(entry, context), ...filePairs(entry, context)];
  const seen = new Set<string>();
  for (const { key, origin } of pairs) {
    if (seen.has(key)) {
      throw new Refusal(`the ${kind} ${name} would get the key ${key} twice`, 'leave one of the two out', origin);
    }
    seen.add(key);
  }
  return pairs;
}

function envPairs({ fields, path }: Entry, { place, read }: GeneratorContext): Pair[] {
  const listed = listAt(fields, 'envs').map((file, index) => ({ file: textOf(file), at: [...path, 'envs', index] }));
  const single = textOf(at(fields, 'env'));
  const all = single === '' ? listed : [...listed, { file: single, at: [...path, 'env'] }];
  return all.flatMap(({ file, at: where }) => {
    const found = read(file, where);
    if (found === undefined) return [];
    const lines = found.split('\n').map((line) => line.replace(/\r$/, ''));
    return lines.flatMap((line, index): Pair[] => {
      const text = (index === 0 ? line.replace(/^\uFEFF/, '') : line).trimStart();
      if (text === '' || text.startsWith('#')) return [];
      const [key = '', ...rest] = text.split('=');
      return key === '' ? [] : [{ key, value: rest.join('='), origin: place(where) }];
    });
  });
}

function literalPairs({ fields, path }: Entry, { place }: GeneratorContext): Pair[] {
  return listAt(fields, 'literals').map((written, index) => {
    const [text, origin] = [textOf(written), place([...path, 'literals', index])];
    const split = text.indexOf('=');
    if (split < 1)
      throw new Refusal('a literal has to be written as key=value', 'write the key before the equals sign', origin);
    return { key: text.slice(0, split), value: withoutQuotes(text.slice(split + 1)), origin };
  });
}

function withoutQuotes(text: string): string {
  return /^(?:".*"|'.*')$/s.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}

function filePairs({ fields, path }: Entry, { place, read }: GeneratorContext): Pair[] {
  return listAt(fields, 'files').flatMap((written, index): Pair[] => {
    const [source, where] = [textOf(written), [...path, 'files', index]];
    const parts = source.split('=');
    const [first = '', second] = parts;
    if (parts.length > 2 || first === '' || second === '') {
      throw new Refusal(`${source} names no file`, 'write the file, or key=file', place(where));
    }
    const found = read(second ?? first, where);
    if (found === undefined) return [];
    const key = second === undefined ? posix.basename(first) : first;
    return [{ key, value: found, origin: place(where) }];
  });
}

/** A generated object that meets one of its name: its labels, annotations, name and hash are kept, and the entries where it merges. */
export function absorb(made: Resource, old: Resource): void {
  const merged = made.behavior === 'merge' ? ['data', 'binaryData'] : [];
  for (const path of [['metadata', 'labels'], ['metadata', 'annotations'], ...merged.map((part) => [part])]) {
    const [before, after] = [textsAt(old.fields, ...path), textsAt(made.fields, ...path)];
    const keys = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
    for (const key of keys) made.set([...path, key], before[key], old.originOf([...path, key]));
  }
  made.set(['metadata', 'name'], old.name, old.originOf(['metadata', 'name']));
  if (old.namespace === '') made.remove(['metadata', 'namespace']);
  else made.set(['metadata', 'namespace'], old.namespace, old.originOf(['metadata', 'namespace']));
  [made.previous, made.prefixes, made.suffixes, made.variables] = [
    old.previous,
    old.prefixes,
    old.suffixes,
    old.variables,
  ];
  made.isHashed = made.isHashed && old.isHashed;
  made.behavior = old.behavior;
}

/**
 * The ten characters that kustomize puts behind the name of an object: they cover the kind and the data.
 * The name that is written beside them is always empty.
 *
 * @see https://github.com/kubernetes-sigs/kustomize/blob/master/api/hasher/hasher.go
 */
export function contentHash({ fields }: Resource): string {
  const { kind } = fields;
  const part = (key: string): unknown => at(fields, key) ?? '';
  const optional = kind === 'Secret' ? 'stringData' : 'binaryData';
  const extra = isFields(at(fields, optional)) ? { [optional]: at(fields, optional) } : {};
  const covered =
    kind === 'Secret'
      ? { kind, type: part('type'), name: '', data: part('data'), ...extra }
      : { kind, name: '', data: part('data'), ...extra };
  const hex = createHash('sha256').update(goJson(covered)).digest('hex').slice(0, 10);
  return hex.replace(/[013ae]/g, (digit) => LETTERS[digit] ?? digit);
}

/** Digits that could make a word are replaced. */
const LETTERS: Readonly<Record<string, string>> = { 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' };

/** JSON as Go writes it: keys in the order of their bytes, and signs of HTML escaped. */
function goJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (isFields(value)) {
    const keys = Object.keys(value).sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
    return `{${keys.map((key) => `${goJson(key)}:${goJson(value[key])}`).join(',')}}`;
  }
  const escape = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, escape);
}
