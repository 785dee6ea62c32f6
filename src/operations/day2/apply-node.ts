import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { ClusterRoot } from '../../cluster/root.ts';
import { isTidied } from '../../pipeline/configuration.ts';
import { configure } from '../../pipeline/configure.ts';
import { staleInputs } from '../../pipeline/inputs.ts';
import type { Progress, StepReport } from '../../report/progress.ts';
import { Failure, failure } from '../../report/finding.ts';
import { readTextIfPresent } from '../../system/files.ts';
import { changesOf, type PlanEntry } from '../../workspace/plan.ts';
import { requireKubeconfig } from '../kubernetes/objects.ts';
import type { OperationRun } from '../operation.ts';
import type { ProgramOutput } from '../programs/catalogue.ts';
import { mask } from '../programs/programs.ts';
import { machineConfigPath, type TalosCluster, type TalosNode } from '../talos/cluster.ts';
import { generateMachineConfigs } from '../talos/configuration.ts';
import { lookAtDisk } from '../talos/disks.ts';
import { readStage } from '../talos/machines.ts';
import { readBootId, waitForNode, waitUntilSafe } from './health.ts';

/** Ways to apply a configuration, in the words of `talosctl apply-config --mode`. */
export type ApplyMode = 'auto' | 'no-reboot' | 'reboot' | 'staged' | 'try';

/** How configurations are to be applied. */
export interface ApplyOptions {
  readonly mode: ApplyMode;
  readonly dryRun: boolean;
  /** Whether what lies on the disk of a machine in maintenance may be lost. */
  readonly wipe: boolean;
  /** Shown a node's plan; gives back whether it is to be carried out. */
  readonly confirm: (plan: NodePlan) => Promise<boolean>;
}

/** What applying would do to a node. */
export interface NodePlan {
  readonly node: TalosNode;
  /** `new`: it waits for its first configuration. */
  readonly kind: 'new' | 'changed' | 'unchanged';
  /** Whether Talos would start the machine again for it. */
  readonly restarts: boolean;
  /** The difference as Talos tells it, without secrets. */
  readonly diff: string;
}

/** What became of a node. */
export interface AppliedNode {
  readonly name: string;
  readonly outcome: 'applied' | 'unchanged' | 'refused' | 'planned';
}

/**
 * Sends nodes their configuration, one after the other: the next one only when the one before is well again. Nothing is sent to a
 * node that has it already, so a repeated run goes on where the last one ended.
 *
 * @throws Failure where a node does not answer, refuses or does not come back
 */
export async function applyNodes(
  run: OperationRun,
  cluster: TalosCluster,
  nodes: readonly TalosNode[],
  options: ApplyOptions,
): Promise<AppliedNode[]> {
  await generateMachineConfigs(run, cluster);
  const applied: AppliedNode[] = [];
  for (const node of nodes) {
    const plan = await run.step(`Compare ${node.name}`, async (report) => {
      const found = await planNode(run, node, options.mode);
      if (found === undefined) throw silent(node);
      if (found.kind === 'new') await requireDisk(run, node, options, report);
      report.say(WORDS[found.kind]);
      return found;
    });
    applied.push({
      name: node.name,
      outcome: await settle(run, cluster, plan, { ...options, isOneOfSeveral: nodes.length > 1 }),
    });
  }
  return applied;
}

/** A first configuration installs Talos, which wipes the disk. */
async function requireDisk(
  run: OperationRun,
  node: TalosNode,
  { wipe }: ApplyOptions,
  report: StepReport,
): Promise<void> {
  const { disk, findings } = await lookAtDisk(run.programs, node, { address: node.address, wipe });
  if (findings.length > 0) throw new Failure('outside', findings);
  if (disk !== undefined) report.note(`installs on ${disk}`);
}

/** How a node's configuration stands to what the repository says; `silent` where the node does not answer. */
export interface NodeDifference {
  readonly node: TalosNode;
  readonly kind: NodePlan['kind'] | 'silent';
  /** Whether Talos would start the machine again. */
  readonly restarts: boolean;
}

/**
 * Compares every node with what the repository says, and sends none anything.
 *
 * @throws Failure where talhelper fails, or a node refuses the configuration
 */
export async function compareNodes(run: OperationRun, cluster: TalosCluster): Promise<NodeDifference[]> {
  await generateMachineConfigs(run, cluster);
  const found: NodeDifference[] = [];
  for (const node of cluster.nodes) {
    found.push(
      await run.step(`Compare ${node.name}`, async (report) => {
        const { kind, restarts } = (await planNode(run, node, 'auto')) ?? { kind: 'silent', restarts: false };
        report.say(WORDS[kind]);
        return { node, kind, restarts };
      }),
    );
  }
  return found;
}

const WORDS = {
  new: 'waits for its first configuration',
  changed: 'differs',
  unchanged: 'has its configuration already',
  silent: 'does not answer',
} as const;

async function settle(
  run: OperationRun,
  cluster: TalosCluster,
  plan: NodePlan,
  options: ApplyOptions & { readonly isOneOfSeveral: boolean },
): Promise<AppliedNode['outcome']> {
  if (plan.kind === 'unchanged') return 'unchanged';
  const isWanted = await options.confirm(plan);
  if (options.dryRun) return 'planned';
  if (!isWanted) return 'refused';
  // Kubernetes is asked how the node is, before and after: not only when the first one is half done.
  if (plan.kind === 'changed') await requireKubeconfig(run.root);
  if (plan.kind === 'changed' && plan.restarts) await waitUntilSafe(run, cluster, plan.node);
  const before = plan.restarts ? await readBootId(run.programs, plan.node) : undefined;
  await run.step(`Apply the configuration of ${plan.node.name}`, () => send(run, plan, options.mode));
  // The next node has to wait for this one; a single one that did not start again has nothing to be waited for.
  const isWaitedFor = plan.restarts || options.isOneOfSeveral;
  if (plan.kind === 'changed' && isWaitedFor)
    await waitForNode(run, plan.node, before === undefined ? {} : { startedAfter: before });
  return 'applied';
}

/** Undefined where the node answers neither with credentials nor without. */
async function planNode(run: OperationRun, node: TalosNode, mode: ApplyOptions['mode']): Promise<NodePlan | undefined> {
  const stage = await readStage(run.programs, node);
  if (stage === undefined) return undefined;
  if (stage === 'maintenance') return { node, kind: 'new', restarts: false, diff: '' };
  const secrets = await secretsOf(run.root, node);
  const answer = await run.programs.run({
    program: 'talosctl',
    arguments: [...applyArguments(node, mode), '--dry-run'],
    quiet: true,
    timeoutSeconds: 120,
    secrets,
  });
  const text = redactDiff(mask(allOutput(answer), secrets));
  const kind = /^No changes\.?$/m.test(text) ? 'unchanged' : 'changed';
  return { node, kind, restarts: mode === 'reboot' || text.includes('with a reboot'), diff: text };
}

async function send(run: OperationRun, { node, kind }: NodePlan, mode: ApplyOptions['mode']): Promise<void> {
  await run.programs.run({
    program: 'talosctl',
    arguments:
      kind === 'new'
        ? [...targetArguments(node), '--endpoints', node.address, '--insecure']
        : applyArguments(node, mode),
    timeoutSeconds: 300,
    secrets: await secretsOf(run.root, node),
  });
}

function applyArguments(node: TalosNode, mode: ApplyOptions['mode']): string[] {
  return [...targetArguments(node), '--mode', mode];
}

function targetArguments(node: TalosNode): string[] {
  return ['apply-config', '--nodes', node.address, '--file', machineConfigPath(node)];
}

async function secretsOf(root: ClusterRoot, node: TalosNode): Promise<string[]> {
  const path = machineConfigPath(node);
  const config = await readTextIfPresent(join(root.path, path));
  if (config !== undefined) return secretValues(config);
  throw failure('outside', {
    code: 'operations/not-generated',
    message: `talhelper did not generate ${path}`,
    place: { file: path },
    remedy: 'look at what `cluster-template talos generate-config` says',
  });
}

/** Talos tells the difference on standard error. */
function allOutput({ stdout, stderr }: ProgramOutput): string {
  return [stdout, stderr].filter((text) => text.trim() !== '').join('\n');
}

function silent(node: TalosNode): Error {
  return failure('outside', {
    code: 'operations/unhealthy',
    message: `${node.name} (${node.address}) answers neither with the credentials of the cluster nor without any`,
    remedy: 'look whether it runs and its address is right; `cluster-template talos status` shows all nodes',
  });
}

/** How stale files are made anew. */
interface RegenerateOptions {
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

/** Fields of Talos' configuration whose values are secrets: https://docs.siderolabs.com/talos (v1alpha1 configuration). */
const SECRET_FIELDS = new Set([
  'token',
  'auth',
  'identityToken',
  'key',
  'secret',
  'aescbcEncryptionSecret',
  'secretboxEncryptionSecret',
  'bootstraptoken',
  'privateKey',
  'password',
  'passphrase',
  'presharedKey',
]);

const SECRET_LINE = new RegExp(
  String.raw`^([ +-]*(?:- )?["']?(?:${[...SECRET_FIELDS].join('|')})["']?:[ \t]+)\S.*$`,
  'gmi',
);

/** A difference of two machine configurations that may be shown: values of secret fields are masked, the old ones too. */
export function redactDiff(diff: string): string {
  return diff.replace(SECRET_LINE, '$1***');
}

/** All secret values of a machine's configuration, so that they can be masked wherever they turn up. */
export function secretValues(config: string): string[] {
  const values: string[] = [];
  const collect = (value: unknown, field: string): void => {
    if (typeof value === 'string' && SECRET_FIELDS.has(field)) values.push(value);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) collect(inner, Array.isArray(value) ? field : name);
    }
  };
  for (const document of parseAllDocuments(config)) collect(document.toJS(), '');
  return values;
}
