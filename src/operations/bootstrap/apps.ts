import { join } from 'node:path';
import type { ClusterRoot } from '../../cluster/root.ts';
import type { Failure } from '../../report/finding.ts';
import { inspect } from '../../system/files.ts';
import {
  applyDefinitions,
  applyManifests,
  areInCluster,
  CRDS_FILE,
  diffManifests,
  LIST_NAMESPACES,
  LIST_NODES,
  makeNamespaces,
  missingNamespaces,
  namespacesOf,
  RENDER_CRDS,
  renderDefinitions,
  waitForDefinitions,
} from '../kubernetes/manifests.ts';
import { waitForNodes } from '../kubernetes/state.ts';
import { requireKubeconfig } from '../kubernetes/objects.ts';
import { LIST_RELEASES, LIST_WANTED, missingReleases, syncAll, syncReleases } from '../kubernetes/releases.ts';
import { applySecrets, differingSecrets, readSecret, secretFilesOf } from '../kubernetes/secrets.ts';
import { type ClusterAccess, type OperationRun, runOperation } from '../operation.ts';
import type { StepReport } from '../../report/progress.ts';
import { type Programs, requirePrograms } from '../programs/catalogue.ts';
import type { Patience } from '../programs/waiting.ts';
import { checkRepository } from '../repository/git.ts';
import { obstacles, type OwnTree, requireOwnTree } from '../repository/own-tree.ts';
import { readTalosCluster, type TalosCluster } from '../talos/cluster.ts';
import type { BootstrapOptions, PlannedStep } from './options.ts';

/** Titles of the steps, in their order. */
const APPS_STEPS = {
  check: 'Check the repository, the keys and the programs',
  nodes: 'Wait for the nodes',
  namespaces: 'Make the namespaces',
  secrets: 'Apply the secrets',
  crds: 'Apply the custom resource definitions',
  releases: 'Install the first releases',
} as const;

/** How the apps are brought up. */
interface AppsOptions extends BootstrapOptions {
  /** How long nodes are waited for; a limit of 0 seconds waits for none. */
  readonly nodePatience: Patience;
}

/**
 * From a Kubernetes without network to one that Flux looks after: what Flux itself needs, in the order in which one thing needs the
 * other. Each step looks at the real state first and skips what is done.
 *
 * @throws Failure where the tree is not ready for it, a program fails or something that is waited for does not come about
 */
export async function bootstrapApps(root: ClusterRoot, options: AppsOptions): Promise<void> {
  await runOperation({ root, operation: 'bootstrap apps', ...options }, async (run) => {
    const { patience, nodePatience } = options;
    const { key, cluster } = await run.step(APPS_STEPS.check, (report) => checkApps(run, report));
    await run.step(APPS_STEPS.nodes, (report) =>
      waitForNodes({ run, wanted: cluster.nodes.map(({ name }) => name), patience: nodePatience }, report),
    );
    await run.step(APPS_STEPS.namespaces, (report) => makeNamespaces({ run, patience }, report));
    await run.step(APPS_STEPS.secrets, (report) => applySecrets({ run, key, patience }, report));
    await run.step(APPS_STEPS.crds, (report) => applyDefinitions({ run, patience }, report));
    await run.step(APPS_STEPS.releases, (report) => syncAll({ run, patience }, report));
  });
}

/** The steps without doing any: nothing is started, and the cluster is not asked. */
export async function planApps(root: ClusterRoot): Promise<PlannedStep[]> {
  const [namespaces, secrets, crds] = await Promise.all([
    namespacesOf(root),
    secretFilesOf(root),
    inspect(join(root.path, CRDS_FILE)),
  ]);
  const definitions = 'the definitions among it';
  return [
    { title: APPS_STEPS.check, condition: 'stops where something is missing or still the sample', calls: [] },
    { title: APPS_STEPS.nodes, condition: 'asked again and again', calls: [LIST_NODES] },
    {
      title: APPS_STEPS.namespaces,
      condition: `those that are missing of ${namespaces.join(', ')}`,
      calls: [LIST_NAMESPACES, applyManifests('those that are missing')],
    },
    {
      title: APPS_STEPS.secrets,
      condition: 'for each Secret; skipped where it is equal',
      calls: secrets.flatMap((file) => [
        readSecret('NAME', 'NAMESPACE'),
        applyManifests(`${file}, decrypted in memory`, { namespace: 'NAMESPACE' }),
      ]),
    },
    {
      title: APPS_STEPS.crds,
      condition: crds === undefined ? `skipped: there is no ${CRDS_FILE}` : 'skipped where they are equal',
      calls:
        crds === undefined
          ? []
          : [RENDER_CRDS, diffManifests(definitions), applyManifests(definitions), waitForDefinitions(definitions)],
    },
    {
      title: APPS_STEPS.releases,
      condition: 'those that are missing or of another version',
      calls: [LIST_WANTED, LIST_RELEASES, syncReleases([])],
    },
  ];
}

/** What the run would stop at before it begins; undefined where nothing stands in its way. */
export async function appsObstacles(root: ClusterRoot, programs: Programs): Promise<Failure | undefined> {
  return await obstacles(root, { programs, needed: APPS_PROGRAMS }, () => requireKubeconfig(root));
}

const APPS_PROGRAMS = ['kubectl', 'helmfile', 'helm'] as const;

async function checkApps(run: OperationRun, report: StepReport): Promise<OwnTree & { readonly cluster: TalosCluster }> {
  const tree = await requireOwnTree(run.root);
  await requirePrograms(run.programs, APPS_PROGRAMS);
  const cluster = await readTalosCluster(run.root);
  await requireKubeconfig(run.root);
  const checks = await checkRepository(run.root, tree.configuration);
  for (const { message } of checks.flatMap(({ findings }) => findings)) report.note(message);
  return { ...tree, cluster };
}

/** What `bootstrap apps` would still do in a cluster; names alone, no secret among them. */
interface AppsDifference {
  /** Namespaces that are missing. */
  readonly namespaces: readonly string[];
  /** Secrets that are missing or other ones. */
  readonly secrets: readonly string[];
  /** How many custom resource definitions would be applied: all of them where one is missing or another one. */
  readonly definitions: number;
  /** Releases that are missing or of another version. */
  readonly releases: readonly string[];
}

/**
 * Compares the tree with the cluster, and changes nothing.
 *
 * @throws Failure where the tree is not ready for a bootstrap, or a program fails
 */
export async function compareApps(access: ClusterAccess): Promise<AppsDifference> {
  const { key } = await requireOwnTree(access.root);
  await requireKubeconfig(access.root);
  await requirePrograms(access.programs, ['kubectl', 'helmfile', 'helm']);
  const definitions = await renderDefinitions(access);
  const areThere = definitions.length === 0 || (await areInCluster(access, definitions));
  return {
    namespaces: await missingNamespaces(access),
    secrets: await differingSecrets(access, key),
    definitions: areThere ? 0 : definitions.length,
    releases: await missingReleases(access),
  };
}
