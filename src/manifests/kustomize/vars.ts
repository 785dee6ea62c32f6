import type { Origin } from '../document.ts';
import { asText, at, isFields, type Path, textAt } from '../../text/values.ts';
import { type FieldSpec, fieldsOf } from './field-specs.ts';
import { type Entry, entryText } from './kustomization.ts';
import { type GroupVersionKind, Refusal, type Resource, NothingFound, textOf } from './resource.ts';

/** A var as old kustomizations declare it: a name for a value of an object, written `$(NAME)` elsewhere. */
export interface Variable {
  readonly name: string;
  readonly fieldPath: string;
  readonly origin: Origin;
}

/**
 * Declares the vars of a kustomization: each is tied to the object that has its name now.
 *
 * @throws Refusal where several objects could be meant, or the name is taken
 */
export function declareVariable(
  resources: readonly Resource[],
  variables: Map<string, Variable>,
  entry: Entry,
  origin: Origin,
): void {
  const [name, fieldPath] = [entryText(entry, 'name'), entryText(entry, 'fieldref', 'fieldPath') || 'metadata.name'];
  if (variables.has(name)) throw new Refusal(`the var ${name} is declared already`, 'give it another name');
  const target = at(entry.fields, 'objref');
  const type = typeOf(target);
  const [wanted, namespace] = [asText(at(target, 'name')), asText(at(target, 'namespace'))];
  const found = resources.filter((resource) =>
    [...resource.previous, resource.id].some(
      (id) =>
        id.name === wanted &&
        id.group === type.group &&
        id.version === type.version &&
        id.kind === type.kind &&
        (namespace === '' || id.namespace === namespace),
    ),
  );
  if (found.length > 1) throw new Refusal(`the var ${name} could mean several objects`, 'say more of it by objref');
  for (const resource of found) resource.variables = [...resource.variables, name];
  variables.set(name, { name, fieldPath, origin });
}

function typeOf(target: unknown): GroupVersionKind {
  const apiVersion = textAt(target, 'apiVersion');
  const [group, version] = ['group', 'version'].map((key) => asText(at(target, key))) as [string, string];
  const kind = asText(at(target, 'kind'));
  if (apiVersion === undefined) return { group, version, kind };
  const parts = apiVersion.split('/');
  return parts.length === 2
    ? { group: parts[0] ?? '', version: parts[1] ?? '', kind }
    : { group, version: apiVersion, kind };
}

/**
 * Puts the values of vars where they are named.
 *
 * @throws Refusal where a var has no value
 */
export function resolveVariables(
  resources: readonly Resource[],
  variables: ReadonlyMap<string, Variable>,
  specs: readonly FieldSpec[],
): void {
  if (variables.size === 0) return;
  const values = new Map([...variables.values()].map((variable) => [variable.name, valueOf(resources, variable)]));
  const replaceAt = (resource: Resource, path: Path): void => {
    const text = at(resource.fields, ...path);
    if (typeof text !== 'string') return;
    const used = /\$\(([^)]*)\)/.exec(text)?.[1];
    const origin = used === undefined ? undefined : variables.get(used)?.origin;
    const replaced = expand(text, values);
    if (replaced !== text) resource.set(path, replaced, origin);
  };
  for (const resource of resources) {
    const paths = specs.flatMap((spec) => fieldsOf(resource, spec, undefined));
    for (const path of paths.flatMap((one) => [one, ...inside(at(resource.fields, ...one), one)]))
      replaceAt(resource, path);
  }
}

/** The paths of the entries of a map or a list. */
function inside(value: unknown, path: Path): Path[] {
  if (Array.isArray(value)) return value.map((_, index) => [...path, index]);
  return isFields(value) ? Object.keys(value).map((key) => [...path, key]) : [];
}

function valueOf(resources: readonly Resource[], { name, fieldPath, origin }: Variable): unknown {
  const owner = resources.find(({ variables }) => variables.includes(name));
  if (owner === undefined)
    throw new NothingFound(`there is no object that the var ${name} could be read from`, 'correct objref', origin);
  const steps = fieldPath.split('.').flatMap((part) => {
    const [, key = part, index] = /^(.*)\[(\d+)\]$/.exec(part) ?? [];
    return index === undefined ? [key] : [key, Number(index)];
  });
  const value = at(owner.fields, ...steps);
  if (value === undefined)
    throw new NothingFound(`the object of the var ${name} has no ${fieldPath}`, 'correct fieldref', origin);
  return value;
}

/** The syntax of Kubernetes: `$(NAME)`, and two dollar signs for one. */
function expand(text: string, values: ReadonlyMap<string, unknown>): unknown {
  const whole = /^\$\(([^)]*)\)$/.exec(text)?.[1];
  if (whole !== undefined && isScalar(values.get(whole))) return values.get(whole);
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (written, name: string | undefined) => {
    if (name === undefined) return '$';
    const value = values.get(name);
    return isScalar(value) ? textOf(value) : written;
  });
}

function isScalar(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
