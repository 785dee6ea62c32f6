import {
  type Address,
  contains,
  firstAddress,
  formatNetwork,
  hostBits,
  lastAddress,
  overlaps,
  parseNetwork,
} from '../../addresses.ts';
import { isBgpEnabled } from '../../computed/services.ts';
import { addressesOfOthers, type AddressRange, holds, rangesWithout, usableRange, wholeRange } from '../../pool.ts';
import type { Rule, SoundConfiguration } from '../effective.ts';
import type { Issue, Proposals } from '../issue.ts';
import type { Path } from '../../../text/values.ts';
import { networksOf } from './networks.ts';
import { entriesOf, nodeNetworksOf, type Owner, ownersOf } from './owners.ts';

/** Nodes, router and API lie in the node network; gateways too, unless BGP announces them elsewhere. */
export const addressesLieInNodeNetwork: Rule = (configuration) => {
  const networks = nodeNetworksOf(configuration);
  if (networks.length === 0) return [];
  const bgp = mayUseBgp(configuration);
  return ownersOf(configuration)
    .filter(
      ({ role, address }) =>
        role !== 'bgp router' && !(role === 'gateway' && bgp) && !(role === 'router' && isLinkLocal(address)),
    )
    .filter(({ address }) => !networks.some((network) => contains(network, address)))
    .map((owner) => ({
      ...issueAt(owner, 'config/address-outside'),
      message: `${owner.label} is ${owner.text}, outside of \`node_cidr\` (${networks.map(formatNetwork).join(', ')})`,
      remedy: (own) =>
        `${freeRemedy(own, owner)}${owner.role === 'gateway' ? '; only with BGP may a gateway lie elsewhere' : ''}`,
    }));
};

/** The first and the last address of the node network belong to the network itself; Cilium hands out neither of them. */
export const addressesAreUsable: Rule = (configuration) =>
  ownersOf(configuration)
    .filter(({ role, isWritten }) => isWritten && role !== 'bgp router')
    .flatMap((owner) => {
      const network = nodeNetworksOf(configuration).find((one) => contains(one, owner.address));
      const end = network === undefined ? undefined : endOf(network, owner);
      if (network === undefined || end === undefined) return [];
      const message = `${owner.label} is ${owner.text}, the ${end} address of \`node_cidr\` (${formatNetwork(network)})`;
      return [{ ...issueAt(owner, 'config/address-unusable'), message, remedy: (own) => freeRemedy(own, owner) }];
    });

/** With BGP an address may lie outside of the node network, but never where Pods or Services are. */
export const addressesLieOutsideClusterNetworks: Rule = (configuration) => {
  const nodeNetworks = nodeNetworksOf(configuration);
  const networks = networksOf(configuration).filter(({ field, network }) => {
    // Overlapping networks have been reported; their addresses would only repeat it.
    return field !== 'node_cidr' && !nodeNetworks.some((nodeNetwork) => overlaps(network, nodeNetwork));
  });
  if (!mayUseBgp(configuration)) return [];
  return ownersOf(configuration)
    .filter(({ role }) => role === 'gateway' || role === 'bgp router')
    .flatMap((owner) => {
      const around = networks.find(({ network }) => contains(network, owner.address));
      if (around === undefined) return [];
      const message = `${owner.label} is ${owner.text}, inside of ${around.label} (${around.text})`;
      return [
        {
          ...issueAt(owner, 'config/address-in-cluster'),
          message,
          remedy: 'take an address outside of the Pod and Service networks',
        },
      ];
    });
};

/** Every address has one owner. The BGP router may be the default gateway: it usually is. */
export const addressesAreDistinct: Rule = (configuration) => {
  const owners = ownersOf(configuration);
  return owners.flatMap((owner, index) => {
    const first = owners.slice(0, index).find((other) => isSameAddress(owner, other) && !mayShare(owner, other));
    if (first === undefined) return [];
    const blamed = owner.isWritten ? owner : first;
    return [
      {
        ...issueAt(blamed, 'config/address-taken'),
        message: `${owner.text} is used by both ${first.label} and ${owner.label}`,
        remedy: (own: Proposals) => freeRemedy(own, owner),
      },
    ];
  });
};

/** Whether BGP is on, or might be once its broken fields are mended. */
export function mayUseBgp({ cluster }: SoundConfiguration): boolean {
  return isBgpEnabled({
    cilium_bgp_router_addr: cluster.cilium_bgp_router_addr === undefined ? '' : cluster.cilium_bgp_router_addr,
    cilium_bgp_router_asn: cluster.cilium_bgp_router_asn === undefined ? 0 : cluster.cilium_bgp_router_asn,
    cilium_bgp_node_asn: cluster.cilium_bgp_node_asn === undefined ? 0 : cluster.cilium_bgp_node_asn,
  });
}

/** IPv6 has no broadcast address, but its first one is every router's. Cilium leaves out the first and the last of both. */
function endOf(network: Parameters<typeof firstAddress>[0], { address, role }: Owner): string | undefined {
  if (address.value === firstAddress(network).value) return network.family === 4 ? 'network' : 'subnet-router anycast';
  if (address.value !== lastAddress(network).value) return undefined;
  if (network.family === 4) return 'broadcast';
  return role === 'gateway' ? 'last' : undefined;
}

function isSameAddress(one: Owner, other: Owner): boolean {
  return one.address.family === other.address.family && one.address.value === other.address.value;
}

function mayShare(one: Owner, other: Owner): boolean {
  const roles = [one.role, other.role];
  return roles.includes('router') && roles.includes('bgp router');
}

/** A router of IPv6 has a link-local address on every link, and most announce nothing else (RFC 4861, section 4.2). */
function isLinkLocal(address: Address): boolean {
  const linkLocal = parseNetwork('fe80::/10');
  return linkLocal !== undefined && contains(linkLocal, address);
}

function freeRemedy(own: Proposals, { address: { family } }: Owner): string {
  const free = own.address([family, 4, 6]);
  return free === undefined
    ? 'take an unused address of the node network'
    : `take an unused address of the node network, for example ${free}`;
}

function issueAt({ file, path }: Owner, code: Issue['code']): Pick<Issue, 'code' | 'file' | 'at'> {
  return { code, file, at: { path } };
}

interface Block extends AddressRange {
  readonly text: string;
  readonly path: Path;
}

const FIELD = 'cilium_lb_pool_cidr';

/** A block is written by its first address, a range begins before it ends, and its ends are of one family. */
export const poolIsWellFormed: Rule = ({ cluster }) =>
  entriesOf(cluster[FIELD], [FIELD]).flatMap(({ text, path }): Issue[] => {
    const network = parseNetwork(text);
    if (network !== undefined) {
      if (hostBits(network) === 0n) return [];
      const message = `\`${FIELD}\` is ${text}, which has host bits set`;
      return [{ ...poolIssue(path, 'config/host-bits'), message, remedy: `did you mean ${formatNetwork(network)}?` }];
    }
    const block = wholeRange(text);
    if (block !== undefined && block.first.value <= block.last.value) return [];
    const message = `\`${FIELD}\` is ${text}, a range that ends before it begins`;
    const remedy = 'write the lower address first: `first-last`';
    return [{ ...poolIssue(path, 'config/range-reversed'), message, remedy }];
  });

/** Without BGP nobody outside of the node network would find the addresses. */
export const poolLiesInNodeNetwork: Rule = (configuration) => {
  const networks = nodeNetworksOf(configuration);
  if (networks.length === 0 || mayUseBgp(configuration)) return [];
  return blocksOf(configuration)
    .filter(({ first, last }) => !networks.some((network) => contains(network, first) && contains(network, last)))
    .map(({ text, path }) => ({
      ...poolIssue(path, 'config/address-outside'),
      message: `\`${FIELD}\` is ${text}, outside of \`node_cidr\` (${networks.map(formatNetwork).join(', ')})`,
      remedy: 'take a part of the node network; only with BGP may load balancer addresses lie elsewhere',
    }));
};

/** What is left of a block once everybody else has kept his address; a pool of nothing else gives out nothing. */
export const poolHoldsFreeAddresses: Rule = (configuration) => {
  const routers = ownersOf(configuration).filter(({ role }) => role === 'router');
  const excluded = addressesOfOthers(
    configuration.cluster,
    configuration.nodes ?? [],
    routers.map(({ text }) => text),
  );
  return soundBlocksOf(configuration)
    .filter(({ text }) => {
      const range = usableRange(text);
      return range === undefined || rangesWithout(range, excluded).length === 0;
    })
    .map(({ text, path }) => ({
      ...poolIssue(path, 'config/pool-taken'),
      message: `\`${FIELD}\` is ${text}, where every address belongs to a node, the router, the API, a server or the network itself`,
      remedy: 'take addresses that nobody has',
    }));
};

/** Cilium gives out nothing from outside of the pool, nor the first and the last address of a network in it, so no gateway may be there. */
export const gatewaysLieInPool: Rule = (configuration) => {
  const blocks = soundBlocksOf(configuration);
  if (blocks.length === 0) return [];
  const ranges = blocks.map(({ text }) => text).join(', ');
  return ownersOf(configuration)
    .filter(({ role }) => role === 'gateway')
    .flatMap(({ label, text, path, address }): Issue[] => {
      const around = blocks.filter((block) => holds(block, address));
      if (around.some((block) => isGivenOut(block, address))) return [];
      const end = around[0];
      const issue = poolIssue(path, 'config/address-outside');
      if (end === undefined) {
        const message = `${label} is ${text}, outside of \`${FIELD}\` (${ranges})`;
        return [{ ...issue, message, remedy: 'take an address of the pool, or widen the pool' }];
      }
      const message = `${label} is ${text}, the ${end.first.value === address.value ? 'first' : 'last'} address of ${end.text} in \`${FIELD}\`, which Cilium gives to nobody`;
      return [
        { ...issue, message, remedy: 'take another address of the pool, or write the block as a range `first-last`' },
      ];
    });
};

/** The blocks of a pool that is right in itself: one that is not has been reported. */
function soundBlocksOf(configuration: SoundConfiguration): readonly Block[] {
  const isWrong = [poolIsWellFormed, poolLiesInNodeNetwork].some((rule) => rule(configuration).length > 0);
  return isWrong ? [] : blocksOf(configuration);
}

function blocksOf({ cluster }: SoundConfiguration): readonly Block[] {
  return entriesOf(cluster[FIELD], [FIELD]).flatMap(({ text, path }) => {
    const range = wholeRange(text);
    return range === undefined ? [] : { ...range, text, path };
  });
}

function isGivenOut({ text }: Block, address: Address): boolean {
  const range = usableRange(text);
  return range !== undefined && holds(range, address);
}

function poolIssue(path: Path, code: Issue['code']): Pick<Issue, 'code' | 'file' | 'at'> {
  return { code, file: 'cluster', at: { path } };
}
