import { failure, type Failure } from '../../report/finding.ts';
import { withFluxSuspended } from '../flux/suspend.ts';
import { readNodeStates } from '../kubernetes/state.ts';
import type { OperationRun } from '../operation.ts';
import { compareVersions, type Programs } from '../programs/catalogue.ts';
import { controllersOf, type TalosCluster, type TalosNode } from '../talos/cluster.ts';
import { readSchematic } from '../talos/machines.ts';
import { waitForNode, waitUntilSafe } from './health.ts';

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

/** An upgrade of Kubernetes in steps that it allows. */
interface KubernetesUpgrade {
  /** The oldest version that runs somewhere. */
  readonly from: string;
  readonly to: string;
  /** Versions one after the other, `to` being the last one; none where all is up to date. */
  readonly steps: readonly string[];
}

/**
 * Looks which version of Kubernetes runs, and by which steps the wanted one is reached.
 *
 * @param via - versions to stop at, one for each minor version in between; the first release of it where none is named
 * @throws Failure of kind `input` where the wanted version is older, or a stop does not fit
 */
export async function planKubernetesUpgrade(
  programs: Programs,
  cluster: TalosCluster,
  via: readonly string[] = [],
): Promise<KubernetesUpgrade> {
  const kubelets = (await readNodeStates(programs)).map(({ kubeletVersion }) => kubeletVersion);
  const running = [await readServerVersion(programs), ...kubelets].filter((version) => version !== '');
  const to = cluster.kubernetesVersion;
  const newest = running.reduce((one, other) => (compareVersions(one, other) >= 0 ? one : other));
  const from = running.reduce((one, other) => (compareVersions(one, other) <= 0 ? one : other));
  if (compareVersions(newest, to) > 0) throw downgrade(newest, to);
  return { from, to, steps: upgradeSteps(from, to, via) };
}

/** Versions from one to the other; Kubernetes allows no minor version to be left out: https://kubernetes.io/releases/version-skew-policy/ */
export function upgradeSteps(from: string, to: string, via: readonly string[]): string[] {
  const [first, last] = [minorOf(from), minorOf(to)];
  const between = Array.from({ length: Math.max(0, last - first - 1) }, (_, index) => first + index + 1);
  const stray = via.find((version) => !between.includes(minorOf(version)) || !/^v?\d+\.\d+\.\d+$/.test(version));
  if (stray !== undefined) throw strayStop(stray, from, to);
  const stops = between.map((minor) => via.find((version) => minorOf(version) === minor) ?? `1.${String(minor)}.0`);
  return compareVersions(from, to) === 0 ? [] : [...stops, to].map((version) => `v${version.replace(/^v/, '')}`);
}

/**
 * Upgrades Kubernetes step by step; every node has to be well before and after each step. Flux holds still meanwhile and goes on
 * whatever happens. A repeated run begins at the version that it finds.
 *
 * @param afterwards - programs that an interruption does not stop
 */
export async function upgradeKubernetes(
  run: OperationRun,
  afterwards: Programs,
  cluster: TalosCluster,
  { steps }: KubernetesUpgrade,
): Promise<void> {
  if (steps.length === 0) return;
  const [controller] = controllersOf(cluster);
  await withFluxSuspended(run, afterwards, async () => {
    for (const version of steps) {
      await waitUntilSafe(run, cluster, controller);
      await run.step(`Upgrade Kubernetes to ${version}`, async () => {
        const arguments_ = ['upgrade-k8s', '--nodes', controller.address, '--to', version];
        await run.programs.run({ program: 'talosctl', arguments: arguments_, timeoutSeconds: 3600 });
      });
      for (const node of cluster.nodes) await waitForNode(run, node);
    }
  });
}

/** Of the API server; empty where it does not say. Throws a Failure where it does not answer. */
async function readServerVersion(programs: Programs): Promise<string> {
  const { stdout } = await programs.run({ program: 'kubectl', arguments: ['get', '--raw', '/version'], quiet: true });
  return /"gitVersion":\s*"(v\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? '';
}

function minorOf(version: string): number {
  return Number(version.replace(/^v/, '').split('.')[1] ?? Number.NaN);
}

function downgrade(from: string, to: string): Failure {
  return failure('input', {
    code: 'operations/version-step',
    message: `Kubernetes ${from} runs, and talos/talenv.yaml wants the older ${to}`,
    place: { file: 'talos/talenv.yaml' },
    remedy: `Kubernetes cannot go back: set kubernetesVersion to ${from} or newer`,
  });
}

function strayStop(stop: string, from: string, to: string): Failure {
  return failure('usage', {
    code: 'operations/version-step',
    message: `${stop} is no version of a minor release between ${from} and ${to}`,
    remedy: 'name one full version, such as v1.35.4, for each minor release in between',
  });
}
