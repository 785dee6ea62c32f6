import type { ClusterRoot } from '../../cluster/root.ts';
import { isPortOpen as probePort } from '../../system/network.ts';
import { controllersOf, findNodes, readTalosCluster, type TalosCluster, type TalosNode } from '../talos/cluster.ts';
import { runOperation, type OperationRun } from '../operation.ts';
import type { Failure } from '../../report/finding.ts';
import { type Programs, requirePrograms } from '../programs/catalogue.ts';
import {
  ensureSecretBundle,
  GENERATE_CONFIG,
  GENERATE_SECRETS,
  generateConfig,
  SECRET_BUNDLE,
} from '../talos/configuration.ts';
import { askDisks } from '../talos/disks.ts';
import {
  applyFirst,
  ASK_API,
  askConfigured,
  askMaintenance,
  bootstrapEtcd,
  etcdMembers,
  printKubeconfig,
} from '../talos/machines.ts';
import { obstacles, requireOwnTree, type OwnTree } from '../repository/own-tree.ts';
import {
  applyToNodes,
  fetchKubeconfig,
  lookAtDisks,
  lookAtNodes,
  startEtcd,
  waitForApi,
  waitForControllers,
  waitForOthers,
} from './talos-steps.ts';
import type { BootstrapOptions, PlannedStep } from './options.ts';

/** Titles of the steps, in their order. */
const TALOS_STEPS = {
  check: 'Check the repository, the keys and the programs',
  secrets: 'Make the secrets of the cluster',
  generate: 'Generate the configuration of the nodes',
  look: 'Look at the nodes',
  disks: 'Look at the disks',
  apply: 'Apply the configuration',
  wait: 'Wait for the controllers',
  etcd: 'Start etcd',
  kubeconfig: 'Fetch the kubeconfig',
  api: 'Wait for the Kubernetes API',
  others: 'Wait for the other nodes',
} as const;

/**
 * From machines that wait in maintenance mode to a running Kubernetes without network and workloads. Each step looks at the real state
 * first and skips what is done, so that a run that was interrupted or failed anywhere is finished by the next one.
 *
 * @throws Failure where the tree is not ready for it, a node is not the one it should be, a program fails or something that is
 *   waited for does not come about
 */
export async function bootstrapTalos(root: ClusterRoot, options: BootstrapOptions): Promise<void> {
  await runOperation({ root, operation: 'bootstrap talos', ...options }, async (run) => {
    const { patience, isPortOpen = probePort, maintenance = new Map<string, string>(), wipe = false } = options;
    const { key, cluster, macs } = await run.step(TALOS_STEPS.check, () => checkTalos(run));
    await run.step(TALOS_STEPS.secrets, async ({ say }) => {
      const isMade = await ensureSecretBundle(root, key, run.programs);
      say(isMade ? `made ${SECRET_BUNDLE}: commit it` : 'are there already');
    });
    await run.step(TALOS_STEPS.generate, async ({ say }) => {
      say(`${String((await generateConfig(root, cluster, run.programs)).length)} nodes`);
    });
    findNodes(cluster, [...maintenance.keys()]);
    const task = { run, cluster, macs, patience, isPortOpen, maintenance, wipe };
    const seen = await run.step(TALOS_STEPS.look, (report) => lookAtNodes(task, report));
    await run.step(TALOS_STEPS.disks, (report) => lookAtDisks(task, seen, report));
    await run.step(TALOS_STEPS.apply, (report) => applyToNodes(task, seen, report));
    await run.step(TALOS_STEPS.wait, (report) => waitForControllers(task, report));
    await run.step(TALOS_STEPS.etcd, (report) => startEtcd(task, report));
    await run.step(TALOS_STEPS.kubeconfig, (report) => fetchKubeconfig(task, report));
    await run.step(TALOS_STEPS.api, (report) => waitForApi(task, report));
    await run.step(TALOS_STEPS.others, (report) => waitForOthers(task, report));
  });
}

/**
 * The steps without doing any: nothing is started, and no machine is asked.
 *
 * @param maintenance - where machines answer in maintenance mode, by the names of their nodes
 * @throws Failure where talos/ was not generated yet
 */
export async function planTalos(
  root: ClusterRoot,
  maintenance: ReadonlyMap<string, string> = new Map(),
): Promise<PlannedStep[]> {
  const cluster = await readTalosCluster(root);
  const where = ({ name, address }: TalosNode): string => maintenance.get(name) ?? address;
  const [first, ...others] = controllersOf(cluster);
  const { nodes } = cluster;
  return [
    { title: TALOS_STEPS.check, condition: 'stops where something is missing or still the sample', calls: [] },
    { title: TALOS_STEPS.secrets, condition: `skipped where ${SECRET_BUNDLE} exists`, calls: [GENERATE_SECRETS] },
    { title: TALOS_STEPS.generate, condition: 'always', calls: [GENERATE_CONFIG] },
    {
      title: TALOS_STEPS.look,
      condition: 'a node that is configured already is not asked a second time',
      calls: nodes.flatMap((node) => [askConfigured(node), askMaintenance(where(node))]),
    },
    {
      title: TALOS_STEPS.disks,
      condition: 'only nodes in maintenance mode; stops where one is not empty',
      calls: nodes.flatMap((node) => askDisks(where(node))),
    },
    {
      title: TALOS_STEPS.apply,
      condition: 'only nodes in maintenance mode',
      calls: nodes.map((node) => applyFirst(node, where(node))),
    },
    { title: TALOS_STEPS.wait, condition: 'asked again and again', calls: [first, ...others].map(askConfigured) },
    {
      title: TALOS_STEPS.etcd,
      condition: 'skipped where a controller has members of etcd',
      calls: [...[first, ...others].map(etcdMembers), bootstrapEtcd(first)],
    },
    {
      title: TALOS_STEPS.kubeconfig,
      condition: 'skipped where kubeconfig works',
      calls: [ASK_API, printKubeconfig(first)],
    },
    { title: TALOS_STEPS.api, condition: 'asked again and again', calls: [ASK_API] },
    {
      title: TALOS_STEPS.others,
      condition: 'nodes that did not answer before',
      calls: nodes.filter(({ controller }) => !controller).map(askConfigured),
    },
  ];
}

/** What the run would stop at before it begins; undefined where nothing stands in its way. */
export async function talosObstacles(root: ClusterRoot, programs: Programs): Promise<Failure | undefined> {
  return await obstacles(root, { programs, needed: TALOS_PROGRAMS });
}

const TALOS_PROGRAMS = ['talhelper', 'talosctl', 'kubectl'] as const;

async function checkTalos(
  run: OperationRun,
): Promise<OwnTree & { readonly cluster: TalosCluster; readonly macs: ReadonlyMap<string, string> }> {
  const tree = await requireOwnTree(run.root);
  await requirePrograms(run.programs, TALOS_PROGRAMS);
  const cluster = await readTalosCluster(run.root);
  controllersOf(cluster);
  const nodes = tree.configuration?.nodes ?? [];
  const macs = new Map(nodes.map(({ name, mac_addr: mac }) => [name, mac.toLowerCase()]));
  return { ...tree, cluster, macs };
}
