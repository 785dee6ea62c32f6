import type { Issue } from '../issue.ts';
import { missingField } from '../missing.ts';
import type { Rule } from './rule.ts';

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
