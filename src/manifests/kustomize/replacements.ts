import { parseDocument } from 'yaml';
import type { Origin } from '../document.ts';
import { compileGoRegex } from '../../text/go-regex.ts';
import { asText, at, type Fields, isFields, listAt, type Path, valueAt } from '../../text/values.ts';
import { effectiveNamespace, isSelected, labelOf, type ObjectId, Refusal, type Resource, textOf } from './resource.ts';
import { readSelector, type Selector } from './selectors.ts';

/** A replacement with the places of its parts. */
interface Replacement {
  readonly fields: Fields;
  readonly place: (path: Path) => Origin;
}

/**
 * Copies a value of an object, or one that is given, into fields of others, as kustomize does it.
 *
 * @throws Refusal where nothing or too much is selected, or a field is not there
 * @see https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/replacements/
 */
export function applyReplacement(resources: readonly Resource[], { fields, place }: Replacement): void {
  const hasSource = isFields(fields.source);
  const given = fields.sourceValue;
  if ((!hasSource && typeof given !== 'string') || !Array.isArray(fields.targets)) {
    throw new Refusal(
      'a replacement needs a source and a target',
      'give it `source` or `sourceValue`, and `targets`',
      place([]),
    );
  }
  if (hasSource && typeof given === 'string') {
    throw new Refusal(
      'a replacement takes its value from `source` or from `sourceValue`, not from both',
      'leave one of them out',
      place([]),
    );
  }
  const value = hasSource ? sourceValue(resources, asFieldsOf(fields.source), place) : given;
  for (const index of fields.targets.keys())
    applyToTarget(resources, { target: at(fields, 'targets', index), value, place, index });
}

function asFieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** The names of an object as replacements compare them: the namespace of the present one as it is written. */
function idsOf(resource: Resource): ObjectId[] {
  return [{ ...resource.id, namespace: resource.namespace }, ...resource.previous];
}

function sourceValue(resources: readonly Resource[], source: Fields, place: Replacement['place']): unknown {
  const [name, namespace] = [asText(source.name), asText(source.namespace)];
  const kind = { group: asText(source.group), version: asText(source.version), kind: asText(source.kind) };
  const found = resources.filter((resource) =>
    idsOf(resource).some(
      (id) =>
        (name === '' || id.name === name) &&
        (namespace === '' || effectiveNamespace(id.namespace) === effectiveNamespace(namespace)) &&
        isSelected(id, kind),
    ),
  );
  const [object, other] = found;
  if (object === undefined)
    throw new Refusal('the source of the replacement is not there', 'correct its name and kind', place(['source']));
  if (other !== undefined) {
    const message = `the source of the replacement could be ${found.map(({ id }) => labelOf(id)).join(' or ')}`;
    throw new Refusal(message, 'say more of it', place(['source']));
  }
  const written = asText(source.fieldPath) || 'metadata.name';
  const value = lookUp(object.fields, splitPath(written), place(['source', 'fieldPath']));
  if (value === undefined || isEmpty(value)) {
    throw new Refusal(
      `the ${labelOf(object.id)} has no ${written}`,
      'correct the path',
      place(['source', 'fieldPath']),
    );
  }
  return refined(value, source, place);
}

function isEmpty(value: unknown): boolean {
  if (value === null) return true;
  return Array.isArray(value) ? value.length === 0 : isFields(value) && Object.keys(value).length === 0;
}

function refined(value: unknown, source: Fields, place: Replacement['place']): unknown {
  const [delimiter, index] = [asText(at(source, 'options', 'delimiter')), numberOf(at(source, 'options', 'index'))];
  if (delimiter === '') return value;
  if (typeof value === 'object')
    throw new Refusal('only a text can be split at a delimiter', 'name a field with a text', place(['source']));
  const parts = textOf(value).split(delimiter);
  const part = parts[index];
  if (part !== undefined) return part;
  throw new Refusal(
    `the value has ${String(parts.length)} parts, and no part ${String(index)}`,
    'count from 0',
    place(['source', 'options', 'index']),
  );
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** The value at a path; an item of a list by its number, `-` for the last one, or `[key=value]`. */
function lookUp(root: unknown, steps: readonly string[], place: Origin): unknown {
  let value = root;
  for (const step of steps.map((one) => one.trim()).filter((one) => one !== '')) {
    if (value === undefined || value === null) return undefined;
    if (step === '*') throw new Refusal('a source has no wildcard', 'name one item', place);
    const wanted = itemOf(step);
    if (/^\d+$/.test(step) || step === '-' || wanted !== undefined) {
      if (!Array.isArray(value))
        throw new Refusal(`${step} is an item, and what it is looked for in is no list`, 'correct the path', place);
      const items = value as readonly unknown[];
      if (wanted !== undefined)
        value = items.find((item) => textOf(wanted.key === '' ? item : at(item, wanted.key)) === wanted.value);
      else value = step === '-' ? items[items.length - 1] : items[Number(step)];
    } else if (isFields(value)) value = at(value, step);
    else throw new Refusal(`${step} is looked for in what is no map`, 'correct the path', place);
  }
  return value;
}

/** A step `[key=value]`; the key is empty for a list of scalars. */
function itemOf(step: string): { readonly key: string; readonly value: string } | undefined {
  if (!step.startsWith('[') || !step.endsWith(']')) return undefined;
  const split = step.indexOf('=');
  return split < 0 ? undefined : { key: step.slice(1, split), value: step.slice(split + 1, -1) };
}

/** The steps of a path with points between; one in brackets may hold points, and `\.` is one. */
function splitPath(path: string): string[] {
  const parts = path.split(/(?<!\\)\./).map((part) => part.replaceAll('\\.', '.'));
  const steps: string[] = [];
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index] ?? '';
    if (!part.startsWith('[') || part.endsWith(']')) {
      steps.push(part);
      continue;
    }
    const bracketed = [part];
    while (index < parts.length - 1) {
      index += 1;
      bracketed.push(parts[index] ?? '');
      if (parts[index]?.endsWith(']') === true) break;
    }
    const joined = bracketed.join('.');
    steps.push(joined.includes('=') ? joined : joined.replace(/^[[\]]+|[[\]]+$/g, ''));
  }
  return steps;
}

interface TargetContext {
  readonly target: unknown;
  readonly value: unknown;
  readonly place: Replacement['place'];
  readonly index: number;
}

function applyToTarget(resources: readonly Resource[], { target, value, place, index }: TargetContext): void {
  const own = (...path: Path): Origin => place(['targets', index, ...path]);
  if (!isFields(at(target, 'select'))) {
    throw new Refusal('a target has to select objects', 'say by `select` which', own());
  }
  const select = readSelector(at(target, 'select'), own('select'));
  const rejects = listAt(target, 'reject').map((one, position) => readSelector(one, own('reject', position)));
  const listed = listAt(target, 'fieldPaths').map(textOf);
  const paths = listed.length === 0 ? ['metadata.name'] : listed;
  for (const resource of resources) {
    if (!isTarget(resource, select, rejects)) continue;
    for (const [position, path] of paths.entries()) {
      const origin = listed.length === 0 ? own() : own('fieldPaths', position);
      copyValue(resource, { written: path, value, options: at(target, 'options'), origin });
    }
  }
}

function isTarget(resource: Resource, select: Selector, rejects: readonly Selector[]): boolean {
  const ids = idsOf(resource);
  if (!select.fitsLabels(resource.fields)) return false;
  if (rejects.some((reject) => reject.hasLabels && reject.fitsLabels(resource.fields))) return false;
  if (rejects.some((reject) => !reject.isOpen && ids.some(reject.fits))) return false;
  return ids.some(select.fits);
}

interface Copy {
  readonly written: string;
  readonly value: unknown;
  readonly options: unknown;
  readonly origin: Origin;
}

function copyValue(resource: Resource, copy: Copy): void {
  const { written, value, options, origin } = copy;
  const creates = at(options, 'create') === true;
  const steps = splitPath(written);
  if (copyInside(resource, steps, copy)) return;
  const finder = new PathFinder(resource, creates ? value : undefined, origin);
  const paths = finder.find([], steps);
  if (paths.length === 0) {
    const able = creates ? 'and kustomize cannot make it' : 'so that nothing can be put there';
    throw new Refusal(
      `the ${labelOf(resource.id)} has no ${written}, ${able}`,
      'correct the path, or set `options.create`',
      origin,
    );
  }
  for (const path of paths) {
    const old = valueAt(resource.fields, path);
    resource.set(path, replaced(old, copy, finder.isMade(path)), origin);
  }
}

/** The value as it is in the place of another one: a scalar keeps its type. */
function replaced(old: unknown, { value, options, origin }: Copy, isNew: boolean): unknown {
  const delimiter = asText(at(options, 'delimiter'));
  const isScalar = typeof old !== 'object' || old === null;
  if (delimiter !== '') {
    if (!isScalar) throw new Refusal('only a text can be split at a delimiter', 'name a field with a text', origin);
    return retyped(old, joined(textOf(old), textOf(value), delimiter, numberOf(at(options, 'index'))), origin, isNew);
  }
  return isScalar && typeof value !== 'object' ? retyped(old, textOf(value), origin, isNew) : value;
}

function joined(old: string, value: string, delimiter: string, index: number): string {
  const parts = old.split(delimiter);
  if (index < 0) return [value, ...parts].join(delimiter);
  if (index >= parts.length) return [...parts, value].join(delimiter);
  return parts.map((part, position) => (position === index ? value : part)).join(delimiter);
}

function retyped(old: unknown, text: string, origin: Origin, isNew: boolean): unknown {
  if (typeof old === 'string' && !isNew) return text;
  const plain = plainValue(text);
  if (isNew || typeof plain === typeof old) return plain;
  throw new Refusal(`${text} cannot take the place of a ${typeof old}`, 'name a field of the same type', origin);
}

/** A text as YAML reads it without quotes. */
function plainValue(text: string): unknown {
  if (/^[-+]?(?:\d+|\d*\.\d+(?:e[-+]?\d+)?)$/i.test(text)) return Number(text);
  return text === 'true' || text === 'false' ? text === 'true' : text;
}

/** Finds the paths that steps lead to, and makes what is missing on the way where that is asked for. */
class PathFinder {
  readonly #resource: Resource;
  readonly #created: unknown;
  readonly #origin: Origin;
  readonly #made = new Set<string>();

  /** @param created - the value that is to be put there; undefined where nothing is to be made */
  constructor(resource: Resource, created: unknown, origin: Origin) {
    [this.#resource, this.#created, this.#origin] = [resource, created, origin];
  }

  /** Whether the field at a path was made. */
  isMade(path: Path): boolean {
    return this.#made.has(JSON.stringify(path));
  }

  find(path: Path, steps: readonly string[]): Path[] {
    const [step, ...rest] = steps;
    if (step === undefined) return [path];
    const value = valueAt(this.#resource.fields, path);
    if (/^\d+$/.test(step)) return this.#findNumber(path, Number(step), rest);
    if (step === '*') return this.#items(path, step).flatMap((_, index) => this.find([...path, index], rest));
    const item = itemOf(step);
    if (item !== undefined) return this.#findItem(path, step, item, rest);
    if (value === null || value === undefined) return [];
    if (!isFields(value))
      throw new Refusal(`${step} is looked for in what is no map`, 'correct the path', this.#origin);
    if (at(value, step) === undefined && !this.#make([...path, step], rest[0])) return [];
    return this.find([...path, step], rest);
  }

  #findNumber(path: Path, index: number, rest: readonly string[]): Path[] {
    const items = this.#items(path, String(index));
    if (index === items.length) this.#make([...path, index], rest[0]);
    if (valueAt(this.#resource.fields, [...path, index]) === undefined) {
      throw new Refusal(
        `there is no item ${String(index)} in a list of ${String(items.length)}`,
        'count from 0',
        this.#origin,
      );
    }
    return this.find([...path, index], rest);
  }

  #findItem(path: Path, step: string, wanted: { key: string; value: string }, rest: readonly string[]): Path[] {
    const matches = this.#matcher(wanted.value);
    const items = this.#items(path, step);
    const found = items.flatMap((item, index) => {
      const compared = wanted.key === '' ? item : at(item, wanted.key);
      return compared !== undefined && matches(textOf(compared)) ? [index] : [];
    });
    const paths = found.flatMap((index) => this.find([...path, index], rest));
    if (paths.length > 0 || this.#created === undefined) return paths;
    const made = wanted.key === '' ? wanted.value : { [wanted.key]: plainValue(wanted.value) };
    this.#resource.set([...path, items.length], made, this.#origin);
    return this.find([...path, items.length], rest);
  }

  #matcher(pattern: string): (text: string) => boolean {
    try {
      const regex = compileGoRegex(pattern);
      return (text) => regex.test(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new Refusal(`${pattern} is no pattern of Go: ${error.message}`, 'correct it', this.#origin);
    }
  }

  #items(path: Path, step: string): readonly unknown[] {
    const value = valueAt(this.#resource.fields, path);
    if (Array.isArray(value)) return value;
    throw new Refusal(`${step} is an item, and what it is looked for in is no list`, 'correct the path', this.#origin);
  }

  #make(path: Path, next: string | undefined): boolean {
    if (this.#created === undefined) return false;
    const isList = next !== undefined && (/^\d+$/.test(next) || itemOf(next) !== undefined);
    const last = typeof this.#created === 'object' ? (Array.isArray(this.#created) ? [] : {}) : '';
    this.#resource.set(path, next === undefined ? last : isList ? [] : {}, this.#origin);
    this.#made.add(JSON.stringify(path));
    return true;
  }
}

/** A path that leads on inside of a text of JSON or YAML changes that text. */
function copyInside(resource: Resource, steps: readonly string[], { value, options, origin }: Copy): boolean {
  for (let length = 1; length < steps.length; length += 1) {
    const outer = pathOf(resource.fields, steps.slice(0, length));
    const text = outer === undefined ? undefined : valueAt(resource.fields, outer);
    if (outer === undefined || text === undefined || text === null) return false;
    if (typeof text !== 'string') continue;
    const changed = changedText(text, steps.slice(length), { value, options, origin });
    if (changed === undefined) return false;
    resource.set(outer, changed, origin);
    return true;
  }
  return false;
}

function pathOf(root: unknown, steps: readonly string[]): Path | undefined {
  let value = root;
  const path: (string | number)[] = [];
  for (const step of steps) {
    const wanted = itemOf(step);
    const items = Array.isArray(value) ? (value as readonly unknown[]) : undefined;
    const index =
      wanted === undefined || items === undefined
        ? Number(step)
        : items.findIndex((item) => textOf(at(item, wanted.key)) === wanted.value);
    const key = items === undefined ? step : index;
    value = typeof key === 'number' && !(key >= 0) ? undefined : valueAt(value, [key]);
    if (value === undefined) return undefined;
    path.push(key);
  }
  return path;
}

function changedText(
  text: string,
  steps: readonly string[],
  { value, options }: Omit<Copy, 'written'>,
): string | undefined {
  const document = parseDocument(text, { logLevel: 'silent', merge: true });
  if (document.errors.length > 0) return undefined;
  const root: unknown = document.toJS();
  const found = pathOf(root, steps);
  const path = found ?? (at(options, 'create') === true ? creatable(root, steps) : undefined);
  if (path === undefined || typeof root !== 'object' || root === null) return undefined;
  const old = valueAt(root, path);
  const delimiter = asText(at(options, 'delimiter'));
  const wanted =
    delimiter === '' ? value : joined(textOf(old), textOf(value), delimiter, numberOf(at(options, 'index')));
  const isScalar = typeof old !== 'object' && typeof wanted !== 'object';
  const result = isScalar && typeof old !== 'string' && old !== undefined ? plainValue(textOf(wanted)) : wanted;
  document.setIn(path, result);
  if (!/^\s*[{[]/.test(text)) return document.toString().trim();
  const json: unknown = sorted(document.toJS());
  const isPretty = text.includes('\n') && text.includes('  ');
  return isPretty ? JSON.stringify(json, null, 2) : JSON.stringify(json);
}

/** A path whose last keys are missing in a map. */
function creatable(root: unknown, steps: readonly string[]): Path | undefined {
  for (let length = steps.length - 1; length >= 0; length -= 1) {
    const outer = length === 0 ? [] : pathOf(root, steps.slice(0, length));
    if (outer === undefined) continue;
    const isPlain = steps.slice(length).every((step) => !/^\d+$|^\[|^\*$/.test(step));
    return isPlain && isFields(valueAt(root, outer)) ? [...outer, ...steps.slice(length)] : undefined;
  }
  return undefined;
}

/** JSON as Go writes maps. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
