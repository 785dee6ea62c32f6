import { failure, type Failure } from '../../report/finding.ts';
import type { OperationRun } from '../operation.ts';
import type { Programs } from '../programs/call.ts';
import { compareVersions } from '../programs/versions.ts';
import { withFluxSuspended } from './flux-pause.ts';
import { waitForNode, waitUntilSafe } from './health.ts';
import { readNodeStates } from './nodes-state.ts';
import { controllersOf, type TalosCluster } from './talos-cluster.ts';

/** An upgrade of Kubernetes in steps that it allows. */
export interface KubernetesUpgrade {
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
