import type { ClusterRoot } from '../../cluster/root.ts';
import {
  type AppliedNode,
  applyNodes,
  type ApplyOptions,
  compareNodes,
  type NodeDifference,
  type NodePlan,
  refreshRendering,
} from '../../operations/day2/apply-node.ts';
import { resetArguments, resetNodes, resetOrder } from '../../operations/day2/reset-nodes.ts';
import { type ClusterStatus, type NodeStatus, readStatus } from '../../operations/day2/status.ts';
import {
  type NodeUpgrade,
  planKubernetesUpgrade,
  planUpgrades,
  upgradeKubernetes,
  upgradeNodes,
} from '../../operations/day2/upgrade.ts';
import { resumeLeftovers } from '../../operations/flux/suspend.ts';
import { requireKubeconfig } from '../../operations/kubernetes/objects.ts';
import { runOperation } from '../../operations/operation.ts';
import { requirePrograms } from '../../operations/programs/catalogue.ts';
import { openPrograms } from '../../operations/programs/programs.ts';
import { staleFindings } from '../../operations/repository/configuration.ts';
import { findNodes, readTalosCluster, type TalosCluster, type TalosNode } from '../../operations/talos/cluster.ts';
import { requireTalosconfig } from '../../operations/talos/configuration.ts';
import { failure } from '../../report/finding.ts';
import { SILENT } from '../../report/progress.ts';
import { print } from '../../system/terminal.ts';
import type { PlanEntry } from '../../workspace/plan.ts';
import { approve, approveByTyping } from '../approve.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptible, resumable } from '../interrupt.ts';
import { commandText, worded } from '../invocation.ts';
import { count, printFindings, printJson } from '../output.ts';
import { showSteps } from '../progress.ts';
import { GENERATOR, rootOf, type RootOptions } from '../root.ts';

/** Options of the commands that change machines. */
export interface TalosOptions extends RootOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly all?: boolean;
  readonly wipe?: boolean;
}

/** `cluster-template talos apply-node [NODE...]`; gives back the exit code. */
export async function runApplyNode(
  names: readonly string[],
  options: TalosOptions & Pick<ApplyOptions, 'mode'>,
): Promise<number> {
  const root = await rootOf(options);
  return await resumable(options, async (signal) => {
    if (options.dryRun === true) printFindings(await staleFindings(root));
    else await renderAgain(root, signal, options);
    const cluster = await readTalosCluster(root);
    const nodes = chooseNodes(cluster, names, options);
    const programs = openPrograms({ root, signal });
    await requirePrograms(programs, ['talhelper', 'talosctl', 'kubectl']);
    const apply: ApplyOptions = {
      mode: options.mode,
      dryRun: options.dryRun === true,
      wipe: options.wipe === true,
      confirm: (plan) => confirmPlan(plan, options),
    };
    const operation = { root, operation: 'talos apply-node', reporter: reporterOf(options), signal };
    const applied = await runOperation(operation, (run) => applyNodes(run, cluster, nodes, apply));
    if (options.json === true) printJson({ status: 'done', nodes: applied });
    else print(applied.map(({ name, outcome }) => `${outcome.padEnd(9)} ${name}\n`).join(''));
    return applied.some(isRefused) ? EXIT.findings : EXIT.done;
  });
}

/** What is sent to the machines has to be what the repository says. */
async function renderAgain(root: ClusterRoot, signal: AbortSignal, options: TalosOptions): Promise<void> {
  const confirm = (removals: readonly PlanEntry[]): Promise<boolean> =>
    approve(options, `Render again, and remove ${count(removals.length, 'generated file')}?`);
  const stale = await refreshRendering(root, { generator: GENERATOR, signal, progress: SILENT, confirm });
  if (stale.length > 0 && options.json !== true) print(`rendered again, as these changed: ${stale.join(', ')}\n`);
}

function isRefused({ outcome }: AppliedNode): boolean {
  return outcome === 'refused';
}

async function confirmPlan({ node, kind, diff, restarts }: NodePlan, options: TalosOptions): Promise<boolean> {
  if (options.json !== true) print(kind === 'new' ? '' : `${diff.trimEnd()}\n`);
  if (options.dryRun === true) return false;
  const how = kind === 'new' ? 'its first configuration' : restarts ? 'this, and restart it' : 'this';
  return await approve(options, `Apply ${how} to ${node.name} (${node.address})?`);
}

/** `cluster-template talos upgrade-node [NODE...]`; gives back the exit code. */
export async function runUpgradeNode(names: readonly string[], options: TalosOptions): Promise<number> {
  return await withCluster(options, ['talosctl', 'kubectl'], async ({ root, signal, cluster }) => {
    const nodes = chooseNodes(cluster, names, options);
    const upgrades = await planUpgrades(openPrograms({ root, signal }), cluster, nodes);
    if (options.json !== true) print(upgrades.map((upgrade) => upgradeLine(upgrade, cluster)).join(''));
    const needed = upgrades.filter(({ isNeeded }) => isNeeded).map(({ node }) => node.name);
    const goes = await decide(options, needed.length > 0, `Upgrade ${needed.join(', ')}, one after the other?`);
    if (goes === 'go') {
      const operation = { root, operation: 'talos upgrade-node', reporter: reporterOf(options), signal };
      await runOperation(operation, (run) => upgradeNodes(run, afterwards(root), cluster, upgrades));
    }
    if (goes === 'nothing') await resumeLeftovers(root, afterwards(root), signal);
    return finish(options, goes, { nodes: upgrades.map(({ node, isNeeded }) => ({ name: node.name, isNeeded })) });
  });
}

function upgradeLine({ node, from, isNeeded }: NodeUpgrade, { talosVersion }: TalosCluster): string {
  const has = from.version ?? 'an unknown version';
  const image = from.schematic === node.schematic ? '' : ', another image';
  return `${node.name} (${node.address}): ${isNeeded ? `${has} to ${talosVersion}${image}` : `${has}, up to date`}\n`;
}

/** `cluster-template talos upgrade-k8s`; gives back the exit code. */
export async function runUpgradeKubernetes(
  options: TalosOptions & { readonly via?: readonly string[] },
): Promise<number> {
  return await withCluster(options, ['talosctl', 'kubectl'], async ({ root, signal, cluster }) => {
    const upgrade = await planKubernetesUpgrade(openPrograms({ root, signal }), cluster, options.via);
    const steps = upgrade.steps.join(', then ');
    if (options.json !== true) {
      print(steps === '' ? `Kubernetes ${upgrade.from}, up to date\n` : `Kubernetes ${upgrade.from} to ${steps}\n`);
    }
    const goes = await decide(options, upgrade.steps.length > 0, `Upgrade Kubernetes to ${steps}?`);
    if (goes === 'go') {
      const operation = { root, operation: 'talos upgrade-k8s', reporter: reporterOf(options), signal };
      await runOperation(operation, (run) => upgradeKubernetes(run, afterwards(root), cluster, upgrade));
    }
    if (goes === 'nothing') await resumeLeftovers(root, afterwards(root), signal);
    return finish(options, goes, { ...upgrade });
  });
}

/** `cluster-template talos reset [NODE...]`; gives back the exit code. */
export async function runTalosReset(
  names: readonly string[],
  options: RootOptions & { readonly force?: boolean; readonly confirm?: string; readonly dryRun?: boolean },
): Promise<number> {
  return await withCluster(options, ['talosctl'], async ({ root, signal, cluster }) => {
    const nodes = names.length === 0 ? [...cluster.nodes] : findNodes(cluster, names);
    const isWhole = nodes.length === cluster.nodes.length;
    const reset = { wipeAll: options.force === true };
    if (options.dryRun === true) {
      const lines = resetOrder(nodes).map((node) => ['talosctl', ...resetArguments(node, isWhole, reset)].join(' '));
      if (options.json !== true) print(lines.map((line) => `would run ${line}\n`).join(''));
      return finish(options, 'dry-run', { commands: lines });
    }
    const [first] = nodes;
    const word = isWhole || first === undefined ? cluster.endpoint : nodes.map(({ name }) => name).join(',');
    await approveByTyping(word, options.confirm, resetQuestion(cluster, nodes, isWhole));
    const operation = { root, operation: 'talos reset', reporter: reporterOf(options), signal };
    await runOperation(operation, (run) => resetNodes(run, cluster, nodes, reset));
    if (options.json !== true && isWhole)
      print(worded('the nodes start again in maintenance: `cluster-template bootstrap talos` begins anew\n'));
    return finish(options, 'go', { nodes: nodes.map(({ name }) => name) });
  });
}

function resetQuestion(cluster: TalosCluster, nodes: readonly TalosNode[], isWhole: boolean): string {
  const names = nodes.map(({ name }) => name).join(', ');
  return isWhole
    ? `This destroys the cluster at ${cluster.endpoint} with all that is stored on ${names}.`
    : `This takes ${names} out of the cluster and wipes it.`;
}

/** What the commands that need a running cluster have in common. */
interface ClusterWork {
  readonly root: ClusterRoot;
  readonly signal: AbortSignal;
  readonly cluster: TalosCluster;
}

async function withCluster(
  options: RootOptions,
  needed: Parameters<typeof requirePrograms>[1],
  work: (cluster: ClusterWork) => Promise<number>,
): Promise<number> {
  const root = await rootOf(options);
  return await resumable(options, async (signal) => {
    const cluster = await readTalosCluster(root);
    printFindings(await staleFindings(root));
    await requireTalosconfig(root);
    if (needed.includes('kubectl')) await requireKubeconfig(root);
    await requirePrograms(openPrograms({ root, signal }), needed);
    return await work({ root, signal, cluster });
  });
}

type Decision = 'go' | 'refused' | 'dry-run' | 'nothing';

async function decide(options: TalosOptions, isNeeded: boolean, question: string): Promise<Decision> {
  if (!isNeeded) return 'nothing';
  if (options.dryRun === true) return 'dry-run';
  return (await approve(options, question)) ? 'go' : 'refused';
}

function finish(options: RootOptions, decision: Decision, result: object): number {
  const status = decision === 'go' || decision === 'nothing' ? 'done' : decision;
  if (options.json === true) printJson({ status, ...result });
  return decision === 'refused' ? EXIT.findings : EXIT.done;
}

/** Nodes by name or address; all of them only where that is asked for. */
function chooseNodes(cluster: TalosCluster, names: readonly string[], { all }: TalosOptions): TalosNode[] {
  if ((all === true) === names.length > 0) {
    throw failure('usage', {
      code: 'usage/argument',
      message: all === true ? '--all and names of nodes exclude each other' : 'no node is named',
      remedy: `name them by name or address, or give --all: ${cluster.nodes.map(({ name }) => name).join(', ')}`,
    });
  }
  return all === true ? [...cluster.nodes] : findNodes(cluster, names);
}

function reporterOf({ json }: RootOptions): typeof SILENT {
  return json === true ? SILENT : showSteps();
}

/** Programs for what has to be done although somebody interrupts the command. */
function afterwards(root: ClusterRoot): ReturnType<typeof openPrograms> {
  return openPrograms({ root, signal: new AbortController().signal });
}

/** `cluster-template talos plan`; gives back the exit code. */
export async function runTalosPlan(options: RootOptions): Promise<number> {
  const root = await rootOf(options);
  return await interruptible(async (signal) => {
    const stale = await staleFindings(root);
    if (options.json !== true) printFindings(stale);
    const cluster = await readTalosCluster(root);
    await requirePrograms(openPrograms({ root, signal }), ['talhelper', 'talosctl']);
    const reporter = options.json === true ? SILENT : showSteps();
    const operation = { root, operation: 'talos plan', reporter, signal };
    const found = await runOperation(operation, (run) => compareNodes(run, cluster));
    if (options.json === true) printJson({ status: 'planned', findings: stale, nodes: found.map(nodeToJson) });
    else print(planText(found));
    return found.some(({ kind }) => kind === 'silent') ? EXIT.outside : EXIT.done;
  });
}

function nodeToJson({ node, kind, restarts }: NodeDifference): object {
  return { name: node.name, address: node.address, kind, restarts };
}

/** The commands in the order in which they are to be run. */
function planText(found: readonly NodeDifference[]): string {
  const waiting = found.filter(({ kind }) => kind === 'new' || kind === 'changed');
  if (waiting.length === 0) return found.some(({ kind }) => kind === 'silent') ? '' : 'nothing to do\n';
  const commands = waiting.map(({ node, restarts }) => {
    return `  ${commandText(`talos apply-node ${node.name}`)}${restarts ? '   # starts again' : ''}\n`;
  });
  return `Next:\n${commands.join('')}`;
}

/** `cluster-template talos status`; gives back the exit code: 1 where something is wrong. */
export async function runTalosStatus(options: RootOptions & { readonly problems?: boolean }): Promise<number> {
  const root = await rootOf(options);
  return await interruptible(async (signal) => {
    const programs = openPrograms({ root, signal });
    await requireTalosconfig(root);
    await requirePrograms(programs, ['talosctl']);
    const status = await readStatus(root, programs);
    if (options.json === true) printJson({ status: status.problems.length === 0 ? 'fine' : 'findings', ...status });
    else print(`${options.problems === true ? '' : overview(status)}${problemLines(status)}`);
    return status.problems.length === 0 ? EXIT.done : EXIT.findings;
  });
}

function overview({ nodes, flux, pods }: ClusterStatus): string {
  const heading = ['NODE', 'ADDRESS', 'ROLE', 'STAGE', 'TALOS', 'KUBERNETES', 'READY', 'ETCD'];
  const table = formatTable([heading, ...nodes.map(row)]);
  const counts = (['Kustomization', 'HelmRelease'] as const).map((kind) => {
    const own = flux?.filter((object) => object.kind === kind) ?? [];
    return `${String(own.filter(({ ready }) => ready).length)} of ${count(own.length, kind)} ready`;
  });
  const lines = [
    `Flux: ${flux === undefined ? 'not installed, or not to be asked' : counts.join(', ')}`,
    `Pods: ${pods === undefined ? 'not to be asked' : `${String(pods.length)} not well`}`,
  ];
  return `${table}\n${lines.join('\n')}\n`;
}

function row({ name, address, role, stage, talos, kubernetes, ready, etcd }: NodeStatus): string[] {
  const dash = (text: string): string => (text === '' ? '-' : text);
  return [
    name,
    address,
    role,
    stage,
    dash(talos),
    dash(kubernetes),
    ready ? 'yes' : 'no',
    etcd === '' || etcd === 'ok' ? dash(etcd) : 'failing',
  ];
}

function problemLines({ problems }: ClusterStatus): string {
  if (problems.length === 0) return 'nothing is wrong\n';
  return `\n${count(problems.length, 'problem')}:\n${problems.map((problem) => `  ${problem}\n`).join('')}`;
}

/** Rows as a table of columns that are as wide as they have to be, two spaces between them. */
function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
