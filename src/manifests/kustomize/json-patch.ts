import type { Origin } from '../document.ts';
import { at, type Fields, isFields, type Path } from '../../text/values.ts';
import { type Provenance, Refusal } from './resource.ts';

/** One operation of RFC 6902. */
interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from: string;
  readonly value: unknown;
  readonly hasValue: boolean;
}

interface Target {
  readonly fields: Fields;
  readonly origin: Origin;
}

/**
 * An object changed by a JSON patch as the Go package github.com/evanphx/json-patch (v4) does it, which kustomize uses.
 *
 * @param patch - the list of operations as it is written
 * @param origin - where it is written
 * @throws Refusal where an operation is none, or meets nothing
 * @see https://www.rfc-editor.org/rfc/rfc6902
 */
export function applyJsonPatch(
  target: Target,
  patch: readonly unknown[],
  origin: Origin,
  provenance: Provenance,
): Fields {
  return patch.reduce<Fields>((fields, written, index) => {
    const place = { document: origin.document, path: [...origin.path, index] };
    const operation = operationOf(written, place);
    const result = applyOperation({ fields, origin: target.origin }, operation, place, provenance);
    if (!isFields(result)) throw new Refusal('the patch leaves no object', 'give the object fields', place);
    return result;
  }, target.fields);
}

function operationOf(written: unknown, place: Origin): Operation {
  const [op, path, from] = ['op', 'path', 'from'].map((key) => at(written, key));
  if (!isFields(written) || typeof op !== 'string' || typeof path !== 'string') {
    throw new Refusal(
      'an operation of a JSON patch needs op and path',
      'write `op`, `path` and what else it needs',
      place,
    );
  }
  const needsFrom = op === 'move' || op === 'copy';
  if (needsFrom && typeof from !== 'string')
    throw new Refusal(`the operation ${op} needs from`, 'name the field to take', place);
  return {
    op,
    path,
    from: typeof from === 'string' ? from : '',
    value: written.value,
    hasValue: Object.hasOwn(written, 'value'),
  };
}

function applyOperation(
  { fields, origin }: Target,
  operation: Operation,
  place: Origin,
  provenance: Provenance,
): unknown {
  const { op, value, hasValue } = operation;
  const steps = stepsOf(operation.path, place);
  const given = {
    value: hasValue ? value : null,
    origin: { document: place.document, path: [...place.path, 'value'] },
  };
  const missing = (path: string): Refusal =>
    new Refusal(
      `there is no ${path} that the operation ${op} could ${op === 'test' ? 'look at' : 'change'}`,
      'correct the path',
      {
        document: place.document,
        path: [...place.path, path === operation.path ? 'path' : 'from'],
      },
    );
  switch (op) {
    case 'add':
      return add({ root: fields, origin, steps, given, provenance, missing: () => missing(operation.path) });
    case 'remove':
      if (!exists(fields, steps)) throw missing(operation.path);
      return provenance.drop(fields, origin, resolved(fields, steps));
    case 'replace':
      if (steps.length === 0) return given.value;
      if (!exists(fields, steps)) throw missing(operation.path);
      return provenance.put(fields, resolved(fields, steps), given.value, given.origin);
    case 'move':
    case 'copy': {
      const from = stepsOf(operation.from, place);
      if (!exists(fields, from)) throw missing(operation.from);
      const path = resolved(fields, from);
      const taken = { value: at(fields, ...path), origin: provenance.of(fields, origin, path) };
      const root = op === 'move' ? provenance.drop(fields, origin, path) : fields;
      return add({ root, origin, steps, given: taken, provenance, missing: () => missing(operation.path) });
    }
    case 'test': {
      const found = exists(fields, steps) ? at(fields, ...resolved(fields, steps)) : undefined;
      if (isEqual(found ?? null, given.value)) return fields;
      throw new Refusal(`the test of ${operation.path} fails`, 'correct the patch, or what it is for', place);
    }
    default:
      throw new Refusal(`a JSON patch has no operation ${op}`, 'write add, remove, replace, move, copy or test', {
        document: place.document,
        path: [...place.path, 'op'],
      });
  }
}

function add(addition: {
  root: unknown;
  origin: Origin;
  steps: readonly string[];
  given: { readonly value: unknown; readonly origin: Origin };
  provenance: Provenance;
  missing: () => Refusal;
}): unknown {
  const { root, origin, steps, given, provenance, missing } = addition;
  if (steps.length === 0) return given.value;
  const [outer, last = ''] = [steps.slice(0, -1), steps[steps.length - 1]];
  if (!exists(root, outer)) throw missing();
  const path = resolved(root, outer);
  const container = at(root, ...path);
  if (!Array.isArray(container)) {
    if (!isFields(container)) throw missing();
    return provenance.put(root, [...path, last], given.value, given.origin);
  }
  const items = provenance.items(container, provenance.of(root, origin, path));
  const index = last === '-' ? items.length : indexOf(last, items.length + 1);
  if (index === undefined || index > items.length) throw missing();
  return provenance.put(
    root,
    path,
    provenance.list([...items.slice(0, index), given, ...items.slice(index)]),
    undefined,
  );
}

/** The steps of a JSON pointer: https://www.rfc-editor.org/rfc/rfc6901. */
function stepsOf(pointer: string, place: Origin): readonly string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) {
    throw new Refusal(`the path ${pointer} does not begin with a slash`, `write /${pointer}`, place);
  }
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function exists(root: unknown, steps: readonly string[]): boolean {
  let value = root;
  for (const step of steps) {
    if (Array.isArray(value)) {
      const index = indexOf(step, value.length);
      if (index === undefined || index >= value.length) return false;
      value = value[index] as unknown;
    } else if (isFields(value) && Object.hasOwn(value, step)) value = value[step];
    else return false;
  }
  return true;
}

/** The path of steps that lead somewhere. */
function resolved(root: unknown, steps: readonly string[]): Path {
  let value = root;
  return steps.map((text) => {
    const step = Array.isArray(value) ? (indexOf(text, value.length) ?? 0) : text;
    value = at(value, step);
    return step;
  });
}

/** Negative ones count from the end, as the package takes them. */
function indexOf(step: string, length: number): number | undefined {
  if (!/^[-+]?\d+$/.test(step)) return undefined;
  const index = Number(step);
  if (index >= 0) return index;
  return index >= -length ? index + length : undefined;
}

function isEqual(one: unknown, other: unknown): boolean {
  if (Array.isArray(one)) {
    return (
      Array.isArray(other) && one.length === other.length && one.every((item, index) => isEqual(item, other[index]))
    );
  }
  if (!isFields(one)) return one === other;
  const keys = Object.keys(one);
  return (
    isFields(other) &&
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key], other[key]))
  );
}
