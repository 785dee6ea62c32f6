import type { AppRequest } from '../request.ts';
import {
  entryOrder,
  foldersOf,
  type Generator,
  kustomizationFiles,
  ksText,
  type MadeFile,
  type Making,
  namespaceFiles,
  objectOf,
  prefixOf,
  chartFields,
  sourceOf,
} from './flux.ts';
import { entryOfBase, patchesOf } from './base.ts';
import { databaseFiles } from './database.ts';
import {
  claimsText,
  httpRouteText,
  ingressText,
  monitoringFiles,
  oidcClientText,
  securityPolicyText,
  watchedFiles,
} from './files.ts';
import { CONFIG_PATH, configName, helmReleaseText, remediation, variableSecrets } from './release.ts';
import {
  type AppSecret,
  databaseName,
  externalSecretText,
  plainSecretText,
  type Requirement,
  requirementsOf,
  secretsOf,
} from './secrets.ts';
import { manifestText } from './yaml.ts';

/** A list that an app has to stand in. */
interface Registration {
  /** A kustomization that is there. */
  readonly path: string;
  /** Relative to its folder. */
  readonly entry: string;
}

/** A file that is never written but encrypted. */
export interface SealedFile {
  readonly path: string;
  /** What has to be known for it. */
  readonly needs: readonly Requirement[];
  /** The plain text, of values by item and field. */
  readonly plain: (valueOf: (requirement: { readonly item: string; readonly field: string }) => string) => string;
}

/** A new app as files. */
export interface Scaffold {
  readonly files: readonly MadeFile[];
  readonly sealed: readonly SealedFile[];
  readonly registrations: readonly Registration[];
  /** How the entries of a kustomization are ordered; undefined where a list that is sorted stays so, and any other grows at its end. */
  readonly order: ((one: string, other: string) => number) | undefined;
  /** What the store has to hold; none where SOPS encrypts. */
  readonly requirements: readonly Requirement[];
}

/** Makes the files of a new app. */
export function scaffold(making: Making): Scaffold {
  const { request, style, surroundings } = making;
  const { namespace, name } = request;
  const folders = foldersOf(making);
  const namespaceFile = surroundings.namespaces.get(namespace)?.file.path;
  const all = secretsOf(making);
  const isDatabase = (secret: AppSecret): boolean => secret.source === `${databaseName(request)}-backup`;
  const app =
    request.kind === 'app'
      ? appPart(
          making,
          all.filter((one) => !isDatabase(one)),
        )
      : NO_PART;
  const cluster =
    request.kind === 'cnpg-cluster' || request.database === 'own'
      ? clusterPart(making, all.filter(isDatabase))
      : NO_PART;
  const crds = request.crds === undefined ? NO_PART : crdsPart(making);
  const central = [app, crds].flatMap(({ sources }) => sources);
  return {
    files: [
      ...(namespaceFile === undefined ? namespaceFiles(making) : []),
      { path: `${folders.base}/ks.yaml`, text: ksText(making, kustomizations(making, { app, cluster, crds })) },
      ...[app, cluster, crds].flatMap(({ files }) => files),
    ],
    sealed: [app, cluster].flatMap(({ sealed }) => sealed),
    registrations: [
      ...(namespaceFile === undefined ? newNamespace(making) : [{ path: namespaceFile, entry: `${name}/ks.yaml` }]),
      ...central.map((file) => ({ path: `${style.chartSources}/kustomization.yaml`, entry: file })),
    ],
    order: entryOrder(style),
    requirements: style.secrets === 'sops' ? [] : requirementsOf(all),
  };
}

/** Where all namespaces are listed by hand, a new one is as well. */
function newNamespace({ request, style, surroundings }: Making): Registration[] {
  return surroundings.namespaceList === undefined
    ? []
    : [
        {
          path: surroundings.namespaceList,
          entry: relativeTo(surroundings.namespaceList, `${style.folder}/${request.namespace}`),
        },
      ];
}

function relativeTo(file: string, folder: string): string {
  const home = file.split('/').slice(0, -1).join('/');
  return folder.startsWith(`${home}/`) ? folder.slice(home.length + 1) : folder;
}

/** The files of one folder that Flux applies. */
interface Part {
  readonly files: readonly MadeFile[];
  readonly sealed: readonly SealedFile[];
  /** Files in the folder of all chart sources. */
  readonly sources: readonly string[];
}

const NO_PART: Part = { files: [], sealed: [], sources: [] };

function appPart(making: Making, secrets: readonly AppSecret[]): Part {
  const { request, style } = making;
  const { app: folder } = foldersOf(making);
  const { base } = request;
  const source = base === undefined ? sourceFile(making, request, folder, request.name) : NO_SOURCE;
  const variables = variableSecrets(
    making,
    secrets.map(({ name }) => name),
  );
  const named: { readonly name: string; readonly text: string }[] = [
    ...(base === undefined
      ? [{ name: 'helmrelease.yaml', text: helmReleaseText(making, variables, request.name) }]
      : []),
    ...(request.volumes.some(({ isBackedUp }) => !isBackedUp) ? [{ name: 'pvc.yaml', text: claimsText(making) }] : []),
    ...routeFiles(making),
    ...monitoringFiles(making),
  ];
  const kept = secretFiles(making, folder, secrets);
  const watched = watchedFiles(making);
  const configs = request.configs.map(({ name, text }) => ({ path: `${folder}/config/${name}`, text }));
  const prefix = prefixOf(style);
  const generators: Generator[] = [
    ...(configs.length === 0
      ? []
      : [
          {
            name: configName(request.name),
            files: request.configs.map(({ name }) => `config/${name}`),
            isLiteral: true,
            namedAt: CONFIG_PATH,
          },
        ]),
    ...watched.map(({ name, file, label, isLiteral }) => ({
      name,
      files: [`${file === 'gatus.yaml' ? 'config.yaml' : file}=${prefix}config/${file}`],
      labels: { [label]: 'true' },
      isLiteral,
      namedAt: undefined,
    })),
  ];
  const resources = [
    ...(base === undefined ? [] : [entryOfBase(folder, base)]),
    ...named.map(({ name }) => name),
    ...source.resources,
    ...kept.resources,
  ];
  const components =
    style.components === 'app' && request.volumes.some(({ isBackedUp }) => isBackedUp) ? [style.backup] : [];
  return {
    files: [
      ...named.map(({ name, text }) => ({ path: `${folder}/${name}`, text })),
      ...source.files,
      ...kept.files,
      ...configs,
      ...watched.map(({ file, text }) => ({ path: `${folder}/config/${file}`, text })),
      ...kustomizationFiles(making, folder, {
        resources,
        generators,
        components,
        patches: base === undefined ? [] : patchesOf(base),
      }),
    ],
    sealed: kept.sealed,
    sources: source.central,
  };
}

function routeFiles(making: Making): { readonly name: string; readonly text: string }[] {
  const { request, style } = making;
  if (request.host === undefined) return [];
  const isIngress = style.route === 'tailscale-ingress';
  const isFile = request.routeIn === 'file' && !isIngress;
  return [
    ...(isIngress ? [{ name: 'ingress.yaml', text: ingressText(making) }] : []),
    ...(isFile ? [{ name: 'httproute.yaml', text: httpRouteText(making) }] : []),
    ...(request.login === 'gateway' ? [{ name: 'securitypolicy.yaml', text: securityPolicyText(making) }] : []),
    ...(request.login !== undefined && request.oidcClient === 'pocket-id'
      ? [{ name: 'oidcclient.yaml', text: oidcClientText(making) }]
      : []),
  ];
}

const NO_SOURCE: ReturnType<typeof sourceFile> = { files: [], resources: [], central: [] };

/** A chart's source beside its release, or in the folder of all sources. */
function sourceFile(
  making: Making,
  { chart }: Pick<AppRequest, 'chart'>,
  folder: string,
  name: string,
): { readonly files: readonly MadeFile[]; readonly resources: readonly string[]; readonly central: readonly string[] } {
  const { style } = making;
  const { file, manifest } = sourceOf(making, chart, name);
  const isCentral = style.sources === 'central';
  const text = manifestText([manifest]);
  return {
    files: [{ path: `${isCentral ? style.chartSources : folder}/${file}`, text }],
    resources: isCentral ? [] : [file],
    central: isCentral ? [file] : [],
  };
}

function secretFiles(
  making: Making,
  folder: string,
  secrets: readonly AppSecret[],
): {
  readonly files: readonly MadeFile[];
  readonly resources: readonly string[];
  readonly sealed: readonly SealedFile[];
} {
  if (secrets.length === 0) return { files: [], resources: [], sealed: [] };
  if (making.style.secrets !== 'sops') {
    const name = 'externalsecret.yaml';
    return {
      files: [{ path: `${folder}/${name}`, text: externalSecretText(making, secrets) }],
      resources: [name],
      sealed: [],
    };
  }
  const name = 'secret.sops.yaml';
  const sealed: SealedFile = {
    path: `${folder}/${name}`,
    needs: requirementsOf(secrets),
    plain: (valueOf) => plainSecretText(making, secrets, valueOf),
  };
  return { files: [], resources: [name], sealed: [sealed] };
}

function clusterPart(making: Making, secrets: readonly AppSecret[]): Part {
  const { cluster: folder } = foldersOf(making);
  const files = databaseFiles(making);
  const kept = secretFiles(making, folder, secrets);
  return {
    files: [
      ...files.map(({ name, text }) => ({ path: `${folder}/${name}`, text })),
      ...kept.files,
      ...kustomizationFiles(making, folder, { resources: [...files.map(({ name }) => name), ...kept.resources] }),
    ],
    sealed: kept.sealed,
    sources: [],
  };
}

/** The chart with the definitions, and its release. */
function crdsPart(making: Making): Part {
  const { request, style } = making;
  const { crds: folder } = foldersOf(making);
  const { crds } = request;
  if (crds === undefined) return NO_PART;
  const name = `${request.name}-crds`;
  const source = sourceFile(making, { chart: crds }, folder, name);
  const release = objectOf(style, 'helm.toolkit.fluxcd.io/v2', 'HelmRelease', {
    metadata: { name },
    spec: { ...chartFields(making, crds, name), ...remediation(style) },
  });
  return {
    files: [
      { path: `${folder}/helmrelease.yaml`, text: manifestText([release]) },
      ...source.files,
      ...kustomizationFiles(making, folder, { resources: ['helmrelease.yaml', ...source.resources] }),
    ],
    sealed: [],
    sources: source.central,
  };
}

function kustomizations(
  making: Making,
  { app, cluster, crds }: { readonly app: Part; readonly cluster: Part; readonly crds: Part },
): Parameters<typeof ksText>[1] {
  const { request, style, surroundings } = making;
  const { name, namespace } = request;
  const folders = foldersOf(making);
  const home = style.kustomizations === 'app' ? namespace : 'flux-system';
  const databaseKs = request.kind === 'cnpg-cluster' ? name : `${name}-cluster`;
  const backup = request.volumes.find(({ isBackedUp }) => isBackedUp);
  const part = { prune: true, wait: false, components: [], substitute: {}, isEncrypted: false };
  const parts: Parameters<typeof ksText>[1][number][] = [];
  if (crds !== NO_PART)
    parts.push({ ...part, name: `${name}-crds`, folder: folders.crds, prune: false, wait: true, dependsOn: [] });
  if (app !== NO_PART) {
    parts.push({
      ...part,
      name,
      folder: folders.app,
      components: backup === undefined || style.components === 'app' ? [] : [style.backup],
      dependsOn: [
        ...new Set([
          ...(crds === NO_PART ? [] : [`${home}/${name}-crds`]),
          ...(cluster === NO_PART ? [] : [`${home}/${databaseKs}`]),
          ...waitsFor(making, app),
          ...request.dependsOn,
        ]),
      ].sort(byName),
      substitute: {
        ...(style.appVariable || backup !== undefined ? { APP: name } : {}),
        ...(backup === undefined ? {} : backupVariables(making)),
      },
      isEncrypted: app.sealed.length > 0,
    });
  }
  if (cluster !== NO_PART) {
    const operator = surroundings.operators.get('postgresql.cnpg.io');
    const plugin = surroundings.operators.get('barmancloud.cnpg.io');
    parts.push({
      ...part,
      name: databaseKs,
      folder: folders.cluster,
      wait: true,
      dependsOn: [
        ...new Set([operator, plugin, ...storeOf(making, cluster), ...classOf(making)].flatMap((one) => one ?? [])),
      ].sort(byName),
      substitute: style.appVariable ? { APP: databaseKs } : {},
      isEncrypted: cluster.sealed.length > 0,
    });
  }
  return parts;
}

/** By the name of a Kustomization, then by its namespace. */
function byName(one: string, other: string): number {
  const [left, right] = [one, other].map((text) => text.split('/').toReversed().join('/'));
  return (left ?? '') < (right ?? '') ? -1 : 1;
}

/** What brings what the parts of an app need. */
function waitsFor(making: Making, app: Part): string[] {
  const { request, style, surroundings } = making;
  const services = [...(request.database === 'shared' ? (['postgres'] as const) : []), ...request.services];
  const gateway = (request.isExternal ? style.externalGateway : style.gateway).split('/');
  const isRouted = request.host !== undefined && style.route === 'httproute';
  return [
    ...services.flatMap((name) => style.services[name]?.dependsOn ?? []),
    ...(request.volumes.some(({ isBackedUp }) => isBackedUp) ? [surroundings.backup?.dependsOn ?? []].flat() : []),
    ...(isRouted && (surroundings.routesWait || request.login === 'gateway')
      ? [surroundings.ownerOf('Gateway', gateway[0], gateway[1] ?? '') ?? []].flat()
      : []),
    ...(isRouted ? [] : request.host === undefined ? [] : [surroundings.operators.get('tailscale.com') ?? []].flat()),
    ...(request.login !== undefined && request.oidcClient === 'pocket-id'
      ? [surroundings.operators.get('pocketid.internal') ?? []].flat()
      : []),
    ...classOf(making),
    ...storeOf(making, app),
  ].filter((one) => surroundings.kustomizations.has(one));
}

function storeOf({ style, surroundings, request: _ }: Making, part: Part): string[] {
  const isExternal = part.files.some(({ path }) => path.endsWith('/externalsecret.yaml'));
  const store = style.secretStore === '' ? style.secrets : style.secretStore;
  return isExternal ? [surroundings.ownerOf('ClusterSecretStore', undefined, store) ?? []].flat() : [];
}

/** What makes the storage class of its volumes. */
function classOf({ request, style, surroundings }: Making): string[] {
  const classes = [
    ...request.volumes.map(({ storageClass }) => storageClass),
    ...(request.database === 'own' ? [style.storageClass] : []),
  ];
  return classes.filter((one) => one !== '').flatMap((one) => surroundings.makerOfClass(one) ?? []);
}

function backupVariables({ request, surroundings }: Making): Record<string, string> {
  const volume = request.volumes.find(({ isBackedUp }) => isBackedUp);
  const takes = (name: string): boolean => surroundings.backup?.variables.has(name) === true;
  if (volume === undefined) return {};
  return {
    ...(volume.mode !== 'ReadWriteOnce' && takes('VOLSYNC_ACCESS_MODE') ? { VOLSYNC_ACCESS_MODE: volume.mode } : {}),
    ...(takes('VOLSYNC_CAPACITY') ? { VOLSYNC_CAPACITY: volume.size } : {}),
    ...(volume.claim === request.name ? {} : { VOLSYNC_CLAIM: volume.claim }),
    ...(volume.storageClass !== '' && takes('VOLSYNC_STORAGECLASS')
      ? { VOLSYNC_STORAGECLASS: volume.storageClass }
      : {}),
  };
}
