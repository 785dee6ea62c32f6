import type { Rule, SoundConfiguration } from '../effective.ts';
import { type Issue, missingField } from '../issue.ts';

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

/** The schematic of the image without any extension. */
const PLAIN_SCHEMATIC = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba';

/** What does not begin with a slash is a serial number, also `sda`. */
export const disksAreNoDeviceNames: Rule = ({ nodes }) =>
  (nodes ?? []).flatMap(({ disk }, index) => {
    if (disk === undefined || !/^(?:(?:sd|vd|hd|xvd)[a-z]+|nvme\d+n\d+|mmcblk\d+)$/.test(disk)) return [];
    const message = `\`nodes[${String(index)}].disk\` is ${disk}, which is taken for the serial number of a disk`;
    return [{ ...warningAt(index, 'disk', 'config/disk-name'), message, remedy: `did you mean /dev/${disk}?` }];
  });

/** Talos writes a partition table, so it takes a whole disk: the kernel's names for parts of one, and udev's. */
export const disksAreWhole: Rule = ({ nodes }) =>
  (nodes ?? []).flatMap(({ disk }, index): Issue[] => {
    const whole = disk === undefined ? undefined : wholeDiskOf(disk);
    if (whole === undefined) return [];
    const message = `\`nodes[${String(index)}].disk\` is ${String(disk)}, a partition: Talos takes a whole disk`;
    return [
      {
        code: 'config/disk-name',
        file: 'nodes',
        at: { path: ['nodes', index, 'disk'] },
        message,
        remedy: `did you mean ${whole}?`,
      },
    ];
  });

function wholeDiskOf(disk: string): string | undefined {
  const [, whole] =
    /^(\/dev\/(?:(?:sd|vd|hd|xvd)[a-z]+(?=\d)|(?:nvme\d+n\d+|mmcblk\d+)(?=p\d)|disk\/by-(?:id|path)\/.+(?=-part\d)))/.exec(
      disk,
    ) ?? [];
  return whole;
}

/** Every node has an image: its own, or the one of all nodes. */
export const nodesHaveSchematic: Rule = ({ cluster, nodes }) =>
  cluster.node_schematic_id !== null
    ? []
    : (nodes ?? []).flatMap(({ schematic_id: schematic }, index) =>
        schematic === null
          ? [missingField('nodes', ['nodes', index, 'schematic_id'], 'and cluster.yaml has no `node_schematic_id`')]
          : [],
      );

/** The key in the TPM is bound to a verified start; without Secure Boot anybody who starts the machine has it. */
export const encryptionGoesWithSecureBoot: Rule = ({ nodes }) =>
  (nodes ?? []).flatMap(({ encrypt_disk: encrypted, secureboot }, index) =>
    encrypted === true && secureboot === false
      ? [
          {
            ...warningAt(index, 'encrypt_disk', 'config/encryption-without-secureboot'),
            message: `\`nodes[${String(index)}].encrypt_disk\` is true without \`secureboot\`: whoever can start the machine can read the disk`,
            remedy: 'set `secureboot: true` for the node',
          },
        ]
      : [],
  );

/** The plain image has no driver for a GPU. */
export const gpuNodesHaveDrivers: Rule = ({ cluster, nodes }) =>
  (nodes ?? []).flatMap(({ gpu, schematic_id: own }, index) => {
    const schematic = own ?? cluster.node_schematic_id;
    if (gpu === null || gpu === undefined || own === undefined || schematic !== PLAIN_SCHEMATIC) return [];
    const extension = gpu === 'nvidia' ? 'nonfree-kmod-nvidia and nvidia-container-toolkit' : 'i915';
    return [
      {
        ...warningAt(index, 'gpu', 'config/plain-schematic'),
        message: `\`nodes[${String(index)}].gpu\` is ${gpu}, but its schematic is the plain image, which has no driver for it`,
        remedy: `make a schematic with ${extension} at https://factory.talos.dev`,
      },
    ];
  });

/** Something has to run the Pods. */
export const somethingRunsPods: Rule = ({ cluster, nodes }) => {
  if (cluster.schedule_on_controllers !== false || nodes === undefined) return [];
  if (nodes.some(({ controller }) => controller !== true)) return [];
  return [
    {
      code: 'config/conflict',
      file: 'cluster',
      at: { path: ['schedule_on_controllers'] },
      message: '`schedule_on_controllers` is false, but all nodes are controllers: no Pod would run anywhere',
      remedy: 'remove the line, or add a worker to nodes.yaml',
    },
  ];
};

function warningAt(
  index: number,
  field: string,
  code: Issue['code'],
): Pick<Issue, 'code' | 'severity' | 'file' | 'at'> {
  return { code, severity: 'warning', file: 'nodes', at: { path: ['nodes', index, field] } };
}

/** What the NodeRestriction admission plugin lets a kubelet set on its own node below kubernetes.io and k8s.io. */
const PERMITTED = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/arch',
  'kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'beta.kubernetes.io/os',
  'node.kubernetes.io/instance-type',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
]);

/** Domains below kubernetes.io whose labels a kubelet may set as it likes, with all below them. */
const PERMITTED_DOMAINS = ['kubelet.kubernetes.io', 'node.kubernetes.io'];

const RESTRICTED_DOMAINS = ['kubernetes.io', 'k8s.io'];

/** A node sets its labels itself, so the API server refuses those that would let it pass for another kind of node. */
export const labelsArePermitted: Rule = ({ nodes }) =>
  (nodes ?? []).flatMap(({ nodeLabels }, index) =>
    Object.keys(nodeLabels ?? {})
      .filter((key) => !isPermitted(key))
      .map((key) => forbiddenLabel(key, index)),
  );

function isPermitted(key: string): boolean {
  const domain = key.includes('/') ? key.slice(0, key.indexOf('/')) : '';
  return !isBelow(domain, RESTRICTED_DOMAINS) || isBelow(domain, PERMITTED_DOMAINS) || PERMITTED.has(key);
}

function isBelow(domain: string, domains: readonly string[]): boolean {
  return domains.some((other) => domain === other || domain.endsWith(`.${other}`));
}

function forbiddenLabel(key: string, index: number): Issue {
  const isRole = key.startsWith('node-role.kubernetes.io/');
  return {
    code: 'config/label-forbidden',
    file: 'nodes',
    at: { path: ['nodes', index, 'nodeLabels', key], part: 'key' },
    message: `\`nodes[${String(index)}].nodeLabels\` sets ${key}, which the API server does not let a node set on itself`,
    remedy: isRole
      ? 'give the role with `kubectl label node` once the node has joined'
      : 'take topology.kubernetes.io/region or topology.kubernetes.io/zone, or a domain of your own',
  };
}

const REGION = 'topology.kubernetes.io/region';
const ZONE = 'topology.kubernetes.io/zone';

/** Half a token opens nothing; the driver is left out, as upstream leaves it out, only not in silence. */
export const proxmoxTokenIsWhole: Rule = ({ cluster, secrets, isWritten }) => {
  const id = cluster.proxmox_csi_token_id !== null;
  const secret = isWritten('proxmox_csi_token_secret');
  if (id === secret || cluster.proxmox_csi_token_id === undefined) return [];
  if (secret && secrets.proxmox_csi_token_secret === undefined) return [];
  const [present, absent] = id
    ? ['proxmox_csi_token_id', 'proxmox_csi_token_secret']
    : ['proxmox_csi_token_secret', 'proxmox_csi_token_id'];
  return [
    {
      code: 'config/no-effect',
      severity: 'warning',
      file: 'cluster',
      at: { path: [present], part: 'key' },
      message: `\`${present}\` is set without \`${absent}\`: the CSI driver of Proxmox is left out`,
      remedy: `add \`${absent}\`, or remove \`${present}\``,
    },
  ];
};

/** The driver finds a node's machine by its labels. */
export const nodesHaveProxmoxLabels: Rule = (configuration) => {
  if (!usesDriver(configuration)) return [];
  const { cluster, nodes } = configuration;
  return (nodes ?? []).flatMap(({ nodeLabels }, index): Issue[] => {
    if (nodeLabels === undefined) return [];
    const absent = [REGION, ZONE].filter((key) => nodeLabels?.[key] === undefined);
    const region = nodeLabels?.[REGION];
    if (absent.length > 0) return [labelsMissing(index, absent, cluster.proxmox_region ?? 'home')];
    if (typeof cluster.proxmox_region !== 'string' || region === cluster.proxmox_region) return [];
    return [otherRegion(index, region ?? '', cluster.proxmox_region)];
  });
};

function usesDriver({ cluster, secrets }: SoundConfiguration): boolean {
  return typeof cluster.proxmox_csi_token_id === 'string' && secrets.proxmox_csi_token_secret !== undefined;
}

function labelsMissing(index: number, absent: readonly string[], region: string): Issue {
  const example = absent.map((key) => `${key}: ${key === REGION ? region : 'pve01'}`).join(', ');
  return {
    code: 'config/label-missing',
    file: 'nodes',
    at: { path: ['nodes', index, 'nodeLabels'] },
    message: `\`nodes[${String(index)}]\` has no label ${absent.join(' and ')}, which the CSI driver of Proxmox needs`,
    remedy: `add to its \`nodeLabels\`: ${example} (the zone is the Proxmox host that runs it)`,
  };
}

function otherRegion(index: number, region: string, expected: string): Issue {
  return {
    code: 'config/conflict',
    file: 'nodes',
    at: { path: ['nodes', index, 'nodeLabels', REGION] },
    message: `the label ${REGION} of \`nodes[${String(index)}]\` is ${region}, but \`proxmox_region\` is ${expected}`,
    remedy: `write ${expected}`,
  };
}
