import { failure, type Failure } from '../../report/finding.ts';
import type { Programs } from '../programs/catalogue.ts';
import { unsuccessful } from '../programs/programs.ts';
import { asFields, asText } from '../../text/values.ts';

/** What is asked of a machine, in the words of `talosctl get`. */
const RESOURCES = ['disks', 'links', 'addresses', 'hostname'] as const;

/**
 * Asks machines that have booted Talos for their disks and network interfaces: without credentials where one waits for its
 * configuration, else with those of the cluster.
 *
 * @throws Failure of kind `outside` where a machine does not answer
 */
export async function discoverMachines(programs: Programs, addresses: readonly string[]): Promise<Machine[]> {
  const machines: Machine[] = [];
  for (const address of addresses) machines.push(...(await askMachine(programs, address)));
  return machines;
}

async function askMachine(programs: Programs, address: string): Promise<Machine[]> {
  const insecure = await ask(programs, address, 'disks', ['--insecure']);
  const options = insecure.exitCode === 0 ? ['--insecure'] : [];
  const texts: string[] = insecure.exitCode === 0 ? [insecure.stdout] : [];
  for (const resource of RESOURCES.slice(texts.length)) {
    const answer = await ask(programs, address, resource, options);
    // Without credentials a machine may keep its addresses and its name to itself; its disks and links it tells.
    const isNeeded = resource === 'disks' || resource === 'links';
    if (answer.exitCode === 0) texts.push(answer.stdout);
    else if (isNeeded) throw unsuccessful({ program: 'talosctl', arguments: ['get', resource] }, answer);
  }
  const [machine] = readMachines([{ name: address, text: texts.map(withoutNode).join('\n') }]);
  if (machine === undefined) return [];
  const others = machine.addresses.filter((one) => one !== address);
  return [{ ...machine, source: address, addresses: [address, ...others] }];
}

async function ask(
  programs: Programs,
  address: string,
  resource: string,
  options: readonly string[],
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const arguments_ = ['get', resource, '--nodes', address, '--endpoints', address, ...options, '--output', 'json'];
  return await programs.ask({ program: 'talosctl', arguments: arguments_, quiet: true, timeoutSeconds: 20 });
}

/** One machine was asked, so all answers are its own, whatever name it gives itself. */
function withoutNode(text: string): string {
  return text.replaceAll(/^([ \t]*)"node": "[^"]*"/gm, '$1"node": ""');
}

/** A disk as `talosctl get disks` tells it. */
interface Disk {
  readonly path: string;
  readonly size: number;
  readonly serial: string;
  readonly model: string;
  readonly transport: string;
}

/** A network interface as `talosctl get links` tells it. */
interface Link {
  readonly name: string;
  readonly mac: string;
  readonly isUp: boolean;
}

/** What is known of one machine. */
export interface Machine {
  /** What it was read from, for messages. */
  readonly source: string;
  /** Its present addresses: the one that it was asked at first. */
  readonly addresses: readonly string[];
  readonly hostname: string | undefined;
  readonly disks: readonly Disk[];
  readonly links: readonly Link[];
}

/**
 * Reads what `talosctl get disks|links|addresses|hostname -o json` printed, in any order and one after the other. Answers of several
 * nodes are told apart by their `node`; those without it (as with `--insecure`) belong to one machine for each file.
 *
 * @throws Failure of kind `input` where a text is not such an output
 */
export function readMachines(files: readonly { readonly name: string; readonly text: string }[]): Machine[] {
  const machines = new Map<string, Collected>();
  for (const { name, text } of files) {
    for (const value of splitJson(text, name)) {
      const resource = readResource(value, name);
      const key = resource.node === '' ? name : resource.node;
      const machine = machines.get(key) ?? new Collected(name, resource.node);
      machines.set(key, machine);
      machine.add(resource);
    }
  }
  return [...machines.values()].map((machine) => machine.done());
}

interface Resource {
  readonly file: string;
  readonly node: string;
  readonly type: string;
  readonly id: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Where a machine's answers come together. */
class Collected {
  readonly #source: string;
  readonly #addresses: string[] = [];
  readonly #disks: Disk[] = [];
  readonly #links: Link[] = [];
  readonly #physical = new Set<string>();
  readonly #addressOf: { readonly link: string; readonly address: string }[] = [];
  readonly #seen = new Set<string>();
  #hostname: string | undefined;

  constructor(source: string, node: string) {
    this.#source = source;
    if (isIpv4(node)) this.#addresses.push(node);
  }

  add(resource: Resource): void {
    const { type, id, spec, file } = resource;
    if (this.#seen.has(`${type} ${id}`)) throw mixed(file);
    this.#seen.add(`${type} ${id}`);
    if (type.startsWith('Disks.')) this.#addDisk(spec);
    else if (type.startsWith('LinkStatuses.')) this.#addLink(id, spec);
    else if (type.startsWith('AddressStatuses.')) this.#addAddress(spec);
    else if (type.startsWith('HostnameStatuses.')) this.#hostname = asText(spec.hostname);
  }

  done(): Machine {
    const own = this.#addressOf.filter(({ link }) => this.#isOwn(link)).map(({ address }) => address);
    return {
      source: this.#addresses[0] ?? this.#source,
      addresses: [...new Set([...this.#addresses, ...own])],
      hostname: this.#hostname,
      disks: this.#disks,
      links: this.#links,
    };
  }

  /** An address of a VLAN stands on a link that is named after the physical one. */
  #isOwn(link: string): boolean {
    return this.#physical.has(link) || this.#physical.has(link.split('.')[0] ?? '');
  }

  #addDisk(spec: Resource['spec']): void {
    const isNoTarget = spec.readonly === true || spec.cdrom === true || asText(spec.transport) === 'usb';
    const path = asText(spec.dev_path);
    // Loop devices, RAM disks and device mapper targets are no disks to install to; only real ones have a bus.
    if (isNoTarget || path === '' || /^\/dev\/(?:loop|zram|ram|dm-|md|drbd|nbd|fd|sr)/.test(path)) return;
    this.#disks.push({
      path,
      size: typeof spec.size === 'number' ? spec.size : 0,
      serial: asText(spec.serial).trim(),
      model: asText(spec.model).trim(),
      transport: asText(spec.transport),
    });
  }

  #addLink(name: string, spec: Resource['spec']): void {
    const mac = asText(spec.hardwareAddr).toLowerCase();
    if (asText(spec.type) !== 'ether' || asText(spec.kind) !== '' || !/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac))
      return;
    this.#physical.add(name);
    this.#links.push({ name, mac, isUp: spec.linkState === true || asText(spec.operationalState) === 'up' });
  }

  #addAddress(spec: Resource['spec']): void {
    const address = asText(spec.address).split('/')[0] ?? '';
    if (isIpv4(address)) this.#addressOf.push({ link: asText(spec.linkName), address });
  }
}

function readResource(value: unknown, file: string): Resource {
  const { node, metadata, spec } = asFields(value);
  const { type, id } = asFields(metadata);
  if (typeof type !== 'string' || typeof id !== 'string' || typeof spec !== 'object' || spec === null) {
    throw failure('input', {
      code: 'operations/hardware',
      message: 'what talosctl prints for a resource was expected, and is not here',
      place: { file },
      remedy: 'save the output of `talosctl get disks -o json`, and append that of links and addresses',
    });
  }
  return { file, node: asText(node), type, id, spec: asFields(spec) };
}

function mixed(file: string): Failure {
  return failure('input', {
    code: 'operations/hardware',
    message: 'the file holds answers of several machines and does not say whose each one is',
    place: { file },
    remedy: 'save the answers of each machine into a file of its own',
  });
}

function isIpv4(value: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(value);
}

/**
 * The values of a text that holds JSON objects one after the other, as `talosctl … -o json` prints them; a single array of them
 * is taken apart as well.
 *
 * @param file - the name for findings
 * @throws Failure of kind `input` where the text is something else, or empty
 */
export function splitJson(text: string, file: string): unknown[] {
  const values = objectTexts(text).map((part) => parse(part, file));
  const rest = objectTexts(text).reduce((left, part) => left.replace(part, ''), text);
  if (values.length > 0 && /^[[\],\s]*$/.test(rest)) return values;
  throw notJson(file);
}

/** Parts of a text from an opening brace to the one that closes it. */
function objectTexts(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === '{' && depth++ === 0) start = index;
    if (token === '}' && depth > 0 && --depth === 0) parts.push(text.slice(start, index + 1));
  }
  return parts;
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notJson(file, error);
  }
}

function notJson(file: string, cause?: unknown): Error {
  return failure(
    'input',
    {
      code: 'operations/hardware',
      message: 'JSON as talosctl prints it was expected, and is not here',
      place: { file },
      remedy: 'save the output of `talosctl get disks -o json`, and append that of links and addresses',
    },
    cause,
  );
}

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
