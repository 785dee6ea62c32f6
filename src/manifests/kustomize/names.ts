import { at, isFields, listAt, type Path } from '../../text/values.ts';
import type { Origin } from '../document.ts';
import { fieldsOf, type FieldSpec, type NameReference, setFields } from './field-specs.ts';
import { contentHash } from './generators.ts';
import {
  type GroupVersionKind,
  idKey,
  isSelected,
  labelOf,
  NO_NAMESPACE,
  Refusal,
  type Resource,
  textOf,
} from './resource.ts';

/**
 * Puts objects into a namespace as kustomize does: those of kinds that it knows to have none stay out, a Namespace is named like it, and
 * of the subjects of a binding only the ServiceAccount `default` is taken along.
 *
 * @throws Refusal where two objects would be the same then
 */
export function setNamespace(
  resources: readonly Resource[],
  namespace: string,
  {
    specs,
    origin,
    onlyUnset = false,
  }: { readonly specs: readonly FieldSpec[]; readonly origin: Origin; readonly onlyUnset?: boolean },
): void {
  for (const resource of resources) {
    if (onlyUnset && resource.namespace !== '') continue;
    resource.remember();
    if (!resource.isClusterScoped) resource.set(['metadata', 'namespace'], namespace, origin);
    const isBinding = /^(?:Cluster)?RoleBinding$/.test(resource.type.kind);
    if (isBinding) setSubjects(resource, namespace, origin);
    const wanted = specs.filter(
      ({ path }) =>
        path !== 'metadata/namespace' &&
        !(isBinding && path === 'subjects/namespace') &&
        (path !== 'metadata/name' || resource.fields.apiVersion === 'v1'),
    );
    setFields([resource], wanted, { value: namespace, origin, sort: 'scalar' });
  }
  refuseTwins(resources);
}

function setSubjects(resource: Resource, namespace: string, origin: Origin): void {
  for (const [index, subject] of listAt(resource.fields, 'subjects').entries()) {
    if (at(subject, 'name') === 'default') resource.set(['subjects', index, 'namespace'], namespace, origin);
  }
}

function refuseTwins(resources: readonly Resource[]): void {
  const seen = new Set<string>();
  for (const resource of resources) {
    const key = idKey(resource.id);
    if (seen.has(key)) {
      const message = `in one namespace there would be two objects with the name of the ${labelOf(resource.id)}`;
      throw new Refusal(
        message,
        'give one of them another name, or leave it out',
        resource.originOf(['metadata', 'name']),
      );
    }
    seen.add(key);
  }
}

/** Kinds whose names are left as they are. */
const KEEPS_NAME: readonly Partial<GroupVersionKind>[] = [
  { kind: 'CustomResourceDefinition' },
  { group: 'apiregistration.k8s.io', kind: 'APIService' },
  { kind: 'Namespace' },
];

/** Puts a text before or behind the names of objects. */
export function affixNames(
  resources: readonly Resource[],
  affix: {
    readonly text: string;
    readonly isPrefix: boolean;
    readonly specs: readonly FieldSpec[];
    readonly origin: Origin;
  },
): void {
  const { text, isPrefix, specs, origin } = affix;
  for (const resource of resources) {
    const id = resource.firstId;
    const keeps = isPrefix ? KEEPS_NAME : KEEPS_NAME.slice(0, 2).concat(KEEPS_NAME.slice(2));
    if (keeps.some((kind) => isSelected(id, kind))) continue;
    for (const spec of specs) {
      if (!isSelected(id, spec)) continue;
      if (spec.path === 'metadata/name') {
        if (isPrefix) resource.prefixes = [...resource.prefixes, text];
        else resource.suffixes = [...resource.suffixes, text];
        resource.remember();
      }
      for (const path of fieldsOf(resource, spec, 'scalar')) {
        const old = textOf(at(resource.fields, ...path));
        resource.set(path, isPrefix ? text + old : old + text, origin);
      }
    }
  }
}

/** Puts the hash of its content behind the name of what generators made. */
export function addHashes(resources: readonly Resource[]): void {
  for (const resource of resources) {
    if (!resource.isHashed) continue;
    const name = `${resource.name}-${contentHash(resource)}`;
    resource.remember();
    resource.set(['metadata', 'name'], name, resource.originOf(['metadata', 'name']));
  }
}

/**
 * Writes the new names of objects into the fields of others that name them.
 *
 * @throws Refusal where a name could mean several objects
 */
export function updateReferences(resources: readonly Resource[], references: readonly NameReference[]): void {
  // Who kept its name is named as before.
  const renamed = resources.filter(({ previous }) => previous.length > 0);
  if (renamed.length === 0) return;
  const byName = new Map<string, Resource[]>();
  for (const resource of renamed) {
    for (const name of new Set(resource.previous.map((id) => id.name))) {
      byName.set(name, [...(byName.get(name) ?? []), resource]);
    }
  }
  const wantedOf = referencesByKind(references);
  for (const resource of resources) {
    const wanted = wantedOf(resource.firstId);
    if (wanted.length === 0) continue;
    const referrer: Referrer = { resource, byName, isReachable: reachableFrom(resource) };
    for (const { spec, target } of wanted) {
      for (const path of fieldsOf(resource, spec, undefined)) updateField(referrer, path, { spec, target });
    }
  }
}

/** The fields of objects of a kind that name others; found once for each kind. */
function referencesByKind(references: readonly NameReference[]): (kind: GroupVersionKind) => readonly Reference[] {
  const known = byKind.get(references) ?? new Map<string, readonly Reference[]>();
  byKind.set(references, known);
  return (id) => {
    const key = `${id.group}/${id.version}/${id.kind}`;
    const present = known.get(key);
    if (present !== undefined) return present;
    const found = references.flatMap(({ fieldSpecs, ...target }) =>
      fieldSpecs.filter((spec) => isSelected(id, spec)).map((spec) => ({ spec: specOf(spec), target })),
    );
    known.set(key, found);
    return found;
  };
}

const byKind = new WeakMap<readonly NameReference[], Map<string, readonly Reference[]>>();

/** Its kind was compared already: by then it may be another one. */
function specOf({ path }: FieldSpec): FieldSpec {
  return { path };
}

interface Referrer {
  readonly resource: Resource;
  /** The objects that were once called by a name. */
  readonly byName: ReadonlyMap<string, readonly Resource[]>;
  /** Whether the referrer can name an object of the namespace of another one. */
  readonly isReachable: (other: Resource) => boolean;
}

interface Reference {
  readonly spec: FieldSpec;
  readonly target: Partial<GroupVersionKind>;
}

/** What an object may name: what belongs to no namespace, to its own, or to that of a subject of a RoleBinding. */
function reachableFrom(resource: Resource): (other: Resource) => boolean {
  if (resource.isClusterScoped) return () => true;
  const own = resource.id.namespace;
  const subjects = resource.type.kind === 'RoleBinding' ? listAt(resource.fields, 'subjects') : [];
  const homes = new Set(
    subjects.flatMap((subject) => (at(subject, 'kind') === 'ServiceAccount' ? textOf(at(subject, 'namespace')) : [])),
  );
  return (other) => other.isClusterScoped || other.id.namespace === own || homes.has(other.namespace);
}

function updateField(referrer: Referrer, path: Path, reference: Reference): void {
  const value = at(referrer.resource.fields, ...path);
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) {
    for (const index of value.keys()) updateOne(referrer, [...path, index], reference);
  } else updateOne(referrer, path, reference);
}

function updateOne(referrer: Referrer, path: Path, reference: Reference): void {
  const { resource } = referrer;
  const value = at(resource.fields, ...path);
  if (value === null || value === undefined) return;
  if (!isFields(value)) {
    const found = referral(referrer, textOf(value), () => true, reference);
    if (found !== undefined && found.name !== value) resource.set(path, found.name, undefined);
    return;
  }
  if (!Object.hasOwn(value, 'name')) {
    throw new Refusal('kustomize looks for a name here', 'add the field name', resource.originOf(path));
  }
  const namespace = at(value, 'namespace');
  const isInside = namespace === undefined || namespace === null ? () => true : isIn(referrer, textOf(namespace));
  const found = referral(referrer, textOf(value.name), isInside, reference);
  if (found === undefined || (found.name === value.name && found.namespace === '')) return;
  if (found.name !== value.name) resource.set([...path, 'name'], found.name, undefined);
  if (found.namespace !== '' && found.namespace !== namespace) {
    resource.set([...path, 'namespace'], found.namespace, found.originOf(['metadata', 'namespace']));
  }
}

/** The namespace that a field names is the first one of what it means, or the present one. */
function isIn({ byName, isReachable }: Referrer, namespace: string): (other: Resource) => boolean {
  const all = [...byName.values()].flat().filter(isReachable);
  const isFirst = (other: Resource): boolean => other.firstId.namespace === namespace && namespace !== NO_NAMESPACE;
  if (all.some(isFirst)) return isFirst;
  return (other) => other.id.namespace === namespace && namespace !== NO_NAMESPACE;
}

function referral(
  { resource, byName, isReachable }: Referrer,
  name: string,
  isInside: (other: Resource) => boolean,
  { spec, target }: Reference,
): Resource | undefined {
  const role = spec.path.endsWith('roleRef/name') ? roleOf(resource) : undefined;
  const own = resource.id.namespace;
  const candidates = (byName.get(name) ?? []).filter(
    (other) =>
      isReachable(other) &&
      isInside(other) &&
      other.previous.some((id) => isSelected(id, target)) &&
      (role === undefined || other.previous.some((id) => isSelected(id, role))) &&
      (resource.isClusterScoped ||
        other.isClusterScoped ||
        other.type.kind === 'ServiceAccount' ||
        other.id.namespace === own),
  );
  if (candidates.length < 2) return candidates[0];
  const alike = candidates.filter((other) => isAlike(resource, other, true));
  const same = alike.length > 1 ? alike.filter((other) => isAlike(resource, other, false)) : alike;
  const [first] = same;
  const isMap = isFields(at(resource.fields, ...spec.path.split('/')));
  const isOne = same.every((other) => other.name === first?.name && (!isMap || other.namespace === first.namespace));
  if (same.length < 2 || isOne) return first;
  const message = `${name} could mean ${same.map(({ id }) => labelOf(id)).join(' or ')}`;
  throw new Refusal(message, 'give one of them another name', resource.origin);
}

function roleOf({ fields }: Resource): Partial<GroupVersionKind> | undefined {
  const [group, kind] = [at(fields, 'roleRef', 'apiGroup'), at(fields, 'roleRef', 'kind')];
  return group === undefined || kind === undefined ? undefined : { group: textOf(group), kind: textOf(kind) };
}

/** Whether two objects got the same prefixes and suffixes last. */
function isAlike(one: Resource, other: Resource, allowsNone: boolean): boolean {
  return (['prefixes', 'suffixes'] as const).every((part) => {
    const [mine, theirs] = [one[part], other[part]];
    if (allowsNone && (mine.length === 0 || theirs.length === 0)) return true;
    const [short, long] = mine.length < theirs.length ? [mine, theirs] : [theirs, mine];
    if (short.length === 0) return long.length === 0;
    return short.every((text, index) => text === long[index + long.length - short.length]);
  });
}
