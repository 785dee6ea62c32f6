import { posix } from 'node:path';
import { at, type Fields, isFields, listAt, textAt } from '../../text/values.ts';
import type { ManifestDocument, Origin } from '../document.ts';
import { kustomizationIn } from '../kustomize/files.ts';
import type { ManifestTree } from '../tree.ts';

/** Where Flux begins in a cluster. */
export interface Root {
  /** What it applies first, relative to the repository's top. */
  readonly folders: readonly string[];
  /** The Kustomization that applies them, where it is written down: it lies in what it applies. */
  readonly kustomization: ManifestDocument | undefined;
  /** The source with this repository in it; undefined where nothing says. */
  readonly source: Source | undefined;
  /** Where an instance of the Flux operator names a folder that is not there. */
  readonly missing?: Origin;
}

/** A source of Flux, by what a `sourceRef` names. */
export interface Source {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Undefined where nothing says. */
  readonly url: string | undefined;
}

/** The group of the Kustomizations of Flux. */
const FLUX_GROUP = 'kustomize.toolkit.fluxcd.io';

/** The namespace that everybody gives Flux. */
export const FLUX_NAMESPACE = 'flux-system';

/** Whether a document is a Kustomization of Flux. */
export function isFluxKustomization({ fields }: Pick<ManifestDocument, 'fields'>): boolean {
  return fields.kind === 'Kustomization' && (textAt(fields, 'apiVersion') ?? '').startsWith(`${FLUX_GROUP}/`);
}

/** The folder that a Kustomization of Flux applies. */
export function folderOf(path: string | undefined): string {
  return posix.normalize((path ?? '.').replace(/^\/+/, '') || '.').replace(/\/$/, '');
}

/** A folder of one's own choice as a root. */
export function rootAt(tree: ManifestTree, folder: string): Root {
  const wanted = folderOf(folder);
  const own = tree.documents.find((document) => appliesItself(tree, document) && pathOf(document) === wanted);
  return own === undefined ? rootOfFolders(tree, [wanted]) : rootOf(tree, own);
}

/**
 * Where Flux may begin in a repository, by what says so, the surest first: an instance of the Flux operator (its own object, or the values
 * of the chart flux-instance), a Kustomization that lies in the folder which it applies (`flux bootstrap` makes one), a folder of clusters/,
 * and the folders of Kustomizations. Whoever follows them leaves out what was reached from one before, and stops at the first sort that gives
 * anything; folders of clusters/ count beside those that are told for other clusters.
 */
export function rootCandidates(tree: ManifestTree): readonly (readonly Root[])[] {
  const kustomizations = tree.documents.filter(isFluxKustomization);
  const own = kustomizations.filter((document) => appliesItself(tree, document)).sort(shallowFirst);
  const clusters = [...tree.folders].filter((folder) => /(?:^|\/)clusters\/[^/]+$/.test(folder)).sort();
  const withFlux = clusters.filter((folder) => kustomizations.some(({ file }) => file.path.startsWith(`${folder}/`)));
  // Who came from `flux bootstrap` to an instance may have both: what applies itself stays in the cluster.
  const around = ({ folders: [folder = '.'] }: Root): ManifestDocument | undefined =>
    own.find((document) => folder.startsWith(`${pathOf(document)}/`));
  const instances = tree.documents
    .flatMap((document) => instanceRoots(tree, document))
    .map((root) => {
      const document = around(root);
      return document === undefined ? root : { ...rootOf(tree, document), source: root.source };
    });
  return [
    instances.sort(outermostFirst),
    own.map((document) => rootOf(tree, document)),
    withFlux.map((folder) => rootOfFolders(tree, [folder])),
    [rootOfFolders(tree, [...new Set(kustomizations.map(({ file }) => posix.dirname(file.path)))].sort())],
  ];
}

/** A folder that lies in another one's is reached from there. */
function outermostFirst(one: Root, other: Root): number {
  const depth = ({ folders: [folder = '.'] }: Root): number => (folder === '.' ? 0 : folder.split('/').length);
  return depth(one) - depth(other);
}

function shallowFirst(one: ManifestDocument, other: ManifestDocument): number {
  const depth = (document: ManifestDocument): number => pathOf(document).split('/').length;
  return depth(one) - depth(other) || (pathOf(one) < pathOf(other) ? -1 : 1);
}

/** The source with the repository is the one that most Kustomizations in the folders take whose own folder is there. */
function rootOfFolders(tree: ManifestTree, folders: readonly string[]): Root {
  const inside = tree.documents.filter(
    (document) =>
      isFluxKustomization(document) &&
      folders.some((one) => document.file.path.startsWith(`${one}/`)) &&
      (pathOf(document) === '.' || tree.folders.has(pathOf(document))),
  );
  const counts = new Map<string, { source: Omit<Source, 'url'>; count: number }>();
  for (const { fields } of inside) {
    const source = sourceOf(fields);
    const key = JSON.stringify(source);
    counts.set(key, { source, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const [most] = [...counts.values()].sort((one, other) => other.count - one.count);
  const source = most === undefined ? undefined : { ...most.source, url: urlOf(tree, most.source) };
  return { folders, kustomization: undefined, source };
}

function rootOf(tree: ManifestTree, document: ManifestDocument): Root {
  const source = sourceOf(document.fields);
  return { folders: [pathOf(document)], kustomization: document, source: { ...source, url: urlOf(tree, source) } };
}

function sourceOf(fields: ManifestDocument['fields']): Omit<Source, 'url'> {
  const namespace = textAt(fields, 'spec', 'sourceRef', 'namespace') ?? textAt(fields, 'metadata', 'namespace');
  return {
    kind: textAt(fields, 'spec', 'sourceRef', 'kind') ?? 'GitRepository',
    namespace: namespace ?? FLUX_NAMESPACE,
    name: textAt(fields, 'spec', 'sourceRef', 'name') ?? '',
  };
}

/** The URL of a source that is written down anywhere in a repository. */
export function urlOf(tree: ManifestTree, source: Omit<Source, 'url'>): string | undefined {
  const found = tree.documents.find(
    ({ fields }) =>
      fields.kind === source.kind &&
      textAt(fields, 'metadata', 'name') === source.name &&
      (textAt(fields, 'metadata', 'namespace') ?? source.namespace) === source.namespace,
  );
  return textAt(found?.fields, 'spec', 'url');
}

/** Whether two URLs lead to the same repository, by whatever protocol. */
export function isSameRepository(one: string, other: string): boolean {
  return repositoryIn(one) === repositoryIn(other);
}

/** Host and path: `github.com/owner/name`. */
function repositoryIn(url: string): string {
  return url
    .toLowerCase()
    .replace(/^[a-z+]+:\/\//, '')
    .replace(/^[^/@]*@/, '')
    .replace(/^([^/:]+):(?:\d+\/)?/, '$1/')
    .replace(/\/+/g, '/')
    .replace(/\.git\/?$|\/$/, '');
}

/** What a document says of an instance of the Flux operator: its own object, or values of the chart flux-instance. */
export function instanceOf(
  fields: Fields,
): { readonly instance: Fields; readonly path: readonly string[] } | undefined {
  const paths = fields.kind === 'FluxInstance' ? [['spec']] : [['spec', 'values', 'instance'], ['instance']];
  for (const path of paths) {
    const instance = at(fields, ...path);
    if (isFields(instance) && (isFields(instance.sync) || isFields(instance.distribution))) return { instance, path };
  }
  return undefined;
}

/**
 * The folders that an instance syncs. Where a variable stands in its path, each folder that it can mean is one.
 *
 * @see https://fluxoperator.dev/docs/instance/sync/ - the source is named after the namespace where nothing else is said
 */
function instanceRoots(tree: ManifestTree, document: ManifestDocument): Root[] {
  const { fields } = document;
  const found = instanceOf(fields);
  const sync = at(found?.instance, 'sync');
  const path = textAt(sync, 'path');
  if (found === undefined || path === undefined || path.includes('{{')) return [];
  const [folder, kind] = [folderOf(path), textAt(sync, 'kind') ?? 'GitRepository'];
  const namespace = textAt(fields, 'metadata', 'namespace') ?? FLUX_NAMESPACE;
  const source = { kind, namespace, name: textAt(sync, 'name') ?? namespace, url: textAt(sync, 'url') };
  const rootOfFolder = (one: string): Root => ({ folders: [one], kustomization: undefined, source });
  if (folder.includes('${')) return foldersMeant(tree, folder).map(rootOfFolder);
  if (folder === '.' || tree.folders.has(folder)) return [rootOfFolder(folder)];
  // An artifact in a registry may hold any part of a repository.
  if (kind !== 'GitRepository') return [];
  return [{ ...rootOfFolder(folder), missing: { document, path: [...found.path, 'sync', 'path'] } }];
}

/** A variable stands for a part of a path, and no slash. */
function foldersMeant(tree: ManifestTree, path: string): string[] {
  const parts = path.split(/\$\{[^}]*\}/).map((part) => part.replace(/[^\w/-]/g, '\\$&'));
  const pattern = new RegExp(`^${parts.join('[^/]+')}$`);
  return [...tree.folders].filter((folder) => pattern.test(folder)).sort();
}

function pathOf({ fields }: ManifestDocument): string {
  return folderOf(textAt(fields, 'spec', 'path'));
}

/**
 * Whether a Kustomization lies in the folder that it applies; the top of a repository counts for none but that of `flux bootstrap`, and a
 * folder whose kustomization.yaml lists nothing is one that only gives components a place.
 */
function appliesItself(tree: ManifestTree, document: ManifestDocument): boolean {
  if (!isFluxKustomization(document)) return false;
  const folder = pathOf(document);
  if (folder === '.') return posix.basename(document.file.path) === 'gotk-sync.yaml';
  if (!document.file.path.startsWith(`${folder}/`)) return false;
  const listed = kustomizationIn(tree, folder);
  return listed === undefined || ['resources', 'bases'].some((key) => listAt(listed.fields, key).length > 0);
}
