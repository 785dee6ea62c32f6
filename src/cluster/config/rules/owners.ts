import {
  contains,
  firstAddress,
  formatAddress,
  nthHost,
  parseAddress,
  parseNetwork,
  type Address,
  type Network,
} from '../../addresses.ts';
import type { SoundConfiguration } from '../effective.ts';
import { formatPath, type Path } from '../path.ts';
import type { FileName } from '../schemas.ts';

/** What an address is for, which decides where it may lie. */
export type Role = 'api' | 'gateway' | 'router' | 'bgp router' | 'node';

/** An address of the configuration and whose it is. */
export interface Owner {
  readonly role: Role;
  readonly address: Address;
  readonly text: string;
  /** Its name as it stands in a sentence. */
  readonly label: string;
  readonly file: FileName;
  readonly path: Path;
  /** False for the default gateway that follows from node_cidr. */
  readonly isWritten: boolean;
}

const FIELDS = [
  { field: 'node_default_gateway', role: 'router' },
  { field: 'cluster_api_addr', role: 'api' },
  { field: 'cluster_dns_gateway_addr', role: 'gateway' },
  { field: 'cluster_gateway_addr', role: 'gateway' },
  { field: 'cloudflare_gateway_addr', role: 'gateway' },
  { field: 'cilium_bgp_router_addr', role: 'bgp router' },
] as const satisfies readonly { field: keyof SoundConfiguration['cluster']; role: Role }[];

/** The owners of all addresses, in the order of the files; the broken ones are left out. */
export function ownersOf(configuration: SoundConfiguration): readonly Owner[] {
  return [...fieldOwners(configuration), ...nodeOwners(configuration)];
}

/** The node network, undefined where it is broken. */
export function nodeNetworkOf({ cluster }: SoundConfiguration): Network | undefined {
  return cluster.node_cidr === undefined ? undefined : parseNetwork(cluster.node_cidr);
}

/** The first address of the node network that nobody has, to be named in remedies; the one after the network address is left to the router. */
export function freeAddress(configuration: SoundConfiguration): string | undefined {
  const network = nodeNetworkOf(configuration);
  if (network === undefined) return undefined;
  const taken = new Set(ownersOf(configuration).map(({ address }) => address.value));
  const router = firstAddress(network).value + 1n;
  // One more try than there are owners always meets a free one, if the network has any.
  for (let index = 1n; index <= BigInt(taken.size) + 1n; index += 1n) {
    const candidate = { family: network.family, value: router + index };
    const next = { family: network.family, value: candidate.value + 1n };
    if (!contains(network, next)) return undefined;
    if (!taken.has(candidate.value)) return formatAddress(candidate);
  }
  return undefined;
}

function fieldOwners(configuration: SoundConfiguration): Owner[] {
  return FIELDS.flatMap(({ field, role }) => {
    const text =
      configuration.cluster[field] ?? (field === 'node_default_gateway' ? derivedGateway(configuration) : undefined);
    const address = text === undefined ? undefined : parseAddress(text);
    if (text === undefined || address === undefined) return [];
    const isWritten = configuration.isWritten(field);
    const label = isWritten ? `\`${field}\`` : `\`${field}\` (the first address of \`node_cidr\`)`;
    return [{ role, address, text, label, file: 'cluster', path: [field], isWritten }];
  });
}

function derivedGateway(configuration: SoundConfiguration): string | undefined {
  const network = nodeNetworkOf(configuration);
  if (configuration.cluster.node_default_gateway !== null || network === undefined) return undefined;
  const address = nthHost({ ...network, ...firstAddress(network) }, 1n);
  return address === undefined ? undefined : formatAddress(address);
}

function nodeOwners({ nodes }: SoundConfiguration): Owner[] {
  return (nodes ?? []).flatMap((node, index) => {
    const address = node.address === undefined ? undefined : parseAddress(node.address);
    if (node.address === undefined || address === undefined) return [];
    const path = ['nodes', index, 'address'];
    const label = node.name === undefined ? `\`${formatPath(path)}\`` : `\`${formatPath(path)}\` (${node.name})`;
    return [{ role: 'node', address, text: node.address, label, file: 'nodes', path, isWritten: true }];
  });
}
