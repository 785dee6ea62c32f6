import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

// A repository of Flux as people write it by hand: nothing of it was rendered, every app has folders of its own, components and variables.

const APPS_OF_A_NAMESPACE = 25;

/**
 * Writes a repository with so many apps. Nothing is wrong with it, and kustomize builds each of its folders.
 *
 * @returns the folder of each Kustomization of Flux, relative to the repository
 */
export function writePlainRepository(folder: string, apps: number): string[] {
  const namespaces = Array.from(
    { length: Math.ceil(apps / APPS_OF_A_NAMESPACE) },
    (_, index) => `team-${String(index)}`,
  );
  const names = Array.from({ length: apps }, (_, index) => ({
    name: `app-${String(index)}`,
    namespace: namespaces[Math.floor(index / APPS_OF_A_NAMESPACE)] ?? '',
    /** The app before it in the same namespace, which it waits for. */
    before: index % APPS_OF_A_NAMESPACE === 0 ? undefined : `app-${String(index - 1)}`,
  }));
  const files = new Map([
    ...COMMON,
    [
      'kubernetes/apps/kustomization.yaml',
      kustomization({ resources: ['./infrastructure', ...namespaces.map((one) => `./${one}`)] }),
    ],
    ...namespaces.map(
      (namespace) =>
        [
          `kubernetes/apps/${namespace}/kustomization.yaml`,
          kustomization({
            namespace,
            components: ['../../components/common'],
            resources: [
              './namespace.yaml',
              ...names.filter((one) => one.namespace === namespace).map(({ name }) => `./${name}/ks.yaml`),
            ],
          }),
        ] as const,
    ),
    ...namespaces.map(
      (namespace) => [`kubernetes/apps/${namespace}/namespace.yaml`, namespaceObject(namespace)] as const,
    ),
    ...names.flatMap((app) => [...filesOf(app)]),
  ]);
  for (const [path, text] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return [
    'kubernetes/apps',
    'kubernetes/apps/infrastructure/stores',
    ...names.map(({ name, namespace }) => `kubernetes/apps/${namespace}/${name}/app`),
  ];
}

interface App {
  readonly name: string;
  readonly namespace: string;
  readonly before: string | undefined;
}

function kustomization(parts: {
  readonly namespace?: string;
  readonly components?: readonly string[];
  readonly resources: readonly string[];
}): string {
  const list = (name: string, items: readonly string[] = []): string =>
    items.length === 0 ? '' : `${name}:\n${items.map((item) => `  - ${item}\n`).join('')}`;
  const namespace = parts.namespace === undefined ? '' : `namespace: ${parts.namespace}\n`;
  return `---
# yaml-language-server: $schema=https://json.schemastore.org/kustomization
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
${namespace}${list('components', parts.components)}${list('resources', parts.resources)}`;
}

function namespaceObject(name: string): string {
  return `---
apiVersion: v1
kind: Namespace
metadata:
  name: ${name}
  annotations:
    kustomize.toolkit.fluxcd.io/prune: disabled
`;
}

const COMMON: readonly (readonly [path: string, text: string])[] = [
  [
    'bootstrap/flux-instance.yaml',
    `---
apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata:
  name: flux
  namespace: flux-system
spec:
  distribution:
    version: 2.x
    registry: ghcr.io/fluxcd
  sync:
    kind: GitRepository
    url: https://git.example.com/team/cluster.git
    ref: refs/heads/main
    path: kubernetes/flux/cluster
`,
  ],
  [
    'kubernetes/flux/cluster/ks.yaml',
    `---
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
  wait: false
  patches:
    - # What all Kustomizations of apps have in common
      patch: |-
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata:
          name: _
        spec:
          deletionPolicy: WaitForTermination
          patches:
            - patch: |-
                apiVersion: helm.toolkit.fluxcd.io/v2
                kind: HelmRelease
                metadata:
                  name: _
                spec:
                  install:
                    crds: CreateReplace
                  upgrade:
                    cleanupOnFail: true
                    crds: CreateReplace
                    remediation:
                      remediateLastFailure: true
                      retries: 2
              target:
                group: helm.toolkit.fluxcd.io
                kind: HelmRelease
      target:
        group: kustomize.toolkit.fluxcd.io
        kind: Kustomization
`,
  ],
  ['kubernetes/components/common/kustomization.yaml', component(['./settings.yaml'])],
  [
    'kubernetes/components/common/settings.yaml',
    `---
apiVersion: v1
kind: ConfigMap
metadata:
  name: cluster-settings
data:
  DOMAIN: example.com
  STORAGE_CLASS: fast
  TIME_ZONE: Etc/UTC
`,
  ],
  [
    'kubernetes/components/backup/kustomization.yaml',
    component(['./externalsecret.yaml', './pvc.yaml', './replicationsource.yaml']),
  ],
  [
    'kubernetes/components/backup/externalsecret.yaml',
    `---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: \${APP}-backup
spec:
  secretStoreRef:
    kind: ClusterSecretStore
    name: vault
  target:
    name: \${APP}-backup-secret
    template:
      data:
        RESTIC_REPOSITORY: "s3:https://s3.\${DOMAIN}/backup/\${APP}"
        RESTIC_PASSWORD: "{{ .RESTIC_PASSWORD }}"
        AWS_ACCESS_KEY_ID: "{{ .ACCESS_KEY }}"
        AWS_SECRET_ACCESS_KEY: "{{ .SECRET_KEY }}"
  dataFrom:
    - extract:
        key: restic
`,
  ],
  [
    'kubernetes/components/backup/pvc.yaml',
    `---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: \${APP}
spec:
  accessModes: ["\${BACKUP_ACCESS_MODE:=ReadWriteOnce}"]
  resources:
    requests:
      storage: \${BACKUP_CAPACITY:=5Gi}
  storageClassName: \${STORAGE_CLASS}
`,
  ],
  [
    'kubernetes/components/backup/replicationsource.yaml',
    `---
apiVersion: volsync.backube/v1alpha1
kind: ReplicationSource
metadata:
  name: \${APP}
spec:
  sourcePVC: \${APP}
  trigger:
    schedule: "\${BACKUP_SCHEDULE:=0 * * * *}"
  restic:
    copyMethod: Snapshot
    pruneIntervalDays: 14
    repository: \${APP}-backup-secret
    cacheCapacity: 2Gi
    moverSecurityContext:
      runAsUser: \${APP_UID:=1000}
      runAsGroup: \${APP_GID:=1000}
      fsGroup: \${APP_GID:=1000}
    retain:
      hourly: 24
      daily: 7
`,
  ],
  [
    'kubernetes/apps/infrastructure/kustomization.yaml',
    kustomization({
      namespace: 'infrastructure',
      components: ['../../components/common'],
      resources: ['./namespace.yaml', './ks.yaml'],
    }),
  ],
  ['kubernetes/apps/infrastructure/namespace.yaml', namespaceObject('infrastructure')],
  [
    'kubernetes/apps/infrastructure/ks.yaml',
    `---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: stores
spec:
  interval: 1h
  path: ./kubernetes/apps/infrastructure/stores
  postBuild:
    substituteFrom:
      - name: cluster-settings
        kind: ConfigMap
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
    namespace: flux-system
  targetNamespace: infrastructure
  wait: true
`,
  ],
  [
    'kubernetes/apps/infrastructure/stores/kustomization.yaml',
    kustomization({ resources: ['./gateway.yaml', './secretstore.yaml', './storageclass.yaml'] }),
  ],
  [
    'kubernetes/apps/infrastructure/stores/gateway.yaml',
    `---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: internal
spec:
  gatewayClassName: cilium
  listeners:
    - name: https
      protocol: HTTPS
      port: 443
      hostname: "*.\${DOMAIN}"
      allowedRoutes:
        namespaces:
          from: All
      tls:
        certificateRefs:
          - kind: Secret
            name: wildcard-tls
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: wildcard
spec:
  secretName: wildcard-tls
  issuerRef:
    kind: ClusterIssuer
    name: internal
  dnsNames:
    - \${DOMAIN}
    - "*.\${DOMAIN}"
---
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata:
  name: internal
spec:
  selfSigned: {}
`,
  ],
  [
    'kubernetes/apps/infrastructure/stores/secretstore.yaml',
    `---
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata:
  name: vault
spec:
  provider:
    vault:
      server: https://vault.\${DOMAIN}
      path: kv
      version: v2
      auth:
        kubernetes:
          mountPath: kubernetes
          role: external-secrets
`,
  ],
  [
    'kubernetes/apps/infrastructure/stores/storageclass.yaml',
    `---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: fast
provisioner: local.csi.example.com
reclaimPolicy: Delete
`,
  ],
];

function component(resources: readonly string[]): string {
  return kustomization({ resources })
    .replace('kind: Kustomization', 'kind: Component')
    .replace('/v1beta1', '/v1alpha1');
}

function* filesOf({ name, namespace, before }: App): Generator<readonly [path: string, text: string]> {
  const top = `kubernetes/apps/${namespace}/${name}`;
  yield [
    `${top}/ks.yaml`,
    `---
# yaml-language-server: $schema=https://k8s-schemas.example.com/kustomize.toolkit.fluxcd.io/kustomization_v1.json
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: &app ${name}
spec:
  commonMetadata:
    labels:
      app.kubernetes.io/name: *app
  dependsOn:
    - name: stores
      namespace: infrastructure
${before === undefined ? '' : `    - name: ${before}\n`}  interval: 1h
  path: ./${top}/app
  postBuild:
    substitute:
      APP: *app
      BACKUP_CAPACITY: 10Gi
    substituteFrom:
      - name: cluster-settings
        kind: ConfigMap
  prune: true
  retryInterval: 2m
  sourceRef:
    kind: GitRepository
    name: flux-system
    namespace: flux-system
  targetNamespace: ${namespace}
  timeout: 5m
  wait: false
`,
  ];
  yield [
    `${top}/app/kustomization.yaml`,
    kustomization({
      components: ['../../../../components/backup'],
      resources: ['./externalsecret.yaml', './helmrelease.yaml', './httproute.yaml', './ocirepository.yaml'],
    }),
  ];
  yield [
    `${top}/app/ocirepository.yaml`,
    `---
# yaml-language-server: $schema=https://k8s-schemas.example.com/source.toolkit.fluxcd.io/ocirepository_v1.json
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: ${name}
spec:
  interval: 15m
  layerSelector:
    mediaType: application/vnd.cncf.helm.chart.content.v1.tar+gzip
    operation: copy
  ref:
    tag: 4.3.0
  url: oci://ghcr.io/bjw-s-labs/helm/app-template
`,
  ];
  yield [
    `${top}/app/externalsecret.yaml`,
    `---
# yaml-language-server: $schema=https://k8s-schemas.example.com/external-secrets.io/externalsecret_v1.json
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: ${name}
spec:
  secretStoreRef:
    kind: ClusterSecretStore
    name: vault
  target:
    name: ${name}-secret
    template:
      data:
        # The database and the app take the same password
        DB_HOST: postgres.database.svc.cluster.local
        DB_USER: "{{ .DB_USER }}"
        DB_PASSWORD: "{{ .DB_PASSWORD }}"
        API_KEY: "{{ .API_KEY }}"
  dataFrom:
    - extract:
        key: ${name}
`,
  ];
  yield [
    `${top}/app/httproute.yaml`,
    `---
# yaml-language-server: $schema=https://k8s-schemas.example.com/gateway.networking.k8s.io/httproute_v1.json
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: ${name}
spec:
  hostnames: ["${name}.\${DOMAIN}"]
  parentRefs:
    - name: internal
      namespace: infrastructure
      sectionName: https
  rules:
    - matches:
        - path:
            type: PathPrefix
            value: /
      backendRefs:
        - name: ${name}
          port: 80
`,
  ];
  yield [
    `${top}/app/helmrelease.yaml`,
    `---
# yaml-language-server: $schema=https://raw.githubusercontent.com/bjw-s-labs/helm-charts/main/charts/other/app-template/schemas/helmrelease-helm-v2.schema.json
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
        annotations:
          reloader.stakater.com/auto: "true"
        containers:
          app:
            image:
              repository: ghcr.io/example/${name}
              tag: 1.2.3@sha256:55ad1bb1a1f1ab5b3a6a9e0e9c3f1a29ea8a6d4a4f6e0b8f0f6c8cbd5c9ad5e1
            env:
              TZ: \${TIME_ZONE}
              APP__PORT: &port 80
              APP__LOG_LEVEL: info # debug for a short while
            envFrom:
              - secretRef:
                  name: ${name}-secret
            probes:
              liveness: &probes
                enabled: true
                custom: true
                spec:
                  httpGet:
                    path: /healthz
                    port: *port
                  initialDelaySeconds: 0
                  periodSeconds: 10
                  timeoutSeconds: 1
                  failureThreshold: 3
              readiness: *probes
            securityContext:
              allowPrivilegeEscalation: false
              readOnlyRootFilesystem: true
              capabilities: { drop: ["ALL"] }
            resources:
              requests:
                cpu: 10m
              limits:
                memory: 512Mi
    defaultPodOptions:
      securityContext:
        runAsNonRoot: true
        runAsUser: 1000
        runAsGroup: 1000
        fsGroup: 1000
        fsGroupChangePolicy: OnRootMismatch
    service:
      app:
        controller: ${name}
        ports:
          http:
            port: *port
    persistence:
      config:
        existingClaim: ${name}
      config-file:
        type: configMap
        name: cluster-settings
      tmpfs:
        type: emptyDir
        advancedMounts:
          ${name}:
            app:
              - path: /tmp
                subPath: tmp
`,
  ];
}
