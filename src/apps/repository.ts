import { posix } from 'node:path';
import type { RuleObject } from '../checks/rule.ts';
import { imagesOf } from '../checks/rules/objects.ts';
import type { ManifestFile, Origin } from '../manifests/document.ts';
import { isFluxKustomization } from '../manifests/flux/roots.ts';
import { substitute, variablesIn } from '../manifests/flux/substitution.ts';
import { type AppliedObject, type FluxKustomization, type FluxTree, resolverOf } from '../manifests/flux/tree.ts';
import { indexObjects, type ObjectIndex } from '../manifests/objects.ts';
import { referencesOf } from '../manifests/references.ts';
import type { ManifestTree } from '../manifests/tree.ts';
import { failure, type Failure } from '../report/finding.ts';
import { suggestNearest } from '../text/suggest.ts';
import { asFields, at, isFields, listAt, type Path, textAt, walk } from '../text/values.ts';

// What applications there are in a repository, in whatever way it is laid out. Variables stand in texts as they are written, as what they
// stand for may be a secret; those whose value stands in a Kustomization itself are replaced.

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

/**
 * The app that `NAMESPACE/NAME` means: by its own name, or by that of one of its Kustomizations or releases.
 *
 * @throws Failure of kind `usage` where there is none, or several clusters have one
 */
export function appNamed({ apps }: Pick<AppRepository, 'apps'>, name: string): App {
  const [namespace, own, ...more] = name.split('/');
  if (namespace === undefined || own === undefined || own === '' || more.length > 0) throw notAnApp(name);
  const home = apps.filter((app) => app.namespace === namespace);
  const exact = home.filter((app) => app.name === own);
  const found = exact.length > 0 ? exact : home.filter((app) => otherNames(app).includes(own));
  const [first, ...others] = found;
  if (first === undefined) throw unknownApp(apps, name);
  if (others.length === 0) return first;
  throw failure('usage', {
    code: 'usage/argument',
    message: `${name} is more than one app: ${found.map(({ folder }) => folder).join(', ')}`,
    remedy: 'name the folder where Flux begins in one of the clusters with --path',
  });
}

function otherNames({ kustomizations, objects }: App): string[] {
  const releases = objects.filter(({ kind }) => kind === 'HelmRelease');
  return [...kustomizations, ...releases].map(({ name }) => name);
}

function notAnApp(name: string): Failure {
  return failure('usage', {
    code: 'usage/argument',
    message: `${name} is no app: it takes a namespace and a name`,
    remedy: 'write it as in default/echo; `cluster-template app list` lists all apps',
  });
}

function unknownApp(apps: readonly App[], name: string): Failure {
  const near = suggestNearest(name, apps.map(appLabel));
  const [, own] = name.split('/');
  const elsewhere = apps.filter((app) => app.name === own).map(appLabel);
  const meant = near ?? elsewhere[0];
  return failure('usage', {
    code: 'usage/argument',
    message: `there is no app ${name}`,
    remedy: meant === undefined ? '`cluster-template app list` lists all apps' : `did you mean ${meant}?`,
  });
}

/** `default/echo`. */
export function appLabel({ namespace, name }: Pick<App, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

/** What may be an app. */
interface Candidate {
  readonly folder: string;
  readonly kustomizations: readonly FluxKustomization[];
  readonly objects: readonly AppliedObject[];
}

/** Kinds that run something. */
const WORKLOADS: ReadonlySet<string> = new Set(['HelmRelease', 'Deployment', 'StatefulSet', 'DaemonSet', 'CronJob']);

function candidatesIn(tree: ManifestTree, { kustomizations, objects, root }: FluxTree): Candidate[] {
  const byOwner = new Map<FluxKustomization, AppliedObject[]>();
  for (const object of objects) {
    if (object.owner === undefined) continue;
    byOwner.set(object.owner, [...(byOwner.get(object.owner) ?? []), object]);
  }
  const own = new Map<string, FluxKustomization[]>();
  const candidates: Candidate[] = [];
  for (const kustomization of kustomizations) {
    const made = byOwner.get(kustomization) ?? [];
    // What applies further Kustomizations is a part of the way to the apps.
    if (made.some(isFluxKustomization) || root.folders.includes(kustomization.folder)) continue;
    const folder = ownFolder(tree, root.folders, kustomization);
    if (folder !== undefined) own.set(folder, [...(own.get(folder) ?? []), kustomization]);
    else if (!kustomization.isElsewhere) candidates.push(...partsOf(kustomization, made));
  }
  for (const [folder, group] of own) {
    candidates.push({ folder, kustomizations: group, objects: group.flatMap((one) => byOwner.get(one) ?? []) });
  }
  return candidates;
}

/**
 * The folder of an app that has a Kustomization to itself: the one in which that lies (`echo/ks.yaml` for `echo/app`), or the one that it
 * applies, where others lie in the same folder. Undefined where it lies elsewhere.
 */
function ownFolder(
  tree: ManifestTree,
  roots: readonly string[],
  { document, folder, isElsewhere }: FluxKustomization,
): string | undefined {
  const { file } = document;
  const home = posix.dirname(file.path);
  const others = tree.documents.filter((one) => isFluxKustomization(one) && one.file !== file);
  const isAlone = !roots.includes(home) && others.every((one) => !isBelow(one.file.path, home));
  const isNamed = /^ks(?:-[\w-]+)?\.ya?ml$/.test(posix.basename(file.path));
  if (isElsewhere || !isBelow(folder, home)) return isAlone && isNamed ? home : undefined;
  if (isAlone) return home;
  const isParted = others.some(
    (one) => isBelow(posix.dirname(one.file.path), home) && posix.dirname(one.file.path) !== home,
  );
  if (isParted || folder === home) return undefined;
  return isNamed ? home : folder;
}

/** The folders of one Kustomization that run something, each as an app. */
function partsOf(kustomization: FluxKustomization, made: readonly AppliedObject[]): Candidate[] {
  const running = made.filter(({ kind }) => WORKLOADS.has(kind));
  const folders = [...new Set(running.map(({ document }) => posix.dirname(document.file.path)))].sort();
  // Of a folder in another one the outer counts.
  const outer = folders.filter((folder) => !folders.some((other) => folder.startsWith(`${other}/`)));
  return outer.flatMap((folder) => {
    const inside = made.filter(({ document }) => isBelow(document.file.path, folder));
    const files = new Set(running.filter((one) => inside.includes(one)).map(({ document }) => document.file.path));
    // Several releases in files of one folder have no folder of their own.
    if (files.size > 1 && folder === kustomization.folder) {
      return [...files].sort().map((path) => ({
        folder: path,
        kustomizations: [],
        objects: inside.filter(({ document }) => document.file.path === path),
      }));
    }
    return [{ folder, kustomizations: [], objects: inside }];
  });
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
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

/** What an app runs. */
export interface AppRelease {
  readonly kind: string;
  readonly name: string;
  /** Chart or nothing. */
  readonly chart: string | undefined;
  readonly version: string | undefined;
  /** Where the chart comes from: `oci://…`, `https://…`, or the name of a source that is not written here. */
  readonly source: string | undefined;
}

/** An image with where it is written. */
export interface AppImage {
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
  /** The container that runs it, as far as the manifest says. */
  readonly container: string | undefined;
  readonly object: AppliedObject;
  readonly path: Path;
}

/** A volume that it keeps data on. */
interface AppVolume {
  readonly name: string;
  readonly size: string | undefined;
  readonly storageClass: string | undefined;
  /** A claim of the app, one that it mounts and another app has, one that its chart makes, or a share of another machine. */
  readonly kind: 'claim' | 'mounted' | 'chart' | 'nfs' | 'database';
}

/** A host name that it is reached at. */
interface AppRoute {
  readonly hostname: string;
  /** The gateway or ingress class. */
  readonly through: string | undefined;
}

/** A backup of a volume or a database. */
interface AppBackup {
  readonly kind: string;
  readonly name: string;
  readonly schedule: string | undefined;
}

/** A secret that it reads or brings. */
interface AppSecret {
  readonly name: string;
  /** How it gets its values: encrypted in git, out of a store, or somewhere else. */
  readonly from: 'sops' | 'external' | 'plain' | 'elsewhere';
  /** The store. */
  readonly store: string | undefined;
}

/** What there is to know of an app. */
export interface AppFacts {
  readonly releases: readonly AppRelease[];
  readonly images: readonly AppImage[];
  readonly routes: readonly AppRoute[];
  readonly volumes: readonly AppVolume[];
  readonly backups: readonly AppBackup[];
  readonly secrets: readonly AppSecret[];
  readonly dependsOn: readonly string[];
}

/** Reads what there is to know out of the objects of an app. */
export function factsOf(app: App): AppFacts {
  const { objects } = app;
  return {
    releases: objects.filter(({ kind }) => WORKLOADS.has(kind)).map((object) => releaseOf(object, app)),
    images: objects.flatMap(imagesIn),
    routes: uniqueBy(objects.flatMap(routesIn), ({ hostname, through }) => `${hostname} ${through ?? ''}`),
    volumes: uniqueBy(objects.flatMap(volumesIn), ({ name }) => name),
    backups: objects.flatMap(backupsIn),
    secrets: secretsOf(app),
    dependsOn: uniqueBy(
      app.kustomizations.flatMap((one) => dependenciesOf(one)),
      (name) => name,
    ),
  };
}

/** What Kustomizations of an app wait for, as `namespace/name`, without those of the app itself. */
function dependenciesOf({ fields, namespace }: FluxKustomization): string[] {
  return listAt(fields, 'spec', 'dependsOn').flatMap((one) => {
    const name = textAt(one, 'name');
    return name === undefined ? [] : [`${textAt(one, 'namespace') ?? namespace}/${name}`];
  });
}

function releaseOf(object: AppliedObject, { cluster: { index } }: App): AppRelease {
  const { kind, name, fields } = object;
  const nothing = { kind, name, chart: undefined, version: undefined, source: undefined };
  if (kind !== 'HelmRelease') return nothing;
  const shown = publicText(object);
  const named = at(fields, 'spec', 'chartRef');
  if (isFields(named)) {
    const kindOfSource = textAt(named, 'kind') ?? 'OCIRepository';
    const source = index.find(
      kindOfSource,
      textAt(named, 'namespace') ?? object.namespace,
      textAt(named, 'name') ?? '',
    );
    const url = textAt(source?.fields, 'spec', 'url');
    const version = textAt(source?.fields, 'spec', 'ref', 'tag') ?? textAt(source?.fields, 'spec', 'ref', 'semver');
    return { ...nothing, chart: url?.split('/').at(-1), version, source: url ?? textAt(named, 'name') };
  }
  const chart = at(fields, 'spec', 'chart', 'spec');
  const reference = at(chart, 'sourceRef');
  const source = index.find(
    textAt(reference, 'kind') ?? 'HelmRepository',
    textAt(reference, 'namespace') ?? object.namespace,
    textAt(reference, 'name') ?? '',
  );
  const url = textAt(source?.fields, 'spec', 'url');
  return {
    ...nothing,
    chart: textAt(chart, 'chart'),
    version: shown(textAt(chart, 'version') ?? '') || undefined,
    source: url ?? textAt(reference, 'name'),
  };
}

/** An applied object in the form in which rules take it. */
function asRuleObject(object: AppliedObject): RuleObject {
  const { fields, apiVersion, kind, namespace, document, owner, originOf } = object;
  const name = textAt(fields, 'metadata', 'name') ?? '';
  return { fields, apiVersion, kind, name, namespace, document, owner, spotOf: (path): Origin => originOf(path) };
}

/** The images that an object runs: those of containers, of values of charts, and of operators' objects. */
function imagesIn(object: AppliedObject): AppImage[] {
  const found = imagesOf(asRuleObject(object)).map(({ repository, tag, digest, path }): AppImage => {
    return { repository, tag, digest, container: containerOf(object, path), object, path };
  });
  walk(object.fields, (value, path) => {
    const key = path.at(-1);
    if ((key !== 'imageName' && key !== 'image') || typeof value !== 'string' || path[0] === 'status') return;
    if (found.some((one) => one.path.join('\0') === path.join('\0'))) return;
    const [named = '', digest] = value.split('@');
    const [, repository = named, tag] = /^(.*?)(?::([^:/]*))?$/.exec(named) ?? [];
    if (!repository.includes('/') && tag === undefined && digest === undefined) return;
    found.push({ repository, tag, digest, container: containerOf(object, path), object, path });
  });
  return found;
}

/** The name of the container around an image. */
function containerOf({ fields }: AppliedObject, path: Path): string | undefined {
  const place = path.findLastIndex((step) => step === 'containers' || step === 'initContainers');
  const step = path[place + 1];
  if (place === -1 || step === undefined) return undefined;
  return typeof step === 'string' ? step : textAt(fields, ...path.slice(0, place + 2), 'name');
}

function routesIn(object: AppliedObject): AppRoute[] {
  const shown = publicText(object);
  const routes: AppRoute[] = [];
  walk(object.fields, (value, path) => {
    if (path[0] === 'status' || !isFields(value)) return;
    const through = listAt(value, 'parentRefs').flatMap((one) => textAt(one, 'name') ?? []);
    if (Array.isArray(value.parentRefs)) {
      for (const hostname of texts(value.hostnames)) {
        routes.push({ hostname: shown(named(hostname, object)), through: shown(through.join(', ')) || undefined });
      }
    }
    const isIngress = object.kind === 'Ingress' ? path.length === 1 : path.includes('ingress');
    const hosts = isIngress ? [...listAt(value, 'rules'), ...listAt(value, 'hosts')] : [];
    const ingressClass = textAt(value, 'ingressClassName') ?? textAt(value, 'className');
    for (const host of hosts) {
      const hostname = typeof host === 'string' ? host : textAt(host, 'host');
      if (hostname !== undefined)
        routes.push({ hostname: shown(named(hostname, object)), through: ingressClass ?? 'ingress' });
    }
  });
  return routes;
}

/** Helm's own templates in a host name of app-template stand for the name of the release. */
function named(text: string, { name }: AppliedObject): string {
  return text.replace(/\{\{\s*\.Release\.Name\s*\}\}/g, name);
}

function volumesIn(object: AppliedObject): AppVolume[] {
  const { kind, fields } = object;
  const shown = publicText(object);
  if (kind === 'PersistentVolumeClaim') {
    const size = textAt(fields, 'spec', 'resources', 'requests', 'storage');
    const storageClass = textAt(fields, 'spec', 'storageClassName');
    return [
      {
        name: object.name,
        size: size === undefined ? undefined : shown(size),
        storageClass: storageClass === undefined ? undefined : shown(storageClass),
        kind: 'claim',
      },
    ];
  }
  if (kind === 'Cluster' && object.group === 'postgresql.cnpg.io') {
    const size = textAt(fields, 'spec', 'storage', 'size');
    const storageClass = textAt(fields, 'spec', 'storage', 'storageClass');
    return [{ name: object.name, size, storageClass, kind: 'database' }];
  }
  if (kind === 'HelmRelease') return chartVolumes(object);
  const mounted = listAt(fields, 'spec', 'template', 'spec', 'volumes').flatMap((volume) => {
    const claim = textAt(volume, 'persistentVolumeClaim', 'claimName');
    return claim === undefined ? [] : [shown(claim)];
  });
  const templates = listAt(fields, 'spec', 'volumeClaimTemplates').map((one): AppVolume => ({
    name: textAt(one, 'metadata', 'name') ?? object.name,
    size: textAt(one, 'spec', 'resources', 'requests', 'storage'),
    storageClass: textAt(one, 'spec', 'storageClassName'),
    kind: 'claim',
  }));
  return [
    ...templates,
    ...mounted.map((name) => ({ name, size: undefined, storageClass: undefined, kind: 'mounted' as const })),
  ];
}

function chartVolumes(object: AppliedObject): AppVolume[] {
  const shown = publicText(object);
  const volumes: AppVolume[] = [];
  walk(at(object.fields, 'spec', 'values'), (value, path) => {
    if (!isFields(value) || value.enabled === false) return;
    const [claim, size] = [textAt(value, 'existingClaim'), textAt(value, 'size')];
    const storageClass = textAt(value, 'storageClass') ?? textAt(value, 'storageClassName');
    const known = { size: size === undefined ? undefined : shown(size), storageClass };
    if (claim !== undefined) {
      volumes.push({ name: shown(named(claim, object)), size: undefined, storageClass: undefined, kind: 'mounted' });
    } else if (value.type === 'nfs') {
      const [server, folder] = [textAt(value, 'server'), textAt(value, 'path')];
      volumes.push({ ...known, name: shown(`${server ?? ''}:${folder ?? ''}`), kind: 'nfs' });
    } else if (value.type === 'persistentVolumeClaim' || (size !== undefined && path.includes('persistence'))) {
      volumes.push({ ...known, name: String(path.at(-1) ?? object.name), kind: 'chart' });
    }
  });
  return volumes;
}

/** Kinds by which operators make backups, and where they say when. */
const BACKUPS: Readonly<Record<string, readonly Path[]>> = {
  ReplicationSource: [['spec', 'trigger', 'schedule']],
  ScheduledBackup: [['spec', 'schedule']],
  SnapshotSchedule: [['spec', 'schedule']],
  Schedule: [
    ['spec', 'backup', 'schedule'],
    ['spec', 'schedule'],
  ],
};

function backupsIn(object: AppliedObject): AppBackup[] {
  const paths = BACKUPS[object.kind];
  if (paths === undefined) return [];
  const schedule = paths.flatMap((path) => textAt(object.fields, ...path) ?? [])[0];
  const mover = ['restic', 'kopia', 'rsync', 'rsyncTLS', 'rclone'].find((one) =>
    isFields(at(object.fields, 'spec', one)),
  );
  const written = schedule === undefined ? undefined : publicText(object)(schedule);
  return [{ kind: mover ?? object.kind, name: object.name, schedule: written }];
}

function secretsOf(app: App): AppSecret[] {
  const { objects, namespace } = app;
  const brought = objects.flatMap((object): AppSecret[] => {
    const { kind, name, fields, document } = object;
    if (kind === 'ExternalSecret' || kind === 'ClusterExternalSecret') {
      const target = textAt(fields, 'spec', 'target', 'name');
      const store = textAt(fields, 'spec', 'secretStoreRef', 'name');
      return [{ name: target === undefined ? name : publicText(object)(target), from: 'external', store }];
    }
    if (kind === 'SopsSecret' || kind === 'SealedSecret') return [{ name, from: 'sops', store: undefined }];
    if (kind !== 'Secret') return [];
    const isSealed = document.file.isSecret || isFields(fields.sops);
    return [{ name, from: isSealed ? 'sops' : 'plain', store: undefined }];
  });
  const known = new Set(brought.map(({ name }) => name));
  const read = objects.flatMap((object) =>
    referencesOf(object)
      .filter((one) => one.kind === 'Secret' && (one.namespace ?? namespace) === namespace && !known.has(one.name))
      .map((one): AppSecret => ({ name: publicText(object)(one.writtenName), from: 'elsewhere', store: undefined })),
  );
  return uniqueBy([...brought, ...read], ({ name }) => name);
}

/** Somebody who refers to an app. */
interface Referrer {
  /** Who says so. */
  readonly from: AppliedObject;
  readonly path: Path;
  /** As a `dependsOn`, by a field that names an object, or in a host name of a Service. */
  readonly how: 'depends on' | 'names' | 'calls';
  /** What is named. */
  readonly target: string;
}

/** Everything outside of an app that refers to it: what waits for it, what names objects of it, and what calls its Services. */
export function referrersOf(app: App): Referrer[] {
  const { flux, index } = app.cluster;
  const own = new Set(app.objects);
  const waits = new Set(app.kustomizations.map(({ namespace, name }) => `${namespace}/${name}`));
  const services = servicesOf(app);
  const found: Referrer[] = [];
  for (const from of flux.objects) {
    if (own.has(from) || (isFluxKustomization(from) && waits.has(`${from.namespace ?? ''}/${from.name}`))) continue;
    const resolve = resolverOf(from);
    for (const [position, one] of listAt(from.fields, 'spec', 'dependsOn').entries()) {
      const name = resolve(textAt(one, 'name') ?? '');
      const target = `${resolve(textAt(one, 'namespace') ?? from.namespace ?? '')}/${name}`;
      const isRelease =
        from.kind === 'HelmRelease' &&
        app.objects.some(
          (object) => object.kind === 'HelmRelease' && `${object.namespace ?? ''}/${object.name}` === target,
        );
      if (isRelease || (isFluxKustomization(from) && waits.has(target)))
        found.push({ from, path: ['spec', 'dependsOn', position, 'name'], how: 'depends on', target });
    }
    for (const reference of referencesOf(from)) {
      if (reference.path.includes('dependsOn')) continue;
      const resolution = index.resolve(reference);
      const object =
        resolution.kind === 'object' ? resolution.object : resolution.kind === 'product' ? resolution.maker : undefined;
      if (object === undefined || !own.has(object)) continue;
      found.push({ from, path: reference.path, how: 'names', target: `${reference.kind} ${reference.writtenName}` });
    }
    walk(from.fields, (value, path) => {
      if (typeof value !== 'string' || path[0] === 'status') return;
      const host = hostsIn(value, services, app.namespace)[0];
      if (host !== undefined) found.push({ from, path, how: 'calls', target: host });
    });
  }
  return found;
}

/** Names that the Services of an app may have: those that are written, its releases, and what a chart adds to that. */
export function servicesOf({ objects, name }: Pick<App, 'objects' | 'name'>): string[] {
  const written = objects.filter(({ kind }) => kind === 'Service' || kind === 'HelmRelease').map((one) => one.name);
  return [...new Set([name, ...written])];
}

/** Hosts in a text that are Services of a namespace: `echo.default`, `echo-http.default.svc.cluster.local`. */
export function hostsIn(text: string, services: readonly string[], namespace: string): string[] {
  const hosts = [
    ...text.matchAll(/(?<![\w.-])([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)\.([a-z0-9-]+)(\.svc(?:\.[a-z0-9.-]+)?)?(?![\w-])/g),
  ];
  return hosts.flatMap(([whole, service = '', home = '', rest]) => {
    const isOurs = services.some((one) => service === one || (service.startsWith(`${one}-`) && rest !== undefined));
    // Without `.svc` anything may be meant: `app.yaml`.
    const isHost = rest !== undefined || new RegExp(`${whole.replace(/[.]/g, '\\.')}:\\d`).test(text) || text === whole;
    return home === namespace && isOurs && isHost ? [whole] : [];
  });
}

/** Replaces the variables in texts of an object whose values stand in its Kustomization itself, and so in git. */
function publicText({ owner }: Pick<AppliedObject, 'owner'>): (text: string) => string {
  const inline = asFields(at(owner?.fields, 'spec', 'postBuild', 'substitute'));
  const values = new Map(Object.entries(inline).map(([key, value]) => [key, String(value)]));
  const names = owner?.substitution?.names ?? new Set<string>();
  return (text) => {
    const isHidden = variablesIn(text).some(({ name = '' }) => names.has(name) && !values.has(name));
    return owner?.substitution === undefined || isHidden ? text : substitute(text, values);
  };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

function uniqueBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
