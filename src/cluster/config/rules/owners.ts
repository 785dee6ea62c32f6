import {
  type Address,
  firstAddress,
  formatAddress,
  type Network,
  nthHost,
  parseAddress,
  parseNetwork,
  textsOf,
} from '../../addresses.ts';
import type { SoundConfiguration } from '../effective.ts';
import type { FileName } from '../schemas.ts';
import { formatPath, type Path } from '../../../text/values.ts';
import type { OneOrMore } from '../generated/types.ts';

/** What an address is for, which decides where it may lie. */
type Role = 'api' | 'gateway' | 'router' | 'bgp router' | 'node';

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
  { field: 'agentgateway_addr', role: 'gateway' },
] as const satisfies readonly { field: keyof SoundConfiguration['cluster']; role: Role }[];

/** The owners of all addresses, in the order of the files; the broken ones are left out. */
export function ownersOf(configuration: SoundConfiguration): readonly Owner[] {
  return [...derivedGateways(configuration), ...fieldOwners(configuration), ...nodeOwners(configuration)];
}

/** The node networks, of one family or of both; none where they are broken. */
export function nodeNetworksOf({ cluster }: SoundConfiguration): readonly Network[] {
  return textsOf(cluster.node_cidr).flatMap((text) => parseNetwork(text) ?? []);
}

/** A text of a field that takes one or a list, with the path that it stands at. */
export function entriesOf(value: OneOrMore | null | undefined, path: Path): readonly { text: string; path: Path }[] {
  const isList = typeof value !== 'string';
  return textsOf(value).map((text, index) => ({ text, path: isList ? [...path, index] : path }));
}

function fieldOwners(configuration: SoundConfiguration): Owner[] {
  return FIELDS.flatMap(({ field, role }) =>
    entriesOf(configuration.cluster[field], [field]).flatMap(({ text, path }): Owner[] => {
      const address = parseAddress(text);
      if (address === undefined) return [];
      return [{ role, address, text, label: `\`${field}\``, file: 'cluster', path, isWritten: true }];
    }),
  );
}

/** A family without a written router has the first address of its node network for one. */
function derivedGateways(configuration: SoundConfiguration): Owner[] {
  const written = configuration.cluster.node_default_gateway;
  if (written === undefined) return [];
  const families = textsOf(written).map((text) => parseAddress(text)?.family);
  return nodeNetworksOf(configuration).flatMap((network): Owner[] => {
    const address = nthHost({ ...network, ...firstAddress(network) }, 1n);
    if (address === undefined || families.includes(network.family)) return [];
    const label = '`node_default_gateway` (the first address of `node_cidr`)';
    const place = { file: 'cluster', path: ['node_default_gateway'], isWritten: false } as const;
    return [{ role: 'router', address, text: formatAddress(address), label, ...place }];
  });
}

function nodeOwners({ nodes }: SoundConfiguration): Owner[] {
  return (nodes ?? []).flatMap((node, index) =>
    entriesOf(node.address, ['nodes', index, 'address']).flatMap(({ text, path }): Owner[] => {
      const address = parseAddress(text);
      if (address === undefined) return [];
      const name = `\`${formatPath(path)}\``;
      const label = node.name === undefined ? name : `${name} (${node.name})`;
      return [{ role: 'node', address, text, label, file: 'nodes', path, isWritten: true }];
    }),
  );
}
