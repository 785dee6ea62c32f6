import { describe, expect, it } from 'vitest';
import { documentOf, documentsOf, EVERYTHING, PROXMOX_LABELS, renderSample, type Fields } from './rendering.ts';

const AI = 'kubernetes/apps/ai-system';
const GATEWAY = 'kubernetes/apps/kgateway-system';
const OBSERVABILITY = `${GATEWAY}/agentgateway-observability/app`;
const CSI = 'kubernetes/apps/csi-proxmox';

const everything = await renderSample(
  { ...EVERYTHING, cloudflare_domain: ['example.com', 'example.net'] },
  PROXMOX_LABELS,
);
const nothing = await renderSample();

describe('the optional apps', () => {
  it('leave nothing behind where they are off', () => {
    const optional = /^kubernetes\/apps\/(?:ai-system|csi-proxmox|kgateway-system)\/|agentgateway/;
    expect([...nothing.keys()].filter((path) => optional.test(path))).toEqual([]);
    const mentions = [...nothing].filter(([, text]) =>
      /agentgateway-tls|kgateway-system|ai-system|csi-proxmox/.test(text),
    );
    expect(mentions.map(([path]) => path)).toEqual([]);
  });

  it('change nothing of Envoy Gateway', () => {
    const envoy = (tree: ReadonlyMap<string, string>): [string, string][] =>
      [...tree].filter(([path]) => path.startsWith('kubernetes/apps/network/envoy-gateway/'));
    expect(envoy(nothing).length).toBeGreaterThan(3);
    return renderSample(EVERYTHING, PROXMOX_LABELS).then((tree) => {
      expect(envoy(tree)).toEqual(envoy(nothing));
    });
  });

  it.each([
    ['azure-openai-chat', ['azure_openai_api_key', 'azure_openai_resource_name', 'azure_openai_deployment_name']],
    ['cohere', ['cohere_api_key', 'cohere_model']],
    ['anthropic', ['anthropic_api_key', 'anthropic_model', 'anthropic_host']],
  ])('render %s alone where only its key is set', async (app, fields) => {
    const own = Object.fromEntries(fields.map((name) => [name, EVERYTHING[name]]));
    const tree = await renderSample({ agentgateway_addr: '192.0.2.9', ...own });
    const apps = new Set(
      [...tree.keys()].filter((path) => path.startsWith(`${AI}/`)).map((path) => path.split('/')[3]),
    );
    expect([...apps].sort()).toEqual(['ai-secrets', app, 'kustomization.yaml'].sort());
    const secrets = documentOf(tree, `${AI}/ai-secrets/app/kustomization.yaml`) as { resources: string[] };
    expect(secrets.resources).toHaveLength(1);
  });

  it('render Proxmox CSI only where both halves of its token are set', () => {
    expect([...everything.keys()].filter((path) => path.startsWith(`${CSI}/`))).toHaveLength(6);
    expect([...nothing.keys()].some((path) => path.startsWith(`${CSI}/`))).toBe(false);
  });

  it('keep observability and tracing apart', async () => {
    const traced = await renderSample({
      agentgateway_addr: '192.0.2.9',
      agentgateway_observability_enabled: false,
      otel_collector_endpoint: 'collector:4317',
    });
    expect([...traced.keys()].some((path) => path.startsWith(OBSERVABILITY))).toBe(false);
    expect(traced.has(`${GATEWAY}/agentgateway/app/tracing.yaml`)).toBe(true);
    const watched = await renderSample({ agentgateway_addr: '192.0.2.9' });
    expect(watched.has(`${OBSERVABILITY}/alerts.yaml`)).toBe(true);
    expect(watched.has(`${GATEWAY}/agentgateway/app/tracing.yaml`)).toBe(false);
  });

  it('write secrets into encrypted files alone, under the key that the gateway reads', () => {
    const markers = [...everything].filter(([, text]) => text.includes('marker-')).map(([path]) => path);
    expect(markers.sort()).toEqual([
      `${AI}/ai-secrets/app/anthropic.sops.yaml`,
      `${AI}/ai-secrets/app/azure-openai.sops.yaml`,
      `${AI}/ai-secrets/app/cohere.sops.yaml`,
      `${CSI}/proxmox-csi/app/secret.sops.yaml`,
    ]);
    for (const [name, key] of [
      ['anthropic', 'marker-anthropic'],
      ['azure-openai', 'marker-azure-openai'],
      ['cohere', 'marker-cohere'],
    ]) {
      const secret = documentOf(everything, `${AI}/ai-secrets/app/${String(name)}.sops.yaml`);
      expect(secret).toMatchObject({
        metadata: { name: `${String(name)}-credentials` },
        stringData: { Authorization: key },
      });
    }
  });
});

describe('the AI gateway', () => {
  it('asks for its address by the parameters that the Gateway names', () => {
    const gateway = documentOf(everything, `${GATEWAY}/agentgateway/app/gateway.yaml`);
    const parameters = documentOf(everything, `${GATEWAY}/agentgateway/app/parameters.yaml`);
    const reference = { group: 'agentgateway.dev', kind: 'AgentgatewayParameters', name: 'agentgateway' };
    expect(gateway).toMatchObject({ spec: { infrastructure: { parametersRef: reference } } });
    expect(parameters).toMatchObject({
      kind: 'AgentgatewayParameters',
      metadata: { name: 'agentgateway' },
      spec: {
        logging: { format: 'json' },
        service: { metadata: { annotations: { 'lbipam.cilium.io/ips': '192.0.2.9' } } },
      },
    });
  });

  it('has one HTTPS listener with one certificate for each domain, and a grant for each certificate', () => {
    const { spec } = documentOf(everything, `${GATEWAY}/agentgateway/app/gateway.yaml`) as {
      spec: { listeners: Listener[] };
    };
    const https = spec.listeners.filter(({ protocol }) => protocol === 'HTTPS');
    expect(https.map(({ name, hostname }) => [name, hostname])).toEqual([
      ['https-1', '*.${SECRET_DOMAIN}'],
      ['https-2', '*.${SECRET_DOMAIN_2}'],
    ]);
    const certificates = https.map(({ tls }) => tls?.certificateRefs ?? []);
    expect(certificates.map((list) => list.length)).toEqual([1, 1]);
    const grant = documentOf(
      everything,
      'kubernetes/apps/network/agentgateway-tls-secrets/app/referencegrant.yaml',
    ) as { spec: Fields };
    expect(grant.spec).toEqual({
      from: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'kgateway-system' }],
      to: certificates.flat().map(({ name }) => ({ group: '', kind: 'Secret', name })),
    });
    // Flux puts the grant where the Secrets are.
    const target = documentOf(everything, 'kubernetes/apps/network/agentgateway-tls-secrets/ks.yaml');
    expect(target).toMatchObject({ spec: { targetNamespace: certificates[0]?.[0]?.namespace } });
  });

  it('shows its page at home alone', () => {
    const route = documentsOf(everything, `${GATEWAY}/agentgateway/app/httproutes.yaml`).at(-1);
    expect(route).toMatchObject({
      metadata: { name: 'agentgateway-ui' },
      spec: {
        hostnames: ['agentgateway.${SECRET_DOMAIN}'],
        parentRefs: [{ name: 'envoy-internal', namespace: 'network' }],
        rules: [
          { filters: [{ type: 'RequestRedirect' }], matches: [{ path: { type: 'Exact', value: '/' } }] },
          {
            backendRefs: [{ name: 'agentgateway-ui', port: 15000 }],
            // The port also answers /quitquitquit and /config_dump.
            matches: [{ method: 'GET', path: { type: 'PathPrefix', value: '/ui' } }],
          },
        ],
      },
    });
  });

  it('sends traces to the host and port of the endpoint', () => {
    const [backend, policy] = documentsOf(everything, `${GATEWAY}/agentgateway/app/tracing.yaml`);
    expect(backend).toMatchObject({ spec: { static: { host: 'otel-collector.monitoring', port: 4317 } } });
    expect(policy).toMatchObject({
      spec: { frontend: { tracing: { backendRef: { name: 'otel-collector' }, protocol: 'GRPC' } } },
    });
  });
});

describe('the back ends', () => {
  it('are what the configuration says', () => {
    expect(documentOf(everything, `${AI}/azure-openai-chat/app/backend.yaml`)).toMatchObject({
      spec: {
        ai: {
          provider: {
            azureopenai: {
              apiVersion: '2025-04-01-preview',
              deploymentName: 'gpt-4',
              endpoint: 'https://example-openai.openai.azure.com',
            },
          },
        },
        policies: { auth: { secretRef: { name: 'azure-openai-credentials' } } },
      },
    });
    expect(documentOf(everything, `${AI}/anthropic/app/backend.yaml`)).toMatchObject({
      spec: {
        ai: {
          provider: { anthropic: { model: 'claude-haiku-4-5' }, host: 'example.services.ai.azure.com', port: 443 },
        },
      },
    });
    expect(documentOf(everything, `${AI}/cohere/app/backend.yaml`)).toMatchObject({
      spec: { policies: { tls: { sni: 'api.cohere.com' } }, static: { host: 'api.cohere.com', port: 443 } },
    });
  });

  it('wait for their secrets, which wait for the controller', () => {
    for (const app of ['anthropic', 'azure-openai-chat', 'cohere']) {
      expect(documentOf(everything, `${AI}/${app}/ks.yaml`)).toMatchObject({
        spec: { dependsOn: [{ name: 'ai-secrets', namespace: 'ai-system' }] },
      });
    }
    expect(documentOf(everything, `${AI}/ai-secrets/ks.yaml`)).toMatchObject({
      spec: { dependsOn: [{ name: 'kgateway', namespace: 'kgateway-system' }], wait: true },
    });
  });

  const foundry = 'example.services.ai.azure.com';
  it.each([
    { app: 'anthropic', path: '/anthropic/messages', url: `${foundry}/anthropic/v1/messages` },
    {
      app: 'anthropic',
      fields: { anthropic_host: undefined },
      path: '/anthropic/messages',
      url: 'api.anthropic.com/v1/messages',
    },
    {
      app: 'anthropic',
      path: '/anthropic/v1/messages/count_tokens',
      url: `${foundry}/anthropic/v1/messages/count_tokens`,
    },
    { app: 'cohere', path: '/cohere/embed', url: 'api.cohere.com/v2/embed' },
    {
      app: 'cohere',
      fields: { cohere_host: foundry },
      path: '/cohere/rerank',
      url: `${foundry}/providers/cohere/v2/rerank`,
    },
  ])('$app sends $path to $url', async ({ app, fields = {}, path, url }) => {
    const tree = await renderSample({ ...EVERYTHING, ...fields }, PROXMOX_LABELS);
    const { spec } = documentOf(tree, `${AI}/${app}/app/httproute.yaml`) as { spec: { rules: Rule[] } };
    const rule = spec.rules.find(
      ({ matches }) => path === matches[0].path.value || path.startsWith(`${matches[0].path.value}/`),
    );
    const rewrite = rule?.filters[0].urlRewrite;
    const rest = path.slice(rule?.matches[0].path.value.length);
    expect(`${rewrite?.hostname ?? ''}${rewrite?.path.replacePrefixMatch ?? ''}${rest}`).toBe(url);
    expect(rule?.backendRefs[0]).toEqual({
      group: 'agentgateway.dev',
      kind: 'AgentgatewayBackend',
      name: app,
      namespace: 'ai-system',
    });
  });
});

describe('what watches the AI gateway', () => {
  it('has the eight alerts', () => {
    const { spec } = documentOf(everything, `${OBSERVABILITY}/alerts.yaml`) as {
      spec: { groups: { rules: Alert[] }[] };
    };
    const alerts = spec.groups.flatMap(({ rules }) => rules);
    expect(alerts.map(({ alert, for: time, labels }) => [alert, time, labels.severity])).toEqual(
      ALERTS.map(([name, , time, severity]) => [name, time, severity]),
    );
    for (const [name, threshold] of ALERTS) {
      const expression = alerts.find(({ alert }) => alert === name)?.expr ?? '';
      expect(expression, name).toContain(threshold);
      expect(unbalanced(expression), name).toBe('');
    }
  });

  it('keeps the metrics of the gateway and drops the others', () => {
    const [gateway, controller] = documentsOf(everything, `${OBSERVABILITY}/podmonitors.yaml`) as unknown as Monitor[];
    const endpoint = gateway?.spec.podMetricsEndpoints[0];
    expect(endpoint).toMatchObject({ port: 'metrics', interval: '30s', path: '/metrics' });
    const relabeling = endpoint?.metricRelabelings?.[0];
    expect(relabeling).toMatchObject({ action: 'keep', sourceLabels: ['__name__'] });
    // Prometheus anchors its expressions.
    const kept = new RegExp(`^(?:${relabeling?.regex ?? ''})$`);
    for (const name of ['agentgateway_requests_total', 'envoy_cluster_upstream_cx_active', 'llm_tokens'])
      expect(name).toMatch(kept);
    for (const name of ['process_cpu_seconds_total', 'go_goroutines', 'my_agentgateway_total'])
      expect(name).not.toMatch(kept);
    expect(controller?.metadata.name).toBe('kgateway');
  });

  it.each([
    ['dashboard-envoy', 'Envoy'],
    ['dashboard-kgateway', 'Kgateway Operations'],
  ])('brings %s for Grafana', (name, title) => {
    const map = documentOf(everything, `${OBSERVABILITY}/${name}.yaml`) as {
      metadata: Fields;
      data: Readonly<Record<string, string>>;
    };
    expect(map.metadata).toMatchObject({
      annotations: { grafana_folder: 'kgateway', 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' },
      labels: { grafana_dashboard: '1' },
    });
    const dashboard = JSON.parse(map.data[`${name}.json`] ?? '') as {
      title: string;
      panels: { id: number; gridPos: Fields }[];
    };
    expect(dashboard.title).toBe(title);
    expect(dashboard.panels.length).toBeGreaterThan(5);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    expect(new Set(dashboard.panels.map(({ gridPos }) => JSON.stringify(gridPos))).size).toBe(dashboard.panels.length);
  });

  it('logs headers and the model', () => {
    const policy = documentOf(everything, `${OBSERVABILITY}/accesslog.yaml`) as {
      spec: { frontend: { accessLog: { attributes: { add: { name: string }[] } } } };
    };
    const names = policy.spec.frontend.accessLog.attributes.add.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['request.start', 'request.end', 'upstream.name', 'http.user_agent', 'x-model']),
    );
  });
});

interface Listener {
  readonly name: string;
  readonly protocol: string;
  readonly hostname?: string;
  readonly tls?: { readonly certificateRefs: readonly { readonly name: string; readonly namespace: string }[] };
}

interface Rule {
  readonly backendRefs: readonly Fields[];
  readonly matches: readonly [{ readonly path: { readonly value: string } }];
  readonly filters: readonly [
    { readonly urlRewrite: { readonly hostname: string; readonly path: { readonly replacePrefixMatch: string } } },
  ];
}

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
}

interface Monitor {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly podMetricsEndpoints: readonly {
      readonly port: string;
      readonly metricRelabelings?: readonly { readonly regex: string }[];
    }[];
  };
}

/** Name, the threshold as it stands in the expression, duration, severity. */
const ALERTS = [
  ['AIGatewayHighErrorRate', '> 0.05', '5m', 'warning'],
  ['AIGatewayCriticalErrorRate', '> 0.15', '2m', 'critical'],
  ['AIGatewayHighLatency', '> 30', '5m', 'warning'],
  ['AIGatewayRateLimitExceeded', '> 10', '5m', 'warning'],
  ['AIGatewayTPMApproachingLimit', '> 0.8 * 450000', '5m', 'warning'],
  ['AIGatewayBackendUnhealthy', '< 0.5', '5m', 'critical'],
  ['AIGatewayNoTraffic', '== 0', '30m', 'info'],
  ['AIGatewayConnectionPoolExhausted', '> 0.9', '5m', 'warning'],
] as const;

/** What is left of an expression's brackets when every pair is taken away. */
function unbalanced(expression: string): string {
  let brackets = expression.replace(/"[^"]*"/g, '').replace(/[^()[\]{}]/g, '');
  for (let before = ''; before !== brackets;) {
    before = brackets;
    brackets = brackets.replace(/\(\)|\[\]|\{\}/g, '');
  }
  return brackets;
}
