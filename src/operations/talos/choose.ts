import { failure, type Failure } from '../../report/finding.ts';
import type { Disk, Link, Machine } from './hardware.ts';

/** Talos asks for at least this much, in bytes: https://docs.siderolabs.com/talos (system requirements). */
export const SMALLEST_DISK = 10_000_000_000;

/**
 * How the disk of a machine is to be named in nodes.yaml: by its path where there is but one to choose from; else by its serial
 * number, as paths of several disks may swap when the machine starts again.
 *
 * @param wanted - path or serial number that the user asks for
 * @throws Failure where there is none, it is not there, or there are several and none is asked for
 */
export function chooseDisk(machine: Machine, wanted: string | undefined): string {
  const candidates = machine.disks.filter(({ size }) => size >= SMALLEST_DISK);
  if (wanted !== undefined) {
    const disk = machine.disks.find((one) => isDisk(one, wanted));
    if (disk === undefined) throw unclear(machine, `has no disk ${wanted}`, machine.disks.map(describeDisk));
    return wanted;
  }
  const [first, ...others] = candidates;
  if (first === undefined) throw unclear(machine, 'has no disk of 10 GB or more', machine.disks.map(describeDisk));
  if (others.length > 0) {
    throw unclear(machine, 'has several disks: choose one with --disk', candidates.map(describeDisk));
  }
  return first.path;
}

/** Whether a path or serial number of nodes.yaml names this disk. */
export function isDisk(disk: Disk, name: string): boolean {
  return name.startsWith('/') ? disk.path === name : disk.serial !== '' && disk.serial === name;
}

/**
 * The network interface that the node is reached by: the only one that is up.
 *
 * @param wanted - name or MAC address that the user asks for
 * @throws Failure where that cannot be told
 */
export function chooseLink(machine: Machine, wanted: string | undefined): Link {
  const lower = wanted?.toLowerCase();
  const up = machine.links.filter(({ isUp }) => isUp);
  const found = wanted === undefined ? up : machine.links.filter(({ name, mac }) => name === wanted || mac === lower);
  const [first, ...others] = found;
  if (first !== undefined && others.length === 0) return first;
  const problem =
    wanted !== undefined
      ? `has no network interface ${wanted}`
      : first === undefined
        ? 'has no network interface that is up'
        : 'has several network interfaces that are up: choose one with --link';
  throw unclear(machine, problem, machine.links.map(describeLink));
}

function describeDisk({ path, size, serial, model }: Disk): string {
  const parts = [model, serial === '' ? '' : `serial ${serial}`, `${String(Math.round(size / 1e9))} GB`];
  return `${path} (${parts.filter((part) => part !== '').join(', ')})`;
}

function describeLink({ name, mac, isUp }: Link): string {
  return `${name} (${mac}, ${isUp ? 'up' : 'down'})`;
}

function unclear(machine: Machine, problem: string, choices: readonly string[]): Failure {
  return failure('input', {
    code: 'operations/hardware',
    message: `${machine.source} ${problem}`,
    remedy: choices.length === 0 ? 'none was found at all' : `found: ${choices.join('; ')}`,
  });
}
