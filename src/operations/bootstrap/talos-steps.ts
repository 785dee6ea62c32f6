import { Failure, failure, type Finding } from '../../report/finding.ts';
import { readTextIfPresent } from '../../system/files.ts';
import { below, replaceFile } from '../../system/writing.ts';
import type { OperationRun } from '../operation.ts';
import type { StepReport } from '../../report/progress.ts';
import { foldOutput } from '../programs/programs.ts';
import { isFinal, type Look, retrying, waitFor } from '../programs/waiting.ts';
import { controllersOf, type TalosCluster, type TalosNode } from '../talos/cluster.ts';
import { lookAtDisk } from '../talos/disks.ts';
import {
  applyFirst,
  ASK_API,
  bootstrapEtcd,
  etcdMembers,
  lookAtNode,
  type NodeCondition,
  printKubeconfig,
} from '../talos/machines.ts';
import type { BootstrapOptions, PortProbe } from './options.ts';

/** What was seen of every node. */
type SeenNodes = ReadonlyMap<TalosNode, NodeCondition>;

/**
 * Looks at every node until all controllers answer. Workers may be silent: one that was configured before etcd started gets its
 * certificate only when the cluster is up.
 *
 * @throws Failure where a machine has another configuration, or is not the one that nodes.yaml means
 */
export async function lookAtNodes(task: TalosTask, report: StepReport): Promise<SeenNodes> {
  const { run, patience } = task;
  const waiting = {
    what: 'an answer of every controller',
    patience,
    signal: run.signal,
    say: report.note,
    remedy: 'boot the machines from the image of Talos, with the addresses of nodes.yaml, and run the command again',
  };
  const seen = await waitFor(waiting, async (): Promise<Look<SeenNodes>> => {
    const found = await lookAtAll(task);
    refuseStrangers(task, found);
    const silent = [...found].filter(([node, { kind }]) => node.controller && kind === 'silent');
    return silent.length === 0 ? { value: found } : { reason: `no answer from ${names(silent.map(([node]) => node))}` };
  });
  await refuseTakenAddress(task, seen);
  report.say(summaryOf(seen));
  return seen;
}

/**
 * Looks at the disks of the machines in maintenance mode, all of them before the first is wiped.
 *
 * @throws Failure where a disk is not there, is not fit or holds something
 */
export async function lookAtDisks(task: TalosTask, seen: SeenNodes, report: StepReport): Promise<void> {
  const waiting = waitingNodes(seen);
  await requireDisks(task, waiting, report);
  if (waiting.length === 0) report.say('no node waits for its configuration');
}

/** Applies the configuration to every node in maintenance mode; the others are left alone. */
export async function applyToNodes(task: TalosTask, seen: SeenNodes, report: StepReport): Promise<void> {
  const waiting = waitingNodes(seen);
  for (const node of waiting) await applyToNode(task, node, report);
  report.say(waiting.length === 0 ? 'no node waits for it' : names(waiting));
}

/** Waits until every controller runs with this cluster's configuration. */
export async function waitForControllers(task: TalosTask, report: StepReport): Promise<void> {
  await waitUntilConfigured(task, controllersOf(task.cluster), report);
}

/**
 * Waits for the nodes that are not controllers, once the cluster is up; one that turns up in maintenance mode only now gets its
 * configuration first.
 */
export async function waitForOthers(task: TalosTask, report: StepReport): Promise<void> {
  const others = task.cluster.nodes.filter(({ controller }) => !controller);
  if (others.length === 0) report.say('there are none');
  else await waitUntilConfigured(task, others, report);
}

async function waitUntilConfigured(task: TalosTask, nodes: readonly TalosNode[], report: StepReport): Promise<void> {
  const { run, patience } = task;
  const waiting = {
    what: `the start of ${names(nodes)}`,
    patience,
    signal: run.signal,
    say: report.note,
    remedy: 'look at the console of the machine; run the command again: what is done is not done twice',
  };
  const pending = new Set(nodes);
  await waitFor(waiting, async (): Promise<Look<true>> => {
    for (const node of [...pending]) {
      const condition = await lookAt(task, node);
      // One that answers as a stranger may be on its way up: only another machine is refused at once.
      if (condition.kind === 'maintenance') refuseStrangers(task, new Map([[node, condition]]));
      if (condition.kind === 'configured') pending.delete(node);
      // A machine that restarted before it had written its configuration waits for it again; another turns up only now.
      if (condition.kind === 'maintenance') {
        await requireDisks(task, [node], report);
        await applyToNode(task, node, report);
      }
    }
    return pending.size === 0 ? { value: true } : { reason: `${names([...pending])} not up yet` };
  });
  report.say(`${names(nodes)} ${nodes.length === 1 ? 'is' : 'are'} up`);
}

async function requireDisks(task: TalosTask, nodes: readonly TalosNode[], report: StepReport): Promise<void> {
  const findings: Finding[] = [];
  for (const node of nodes) {
    const address = maintenanceAddress(task, node);
    const found = await lookAtDisk(task.run.programs, node, { address, wipe: task.wipe });
    findings.push(...found.findings);
    if (found.disk !== undefined && found.findings.length === 0) report.note(`${node.name}: ${found.disk}`);
  }
  if (findings.length > 0) throw new Failure('outside', findings);
}

async function applyToNode(task: TalosTask, node: TalosNode, report: StepReport): Promise<void> {
  const { run, patience } = task;
  const address = maintenanceAddress(task, node);
  report.live(`${node.name} (${address})`);
  const { pauseSeconds } = patience;
  await retrying({ signal: run.signal, pauseSeconds }, report, () => run.programs.run(applyFirst(node, address)));
}

async function lookAtAll(task: TalosTask): Promise<SeenNodes> {
  const seen = new Map<TalosNode, NodeCondition>();
  for (const node of task.cluster.nodes) seen.set(node, await lookAt(task, node));
  return seen;
}

async function lookAt(task: TalosTask, node: TalosNode): Promise<NodeCondition> {
  const { isPortOpen } = task;
  return await lookAtNode(task.run.programs, node, { maintenance: maintenanceAddress(task, node), isPortOpen });
}

function maintenanceAddress({ maintenance }: TalosTask, { name, address }: TalosNode): string {
  return maintenance.get(name) ?? address;
}

function waitingNodes(seen: SeenNodes): TalosNode[] {
  return [...seen].filter(([, { kind }]) => kind === 'maintenance').map(([node]) => node);
}

function refuseStrangers({ macs }: TalosTask, seen: SeenNodes): void {
  const findings = [...seen].flatMap(
    ([node, condition]) => strangerFinding(node, condition, macs.get(node.name)) ?? [],
  );
  if (findings.length > 0) throw new Failure('outside', findings);
}

function strangerFinding(node: TalosNode, condition: NodeCondition, mac: string | undefined): Finding | undefined {
  const about = { code: 'cluster/node', severity: 'error', place: { file: 'nodes.yaml' } } as const;
  const who = `${node.name} (${node.address})`;
  if (condition.kind === 'foreign') {
    const message = `${who} runs with another configuration than this cluster's`;
    const remedy = `reset that machine, or correct the address; where it is this cluster's, restore talos/talsecret.sops.yaml from git`;
    return { ...about, message, remedy };
  }
  if (condition.kind !== 'maintenance' || mac === undefined) return undefined;
  const { hardwareAddresses } = condition;
  if (hardwareAddresses.length === 0 || hardwareAddresses.includes(mac)) return undefined;
  const message = `${who} has no network interface ${mac}: it is another machine, or the address is wrong`;
  return { ...about, message, remedy: `it has ${hardwareAddresses.join(', ')}; correct nodes.yaml` };
}

/** Before the first node is configured nothing can answer at the address of the API, unless something else has it. */
async function refuseTakenAddress({ cluster, isPortOpen }: TalosTask, seen: SeenNodes): Promise<void> {
  if ([...seen.values()].some(({ kind }) => kind !== 'maintenance')) return;
  if (!(await isPortOpen(cluster.endpoint, 6443, 1))) return;
  const message = `something answers at ${cluster.endpoint}:6443 already, though no node is configured yet`;
  const remedy = 'choose an unused address for `cluster_api_addr`, or switch the other cluster off';
  throw new Failure('outside', [{ code: 'cluster/node', severity: 'error', message, remedy }]);
}

function summaryOf(seen: SeenNodes): string {
  const counts = (['maintenance', 'configured', 'silent'] as const).flatMap((kind) => {
    const number = [...seen.values()].filter((condition) => condition.kind === kind).length;
    const words = { maintenance: 'in maintenance mode', configured: 'configured', silent: 'silent' };
    return number === 0 ? [] : [`${String(number)} ${words[kind]}`];
  });
  return counts.join(', ');
}

function names(nodes: readonly TalosNode[]): string {
  return nodes.map(({ name }) => name).join(', ');
}

/** What a run over the machines works with. */
interface TalosTask {
  readonly run: OperationRun;
  readonly cluster: TalosCluster;
  /** MAC addresses of nodes.yaml by the name of the node. */
  readonly macs: ReadonlyMap<string, string>;
  readonly patience: BootstrapOptions['patience'];
  readonly isPortOpen: PortProbe;
  readonly maintenance: ReadonlyMap<string, string>;
  readonly wipe: boolean;
}

/**
 * Starts etcd on the first controller, once. Every controller is asked first: a cluster that has etcd anywhere is never given a
 * second one. talosctl answers with an error until the machine is ready for it, so it is tried until the time is over.
 *
 * @throws Failure where it is refused for good, or does not come about
 */
export async function startEtcd(task: TalosTask, report: StepReport): Promise<void> {
  const { run, patience, cluster } = task;
  const [first] = controllersOf(cluster);
  const waiting = {
    what: 'the start of etcd',
    patience,
    signal: run.signal,
    say: report.note,
    remedy: `look at \`talosctl --nodes ${first.address} service etcd\` and the console of ${first.name}`,
  };
  const outcome = await waitFor(waiting, async (): Promise<Look<string>> => {
    const running = await memberAmong(task);
    if (running !== undefined) return { value: `runs on ${running.name} already` };
    const { exitCode, stderr } = await run.programs.ask({ ...bootstrapEtcd(first), quiet: true });
    if (exitCode === 0) return { value: `started on ${first.name}` };
    const why = foldOutput(stderr);
    // What etcd left in an earlier run is there: it is on its way up.
    if (/AlreadyExists|data directory is not empty/i.test(why)) return { value: `was started on ${first.name} before` };
    if (isFinal(why)) throw refused(first, why);
    return { reason: why };
  });
  report.say(outcome);
}

async function memberAmong({ run, cluster }: TalosTask): Promise<TalosNode | undefined> {
  for (const node of controllersOf(cluster)) {
    if ((await run.programs.ask(etcdMembers(node))).exitCode === 0) return node;
  }
  return undefined;
}

function refused({ name }: TalosNode, why: string): Error {
  return failure('outside', {
    code: 'cluster/node',
    message: `${name} refuses to start etcd: ${why}`,
    remedy:
      'its certificates are of other secrets than talos/talsecret.sops.yaml: restore that file, or reset the machine',
  });
}

/** Fetches the kubeconfig into the root, in one piece and readable by its owner alone; skipped where the one that is there is of this cluster and works. */
export async function fetchKubeconfig(task: TalosTask, report: StepReport): Promise<void> {
  const { run, cluster, patience } = task;
  const place = below(run.root.path, 'kubeconfig');
  const present = await readTextIfPresent(place.path);
  if (present !== undefined && leadsTo(present, cluster.endpoint) && (await run.programs.ask(ASK_API)).exitCode === 0) {
    report.say('the one that is there works');
    return;
  }
  const [first] = controllersOf(cluster);
  const waiting = { what: 'the kubeconfig', patience, signal: run.signal, say: report.note };
  const text = await waitFor(waiting, async (): Promise<Look<string>> => {
    const { exitCode, stdout, stderr } = await run.programs.ask(printKubeconfig(first));
    if (exitCode !== 0) return { reason: foldOutput(stderr) };
    return /^kind: Config$/m.test(stdout) ? { value: stdout } : { reason: 'talosctl printed something else' };
  });
  await replaceFile(place, `${text.trimEnd()}\n`, 0o600);
  report.say('kubeconfig, which git ignores');
}

/** Whether a kubeconfig is of this cluster: another one may answer just as well. */
function leadsTo(kubeconfig: string, endpoint: string): boolean {
  const servers = [...kubeconfig.matchAll(/^[ -]*server: ["']?(\S+?)["']?$/gm)].map(([, server]) => server ?? '');
  return servers.every((server) => server.replace(/[[\]]/g, '').includes(`//${endpoint}:`));
}

/** Waits until the Kubernetes API says that it is ready. */
export async function waitForApi({ run, patience, cluster }: TalosTask, report: StepReport): Promise<void> {
  const waiting = {
    what: `the Kubernetes API at ${cluster.endpoint}`,
    patience,
    signal: run.signal,
    say: report.note,
    remedy: 'look at `talosctl health`; `cluster_api_addr` must be an unused address of the network of the nodes',
  };
  await waitFor(waiting, async (): Promise<Look<true>> => {
    const { exitCode, stdout, stderr } = await run.programs.ask(ASK_API);
    if (exitCode === 0) return { value: true };
    const why = foldOutput(stderr === '' ? stdout : stderr);
    if (isFinal(why)) throw strangeApi(why);
    return { reason: why === '' ? 'no answer' : why };
  });
  report.say('ready');
}

function strangeApi(why: string): Error {
  return failure('outside', {
    code: 'cluster/api',
    message: `the Kubernetes API refuses the kubeconfig: ${why}`,
    remedy: 'remove kubeconfig and run the command again; where that does not help, another cluster has the address',
  });
}
