import { stageCredentials, type MadeCredential } from '../cluster/credentials/make.ts';
import type { TreeCredential } from '../cluster/credentials/tree.ts';
import type { ClusterRoot } from '../cluster/root.ts';
import { Failure, type Finding } from '../report/finding.ts';
import { unobserved } from '../system/observation.ts';
import { applyPlan, recover, removeAbandoned } from '../workspace/apply.ts';
import { exclusively } from '../workspace/lock.ts';
import type { FileDiff } from '../workspace/diff.ts';
import { formatInventory, type InventoryRecord } from '../workspace/inventory.ts';
import { changesOf, filesAfter, type Plan, type PlanEntry } from '../workspace/plan.ts';
import { findAccess } from './access.ts';
import { compareWithTree, type Comparison, CONFIGURE_STAGES } from './compare.ts';
import { conflictFindings, settleConflicts, type ConflictChoice } from './conflicts.ts';
import type { StaleInput } from './inputs.ts';
import type { Progress } from '../report/progress.ts';
import { readInventory, readInventoryText, workspaceOf } from './state.ts';
import { requireTrust } from './trust.ts';

/** How a run is to be done. */
interface ConfigureOptions {
  /** Name and version of the program, for the inventory. */
  readonly generator: string;
  /** What to do with files that somebody else made or changed. */
  readonly conflicts: ConflictChoice;
  /** Credentials of the tree that are to be replaced on purpose. */
  readonly rotate?: readonly TreeCredential[];
  /** Whether no key is looked for and everything but secrets is written. */
  readonly withoutKey?: boolean;
  /** Asked before generated files are removed; a run that may not ask says yes. */
  readonly confirm: (removals: readonly PlanEntry[]) => Promise<boolean>;
  /** Shown the plan before anything of it is carried out, while no other run writes; what it throws ends the run. */
  readonly inspect?: (plan: Plan) => void;
  /** Aborted where somebody interrupts the program. */
  readonly signal: AbortSignal;
}

/** What a run would do. */
export interface PlanResult {
  readonly plan: Plan;
  readonly findings: readonly Finding[];
  /** What a run that writes would stop at: errors; none where it would not. */
  readonly refusals: readonly Finding[];
  /** Inputs that changed since the last run that wrote. */
  readonly stale: readonly StaleInput[];
  /** The difference of one entry as text; secrets are redacted. */
  readonly diffOf: (entry: PlanEntry) => Promise<FileDiff>;
}

/** What a run did. */
export interface ConfigureResult extends PlanResult {
  /** Keys that were made because the tree had no owner of its own. */
  readonly made: readonly MadeCredential[];
  /** The encrypted companion of cluster.yaml, where it was made. */
  readonly companion: string | undefined;
  /** Local files that were missing and came back from the encrypted files of the tree. */
  readonly restored: readonly { readonly file: string; readonly from: string }[];
  /** Whether the published sample was taken over. */
  readonly takenOver: boolean;
  /** Whether the changes of the plan were carried out. */
  readonly written: boolean;
  /** Folder of the copies of overwritten files, relative to the cluster's root. */
  readonly backup: string | undefined;
}

/**
 * The main job: from cluster.yaml and nodes.yaml to the rendered and encrypted repository. Everything up to the plan
 * happens in memory; files are touched once, at the end, all or nothing, while no other run writes.
 *
 * @throws Failure where the input is wrong (nothing is written then), another run does not end or the disk refuses; the
 *   signal's reason where the run was interrupted
 */
export async function configure(
  root: ClusterRoot,
  options: ConfigureOptions,
  progress: Progress,
): Promise<ConfigureResult> {
  if (root.tried !== undefined) throw new Error('what is only tried is not written');
  // Before an interrupted run is finished as well: a journal may have come with the repository.
  await requireTrust(root);
  const workspace = workspaceOf(root);
  return await exclusively(workspace, options.signal, async (exclusive) => {
    // Before the inventory is read: what an interrupted run began is part of what earlier runs made.
    await recover(workspace);
    for (const folder of new Set([root.state, root.keys])) await unobserved(() => removeAbandoned(folder));
    const { generator, rotate = [], withoutKey = false } = options;
    const comparison = await compareWithTree(root, { writes: { generator }, rotate, withoutKey }, progress);
    const settled = await settleConflicts(root, comparison.plan, options.conflicts);
    options.inspect?.(settled.plan);
    const result = {
      ...resultOf(comparison),
      plan: settled.plan,
      findings: [...comparison.findings, ...settled.findings],
      made: comparison.made,
      companion: comparison.companion,
      restored: comparison.restored.map(({ credential: { file }, path }) => ({ file, from: path })),
      takenOver: comparison.takenOver,
    };
    const removals = settled.plan.entries.filter(({ status }) => status === 'removed');
    if (removals.length > 0 && !(await options.confirm(removals))) {
      return { ...result, written: false, backup: undefined };
    }
    const backup = await exclusive.uninterrupted(() =>
      progress.step(CONFIGURE_STAGES.write, async () => {
        const copies = await settled.keepCopies();
        const credentials = await stageCredentials(root.keys, comparison.rotation.texts);
        try {
          await write(root, settled.plan, recordOf(comparison, options.generator));
        } catch (error) {
          await credentials.discard();
          throw error;
        }
        await credentials.use();
        return copies;
      }),
    );
    const findings = [...result.findings, ...comparison.rotation.findings, ...reminders(comparison)];
    return { ...result, findings, written: true, backup };
  });
}

/**
 * The same run without its last step: nothing is written, no key is made and no lock is taken.
 *
 * @param withoutKey - whether no key is looked for
 * @throws Failure where the input is wrong
 */
export async function planConfigure(root: ClusterRoot, progress: Progress, withoutKey = false): Promise<PlanResult> {
  const comparison = await compareWithTree(root, { withoutKey }, progress);
  const refusals = [...(await keyRefusals(root, withoutKey)), ...(await conflictFindings(root, comparison.plan))];
  return { ...resultOf(comparison), refusals };
}

/** What a run that writes has against the key at hand: whoever only looks may look without it. */
async function keyRefusals(root: ClusterRoot, withoutKey: boolean): Promise<readonly Finding[]> {
  try {
    await findAccess(root, await readInventory(root), withoutKey ? 'without-key' : 'plain');
    return [];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.findings;
  }
}

function resultOf({ plan, findings, stale, secretChangeOf }: Comparison): PlanResult {
  const diffOf = async (entry: PlanEntry): Promise<FileDiff> => {
    const { fileDiff } = await import('../workspace/diff.ts');
    return fileDiff(entry, entry.secret ? await secretChangeOf(entry) : undefined);
  };
  return { plan, findings, refusals: [], stale, diffOf };
}

/** The inventory is written although no file changed where it says something new: another owner, version or input. */
async function write(root: ClusterRoot, plan: Plan, record: Omit<InventoryRecord, 'files'>): Promise<void> {
  const isRecorded = (await readInventoryText(root)) === formatInventory({ ...record, files: filesAfter(plan) });
  if (changesOf(plan).length > 0 || !isRecorded) await applyPlan(workspaceOf(root), plan, record);
}

function recordOf({ recipient, adopted, inputs }: Comparison, generator: string): Omit<InventoryRecord, 'files'> {
  return { generator, recipient, adopted, inputs };
}

/** What the user has to do next, where that is not to be seen from the tree. */
function reminders({ plan, stale }: Comparison): Finding[] {
  const isNodesChanged = stale.some(({ path, change }) => path === 'nodes.yaml' && change === 'changed');
  if (!isNodesChanged || !changesOf(plan).some(({ path }) => path.startsWith('talos/'))) return [];
  return [
    {
      code: 'workspace/talos-config',
      severity: 'note',
      message: 'nodes.yaml changed talos/: the configuration of the nodes has to be generated anew',
      remedy: 'run `cluster-template talos generate-config` next',
    },
  ];
}
