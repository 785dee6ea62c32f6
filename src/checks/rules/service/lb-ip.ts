import ipaddr from 'ipaddr.js';
import { asFields, listAt, type Path, textAt, walk } from '../../../text/values.ts';
import { defineRule, type RuleContext, type RuleObject } from '../../rule.ts';
import { ofKind } from '../objects.ts';

export const lbIp = defineRule({
  id: 'service/lb-ip',
  description:
    'A load balancer address that is asked for lies in a pool, belongs to one, and is none of Pods, Services or nodes.',
  rationale:
    'An address outside of every pool is never given, so that the Service waits without end; one of the Pod network is routed to a Pod; of two Services that want the same one gets it.',
  source: 'https://docs.cilium.io/en/stable/network/lb-ipam/',
  severity: 'error',
  *check(context) {
    const [pools, networks, nodes] = [poolsOf(context), clusterNetworks(context), nodeAddresses(context)];
    const owners = new Map<string, Request>();
    for (const request of context.objects.flatMap(requestsOf)) {
      const { object, path, text, isShared } = request;
      const address = ipaddr.isValid(text) ? ipaddr.parse(text) : undefined;
      const complain = (message: string, remedy: string): RuleComplaintOf => ({
        at: object.spotOf(path),
        message,
        remedy,
      });
      if (address === undefined) {
        yield complain(`${text} is no address`, 'write an IPv4 or IPv6 address');
        continue;
      }
      const network = networks.find(({ range }) => isInside(address, range));
      if (network !== undefined) yield complain(`${text} lies in ${network.name}`, 'take an address of the pool');
      else if (nodes.has(address.toString()))
        yield complain(`${text} is the address of a node`, 'take an address of the pool');
      else if (hasFamily(pools, address) && !pools.some((pool) => isInside(address, pool))) {
        yield complain(`${text} lies in no pool of load balancer addresses`, 'take one of a pool, or add a pool');
      }
      const key = `${clusterOf(object)} ${address.toString()}`;
      const owner = owners.get(key);
      if (owner === undefined) owners.set(key, request);
      else if (owner.object.document !== object.document && !(isShared && owner.isShared)) {
        yield complain(
          `${text} is asked for by ${owner.object.name} already`,
          'take another one, or give both a sharing key',
        );
      }
    }
  },
  examples: {
    good: [
      { files: { 'pool.yaml': pool(), 'a.yaml': service('a', '192.0.2.10'), 'b.yaml': service('b', '192.0.2.11') } },
    ],
    bad: [
      { files: { 'pool.yaml': pool(), 'a.yaml': service('a', '192.0.2.200 # <- here') } },
      { files: { 'a.yaml': service('a', '192.0.2.10'), 'b.yaml': service('b', '192.0.2.10 # <- here') } },
      { files: { 'a.yaml': service('a', '192.0.2.300 # <- here') } },
      {
        files: {
          'talconfig.yaml': 'clusterPodNets: ["fd00:69::/108"]\nnodes: []\n',
          'a.yaml': service('a', '"fd00:69::122" # <- here'),
        },
      },
      {
        files: {
          'talconfig.yaml': 'nodes:\n  - hostname: a\n    ipAddress: 192.0.2.3\n',
          'a.yaml': service('a', '192.0.2.3 # <- here'),
        },
      },
    ],
  },
});

type Address = ipaddr.IPv4 | ipaddr.IPv6;
interface RuleComplaintOf {
  at: ReturnType<RuleObject['spotOf']>;
  message: string;
  remedy: string;
}

/** First and last address. */
interface Range {
  readonly first: Address;
  readonly last: Address;
}

interface Request {
  readonly object: RuleObject;
  readonly path: Path;
  readonly text: string;
  /** Whether it may be shared with others. */
  readonly isShared: boolean;
}

const ASKING = [
  'lbipam.cilium.io/ips',
  'io.cilium/lb-ipam-ips',
  'metallb.io/loadBalancerIPs',
  'metallb.universe.tf/loadBalancerIPs',
];
const SHARING = [
  'lbipam.cilium.io/sharing-key',
  'io.cilium/lb-ipam-sharing-key',
  'metallb.io/allow-shared-ip',
  'metallb.universe.tf/allow-shared-ip',
];

/** By annotations at any depth, in the values of a chart too, and by `spec.loadBalancerIP`. */
function requestsOf(object: RuleObject): Request[] {
  const found: Request[] = [];
  walk(object.fields, (value, path) => {
    const annotations = asFields(value);
    for (const key of ASKING) {
      const written = annotations[key];
      if (typeof written !== 'string' || written.includes('$')) continue;
      const isShared = SHARING.some((one) => annotations[one] !== undefined);
      const texts = written.split(',').map((text) => text.trim());
      found.push(...texts.map((text) => ({ object, path: [...path, key], text, isShared })));
    }
  });
  const own = object.kind === 'Service' ? textAt(object.fields, 'spec', 'loadBalancerIP') : undefined;
  if (own !== undefined && !own.includes('$'))
    found.push({ object, path: ['spec', 'loadBalancerIP'], text: own, isShared: false });
  return found;
}

function poolsOf(context: RuleContext): Range[] {
  const cilium = ofKind(context, 'CiliumLoadBalancerIPPool').flatMap(({ fields }) =>
    listAt(fields, 'spec', 'blocks').flatMap((block) => {
      const [start, stop] = [textAt(block, 'start'), textAt(block, 'stop')];
      return rangeOf(textAt(block, 'cidr') ?? `${start ?? ''}-${stop ?? start ?? ''}`);
    }),
  );
  const metallb = ofKind(context, 'IPAddressPool').flatMap(({ fields }) =>
    listAt(fields, 'spec', 'addresses').flatMap((one) => rangeOf(String(one))),
  );
  return [...cilium, ...metallb];
}

/** The networks of Pods and Services, as Talos and Cilium are told of them. */
function clusterNetworks({ tree, objects }: RuleContext): { readonly name: string; readonly range: Range }[] {
  const talos = tree.documents.filter(({ file }) => /(?:^|\/)talconfig\.ya?ml$/.test(file.path));
  const pods = [
    ...talos.flatMap(({ fields }) => listAt(fields, 'clusterPodNets')),
    ...objects.flatMap(({ kind, name, fields }) =>
      kind === 'HelmRelease' && name === 'cilium'
        ? ['clusterPoolIPv4PodCIDRList', 'clusterPoolIPv6PodCIDRList'].flatMap((key) =>
            [
              listAt(fields, 'spec', 'values', 'ipam', 'operator', key),
              textAt(fields, 'spec', 'values', 'ipam', 'operator', key) ?? [],
            ].flat(),
          )
        : [],
    ),
  ];
  const services = talos.flatMap(({ fields }) => listAt(fields, 'clusterSvcNets'));
  return [
    ...pods.flatMap((one) => rangeOf(String(one)).map((range) => ({ name: `the Pod network ${String(one)}`, range }))),
    ...services.flatMap((one) =>
      rangeOf(String(one)).map((range) => ({ name: `the Service network ${String(one)}`, range })),
    ),
  ];
}

function nodeAddresses({ tree }: RuleContext): ReadonlySet<string> {
  const talos = tree.documents.filter(({ file }) => /(?:^|\/)talconfig\.ya?ml$/.test(file.path));
  const texts = talos.flatMap(({ fields }) =>
    listAt(fields, 'nodes').flatMap((node) => (textAt(node, 'ipAddress') ?? '').split(',')),
  );
  return new Set(
    texts.filter((text) => ipaddr.isValid(text.trim())).map((text) => ipaddr.parse(text.trim()).toString()),
  );
}

/** `192.0.2.0/24`, or `192.0.2.1-192.0.2.9`; none where it is neither. */
function rangeOf(text: string): Range[] {
  if (ipaddr.isValidCIDR(text)) {
    const [address] = ipaddr.parseCIDR(text);
    const family = address.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
    const first = family.networkAddressFromCIDR(text);
    const [, prefix] = ipaddr.parseCIDR(text);
    const bytes = first
      .toByteArray()
      .map((byte, index) => byte | (255 >> Math.min(8, Math.max(0, prefix - 8 * index))));
    return [{ first, last: ipaddr.fromByteArray(bytes) }];
  }
  const [first = '', last = ''] = text.split('-').map((one) => one.trim());
  return ipaddr.isValid(first) && ipaddr.isValid(last)
    ? [{ first: ipaddr.parse(first), last: ipaddr.parse(last) }]
    : [];
}

function isInside(address: Address, { first, last }: Range): boolean {
  if (address.kind() !== first.kind()) return false;
  return compare(first, address) <= 0 && compare(address, last) <= 0;
}

function compare(one: Address, other: Address): number {
  return Buffer.compare(Buffer.from(one.toByteArray()), Buffer.from(other.toByteArray()));
}

function hasFamily(pools: readonly Range[], address: Address): boolean {
  return pools.some(({ first }) => first.kind() === address.kind());
}

/** Two clusters of one repository may stand in two networks. */
function clusterOf({ document }: RuleObject): string {
  return /(?:^|\/)(?:clusters|cluster-apps|overlays)\/([^/]+)\//.exec(document.file.path)?.[1] ?? '';
}

function pool(): string {
  return 'apiVersion: cilium.io/v2\nkind: CiliumLoadBalancerIPPool\nmetadata:\n  name: pool\nspec:\n  blocks:\n    - start: 192.0.2.10\n      stop: 192.0.2.20\n';
}

function service(name: string, address: string): string {
  return `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\n  annotations:\n    lbipam.cilium.io/ips: ${address}\nspec:\n  type: LoadBalancer\n`;
}
