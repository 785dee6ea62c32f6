import { basename, dirname, relative } from 'node:path';
import type { ClusterRoot } from '../../cluster/root.ts';
import { readConfigurationFile } from '../../pipeline/configuration.ts';
import { workspaceOf } from '../../pipeline/state.ts';
import { failure } from '../../report/finding.ts';
import { permissions } from '../../system/files.ts';
import { below, replaceFile } from '../../system/writing.ts';
import { exclusively } from '../../workspace/lock.ts';
import { chooseDisk, chooseLink, isDisk, type Machine } from '../talos/hardware.ts';
import { NodesText, type NewNode, type WrittenNode } from './nodes-text.ts';

/** What the user says of machines that are imported; the first four only where it is a single one. */
export interface ImportChoices {
  readonly name?: string;
  readonly address?: string;
  readonly disk?: string;
  readonly link?: string;
  readonly controller: boolean;
  readonly schematic?: string;
}

/** What became of one machine. */
interface ImportedNode {
  readonly name: string;
  readonly outcome: 'added' | 'changed' | 'unchanged';
  /** Fields with their new values. */
  readonly fields: Readonly<Record<string, string | boolean>>;
}

/** What an import came to. */
export interface NodesImport {
  readonly nodes: readonly ImportedNode[];
  /** The text of nodes.yaml before and after. */
  readonly before: string;
  readonly after: string;
}

/** The schematic of an image without anything added. */
const PLAIN_SCHEMATIC = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba';

/**
 * Takes machines into nodes.yaml. One that is there already, by its MAC address, name or address, gets the disk and MAC address that
 * it really has; any other one is appended. Comments and everything else stay as they are.
 *
 * @param options.write - false where only the new text is asked for
 * @throws Failure where nodes.yaml cannot be read, or a machine leaves open what to choose
 */
export async function importNodes(
  root: ClusterRoot,
  machines: readonly Machine[],
  choices: ImportChoices,
  options: { readonly write: boolean; readonly signal: AbortSignal },
): Promise<NodesImport> {
  refuseChoicesForSeveral(machines, choices);
  if (!options.write) return planImport(root, machines, choices);
  return await exclusively(workspaceOf(root), options.signal, async (exclusive) => {
    const planned = await planImport(root, machines, choices);
    if (planned.after !== planned.before) {
      const mode = await permissions(root.nodesFile);
      await exclusive.uninterrupted(() =>
        replaceFile(below(dirname(root.nodesFile), basename(root.nodesFile)), planned.after, mode),
      );
    }
    return planned;
  });
}

async function planImport(
  root: ClusterRoot,
  machines: readonly Machine[],
  choices: ImportChoices,
): Promise<NodesImport> {
  const before = (await readConfigurationFile(root, root.nodesFile)) ?? '';
  const text = new NodesText(before, relative(root.path, root.nodesFile));
  const nodes = machines.map((machine) => importMachine(text, machine, choices));
  return { nodes, before, after: text.text };
}

function importMachine(text: NodesText, machine: Machine, choices: ImportChoices): ImportedNode {
  const nodes = text.nodes();
  const index = findNode(nodes, machine, choices);
  const found = nodes[index];
  if (found === undefined) return addNode(text, machine, choices);
  const fields = correctedFields(found, machine, choices);
  for (const [field, value] of Object.entries(fields)) text.set(index, field as keyof typeof fields, value);
  const name = typeof found.name === 'string' ? found.name : machine.source;
  return { name, outcome: Object.keys(fields).length === 0 ? 'unchanged' : 'changed', fields };
}

/** By MAC address first: it is the machine's own, while names and addresses are given to it. */
function findNode(nodes: readonly WrittenNode[], machine: Machine, { name, address }: ImportChoices): number {
  const macs = new Set(machine.links.map(({ mac }) => mac));
  const names = new Set([name, machine.hostname]);
  const addresses = new Set([address, ...machine.addresses]);
  const tests: readonly ((node: WrittenNode) => boolean)[] = [
    (node) => name !== undefined && node.name === name,
    (node) => typeof node.mac_addr === 'string' && macs.has(node.mac_addr.toLowerCase()),
    (node) => typeof node.name === 'string' && names.has(node.name),
    (node) => typeof node.address === 'string' && addresses.has(node.address),
  ];
  for (const test of tests) {
    const index = nodes.findIndex(test);
    if (index !== -1) return index;
  }
  return -1;
}

/** MAC address and disk where nodes.yaml names one that the machine does not have, or the user asks for another one. */
function correctedFields(
  { mac_addr: mac, disk }: WrittenNode,
  machine: Machine,
  choices: ImportChoices,
): { mac_addr?: string; disk?: string } {
  const fields: { mac_addr?: string; disk?: string } = {};
  const isKnownLink = machine.links.some((link) => link.mac === mac);
  if (machine.links.length > 0 && (!isKnownLink || choices.link !== undefined)) {
    const chosen = chooseLink(machine, choices.link).mac;
    if (chosen !== mac) fields.mac_addr = chosen;
  }
  const isKnownDisk = typeof disk === 'string' && machine.disks.some((one) => isDisk(one, disk));
  if (machine.disks.length > 0 && (!isKnownDisk || choices.disk !== undefined)) {
    const chosen = chooseDisk(machine, choices.disk);
    if (chosen !== disk) fields.disk = chosen;
  }
  return fields;
}

function addNode(text: NodesText, machine: Machine, choices: ImportChoices): ImportedNode {
  const nodes = text.nodes();
  const node: NewNode = {
    name: choices.name ?? newName(nodes, machine.hostname),
    address: choices.address ?? addressOf(machine),
    controller: choices.controller,
    disk: chooseDisk(machine, choices.disk),
    mac_addr: chooseLink(machine, choices.link).mac,
    schematic_id: choices.schematic ?? commonSchematic(nodes),
  };
  text.append(node);
  return { name: node.name, outcome: 'added', fields: { ...node } };
}

function addressOf({ addresses, source }: Machine): string {
  const [address, ...others] = addresses;
  if (address !== undefined && others.length === 0) return address;
  // The address that a machine was asked at comes first and is its own whatever others it has.
  if (address !== undefined && address === source) return address;
  throw failure('input', {
    code: 'operations/hardware',
    message: address === undefined ? `no address of ${source} is known` : `${source} has several addresses`,
    remedy:
      address === undefined
        ? 'give it with --address, or append the output of `talosctl get addresses -o json`'
        : `choose one with --address: ${addresses.join(', ')}`,
  });
}

/** The machine's own name where somebody gave it one; else the next number behind the usual name. */
function newName(nodes: readonly WrittenNode[], hostname: string | undefined): string {
  const names = nodes.flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  const isGiven = hostname !== undefined && /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(hostname);
  // Talos calls a machine without a name talos- and three or more random letters and digits.
  if (isGiven && !/^(?:talos|localhost)(?:-|$)/.test(hostname)) return hostname;
  const numbered = names.flatMap((name) => {
    const found = /^(.*?)(?<!\d)(\d+)$/.exec(name);
    return found === null ? [] : [{ prefix: found[1] ?? '', number: Number(found[2]) }];
  });
  const prefix = numbered[0]?.prefix ?? 'k8s-';
  const numbers = numbered.filter((one) => one.prefix === prefix).map(({ number }) => number);
  return `${prefix}${String(Math.max(-1, ...numbers) + 1)}`;
}

/** Machines of one cluster mostly have the same image. */
function commonSchematic(nodes: readonly WrittenNode[]): string {
  const ids = new Set(nodes.map(({ schematic_id: id }) => id));
  const [id] = ids;
  return ids.size === 1 && typeof id === 'string' ? id : PLAIN_SCHEMATIC;
}

function refuseChoicesForSeveral(machines: readonly Machine[], choices: ImportChoices): void {
  const single = (['name', 'address', 'disk', 'link'] as const).find((choice) => choices[choice] !== undefined);
  if (machines.length <= 1 || single === undefined) return;
  throw failure('usage', {
    code: 'usage/argument',
    message: `--${single} is said of one machine, but there are ${String(machines.length)}`,
    remedy: 'import them one by one',
  });
}
