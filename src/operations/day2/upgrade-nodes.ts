import type { OperationRun } from '../operation.ts';
import type { Programs } from '../programs/call.ts';
import { withFluxSuspended } from './flux-pause.ts';
import { waitForNode, waitUntilSafe } from './health.ts';
import { readNodeStates, readSchematic } from './nodes-state.ts';
import type { TalosCluster, TalosNode } from './talos-cluster.ts';

/** What an upgrade would do to a node. */
export interface NodeUpgrade {
  readonly node: TalosNode;
  /** What it runs; undefined where it does not say. */
  readonly from: { readonly version: string | undefined; readonly schematic: string | undefined };
  /** The installer's image with its tag. */
  readonly image: string;
  readonly isNeeded: boolean;
}

/** Finds out which nodes run another version or image than talos/ says. Controllers come first, as Talos asks for. */
export async function planUpgrades(
  programs: Programs,
  cluster: TalosCluster,
  nodes: readonly TalosNode[],
): Promise<NodeUpgrade[]> {
  const states = await readNodeStates(programs);
  const ordered = [...nodes.filter(({ controller }) => controller), ...nodes.filter(({ controller }) => !controller)];
  const upgrades: NodeUpgrade[] = [];
  for (const node of ordered) {
    const version = states.find(({ name }) => name === node.name)?.talosVersion;
    const schematic = await readSchematic(programs, node.address);
    const isNeeded = version !== cluster.talosVersion || schematic !== node.schematic;
    upgrades.push({ node, from: { version, schematic }, image: `${node.image}:${cluster.talosVersion}`, isNeeded });
  }
  return upgrades;
}

/**
 * Upgrades nodes one after the other. Before each one the others have to be ready and etcd must keep its quorum; after it, it has to
 * come back with its version. Flux holds still meanwhile and goes on whatever happens. Nodes that are up to date are left alone, so a
 * repeated run finishes what an earlier one began.
 *
 * @param afterwards - programs that an interruption does not stop
 * @throws Failure where the cluster is not well, or a node does not come back
 */
export async function upgradeNodes(
  run: OperationRun,
  afterwards: Programs,
  cluster: TalosCluster,
  upgrades: readonly NodeUpgrade[],
): Promise<void> {
  const needed = upgrades.filter(({ isNeeded }) => isNeeded);
  if (needed.length === 0) return;
  await withFluxSuspended(run, afterwards, async () => {
    for (const upgrade of needed) {
      await waitUntilSafe(run, cluster, upgrade.node);
      await run.step(`Upgrade ${upgrade.node.name} to ${cluster.talosVersion}`, () => upgradeNode(run, upgrade));
      await waitForNode(run, upgrade.node, { talosVersion: cluster.talosVersion });
    }
  });
}

async function upgradeNode({ programs }: OperationRun, { node, image }: NodeUpgrade): Promise<void> {
  await programs.run({
    program: 'talosctl',
    arguments: ['upgrade', '--nodes', node.address, '--image', image, '--timeout', '10m'],
    // Its own limit does not count the image that is pulled and the node that is drained.
    timeoutSeconds: 3600,
  });
}
