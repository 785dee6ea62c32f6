import { machineConfigPath, type TalosNode } from '../day2/talos-cluster.ts';
import type { ProgramCall } from '../programs/call.ts';

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
