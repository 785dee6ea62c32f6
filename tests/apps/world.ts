import { readTarget, type RequestContext } from '../../src/apps/answer-values.ts';
import type { Answers } from '../../src/apps/answers.ts';
import { readRequest } from '../../src/apps/request.ts';
import { withEntry } from '../../src/apps/text/lists.ts';
import { scaffold, type Scaffold } from '../../src/apps/scaffold/scaffold.ts';
import { styleOf } from '../../src/apps/style.ts';
import { surroundingsOf } from '../../src/apps/surroundings.ts';
import type { Profile } from '../../src/checks/rule.ts';
import { RULES } from '../../src/checks/rules/list.ts';
import { readSettings, SETTINGS_FILE } from '../../src/checks/settings.ts';
import type { ManifestFile } from '../../src/manifests/document.ts';
import { fluxTree } from '../../src/manifests/flux/tree.ts';
import { readTree } from '../../src/manifests/tree.ts';
import { encrypt } from '../../src/sops/encrypt.ts';
import { generateIdentity } from '../../src/sops/identities.ts';
import { isSecretPath, parseRules, requireRule } from '../../src/sops/rules.ts';

/** Texts by path. */
export type Texts = Readonly<Record<string, string>>;

/** Everything that an app may need, in one repository of a profile: gateways, stores, classes, services, VolSync, operators. */
export function world(profile: Profile, settings = ''): Texts {
  const overlays = profile === 'overlays';
  const apps = overlays ? 'k8s/apps' : profile === 'external-secrets' ? 'cluster-apps/main' : 'kubernetes/apps';
  const components = overlays ? 'k8s/components' : 'kubernetes/components';
  const variables = profile === 'guarded' ? 'ConfigMap' : profile === 'template' ? 'Secret' : undefined;
  const domain = variables === undefined ? 'home.example' : '${SECRET_DOMAIN}';
  const parts: Record<string, Record<string, Record<string, string>>> = {
    'external-secrets': {
      stores: {
        onepassword: store(
          'onepassword',
          'onepassword:\n      connectHost: http://onepassword.external-secrets:8080\n      vaults:\n        home: 1\n      auth:\n        secretRef:\n          connectTokenSecretRef:\n            name: onepassword-token\n            key: token\n            namespace: external-secrets',
        ),
        doppler: store(
          'doppler',
          'doppler:\n      auth:\n        secretRef:\n          dopplerToken:\n            name: doppler-token\n            namespace: external-secrets\n            key: dopplerToken',
        ),
      },
    },
    network: {
      'envoy-gateway': {
        class: object(
          'gateway.networking.k8s.io/v1',
          'GatewayClass',
          'envoy',
          'controllerName: gateway.envoyproxy.io/gatewayclass-controller',
        ),
        internal: gateway('envoy-internal', domain),
        external: gateway('envoy-external', domain),
      },
      'smtp-relay': { service: service('smtp-relay', 25) },
    },
    'rook-ceph': {
      'rook-ceph-cluster': {
        'ceph-block': storageClass('ceph-block', 'rbd.csi.ceph.com'),
        'rook-ceph-block': storageClass('rook-ceph-block', 'rbd.csi.ceph.com'),
        'openebs-hostpath': storageClass('openebs-hostpath', 'openebs.io/local'),
        'rook-ceph-filesystem': storageClass('rook-ceph-filesystem', 'cephfs.csi.ceph.com'),
      },
    },
    storage: {
      'cloudnative-pg-cluster': {
        cluster: object(
          'postgresql.cnpg.io/v1',
          'Cluster',
          'postgres',
          'instances: 3\n  storage:\n    size: 20Gi\n    storageClass: ceph-block',
        ),
      },
      dragonfly: { service: service('dragonfly', 6379) },
      garage: { service: service('garage', 3900) },
    },
    'volsync-system': {
      volsync: { helmrelease: release('volsync', overlays), ...(overlays ? {} : { ocirepository: source('volsync') }) },
    },
  };
  const files: Record<string, string> = {
    [SETTINGS_FILE]: `profile: ${profile}\n${settings}`,
    'clusters/home/ks.yaml': `---\n${directive('kustomize.toolkit.fluxcd.io/kustomization_v1')}apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: cluster-apps\n  namespace: flux-system\nspec:\n  interval: 1h\n  path: ./${apps}\n  prune: true\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n    namespace: flux-system\n  wait: false\n${profile === 'template' ? DECRYPTION_PATCH : ''}`,
    ...(overlays ? { 'clusters/home/sources.yaml': fluxKs('sources', './k8s/infrastructure/sources') } : {}),
    ...(overlays
      ? {
          'k8s/infrastructure/sources/kustomization.yaml': kustomization(undefined, [], ['volsync.yaml']),
          'k8s/infrastructure/sources/volsync.yaml': source('volsync', true),
        }
      : {}),
    ...Object.fromEntries(
      Object.entries(VOLSYNC).map(([name, text]) => [`${components}/volsync/${name}`, text(profile)]),
    ),
    ...(variables === undefined ? {} : common(components, variables)),
    ...(profile === 'template'
      ? {
          [`${components}/namespace/kustomization.yaml`]: component(['namespace.yaml']),
          [`${components}/namespace/namespace.yaml`]: namespaceText('_'),
        }
      : {}),
  };
  for (const [namespace, own] of Object.entries(parts)) {
    const shared = [
      ...(profile === 'template' ? [`${relativeUp(apps)}/${components}/namespace`] : []),
      ...(variables === undefined ? [] : [`${relativeUp(apps)}/${components}/common`]),
    ];
    files[`${apps}/${namespace}/kustomization.yaml`] = kustomization(
      overlays ? undefined : namespace,
      shared,
      [
        ...(profile === 'template' ? [] : ['namespace.yaml']),
        ...Object.keys(own).map((name) => `${name}/ks.yaml`),
      ].sort(),
    );
    if (profile !== 'template') files[`${apps}/${namespace}/namespace.yaml`] = namespaceText(namespace);
    for (const [name, objects] of Object.entries(own)) {
      const folder = `${apps}/${namespace}/${name}`;
      files[`${folder}/ks.yaml`] = appKs({ profile, namespace, name, folder, variables });
      files[`${folder}/app/kustomization.yaml`] = kustomization(
        undefined,
        [],
        Object.keys(objects)
          .map((one) => `${one}.yaml`)
          .sort(),
      );
      for (const [one, text] of Object.entries(objects)) files[`${folder}/app/${one}.yaml`] = text;
    }
  }
  return files;
}

const DECRYPTION_PATCH = `  patches:\n    - patch: |\n        apiVersion: kustomize.toolkit.fluxcd.io/v1\n        kind: Kustomization\n        metadata:\n          name: _\n        spec:\n          decryption:\n            provider: sops\n      target:\n        group: kustomize.toolkit.fluxcd.io\n        kind: Kustomization\n`;

function directive(schema: string): string {
  return `# yaml-language-server: $schema=https://k8s-schemas.home-operations.com/${schema}.json\n`;
}

function object(apiVersion: string, kind: string, name: string, spec: string): string {
  const [group = '', version = ''] = apiVersion.split('/');
  return `---\n${directive(`${group}/${kind.toLowerCase()}_${version}`)}apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n  ${spec}\n`;
}

function store(name: string, provider: string): string {
  return object('external-secrets.io/v1', 'ClusterSecretStore', name, `provider:\n    ${provider}`);
}

function gateway(name: string, domain: string): string {
  const tls = 'tls:\n        certificateRefs:\n          - kind: Secret\n            name: home-tls';
  return object(
    'gateway.networking.k8s.io/v1',
    'Gateway',
    name,
    `gatewayClassName: envoy\n  listeners:\n    - name: https\n      allowedRoutes:\n        namespaces:\n          from: All\n      hostname: "*.${domain}"\n      port: 443\n      protocol: HTTPS\n      ${tls}`,
  );
}

function service(name: string, port: number): string {
  return `---\napiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\nspec:\n  ports:\n    - port: ${String(port)}\n  selector:\n    app.kubernetes.io/name: ${name}\n`;
}

function storageClass(name: string, provisioner: string): string {
  return `---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata:\n  name: ${name}\nprovisioner: ${provisioner}\n`;
}

function release(name: string, isCentral: boolean): string {
  return object(
    'helm.toolkit.fluxcd.io/v2',
    'HelmRelease',
    name,
    `chartRef:\n    kind: OCIRepository\n    name: ${name}\n${isCentral ? '    namespace: flux-system\n' : ''}  interval: 1h`,
  );
}

function source(name: string, isCentral = false): string {
  const text = object(
    'source.toolkit.fluxcd.io/v1',
    'OCIRepository',
    name,
    `interval: 1h\n  ref:\n    tag: 1.0.0\n  url: oci://ghcr.io/example/charts/${name}`,
  );
  return isCentral ? text.replace(`name: ${name}\n`, `name: ${name}\n  namespace: flux-system\n`) : text;
}

function kustomization(
  namespace: string | undefined,
  components: readonly string[],
  resources: readonly string[],
): string {
  const head = `---\n# yaml-language-server: $schema=https://json.schemastore.org/kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n`;
  const list = (key: string, items: readonly string[], prefix: string): string =>
    items.length === 0 ? '' : `${key}:\n${items.map((one) => `  - ${prefix}${one}\n`).join('')}`;
  return `${head}${namespace === undefined ? '' : `namespace: ${namespace}\n`}${list('components', components, '')}${list('resources', resources, './')}`;
}

function component(resources: readonly string[]): string {
  return kustomization(undefined, [], resources).replace('v1beta1\nkind: Kustomization', 'v1alpha1\nkind: Component');
}

function namespaceText(name: string): string {
  return `---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n  annotations:\n    kustomize.toolkit.fluxcd.io/prune: disabled\n`;
}

function relativeUp(folder: string): string {
  return [...folder.split('/'), ''].map(() => '..').join('/');
}

function common(components: string, kind: string): Texts {
  const name = kind === 'Secret' ? 'cluster-secrets' : 'cluster-settings';
  const file = kind === 'Secret' ? 'cluster-secrets.sops.yaml' : 'configmap.yaml';
  const label = kind === 'Secret' ? '' : '';
  const data = kind === 'Secret' ? 'stringData' : 'data';
  return {
    [`${components}/common/kustomization.yaml`]: component([file]),
    [`${components}/common/${file}`]: `---\napiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${label}${data}:\n  SECRET_DOMAIN: home.example\n`,
  };
}

function fluxKs(name: string, path: string): string {
  return `---\n${directive('kustomize.toolkit.fluxcd.io/kustomization_v1')}apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: ${name}\n  namespace: flux-system\nspec:\n  interval: 1h\n  path: ${path}\n  prune: true\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n    namespace: flux-system\n  wait: true\n`;
}

function appKs({
  profile,
  namespace,
  name,
  folder,
  variables,
}: {
  profile: Profile;
  namespace: string;
  name: string;
  folder: string;
  variables: string | undefined;
}): string {
  const from =
    variables === undefined
      ? ''
      : `  postBuild:\n    substituteFrom:\n      - kind: ${variables}\n        name: ${variables === 'Secret' ? 'cluster-secrets' : 'cluster-settings'}\n`;
  const isCentral = profile === 'overlays';
  return `---\n${directive('kustomize.toolkit.fluxcd.io/kustomization_v1')}apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: ${name}\n${isCentral ? '  namespace: flux-system\n' : ''}spec:\n  targetNamespace: ${namespace}\n  interval: 1h\n  path: ./${folder}/app\n${from}  prune: true\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n    namespace: flux-system\n  wait: true\n`;
}

/** A component of VolSync; that of the template asks the app for its Secret. */
const VOLSYNC: Readonly<Record<string, (profile: Profile) => string>> = {
  'kustomization.yaml': (profile) =>
    component([
      ...(isOwnSecret(profile) ? ['externalsecret.yaml'] : []),
      'pvc.yaml',
      'replicationdestination.yaml',
      'replicationsource.yaml',
    ]),
  'externalsecret.yaml': (profile) =>
    isOwnSecret(profile)
      ? object(
          'external-secrets.io/v1',
          'ExternalSecret',
          '${APP}-volsync',
          `dataFrom:\n    - extract:\n        key: volsync\n  secretStoreRef:\n    kind: ClusterSecretStore\n    name: onepassword\n  target:\n    name: \${APP}-volsync-secret\n    template:\n      data:\n        RESTIC_PASSWORD: "{{ .RESTIC_PASSWORD }}"\n        RESTIC_REPOSITORY: "{{ .REPOSITORY }}/\${APP}"`,
        )
      : '',
  'pvc.yaml': () =>
    '---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: ${VOLSYNC_CLAIM:=${APP}}\nspec:\n  accessModes:\n    - ${VOLSYNC_ACCESS_MODE:=ReadWriteOnce}\n  dataSourceRef:\n    apiGroup: volsync.backube\n    kind: ReplicationDestination\n    name: ${APP}\n  resources:\n    requests:\n      storage: ${VOLSYNC_CAPACITY:=5Gi}\n',
  'replicationdestination.yaml': (profile) =>
    object(
      'volsync.backube/v1alpha1',
      'ReplicationDestination',
      '${APP}',
      `restic:\n    capacity: \${VOLSYNC_CAPACITY:=5Gi}\n    copyMethod: Snapshot\n    repository: ${volsyncSecret(profile)}\n  trigger:\n    manual: restore-once`,
    ),
  'replicationsource.yaml': (profile) =>
    object(
      'volsync.backube/v1alpha1',
      'ReplicationSource',
      '${APP}',
      `restic:\n    copyMethod: Snapshot\n    repository: ${volsyncSecret(profile)}\n  sourcePVC: \${VOLSYNC_CLAIM:=\${APP}}\n  trigger:\n    schedule: 0 * * * *`,
    ),
};

function isOwnSecret(profile: Profile): boolean {
  return profile === 'single-cluster' || profile === 'external-secrets' || profile === 'guarded';
}

function volsyncSecret(profile: Profile): string {
  return isOwnSecret(profile) ? '${APP}-volsync-secret' : '${APP}-volsync';
}

/** Files as whoever reads a repository has them. */
export function asFiles(texts: Texts): ManifestFile[] {
  return Object.entries(texts)
    .filter(([, text]) => text !== '')
    .map(([path, text]) => ({ path, source: path, text, isGenerated: false, isSecret: isSecretPath(path) }));
}

/** What a new app is read against in a repository. */
export function contextIn(texts: Texts, files: ReadonlyMap<string, string> = new Map()): RequestContext {
  const all = asFiles(texts);
  const { tree } = readTree(all.filter(({ path }) => path !== SETTINGS_FILE));
  const surroundings = surroundingsOf(tree, fluxTree(tree));
  const { settings, findings } = readSettings(
    all.find(({ path }) => path === SETTINGS_FILE),
    RULES,
  );
  if (findings.length > 0) throw new Error(findings.map(({ message }) => message).join('\n'));
  return { style: styleOf(settings, surroundings), surroundings, files };
}

/** A new app in a repository. */
export interface Made {
  readonly made: Scaffold;
  /** All files of the repository with it. */
  readonly after: Texts;
  /** Those that are new or another. */
  readonly changed: Texts;
}

const RULES_TEXT = `creation_rules:
  - path_regex: \\.sops\\.yaml$
    encrypted_regex: ^(data|stringData)$
    age: ${await generateIdentity().recipient()}
`;

/** Makes an app in a repository. */
export async function newApp(
  texts: Texts,
  target: string,
  answers: Answers,
  files: ReadonlyMap<string, string> = new Map(),
): Promise<Made> {
  const context = contextIn(texts, files);
  const request = readRequest(readTarget(target), answers, context);
  const made = scaffold({ request, ...context });
  const changed: Record<string, string> = Object.fromEntries(made.files.map(({ path, text }) => [path, text]));
  for (const { path, plain } of made.sealed) {
    const rule = requireRule(parseRules(RULES_TEXT), path);
    const text = plain(({ item, field }) => `${item} ${field}`);
    changed[path] = await encrypt({ path, plain: text, rule, indent: 2, identities: [], now: new Date(0) });
  }
  for (const { path, entry } of made.registrations) {
    changed[path] = withEntry(changed[path] ?? texts[path] ?? '', ['resources'], entry, made.order);
  }
  return { made, after: { ...texts, ...changed }, changed };
}
