import type { Draft } from '../../src/apps/draft.ts';
import { type AppRepository, findApps } from '../../src/apps/repository.ts';
import type { ManifestFile } from '../../src/manifests/document.ts';
import { fluxTrees } from '../../src/manifests/flux/tree.ts';
import { readTree } from '../../src/manifests/tree.ts';
import { isSecretPath } from '../../src/sops/rules.ts';

/** Texts by path. */
export type Texts = Readonly<Record<string, string>>;

const KUSTOMIZATION = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n';

/** A kustomization that lists something; `before` is what stands above the list. */
export function listing(entries: readonly string[], before = ''): string {
  return `---\n${KUSTOMIZATION}${before}resources:\n${entries.map((entry) => `  - ${entry}\n`).join('')}`;
}

/** A Kustomization of Flux. */
export function ks(
  namespace: string,
  name: string,
  { spec = '', path = `./kubernetes/apps/${namespace}/${name}/app` } = {},
): string {
  return `---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: &app ${name}
spec:
  targetNamespace: ${namespace}
  interval: 1h
  path: ${path}
  postBuild:
    substitute:
      APP: *app
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
    namespace: flux-system
${spec}`;
}

/** A release of app-template. */
export function release(name: string, { tag = '1.0.0', env = '' } = {}): string {
  return `---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: ${name}
spec:
  chartRef:
    kind: OCIRepository
    name: ${name}
  interval: 1h
  values:
    controllers:
      ${name}:
        containers:
          app:
            image:
              repository: ghcr.io/example/${name}
              tag: ${tag} # stays
${env}    persistence:
      data:
        existingClaim: ${name}
    route:
      app:
        hostnames: ['${name}.example.com']
        parentRefs:
          - name: internal
            namespace: network
    service:
      app:
        ports:
          http:
            port: 8080
`;
}

/** The source of a chart. */
export function source(name: string): string {
  return `---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: ${name}
spec:
  interval: 1h
  ref:
    tag: 4.4.0
  url: oci://ghcr.io/bjw-s-labs/helm/app-template
`;
}

const CLAIM = (name: string): string => `---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: ${name}
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 5Gi
  storageClassName: ceph-block
`;

function namespaceOf(name: string): string {
  return `---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n`;
}

const INSTANCE = `---
apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata:
  name: flux
  namespace: flux-system
spec:
  sync:
    kind: GitRepository
    path: kubernetes/flux/cluster
    url: https://git.example.com/home.git
`;

const APPS = `---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: cluster-apps
  namespace: flux-system
spec:
  interval: 1h
  path: ./kubernetes/apps
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
    namespace: flux-system
`;

/** A repository with two namespaces and three apps, of which `web/front` needs `media/films`, and a gateway. */
export const HOME: Texts = {
  'kubernetes/flux/instance.yaml': INSTANCE,
  'kubernetes/flux/cluster/ks.yaml': APPS,
  'kubernetes/apps/media/namespace.yaml': namespaceOf('media'),
  'kubernetes/apps/media/kustomization.yaml': listing(
    ['./namespace.yaml', './films/ks.yaml', './radio/ks.yaml'],
    'namespace: media\n',
  ),
  'kubernetes/apps/media/films/ks.yaml': ks('media', 'films'),
  'kubernetes/apps/media/films/app/kustomization.yaml': listing([
    './helmrelease.yaml',
    './ocirepository.yaml',
    './pvc.yaml',
  ]),
  'kubernetes/apps/media/films/app/helmrelease.yaml': release('films'),
  'kubernetes/apps/media/films/app/ocirepository.yaml': source('films'),
  'kubernetes/apps/media/films/app/pvc.yaml': CLAIM('films'),
  'kubernetes/apps/media/radio/ks.yaml': ks('media', 'radio'),
  'kubernetes/apps/media/radio/app/kustomization.yaml': listing(['./helmrelease.yaml', './ocirepository.yaml']),
  'kubernetes/apps/media/radio/app/helmrelease.yaml': release('radio'),
  'kubernetes/apps/media/radio/app/ocirepository.yaml': source('radio'),
  'kubernetes/apps/network/kustomization.yaml': listing(['./gateway.yaml'], 'namespace: network\n'),
  'kubernetes/apps/network/gateway.yaml':
    'apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata:\n  name: internal\nspec:\n  gatewayClassName: envoy\n',
  'kubernetes/apps/web/namespace.yaml': namespaceOf('web'),
  'kubernetes/apps/web/kustomization.yaml': listing(['./namespace.yaml', './front/ks.yaml'], 'namespace: web\n'),
  'kubernetes/apps/web/front/ks.yaml': ks('web', 'front', {
    spec: '  dependsOn:\n    - name: films\n      namespace: media\n',
  }),
  'kubernetes/apps/web/front/app/kustomization.yaml': listing(['./helmrelease.yaml', './ocirepository.yaml']),
  'kubernetes/apps/web/front/app/helmrelease.yaml': release('front', {
    env: '            env:\n              FILMS: http://films.media.svc.cluster.local:8080/films\n              OTHER: films.mediator.svc\n',
  }),
  'kubernetes/apps/web/front/app/ocirepository.yaml': source('front'),
};

/** Texts as files of a repository. */
export function filesOf(texts: Texts): ManifestFile[] {
  return Object.entries(texts).map(([path, text]) => ({
    path,
    source: path,
    text,
    isGenerated: false,
    isSecret: isSecretPath(path),
  }));
}

/** The apps among files. */
export function appsIn(files: readonly ManifestFile[]): AppRepository {
  const { tree } = readTree(files);
  return findApps(files, tree, fluxTrees(tree));
}

/** The texts of a draft by path. */
export function textsOf(draft: Draft): Texts {
  return Object.fromEntries(draft.files().map(({ path, text }) => [path, text]));
}
