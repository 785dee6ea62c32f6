import { formatAddress, nthHost, parseNetwork } from '../../cluster/addresses.ts';
import { formatFlow } from '../../cluster/config/issue.ts';
import { NODE_FIELDS } from '../../cluster/config/schemas.ts';
import { readRepositoryUrl } from '../../cluster/computed/repository.ts';
import { readData } from '../../makejinja/data/read-data.ts';

/** The one file of the newer upstream form. */
export const UPSTREAM_FILE = 'cluster.toml';

/** What became of it. */
interface PortedConfiguration {
  readonly cluster: string;
  readonly nodes: string;
  /** Secrets by field, for cluster.sops.yaml: they stand in neither of the two texts. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Paths of what could not be taken; comments at their place say so. */
  readonly left: readonly string[];
}

/** A value of cluster.toml in our words: fields with their values, or why there is none. */
type Taken = Readonly<Record<string, unknown>> | string;

/** What a value becomes, by its path; `all` gives other values. */
type Take = (value: unknown, all: (path: string) => unknown) => Taken;

const as =
  (field: string): Take =>
  (value) => ({ [field]: value });

/** Upstream writes numbers as texts of digits. */
const asNumber =
  (field: string): Take =>
  (value) => ({ [field]: /^\d+$/.test(String(value)) ? Number(value) : value });

/** Every key of the upstream form, in the order of our file, under the heading that it goes to. */
const SECTIONS: readonly { readonly heading: string; readonly keys: Readonly<Record<string, Take>> }[] = [
  {
    heading: 'Nodes',
    keys: {
      'network.node_cidr': as('node_cidr'),
      'network.dns_servers': as('node_dns_servers'),
      'network.ntp_servers': as('node_ntp_servers'),
      'network.default_gateway': as('node_default_gateway'),
      'network.vlan_tag': asNumber('node_vlan_tag'),
      'talos.schematic_id': as('node_schematic_id'),
    },
  },
  {
    heading: 'Kubernetes',
    keys: {
      'kubernetes.api.addr': as('cluster_api_addr'),
      'kubernetes.api.tls_sans': as('cluster_api_tls_sans'),
      'kubernetes.pod_cidr': as('cluster_pod_cidr'),
      'kubernetes.svc_cidr': as('cluster_svc_cidr'),
      'kubernetes.coredns_addr': (value, all) => {
        const written = all('kubernetes.svc_cidr');
        const network = parseNetwork(typeof written === 'string' ? written : '10.43.0.0/16');
        const tenth = network === undefined ? undefined : nthHost(network, 10n);
        const address = tenth === undefined ? '' : formatAddress(tenth);
        return value === address ? {} : `CoreDNS has the tenth address of the Service network here, ${address}`;
      },
    },
  },
  {
    heading: 'Gateways',
    keys: {
      'gateways.dns': as('cluster_dns_gateway_addr'),
      'gateways.internal': as('cluster_gateway_addr'),
      'gateways.external': as('cloudflare_gateway_addr'),
      'ingress.mode': (value) => ({ ingress: value === 'cloudflare-tunnel' ? 'tunnel' : value }),
    },
  },
  {
    heading: 'Repository',
    keys: {
      'repository.url': (value) => repositoryOf(String(value)),
      'repository.branch': as('repository_branch'),
      'repository.webhook_provider': as('webhook_type'),
      'repository.known_hosts': (value) => ({
        repository_known_hosts: String(value)
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => line !== ''),
      }),
    },
  },
  {
    heading: 'Domain and Cloudflare',
    keys: { 'dns.provider': as('dns_provider'), 'domain.name': as('cloudflare_domain') },
  },
  {
    heading: 'Cilium',
    keys: {
      'cilium.loadbalancer_mode': as('cilium_loadbalancer_mode'),
      'cilium.bgp.router_addr': as('cilium_bgp_router_addr'),
      'cilium.bgp.router_asn': asNumber('cilium_bgp_router_asn'),
      'cilium.bgp.node_asn': asNumber('cilium_bgp_node_asn'),
    },
  },
  { heading: 'Services', keys: { 'spegel.enabled': as('spegel_enabled') } },
];

const TOKEN = 'dns.token';
const WIDTH = 120;

/**
 * Writes our two files from upstream's one. What has no field here stands as a comment under the heading of its table; an empty text
 * counts as not set, as it does there.
 *
 * @throws Failure with line and column where the text is no TOML
 */
export function portUpstream(text: string): PortedConfiguration {
  const data = readData(UPSTREAM_FILE, text);
  const values = leavesOf(data);
  const all = (path: string): unknown => values.get(path);
  const left: string[] = [];
  const known = new Set(SECTIONS.flatMap(({ keys }) => Object.keys(keys)));
  const strangers = [...values.keys()].filter((path) => !known.has(path) && path !== TOKEN && path !== 'nodes');
  const sections = SECTIONS.map(({ heading, keys }) => {
    const lines = Object.entries(keys).flatMap(([path, take]) => {
      const value = values.get(path);
      if (isUnset(value)) return [];
      const taken = take(value, all);
      if (typeof taken === 'string') {
        left.push(path);
        return [comment(path, value, taken)];
      }
      return Object.entries(taken).map(([field, own]) => `${field}: ${formatFlow(own)}`);
    });
    const tables = new Set(Object.keys(keys).map(tableOf));
    const others = strangers.filter((path) => tables.has(tableOf(path)));
    left.push(...others);
    const secret = heading === 'Domain and Cloudflare' && !isUnset(values.get(TOKEN)) ? [TOKEN_LINE] : [];
    return section(heading, [...lines, ...secret, ...others.map((path) => comment(path, values.get(path)))]);
  });
  const rest = strangers.filter((path) => !left.includes(path));
  left.push(...rest);
  const token = values.get(TOKEN);
  const nodes = nodesText(data.get('nodes'), left);
  return {
    cluster: [
      CLUSTER_HEAD,
      ...sections,
      section(
        'Not taken',
        rest.map((path) => comment(path, values.get(path))),
      ),
    ]
      .filter((part) => part !== '')
      .join('\n'),
    nodes,
    secrets: isUnset(token) ? {} : { cloudflare_token: String(token) },
    left,
  };
}

const CLUSTER_HEAD = `# yaml-language-server: $schema=./schemas/cluster.schema.json
#
# Taken from ${UPSTREAM_FILE}. Every field is explained in docs/configuration.md.
`;

const NODES_HEAD = `# yaml-language-server: $schema=./schemas/nodes.schema.json
#
# Taken from ${UPSTREAM_FILE}. Every field is explained in docs/configuration.md.

nodes:
`;

const TOKEN_LINE = '# cloudflare_token stands in cluster.sops.yaml, encrypted.';

function section(heading: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  const title = `# --- ${heading} `;
  return `${title}${'-'.repeat(WIDTH - title.length)}\n\n${lines.join('\n')}\n`;
}

/** A value may be a secret where its name says so: nobody knows what an unknown key holds. */
function comment(path: string, value: unknown, why = 'there is no field for it here'): string {
  const shown = /token|secret|passw|key/i.test(path) ? '…' : formatFlow(plain(value)).replaceAll('\n', ' ');
  return `# Not taken: ${path} = ${shown} (${why})`;
}

function repositoryOf(url: string): Taken {
  const { host, path, isSsh } = readRepositoryUrl(url);
  if (host !== 'github.com') return { repository_url: url };
  const name = path.replace(/\.git$/, '');
  return { repository_name: name, repository_visibility: isSsh ? 'private' : 'public' };
}

function nodesText(nodes: unknown, left: string[]): string {
  const items = (Array.isArray(nodes) ? nodes : []).map((node: unknown, index) => {
    const fields = node instanceof Map ? [...(node as ReadonlyMap<unknown, unknown>)] : [];
    const lines = fields.flatMap(([key, value]) => {
      const name = String(key);
      if (isUnset(value)) return [];
      if (Object.hasOwn(NODE_FIELDS, name)) return [`${name}: ${nodeValue(name, plain(value))}`];
      left.push(`nodes[${String(index)}].${name}`);
      return [comment(name, value)];
    });
    // A comment first would take the hyphen's place.
    const sorted = [...lines.filter((line) => !line.startsWith('#')), ...lines.filter((line) => line.startsWith('#'))];
    return `  - ${sorted.join('\n    ')}\n`;
  });
  return NODES_HEAD + items.join('\n');
}

/** A MAC address is quoted: one of digits alone is a number for some readers. */
function nodeValue(name: string, value: unknown): string {
  return name === 'mac_addr' ? `'${String(value)}'` : formatFlow(value);
}

/** Values by their path: those of tables within tables, lists as they are. */
function leavesOf(table: ReadonlyMap<unknown, unknown>, before = ''): Map<string, unknown> {
  const leaves = new Map<string, unknown>();
  for (const [key, value] of table) {
    const path = `${before}${String(key)}`;
    if (value instanceof Map) for (const [inner, leaf] of leavesOf(value, `${path}.`)) leaves.set(inner, leaf);
    else leaves.set(path, plain(value));
  }
  return leaves;
}

/** As our files hold it: maps as objects. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries(
    [...(value as ReadonlyMap<unknown, unknown>)].map(([key, one]) => [String(key), plain(one)]),
  );
}

function isUnset(value: unknown): boolean {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

function tableOf(path: string): string {
  return path.split('.')[0] ?? path;
}
