import { posix } from 'node:path';
import { dataOf, type ManifestDocument } from '../document.ts';
import { at, type Fields, isFields, listAt, textAt } from '../../text/values.ts';
import {
  buildFolder,
  type BuildProblem,
  type BuiltObject,
  isClusterScoped,
  kustomizationIn,
  objectOf,
} from '../kustomize/build.ts';
import { substitute, SUBSTITUTE_KEY } from './substitution.ts';
import type { ManifestTree } from '../tree.ts';

/** A Kustomization of Flux: a folder that it builds, substitutes variables in and applies. */
export interface FluxKustomization {
  readonly document: ManifestDocument;
  readonly fields: Fields;
  readonly originOf: BuiltObject['originOf'];
  readonly namespace: string;
  readonly name: string;
  /** The folder that it applies, relative to the cluster's root. */
  readonly folder: string;
  /** Whether that folder has files. */
  readonly hasFolder: boolean;
  /** Whether that folder has a kustomization.yaml of its own. */
  readonly hasKustomization: boolean;
  /** What substitutes variables; undefined where nothing does, so that `${...}` stays as it is. */
  readonly substitution: Substitution | undefined;
}

/** The variables of a Kustomization. */
export interface Substitution {
  /** All names that are defined. */
  readonly names: ReadonlySet<string>;
  /** Values as far as they are known: what SOPS encrypted is not. */
  readonly values: ReadonlyMap<string, string>;
  /** Whether a Secret or ConfigMap that is optional, or not in the tree, may define more. */
  readonly isOpen: boolean;
}

/** An object as it will be in the cluster, but for variables, which are replaced in its name and namespace alone. */
export interface AppliedObject {
  readonly fields: Fields;
  /** Where it is written. */
  readonly document: ManifestDocument;
  /** Which text the value at a path of `fields` came from. */
  readonly originOf: BuiltObject['originOf'];
  readonly apiVersion: string;
  readonly group: string;
  readonly kind: string;
  /** After substitution. */
  readonly name: string;
  /** Undefined where the kind has none. */
  readonly namespace: string | undefined;
  /** Who applies it; undefined for the bootstrap. */
  readonly owner: FluxKustomization | undefined;
}

/** Everything that Flux will apply. */
export interface FluxTree {
  readonly kustomizations: readonly FluxKustomization[];
  readonly objects: readonly AppliedObject[];
  /** The objects of components that nothing uses: they are there for apps to come. */
  readonly library: readonly AppliedObject[];
  /** Every file below kubernetes/ that is part of it. */
  readonly used: ReadonlySet<string>;
  readonly problems: readonly BuildProblem[];
}

const GROUP = 'kustomize.toolkit.fluxcd.io';
const DEFAULT_ROOT = 'kubernetes/flux/cluster';

/** Follows the Kustomizations from the one that the Flux instance syncs; the files of bootstrap/ are applied by hand before. */
export function fluxTree(tree: ManifestTree): FluxTree {
  const follower: Follower = {
    tree,
    kustomizations: [],
    objects: bootstrapObjects(tree),
    library: [],
    used: new Set(),
    problems: [],
  };
  follow(follower, syncFolder(tree), undefined);
  addLibrary(follower);
  return follower;
}

interface Follower {
  readonly tree: ManifestTree;
  readonly kustomizations: FluxKustomization[];
  readonly objects: AppliedObject[];
  readonly library: AppliedObject[];
  readonly used: Set<string>;
  readonly problems: BuildProblem[];
}

function bootstrapObjects(tree: ManifestTree): AppliedObject[] {
  const documents = tree.documents.filter(({ file }) => file.path.startsWith('bootstrap/'));
  return documents.flatMap(objectOf).map((object) => applied(object, undefined));
}

/** The folder that the instance syncs: the values of the chart flux-instance, or a FluxInstance of its own. */
function syncFolder(tree: ManifestTree): string {
  const instances = tree.documents.flatMap(({ fields }) => [
    textAt(fields, 'spec', 'values', 'instance', 'sync', 'path') ?? [],
    (fields.kind === 'FluxInstance' ? textAt(fields, 'spec', 'sync', 'path') : undefined) ?? [],
  ]);
  return posix.normalize(instances.flat()[0] ?? DEFAULT_ROOT).replace(/\/$/, '');
}

function follow(follower: Follower, folder: string, owner: FluxKustomization | undefined): void {
  const build = buildFolder(follower.tree, folder);
  for (const path of build.used) follower.used.add(path);
  follower.problems.push(...build.problems);
  const objects = build.objects.map((object) => applied(object, owner));
  follower.objects.push(...objects);
  const children = build.objects.filter(
    ({ apiVersion, kind }) => kind === 'Kustomization' && apiVersion.startsWith(`${GROUP}/`),
  );
  for (const child of children) {
    const kustomization = readKustomization(follower.tree, child, follower.objects);
    const isKnown = follower.kustomizations.some(({ document }) => document === kustomization.document);
    if (isKnown) continue;
    follower.kustomizations.push(kustomization);
    follow(follower, kustomization.folder, kustomization);
  }
}

/** A component that nobody lists is no mistake. */
function addLibrary(follower: Follower): void {
  const { tree, library, used, problems } = follower;
  for (const { file, fields } of tree.documents) {
    if (fields.kind !== 'Component' || used.has(file.path)) continue;
    const build = buildFolder(tree, posix.dirname(file.path));
    for (const path of build.used) used.add(path);
    problems.push(...build.problems);
    library.push(...build.objects.map((object) => applied(object, undefined)));
  }
}

function readKustomization(
  tree: ManifestTree,
  { fields, document, originOf, name, namespace }: BuiltObject,
  present: readonly AppliedObject[],
): FluxKustomization {
  const folder = posix.normalize(textAt(fields, 'spec', 'path') ?? '.').replace(/\/$/, '');
  const home = namespace ?? 'flux-system';
  return {
    document,
    fields,
    originOf,
    name,
    namespace: home,
    folder,
    hasFolder: tree.folders.has(folder),
    hasKustomization: kustomizationIn(tree, folder) !== undefined,
    substitution: substitutionOf(fields, home, present),
  };
}

function substitutionOf(
  fields: Fields,
  namespace: string,
  present: readonly AppliedObject[],
): Substitution | undefined {
  const [inline, sources] = [
    at(fields, 'spec', 'postBuild', 'substitute'),
    listAt(fields, 'spec', 'postBuild', 'substituteFrom'),
  ];
  if (!isFields(inline) && sources.length === 0) return undefined;
  const entries: [string, string][] = [];
  let isOpen = false;
  for (const source of sources) {
    const [kind, name] = [textAt(source, 'kind'), textAt(source, 'name')];
    const found = present.find((one) => one.kind === kind && one.name === name && one.namespace === namespace);
    if (found === undefined) isOpen = true;
    else entries.push(...dataOf(found.fields));
  }
  entries.push(
    ...Object.entries(isFields(inline) ? inline : {}).map(([key, value]): [string, string] => [key, String(value)]),
  );
  const known = entries.filter(([, value]) => !value.startsWith('ENC['));
  return { names: new Set(entries.map(([name]) => name)), values: new Map(known), isOpen };
}

function applied(built: BuiltObject, owner: FluxKustomization | undefined): AppliedObject {
  const { fields, document, originOf, apiVersion, kind, name } = built;
  const target = owner === undefined ? undefined : textAt(owner.fields, 'spec', 'targetNamespace');
  const namespace = isClusterScoped(kind) ? undefined : (target ?? built.namespace ?? owner?.namespace ?? 'default');
  const resolve = resolver(fields, owner);
  return {
    fields,
    document,
    originOf,
    apiVersion,
    group: apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '',
    kind,
    name: resolve(name),
    namespace: namespace === undefined ? undefined : resolve(namespace),
    owner,
  };
}

/** Replaces variables in a text of an object the way the Kustomization that applies it does. */
export function resolverOf({ fields, owner }: Pick<AppliedObject, 'fields' | 'owner'>): (text: string) => string {
  return resolver(fields, owner);
}

function resolver(fields: Fields, owner: FluxKustomization | undefined): (text: string) => string {
  const values = owner?.substitution?.values;
  return values === undefined || !isSubstituted(fields) ? (text) => text : (text) => substitute(text, values);
}

/** Whether Flux substitutes variables in an object: unless a label or annotation of it says otherwise. */
export function isSubstituted(fields: Fields): boolean {
  return ['labels', 'annotations'].every((key) => textAt(fields, 'metadata', key, SUBSTITUTE_KEY) !== 'disabled');
}
