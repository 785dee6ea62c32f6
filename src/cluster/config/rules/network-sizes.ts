import { COREDNS_INDEX, nodePrefixOf } from '../../computed/networks.ts';
import type { Issue } from '../issue.ts';
import { networksOf, type NamedNetwork } from './networks.ts';
import type { Rule } from './rule.ts';

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
      ...issueAt(named),
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
        return [{ ...issueAt(named), message, remedy }];
      }
      if (prefix <= ofNode - bits) return [];
      const message = `\`cluster_pod_cidr\` is ${named.text}, too small for ${String(count)} ${count === 1 ? 'node' : 'nodes'} that take a /${String(ofNode)} each`;
      const remedy = `take a network of /${String(ofNode - bits)} or larger; ${USUAL_POD[family]}`;
      return [{ ...issueAt(named), message, remedy }];
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
        return [{ ...issueAt(named), message, remedy }];
      }
      if (prefix >= largest) return [];
      const message = `\`cluster_svc_cidr\` is ${named.text}, larger than the API server takes`;
      const remedy = `take a network of /${String(largest)} or smaller; ${USUAL_SERVICE[family]}`;
      return [{ ...issueAt(named), message, remedy }];
    });

/** The prefix length that leaves a number of bits to the host. */
function longest(family: 4 | 6, bits: number): number {
  return WIDTHS[family] - bits;
}

function issueAt({ path }: NamedNetwork): Pick<Issue, 'code' | 'file' | 'at'> {
  return { code: 'config/network-size', file: 'cluster', at: { path } };
}
