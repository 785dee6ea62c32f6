import {
  contains,
  type Family,
  familyOf,
  formatNetwork,
  isSameAddress,
  parseAddress,
  textsOf,
} from '../../addresses.ts';
import { COREDNS_INDEX, hostOf } from '../../computed/networks.ts';
import type { Rule, SoundConfiguration } from '../effective.ts';
import type { Issue } from '../issue.ts';
import type { FileName } from '../schemas.ts';
import { formatPath, type Path } from '../../../text/values.ts';
import type { OneOrMore } from '../generated/types.ts';
import { mayUseBgp } from './addresses.ts';
import { networksOf } from './networks.ts';
import { entriesOf, ownersOf } from './owners.ts';

/** The fields of cluster.yaml that take an address or a network of each family. */
const FIELDS = [
  'node_cidr',
  'node_default_gateway',
  'cluster_pod_cidr',
  'cluster_svc_cidr',
  'cluster_dns_gateway_addr',
  'cluster_gateway_addr',
  'cloudflare_gateway_addr',
  'cilium_bgp_router_addr',
  'agentgateway_addr',
] as const;

/** The gateways: Services, which have the families of the Service network. */
const GATEWAYS = [
  'cluster_dns_gateway_addr',
  'cluster_gateway_addr',
  'cloudflare_gateway_addr',
  'agentgateway_addr',
] as const;

const EXAMPLES = {
  cluster_pod_cidr: { 4: '10.42.0.0/16', 6: 'fd42:5a1e:c0d::/56' },
  cluster_svc_cidr: { 4: '10.43.0.0/16', 6: 'fd42:5a1e:c0e::/112' },
} as const;

/** What a node of one family can ask: resolvers and time servers of Cloudflare, the resolvers of IPv6 with DNS64. */
const SERVERS = {
  node_dns_servers: { 4: '[1.1.1.1, 1.0.0.1]', 6: '["2606:4700:4700::64", "2606:4700:4700::6400"]' },
  node_ntp_servers: { 4: '[162.159.200.1, 162.159.200.123]', 6: '["2606:4700:f1::1", "2606:4700:f1::123"]' },
} as const;

/** A list holds one of each family, not two of one. */
export const familiesAreDistinct: Rule = ({ cluster, nodes }) => [
  ...FIELDS.flatMap((field) => sameFamily('cluster', [field], cluster[field])),
  ...(nodes ?? []).flatMap(({ address }, index) => sameFamily('nodes', ['nodes', index, 'address'], address)),
];

/** Pods and Services have the same families, and the nodes carry them. */
export const familiesOfNetworksAgree: Rule = (configuration) => {
  const { cluster } = configuration;
  const { node_cidr: nodes, cluster_pod_cidr: pods, cluster_svc_cidr: services } = cluster;
  if (nodes === undefined || pods === undefined || services === undefined) return [];
  const known = familiesOf(nodes);
  const strangers = (['cluster_pod_cidr', 'cluster_svc_cidr'] as const).flatMap((field) =>
    familiesOf(cluster[field])
      .filter((family) => !known.includes(family))
      .map((family) => noNodeFamily(configuration, field, family)),
  );
  return strangers.length > 0 ? strangers : unequalFamilies(configuration);
};

/** Every node has an address in each of the node networks. */
export const nodesHaveEveryFamily: Rule = ({ cluster, nodes }) =>
  (nodes ?? []).flatMap(({ address }, index): Issue[] => {
    if (address === undefined || cluster.node_cidr === undefined) return [];
    const missing = familiesOf(cluster.node_cidr).filter((family) => !familiesOf(address).includes(family));
    // With none in common the address lies outside of the node network, which is said elsewhere.
    if (missing.length === 0 || missing.length === familiesOf(cluster.node_cidr).length) return [];
    const path = ['nodes', index, 'address'];
    return missing.map((family) => ({
      code: 'config/family-missing',
      file: 'nodes',
      at: { path },
      message: `\`${formatPath(path)}\` has no IPv${String(family)} address, but \`node_cidr\` has an IPv${String(family)} network`,
      remedy: 'write a list of an IPv4 and an IPv6 address',
    }));
  });

/** A gateway is a Service: it cannot have an address of a family that Services do not have. */
export const gatewaysHaveFamiliesOfServices: Rule = (configuration) => {
  const { cluster } = configuration;
  const services = cluster.cluster_svc_cidr;
  // Services that lack a family themselves have been reported.
  if (services === undefined || familiesOfNetworksAgree(configuration).length > 0) return [];
  // Of a family that the nodes do not have, it lies outside of their network: that is said elsewhere.
  const reachable = mayUseBgp(configuration) ? ([4, 6] as const) : familiesOf(cluster.node_cidr);
  return GATEWAYS.flatMap((field) =>
    entriesOf(cluster[field], [field])
      .filter(({ text }) => {
        const family = familyOf(text);
        return family !== undefined && reachable.includes(family) && !familiesOf(services).includes(family);
      })
      .map(({ text, path }): Issue => ({
        code: 'config/family-missing',
        file: 'cluster',
        at: { path },
        message: `\`${field}\` is ${text}, but \`cluster_svc_cidr\` has no IPv${String(familyOf(text))} network`,
        remedy: `take an address of ${namesOf(familiesOf(services))}, or give Services both families`,
      })),
  );
};

/** Public resolvers that answer what the zone says: a name with an IPv4 address alone has none for whoever asks for IPv6. */
const WITHOUT_DNS64 = [
  '2606:4700:4700::1111',
  '2606:4700:4700::1001',
  '2001:4860:4860::8888',
  '2001:4860:4860::8844',
  '2620:fe::fe',
  '2620:fe::9',
];

/**
 * Nodes without IPv4 reach github.com and ghcr.io, which have no IPv6 address, by DNS64 and NAT64 alone. The image of Talos' kubelet lies
 * there (https://github.com/siderolabs/talos/issues/6281), so without them no node starts. Resolvers that are not known may know the way.
 */
export const nodesReachWhatHasIpv4Alone: Rule = ({ cluster }) => {
  if (familiesOf(cluster.node_cidr).join() !== '6') return [];
  const servers = entriesOf(cluster.node_dns_servers, ['node_dns_servers']).filter(({ text }) => familyOf(text) === 6);
  const [first] = servers;
  if (first === undefined || !servers.every(({ text }) => WITHOUT_DNS64.some((one) => isSameAddress(one, text)))) {
    return [];
  }
  return [
    {
      code: 'config/no-dns64',
      severity: 'warning',
      file: 'cluster',
      at: { path: first.path },
      message: `the nodes have no IPv4, and ${first.text} gives no IPv6 address to what has none, such as github.com and ghcr.io: they cannot load the image of their kubelet`,
      remedy: `take resolvers with DNS64, such as \`node_dns_servers: ${SERVERS.node_dns_servers[6]}\`, and have the router do NAT64`,
    },
  ];
};

/** The nodes reach one of their resolvers and one of their time servers at least; a host name may have any address. */
export const nodesReachTheirServers: Rule = ({ cluster, isWritten }) =>
  (['node_dns_servers', 'node_ntp_servers'] as const).flatMap((field): Issue[] => {
    const families = familiesOf(cluster.node_cidr);
    const servers = cluster[field] ?? [];
    const isReached = servers.some((server) => {
      const family = familyOf(server);
      return family === undefined || families.includes(family);
    });
    const [family] = families;
    if (servers.length === 0 || isReached || family === undefined) return [];
    return [
      {
        code: 'config/family-missing',
        file: 'cluster',
        at: { path: [isWritten(field) ? field : 'node_cidr'] },
        message: `${isWritten(field) ? '' : 'the default of '}\`${field}\` has no IPv${String(family)} address, which is all that the nodes have`,
        remedy: `write \`${field}: ${SERVERS[field][family]}\`, or servers of your own`,
      },
    ];
  });

function sameFamily(file: FileName, path: Path, value: OneOrMore | null | undefined): Issue[] {
  const entries = entriesOf(value, path);
  const [first, second] = entries;
  if (first === undefined || second === undefined || familyOf(first.text) !== familyOf(second.text)) return [];
  const family = `IPv${String(familyOf(first.text))}`;
  const message = `\`${formatPath(path)}\` lists ${first.text} and ${second.text}, which are both ${family}`;
  const remedy = 'keep one of them; a list is for one of IPv4 and one of IPv6';
  return [{ code: 'config/family-repeated', file, at: { path: second.path }, message, remedy }];
}

function familiesOf(value: OneOrMore | null | undefined): readonly Family[] {
  return [...new Set(textsOf(value).flatMap((text) => familyOf(text) ?? []))].sort();
}

function noNodeFamily(
  { cluster, isWritten }: SoundConfiguration,
  field: 'cluster_pod_cidr' | 'cluster_svc_cidr',
  family: Family,
): Issue {
  const text = textsOf(cluster[field]).find((one) => familyOf(one) === family) ?? '';
  const label = isWritten(field) ? `\`${field}\` is` : `the default of \`${field}\` is`;
  const other = family === 4 ? 6 : 4;
  return {
    code: 'config/family-missing',
    file: 'cluster',
    at: { path: [isWritten(field) ? field : 'node_cidr'] },
    message: `${label} ${text}, but \`node_cidr\` has no IPv${String(family)} network`,
    remedy: `set \`${field}\` to an IPv${String(other)} network, for example ${EXAMPLES[field][other]}, or give the nodes both families`,
  };
}

function unequalFamilies({ cluster, isWritten }: SoundConfiguration): Issue[] {
  const pods = familiesOf(cluster.cluster_pod_cidr);
  const services = familiesOf(cluster.cluster_svc_cidr);
  if (pods.join() === services.join()) return [];
  const field = pods.length < services.length ? 'cluster_pod_cidr' : 'cluster_svc_cidr';
  const has = field === 'cluster_pod_cidr' ? services : pods;
  const at = isWritten(field) ? field : field === 'cluster_pod_cidr' ? 'cluster_svc_cidr' : 'cluster_pod_cidr';
  const wanted = has.map((family) => EXAMPLES[field][family]).join(', ');
  return [
    {
      code: 'config/family-missing',
      file: 'cluster',
      at: { path: [at] },
      message: `\`cluster_pod_cidr\` is ${namesOf(pods)} and \`cluster_svc_cidr\` is ${namesOf(services)}`,
      remedy: `give both the same families, for example \`${field}: ${has.length > 1 ? `[${wanted}]` : wanted}\``,
    },
  ];
}

function namesOf(families: readonly Family[]): string {
  return families.map((family) => `IPv${String(family)}`).join(' and ');
}

/**
 * A node asks for names and the time before there is a cluster, so nothing of the cluster can answer it: not its gateways, not the API and
 * no Service. k8s-gateway as a resolver of the nodes would also ask CoreDNS, which asks the nodes' resolvers.
 */
export const nodesAskOutsideOfCluster: Rule = (configuration) =>
  (['node_dns_servers', 'node_ntp_servers'] as const).flatMap((field) =>
    entriesOf(configuration.cluster[field], [field]).flatMap(({ text, path }): Issue[] => {
      const what = partOfCluster(configuration, text);
      if (what === undefined) return [];
      return [
        {
          code: 'config/resolver-loop',
          file: 'cluster',
          at: { path },
          message: `\`${field}\` names ${text}, ${what}: the nodes ask it before there is a cluster`,
          remedy:
            field === 'node_dns_servers'
              ? 'take a resolver outside of the cluster: the router, or a public one'
              : 'take a time server outside of the cluster',
        },
      ];
    }),
  );

/** What k8s-gateway does not know it asks others, never itself. */
export const fallbackIsNotTheGateway: Rule = ({ cluster }) => {
  const own = textsOf(cluster.cluster_dns_gateway_addr);
  return entriesOf(cluster.k8s_gateway_fallback_dns, ['k8s_gateway_fallback_dns'])
    .filter(({ text }) => own.some((address) => isSameAddress(address, text)))
    .map(({ text, path }) => ({
      code: 'config/resolver-loop',
      file: 'cluster',
      at: { path },
      message: `\`k8s_gateway_fallback_dns\` names ${text}, which is k8s-gateway itself (\`cluster_dns_gateway_addr\`): it would ask itself for ever`,
      remedy: 'take public resolvers, or leave the field out',
    }));
};

/** What an address is in the cluster, as it stands in a sentence; undefined for one outside of it. */
function partOfCluster(configuration: SoundConfiguration, text: string): string | undefined {
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  const owner = ownersOf(configuration).find(
    (one) => (one.role === 'gateway' || one.role === 'api') && isSameAddress(one.text, text),
  );
  if (owner !== undefined)
    return owner.role === 'api' ? `the Kubernetes API (${owner.label})` : `a gateway of the cluster (${owner.label})`;
  const around = networksOf(configuration).find(
    ({ field, network }) => field !== 'node_cidr' && contains(network, address),
  );
  if (around === undefined) return undefined;
  const isCoreDns =
    around.field === 'cluster_svc_cidr' && isSameAddress(hostOf(formatNetwork(around.network), COREDNS_INDEX), text);
  return isCoreDns ? 'CoreDNS in the cluster' : `inside of ${around.label} (${around.text})`;
}
