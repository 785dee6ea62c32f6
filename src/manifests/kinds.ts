import knownIndex from '../../schemas/kubernetes/index.json' with { type: 'json' };
import { at, type Fields, listAt, textAt } from '../text/values.ts';
import { suggestNearest } from '../text/suggest.ts';
import type { ManifestTree } from './tree.ts';

// What is known of kinds without reading a schema: where it comes from says schemas/kubernetes/NOTICE.md. A definition that lies in the
// repository itself is what its cluster gets, and counts before what came with the program.

/** A kind as an object names it. */
export interface KindName {
  readonly apiVersion: string;
  readonly kind: string;
}

/** A version of a kind that is known. */
interface KnownVersion {
  /** False where objects of it can no longer be applied. */
  readonly served?: false;
  readonly deprecated?: true;
  /** Minor versions of Kubernetes from and up to which it is there. */
  readonly 'x-since'?: string;
  readonly 'x-until'?: string;
}

interface KnownKind {
  readonly scope: 'Cluster' | 'Namespaced';
  readonly versions: Readonly<Record<string, KnownVersion>>;
}

interface KnownGroup {
  /** The project that defines its kinds. */
  readonly source: string;
  /** A licence under which nothing but names could be taken; absent where there are schemas. */
  readonly licence?: string;
  readonly kinds: Readonly<Record<string, KnownKind>>;
}

/** By group, version and kind. */
type ByKind<T> = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, T>>>>>>;

interface KnownIndex {
  /** Minor versions of Kubernetes whose own kinds are known, ascending. */
  readonly minors: readonly string[];
  /** Origins of the projects with their versions. */
  readonly sources: Readonly<Record<string, string>>;
  /** The minor version of Kubernetes that has a kind first, of those before the ones that are known whole. */
  readonly introduced: ByKind<string>;
  /** The last minor version of Kubernetes that has a kind, of those before the ones that are known, and where it is today. */
  readonly removed: ByKind<{ readonly until: string; readonly to?: string }>;
  readonly groups: Readonly<Record<string, KnownGroup>>;
}

const INDEX = knownIndex as KnownIndex;

/** What is known of a kind. */
export type KindState =
  | {
      readonly state: 'served';
      readonly isNamespaced: boolean;
      readonly version: KnownVersion;
      /** Where it is defined: a project, or the file of a definition in the tree. */
      readonly source: string;
    }
  /** The kind is known, this version of it is not served. */
  | {
      readonly state: 'unserved';
      readonly served: readonly string[];
      readonly source: string;
      /** Whether an older release of the project may have served it, so that it is right where that one is installed. */
      readonly mayBeOlder: boolean;
    }
  /** The group is known, and has no such kind; `near` is the one that was meant. */
  | {
      readonly state: 'no-kind';
      readonly near: string | undefined;
      readonly source: string;
      readonly isComplete: boolean;
    }
  /** Kubernetes served it up to a minor version; `to` is where the kind is today. */
  | { readonly state: 'gone'; readonly until: string; readonly to: string | undefined }
  /** Kubernetes serves it from a minor version on, and the one of the cluster comes before; `served` are versions that this one has. */
  | { readonly state: 'early'; readonly since: string; readonly served: readonly string[] }
  /** Nothing is known of the group. */
  | { readonly state: 'unknown' };

/** A definition in the tree. */
interface OwnDefinition {
  /** The file that it stands in. */
  readonly file: string;
  /** Of kind CustomResourceDefinition. */
  readonly fields: Fields;
}

/** What is known of kinds in one tree. */
export interface Kinds {
  /** Minor version of Kubernetes that the objects are for, `1.36`; undefined where it is not known, so that what any known one has counts. */
  readonly minor: string | undefined;
  /** Whether a definition in the tree says what there is of this kind, whatever the version. */
  readonly isDefinedHere: (name: KindName) => boolean;
  readonly stateOf: (name: KindName) => KindState;
  /** The definition in the tree that serves this kind and version. */
  readonly ownDefinition: (name: KindName) => OwnDefinition | undefined;
}

/** What the program knows, and what the definitions of a tree say. */
export function kindsOf(definitions: readonly OwnDefinition[], minor?: string): Kinds {
  const own = new Map(definitions.map((one) => [keyOf(textAt(one.fields, 'spec', 'group') ?? '', kindOf(one)), one]));
  const ownDefinition = ({ apiVersion, kind }: KindName): OwnDefinition | undefined => {
    const { group, version } = partsOf(apiVersion);
    const found = own.get(keyOf(group, kind));
    return found !== undefined && ownVersions(found)[version]?.served === undefined && version in ownVersions(found)
      ? found
      : undefined;
  };
  return {
    minor,
    isDefinedHere: ({ apiVersion, kind }) => own.has(keyOf(partsOf(apiVersion).group, kind)),
    ownDefinition,
    stateOf(name) {
      const { group, version } = partsOf(name.apiVersion);
      const found = own.get(keyOf(group, name.kind));
      if (found === undefined) return stateByIndex(name, minor);
      const scope = at(found.fields, 'spec', 'scope') === 'Cluster' ? 'Cluster' : 'Namespaced';
      return stateOfKind({ scope, versions: ownVersions(found) }, version, found.file, false);
    },
  };
}

/** Whether a kind belongs to a namespace; undefined where the kind is not known. */
export function isNamespaced({ apiVersion, kind }: KindName): boolean | undefined {
  const known = INDEX.groups[partsOf(apiVersion).name]?.kinds[kind];
  return known === undefined ? undefined : known.scope === 'Namespaced';
}

/** Whether there is a schema of the kind and version among those that come with the program. */
export function hasSchema({ apiVersion, kind }: KindName): boolean {
  const { name, version } = partsOf(apiVersion);
  const group = INDEX.groups[name];
  const known = group?.licence === undefined ? group?.kinds[kind]?.versions[version] : undefined;
  return known !== undefined && known.served !== false;
}

/** Group and version of an apiVersion; the group without a name is `core` among the files. */
export function partsOf(apiVersion: string): {
  readonly group: string;
  readonly name: string;
  readonly version: string;
} {
  const slash = apiVersion.indexOf('/');
  const group = slash === -1 ? '' : apiVersion.slice(0, slash);
  return { group, name: group === '' ? 'core' : group, version: apiVersion.slice(slash + 1) };
}

/** The project of a group with its version, as far as it is known. */
export function originOfSource(source: string): string {
  const version = INDEX.sources[source]?.split('@')[1];
  return version === undefined ? source : `${source} ${version}`;
}

/** Groups whose kinds are all known, as they come with the version of Kubernetes or Flux. */
function isComplete(source: string): boolean {
  return source === 'Kubernetes' || source.startsWith('Flux ');
}

function stateByIndex({ apiVersion, kind }: KindName, minor: string | undefined): KindState {
  const { name, version } = partsOf(apiVersion);
  const removed = INDEX.removed[name]?.[version]?.[kind];
  if (removed !== undefined) {
    // What an older cluster takes is known by name alone.
    const isThere = minor !== undefined && compareMinors(minor, removed.until) <= 0;
    return isThere ? { state: 'unknown' } : { state: 'gone', until: removed.until, to: removed.to };
  }
  const group = INDEX.groups[name];
  if (group === undefined) return { state: 'unknown' };
  const known = Object.hasOwn(group.kinds, kind) ? group.kinds[kind] : undefined;
  const state = known && stateOfKind(known, version, group.source, !isComplete(group.source));
  if (known !== undefined && state !== undefined) return stateIn(minor, { apiVersion, kind }, known) ?? state;
  const near = suggestNearest(kind, Object.keys(group.kinds));
  return { state: 'no-kind', near, source: group.source, isComplete: isComplete(group.source) };
}

function stateOfKind({ scope, versions }: KnownKind, version: string, source: string, isForeign: boolean): KindState {
  const known = Object.hasOwn(versions, version) ? versions[version] : undefined;
  if (known !== undefined && known.served !== false)
    return { state: 'served', isNamespaced: scope === 'Namespaced', version: known, source };
  const served = Object.keys(versions).filter((one) => versions[one]?.served !== false);
  const mayBeOlder = isForeign && VERSION.test(version) && served.every((one) => compareVersions(version, one) < 0);
  return { state: 'unserved', served: served.sort(compareVersions).reverse(), source, mayBeOlder };
}

/** Whether a version of a kind is one that the cluster's Kubernetes does not have; undefined where it has it, or that is not known. */
function stateIn(minor: string | undefined, { apiVersion, kind }: KindName, known: KnownKind): KindState | undefined {
  if (minor === undefined) return undefined;
  const { group, name, version } = partsOf(apiVersion);
  const spanOf = (one: string): { readonly since: string | undefined; readonly until: string | undefined } => ({
    since: known.versions[one]?.['x-since'] ?? INDEX.introduced[name]?.[one]?.[kind],
    until: known.versions[one]?.['x-until'],
  });
  const isEarly = (one: string): boolean => compareMinors(minor, spanOf(one).since ?? minor) < 0;
  const isLate = (one: string): boolean => compareMinors(minor, spanOf(one).until ?? minor) > 0;
  const { since, until } = spanOf(version);
  if (!Object.hasOwn(known.versions, version)) return undefined;
  const served = Object.keys(known.versions)
    .filter((one) => known.versions[one]?.served !== false && !isEarly(one) && !isLate(one))
    .sort(compareVersions)
    .reverse()
    .map((one) => (group === '' ? one : `${group}/${one}`));
  if (since !== undefined && isEarly(version)) return { state: 'early', since, served };
  return until !== undefined && isLate(version) ? { state: 'gone', until, to: served[0] } : undefined;
}

/** The minor version of Kubernetes in a text such as `v1.36.1` or `1.36`; undefined where there is none. */
function minorOf(version: unknown): string | undefined {
  return typeof version === 'string' ? /^v?(1\.\d+)(?:\.\d+)?(?:[-+].*)?$/.exec(version)?.[1] : undefined;
}

/** Whether a minor version comes before (negative), is or comes after (positive) another one. */
export function compareMinors(one: string, other: string): number {
  return Number(one.split('.')[1]) - Number(other.split('.')[1]);
}

const TALOS_FILES = /(?:^|\/)tal(?:env|config)[^/]*\.ya?ml$/;

/**
 * The minor version of Kubernetes that a repository says it runs: in the files of talhelper, or in what upgrades it. Undefined where nothing
 * does, or where its clusters run several.
 */
export function minorIn({ documents }: Pick<ManifestTree, 'documents'>): string | undefined {
  const found = documents.flatMap(({ file, fields }) => {
    if (TALOS_FILES.test(file.path)) return minorOf(fields.kubernetesVersion) ?? [];
    return fields.kind === 'KubernetesUpgrade' ? (minorOf(at(fields, 'spec', 'kubernetes', 'version')) ?? []) : [];
  });
  const minors = new Set(found);
  return minors.size === 1 ? [...minors][0] : undefined;
}

const VERSION = /^v(\d+)(?:(alpha|beta)(\d+))?$/;

/** https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#version-priority */
function compareVersions(one: string, other: string): number {
  const [a, b] = [one, other].map((version) => {
    const [, major = '0', stage, minor = '0'] = VERSION.exec(version) ?? [];
    return [stage === 'alpha' ? 0 : stage === 'beta' ? 1 : 2, Number(major), Number(minor)] as const;
  });
  if (a === undefined || b === undefined) return 0;
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

function keyOf(group: string, kind: string): string {
  return `${group}/${kind}`;
}

function kindOf({ fields }: OwnDefinition): string {
  return textAt(fields, 'spec', 'names', 'kind') ?? '';
}

function ownVersions({ fields }: OwnDefinition): Record<string, KnownVersion> {
  return Object.fromEntries(
    listAt(fields, 'spec', 'versions').map((version) => [
      textAt(version, 'name') ?? '',
      {
        ...(at(version, 'served') === false ? { served: false as const } : {}),
        ...(at(version, 'deprecated') === true ? { deprecated: true as const } : {}),
      },
    ]),
  );
}
