import type { Finding } from '../../report/finding.ts';
import type { TalosNode } from './cluster.ts';
import { SMALLEST_DISK, splitJson } from './hardware.ts';
import type { ProgramCall, Programs } from '../programs/catalogue.ts';
import { asFields, asText, type Fields } from '../../text/values.ts';

/** A disk of a machine as Talos' resource `Disks.block.talos.dev` tells it. */
interface Disk {
  readonly path: string;
  readonly links: readonly string[];
  readonly size: number;
  readonly serial: string;
  readonly model: string;
  /** Why nothing is to be installed on it; undefined for one that may be taken. */
  readonly unfit: string | undefined;
}

/** What lies on a disk, as Talos' resource `DiscoveredVolumes.block.talos.dev` tells it. */
interface Volume {
  readonly path: string;
  readonly type: string;
  readonly parent: string;
  /** The kind of file system or partition table: xfs, luks, gpt, …; empty where none was found. */
  readonly content: string;
  readonly partition: string;
}

/** What was found out about the disk that Talos would be installed on. */
interface DiskReport {
  /** The disk in words: its path, maker and size. Undefined where nothing says which one is meant. */
  readonly disk: string | undefined;
  /** What speaks against it; empty where nothing does. */
  readonly findings: readonly Finding[];
}

const ASK_SECONDS = 20;

/** Partitions that Talos makes itself: https://docs.siderolabs.com/talos/v1.13/learn-more/architecture (file system partitions). */
const TALOS_PARTITION = /^(?:EFI|BIOS|BOOT|META|STATE|EPHEMERAL|IMAGECACHE|[urs]-.+)$/;

/** Asks a machine in maintenance for its disks, and for what lies on them; it answers anybody. */
export function askDisks(address: string): readonly [disks: ProgramCall, volumes: ProgramCall] {
  const ask = (resource: string): ProgramCall => ({
    program: 'talosctl',
    arguments: ['get', resource, '--insecure', '--nodes', address, '--output', 'json'],
    folder: 'talos',
    quiet: true,
    timeoutSeconds: ASK_SECONDS,
  });
  return [ask('disks'), ask('discoveredvolumes')];
}

/**
 * Looks at the disk that a machine in maintenance is to be installed on. Installing wipes it, so it has to be there, be one disk, and hold
 * nothing that somebody may want back.
 *
 * @param options.address - where the machine answers now
 * @param options.wipe - whether what lies on it may be lost
 * @throws Failure where the machine does not answer, or with something else
 */
export async function lookAtDisk(
  programs: Programs,
  node: TalosNode,
  options: { readonly address: string; readonly wipe: boolean },
): Promise<DiskReport> {
  const [askForDisks, askForVolumes] = askDisks(options.address);
  const disks = splitJson((await programs.run(askForDisks)).stdout, node.name).map(readDisk);
  const { stdout } = await programs.run(askForVolumes);
  const volumes = stdout.trim() === '' ? [] : splitJson(stdout, node.name).map(readVolume);
  return judgeDisk(node, { disks, volumes, wipe: options.wipe });
}

/** What `lookAtDisk` says of the answers of a machine. */
function judgeDisk(
  node: TalosNode,
  seen: { readonly disks: readonly Disk[]; readonly volumes: readonly Volume[]; readonly wipe: boolean },
): DiskReport {
  const { disk: wanted, name } = node;
  // A selector of the user's own in an override: Talos chooses by it.
  if (wanted === undefined) return { disk: undefined, findings: [] };
  const finding = (message: string, remedy: string): DiskReport['findings'] => [
    { code: 'cluster/disk', severity: 'error', message: `${name}: ${message}`, place: { file: 'nodes.yaml' }, remedy },
  ];
  const choices = seen.disks.filter(({ unfit }) => unfit === undefined).map(describe);
  const offer = choices.length === 0 ? 'no disk was found at all' : `it has ${choices.join('; ')}`;
  const [disk, ...others] = seen.disks.filter((one) => isNamed(one, wanted));
  if (disk === undefined) {
    const partition = seen.volumes.find(({ path, type }) => type === 'partition' && path === wanted);
    const message =
      partition === undefined ? `there is no disk ${wanted}` : `${wanted} is a partition of ${partition.parent}`;
    return { disk: undefined, findings: finding(message, `correct \`disk\` in nodes.yaml: ${offer}`) };
  }
  const what = describe(disk);
  if (others.length > 0) {
    const all = [disk, ...others].map(describe).join('; ');
    return { disk: what, findings: finding(`${wanted} names several disks: ${all}`, 'name one by its path') };
  }
  if (disk.unfit !== undefined) {
    return { disk: what, findings: finding(`${what} is ${disk.unfit}`, `correct \`disk\` in nodes.yaml: ${offer}`) };
  }
  if (disk.size < SMALLEST_DISK) {
    return { disk: what, findings: finding(`${what} is too small: Talos needs 10 GB`, `take another: ${offer}`) };
  }
  const foreign = foreignContent(disk, seen.volumes);
  if (foreign === undefined || seen.wipe) return { disk: what, findings: [] };
  const remedy = 'look whether somebody still needs it; `--wipe` gives it up';
  return { disk: what, findings: finding(`${what} is not empty: ${foreign}. Installing wipes it`, remedy) };
}

/** What lies on a disk and is not Talos' own, in words. */
function foreignContent(disk: Disk, volumes: readonly Volume[]): string | undefined {
  const partitions = volumes.filter(({ type, parent }) => type === 'partition' && parent === disk.path);
  const strange = partitions.filter(({ partition }) => !TALOS_PARTITION.test(partition));
  const whole = volumes.find(({ path, type }) => type === 'disk' && path === disk.path)?.content ?? '';
  if (strange.length > 0) {
    const names = strange.map(({ path, content, partition }) =>
      [path, partition, content].filter((part) => part !== '').join(' '),
    );
    return `it holds ${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${String(names.length - 3)} more` : ''}`;
  }
  if (partitions.length > 0 || whole === '') return undefined;
  return whole === 'gpt' || whole === 'mbr' || whole === 'dos'
    ? `it has a partition table (${whole})`
    : `it holds ${whole}`;
}

function isNamed({ path, links, serial }: Disk, wanted: string): boolean {
  return wanted.startsWith('/') ? path === wanted || links.includes(wanted) : serial === wanted;
}

function describe({ path, model, size }: Disk): string {
  const parts = [model, `${String(Math.round(size / 1e9))} GB`].filter((part) => part !== '');
  return `${path} (${parts.join(', ')})`;
}

function readDisk(value: unknown): Disk {
  const spec = specOf(value);
  const path = asText(spec.dev_path);
  return {
    path,
    links: Array.isArray(spec.symlinks) ? spec.symlinks.map(asText) : [],
    size: typeof spec.size === 'number' ? spec.size : 0,
    serial: asText(spec.serial).trim(),
    model: asText(spec.model).trim(),
    unfit: unfitnessOf(spec, path),
  };
}

function unfitnessOf(spec: Fields, path: string): string | undefined {
  if (spec.cdrom === true || path.startsWith('/dev/sr')) return 'a CD';
  if (spec.readonly === true) return 'read-only';
  if (asText(spec.transport) === 'usb') return 'a USB stick, or a disk on USB';
  return /^\/dev\/(?:loop|zram|ram|dm-|md|drbd|nbd|fd)/.test(path) ? 'no disk of its own' : undefined;
}

function readVolume(value: unknown): Volume {
  const spec = specOf(value);
  return {
    path: asText(spec.dev_path),
    type: asText(spec.type),
    parent: asText(spec.parent_dev_path),
    content: asText(spec.name),
    partition: asText(spec.partition_label),
  };
}

function specOf(resource: unknown): Fields {
  return asFields(asFields(resource).spec);
}
