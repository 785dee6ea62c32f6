import { COREDNS_INDEX } from '../../computed.ts';
import { formatNetwork, hostBits, overlaps, parseNetwork, type Network } from '../../addresses.ts';
import type { SoundConfiguration } from '../effective.ts';
import type { Issue } from '../issue.ts';
import type { Rule } from './rule.ts';

type NetworkField = 'node_cidr' | 'cluster_pod_cidr' | 'cluster_svc_cidr';

interface NamedNetwork {
  readonly field: NetworkField;
  readonly network: Network;
  readonly text: string;
  /** The name with a remark where the value is a default. */
  readonly label: string;
  readonly isWritten: boolean;
}

const FIELDS: readonly NetworkField[] = ['node_cidr', 'cluster_pod_cidr', 'cluster_svc_cidr'];

/** Networks to propose, the usual ones first; three networks cannot take all of them unless one is very large. */
const PROPOSALS = ['10.42.0.0/16', '10.43.0.0/16', '10.244.0.0/16', '172.20.0.0/16', '172.21.0.0/16', '192.168.0.0/16'];

/** Networks that no host on a network of one's own can be in. */
const SPECIAL = [
  { cidr: '0.0.0.0/8', use: 'hosts that have no address yet' },
  { cidr: '127.0.0.0/8', use: 'loopback' },
  { cidr: '169.254.0.0/16', use: 'link-local addresses' },
  { cidr: '224.0.0.0/4', use: 'multicast' },
  { cidr: '240.0.0.0/4', use: 'nothing yet' },
];

/** The smallest network that holds a router, the API address and a node. */
const SMALLEST_NODE_NETWORK = 29;

/** The kube-controller-manager's default `--node-cidr-mask-size`: what each node takes of the Pod network. */
const POD_NETWORK_OF_NODE = 24;

/** kube-apiserver refuses a Service network with more than 20 bits for hosts. */
const LARGEST_SERVICE_NETWORK = 12;

/** The three networks of a configuration; the broken ones are left out. */
export function networksOf(configuration: SoundConfiguration): readonly NamedNetwork[] {
  return FIELDS.flatMap((field) => {
    const text = configuration.cluster[field];
    const network = text === undefined ? undefined : parseNetwork(text);
    if (text === undefined || network === undefined) return [];
    const isWritten = configuration.isWritten(field);
    return [{ field, network, text, isWritten, label: isWritten ? `\`${field}\`` : `the default of \`${field}\`` }];
  });
}

/** A network is written by its first address: 192.0.2.5/24 is a slip, and readers disagree on what it means. */
export const networksHaveNoHostBits: Rule = (configuration) =>
  networksOf(configuration)
    .filter(({ network }) => hostBits(network) !== 0n)
    .map(({ field, text, network }) => ({
      ...issueAt(field, 'config/host-bits'),
      message: `\`${field}\` is ${text}, which has host bits set`,
      remedy: `did you mean ${formatNetwork(network)}?`,
    }));

/** Nodes, Pods and Services live at ordinary addresses. */
export const networksAreUnicast: Rule = (configuration) =>
  networksOf(configuration).flatMap(({ field, text, network }) => {
    const special = SPECIAL.find(({ cidr }) => overlapsText(network, cidr));
    if (special === undefined) return [];
    const message = `\`${field}\` is ${text}, which shares addresses with ${special.cidr}, reserved for ${special.use}`;
    const remedy = 'take a private network, for example 192.168.1.0/24 for the nodes and 10.42.0.0/16 for the Pods';
    return [{ ...issueAt(field, 'config/network-reserved'), message, remedy }];
  });

/** No two of the networks share an address, or packets go astray. */
export const networksDoNotOverlap: Rule = (configuration) => {
  const networks = networksOf(configuration);
  return networks.flatMap((one, index) =>
    networks
      .slice(index + 1)
      .filter((other) => overlaps(one.network, other.network))
      .map((other) => overlapIssue(one, other, networks)),
  );
};

/** The node network has room for the least that a cluster needs. */
export const nodeNetworkIsLargeEnough: Rule = (configuration) =>
  networksOf(configuration)
    .filter(({ field, network }) => field === 'node_cidr' && network.prefix > SMALLEST_NODE_NETWORK)
    .map(({ field, text }) => ({
      ...issueAt(field, 'config/network-size'),
      message: `\`${field}\` is ${text}, too small for a router, the API address and a node`,
      remedy: `take a network of /${String(SMALLEST_NODE_NETWORK)} or larger`,
    }));

/** Every node takes a /24 of the Pod network. */
export const podNetworkIsLargeEnough: Rule = (configuration) => {
  const needed = Math.max(1, configuration.nodes?.length ?? 1);
  const prefix = POD_NETWORK_OF_NODE - Math.ceil(Math.log2(needed));
  return networksOf(configuration)
    .filter(({ field, network }) => field === 'cluster_pod_cidr' && network.prefix > prefix)
    .map(({ field, text }) => ({
      ...issueAt(field, 'config/network-size'),
      message: `\`${field}\` is ${text}, too small for ${String(needed)} ${needed === 1 ? 'node' : 'nodes'} that take a /24 each`,
      remedy: `take a network of /${String(prefix)} or larger; a /16 is usual`,
    }));
};

/** The Service network has an address for CoreDNS, and no more addresses than the API server takes. */
export const serviceNetworkIsOfRightSize: Rule = (configuration) =>
  networksOf(configuration)
    .filter(({ field }) => field === 'cluster_svc_cidr')
    .flatMap(({ field, network, text }) => {
      const issue = issueAt(field, 'config/network-size');
      if (network.prefix > 28) {
        const message = `\`${field}\` is ${text}, too small for address number ${String(COREDNS_INDEX)}, which CoreDNS gets`;
        return [{ ...issue, message, remedy: 'take a network of /28 or larger; a /16 is usual' }];
      }
      if (network.prefix >= LARGEST_SERVICE_NETWORK) return [];
      const message = `\`${field}\` is ${text}, larger than the API server takes`;
      return [
        {
          ...issue,
          message,
          remedy: `take a network of /${String(LARGEST_SERVICE_NETWORK)} or smaller; a /16 is usual`,
        },
      ];
    });

function overlapIssue(one: NamedNetwork, other: NamedNetwork, all: readonly NamedNetwork[]): Issue {
  const culprit = other.isWritten ? other : one;
  // The node network is given by the house; the others can move.
  const moved = other.field === 'node_cidr' ? one : other;
  const free = PROPOSALS.find((cidr) => !all.some((named) => named !== moved && overlapsText(named.network, cidr)));
  return {
    ...issueAt(culprit.field, 'config/network-overlap'),
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

function overlapsText(network: Network, cidr: string): boolean {
  const other = parseNetwork(cidr);
  return other !== undefined && overlaps(network, other);
}

function issueAt(field: NetworkField, code: Issue['code']): Pick<Issue, 'code' | 'file' | 'at'> {
  return { code, file: 'cluster', at: { path: [field] } };
}
