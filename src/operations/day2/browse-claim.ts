import { stringify } from 'yaml';
import { failure } from '../../report/finding.ts';
import type { Programs } from '../programs/call.ts';
import { asRecord, asRecords, asText, listObjects, type KubernetesObject } from './kubernetes.ts';

/** What a claim is looked at with. */
export interface BrowseOptions {
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
  return asRecords(spec.volumes).some(
    ({ persistentVolumeClaim }) => asText(asRecord(persistentVolumeClaim).claimName) === claim,
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
