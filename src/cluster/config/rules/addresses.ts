import { contains, firstAddress, formatNetwork, lastAddress, overlaps } from '../../addresses.ts';
import { isBgpEnabled } from '../../computed.ts';
import type { SoundConfiguration } from '../effective.ts';
import type { Issue } from '../issue.ts';
import { networksOf } from './networks.ts';
import { freeAddress, nodeNetworkOf, ownersOf, type Owner } from './owners.ts';
import type { Rule } from './rule.ts';

/** Nodes, router and API lie in the node network; gateways too, unless BGP announces them elsewhere. */
export const addressesLieInNodeNetwork: Rule = (configuration) => {
  const network = nodeNetworkOf(configuration);
  if (network === undefined) return [];
  const bgp = mayUseBgp(configuration);
  return ownersOf(configuration)
    .filter(({ role }) => role !== 'bgp router' && !(role === 'gateway' && bgp))
    .filter(({ address }) => !contains(network, address))
    .map((owner) => ({
      ...issueAt(owner, 'config/address-outside'),
      message: `${owner.label} is ${owner.text}, outside of \`node_cidr\` (${formatNetwork(network)})`,
      remedy: `${freeRemedy(configuration)}${owner.role === 'gateway' ? '; only with BGP may a gateway lie elsewhere' : ''}`,
    }));
};

/** The first and the last address of the node network belong to the network itself; Cilium hands out neither of them. */
export const addressesAreUsable: Rule = (configuration) => {
  const network = nodeNetworkOf(configuration);
  if (network === undefined) return [];
  const ends = new Map([
    [firstAddress(network).value, 'network'],
    [lastAddress(network).value, 'broadcast'],
  ]);
  return ownersOf(configuration)
    .filter(({ address, role, isWritten }) => isWritten && role !== 'bgp router' && ends.has(address.value))
    .map((owner) => ({
      ...issueAt(owner, 'config/address-unusable'),
      message: `${owner.label} is ${owner.text}, the ${ends.get(owner.address.value) ?? ''} address of \`node_cidr\` (${formatNetwork(network)})`,
      remedy: freeRemedy(configuration),
    }));
};

/** With BGP an address may lie outside of the node network, but never where Pods or Services are. */
export const addressesLieOutsideClusterNetworks: Rule = (configuration) => {
  const nodeNetwork = nodeNetworkOf(configuration);
  const networks = networksOf(configuration).filter(({ field, network }) => {
    // Overlapping networks have been reported; their addresses would only repeat it.
    return field !== 'node_cidr' && (nodeNetwork === undefined || !overlaps(network, nodeNetwork));
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
        remedy: freeRemedy(configuration),
      },
    ];
  });
};

/** Whether BGP is on, or might be once its broken fields are mended. */
function mayUseBgp({ cluster }: SoundConfiguration): boolean {
  return isBgpEnabled({
    cilium_bgp_router_addr: cluster.cilium_bgp_router_addr === undefined ? '' : cluster.cilium_bgp_router_addr,
    cilium_bgp_router_asn: cluster.cilium_bgp_router_asn === undefined ? 0 : cluster.cilium_bgp_router_asn,
    cilium_bgp_node_asn: cluster.cilium_bgp_node_asn === undefined ? 0 : cluster.cilium_bgp_node_asn,
  });
}

function isSameAddress(one: Owner, other: Owner): boolean {
  return one.address.family === other.address.family && one.address.value === other.address.value;
}

function mayShare(one: Owner, other: Owner): boolean {
  const roles = [one.role, other.role];
  return roles.includes('router') && roles.includes('bgp router');
}

function freeRemedy(configuration: SoundConfiguration): string {
  const free = freeAddress(configuration);
  return free === undefined
    ? 'take an unused address of the node network'
    : `take an unused address of the node network, for example ${free}`;
}

function issueAt({ file, path }: Owner, code: Issue['code']): Pick<Issue, 'code' | 'file' | 'at'> {
  return { code, file, at: { path } };
}
