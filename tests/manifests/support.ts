import type { ManifestFile } from '../../src/manifests/document.ts';

/** Texts by path as the files of a tree; paths that begin with `own:` were written by hand. */
export function manifestFilesOf(texts: Readonly<Record<string, string>>): ManifestFile[] {
  return Object.entries(texts).map(([name, text]) => {
    const path = name.replace(/^own:/, '');
    const isGenerated = path === name;
    return {
      path,
      source: isGenerated ? `templates/config/${path}.j2` : path,
      text,
      isGenerated,
      isSecret: path.includes('.sops.'),
    };
  });
}

/** The smallest tree that passes all rules: Flux, one namespace and one app with a route and a secret. */
export const SMALL_TREE: Readonly<Record<string, string>> = {
  'kubernetes/flux/cluster/ks.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: cluster-apps
  namespace: flux-system
spec:
  decryption:
    provider: sops
  interval: 1h
  path: ./kubernetes/apps
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
    namespace: flux-system
  patches:
    - patch: |-
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata:
          name: _
        spec:
          decryption:
            provider: sops
      target:
        group: kustomize.toolkit.fluxcd.io
        kind: Kustomization
`,
  'kubernetes/components/sops/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
resources:
  - ./cluster-secrets.sops.yaml
`,
  'kubernetes/components/sops/cluster-secrets.sops.yaml': `apiVersion: v1
kind: Secret
metadata:
  name: cluster-secrets
stringData:
  SECRET_DOMAIN: example.com
`,
  'kubernetes/apps/flux-system/kustomization.yaml': namespaceFolder('flux-system', 'flux-instance'),
  'kubernetes/apps/flux-system/namespace.yaml': namespace('flux-system'),
  'kubernetes/apps/flux-system/flux-instance/ks.yaml': fluxKustomization('flux-system', 'flux-instance'),
  'kubernetes/apps/flux-system/flux-instance/app/kustomization.yaml': kustomization('helmrelease.yaml'),
  'kubernetes/apps/flux-system/flux-instance/app/helmrelease.yaml': `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: flux-instance
spec:
  chartRef:
    kind: OCIRepository
    name: flux-instance
  interval: 1h
  values:
    instance:
      kustomize:
        patches:
          - patch: |-
              - op: add
                path: /spec/template/spec/containers/0/args/-
                value: --sops-age-secret=sops-age
            target:
              kind: Deployment
      sync:
        kind: GitRepository
        path: kubernetes/flux/cluster
        url: https://github.com/example/cluster.git
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: flux-instance
spec:
  interval: 15m
  ref:
    tag: 1.0.0
  url: oci://example.com/charts/flux-instance
`,
  'kubernetes/apps/web/kustomization.yaml': namespaceFolder('web', 'site'),
  'kubernetes/apps/web/namespace.yaml': namespace('web'),
  'kubernetes/apps/web/site/ks.yaml': fluxKustomization('web', 'site', 'flux-system/flux-instance'),
  'kubernetes/apps/web/site/app/kustomization.yaml': kustomization('gateway.yaml', 'route.yaml', 'service.yaml'),
  'kubernetes/apps/web/site/app/gateway.yaml': `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: door
spec:
  gatewayClassName: door
  listeners:
    - name: https
      hostname: "*.\${SECRET_DOMAIN}"
      port: 443
      protocol: HTTPS
      tls:
        certificateRefs:
          - kind: Secret
            name: \${SECRET_DOMAIN/./-}-tls
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata:
  name: door
spec:
  controllerName: example.com/door
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: site
spec:
  dnsNames:
    - "*.\${SECRET_DOMAIN}"
  issuerRef:
    kind: ClusterIssuer
    name: own
  secretName: \${SECRET_DOMAIN/./-}-tls
---
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata:
  name: own
spec:
  selfSigned: {}
`,
  'kubernetes/apps/web/site/app/route.yaml': `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: site
spec:
  hostnames:
    - www.\${SECRET_DOMAIN}
  parentRefs:
    - name: door
      sectionName: https
  rules:
    - backendRefs:
        - name: site
          port: 80
`,
  'kubernetes/apps/web/site/app/service.yaml': `apiVersion: v1
kind: Service
metadata:
  name: site
spec:
  ports:
    - port: 80
  selector:
    app: site
`,
  'bootstrap/sops-age.sops.yaml': `apiVersion: v1
kind: Secret
metadata:
  name: sops-age
  namespace: flux-system
stringData:
  age.agekey: AGE-SECRET-KEY-OF-THE-TEST
`,
  'bootstrap/helmfile.d/apps.yaml': `releases:
  - name: cilium
    namespace: kube-system
    chart: oci://example.com/charts/cilium
`,
  'talos/talconfig.yaml': `patches:
  - "@./patches/global/sysctls.yaml"
`,
  'talos/patches/global/sysctls.yaml': 'machine: {}\n',
};

/** A Kustomization of Flux for an app, after others as `namespace/name`. */
export function fluxKustomization(home: string, name: string, ...dependencies: readonly string[]): string {
  const dependsOn = dependencies.map((dependency) => {
    const [namespace_ = '', other = ''] = dependency.split('/');
    return `    - name: ${other}\n      namespace: ${namespace_}\n`;
  });
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: ${name}
spec:
${dependsOn.length === 0 ? '' : `  dependsOn:\n${dependsOn.join('')}`}  interval: 1h
  path: ./kubernetes/apps/${home}/${name}/app
  postBuild:
    substituteFrom:
      - kind: Secret
        name: cluster-secrets
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
    namespace: flux-system
  targetNamespace: ${home}
`;
}

/** A kustomization.yaml that lists files of its folder. */
export function kustomization(...resources: readonly string[]): string {
  const lines = resources.map((resource) => `  - ./${resource}\n`).join('');
  return `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n${lines}`;
}

function namespaceFolder(name: string, app: string): string {
  return `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: ${name}
components:
  - ../../components/sops
resources:
  - ./namespace.yaml
  - ./${app}/ks.yaml
`;
}

function namespace(name: string): string {
  return `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n`;
}
