import {
  contains,
  firstAddress,
  formatNetwork,
  hostBits,
  lastAddress,
  parseAddress,
  parseNetwork,
  type Address,
} from '../../addresses.ts';
import type { SoundConfiguration } from '../effective.ts';
import type { Issue } from '../issue.ts';
import type { Path } from '../path.ts';
import { mayUseBgp } from './addresses.ts';
import { entriesOf, nodeNetworksOf, ownersOf } from './owners.ts';
import type { Rule } from './rule.ts';

interface Block {
  readonly first: Address;
  readonly last: Address;
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
      return [{ ...issueAt(path, 'config/host-bits'), message, remedy: `did you mean ${formatNetwork(network)}?` }];
    }
    const block = blockOf(text, path);
    if (block !== undefined && block.first.value <= block.last.value) return [];
    const message = `\`${FIELD}\` is ${text}, a range that ends before it begins`;
    const remedy = 'write the lower address first: `first-last`';
    return [{ ...issueAt(path, 'config/range-reversed'), message, remedy }];
  });

/** Without BGP nobody outside of the node network would find the addresses. */
export const poolLiesInNodeNetwork: Rule = (configuration) => {
  const networks = nodeNetworksOf(configuration);
  if (networks.length === 0 || mayUseBgp(configuration)) return [];
  return blocksOf(configuration)
    .filter(({ first, last }) => !networks.some((network) => contains(network, first) && contains(network, last)))
    .map(({ text, path }) => ({
      ...issueAt(path, 'config/address-outside'),
      message: `\`${FIELD}\` is ${text}, outside of \`node_cidr\` (${networks.map(formatNetwork).join(', ')})`,
      remedy: 'take a part of the node network; only with BGP may load balancer addresses lie elsewhere',
    }));
};

/** Cilium gives out nothing from outside of the pool, so the gateways have to be in it. */
export const gatewaysLieInPool: Rule = (configuration) => {
  const blocks = blocksOf(configuration);
  // A pool that is wrong itself has been reported.
  if (blocks.length === 0 || [poolIsWellFormed, poolLiesInNodeNetwork].some((rule) => rule(configuration).length > 0)) {
    return [];
  }
  const ranges = blocks.map(({ text }) => text).join(', ');
  return ownersOf(configuration)
    .filter(({ role, address }) => role === 'gateway' && !blocks.some((block) => holds(block, address)))
    .map(({ label, text, path }) => ({
      ...issueAt(path, 'config/address-outside'),
      message: `${label} is ${text}, outside of \`${FIELD}\` (${ranges})`,
      remedy: 'take an address of the pool, or widen the pool',
    }));
};

function blocksOf({ cluster }: SoundConfiguration): readonly Block[] {
  return entriesOf(cluster[FIELD], [FIELD]).flatMap(({ text, path }) => blockOf(text, path) ?? []);
}

function blockOf(text: string, path: Path): Block | undefined {
  const network = parseNetwork(text);
  if (network !== undefined) return { first: firstAddress(network), last: lastAddress(network), text, path };
  const [first, last] = text.split('-').map(parseAddress);
  return first === undefined || last === undefined ? undefined : { first, last, text, path };
}

function holds({ first, last }: Block, address: Address): boolean {
  return first.family === address.family && first.value <= address.value && address.value <= last.value;
}

function issueAt(path: Path, code: Issue['code']): Pick<Issue, 'code' | 'file' | 'at'> {
  return { code, file: 'cluster', at: { path } };
}
