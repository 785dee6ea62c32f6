import { Failure, type Finding } from '../../report/finding.ts';
import type { OperationRun } from '../operation.ts';
import { readStage } from '../talos/machines.ts';
import type { TalosCluster, TalosNode } from '../talos/cluster.ts';

/** How nodes are to be reset. */
interface ResetOptions {
  /** Wipe the whole disk, and not only the state of Talos and the data of Kubernetes. */
  readonly wipeAll: boolean;
}

/**
 * Puts nodes back into maintenance. The whole cluster goes at once, workers first, so that there is somebody to ask to the end; single
 * nodes leave etcd and Kubernetes in good order. A node that is in maintenance already is left alone, and one that fails does not
 * keep the others.
 *
 * @throws Failure of kind `outside` that names the nodes that were not reset
 */
export async function resetNodes(
  run: OperationRun,
  cluster: TalosCluster,
  nodes: readonly TalosNode[],
  options: ResetOptions,
): Promise<void> {
  const isWhole = nodes.length === cluster.nodes.length;
  const findings: Finding[] = [];
  for (const node of resetOrder(nodes)) {
    try {
      await run.step(`Reset ${node.name}`, async (report) => {
        if ((await readStage(run.programs, node)) === 'maintenance') report.say('is in maintenance already');
        else await resetNode(run, node, isWhole, options);
      });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      findings.push(...error.findings.map((finding) => ({ ...finding, message: `${node.name}: ${finding.message}` })));
    }
  }
  if (findings.length > 0) throw new Failure('outside', findings);
}

/** Workers first: without controllers nobody could be asked any more. */
export function resetOrder(nodes: readonly TalosNode[]): TalosNode[] {
  return [...nodes.filter(({ controller }) => !controller), ...nodes.filter(({ controller }) => controller)];
}

/** What is run for a node, for a dry run as well. */
export function resetArguments(node: TalosNode, isWhole: boolean, { wipeAll }: ResetOptions): string[] {
  const labels = wipeAll ? [] : ['--system-labels-to-wipe', 'STATE', '--system-labels-to-wipe', 'EPHEMERAL'];
  const manner = isWhole ? ['--graceful=false', '--wait=false'] : ['--graceful=true', '--wait=true'];
  return ['reset', '--nodes', node.address, '--reboot', ...labels, ...manner];
}

async function resetNode(run: OperationRun, node: TalosNode, isWhole: boolean, options: ResetOptions): Promise<void> {
  await run.programs.run({
    program: 'talosctl',
    arguments: resetArguments(node, isWhole, options),
    timeoutSeconds: isWhole ? 60 : 900,
  });
}
