import type { ProgramCall, Programs } from '../programs/catalogue.ts';
import { foldOutput } from '../programs/programs.ts';
import { machineConfigPath, type TalosNode } from './cluster.ts';

/** How a machine answers before and while it becomes a node. */
export type NodeCondition =
  /** It booted from the installation medium and waits for a configuration. */
  | { readonly kind: 'maintenance'; readonly hardwareAddresses: readonly string[] }
  /** It took this cluster's configuration. */
  | { readonly kind: 'configured' }
  /** It has a configuration, but not this cluster's. */
  | { readonly kind: 'foreign' }
  /** It does not answer: off, on its way up, or at another address. */
  | { readonly kind: 'silent' };

const API_PORT = 50_000;
const PROBE_SECONDS = 3;
const ASK_SECONDS = 20;

/** Asks a machine as a client of this cluster. Every node is its own endpoint: others may not be up yet. */
export function askConfigured({ address }: TalosNode): ProgramCall {
  return {
    program: 'talosctl',
    arguments: ['get', 'machinestatus', '--nodes', address, '--endpoints', address, '--output', 'json'],
    folder: 'talos',
    quiet: true,
    timeoutSeconds: ASK_SECONDS,
  };
}

/**
 * Asks a machine in maintenance for its network interfaces; it answers anybody.
 *
 * @param address - where it answers now: on a trunk that is another address than the one it will have
 */
export function askMaintenance(address: string): ProgramCall {
  return {
    program: 'talosctl',
    arguments: ['get', 'links', '--insecure', '--nodes', address, '--output', 'json'],
    folder: 'talos',
    quiet: true,
    timeoutSeconds: ASK_SECONDS,
  };
}

/**
 * Looks at one machine. Never throws for what it answers.
 *
 * @param where.maintenance - where it answers in maintenance mode
 * @param where.isPortOpen - tells one that refuses us from one that is not there
 */
export async function lookAtNode(
  programs: Programs,
  node: TalosNode,
  where: {
    readonly maintenance: string;
    readonly isPortOpen: (address: string, port: number, timeoutSeconds: number) => Promise<boolean>;
  },
): Promise<NodeCondition> {
  const { maintenance, isPortOpen } = where;
  if ((await answer(programs, askConfigured(node))) !== undefined) return { kind: 'configured' };
  const links = await answer(programs, askMaintenance(maintenance));
  if (links !== undefined) return { kind: 'maintenance', hardwareAddresses: hardwareAddresses(links) };
  if (!(await isPortOpen(node.address, API_PORT, PROBE_SECONDS))) return { kind: 'silent' };
  // It may have come up between the questions.
  return { kind: (await answer(programs, askConfigured(node))) === undefined ? 'foreign' : 'configured' };
}

/** talosctl tries for long where nothing answers: that its time is over counts as no answer. */
async function answer(programs: Programs, call: ProgramCall): Promise<string | undefined> {
  const { exitCode, stdout } = await programs.ask({ ...call, toleratesTimeout: true });
  return exitCode === 0 ? stdout : undefined;
}

/** MAC addresses in what `talosctl get links -o json` prints, in lower case. */
function hardwareAddresses(text: string): string[] {
  const found = [...text.matchAll(/"hardwareAddr":\s*"([0-9a-fA-F:]{17})"/g)].map((match) => match[1] ?? '');
  return [...new Set(found.map((address) => address.toLowerCase()))];
}

/**
 * Hands a machine in maintenance its configuration: it installs itself and restarts.
 *
 * @param address - where it answers now
 */
export function applyFirst(node: TalosNode, address: string): ProgramCall {
  const file = machineConfigPath(node).replace(/^talos\//, '');
  return {
    program: 'talosctl',
    arguments: ['apply-config', '--insecure', '--nodes', address, '--file', file],
    folder: 'talos',
    timeoutSeconds: 120,
  };
}

/** Lists the members of etcd; a controller that has none yet answers with an error. */
export function etcdMembers(node: TalosNode): ProgramCall {
  return { ...onNode(['etcd', 'members'], node), quiet: true, timeoutSeconds: 20, toleratesTimeout: true };
}

/** Starts etcd on the first controller. To be done once in the life of a cluster: the others join it. */
export function bootstrapEtcd(node: TalosNode): ProgramCall {
  return onNode(['bootstrap'], node);
}

/** Prints the administrator's kubeconfig, which is a secret: it goes to the output, not into a file of talosctl's choice. */
export function printKubeconfig(node: TalosNode): ProgramCall {
  return { ...onNode(['kubeconfig', '-', '--merge=false'], node), quiet: true };
}

/** Asks the Kubernetes API whether it is ready. */
export const ASK_API: ProgramCall = {
  program: 'kubectl',
  arguments: ['get', '--raw', '/readyz', '--request-timeout=10s'],
  quiet: true,
  timeoutSeconds: 20,
  toleratesTimeout: true,
};

function onNode(words: readonly string[], { address }: TalosNode): ProgramCall {
  const target = ['--nodes', address, '--endpoints', address];
  return { program: 'talosctl', arguments: [...words, ...target], folder: 'talos' };
}

/** The schematic that a machine runs; undefined where it does not say. */
export async function readSchematic(programs: Programs, address: string): Promise<string | undefined> {
  const { exitCode, stdout } = await programs.ask({
    program: 'talosctl',
    arguments: ['get', 'extensions', '--nodes', address, '--output', 'json'],
    quiet: true,
    timeoutSeconds: 20,
    toleratesTimeout: true,
  });
  if (exitCode !== 0) return undefined;
  // The factory adds the schematic's id to every image as the version of an extension of that name.
  return /"name":\s*"schematic"[^{}]*"version":\s*"([0-9a-f]{64})"/.exec(stdout)?.[1];
}

/**
 * In which state of its life a machine is, in Talos' own words (`running`, `maintenance`, `booting`, …); undefined where it does not
 * answer. One in maintenance answers without credentials only.
 */
export async function readStage(programs: Programs, node: TalosNode): Promise<string | undefined> {
  const status = await programs.ask({ ...askConfigured(node), toleratesTimeout: true });
  if (status.exitCode === 0) return /"stage":\s*"([a-z ]+)"/.exec(status.stdout)?.[1];
  const links = await programs.ask({ ...askMaintenance(node.address), toleratesTimeout: true });
  return links.exitCode === 0 ? 'maintenance' : undefined;
}

/** How the member of etcd on a controller is. */
export interface EtcdMember {
  readonly node: TalosNode;
  /** Why it does not count; undefined for a healthy member. */
  readonly problem: string | undefined;
}

/** Asks every controller for its member of etcd; one that does not answer is not healthy. */
export async function readEtcd(programs: Programs, controllers: readonly TalosNode[]): Promise<EtcdMember[]> {
  const members: EtcdMember[] = [];
  for (const node of controllers) members.push({ node, problem: await memberProblem(programs, node) });
  return members;
}

/** How many members must be healthy, so that etcd goes on: more than half of them. */
function quorumOf(members: number): number {
  return Math.floor(members / 2) + 1;
}

/**
 * Whether a controller, or a worker, may be restarted now.
 *
 * @returns why not; undefined where it may
 */
export function quorumProblem(members: readonly EtcdMember[], leaving: TalosNode): string | undefined {
  const sick = members.filter(({ problem }) => problem !== undefined);
  const isMember = members.some(({ node }) => node.name === leaving.name);
  const healthy = members.filter(({ node, problem }) => problem === undefined && node.name !== leaving.name);
  const quorum = quorumOf(members.length);
  // With one or two members there is never a quorum while one of them restarts: all of them have to be well before that.
  const isFine = isMember && members.length <= 2 ? sick.length === 0 : healthy.length >= quorum;
  if (isFine) return undefined;
  const why = sick.map(({ node, problem }) => `${node.name}: ${problem ?? ''}`).join('; ');
  return `etcd would have ${String(healthy.length)} of ${String(members.length)} members, and needs ${String(quorum)}${why === '' ? '' : ` (${why})`}`;
}

async function memberProblem(programs: Programs, { address }: TalosNode): Promise<string | undefined> {
  const { exitCode, stdout, stderr } = await programs.ask({
    program: 'talosctl',
    arguments: ['etcd', 'status', '--nodes', address],
    quiet: true,
    timeoutSeconds: 20,
    toleratesTimeout: true,
  });
  if (exitCode !== 0) return foldOutput(stderr) || 'does not answer';
  return rowProblem(stdout);
}

/** Reads the table of `talosctl etcd status`, whose columns differ between versions, by its headings. */
function rowProblem(table: string): string | undefined {
  const [heading = '', row] = table.split('\n').filter((line) => line.trim() !== '');
  if (row === undefined) return 'is not a member';
  const learner = cellOf(heading, row, 'LEARNER');
  const errors = cellOf(heading, row, 'ERRORS');
  if (learner === 'true') return 'is still learning';
  return errors === '' ? undefined : errors;
}

function cellOf(heading: string, row: string, title: string): string {
  const start = heading.indexOf(title);
  if (start === -1) return '';
  const next = heading.slice(start).search(/\s\S/);
  return row.slice(start, next === -1 ? undefined : start + next).trim();
}
