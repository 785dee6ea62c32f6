import type { OperationRun } from '../operation.ts';
import type { Programs } from '../programs/catalogue.ts';
import { waitFor, type Look } from '../programs/waiting.ts';
import { quorumProblem, readEtcd } from '../talos/machines.ts';
import { readNodeStates, type NodeState } from '../kubernetes/state.ts';
import { controllersOf, type TalosCluster, type TalosNode } from '../talos/cluster.ts';

/** A machine that starts again takes minutes; after that something is wrong. */
const PATIENCE = { limitSeconds: 900, pauseSeconds: 5 };

/** After a change the cluster needs a moment until it is as it was. */
const SETTLING = { limitSeconds: 300, pauseSeconds: 5 };

/** A node as it shall be. */
interface WantedNode {
  /** Any version will do where it is not given. */
  readonly talosVersion?: string;
  /** The machine has to have started since then; the id of its start before. */
  readonly startedAfter?: string;
}

/**
 * Waits until a node may be taken away for a while: all the others are ready, and etcd has its quorum without it.
 *
 * @throws Failure of kind `outside` with the reason where that does not come about
 */
export async function waitUntilSafe(run: OperationRun, cluster: TalosCluster, leaving: TalosNode): Promise<void> {
  await run.step(`Look whether ${leaving.name} can be missed`, async (report) => {
    const what = `a state in which ${leaving.name} can be missed`;
    const remedy = 'mend what is wrong, `cluster-template talos status` shows it, and run the command again';
    await waitFor(
      {
        what,
        patience: SETTLING,
        signal: run.signal,
        say: (reason) => {
          report.live(reason);
        },
        remedy,
      },
      async () => {
        const problem = await safetyProblem(run, cluster, leaving);
        return problem === undefined ? { value: true } : { reason: problem };
      },
    );
  });
}

/**
 * Waits until a node is well: ready in Kubernetes, with its version and, on a controller, a healthy member of etcd.
 *
 * @throws Failure of kind `outside` with the reason where that does not come about
 */
export async function waitForNode(run: OperationRun, node: TalosNode, wanted: WantedNode = {}): Promise<void> {
  await run.step(`Wait for ${node.name}`, async (report) => {
    const what = `${node.name} to be ready`;
    const remedy = `look at it with \`talosctl dashboard --nodes ${node.address}\`, and run the command again`;
    await waitFor(
      {
        what,
        patience: PATIENCE,
        signal: run.signal,
        say: (reason) => {
          report.live(reason);
        },
        remedy,
      },
      () => lookAtNode(run, node, wanted),
    );
  });
}

async function safetyProblem(
  { programs }: OperationRun,
  cluster: TalosCluster,
  leaving: TalosNode,
): Promise<string | undefined> {
  const states = await statesOrReason(programs);
  if (typeof states === 'string') return states;
  const others = cluster.nodes.filter(({ name }) => name !== leaving.name);
  const absent = others.filter(({ name }) => states.find((state) => state.name === name)?.isReady !== true);
  if (absent.length > 0) return `not ready: ${absent.map(({ name }) => name).join(', ')}`;
  return quorumProblem(await readEtcd(programs, controllersOf(cluster)), leaving);
}

async function lookAtNode(
  { programs }: OperationRun,
  node: TalosNode,
  { talosVersion, startedAfter }: WantedNode,
): Promise<Look<true>> {
  const states = await statesOrReason(programs);
  if (typeof states === 'string') return { reason: states };
  const state = states.find(({ name }) => name === node.name);
  if (state !== undefined && state.bootId === startedAfter) return { reason: `${node.name} has not started again yet` };
  if (state?.isReady !== true) return { reason: `Kubernetes says that ${node.name} is not ready` };
  if (talosVersion !== undefined && state.talosVersion !== talosVersion) {
    return { reason: `${node.name} runs Talos ${state.talosVersion ?? 'of an unknown version'}` };
  }
  if (!node.controller) return { value: true };
  const members = await readEtcd(programs, [node]);
  const problem = members[0]?.problem;
  return problem === undefined ? { value: true } : { reason: `etcd: ${problem}` };
}

/** The id of a machine's present start; undefined where Kubernetes does not know the node. */
export async function readBootId(programs: Programs, { name }: TalosNode): Promise<string | undefined> {
  return (await readNodeStates(programs)).find((state) => state.name === name)?.bootId;
}

/** While a controller starts again the API may not answer for a moment: that is a reason to wait, and no end. */
async function statesOrReason(programs: Programs): Promise<NodeState[] | string> {
  const probe = await programs.ask({
    program: 'kubectl',
    arguments: ['get', '--raw', '/readyz'],
    quiet: true,
    timeoutSeconds: 30,
    toleratesTimeout: true,
  });
  return probe.exitCode === 0 ? await readNodeStates(programs) : 'the Kubernetes API does not answer';
}
