import { spawn } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runCommand, sampleCluster, type CommandResult } from '../../support/cluster.ts';
import { standIns, type StandInRule, type StandIns } from '../support/stand-ins.ts';

/** The sample's nodes: name, address, whether it is a controller. */
export const NODES = [
  ['k8s-0', '192.0.2.10', true],
  ['k8s-1', '192.0.2.11', true],
  ['k8s-2', '192.0.2.12', true],
  ['k8s-3', '192.0.2.20', false],
] as const;

export const SCHEMATIC = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba';

/** A value in the machines' configuration that must never be seen. */
export const MARKER = 'marker-of-a-secret-0123456789';

const KEYS = ['age.key', 'github-deploy.key', 'github-push-token.txt', 'cloudflare-tunnel.json'];

/** A cluster of stand-ins: the sample's nodes run, and do what they are told. */
export interface StandInCluster {
  readonly root: string;
  readonly stands: StandIns;
}

/** The sample with a kubeconfig and secrets of Talos, and stand-ins whose own rules come before the usual ones. */
export async function standInCluster(rules: readonly StandInRule[] = []): Promise<StandInCluster> {
  const root = await sampleCluster();
  for (const key of KEYS) await cp(resolve(import.meta.dirname, '../../sample', key), join(root, key));
  await writeFile(join(root, 'kubeconfig'), 'apiVersion: v1\n');
  await writeFile(join(root, 'talos/talsecret.sops.yaml'), 'cluster: ENC[x]\nsops: {}\n');
  await mkdir(join(root, 'talos/clusterconfig'), { recursive: true });
  await writeFile(join(root, 'talos/clusterconfig/talosconfig'), 'context: kubernetes\n', { mode: 0o600 });
  return { root, stands: await standIns(root, [...rules, ...USUAL]) };
}

/** Runs a command on it; a signal is sent once that many calls were made. Where neither that nor a call ends it, it is this process that does it. */
export async function runOn(
  cluster: StandInCluster,
  arguments_: readonly string[],
  interrupt?: Interrupt,
): Promise<CommandResult> {
  const { root, stands } = cluster;
  if (interrupt === undefined && !stands.mayKill())
    return await runCommand([...arguments_, '--root', root], { cwd: root, env: stands.env });
  return await startOn(cluster, arguments_, interrupt);
}

/** The signal that a run gets, and when. */
interface Interrupt {
  readonly signal: NodeJS.Signals;
  readonly afterCalls: number;
}

/** The same in a process of its own. */
export async function startOn(
  { root, stands }: StandInCluster,
  arguments_: readonly string[],
  interrupt?: Interrupt,
): Promise<CommandResult> {
  const launcher = resolve(import.meta.dirname, '../../../bin/cluster-template.mjs');
  const { FORCE_COLOR: _colour, SOPS_AGE_KEY_FILE: _key, SOPS_AGE_KEY: _text, ...inherited } = process.env;
  const env = { ...inherited, NO_COLOR: '1', ...stands.env };
  const child = spawn(process.execPath, [launcher, ...arguments_, '--root', root], { env, cwd: root });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (data: Buffer) => (output.stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output.stderr += data.toString()));
  child.stdin.end();
  const watch = interrupt === undefined ? undefined : setInterval(() => void look(), 50);
  let isSent = false;
  const look = async (): Promise<void> => {
    if (interrupt === undefined || (await stands.calls()).length < interrupt.afterCalls || isSent) return;
    // Once: a second signal ends a run at once.
    isSent = true;
    clearInterval(watch);
    child.kill(interrupt.signal);
  };
  const code = await new Promise<number>((settle) => {
    child.once('close', (status, signal) => {
      settle(status ?? (signal === null ? 1 : 137));
    });
  });
  clearInterval(watch);
  return { code, ...output };
}

/** What kubectl prints for the nodes, the first ones of which run another version of Talos. */
export function nodeList(
  upgraded: number,
  options: { readonly kubelet?: string; readonly ready?: boolean } = {},
): string {
  const items = NODES.map(([name, address], index) => ({
    kind: 'Node',
    metadata: { name },
    status: {
      addresses: [{ type: 'InternalIP', address }],
      conditions: [{ type: 'Ready', status: options.ready === false && index === 1 ? 'False' : 'True' }],
      nodeInfo: {
        osImage: `Talos (${index < upgraded ? 'v1.13.7' : 'v1.13.5'})`,
        kubeletVersion: options.kubelet ?? 'v1.36.4',
        bootID: `boot-${name}-${String(index < upgraded)}`,
      },
    },
  }));
  return JSON.stringify({ kind: 'List', items });
}

/** A Kustomization or HelmRelease as kubectl prints it. */
export function fluxObject(
  kind: 'Kustomization' | 'HelmRelease',
  place: string,
  options: {
    readonly suspend?: boolean;
    readonly ready?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly dependsOn?: readonly string[];
    readonly madeBy?: string;
  } = {},
): object {
  const [namespace = '', name = ''] = place.split('/');
  const [makerSpace, maker] = options.madeBy?.split('/') ?? [];
  return {
    kind,
    metadata: {
      namespace,
      name,
      labels:
        maker === undefined
          ? {}
          : { 'kustomize.toolkit.fluxcd.io/name': maker, 'kustomize.toolkit.fluxcd.io/namespace': makerSpace },
    },
    spec: {
      ...(options.suspend === true ? { suspend: true } : {}),
      dependsOn: (options.dependsOn ?? []).map((wanted) => ({
        namespace: wanted.split('/')[0],
        name: wanted.split('/')[1],
      })),
    },
    status: {
      conditions: [
        {
          type: 'Ready',
          status: options.ready ?? 'True',
          reason: options.reason ?? 'ReconciliationSucceeded',
          message: options.message ?? 'Applied revision: main@sha1:1234',
        },
      ],
    },
  };
}

/** Objects as kubectl prints a list of them. */
export function listOf(items: readonly object[]): string {
  return JSON.stringify({ kind: 'List', items });
}

/** What kubectl says of a kind that is not installed. */
export const UNKNOWN_KIND = { stderr: `error: the server doesn't have a resource type "x"\n`, exitCode: 1 } as const;

const MINE = ['flux-system/flux-system', 'flux-system/cluster-apps', 'network/envoy-gateway'];

function kustomizations(suspended: boolean): string {
  return listOf([
    ...MINE.map((place) => fluxObject('Kustomization', place, { suspend: suspended })),
    fluxObject('Kustomization', 'default/paused-by-me', { suspend: true }),
  ]);
}

const etcdTable = `NODE         MEMBER             DB SIZE   IN USE            LEADER             RAFT INDEX   RAFT TERM   RAFT APPLIED INDEX   LEARNER   ERRORS
192.0.2.10   a49c021e76e707db   17 MB     4.5 MB (26.10%)   ecebb05b59a776f1   53391        4           53391                false
`;

/** Machines that run, by the calls that ask for them; upgrades are remembered by flags. */
const USUAL: readonly StandInRule[] = [
  ...NODES.map(([name], index): StandInRule => {
    const later = NODES.length - index;
    return {
      program: 'kubectl',
      match: '^get nodes --output json$',
      when: [`upgraded-${NODES[later - 1]?.[1] ?? name}`],
      stdout: nodeList(later),
    };
  }),
  { program: 'kubectl', match: '^get nodes --output json$', stdout: nodeList(0) },
  { program: 'kubectl', match: '^get --raw /readyz$', stdout: 'ok' },
  { program: 'kubectl', match: '^get --raw /version$', stdout: '{\n  "gitVersion": "v1.36.4"\n}\n' },
  {
    program: 'kubectl',
    match: '^get kustomizations',
    when: ['suspended'],
    unless: ['resumed'],
    stdout: kustomizations(true),
  },
  { program: 'kubectl', match: '^get kustomizations', stdout: kustomizations(false) },
  { program: 'kubectl', match: '^get helmreleases', stdout: listOf([fluxObject('HelmRelease', 'kube-system/cilium')]) },
  { program: 'kubectl', match: '^get pods', stdout: listOf([]) },
  { program: 'kubectl', match: '^patch .*"suspend":true', sets: ['suspended'] },
  { program: 'kubectl', match: '^patch .*"suspend":false', sets: ['resumed'] },
  { program: 'talosctl', match: '^etcd status', stdout: etcdTable },
  {
    program: 'talosctl',
    match: '^get extensions',
    stdout: `{\n "spec": {\n  "metadata": {\n   "name": "schematic",\n   "version": "${SCHEMATIC}"\n  }\n }\n}\n`,
  },
  { program: 'talosctl', match: '^get machinestatus', stdout: '{\n "spec": {\n  "stage": "running"\n }\n}\n' },
  ...NODES.map(([, address]): StandInRule => {
    return { program: 'talosctl', match: `^upgrade --nodes ${address} `, sets: [`upgraded-${address}`] };
  }),
  {
    program: 'talhelper',
    match: '^genconfig',
    writes: {
      'talos/clusterconfig/talosconfig': 'context: kubernetes\n',
      ...Object.fromEntries(
        NODES.map(([name]) => [
          `talos/clusterconfig/kubernetes-${name}.yaml`,
          `machine:\n  token: ${MARKER}\n  ca:\n    key: ${MARKER}-key\n`,
        ]),
      ),
    },
  },
];
