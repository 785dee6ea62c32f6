import { ingressOf } from '../../computed/services.ts';
import { familyOf, textsOf } from '../../addresses.ts';
import type { Rule, SoundConfiguration } from '../effective.ts';
import { type Issue, missingField } from '../issue.ts';

/** Cloudflare wants a token; without Cloudflare nobody would use it. */
export const tokenGoesWithCloudflare: Rule = ({ cluster, secrets, isWritten }) => {
  const hasToken = secrets.cloudflare_token !== undefined;
  if (cluster.dns_provider === 'cloudflare' && !isWritten('cloudflare_token')) {
    return [missingField('cluster', ['cloudflare_token'])];
  }
  if (cluster.dns_provider !== 'none' || !hasToken) return [];
  return [
    {
      code: 'config/conflict',
      file: 'cluster',
      at: { path: ['cloudflare_token'], part: 'key' },
      message: '`cloudflare_token` is set, but `dns_provider` is none',
      remedy: 'remove the token, or the line `dns_provider`',
    },
  ];
};

/** What comes from the Internet needs names that somebody publishes. */
export const ingressNeedsCloudflare: Rule = ({ cluster }) => {
  const { dns_provider: provider, ingress } = cluster;
  if (provider !== 'none' || (ingress !== 'tunnel' && ingress !== 'direct')) return [];
  return [
    {
      code: 'config/conflict',
      file: 'cluster',
      at: { path: ['ingress'] },
      message: `\`ingress\` is ${ingress}, but \`dns_provider\` is none: nobody would publish the names`,
      remedy: 'set `ingress: none`, or remove the line `dns_provider`',
    },
  ];
};

/** The external gateway has an address wherever there is one. */
export const externalGatewayHasAddress: Rule = (configuration) => {
  const { cluster, isWritten } = configuration;
  const ingress = soundIngress(configuration);
  if (ingress === undefined || ingress === 'none' || isWritten('cloudflare_gateway_addr')) return [];
  if (cluster.cloudflare_gateway_addr === undefined) return [];
  return [missingField('cluster', ['cloudflare_gateway_addr'])];
};

/** How the external gateway is reached; undefined where a field that says so is broken. */
export function soundIngress({ cluster }: SoundConfiguration): 'tunnel' | 'direct' | 'none' | undefined {
  const { ingress, dns_provider: provider } = cluster;
  return ingress === undefined || provider === undefined ? undefined : ingressOf({ ingress, dns_provider: provider });
}

const KEYS = ['azure_openai_api_key', 'cohere_api_key', 'anthropic_api_key'] as const;

/** The back ends stand behind the AI gateway. */
export const aiKeysNeedGateway: Rule = ({ cluster, secrets }) => {
  if (cluster.agentgateway_addr !== null) return [];
  return KEYS.filter((key) => secrets[key] !== undefined).map((key): Issue => ({
    code: 'config/needs-field',
    file: 'cluster',
    at: { path: [key], part: 'key' },
    message: `\`${key}\` is set without \`agentgateway_addr\`: there is no AI gateway to use it`,
    remedy: `add \`agentgateway_addr\`, or remove \`${key}\``,
  }));
};

/**
 * agentgateway asks for the IPv4 address of a name first and for IPv6 where there is none: the default of hickory-resolver 0.25, which
 * nothing in it changes. Every provider has IPv4, and where Pods have none the connection fails, with DNS64 too.
 */
export const aiBackEndsAreReached: Rule = ({ cluster, secrets }) => {
  if (cluster.agentgateway_addr === null || cluster.cluster_pod_cidr === undefined) return [];
  const pods = textsOf(cluster.cluster_pod_cidr).map(familyOf);
  if (pods.includes(undefined) || pods.includes(4)) return [];
  return KEYS.filter((key) => secrets[key] !== undefined).map((key): Issue => ({
    code: 'config/family-missing',
    severity: 'warning',
    file: 'cluster',
    at: { path: [key], part: 'key' },
    message: `\`${key}\` is set, but Pods have no IPv4: the AI gateway connects to the IPv4 address of a back end that has one`,
    remedy: `give nodes, Pods and Services both families, or remove \`${key}\``,
  }));
};

const FIELDS = ['cilium_bgp_router_addr', 'cilium_bgp_router_asn', 'cilium_bgp_node_asn'] as const;

/** BGP takes all three of its fields. Upstream leaves it off in silence when one is missing. */
export const bgpIsCompleteOrAbsent: Rule = ({ cluster }) => {
  const missing = FIELDS.filter((field) => cluster[field] === null);
  const present = FIELDS.filter((field) => cluster[field] !== null);
  if (missing.length === 0 || present[0] === undefined) return [];
  return [
    {
      code: 'config/bgp-incomplete',
      file: 'cluster',
      at: { path: [present[0]], part: 'key' },
      message: `BGP is set up in part: ${fieldNames(present)} without ${fieldNames(missing)}`,
      remedy: `add ${fieldNames(missing)}, or remove ${fieldNames(present)}`,
    },
  ];
};

/** Equal numbers make the session an internal one, which passes routes on differently. */
export const bgpNumbersDiffer: Rule = ({ cluster }) => {
  const { cilium_bgp_router_asn: router, cilium_bgp_node_asn: node } = cluster;
  if (typeof router !== 'number' || router !== node) return [];
  return [
    {
      code: 'config/bgp-same-asn',
      severity: 'warning',
      file: 'cluster',
      at: { path: ['cilium_bgp_node_asn'] },
      message: `\`cilium_bgp_router_asn\` and \`cilium_bgp_node_asn\` are both ${String(router)}, which makes the BGP session an internal one`,
      remedy: 'take different AS numbers, for example 64513 for the router and 64514 for the nodes',
    },
  ];
};

/** RFC 4271, section 10: three signs of life fit into the hold time. Cilium's resource refuses a longer interval than the hold time. */
export const bgpIsKeptAlive: Rule = ({ cluster }) => {
  const { cilium_bgp_hold_time: hold, cilium_bgp_keepalive_time: keepalive } = cluster;
  if (hold === undefined || keepalive === undefined || keepalive * 3 <= hold) return [];
  return [
    {
      code: 'config/bgp-timers',
      ...(keepalive > hold ? {} : { severity: 'warning' }),
      file: 'cluster',
      at: { path: [cluster.cilium_bgp_hold_time === 30 ? 'cilium_bgp_keepalive_time' : 'cilium_bgp_hold_time'] },
      message: `\`cilium_bgp_keepalive_time\` is ${String(keepalive)}, more than a third of \`cilium_bgp_hold_time\` (${String(hold)})`,
      remedy: `take ${String(Math.max(1, Math.floor(hold / 3)))} for the first, or ${String(keepalive * 3)} for the second`,
    },
  ];
};

/** The UI shows what Hubble records. */
export const hubbleUiNeedsHubble: Rule = ({ cluster }) =>
  cluster.hubble_ui_enabled === true && cluster.hubble_enabled === false
    ? [
        {
          code: 'config/needs-field',
          file: 'cluster',
          at: { path: ['hubble_ui_enabled'] },
          message: '`hubble_ui_enabled` is true, but `hubble_enabled` is not',
          remedy: 'add `hubble_enabled: true`, or remove `hubble_ui_enabled`',
        },
      ]
    : [];

/** BIG TCP needs the real network devices: https://docs.cilium.io/en/stable/operations/performance/tuning/#ipv4-big-tcp */
export const bigTcpNeedsNativeRouting: Rule = ({ cluster }) =>
  cluster.cilium_big_tcp_enabled === true && cluster.cilium_routing_mode === 'tunnel'
    ? [
        {
          code: 'config/conflict',
          file: 'cluster',
          at: { path: ['cilium_big_tcp_enabled'] },
          message: '`cilium_big_tcp_enabled` is true, but `cilium_routing_mode` is tunnel',
          remedy: 'take native routing, or leave BIG TCP off',
        },
      ]
    : [];

/** Field names as they stand in a sentence: `` `a`, `b` and `c` ``. */
function fieldNames(fields: readonly string[]): string {
  const quoted = fields.map((field) => `\`${field}\``);
  const last = quoted.at(-1) ?? '';
  return quoted.length < 2 ? last : `${quoted.slice(0, -1).join(', ')} and ${last}`;
}
