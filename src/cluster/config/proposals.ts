import {
  type Address,
  contains,
  type Family,
  firstAddress,
  formatAddress,
  formatNetwork,
  isDocumentation,
  lastAddress,
  type Network,
  nthHost,
  parseAddress,
  parseNetwork,
} from '../addresses.ts';
import type { SoundConfiguration } from './effective.ts';
import { formatFlow, type Proposals } from './issue.ts';
import { nodeNetworksOf, ownersOf } from './rules/owners.ts';

/** Where the configuration names no node network: what a router at home usually has. */
const USUAL = { 4: '192.168.1.0/24', 6: 'fd42:5a1e:c0c::/64' } as const;

/** Addresses that are the router's: every other one is somebody's alone. */
const ROUTERS: ReadonlySet<unknown> = new Set(['node_default_gateway', 'cilium_bgp_router_addr', 'node_dns_servers']);

/** Values for remedies: of the networks that the configuration names, and no address twice. */
export function proposalsFor(configuration: SoundConfiguration): Proposals {
  const owned = ownersOf(configuration).map(({ address }) => address);
  const taken = new Set(owned.map(keyOf));
  const named = nodeNetworksOf(configuration);
  const usual = [USUAL[4], USUAL[6]].flatMap((text) => parseNetwork(text) ?? []);
  // Where it is the node network that is wrong, the addresses in it may still be right.
  const networks = named.length > 0 ? named : [...around(owned), ...usual];
  const networkOf = (family: Family): Network | undefined => networks.find((network) => network.family === family);
  const address = (family: Family): string | undefined => {
    const network = networkOf(family);
    const free = network === undefined ? undefined : freeAddress(network, taken);
    if (free === undefined) return undefined;
    taken.add(keyOf(free));
    return formatAddress(free);
  };
  const own = (text: string, field: unknown): string => {
    const [host, block] = [parseAddress(text), parseNetwork(text)];
    const example = host ?? block;
    if (example === undefined || !isDocumentation(example)) return text;
    const network = networkOf(example.family);
    if (network === undefined) return text;
    if (block !== undefined) return formatNetwork(field === 'node_cidr' ? network : lastQuarter(network));
    if (!ROUTERS.has(field)) return address(example.family) ?? text;
    const router = nthHost({ ...network, ...firstAddress(network) }, 1n);
    return router === undefined ? text : formatAddress(router);
  };
  return {
    address: (families) => families.flatMap((family) => address(family) ?? []).at(0),
    example(value, path) {
      const field = path.findLast((step) => typeof step === 'string');
      const ownOf = (one: unknown): unknown => (typeof one === 'string' ? own(one, field) : one);
      return formatFlow(Array.isArray(value) ? value.map(ownOf) : ownOf(value));
    },
  };
}

/** The networks of the usual size that addresses lie in, without those of documentation. */
function around(addresses: readonly Address[]): Network[] {
  return addresses
    .map(({ family, value }) => ({ family, value, prefix: family === 4 ? 24 : 64 }))
    .map((network) => ({ ...network, ...firstAddress(network) }))
    .filter((network) => !isDocumentation(network));
}

/** The first address of a network that nobody has; the one after the network address is left to the router. */
function freeAddress(network: Network, taken: ReadonlySet<string>): Address | undefined {
  const { family } = network;
  const router = firstAddress(network).value + 1n;
  // One more try than there are owners always meets a free one, if the network has any.
  for (let index = 1n; index <= BigInt(taken.size) + 1n; index += 1n) {
    const candidate = { family, value: router + index };
    if (!contains(network, { family, value: candidate.value + 1n })) return undefined;
    if (!taken.has(keyOf(candidate))) return candidate;
  }
  return undefined;
}

function lastQuarter({ family, prefix, ...network }: Network): Network {
  const last = lastAddress({ family, prefix, ...network });
  const longer = Math.min(prefix + 2, family === 4 ? 30 : 126);
  return { ...last, prefix: longer };
}

function keyOf({ family, value }: Address): string {
  return `${String(family)} ${String(value)}`;
}
