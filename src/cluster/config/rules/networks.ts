import {
  DOCUMENTATION,
  formatNetwork,
  hostBits,
  isPublic,
  type Network,
  overlaps,
  parseNetwork,
} from '../../addresses.ts';
import { COREDNS_INDEX, nodePrefixOf } from '../../computed/networks.ts';
import type { Rule, SoundConfiguration } from '../effective.ts';
import type { Issue } from '../issue.ts';
import type { Path } from '../../../text/values.ts';
import { entriesOf } from './owners.ts';

type NetworkField = 'node_cidr' | 'cluster_pod_cidr' | 'cluster_svc_cidr';

/** One of the networks of a configuration. */
interface NamedNetwork {
  readonly field: NetworkField;
  readonly path: Path;
  readonly network: Network;
  readonly text: string;
  /** The name with a remark where the value is a default. */
  readonly label: string;
  readonly isWritten: boolean;
}

const FIELDS: readonly NetworkField[] = ['node_cidr', 'cluster_pod_cidr', 'cluster_svc_cidr'];

/** Networks to propose, the usual ones first; three networks cannot take all of them unless one is very large. */
const PROPOSALS = {
  4: ['10.42.0.0/16', '10.43.0.0/16', '10.244.0.0/16', '172.20.0.0/16', '172.21.0.0/16', '192.168.0.0/16'],
  6: ['fd42:5a1e:c0d::/56', 'fd42:5a1e:c0e::/112', 'fd42:5a1e:c0f::/112', 'fdc1:7e2:10::/112'],
} as const;

/** Networks that no host on a network of one's own can be in. */
const SPECIAL = [
  { cidr: '0.0.0.0/8', use: 'hosts that have no address yet' },
  { cidr: '127.0.0.0/8', use: 'loopback' },
  { cidr: '169.254.0.0/16', use: 'link-local addresses' },
  { cidr: '224.0.0.0/4', use: 'multicast' },
  { cidr: '240.0.0.0/4', use: 'nothing yet' },
  { cidr: '::/8', use: 'loopback and addresses of IPv4' },
  { cidr: 'fe80::/10', use: 'link-local addresses' },
  { cidr: 'ff00::/8', use: 'multicast' },
];

/** The networks of a configuration, of one family or of both; the broken ones are left out. */
export function networksOf(configuration: SoundConfiguration): readonly NamedNetwork[] {
  return FIELDS.flatMap((field) =>
    entriesOf(configuration.cluster[field], [field]).flatMap(({ text, path }): NamedNetwork[] => {
      const network = parseNetwork(text);
      if (network === undefined) return [];
      const isWritten = configuration.isWritten(field);
      const label = isWritten ? `\`${field}\`` : `the default of \`${field}\``;
      return [{ field, path, network, text, isWritten, label }];
    }),
  );
}

/** A network is written by its first address: 192.0.2.5/24 is a slip, and readers disagree on what it means. */
export const networksHaveNoHostBits: Rule = (configuration) =>
  networksOf(configuration)
    .filter(({ network }) => hostBits(network) !== 0n)
    .map((named) => ({
      ...issueAt(named, 'config/host-bits'),
      message: `\`${named.field}\` is ${named.text}, which has host bits set`,
      remedy: `did you mean ${formatNetwork(named.network)}?`,
    }));

/** Nodes, Pods and Services live at ordinary addresses. */
export const networksAreUnicast: Rule = (configuration) =>
  networksOf(configuration).flatMap((named) => {
    const special = SPECIAL.find(({ cidr }) => overlapsText(named.network, cidr));
    if (special === undefined) return [];
    const message = `\`${named.field}\` is ${named.text}, which shares addresses with ${special.cidr}, reserved for ${special.use}`;
    return [{ ...issueAt(named, 'config/network-reserved'), message, remedy: proposalFor(named) }];
  });

/** Addresses that Pods or Services take away from the Internet cannot be reached there. */
export const clusterNetworksArePrivate: Rule = (configuration) =>
  networksOf(configuration)
    .filter(({ field, network, text }) => field !== 'node_cidr' && isPublic(firstText(network)) && !isReserved(text))
    .map((named) => ({
      ...issueAt(named, 'config/network-public'),
      severity: 'warning',
      message: `\`${named.field}\` is ${named.text}, a part of the Internet: nothing in the cluster could reach it there`,
      remedy: proposalFor(named),
    }));

/** No two of the networks share an address, or packets go astray. */
export const networksDoNotOverlap: Rule = (configuration) => {
  const networks = networksOf(configuration);
  return networks.flatMap((one, index) =>
    networks
      .slice(index + 1)
      // Two of one field are two of one family, which is reported as that.
      .filter((other) => other.field !== one.field && overlaps(one.network, other.network))
      .map((other) => overlapIssue(one, other, networks)),
  );
};

function overlapIssue(one: NamedNetwork, other: NamedNetwork, all: readonly NamedNetwork[]): Issue {
  const culprit = other.isWritten ? other : one;
  // The node network is given by the house; the others can move.
  const moved = other.field === 'node_cidr' ? one : other;
  const free = PROPOSALS[moved.network.family].find(
    (cidr) => !all.some((named) => named !== moved && overlapsText(named.network, cidr)),
  );
  return {
    ...issueAt(culprit, 'config/network-overlap'),
    message: `${one.label} (${one.text}) and ${other.label} (${other.text}) ${relation(one.network, other.network)}`,
    remedy:
      free === undefined
        ? 'take networks of their own'
        : `set \`${moved.field}\` to a network of its own, for example ${free}`,
  };
}

function relation(one: Network, other: Network): string {
  if (one.prefix === other.prefix) return 'are the same network';
  return one.prefix < other.prefix ? 'overlap: the first holds the second' : 'overlap: the second holds the first';
}

function proposalFor({ network, field }: NamedNetwork): string {
  if (network.family === 4) {
    return 'take a private network, for example 192.168.1.0/24 for the nodes and 10.42.0.0/16 for the Pods';
  }
  const example = field === 'cluster_svc_cidr' ? PROPOSALS[6][1] : PROPOSALS[6][0];
  return `take a unique local network below fd00::/8, for example ${field === 'node_cidr' ? 'fd42:5a1e:c0c::/64' : example}`;
}

function firstText(network: Network): string {
  return formatNetwork(network).replace(/\/.*/, '');
}

/** What is reserved has been reported, and documentation addresses stand in examples. */
function isReserved(text: string): boolean {
  const network = parseNetwork(text);
  return (
    network !== undefined &&
    [...SPECIAL.map(({ cidr }) => cidr), ...DOCUMENTATION].some((cidr) => overlapsText(network, cidr))
  );
}

function overlapsText(network: Network, cidr: string): boolean {
  const other = parseNetwork(cidr);
  return other !== undefined && overlaps(network, other);
}

function issueAt({ path }: NamedNetwork, code: Issue['code']): Pick<Issue, 'code' | 'file' | 'at'> {
  return { code, file: 'cluster', at: { path } };
}

/** How many bits of an address are the host's, at least, so that a router, the API address and a node find room. */
const FEWEST_NODE_BITS = 3;

/** The kube-controller-manager's default `--node-cidr-mask-size-ipv4`: what each node takes of the Pod network. */
const POD_NETWORK_OF_NODE = 24;

/** kube-controller-manager hands out at most 2^16 parts of the Pod network. */
const MOST_NODE_BITS = 16;

/** kube-apiserver refuses a Service network with more bits for hosts. */
const MOST_SERVICE_BITS = 20;

const FEWEST_SERVICE_BITS = 4;

const WIDTHS = { 4: 32, 6: 128 } as const;

const USUAL_POD = { 4: 'a /16 is usual', 6: 'a /56 is usual' } as const;
const USUAL_SERVICE = { 4: 'a /16 is usual', 6: 'a /112 is usual' } as const;

/** The node network has room for the least that a cluster needs. */
export const nodeNetworkIsLargeEnough: Rule = (configuration) =>
  networksOf(configuration)
    .filter(({ field, network }) => field === 'node_cidr' && network.prefix > longest(network.family, FEWEST_NODE_BITS))
    .map((named) => ({
      ...sizeIssue(named),
      message: `\`node_cidr\` is ${named.text}, too small for a router, the API address and a node`,
      remedy: `take a network of /${String(longest(named.network.family, FEWEST_NODE_BITS))} or larger`,
    }));

/** Every node takes a part of the Pod network: a /24 in IPv4, in IPv6 what follows from the network's size. */
export const podNetworkIsOfRightSize: Rule = (configuration) => {
  const count = Math.max(1, configuration.nodes?.length ?? 1);
  const bits = Math.ceil(Math.log2(count));
  return networksOf(configuration)
    .filter(({ field }) => field === 'cluster_pod_cidr')
    .flatMap((named): Issue[] => {
      const { prefix, family } = named.network;
      const ofNode = family === 4 ? POD_NETWORK_OF_NODE : nodePrefixOf(prefix);
      if (family === 4 && ofNode - prefix > MOST_NODE_BITS) {
        const message = `\`cluster_pod_cidr\` is ${named.text}, larger than the nodes' parts of /${String(ofNode)} can be handed out of`;
        const remedy = `take a network of /${String(ofNode - MOST_NODE_BITS)} or smaller; ${USUAL_POD[family]}`;
        return [{ ...sizeIssue(named), message, remedy }];
      }
      if (prefix <= ofNode - bits) return [];
      const message = `\`cluster_pod_cidr\` is ${named.text}, too small for ${String(count)} ${count === 1 ? 'node' : 'nodes'} that take a /${String(ofNode)} each`;
      const remedy = `take a network of /${String(ofNode - bits)} or larger; ${USUAL_POD[family]}`;
      return [{ ...sizeIssue(named), message, remedy }];
    });
};

/** The Service network has an address for CoreDNS, and no more addresses than the API server takes. */
export const serviceNetworkIsOfRightSize: Rule = (configuration) =>
  networksOf(configuration)
    .filter(({ field }) => field === 'cluster_svc_cidr')
    .flatMap((named): Issue[] => {
      const { prefix, family } = named.network;
      const smallest = longest(family, FEWEST_SERVICE_BITS);
      const largest = longest(family, MOST_SERVICE_BITS);
      if (prefix > smallest) {
        const message = `\`cluster_svc_cidr\` is ${named.text}, too small for address number ${String(COREDNS_INDEX)}, which CoreDNS gets`;
        const remedy = `take a network of /${String(smallest)} or larger; ${USUAL_SERVICE[family]}`;
        return [{ ...sizeIssue(named), message, remedy }];
      }
      if (prefix >= largest) return [];
      const message = `\`cluster_svc_cidr\` is ${named.text}, larger than the API server takes`;
      const remedy = `take a network of /${String(largest)} or smaller; ${USUAL_SERVICE[family]}`;
      return [{ ...sizeIssue(named), message, remedy }];
    });

/** The prefix length that leaves a number of bits to the host. */
function longest(family: 4 | 6, bits: number): number {
  return WIDTHS[family] - bits;
}

function sizeIssue({ path }: NamedNetwork): Pick<Issue, 'code' | 'file' | 'at'> {
  return { code: 'config/network-size', file: 'cluster', at: { path } };
}
