import knownIndex from '../../schemas/kubernetes/index.json' with { type: 'json' };
import { at, type Fields, listAt, textAt } from '../text/values.ts';
import { suggestNearest } from '../text/suggest.ts';

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

interface KnownIndex {
  /** Minor versions of Kubernetes whose own kinds are known, ascending. */
  readonly minors: readonly string[];
  /** Origins of the projects with their versions. */
  readonly sources: Readonly<Record<string, string>>;
  /** Where kinds of groups that are gone are today, by group, version and kind. */
  readonly removed: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;
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
  /** The kind is there in another group today. */
  | { readonly state: 'moved'; readonly to: string }
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
  /** Whether a definition in the tree says what there is of this kind, whatever the version. */
  readonly isDefinedHere: (name: KindName) => boolean;
  readonly stateOf: (name: KindName) => KindState;
  /** The definition in the tree that serves this kind and version. */
  readonly ownDefinition: (name: KindName) => OwnDefinition | undefined;
}

/** What the program knows, and what the definitions of a tree say. */
export function kindsOf(definitions: readonly OwnDefinition[]): Kinds {
  const own = new Map(definitions.map((one) => [keyOf(textAt(one.fields, 'spec', 'group') ?? '', kindOf(one)), one]));
  const ownDefinition = ({ apiVersion, kind }: KindName): OwnDefinition | undefined => {
    const { group, version } = partsOf(apiVersion);
    const found = own.get(keyOf(group, kind));
    return found !== undefined && ownVersions(found)[version]?.served === undefined && version in ownVersions(found)
      ? found
      : undefined;
  };
  return {
    isDefinedHere: ({ apiVersion, kind }) => own.has(keyOf(partsOf(apiVersion).group, kind)),
    ownDefinition,
    stateOf(name) {
      const { group, version } = partsOf(name.apiVersion);
      const found = own.get(keyOf(group, name.kind));
      if (found === undefined) return stateByIndex(name);
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

function stateByIndex({ apiVersion, kind }: KindName): KindState {
  const { name, version } = partsOf(apiVersion);
  const moved = INDEX.removed[name]?.[version]?.[kind];
  if (moved !== undefined) return { state: 'moved', to: moved };
  const group = INDEX.groups[name];
  if (group === undefined) return { state: 'unknown' };
  const known = Object.hasOwn(group.kinds, kind) ? group.kinds[kind] : undefined;
  if (known !== undefined) return stateOfKind(known, version, group.source, !isComplete(group.source));
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
