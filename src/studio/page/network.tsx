// The network as a picture: what is outside on top, the network of the nodes with its addresses below it, then what the cluster makes itself.
import type { JSX } from 'preact';
import type { FieldPath, Network, NetworkAddress, NetworkBlock } from '../api.ts';
import { call, keyOf, pathOf, pending, showField, texts, treeVersion } from './store.ts';
import { Busy, Empty, FindingNote, useAnswer } from './ui.tsx';

export function NetworkView(): JSX.Element {
  const { answer, why } = useAnswer(
    () => call('network', { pending: pending.value }),
    [texts.value, treeVersion.value],
  );
  if (answer === undefined) return why === undefined ? <Busy text="Drawing the network" /> : <Empty title={why} />;
  return (
    <div class="network">
      {why !== undefined && (
        <p class="banner red" role="alert">
          This is the network of before: {why}
        </p>
      )}
      {answer.clashes.length > 0 && (
        <div class="network-clashes">
          {answer.clashes.map((finding, index) => (
            <FindingNote key={index} finding={finding} hasPlace />
          ))}
        </div>
      )}
      <Picture network={answer} />
    </div>
  );
}

/** A box of the picture, in units of the drawing. */
interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly kind: string;
  readonly title: string;
  /** Addresses and networks, one on each line. */
  readonly lines: readonly string[];
  readonly note?: string;
  /** The field that it is made from. */
  readonly path?: FieldPath;
  /** Keys under which clashes name it. */
  readonly keys: readonly string[];
}

interface Wire {
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  readonly label?: string;
  readonly kind: 'tunnel' | 'plain' | 'bgp';
}

interface Drawing {
  readonly boxes: readonly Box[];
  readonly wires: readonly Wire[];
  readonly frame: { readonly y: number; readonly height: number; readonly title: string };
  readonly height: number;
}

const COLUMNS = 5;
const COLUMN = 200;
const GAP = 16;
const INSIDE = 20;
const WIDTH = COLUMNS * COLUMN + (COLUMNS - 1) * GAP + 2 * INSIDE;
const LINE = 17;

function columnX(column: number): number {
  return INSIDE + column * (COLUMN + GAP);
}

function heightOf({ lines, note }: Pick<Box, 'lines' | 'note'>): number {
  return 34 + lines.length * LINE + (note === undefined ? 0 : LINE) + 4;
}

/** Where the gateways stand, each below who comes through it. */
const GATEWAYS: readonly NetworkAddress['kind'][] = [
  'external-gateway',
  'internal-gateway',
  'dns-gateway',
  'ai-gateway',
  'api',
];

/** Places everything: rows from top to bottom, each as tall as its tallest box. */
function place(network: Network): Drawing {
  const of = (kind: NetworkAddress['kind']): readonly NetworkAddress[] =>
    network.addresses.filter((address) => address.kind === kind);
  const nodeBlocks = network.networks.filter(({ kind }) => kind === 'nodes');
  const nodeKeys = nodeBlocks.map(({ key }) => key);
  const addressBox = (kind: NetworkAddress['kind'], column: number): Omit<Box, 'y' | 'height'>[] => {
    const own = of(kind);
    const [first] = own;
    if (first === undefined) return [];
    const isOutside = own.every(({ within }) => !within.some((key) => nodeKeys.includes(key)));
    const notes = [
      ...(kind === 'api' ? ['shared by the controllers'] : []),
      ...(isOutside && nodeKeys.length > 0 ? ['outside of the node network'] : []),
      ...(first.isComputed ? ['follows from others'] : []),
    ];
    return [
      {
        x: columnX(column),
        width: COLUMN,
        kind: `address ${isOutside ? 'outside' : ''}`,
        title: first.label,
        lines: own.map(({ address }) => address),
        ...(notes.length === 0 ? {} : { note: notes.join(', ') }),
        path: pathOf(first.key),
        keys: own.map(({ key }) => key),
      },
    ];
  };
  const row = (boxes: readonly Omit<Box, 'y' | 'height'>[], y: number): { boxes: Box[]; height: number } => {
    const height = Math.max(0, ...boxes.map(heightOf));
    return { boxes: boxes.map((box) => ({ ...box, y, height })), height };
  };

  const outside = row(outsideBoxes(network, of('router'), of('bgp-router')), 10);
  const frameY = 10 + outside.height + 64;
  const gateways = row(
    GATEWAYS.flatMap((kind, column) => addressBox(kind, column)),
    frameY + 44,
  );
  let y = frameY + 44 + gateways.height + 18;
  const nodes: Box[] = [];
  for (let start = 0; start < network.nodes.length; start += COLUMNS) {
    const some = network.nodes.slice(start, start + COLUMNS).map((node, at) => ({
      x: columnX(at),
      width: COLUMN,
      kind: `node ${node.role}`,
      title: node.name,
      lines: node.addresses,
      note: [node.role, ...(node.mtu === undefined ? [] : [`MTU ${String(node.mtu)}`])].join(' · '),
      path: [...pathOf(node.key), 'address'],
      keys: [node.key],
    }));
    const made = row(some, y);
    nodes.push(...made.boxes);
    y += made.height + 12;
  }
  const frameHeight = y + 6 - frameY;
  const blocks = row(blockBoxes(network.networks), frameY + frameHeight + 30);
  return {
    boxes: [...outside.boxes, ...gateways.boxes, ...nodes, ...blocks.boxes],
    wires: wiresOf(network, outside.boxes, gateways.boxes, frameY),
    frame: { y: frameY, height: frameHeight, title: frameTitle(network, nodeBlocks) },
    height: frameY + frameHeight + 30 + blocks.height + 10,
  };
}

function frameTitle({ vlan }: Network, blocks: readonly NetworkBlock[]): string {
  const tagger = vlan?.by === 'proxmox' ? 'Proxmox' : 'the nodes';
  return [
    'Node network',
    ...blocks.map(({ cidr }) => cidr),
    ...(vlan === undefined ? [] : [`VLAN ${String(vlan.tag)}, tagged by ${tagger}`]),
  ].join(' · ');
}

function outsideBoxes(
  { domain, ingress, dnsServers, ntpServers, bgp }: Network,
  routers: readonly NetworkAddress[],
  bgpRouters: readonly NetworkAddress[],
): Omit<Box, 'y' | 'height'>[] {
  const reach = { tunnel: 'through a tunnel', 'port-forward': 'through a forwarded port', none: 'reaches nothing' };
  const peers = [...new Set([...routers, ...bgpRouters].map(({ address }) => address))];
  const asn = bgp === undefined ? undefined : `BGP, AS ${String(bgp.routerAsn ?? '?')}`;
  return [
    {
      x: columnX(0),
      width: COLUMN,
      kind: 'world',
      title: 'Internet',
      lines: domain === undefined ? [] : [domain],
      note: reach[ingress],
      path: ['ingress'],
      keys: ['ingress'],
    },
    {
      x: columnX(1),
      width: 2 * COLUMN + GAP,
      kind: 'world',
      title: 'At home',
      lines: domain === undefined ? [] : [`*.${domain}`],
      note: 'asks the DNS gateway, reaches the internal gateway',
      keys: [],
    },
    {
      x: columnX(3),
      width: COLUMN,
      kind: 'world',
      title: 'Router',
      lines: peers,
      ...(asn === undefined ? {} : { note: asn }),
      path: ['node_default_gateway'],
      keys: [...routers, ...bgpRouters].map(({ key }) => key),
    },
    {
      x: columnX(4),
      width: COLUMN,
      kind: 'world',
      title: 'Asked by the nodes',
      lines: [`DNS ${dnsServers.slice(0, 2).join(', ')}`, `NTP ${ntpServers.slice(0, 1).join(', ')}`],
      ...(dnsServers.length > 2 || ntpServers.length > 1
        ? { note: `and ${String(Math.max(0, dnsServers.length - 2) + Math.max(0, ntpServers.length - 1))} more` }
        : {}),
      path: ['node_dns_servers'],
      keys: ['node_dns_servers', 'node_ntp_servers'],
    },
  ];
}

const BLOCKS = { pods: 'Pods', services: 'Services', pool: 'Load balancer addresses', nodes: '' } as const;

function blockBoxes(networks: readonly NetworkBlock[]): Omit<Box, 'y' | 'height'>[] {
  const kinds = (['pods', 'services', 'pool'] as const).filter((kind) => networks.some((block) => block.kind === kind));
  const width = (WIDTH - 2 * INSIDE - GAP * Math.max(0, kinds.length - 1)) / Math.max(1, kinds.length);
  return kinds.map((kind, at) => {
    const own = networks.filter((block) => block.kind === kind);
    const isDefault = own.every(({ source }) => source === 'default');
    return {
      x: INSIDE + at * (width + GAP),
      width,
      kind: `block ${kind}`,
      title: BLOCKS[kind],
      lines: own.map(({ cidr, first, last }) => (cidr.includes('-') ? cidr : `${cidr}   ${first} – ${last}`)),
      ...(isDefault ? { note: 'by default' } : {}),
      path: pathOf(own[0]?.key ?? ''),
      keys: own.map(({ key }) => key),
    };
  });
}

function wiresOf(network: Network, outside: readonly Box[], gateways: readonly Box[], frameY: number): Wire[] {
  const bottomOf = (title: string, shift = 0.5): readonly [number, number] => {
    const box = outside.find((one) => one.title === title);
    return box === undefined ? [0, 0] : [box.x + box.width * shift, box.y + box.height];
  };
  const down = (from: readonly [number, number], kind: Wire['kind'], label?: string): Wire[] => {
    const under = gateways.find(({ x, width }) => from[0] >= x && from[0] <= x + width);
    return under === undefined
      ? []
      : [{ from, to: [from[0], under.y], kind, ...(label === undefined ? {} : { label }) }];
  };
  const labels = { tunnel: 'tunnel', 'port-forward': 'port forward', none: '' };
  const { bgp, ingress } = network;
  const router = bottomOf('Router');
  return [
    ...(ingress === 'none'
      ? []
      : down(bottomOf('Internet'), ingress === 'tunnel' ? 'tunnel' : 'plain', labels[ingress])),
    ...down(bottomOf('At home', 0.25), 'plain'),
    ...down(bottomOf('At home', 0.75), 'plain', 'DNS'),
    {
      from: router,
      to: [router[0], frameY],
      kind: bgp === undefined ? 'plain' : 'bgp',
      label: bgp === undefined ? 'default gateway' : `BGP to AS ${String(bgp.nodeAsn ?? '?')}`,
    },
  ];
}

function Picture({ network }: { readonly network: Network }): JSX.Element {
  const { boxes, wires, frame, height } = place(network);
  const clashing = network.clashes.flatMap(({ keys }) => keys);
  const isClashing = (keys: readonly string[]): boolean =>
    keys.some((key) =>
      clashing.some((other) => other === key || other.startsWith(`${key}.`) || other.startsWith(`${key}[`)),
    );
  const isFrameClashing = isClashing(network.networks.filter(({ kind }) => kind === 'nodes').map(({ key }) => key));
  return (
    <div class="network-frame" tabIndex={0} role="region" aria-label="Picture of the network">
      <svg class="network-picture" viewBox={`0 0 ${String(WIDTH)} ${String(height)}`} role="group" aria-label="Network">
        <rect
          class={`zone ${isFrameClashing ? 'clash' : ''}`}
          x={4}
          y={frame.y}
          width={WIDTH - 8}
          height={frame.height}
          rx={10}
        />
        {wires.map((wire, index) => (
          <WireOf key={index} wire={wire} />
        ))}
        <text class="zone-title" x={INSIDE} y={frame.y + 28}>
          {frame.title}
        </text>
        {boxes.map((box, index) => (
          <BoxOf key={index} box={box} isClashing={isClashing(box.keys)} />
        ))}
      </svg>
    </div>
  );
}

function WireOf({ wire: { from, to, kind, label } }: { readonly wire: Wire }): JSX.Element {
  return (
    <g class={`wire ${kind}`}>
      <path d={`M${from.join(' ')} L${to.join(' ')}`} />
      <circle cx={to[0]} cy={to[1]} r={3.5} />
      {label !== undefined && (
        <text x={from[0] + 10} y={from[1] + 36}>
          {label}
        </text>
      )}
    </g>
  );
}

function BoxOf({ box, isClashing }: { readonly box: Box; readonly isClashing: boolean }): JSX.Element {
  const { x, y, width, height, kind, title, lines, note, path } = box;
  const says = [title, ...(isClashing ? ['clash'] : []), ...lines, ...(note === undefined ? [] : [note])].join(', ');
  const open = (): void => {
    if (path !== undefined) showField(path[0] === 'nodes' ? 'nodes' : 'cluster', path);
  };
  const cut = (text: string, letter: number): string => {
    const room = Math.floor((width - 26) / letter);
    return text.length > room ? `${text.slice(0, room - 1)}…` : text;
  };
  const button =
    path === undefined
      ? { role: 'img' as const }
      : {
          role: 'button' as const,
          tabindex: 0,
          onClick: open,
          onKeyDown: (event: KeyboardEvent) => {
            if (event.key !== 'Enter' && event.key !== ' ') return;
            event.preventDefault();
            open();
          },
        };
  return (
    <g
      class={`net-box ${kind} ${isClashing ? 'clash' : ''}`}
      transform={`translate(${String(x)} ${String(y)})`}
      aria-label={says}
      data-key={path === undefined ? undefined : keyOf(path)}
      {...button}
    >
      <rect width={width} height={height} rx={7} />
      <text class="net-title" x={14} y={23}>
        {`${cut(title, 7.6)} `}
      </text>
      {isClashing && (
        <text class="net-clash" x={width - 16} y={23} text-anchor="end">
          {'clash '}
        </text>
      )}
      {lines.map((line, index) => (
        <text key={index} class="net-line" x={14} y={42 + index * LINE}>
          {`${cut(line, 7.6)} `}
        </text>
      ))}
      {note !== undefined && (
        <text class="net-note" x={14} y={42 + lines.length * LINE}>
          {`${cut(note, 6.2)} `}
        </text>
      )}
    </g>
  );
}
