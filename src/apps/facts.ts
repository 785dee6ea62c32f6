import type { RuleObject } from '../checks/rule.ts';
import { imagesOf } from '../checks/rules/objects.ts';
import type { Origin } from '../manifests/document.ts';
import { substitute, variablesIn } from '../manifests/flux/substitution.ts';
import type { AppliedObject, FluxKustomization } from '../manifests/flux/tree.ts';
import { referencesOf } from '../manifests/references.ts';
import { asFields, at, isFields, listAt, type Path, textAt, walk } from '../text/values.ts';
import { WORKLOADS } from './candidates.ts';
import type { App } from './repository.ts';

// What there is to know of an app. Variables stand in texts as they are written, as what they stand for may be a secret; those whose value
// stands in a Kustomization itself are replaced.

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
