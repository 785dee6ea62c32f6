import type { Programs } from '../programs/call.ts';
import { unsuccessful } from '../programs/programs.ts';
import { readMachines, type Machine } from './hardware.ts';

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
