import { join } from 'node:path';
import type { ClusterRoot } from '../../cluster/root.ts';
import { isTidied } from '../../pipeline/configuration.ts';
import { configure } from '../../pipeline/configure.ts';
import { staleInputs } from '../../pipeline/inputs.ts';
import type { Progress } from '../../pipeline/progress.ts';
import { failure } from '../../report/finding.ts';
import { inspect } from '../../system/files.ts';
import { changesOf, type PlanEntry } from '../../workspace/plan.ts';
import type { OperationRun } from '../operation.ts';
import { generateConfig } from '../talos/generate.ts';
import { SECRET_BUNDLE } from '../talos/secret.ts';
import type { TalosCluster } from './talos-cluster.ts';

/** How stale files are made anew. */
export interface RegenerateOptions {
  readonly generator: string;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Asked before generated files are removed. */
  readonly confirm: (removals: readonly PlanEntry[]) => Promise<boolean>;
}

/**
 * Renders again where cluster.yaml, nodes.yaml or a template changed since the last time. To be called before the lock is taken.
 *
 * @returns the inputs that changed; none where everything was up to date, or the templates were tidied away
 * @throws Failure where the configuration is wrong, or a generated file was changed by hand
 */
export async function refreshRendering(root: ClusterRoot, options: RegenerateOptions): Promise<string[]> {
  if (await isTidied(root)) return [];
  const stale = await staleInputs(root);
  if (stale.length === 0) return [];
  const { generator, signal, progress, confirm } = options;
  const { plan, written } = await configure(root, { generator, conflicts: 'stop', confirm, signal }, progress);
  if (!written && changesOf(plan).length > 0) throw notRendered();
  return changesOf(plan).length === 0 ? [] : stale.map(({ path }) => path);
}

function notRendered(): Error {
  return failure('input', {
    code: 'operations/not-confirmed',
    message: 'the generated files are older than what they are made from',
    remedy: 'run `cluster-template configure`, look at `git diff` and commit',
  });
}

/**
 * Has talhelper generate the configuration of the machines. Always done anew: it is quick, and only so it is certain that what is
 * sent to a machine is what the repository says.
 *
 * @throws Failure where the secrets of Talos are missing: talhelper would make some up, and the machines would be lost
 */
export async function generateMachineConfigs(run: OperationRun, cluster: TalosCluster): Promise<void> {
  await run.step('Generate the configuration of the nodes', async () => {
    await requireTalosSecrets(run.root);
    await generateConfig(run.root, cluster, run.programs);
  });
}

/** Ends a command where there is no talos/talsecret.sops.yaml. */
export async function requireTalosSecrets(root: ClusterRoot): Promise<void> {
  const file = SECRET_BUNDLE;
  if ((await inspect(join(root.path, file))) !== undefined) return;
  throw failure('input', {
    code: 'operations/not-generated',
    message: `${file} does not exist: without it the nodes would get the configuration of another cluster`,
    place: { file },
    remedy: 'restore it from git; for a new cluster run `cluster-template bootstrap talos`, which makes it',
  });
}
