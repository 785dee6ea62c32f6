import { join } from 'node:path';
import { CLUSTER_FIELDS, SECRET_FIELDS } from '../cluster/config/schemas.ts';
import type { ClusterRoot } from '../cluster/root.ts';
import type { Graph, GraphNode } from '../graph/model.ts';
import { readStatus } from '../operations/day2/status.ts';
import { examineCluster } from '../operations/doctor/doctor.ts';
import { openPrograms } from '../operations/programs/programs.ts';
import { type Area, AREAS, stateOf } from '../operations/repository/configuration.ts';
import { listEncrypted, openVault } from '../operations/secrets/vault.ts';
import { planConfigure } from '../pipeline/configure.ts';
import { readSecretStates, setCompanionSecret } from '../pipeline/companion.ts';
import { clusterGraph, keyGraph, repositoryGraph } from '../pipeline/graph.ts';
import { lint } from '../pipeline/lint.ts';
import { validate } from '../pipeline/validate.ts';
import { Failure } from '../report/finding.ts';
import { SILENT } from '../report/progress.ts';
import { Secret } from '../report/redaction.ts';
import { inspect } from '../system/files.ts';
import { formatPath } from '../text/values.ts';
import type {
  ChecksResult,
  CommandGroup,
  DoctorResult,
  GraphResult,
  Network,
  Secrets,
  SecretFile,
  SetSecretResult,
  StatusResult,
} from './api.ts';
import { examined, findingsAbout, type Studio } from './answers.ts';
import { networkOf } from './network.ts';
import { findingsOf, refused, type RequestBody, toStudio } from './request.ts';

// What a page shows of a cluster besides its configuration and the plan.

/** What Flux would apply, with what a run would do to the file of each object. */
export async function graph({ documents }: Studio, body: RequestBody): Promise<GraphResult> {
  const root = await documents.tried(body.pending());
  if (body.has('key')) return { graph: await keyGraph(root, body.text('key')), changes: {} };
  const drawn = await clusterGraph(root);
  const { plan } = await planConfigure(root, SILENT);
  const statuses = new Map(plan.entries.map(({ path, status }) => [path, status]));
  const isRemoved = ({ place }: GraphNode): boolean => statuses.get(place?.file ?? '') === 'removed';
  const going = [...statuses.values()].includes('removed') ? await goingOf(root, isRemoved) : NOTHING;
  const known = new Set(drawn.nodes.map(({ id }) => id));
  const gone = going.nodes.filter(({ id }) => !known.has(id));
  const nodes = [...drawn.nodes, ...gone];
  const goneIds = new Set(gone.map(({ id }) => id));
  const all = new Set(nodes.map(({ id }) => id));
  const edges = going.edges.filter(
    ({ from, to }) => (goneIds.has(from) || goneIds.has(to)) && all.has(from) && all.has(to),
  );
  const changes = nodes.flatMap((node) => {
    const status = goneIds.has(node.id) ? 'removed' : statuses.get(node.place?.file ?? '');
    return status === 'created' || status === 'changed' || status === 'removed' ? [[node.id, status] as const] : [];
  });
  return { graph: { ...drawn, nodes, edges: [...drawn.edges, ...edges] }, changes: Object.fromEntries(changes) };
}

const NOTHING: Pick<Graph, 'nodes' | 'edges'> = { nodes: [], edges: [] };

/** What lies on disk and would go. A tree that cannot be read as it lies there is not drawn beside the new one. */
async function goingOf(
  root: ClusterRoot,
  isRemoved: (node: GraphNode) => boolean,
): Promise<Pick<Graph, 'nodes' | 'edges'>> {
  try {
    const { nodes, edges } = await repositoryGraph(root.path, undefined);
    return { nodes: nodes.filter(isRemoved), edges };
  } catch (error) {
    if (error instanceof Failure) return NOTHING;
    throw error;
  }
}

/** The picture of the network. */
export async function network({ documents }: Studio, body: RequestBody): Promise<Network> {
  const read = await examined(await documents.tried(body.pending()));
  return networkOf(read, findingsAbout(read));
}

/** What `validate` says of the pending edit, and `lint` of the tree on disk. */
export async function checks({ root, documents }: Studio, body: RequestBody): Promise<ChecksResult> {
  const tried = await documents.tried(body.pending());
  const notRun: { by: 'validate' | 'lint'; findings: ReturnType<typeof findingsOf> }[] = [];
  const attempt = async <T>(by: 'validate' | 'lint', look: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      notRun.push({ by, findings: findingsOf(error) });
      return undefined;
    }
  };
  const validated = await attempt('validate', () => validate(tried));
  const linted = await attempt('lint', () => lint(root.path, {}));
  const ofValidate = (validated?.findings ?? []).map((finding) => ({ ...toStudio(finding), by: 'validate' as const }));
  const told = new Set(ofValidate.map(identityOf));
  // `lint` asks the checks of `validate`, too.
  const ofLint = (linted?.findings ?? [])
    .map((finding) => ({ ...toStudio(finding), by: 'lint' as const }))
    .filter((finding) => !told.has(identityOf(finding)));
  return {
    findings: [...ofValidate, ...ofLint],
    files: linted?.files ?? validated?.files ?? 0,
    profile: linted?.profile ?? '',
    notRun,
  };
}

function identityOf({ code, message, place }: ChecksResult['findings'][number]): string {
  return JSON.stringify([code, message, place?.file]);
}

/** Which secrets there are and to whom they are encrypted. */
export async function secrets({ documents }: Studio, body: RequestBody): Promise<Secrets> {
  const root = await documents.tried(body.pending());
  const { states, owner, hasKey, findings } = await readSecretStates(root);
  const { findings: wrong, about } = await examined(root);
  const asked = new Set(
    wrong.flatMap((finding) => {
      const path = about.get(finding)?.path;
      return finding.code === 'config/missing-key' && path !== undefined ? [formatPath(path)] : [];
    }),
  );
  const files = await listEncrypted(await openVault(root));
  return {
    fields: states.map((state) => ({
      ...state,
      title: CLUSTER_FIELDS[state.name]?.title ?? state.name,
      isWanted: state.where !== 'nowhere' || asked.has(state.name),
    })),
    files: files.map(({ path, recipients, generated, isOfSample }): SecretFile => ({
      path,
      recipients,
      isGenerated: generated,
      isOfSample,
    })),
    ...(owner === undefined ? {} : { owner }),
    hasKey,
    findings: findings.map((finding) => toStudio(finding)),
  };
}

/** Puts a secret into cluster.sops.yaml. */
export async function setSecret({ root }: Studio, body: RequestBody, signal: AbortSignal): Promise<SetSecretResult> {
  const [name, value] = [body.text('name'), new Secret(body.text('value'))];
  if (!SECRET_FIELDS.includes(name)) throw refused('request', '`name` of the request is no field that takes a secret');
  const { file, outcome, findings } = await setCompanionSecret(root, { name, value }, signal);
  return { file, outcome, findings: findings.map((finding) => toStudio(finding)) };
}

/** Programs, keys and the repository. */
export async function doctor({ root }: Studio, body: RequestBody, gone: AbortSignal): Promise<DoctorResult> {
  const named = body.texts('areas');
  const unknown = named?.find((name) => !AREAS.includes(name as Area));
  if (unknown !== undefined) throw refused('request', '`areas` of the request names one that is not looked at');
  // Asking DNS tells others which domain somebody is at work on.
  const areas = named === undefined ? AREAS.filter((area) => area !== 'dns') : (named as readonly Area[]);
  const found = await examineCluster(root, { areas, programs: openPrograms({ root, signal: gone }) });
  return {
    checks: found.map((check) => ({
      area: check.area,
      subject: check.subject,
      state: stateOf(check),
      findings: check.findings.map((finding) => toStudio(finding)),
    })),
  };
}

/** How the cluster is, where there is a way to it. */
export async function status({ root }: Studio, gone: AbortSignal): Promise<StatusResult> {
  if ((await inspect(join(root.path, 'kubeconfig'))) === undefined)
    return { isThere: false, why: 'there is no kubeconfig here: `cluster-template bootstrap talos` fetches it' };
  try {
    const { nodes, flux, problems } = await readStatus(root, openPrograms({ root, signal: gone }));
    return {
      isThere: true,
      nodes,
      problems,
      ...(flux === undefined
        ? {}
        : {
            flux: flux.map(({ kind, namespace, name, ready, suspended, message }) => ({
              ...{ kind, namespace, name, ready, suspended, message },
            })),
          }),
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { isThere: false, why: error.message };
  }
}

/** What is done on the terminal; each is worded for how the program is started here. */
export function commands({ commandText }: Pick<Studio, 'commandText'>): { readonly groups: readonly CommandGroup[] } {
  const groups = COMMANDS.map(([title, own]) => ({
    title,
    commands: own.map(([words, description]) => ({
      command: words.startsWith('git ') ? words : commandText(words),
      description,
    })),
  }));
  return { groups };
}

const COMMANDS: readonly (readonly [
  title: string,
  commands: readonly (readonly [words: string, description: string])[],
])[] = [
  [
    'Commit',
    [
      ['git add -A', 'take everything that was written into the next commit'],
      ['git commit -m "chore: configure the cluster"', 'commit it'],
      ['git push', 'let Flux fetch it'],
    ],
  ],
  [
    'Bring up machines and cluster',
    [
      ['nodes discover ADDRESS', 'take machines that booted Talos into nodes.yaml'],
      ['bootstrap talos', 'configure the machines, start etcd and fetch the kubeconfig'],
      ['bootstrap apps', 'install what Flux needs, and Flux'],
    ],
  ],
  [
    'Day-2 operations',
    [
      ['reconcile', 'have Flux fetch the repository and apply it'],
      ['talos status', 'show the state of nodes, etcd, Kubernetes and Flux'],
      ['talos apply-node NODE', 'send a node its configuration'],
      ['talos upgrade-node NODE', 'install the configured version of Talos on a node'],
      ['talos upgrade-k8s', 'upgrade Kubernetes to the configured version'],
      ['debug NAMESPACE/APP', 'look for what is wrong with an app'],
    ],
  ],
];
