import { posix } from 'node:path';
import { compileGoRegex } from '../../text/go-regex.ts';
import type { ManifestDocument, Origin } from '../document.ts';
import { at, type Path, type Fields, isFields, listAt, textAt } from '../../text/values.ts';
import type { ManifestTree } from '../tree.ts';

/** An object that a kustomization gives. */
export interface BuiltObject {
  /** The whole object as it would be applied. */
  readonly fields: Fields;
  /** Where it is written; the kustomization for one that a generator makes. */
  readonly document: ManifestDocument;
  /** Which text the value at a path of `fields` came from: the resource, a patch, a generator. */
  readonly originOf: (path: Path) => Origin;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  /** Keys of its `data`, where a generator makes it. */
  readonly generatedKeys?: readonly string[];
}

/** Something that a kustomization asks for and that is not there, or is there twice. */
export interface BuildProblem {
  readonly kind: 'missing' | 'repeated' | 'cycle' | 'no-kustomization' | 'patch-target';
  readonly document: ManifestDocument;
  readonly path: Path;
  /** The file or folder, relative to the cluster's root, or what a patch looks for. */
  readonly target: string;
}

/** What building a folder gives. */
interface Build {
  readonly objects: readonly BuiltObject[];
  /** Every file that was read. */
  readonly used: ReadonlySet<string>;
  readonly problems: readonly BuildProblem[];
}

/**
 * Builds a folder the way kustomize does, as far as names, namespaces and files go: `resources`, `components`, `namespace`,
 * `namePrefix`, `nameSuffix`, generators, and the files that patches and the like name. A folder without a kustomization.yaml
 * is built as Flux does it: every kustomization below it and every other YAML file.
 */
export function buildFolder(tree: ManifestTree, folder: string): Build {
  const builder: Builder = { tree, used: new Set(), problems: [], open: [] };
  const own = kustomizationIn(tree, folder);
  const objects = own === undefined ? scan(builder, folder) : buildKustomization(builder, folder, own);
  return { objects, used: builder.used, problems: builder.problems };
}

/** The kustomization.yaml of a folder, undefined where it has none. */
export function kustomizationIn(tree: ManifestTree, folder: string): ManifestDocument | undefined {
  const names = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
  return names.flatMap((name) => tree.documentsOf(posix.join(folder, name)))[0];
}

interface Builder {
  readonly tree: ManifestTree;
  readonly used: Set<string>;
  readonly problems: BuildProblem[];
  /** Folders that are being built, outermost first. */
  readonly open: string[];
}

function scan(builder: Builder, folder: string): BuiltObject[] {
  const inside = [...builder.tree.folders].filter((one) => one === folder || one.startsWith(`${folder}/`)).sort();
  const kustomized = inside.filter((one) => kustomizationIn(builder.tree, one) !== undefined);
  const isBelow = (path: string): boolean => kustomized.some((one) => path.startsWith(`${one}/`));
  const roots = kustomized.filter((one) => !isBelow(one));
  const plain = [...builder.tree.files.keys()].filter(
    (path) => path.startsWith(`${folder}/`) && /\.ya?ml$/.test(path) && !isBelow(path),
  );
  return [...roots.flatMap((one) => buildAt(builder, one)), ...plain.flatMap((path) => objectsOf(builder, path))];
}

function buildAt(builder: Builder, folder: string): BuiltObject[] {
  const document = kustomizationIn(builder.tree, folder);
  return document === undefined ? [] : buildKustomization(builder, folder, document);
}

function buildKustomization(builder: Builder, folder: string, document: ManifestDocument): BuiltObject[] {
  builder.used.add(document.file.path);
  builder.open.push(folder);
  const listed = ['resources', 'components'].flatMap((key) => buildEntries(builder, folder, { document, key }));
  useFiles(builder, folder, document);
  const transformed = [...listed, ...generated(document)].map((object) => transform(object, document.fields));
  checkPatches(builder, document, transformed);
  builder.open.pop();
  return transformed;
}

function buildEntries(
  builder: Builder,
  folder: string,
  { document, key }: { document: ManifestDocument; key: string },
): BuiltObject[] {
  const seen = new Set<string>();
  return listAt(document.fields, key).flatMap((entry, index) => {
    if (typeof entry !== 'string' || isRemote(entry)) return [];
    const target = posix.normalize(posix.join(folder, entry)).replace(/\/$/, '');
    const report = (kind: BuildProblem['kind']): BuiltObject[] => {
      builder.problems.push({ kind, document, path: [key, index], target });
      return [];
    };
    if (seen.has(target)) return report('repeated');
    seen.add(target);
    if (builder.tree.files.has(target)) return objectsOf(builder, target);
    if (!builder.tree.folders.has(target)) return report('missing');
    if (kustomizationIn(builder.tree, target) === undefined) return report('no-kustomization');
    return builder.open.includes(target) ? report('cycle') : buildAt(builder, target);
  });
}

function isRemote(entry: string): boolean {
  return entry.includes('://') || /^(?:git@|github\.com\/)/.test(entry);
}

function objectsOf(builder: Builder, path: string): BuiltObject[] {
  builder.used.add(path);
  return builder.tree.documentsOf(path).flatMap(objectOf);
}

/** A document as an object; a List gives those inside of it. */
export function objectOf(document: ManifestDocument): BuiltObject[] {
  const { fields } = document;
  const [apiVersion, kind] = [textAt(fields, 'apiVersion'), textAt(fields, 'kind')];
  if (apiVersion === undefined || kind === undefined) return [];
  const name = textAt(fields, 'metadata', 'name') ?? '';
  const namespace = isClusterScoped(kind) ? undefined : textAt(fields, 'metadata', 'namespace');
  return [{ fields, document, originOf: (path) => ({ document, path }), apiVersion, kind, name, namespace }];
}

/** Where kustomize looks for further files. */
const FILE_LISTS = ['patchesStrategicMerge', 'configurations', 'crds', 'transformers', 'generators', 'validators'];
const GENERATORS = [
  ['configMapGenerator', 'ConfigMap'],
  ['secretGenerator', 'Secret'],
] as const;

function useFiles(builder: Builder, folder: string, document: ManifestDocument): void {
  const { fields } = document;
  const use = (name: unknown, path: Path): void => {
    if (typeof name !== 'string' || isRemote(name) || name.includes('\n')) return;
    const target = posix.normalize(posix.join(folder, name));
    if (builder.tree.files.has(target)) builder.used.add(target);
    else builder.problems.push({ kind: 'missing', document, path, target });
  };
  for (const key of FILE_LISTS) for (const [index, name] of listAt(fields, key).entries()) use(name, [key, index]);
  for (const key of ['patches', 'patchesJson6902', 'replacements']) {
    for (const [index, one] of listAt(fields, key).entries()) use(at(one, 'path'), [key, index, 'path']);
  }
  for (const [key] of GENERATORS) {
    for (const [index, one] of listAt(fields, key).entries()) {
      for (const list of ['files', 'envs']) {
        for (const [position, file] of listAt(one, list).entries()) {
          use(String(file).replace(/^[^=]*=/, ''), [key, index, list, position]);
        }
      }
    }
  }
}

function generated(document: ManifestDocument): BuiltObject[] {
  return GENERATORS.flatMap(([key, kind]) =>
    listAt(document.fields, key).map((one, index) => {
      const [name, namespace] = [textAt(one, 'name') ?? '', textAt(one, 'namespace')];
      const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
      return {
        fields: { apiVersion: 'v1', kind, metadata },
        document,
        originOf: () => ({ document, path: [key, index] }),
        apiVersion: 'v1',
        kind,
        name,
        namespace,
        generatedKeys: generatedKeys(one),
      };
    }),
  );
}

function generatedKeys(generator: unknown): string[] {
  const files = listAt(generator, 'files').map((file) => {
    const [key = '', path] = String(file).split('=');
    return path === undefined ? (key.split('/').pop() ?? key) : key;
  });
  return [...files, ...listAt(generator, 'literals').map((literal) => String(literal).split('=')[0] ?? '')];
}

function transform(object: BuiltObject, kustomization: Fields): BuiltObject {
  const namespace = textAt(kustomization, 'namespace');
  // kustomize gives a Namespace the name that it gives the namespace of everything else.
  if (object.kind === 'Namespace') return { ...object, name: namespace ?? object.name };
  const inside = namespace !== undefined && !isClusterScoped(object.kind) ? namespace : object.namespace;
  if (object.kind === 'CustomResourceDefinition') return { ...object, namespace: inside };
  const name = `${textAt(kustomization, 'namePrefix') ?? ''}${object.name}${textAt(kustomization, 'nameSuffix') ?? ''}`;
  return { ...object, name, namespace: inside };
}

/** A strategic merge patch without a target changes the object that it names; kustomize refuses one that meets nothing. */
function checkPatches(builder: Builder, document: ManifestDocument, objects: readonly BuiltObject[]): void {
  for (const [index, patch] of listAt(document.fields, 'patches').entries()) {
    const target = at(patch, 'target');
    if (!isFields(target)) continue;
    if (objects.some((object) => isTarget(object, target))) continue;
    const wanted = ['kind', 'name'].flatMap((key) => textAt(target, key) ?? []).join(' ');
    builder.problems.push({ kind: 'patch-target', document, path: ['patches', index, 'target'], target: wanted });
  }
}

function isTarget(object: BuiltObject, target: Fields): boolean {
  const [group] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : [''];
  const selectors = [
    [textAt(target, 'kind'), object.kind],
    [textAt(target, 'group'), group ?? ''],
    [textAt(target, 'name'), object.name],
  ] as const;
  return selectors.every(([pattern, value]) => pattern === undefined || matchesWhole(pattern, value));
}

/** A pattern with a mistake finds nothing, which is told. */
function matchesWhole(pattern: string, value: string): boolean {
  try {
    return compileGoRegex(`^(?:${pattern})$`).test(value);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return false;
  }
}

/** Kinds of the tree that belong to no namespace; the API server's own list and those of the CRDs in use. */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  'APIService',
  'CSIDriver',
  'CiliumBGPAdvertisement',
  'CiliumBGPClusterConfig',
  'CiliumBGPNodeConfigOverride',
  'CiliumBGPPeerConfig',
  'CiliumCIDRGroup',
  'CiliumClusterwideNetworkPolicy',
  'CiliumEgressGatewayPolicy',
  'CiliumL2AnnouncementPolicy',
  'CiliumLoadBalancerIPPool',
  'ClusterIssuer',
  'ClusterRole',
  'ClusterRoleBinding',
  'ClusterSecretStore',
  'ClusterExternalSecret',
  'CustomResourceDefinition',
  'GatewayClass',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PriorityClass',
  'RuntimeClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
  'VolumeAttributesClass',
  'VolumeSnapshotClass',
]);

/** Whether objects of a kind belong to no namespace. */
export function isClusterScoped(kind: string): boolean {
  return CLUSTER_SCOPED.has(kind);
}
