import type { ManifestDocument, Origin } from '../document.ts';
import { at, type Fields, isFields, type Path, textAt } from '../../text/values.ts';
import { isClusterScoped } from './kinds.ts';

/** What names a kind: an empty text for the group of the core API. */
export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** What an object is called, once or now. */
export interface ObjectId extends GroupVersionKind {
  readonly name: string;
  /** The effective one: `default` where none is written, and a name that no namespace can have where the kind has none. */
  readonly namespace: string;
}

/** Where kustomize refuses to build, thrown inside of the builder and told at its place. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly remedy: string;
  readonly origin: Origin | undefined;

  /** @param origin - the place, where it is not the entry of the kustomization that asks for it */
  constructor(message: string, remedy: string, origin?: Origin) {
    super(message);
    this.remedy = remedy;
    this.origin = origin;
  }
}

/** A refusal of what is not there: where something is not read it may be there all the same. */
export class NothingFound extends Refusal {}

/** A container of a value: a map or a list. */
type Container = Fields | readonly unknown[];

/**
 * From which text the parts of values came, noted where they are put into others. Values are never changed: each change makes new
 * containers along its path, so that a note on a container holds wherever it is found.
 */
export class Provenance {
  /** Entries of a container that came from elsewhere than it. */
  readonly #entries = new WeakMap<Container, Map<string | number, Origin>>();
  /** Containers whose own place does not follow from what holds them. */
  readonly #homes = new WeakMap<Container, Origin>();

  /** The origin of the value at a path of another one, which itself came from `start`. */
  of(root: unknown, start: Origin, path: Path): Origin {
    let [value, origin] = [root, start];
    for (const step of path) {
      const noted = isContainer(value) ? this.#entries.get(value)?.get(step) : undefined;
      value = isContainer(value) ? at(value, step) : undefined;
      const home = isContainer(value) ? this.#homes.get(value) : undefined;
      origin = noted ?? home ?? { document: origin.document, path: [...origin.path, step] };
    }
    return origin;
  }

  /** Notes that an entry of a new container came from somewhere. */
  note(container: Container, step: string | number, origin: Origin): void {
    const entries = this.#entries.get(container) ?? new Map<string | number, Origin>();
    this.#entries.set(container, entries.set(step, origin));
  }

  /** A list of values with the place that each came from. */
  list(items: readonly { readonly value: unknown; readonly origin: Origin }[]): readonly unknown[] {
    const made = items.map(({ value }) => value);
    for (const [index, { origin }] of items.entries()) this.note(made, index, origin);
    return made;
  }

  /** The value with another one at a path; maps on the way are made. The same one where that changes nothing. */
  put(root: unknown, path: Path, value: unknown, origin: Origin | undefined): unknown {
    const [step, ...rest] = path;
    if (step === undefined) return value;
    const old = isContainer(root) ? at(root, step) : undefined;
    const made = this.#copy(isContainer(root) ? root : {});
    (made as Record<string | number, unknown>)[step] = this.put(old, rest, value, origin);
    if (origin !== undefined && (rest.length === 0 || !isContainer(old))) this.note(made, step, origin);
    return made;
  }

  /** The value without what stands at a path; the places of what follows it in a list are kept. */
  drop(root: unknown, start: Origin, path: Path): unknown {
    const [step, ...rest] = path;
    if (step === undefined || !isContainer(root)) return root;
    if (rest.length > 0) {
      const old = at(root, step);
      if (!isContainer(old)) return root;
      const made = this.#copy(root);
      (made as Record<string | number, unknown>)[step] = this.drop(old, this.of(root, start, [step]), rest);
      return made;
    }
    if (Array.isArray(root)) {
      return this.list(this.items(root, start).filter((_, index) => index !== step));
    }
    const made = this.#copy(root);
    Reflect.deleteProperty(made, step);
    return made;
  }

  /** The items of a list with the place that each came from. */
  items(list: readonly unknown[], start: Origin): { readonly value: unknown; readonly origin: Origin }[] {
    return list.map((value, index) => ({ value, origin: this.of(list, start, [index]) }));
  }

  #copy(container: Container): Container {
    const made: Container = isFields(container) ? { ...container } : [...container];
    const entries = this.#entries.get(container);
    if (entries !== undefined) this.#entries.set(made, new Map(entries));
    const home = this.#homes.get(container);
    if (home !== undefined) this.#homes.set(made, home);
    return made;
  }
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}

/** How a generator's object meets one that is there already. */
export type Behavior = 'create' | 'merge' | 'replace' | 'unspecified';

/** An object while it is built: its fields and what kustomize remembers of its names. */
export class Resource {
  fields: Fields;
  readonly provenance: Provenance;
  origin: Origin;
  /** What it was called before, the oldest first. */
  previous: readonly ObjectId[] = [];
  prefixes: readonly string[] = [];
  suffixes: readonly string[] = [];
  /** Whether its name ends in a hash of its content. */
  isHashed = false;
  behavior: Behavior | undefined;
  /** Names of vars that are read from it. */
  variables: readonly string[] = [];
  /** What it is called, as long as it has these fields. */
  #named: { readonly fields: Fields; readonly id: ObjectId } | undefined;

  constructor(fields: Fields, origin: Origin, provenance: Provenance) {
    this.fields = fields;
    this.origin = origin;
    this.provenance = provenance;
  }

  get document(): ManifestDocument {
    return this.origin.document;
  }

  get name(): string {
    return scalarAt(this.fields, 'metadata', 'name');
  }

  /** As it is written; empty where it is not. */
  get namespace(): string {
    return scalarAt(this.fields, 'metadata', 'namespace');
  }

  get type(): GroupVersionKind {
    return typeOf(this.fields);
  }

  get isClusterScoped(): boolean {
    return isClusterScoped(this.fields);
  }

  get id(): ObjectId {
    if (this.#named?.fields === this.fields) return this.#named.id;
    const namespace = this.isClusterScoped ? NO_NAMESPACE : effectiveNamespace(this.namespace);
    const id = { ...this.type, name: this.name, namespace };
    this.#named = { fields: this.fields, id };
    return id;
  }

  /** What it was called at first. */
  get firstId(): ObjectId {
    return this.previous[0] ?? this.id;
  }

  /** Keeps what it is called now as one of its earlier names. */
  remember(): void {
    this.previous = [...this.previous, this.id];
  }

  originOf(path: Path): Origin {
    return this.provenance.of(this.fields, this.origin, path);
  }

  /** @param origin - where the value was written; where its field stands already if undefined */
  set(path: Path, value: unknown, origin: Origin | undefined): void {
    this.fields = this.provenance.put(this.fields, path, value, origin) as Fields;
  }

  remove(path: Path): void {
    this.fields = this.provenance.drop(this.fields, this.origin, path) as Fields;
  }

  /** Whether kustomize has notes in its annotations while it builds: with them there is a map that a JSON patch can add to. */
  get hasNotes(): boolean {
    return (
      this.previous.length > 0 ||
      this.prefixes.length + this.suffixes.length > 0 ||
      this.isHashed ||
      this.behavior !== undefined
    );
  }
}

/** What stands for the namespace of kinds that have none. */
export const NO_NAMESPACE = '_non_namespaceable_';

/** The namespace that is meant: `default` where none is written. */
export function effectiveNamespace(namespace: string): string {
  return namespace === '' ? 'default' : namespace;
}

/** What names the kind of an object. */
export function typeOf(fields: Fields): GroupVersionKind {
  const apiVersion = textAt(fields, 'apiVersion') ?? '';
  const slash = apiVersion.indexOf('/');
  const [group, version] = slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
  return { group, version, kind: textAt(fields, 'kind') ?? '' };
}

/** Whether a kind is one of those that a selector means, in which an empty part means all. */
export function isSelected(type: GroupVersionKind, selector: Partial<GroupVersionKind>): boolean {
  return (['group', 'version', 'kind'] as const).every(
    (part) => (selector[part] ?? '') === '' || selector[part] === type[part],
  );
}

/** The same text for names that mean the same object. */
export function idKey({ group, version, kind, namespace, name }: ObjectId): string {
  return `${group}/${version}/${kind}/${namespace}/${name}`;
}

/** Whether two names mean the same object. */
export function isSameId(one: ObjectId, other: ObjectId): boolean {
  return one.namespace === other.namespace && isSameNamed(one, other);
}

/** Whether two names mean the same object, whatever their namespaces. */
function isSameNamed(one: ObjectId, other: ObjectId): boolean {
  return (
    one.name === other.name && one.kind === other.kind && one.group === other.group && one.version === other.version
  );
}

/** An object as messages name it. */
export function labelOf({ kind, name, namespace }: ObjectId): string {
  const home = namespace === NO_NAMESPACE || namespace === 'default' ? '' : ` in the namespace ${namespace}`;
  return `${kind === '' ? 'object' : kind} ${name}${home}`;
}

/** The text of a scalar as YAML has it; empty for what is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function scalarAt(fields: Fields, ...path: Path): string {
  return textOf(at(fields, ...path));
}

/** A map of texts with what is in it, the values that are no texts written as such. */
export function textsAt(fields: Fields, ...path: Path): Record<string, string> {
  const found = at(fields, ...path);
  if (!isFields(found)) return {};
  return Object.fromEntries(Object.entries(found).map(([key, value]) => [key, textOf(value)]));
}
