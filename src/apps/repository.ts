import { posix } from 'node:path';
import type { ManifestFile } from '../manifests/document.ts';
import type { AppliedObject, FluxKustomization, FluxTree } from '../manifests/flux/tree.ts';
import { indexObjects, type ObjectIndex } from '../manifests/objects.ts';
import type { ManifestTree } from '../manifests/tree.ts';
import { listAt, textAt } from '../text/values.ts';
import { type Candidate, candidatesIn, isBelow, WORKLOADS } from './candidates.ts';

// What applications there are in a repository, in whatever way it is laid out.

/** A kustomization that lists something of an app, and how. */
interface Registration {
  readonly file: ManifestFile;
  readonly list: 'resources' | 'components' | 'bases';
  /** As it is written. */
  readonly entry: string;
  /** The file or folder that it leads to. */
  readonly target: string;
}

/** An application: what Flux applies out of one folder. */
export interface App {
  /** Where its objects go. */
  readonly namespace: string;
  readonly name: string;
  /** Relative to the top; everything below it is of the app. */
  readonly folder: string;
  /** Its own Kustomizations of Flux; none where one that applies more than this app brings it. */
  readonly kustomizations: readonly FluxKustomization[];
  /** Whoever applies its objects. */
  readonly owners: readonly FluxKustomization[];
  readonly objects: readonly AppliedObject[];
  /** Every file below the folder. */
  readonly files: readonly ManifestFile[];
  readonly registrations: readonly Registration[];
  /** The cluster that it belongs to. */
  readonly cluster: Cluster;
}

/** One cluster of a repository. */
interface Cluster {
  readonly flux: FluxTree;
  readonly index: ObjectIndex;
}

/** The apps of a repository with what they were found in. */
export interface AppRepository {
  readonly files: readonly ManifestFile[];
  readonly tree: ManifestTree;
  readonly clusters: readonly Cluster[];
  /** By namespace and name. */
  readonly apps: readonly App[];
}

/**
 * Finds the apps of a repository. An app is a folder with a Kustomization of Flux that lies in it or beside what it applies; where one
 * Kustomization brings several releases or workloads, each folder with one is an app.
 *
 * @param files - all files of the repository, or of its rendered tree
 * @param clusters - what Flux makes of them
 */
export function findApps(
  files: readonly ManifestFile[],
  tree: ManifestTree,
  clusters: readonly FluxTree[],
): AppRepository {
  const listings = listingsIn(tree);
  const read = clusters.map((flux) => ({ flux, index: indexObjects(flux) }));
  const apps = read.flatMap((cluster) =>
    candidatesIn(tree, cluster.flux).map((candidate) => appOf(candidate, { files, listings, cluster })),
  );
  return { files, tree, clusters: read, apps: apps.sort(byName) };
}

function byName(one: App, other: App): number {
  return compare(one.namespace, other.namespace) || compare(one.name, other.name) || compare(one.folder, other.folder);
}

/** `default/echo`. */
export function appLabel({ namespace, name }: Pick<App, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}
function appOf(
  { folder, kustomizations, objects }: Candidate,
  around: { files: readonly ManifestFile[]; listings: readonly Registration[]; cluster: Cluster },
): App {
  const { files, listings, cluster } = around;
  const owned = kustomizations.map(({ document }) => document.file.path);
  const registrations = listings.filter(
    ({ target, file }) => !isBelow(file.path, folder) && (target === folder || owned.includes(target)),
  );
  return {
    namespace: namespaceOf(kustomizations, objects),
    name: nameOf(folder, kustomizations, objects),
    folder,
    kustomizations,
    owners: [...new Set(objects.flatMap(({ owner }) => owner ?? []))],
    objects,
    files: files.filter(({ path }) => isBelow(path, folder)),
    registrations,
    cluster,
  };
}

/** Where most of its objects go, or a Kustomization says that they shall. */
function namespaceOf(kustomizations: readonly FluxKustomization[], objects: readonly AppliedObject[]): string {
  const [first] = kustomizations;
  const target = textAt(first?.fields, 'spec', 'targetNamespace');
  if (target !== undefined) return target;
  const counts = new Map<string, number>();
  for (const { namespace, kind } of objects) {
    if (namespace !== undefined) counts.set(namespace, (counts.get(namespace) ?? 0) + (WORKLOADS.has(kind) ? 100 : 1));
  }
  const [most] = [...counts].sort(([one, a], [other, b]) => b - a || compare(one, other));
  return most?.[0] ?? first?.namespace ?? 'default';
}

/** Folders that are called by what they hold say nothing of the app. */
const GENERAL = /^(?:app|apps|base|deploy|manifests|production|staging|prod|dev|test|overlays?)$/;

function nameOf(
  folder: string,
  kustomizations: readonly FluxKustomization[],
  objects: readonly AppliedObject[],
): string {
  const own = posix.basename(folder).replace(/\.ya?ml$/, '');
  const names = [...kustomizations, ...objects.filter(({ kind }) => WORKLOADS.has(kind))].map(({ name }) => name);
  if (folder.endsWith('.yaml') || folder.endsWith('.yml')) return names[0] ?? own;
  return GENERAL.test(own) ? (names[0] ?? own) : own;
}

/** Everything that kustomizations list, with where it leads. */
function listingsIn({ documents }: ManifestTree): Registration[] {
  return documents.flatMap(({ file, fields }) => {
    if (!(textAt(fields, 'apiVersion') ?? 'kustomize.config.k8s.io/').startsWith('kustomize.config.k8s.io/')) return [];
    if (!/(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/.test(file.path)) return [];
    return (['resources', 'components', 'bases'] as const).flatMap((list) =>
      listAt(fields, list).flatMap((entry): Registration[] => {
        if (typeof entry !== 'string' || /^\w+:\/\//.test(entry)) return [];
        const target = posix.normalize(posix.join(posix.dirname(file.path), entry)).replace(/\/$/, '');
        return [{ file, list, entry, target }];
      }),
    );
  });
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
