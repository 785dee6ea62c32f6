import { type Making, objectOf } from './flux.ts';
import { parentRef } from './release.ts';
import { hostOf, loginSecret } from './secrets.ts';
import { type Content, type Manifest, manifestText } from './yaml.ts';

// The other objects of an app, each in a file of its own: its route and login, its claims, its database, and what watches over it.

/** The text of httproute.yaml. */
export function httpRouteText({ request, style }: Making): string {
  return manifestText([
    objectOf(style, 'gateway.networking.k8s.io/v1', 'HTTPRoute', {
      metadata: { name: request.name },
      spec: {
        hostnames: [request.host ?? ''],
        parentRefs: [parentRef(style, request.isExternal)],
        rules: [{ backendRefs: [{ name: request.service, port: request.port ?? 80 }] }],
      },
    }),
  ]);
}

/** The text of ingress.yaml: a machine of the tailnet, https://tailscale.com/docs/features/kubernetes-operator/how-to/cluster-ingress */
export function ingressText({ request, style }: Making): string {
  const { name, host = name, service, port = 80 } = request;
  return manifestText([
    objectOf(style, 'networking.k8s.io/v1', 'Ingress', {
      metadata: {
        name,
        annotations: {
          'tailscale.com/funnel': request.isExternal ? 'true' : undefined,
          'tailscale.com/tags': style.tags.join(','),
        },
      },
      spec: {
        defaultBackend: { service: { name: service, port: { number: port } } },
        ingressClassName: 'tailscale',
        tls: [{ hosts: [host] }],
      },
    }),
  ]);
}

/** The text of securitypolicy.yaml: Envoy asks for a login before the app. */
export function securityPolicyText({ request, style }: Making): string {
  const secret = loginSecret({ request, style });
  return manifestText([
    objectOf(style, 'gateway.envoyproxy.io/v1alpha1', 'SecurityPolicy', {
      metadata: { name: request.name },
      spec: {
        oidc: {
          clientIDRef: { name: secret },
          clientSecret: { name: secret },
          logoutPath: '/oauth2/logout',
          provider: { issuer: style.oidcIssuer },
          redirectURL: `https://${request.host ?? ''}/oauth2/callback`,
          scopes: ['openid', 'profile', 'email'],
        },
        targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: request.name }],
      },
    }),
  ]);
}

/** The text of oidcclient.yaml: the operator of Pocket ID makes the client, and the Secret `<app>-oidc` with the keys that its reader asks for. */
export function oidcClientText({ request, style }: Making): string {
  const { name, host = '', login } = request;
  const origin = `https://${host}`;
  return manifestText([
    objectOf(style, 'pocketid.internal/v1alpha1', 'PocketIDOIDCClient', {
      metadata: { name },
      spec: {
        callbackUrls: [login === 'gateway' ? `${origin}/oauth2/callback` : `${origin}/*`],
        isPublic: false,
        logoutCallbackUrls: [origin],
        secret: {
          // Envoy Gateway reads these two keys: https://gateway.envoyproxy.io/docs/tasks/security/oidc/
          keys: login === 'gateway' ? { clientID: 'client-id', clientSecret: 'client-secret' } : undefined,
          name: `${name}-oidc`,
        },
      },
    }),
  ]);
}

/** The text of pvc.yaml. */
export function claimsText({ request, style }: Making): string {
  return manifestText(
    request.volumes
      .filter(({ isBackedUp }) => !isBackedUp)
      .map(({ claim, mode, size, storageClass }) =>
        objectOf(style, 'v1', 'PersistentVolumeClaim', {
          metadata: {
            name: claim,
            // Said where it is decided: later nobody can tell what needs no backup from what was forgotten.
            annotations: style.backupMarker === undefined ? undefined : { [style.backupMarker]: 'none' },
          },
          spec: {
            accessModes: [mode],
            resources: { requests: { storage: size } },
            storageClassName: storageClass === '' ? undefined : storageClass,
          },
        }),
      ),
  );
}

/** The files of what watches over an app that Prometheus' operator reads. */
export function monitoringFiles({ request, style }: Making): { readonly name: string; readonly text: string }[] {
  const { name, monitors, service } = request;
  const api = 'monitoring.coreos.com/v1';
  const rule = objectOf(style, api, 'PrometheusRule', {
    metadata: { name },
    spec: {
      groups: [
        {
          name: `${name}.rules`,
          rules: [
            {
              alert: `${camel(name)}Down`,
              annotations: { summary: `${name} has not answered for 5 minutes` },
              expr: `up{job="${service}"} == 0`,
              for: '5m',
              labels: { severity: 'critical' },
            },
          ],
        },
      ],
    },
  });
  const monitor = objectOf(style, api, 'ServiceMonitor', {
    metadata: { name },
    spec: {
      endpoints: [{ interval: '1m', path: '/metrics', port: 'http', scrapeTimeout: '10s' }],
      namespaceSelector: { matchNames: [request.namespace] },
      selector: { matchLabels: { 'app.kubernetes.io/name': name } },
    },
  });
  return [
    ...(monitors.includes('rule') ? [{ name: 'prometheusrule.yaml', text: manifestText([rule]) }] : []),
    ...(monitors.includes('servicemonitor') ? [{ name: 'servicemonitor.yaml', text: manifestText([monitor]) }] : []),
  ];
}

/** What Gatus and Loki read out of ConfigMaps with a label: https://github.com/TwiN/gatus, https://grafana.com/docs/loki/latest/alert/ */
export function watchedFiles({ request, style }: Making): {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly label: string;
  readonly isLiteral: boolean;
}[] {
  const { name, namespace, monitors, host, service, port = 80 } = request;
  const inside = `http://${hostOf(style, `${service}.${namespace}.svc.cluster.local:${String(port)}`)}`;
  const gatus: Content = {
    endpoints: [
      {
        name,
        group: request.isExternal ? 'external' : 'internal',
        url: host === undefined || style.route === 'tailscale-ingress' ? inside : `https://${host}`,
        interval: '1m',
        conditions: ['[STATUS] < 500'],
      },
    ],
  };
  const loki: Content = {
    groups: [
      {
        name,
        rules: [
          {
            alert: `${camel(name)}Errors`,
            annotations: { summary: `${name} logs errors` },
            expr: `sum by (app) (count_over_time({app="${name}"} |~ "(?i)(error|fatal|panic)" [5m])) > 10`,
            for: '5m',
            labels: { severity: 'warning' },
          },
        ],
      },
    ],
  };
  const text = (content: Content): string => manifestText([{ content } satisfies Manifest]);
  return [
    ...(monitors.includes('gatus')
      ? [{ name: `${name}-gatus`, file: 'gatus.yaml', text: text(gatus), label: 'gatus.io/enabled', isLiteral: false }]
      : []),
    ...(monitors.includes('lokirule')
      ? [{ name: `${name}-loki-rule`, file: 'lokirule.yaml', text: text(loki), label: 'loki_rule', isLiteral: false }]
      : []),
  ];
}

function camel(name: string): string {
  return name
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}
