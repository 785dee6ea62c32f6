import { stringify } from 'yaml';
import type { ClusterRoot } from '../../cluster/root.ts';
import { failure, type Finding } from '../../report/finding.ts';
import type { Programs } from '../programs/catalogue.ts';
import { foldOutput, unsuccessful } from '../programs/programs.ts';
import { type KubernetesObject, listObjects, requireKubeconfig } from './objects.ts';
import { asFields, asFieldsList, asText } from '../../text/values.ts';

/** What is looked at, in this order. */
const RESOURCES = [
  'certificates',
  'certificaterequests',
  'gitrepositories',
  'helmrepositories',
  'helmreleases',
  'httproutes',
  'kustomizations',
  'nodes',
  'pods',
] as const;

/** What kubectl said of one kind of resource. */
export interface ResourceTable {
  readonly resource: string;
  readonly text: string;
  /** Why it could not be listed. */
  readonly problem?: string;
}

/**
 * Lists the resources that tell how a cluster is. One that cannot be listed (a kind that is not installed yet, say) does not stop the
 * others.
 *
 * @throws Failure where there is no kubeconfig, or no kubectl
 */
export async function listResources(
  root: ClusterRoot,
  programs: Programs,
  show: (table: ResourceTable) => void,
): Promise<Finding[]> {
  await requireKubeconfig(root);
  const findings: Finding[] = [];
  for (const resource of RESOURCES) {
    const { exitCode, stdout, stderr } = await programs.ask({
      program: 'kubectl',
      arguments: ['get', '--all-namespaces', resource],
      quiet: true,
    });
    const problem = exitCode === 0 ? undefined : foldOutput(stderr);
    show({ resource, text: exitCode === 0 ? stdout : '', ...(problem === undefined ? {} : { problem }) });
    if (problem === undefined) continue;
    const message = `${resource} could not be listed: ${problem}`;
    findings.push({ code: 'programs/failed', severity: 'warning', message });
  }
  return findings;
}

/** What a claim is looked at with. */
interface BrowseOptions {
  readonly namespace: string;
  readonly claim: string;
  readonly image: string;
  /** Suffix of the pod's name, so that two people can look at once. */
  readonly suffix: string;
}

/**
 * Opens a shell in a pod of its own that mounts a claim, and deletes the pod at the end, whatever happens. The pod goes to the node of a
 * pod that uses the claim already, as most volumes can be mounted on one node at a time.
 *
 * @param afterwards - programs that an interruption does not stop
 * @returns 0, or the exit code of kubectl where it could not open the shell
 * @throws Failure where the claim does not exist or the pod does not start
 */
export async function browseClaim(programs: Programs, afterwards: Programs, options: BrowseOptions): Promise<number> {
  const { namespace, claim } = options;
  await requireClaim(programs, namespace, claim);
  const pods = (await listObjects(programs, ['pods', '--namespace', namespace])) ?? [];
  const node = pods.filter((pod) => mounts(pod, claim)).map(({ spec }) => asText(spec.nodeName))[0];
  const name = `browse-${options.suffix}`;
  try {
    await programs.run({
      program: 'kubectl',
      arguments: ['apply', '--server-side', '--field-manager', 'cluster-template', '--filename', '-'],
      input: stringify(browsingPod(name, options, node)),
    });
    const waiting = ['wait', '--for=condition=Ready', `pod/${name}`, '--namespace', namespace, '--timeout=120s'];
    await programs.run({ program: 'kubectl', arguments: waiting, timeoutSeconds: 130 });
    const shell = [
      'exec',
      '--stdin',
      '--tty',
      name,
      '--namespace',
      namespace,
      '--',
      '/bin/sh',
      '-c',
      // What the last command in the shell gave back says nothing: another exit code is kubectl's own.
      'cd /claim && /bin/sh; exit 0',
    ];
    return await programs.attach({ program: 'kubectl', arguments: shell });
  } finally {
    const options_ = ['--namespace', namespace, '--ignore-not-found', '--wait=false', '--grace-period=0'];
    await afterwards.run({ program: 'kubectl', arguments: ['delete', 'pod', name, ...options_] });
  }
}

async function requireClaim(programs: Programs, namespace: string, claim: string): Promise<void> {
  const claims = (await listObjects(programs, ['persistentvolumeclaims', '--namespace', namespace])) ?? [];
  if (claims.some(({ name }) => name === claim)) return;
  const names = claims.map(({ name }) => name).join(', ');
  throw failure('input', {
    code: 'operations/not-found',
    message: `there is no claim ${claim} in the namespace ${namespace}`,
    remedy: names === '' ? 'there are no claims at all in it' : `there are: ${names}`,
  });
}

function mounts({ spec }: KubernetesObject, claim: string): boolean {
  return asFieldsList(spec.volumes).some(
    ({ persistentVolumeClaim }) => asText(asFields(persistentVolumeClaim).claimName) === claim,
  );
}

function browsingPod(name: string, { namespace, claim, image }: BrowseOptions, node: string | undefined): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'cluster-template' } },
    spec: {
      restartPolicy: 'Never',
      // A pod that nobody deleted ends by itself.
      activeDeadlineSeconds: 14_400,
      automountServiceAccountToken: false,
      ...(node === undefined || node === '' ? {} : { nodeName: node }),
      containers: [
        {
          name: 'shell',
          image,
          command: ['/bin/sh', '-c', 'trap exit TERM; while true; do sleep 1; done'],
          volumeMounts: [{ name: 'claim', mountPath: '/claim' }],
        },
      ],
      volumes: [{ name: 'claim', persistentVolumeClaim: { claimName: claim } }],
    },
  };
}

/** Phases of pods that do nothing: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/ */
const PHASES = ['Failed', 'Pending', 'Succeeded'] as const;

/** A pod that would be deleted. */
interface IdlePod {
  readonly phase: string;
  readonly namespace: string;
  readonly name: string;
}

/** Pods in a phase in which they do nothing. */
export async function listIdlePods(programs: Programs): Promise<IdlePod[]> {
  const pods: IdlePod[] = [];
  for (const phase of PHASES) {
    const scope = ['pods', '--all-namespaces', `--field-selector=status.phase=${phase}`];
    const found = (await listObjects(programs, scope)) ?? [];
    pods.push(...found.map(({ namespace, name }) => ({ phase, namespace, name })));
  }
  return pods;
}

/** Deletes pods; one that is gone already is no error. Throws a Failure where the API refuses. */
export async function deletePods(programs: Programs, pods: readonly IdlePod[]): Promise<void> {
  for (const namespace of new Set(pods.map((pod) => pod.namespace))) {
    const names = pods.filter((pod) => pod.namespace === namespace).map(({ name }) => name);
    const options = ['--namespace', namespace, '--ignore-not-found', '--wait=false'];
    await programs.run({ program: 'kubectl', arguments: ['delete', 'pods', ...names, ...options] });
  }
}

/**
 * Has External Secrets read secrets anew from where they are kept.
 *
 * @param target - one ExternalSecret; all of them where it is not given
 * @param mark - a value that was not there before: External Secrets acts where the annotation changes
 * @throws Failure of kind `input` where External Secrets is not installed, or the one is not there
 */
export async function syncSecrets(
  programs: Programs,
  target: { readonly namespace: string; readonly name: string } | undefined,
  mark: string,
): Promise<void> {
  const scope = target === undefined ? ['--all', '--all-namespaces'] : [target.name, '--namespace', target.namespace];
  const call = {
    program: 'kubectl',
    arguments: ['annotate', 'externalsecrets.external-secrets.io', ...scope, `force-sync=${mark}`, '--overwrite'],
  } as const;
  const answer = await programs.ask(call);
  if (answer.exitCode === 0) return;
  const isUnknown = /doesn't have a resource type|no matches for kind/.test(answer.stderr);
  if (!isUnknown && !answer.stderr.includes('(NotFound)')) throw unsuccessful(call, answer);
  throw failure('input', {
    code: 'operations/not-found',
    message: isUnknown
      ? 'External Secrets is not installed in the cluster'
      : `there is no ExternalSecret ${target?.namespace ?? ''}/${target?.name ?? ''}`,
    remedy: isUnknown
      ? 'this cluster takes its secrets from SOPS: run `cluster-template reconcile`'
      : 'run it without a name for all of them',
  });
}
