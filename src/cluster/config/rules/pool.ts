import { contains, formatNetwork, hostBits, parseNetwork, type Address } from '../../addresses.ts';
import { addressesOfOthers, holds, rangesWithout, usableRange, wholeRange, type AddressRange } from '../../pool.ts';
import type { SoundConfiguration } from '../effective.ts';
import type { Issue } from '../issue.ts';
import type { Path } from '../path.ts';
import { mayUseBgp } from './addresses.ts';
import { entriesOf, nodeNetworksOf, ownersOf } from './owners.ts';
import type { Rule } from './rule.ts';

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
      return [{ ...issueAt(path, 'config/host-bits'), message, remedy: `did you mean ${formatNetwork(network)}?` }];
    }
    const block = wholeRange(text);
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
      ...issueAt(path, 'config/pool-taken'),
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
      const issue = issueAt(path, 'config/address-outside');
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

function issueAt(path: Path, code: Issue['code']): Pick<Issue, 'code' | 'file' | 'at'> {
  return { code, file: 'cluster', at: { path } };
}
