import type { TalosNode } from '../day2/talos-cluster.ts';
import type { ProgramCall, Programs } from '../programs/call.ts';

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
