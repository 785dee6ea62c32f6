import type { Issue } from '../issue.ts';
import type { SoundConfiguration } from '../effective.ts';
import type { Rule } from './rule.ts';

/** Somebody has to run the control plane. */
export const someNodeIsController: Rule = ({ nodes }) => {
  if (nodes === undefined || nodes.some(({ controller }) => controller !== false)) return [];
  return [
    {
      code: 'config/no-controller',
      file: 'nodes',
      at: { path: ['nodes'] },
      message: 'no node is a controller',
      remedy: 'set `controller: true` for one node, or for three',
    },
  ];
};

/** An even number of etcd members fails at as many losses as one less, and has one more that can be lost. */
export const controllersAreOdd: Rule = ({ nodes }) => {
  if (nodes?.some(({ controller }) => controller === undefined) !== false) return [];
  const count = nodes.filter(({ controller }) => controller).length;
  if (count === 0 || count % 2 === 1) return [];
  return [
    {
      code: 'config/even-controllers',
      severity: 'warning',
      file: 'nodes',
      at: { path: ['nodes'] },
      message: `${String(count)} nodes are controllers: an even number survives no more failures than ${String(count - 1)} would`,
      remedy: `make it ${String(count - 1)} or ${String(count + 1)}`,
    },
  ];
};

/** Names, MAC addresses and serial numbers of disks tell machines apart; a device path is the same on many. */
export const nodesAreDistinct: Rule = (configuration) => [
  ...repeated(configuration, 'name', 'take another name'),
  ...repeated(configuration, 'mac_addr', 'give the MAC address of the interface of this node'),
  ...repeated(
    configuration,
    'disk',
    'give the serial number of the disk of this node',
    (disk) => !disk.startsWith('/'),
  ),
];

/** In one network all have to agree on the largest packet: a larger one is dropped without a word. */
export const nodesAgreeOnMtu: Rule = ({ nodes = [] }) => {
  const first = nodes.find(({ mtu }) => mtu !== undefined);
  return nodes.flatMap(({ mtu }, index): Issue[] => {
    if (mtu === undefined || first?.mtu === undefined || mtu === first.mtu) return [];
    const name = first.name ?? 'the first node';
    return [
      {
        code: 'config/mtu',
        severity: 'warning',
        file: 'nodes',
        at: { path: ['nodes', index, 'mtu'] },
        message: `\`nodes[${String(index)}].mtu\` is ${String(mtu)}, but that of ${name} is ${String(first.mtu)}: in one network the larger packets are lost`,
        remedy: 'give all nodes the MTU that the network carries',
      },
    ];
  });
};

function repeated(
  { nodes = [] }: SoundConfiguration,
  field: 'name' | 'mac_addr' | 'disk',
  remedy: string,
  tellsApart: (value: string) => boolean = () => true,
): Issue[] {
  return nodes.flatMap((node, index) => {
    const value = node[field];
    const first = value === undefined ? -1 : nodes.findIndex((other) => other[field] === value);
    if (value === undefined || first === index || !tellsApart(value)) return [];
    const path = (of: number): string => `\`nodes[${String(of)}].${field}\``;
    const message = `${value} is used by both ${path(first)} and ${path(index)}`;
    return [{ code: 'config/node-repeated', file: 'nodes', at: { path: ['nodes', index, field] }, message, remedy }];
  });
}
