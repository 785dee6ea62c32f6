import { posix } from 'node:path';
import { asFields, at, type Fields, isFields, listAt, type Path, textAt } from '../../text/values.ts';
import { dataOf, type ManifestDocument, type Origin } from '../document.ts';
import { buildFolder } from '../kustomize/build.ts';
import { kustomizationIn } from '../kustomize/files.ts';
import { type BuiltObject, isClusterScoped, objectOf } from '../kustomize/objects.ts';
import type { BuildProblem } from '../kustomize/problems.ts';
import type { ManifestTree } from '../tree.ts';
import { folderOfArtifact } from './artifacts.ts';
import { buildFluxFolder } from './overlay.ts';
import {
  FLUX_NAMESPACE,
  folderOf,
  isFluxKustomization,
  isSameRepository,
  type Root,
  rootAt,
  rootCandidates,
  urlOf,
} from './roots.ts';
import { substitute, SUBSTITUTE_KEY, VARIABLE_NAME } from './substitution.ts';
import { unsetRefusal } from './version.ts';

/** A Kustomization of Flux: a folder that it builds, substitutes variables in and applies. */
export interface FluxKustomization {
  readonly document: ManifestDocument;
  readonly fields: Fields;
  readonly originOf: BuiltObject['originOf'];
  readonly namespace: string;
  readonly name: string;
  /** The folder that it applies, relative to the cluster's root. */
  readonly folder: string;
  /** Whether it applies a folder of another repository. */
  readonly isElsewhere: boolean;
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
  /** Names that Flux takes for none, with the place of what brings them: it refuses the whole Kustomization. */
  readonly refused: readonly { readonly name: string; readonly path: Path }[];
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

/**
 * What a cluster gets from elsewhere: a folder of another repository, a manifest on the network or what a generator makes, what an operator
 * makes of a set.
 */
export interface Unread {
  readonly what: 'kustomization' | 'remote' | 'resource-set';
  readonly origin: Origin;
  /** A name or an address. */
  readonly target: string;
  /** The namespace that all of it goes to; undefined where it may be any. */
  readonly namespace: string | undefined;
  /** Where a Kustomization gets it from. */
  readonly source?: { readonly kind: string; readonly namespace: string; readonly name: string };
}

/** Everything that Flux will apply in one cluster. */
export interface FluxTree {
  readonly root: Root;
  readonly kustomizations: readonly FluxKustomization[];
  readonly objects: readonly AppliedObject[];
  /** The objects of components that nothing uses: they are there for apps to come. */
  readonly library: readonly AppliedObject[];
  /** Every file that is part of it. */
  readonly used: ReadonlySet<string>;
  readonly problems: readonly BuildProblem[];
  readonly unread: readonly Unread[];
  /** Whether a script or a template of the bootstrap names an object: what lies there is not read. */
  readonly isMentioned: (name: string) => boolean;
  /** Whether a variable that nothing defines stops its Kustomization, rather than being replaced by nothing. */
  readonly refusesUnset: () => boolean;
}

const DEFAULT_ROOT = 'kubernetes/flux/cluster';

/**
 * Follows the Kustomizations of each cluster from where Flux begins; the files of bootstrap/ are applied by hand before.
 *
 * @param paths - folders to begin at instead of those that the repository tells
 * @returns none where nothing of Flux is in the repository
 */
export function fluxTrees(tree: ManifestTree, paths: readonly string[] = []): FluxTree[] {
  if (paths.length > 0) return paths.map((path) => followRoot(tree, rootAt(tree, path)));
  const found: FluxTree[] = [];
  const reached = new Set<string>();
  for (const candidates of rootCandidates(tree)) {
    const isFirst = found.length === 0;
    for (const root of candidates) {
      const [folder = ''] = root.folders;
      const isKnown = root.folders.every((one) => isReached(reached, one));
      const isBeside = found.some(({ root: { folders } }) => folders.some((one) => isSibling(one, folder)));
      if (isKnown || (!isFirst && !isBeside)) continue;
      const followed = followRoot(tree, root);
      found.push(followed);
      for (const one of [...root.folders, ...followed.kustomizations.map((built) => built.folder)]) reached.add(one);
      for (const path of followed.used) reached.add(posix.dirname(path));
    }
  }
  return found;
}

/** As `fluxTrees`, for a repository of one cluster; the folder that this template renders where nothing of Flux is there. */
export function fluxTree(tree: ManifestTree): FluxTree {
  return fluxTrees(tree)[0] ?? followRoot(tree, rootAt(tree, DEFAULT_ROOT));
}

function isReached(reached: ReadonlySet<string>, folder: string): boolean {
  return reached.has(folder) || [...reached].some((one) => folder.startsWith(`${one}/`));
}

function isSibling(one: string, other: string): boolean {
  const parent = posix.dirname(one);
  return one !== other && posix.basename(parent) === 'clusters' && parent === posix.dirname(other);
}

/** A second time where variables come from what is applied later. */
function followRoot(tree: ManifestTree, root: Root): FluxTree {
  const first = followOnce(tree, root, []);
  const isWhole = first.kustomizations.every(({ substitution }) => substitution?.isOpen !== true);
  return isWhole ? first : followOnce(tree, root, first.objects);
}

function followOnce(tree: ManifestTree, root: Root, known: readonly AppliedObject[]): FluxTree {
  const follower: Follower = {
    tree,
    root,
    kustomizations: [],
    objects: [],
    library: [],
    used: new Set(),
    problems: [],
    unread: [],
    isMentioned: mentionsIn(tree),
    refusesUnset: unsetRefusal(tree),
    byName: new Map(known.map((object) => [nameKey(object.kind, object.namespace, object.name), object])),
    followed: new Set(),
  };
  add(follower, bootstrapObjects(tree));
  const document = root.kustomization;
  if (document === undefined) for (const folder of root.folders) follow(follower, folder, undefined);
  else for (const built of objectOf(document)) followKustomization(follower, built, undefined);
  addLibrary(follower);
  return follower;
}

/** Where people make objects by hand, or by a program that is not read. */
const BY_HAND =
  /(?:^|\/)(?:bootstrap|scripts|hack|ansible|terraform|\.?taskfiles|tasks)\/|(?:^|\/)(?:Taskfile[^/]*|\.?justfile|Makefile)$|\.(?:just|sh|tf|j2|tpl|tmpl)$/i;

function mentionsIn(tree: ManifestTree): (name: string) => boolean {
  let texts: readonly string[] | undefined;
  return (name) => {
    texts ??= [...tree.files.values()].filter(({ path }) => BY_HAND.test(path)).map(({ text }) => text);
    const word = new RegExp(`(?<![\\w.-])${name.replace(/[^\w-]/g, '\\$&')}(?![\\w-])`);
    return name.length > 2 && texts.some((text) => text.includes(name) && word.test(text));
  };
}

interface Follower extends FluxTree {
  readonly tree: ManifestTree;
  readonly kustomizations: FluxKustomization[];
  readonly objects: AppliedObject[];
  readonly library: AppliedObject[];
  readonly used: Set<string>;
  readonly problems: BuildProblem[];
  readonly unread: Unread[];
  readonly byName: Map<string, AppliedObject>;
  /** Kustomizations that were followed, as `namespace/name`. */
  readonly followed: Set<string>;
}

function nameKey(kind: string, namespace: string | undefined, name: string): string {
  return `${kind}/${namespace ?? ''}/${name}`;
}

function add(follower: Follower, objects: readonly AppliedObject[]): void {
  for (const object of objects) {
    follower.objects.push(object);
    follower.byName.set(nameKey(object.kind, object.namespace, object.name), object);
  }
}

function bootstrapObjects(tree: ManifestTree): AppliedObject[] {
  const documents = tree.documents.filter(({ file }) => /(?:^|\/)bootstrap\//.test(file.path));
  return documents.flatMap(objectOf).map((object) => applied(object, undefined));
}

function follow(follower: Follower, folder: string, owner: FluxKustomization | undefined): void {
  const { tree, root } = follower;
  if (!tree.folders.has(folder) && folder !== '.') return;
  const build = buildFluxFolder(tree, folder, owner);
  for (const path of build.used) follower.used.add(path);
  follower.problems.push(...build.problems);
  const target = owner === undefined ? undefined : textAt(owner.fields, 'spec', 'targetNamespace');
  for (const problem of build.problems) {
    if (problem.kind !== 'not-read' || !bringsObjects(problem.target)) continue;
    follower.unread.push({ what: 'remote', origin: problem, target: problem.target, namespace: target });
  }
  const objects = build.objects.map((object) => applied(object, owner, root.source?.namespace));
  add(follower, objects);
  for (const [index, object] of objects.entries()) {
    if (object.kind === 'ResourceSet' && object.group === 'fluxcd.controlplane.io') {
      const origin = object.originOf(['metadata', 'name']);
      follower.unread.push({ what: 'resource-set', origin, target: object.name, namespace: undefined });
    }
    const built = build.objects[index];
    if (built !== undefined && isFluxKustomization(built)) followKustomization(follower, built, owner);
  }
}

/** Other fields change objects, and a file of definitions brings nothing that others name. */
function bringsObjects(target: string): boolean {
  return /^helmChart|^generators$/.test(target) || (/[/:]/.test(target) && !/crd/i.test(target));
}

function followKustomization(follower: Follower, built: BuiltObject, owner: FluxKustomization | undefined): void {
  const kustomization = readKustomization(follower, built, owner);
  const label = `${kustomization.namespace}/${kustomization.name}`;
  if (follower.followed.has(label)) return;
  follower.followed.add(label);
  follower.kustomizations.push(kustomization);
  if (kustomization.isElsewhere) {
    const origin = kustomization.originOf(['spec', 'sourceRef', 'name']);
    const namespace = textAt(kustomization.fields, 'spec', 'targetNamespace');
    const source = sourceOf(kustomization.fields, kustomization.namespace);
    follower.unread.push({ what: 'kustomization', origin, target: label, namespace, source });
  } else follow(follower, kustomization.folder, kustomization);
}

/** A component that nobody lists is no mistake. */
function addLibrary(follower: Follower): void {
  const { tree, library, used, problems } = follower;
  for (const { file, fields } of tree.documents) {
    if (fields.kind !== 'Component' || used.has(file.path) || !file.isGenerated) continue;
    const build = buildFolder(tree, posix.dirname(file.path));
    for (const path of build.used) used.add(path);
    problems.push(...build.problems);
    library.push(...build.objects.map((object) => applied(object, undefined)));
  }
}

function readKustomization(
  { tree, root, byName }: Follower,
  { fields: written, document, originOf, name, namespace }: BuiltObject,
  owner: FluxKustomization | undefined,
): FluxKustomization {
  // What it says of itself may hold variables of the one that applies it.
  const fields = resolveAll(written, resolver(written, owner));
  const home = namespace ?? owner?.namespace ?? root.source?.namespace ?? FLUX_NAMESPACE;
  const artifact = partOfOwn(tree, root, fields, home);
  const folder = artifact ?? folderOf(textAt(fields, 'spec', 'path'));
  return {
    document,
    fields,
    originOf,
    name,
    namespace: home,
    folder,
    isElsewhere: artifact === undefined && isElsewhere(tree, root, fields, home),
    hasFolder: folder === '.' || tree.folders.has(folder),
    hasKustomization: kustomizationIn(tree, folder) !== undefined,
    substitution: substitutionOf(fields, home, byName, isPatched(fields, owner)),
  };
}

/** The folder of this repository that a Kustomization applies by way of an artifact; undefined where it takes none, or none of this repository. */
function partOfOwn(tree: ManifestTree, root: Root, fields: Fields, home: string): string | undefined {
  const source = sourceOf(fields, home);
  if (source.kind !== 'ExternalArtifact') return undefined;
  const isOwn = (one: typeof source): boolean =>
    root.source === undefined || (one.kind === root.source.kind && one.name === root.source.name);
  return folderOfArtifact(tree, source, folderOf(textAt(fields, 'spec', 'path')), isOwn);
}

/** Whether the source of a Kustomization is known to be another one than that of this repository. */
function isElsewhere(tree: ManifestTree, root: Root, fields: Fields, home: string): boolean {
  const source = sourceOf(fields, home);
  const own = root.source;
  if (own === undefined) {
    const folder = folderOf(textAt(fields, 'spec', 'path'));
    return source.kind !== 'GitRepository' && folder !== '.' && !tree.folders.has(folder);
  }
  if (source.kind === own.kind && source.name === own.name) return false;
  // An artifact in a registry or a bucket is made of what lies elsewhere, or of a part of this repository.
  if (source.kind !== 'GitRepository') return true;
  const url = urlOf(tree, source);
  if (url === undefined) return false;
  return own.url === undefined || !isSameRepository(url, own.url);
}

function sourceOf(fields: Fields, home: string): Required<Unread>['source'] {
  const reference = at(fields, 'spec', 'sourceRef');
  return {
    kind: textAt(reference, 'kind') ?? 'GitRepository',
    namespace: textAt(reference, 'namespace') ?? home,
    name: textAt(reference, 'name') ?? '',
  };
}

/** Whether a patch of the one that applies it gives it sources of variables, and was not seen to do so. */
function isPatched(fields: Fields, owner: FluxKustomization | undefined): boolean {
  if (listAt(fields, 'spec', 'postBuild', 'substituteFrom').length > 0) return false;
  const patches = listAt(owner?.fields, 'spec', 'patches');
  return patches.some((patch) => (textAt(patch, 'patch') ?? '').includes('substituteFrom'));
}

function substitutionOf(
  fields: Fields,
  namespace: string,
  present: ReadonlyMap<string, AppliedObject>,
  isPatchedLater: boolean,
): Substitution | undefined {
  const inline = at(fields, 'spec', 'postBuild', 'substitute');
  const sources = listAt(fields, 'spec', 'postBuild', 'substituteFrom');
  const isAlways = at(fields, 'spec', 'postBuild', 'substituteStrategy') === 'Always';
  if (!isFields(inline) && sources.length === 0 && !isAlways) return undefined;
  const entries: (readonly [name: string, value: string, path: Path])[] = [];
  let isOpen = isPatchedLater;
  for (const [index, source] of sources.entries()) {
    const found = present.get(nameKey(textAt(source, 'kind') ?? '', namespace, textAt(source, 'name') ?? ''));
    const path = ['spec', 'postBuild', 'substituteFrom', index, 'name'];
    if (found === undefined) isOpen = true;
    else entries.push(...dataOf(found.fields).map(([key, text]) => [key, text, path] as const));
  }
  for (const [key, value] of Object.entries(isFields(inline) ? inline : {})) {
    entries.push([key, String(value), ['spec', 'postBuild', 'substitute', key]]);
  }
  const known = entries.filter(([, value]) => !value.startsWith('ENC['));
  const wrong = entries.filter(([name]) => !VARIABLE_NAME.test(name));
  return {
    names: new Set(entries.map(([name]) => name)),
    // Flux takes line breaks out of values.
    values: new Map(known.map(([name, value]) => [name, value.replaceAll('\n', '')])),
    isOpen,
    refused: wrong.map(([name, , path]) => ({ name, path })),
  };
}

function applied(
  built: BuiltObject,
  owner: FluxKustomization | undefined,
  home = owner?.namespace ?? 'default',
): AppliedObject {
  const { document, originOf, apiVersion, kind, name } = built;
  const target = owner === undefined ? undefined : textAt(owner.fields, 'spec', 'targetNamespace');
  const namespace = isClusterScoped(kind) ? undefined : (target ?? built.namespace ?? owner?.namespace ?? home);
  const resolve = resolver(built.fields, owner);
  return {
    fields: withCommonMetadata(built.fields, owner),
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

/** `spec.commonMetadata` is set on every object before it is applied, after variables were replaced. */
function withCommonMetadata(fields: Fields, owner: FluxKustomization | undefined): Fields {
  const common = asFields(at(owner?.fields, 'spec', 'commonMetadata'));
  const added = Object.entries(common).filter(([, entries]) => isFields(entries));
  if (added.length === 0) return fields;
  const metadata = asFields(fields.metadata);
  const merged = added.map(([key, entries]) => [key, { ...asFields(metadata[key]), ...asFields(entries) }] as const);
  return { ...fields, metadata: { ...metadata, ...Object.fromEntries(merged) } };
}

function resolveAll(fields: Fields, resolve: (text: string) => string): Fields {
  const replace = (value: unknown): unknown => {
    if (typeof value === 'string') return resolve(value);
    if (Array.isArray(value)) return value.map(replace);
    return isFields(value) ? resolveAll(value, resolve) : value;
  };
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, replace(value)]));
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
