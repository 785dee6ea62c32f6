import { choice, flag, type Option, type Profile, text, texts } from './rule.ts';

// How apps look in a repository: the part `apps` of .cluster-template.yaml. What a rule of lint has an option for is no setting here, as
// it would be said twice: `app new` follows the options of the rules.

/** A setting of how apps look; where none is written, what the repository does counts, then what stands here. */
export interface StyleSetting<T> extends Option<T> {
  /** Where a profile has another default. */
  readonly profiles?: Partial<Record<Profile, T>>;
}

/** Access modes of a volume, as Kubernetes calls them. */
export const ACCESS_MODES = ['ReadWriteOnce', 'ReadWriteOncePod', 'ReadOnlyMany', 'ReadWriteMany'] as const;

/** One of them. */
export type AccessMode = (typeof ACCESS_MODES)[number];

/** A service that several apps use. */
export interface SharedService {
  /** Name and port: `postgres-rw.storage.svc.cluster.local:5432`. */
  readonly host: string;
  /** The item of the password store that holds its credentials. */
  readonly item?: string;
  /** The Kustomization that brings it, `namespace/name`. */
  readonly dependsOn?: string;
}

/** What `app new` can connect an app to. */
export const SERVICES = ['postgres', 'redis', 's3', 'smtp'] as const;

/** One of them. */
export type ServiceName = (typeof SERVICES)[number];

function setting<T>(option: Option<T>, profiles?: Partial<Record<Profile, NoInfer<T>>>): StyleSetting<T> {
  return profiles === undefined ? option : { ...option, profiles };
}

function entries<T>(
  description: string,
  usual: Readonly<Record<string, T>>,
  schema: Readonly<Record<string, unknown>>,
): Option<Readonly<Record<string, T>>> {
  return { description, default: usual, schema };
}

const MODES: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: { type: 'array', items: { enum: ACCESS_MODES } },
};

const SHARED: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(
    SERVICES.map((name) => [
      name,
      {
        type: 'object',
        additionalProperties: false,
        properties: { host: { type: 'string' }, item: { type: 'string' }, dependsOn: { type: 'string' } },
      },
    ]),
  ),
};

const NAMES: Readonly<Record<string, unknown>> = { type: 'object', additionalProperties: { type: 'string' } };

/** The settings, in the order of docs/rules.md. */
export const STYLE_SETTINGS = {
  folder: setting(text('Folder below which an app lies as `<namespace>/<app>`.', 'kubernetes/apps'), {
    overlays: 'k8s/apps',
  }),
  resourcePrefix: setting(choice('What stands before the files that a kustomization lists.', ['./', 'none'], './')),
  namespaces: setting(
    entries(
      'Namespaces with what they are for; `app new` proposes them.',
      {
        ai: 'language models and what speaks to them',
        'cert-manager': 'certificates',
        default: 'apps that belong nowhere else',
        'flux-system': 'Flux',
        'kube-system': 'what the cluster itself needs',
        media: 'films, music, photographs and what fetches them',
        ml: 'training and notebooks',
        network: 'gateways, DNS, tunnels',
        observability: 'metrics, logs, alerts, dashboards',
        security: 'logins, secrets, scanners',
        storage: 'volumes, databases, object stores, backups',
      },
      NAMES,
    ),
  ),
  namespaceComponent: setting(text('Component that brings the namespace; empty where each has a namespace.yaml.', ''), {
    template: 'kubernetes/components/namespace',
  }),
  kustomizations: setting(
    choice('Namespace of the Kustomization of an app: its own one, or that of Flux.', ['app', 'flux-system'], 'app'),
    { overlays: 'flux-system' },
  ),
  appVariable: setting(flag('Whether each Kustomization has the variable APP with the name of the app.', true), {
    template: false,
    overlays: false,
  }),
  substituteFrom: setting(
    texts('What Flux takes variables out of for each app, as `Secret/name` or `ConfigMap/name`.', []),
    { template: ['Secret/cluster-secrets'], guarded: ['ConfigMap/cluster-settings'] },
  ),
  retryInterval: setting(text('How soon Flux tries again what failed; empty for its own default.', ''), {
    template: '2m',
  }),
  sourceInterval: setting(text('How often Flux asks a chart source for something new.', '1h'), {
    template: '15m',
    'single-cluster': '15m',
  }),
  chartSources: setting(text('Folder of all chart sources, where `helm/oci-per-app` has the option `central`.', ''), {
    overlays: 'k8s/infrastructure/sources',
  }),
  controller: setting(text('Key of the controller in the values of app-template.', '{app}'), {
    'external-secrets': 'main',
  }),
  container: setting(text('Key of its container.', 'app'), { 'external-secrets': 'main' }),
  secrets: setting(choice('Where the secrets of apps live.', ['sops', 'onepassword', 'doppler'], 'sops'), {
    'single-cluster': 'onepassword',
    guarded: 'onepassword',
    'external-secrets': 'doppler',
  }),
  secretStore: setting(text('The ClusterSecretStore; empty for one that is called as `secrets` says.', '')),
  secretName: setting(text('How the Secret of an app is called.', '{app}-secret')),
  routeIn: setting(
    choice(
      'Whether a route is a file of its own, or stands in the values of app-template.',
      ['file', 'values'],
      'file',
    ),
    { 'single-cluster': 'values', 'external-secrets': 'values' },
  ),
  gateway: setting(
    text(
      'The gateway that is reached from home alone: `namespace/name`, or with a listener `namespace/name/section`.',
      'network/envoy-internal',
    ),
    { template: 'network/envoy-internal/https', 'external-secrets': 'network/envoy-internal/https' },
  ),
  externalGateway: setting(text('The gateway that is reached from the Internet.', 'network/envoy-external'), {
    template: 'network/envoy-external/https',
    'external-secrets': 'network/envoy-external/https',
  }),
  domain: setting(text('Domain of the host names, or the variable that Flux puts it in the place of.', ''), {
    template: '${SECRET_DOMAIN}',
    guarded: '${SECRET_DOMAIN}',
  }),
  storageClasses: setting(
    entries<readonly AccessMode[]>('Storage classes with the access modes that they can do.', {}, MODES),
    {
      'single-cluster': { 'ceph-block': ['ReadWriteOnce'], 'openebs-hostpath': ['ReadWriteOnce'] },
      guarded: {
        'nfs-client': ['ReadWriteMany', 'ReadWriteOnce'],
        'rook-ceph-block': ['ReadWriteOnce'],
        'rook-ceph-filesystem': ['ReadWriteMany', 'ReadWriteOnce'],
      },
      'external-secrets': { 'ceph-block': ['ReadWriteOnce'], 'openebs-hostpath': ['ReadWriteOnce'] },
      overlays: { 'ceph-block': ['ReadWriteOnce'] },
    },
  ),
  storageClass: setting(text('The storage class of a new volume; empty for the default one of the cluster.', ''), {
    'single-cluster': 'ceph-block',
    guarded: 'rook-ceph-block',
    'external-secrets': 'ceph-block',
    overlays: 'ceph-block',
  }),
  backup: setting(text('The component that makes and backs up a volume by VolSync.', 'kubernetes/components/volsync'), {
    overlays: 'k8s/components/volsync',
  }),
  database: setting(choice('Whether apps share a database server, or each has its own.', ['shared', 'own'], 'shared'), {
    guarded: 'own',
  }),
  services: setting(entries<SharedService>('Services that apps share.', {}, SHARED), {
    'single-cluster': {
      postgres: {
        host: 'postgres-rw.storage.svc.cluster.local:5432',
        item: 'cloudnative-pg',
        dependsOn: 'storage/cloudnative-pg-cluster',
      },
      redis: { host: 'dragonfly.storage.svc.cluster.local:6379', item: 'dragonfly', dependsOn: 'storage/dragonfly' },
      s3: { host: 'garage.storage.svc.cluster.local:3900', item: 'garage', dependsOn: 'storage/garage' },
      smtp: { host: 'smtp-relay.network.svc.cluster.local:25', dependsOn: 'network/smtp-relay' },
    },
  }),
  oidcIssuer: setting(text('Address of the identity provider: `https://id.example.com`.', '')),
  oidcClient: setting(
    choice(
      'Who makes the client of an app there: you, or the operator of Pocket ID.',
      ['by-hand', 'pocket-id'],
      'by-hand',
    ),
    { 'single-cluster': 'pocket-id' },
  ),
} as const;

/** Values of the settings. */
export type StyleValues = {
  readonly [K in keyof typeof STYLE_SETTINGS]: (typeof STYLE_SETTINGS)[K] extends StyleSetting<infer T> ? T : never;
};

/** What a profile says where neither the settings nor the repository do. */
export function presetOf(profile: Profile): StyleValues {
  const values = Object.entries(STYLE_SETTINGS).map(([name, one]: [string, StyleSetting<unknown>]) => [
    name,
    one.profiles?.[profile] ?? one.default,
  ]);
  return Object.fromEntries(values) as StyleValues;
}
