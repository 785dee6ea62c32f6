import type { ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { endAll, freePorts, lastLines, startProcess } from './support/processes.ts';
import { run, type Ended } from './support/run.ts';
import { findTools, TOOLS, type Tools } from './support/tools.ts';

/** A Kubernetes API of its own: etcd and kube-apiserver on loopback, without nodes, controllers or webhooks. */
export interface TestCluster {
  /** Path of a kubeconfig whose user may do everything. */
  readonly kubeconfig: string;
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  /** Runs kubectl against it. */
  readonly kubectl: (arguments_: readonly string[], input?: string) => Promise<Ended>;
  /** Ends both programs and removes their data. */
  readonly stop: () => Promise<void>;
}

/** The programs that a cluster takes. */
export type ClusterTools = Tools<'etcd' | 'kube-apiserver' | 'kubectl'>;

/** Finds or installs the programs; `missing` says why there can be no cluster. */
export function clusterTools(): ClusterTools {
  return findTools('etcd', 'kube-apiserver', 'kubectl');
}

/** Longest wait for the API to be ready: a machine may be busy. */
const START_TIMEOUT = 90_000;

/**
 * Starts a cluster and waits until it answers. Its data lie in a new temporary folder. Throws an Error with the end of the
 * programs' logs where one of them ends or is not ready in time.
 */
export async function startCluster({ paths }: ClusterTools): Promise<TestCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'cluster-template-kubernetes-'));
  const [client = 0, peer = 0, secure = 0] = await freePorts(3);
  const token = randomBytes(24).toString('hex');
  const server = `https://127.0.0.1:${String(secure)}`;
  const started: ChildProcess[] = [];
  const kill = (): void => {
    for (const child of started) child.kill('SIGKILL');
  };
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    // The API first: without etcd it would wait for it.
    await endAll(started);
    process.removeListener('exit', kill);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await writeCredentials(folder, token);
    started.push(await startProcess(paths.etcd, etcdArguments(folder, client, peer), { folder, name: 'etcd' }));
    const api = { folder, name: 'kube-apiserver' };
    started.push(await startProcess(paths['kube-apiserver'], apiArguments(folder, client, secure), api));
    await untilReady(server, token, started);
    const kubeconfig = await writeKubeconfig(folder, server, token);
    const kubectl = (arguments_: readonly string[], input = ''): Promise<Ended> =>
      run(paths.kubectl, [`--kubeconfig=${kubeconfig}`, ...arguments_], { input, env: { HOME: folder } });
    return { kubeconfig, server, kubectl, stop };
  } catch (error) {
    const logs = await Promise.all(['etcd', 'kube-apiserver'].map((name) => lastLines(join(folder, `${name}.log`))));
    await stop();
    throw new Error(`the cluster did not start: ${(error as Error).message}\n${logs.join('\n')}`, { cause: error });
  }
}

/** Folder of the CRDs that scripts/fetch-crds.sh has fetched. */
export const CRDS = join(TOOLS, 'crds');

/** Installs CRDs and waits until they are served. Throws an Error where the API refuses one. */
export async function installCrds(cluster: TestCluster, folder: string = CRDS): Promise<void> {
  const apply = ['apply', '--server-side', '--force-conflicts', '--recursive', '--filename', folder];
  for (const arguments_ of [apply, ['wait', '--for=condition=established', '--timeout=60s', 'crd', '--all']]) {
    const { code, stderr } = await cluster.kubectl(arguments_);
    if (code !== 0) throw new Error(stderr);
  }
}

async function writeCredentials(folder: string, token: string): Promise<void> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  await mkdir(join(folder, 'certificates'));
  await writeFile(join(folder, 'accounts.key'), privateKey, { mode: 0o600 });
  await writeFile(join(folder, 'accounts.pub'), publicKey);
  await writeFile(join(folder, 'tokens.csv'), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
}

function etcdArguments(folder: string, client: number, peer: number): string[] {
  const [clients, peers] = [`http://127.0.0.1:${String(client)}`, `http://127.0.0.1:${String(peer)}`];
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${clients}`,
    `--advertise-client-urls=${clients}`,
    `--listen-peer-urls=${peers}`,
    `--initial-advertise-peer-urls=${peers}`,
    `--initial-cluster=default=${peers}`,
  ];
}

function apiArguments(folder: string, client: number, secure: number): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${String(client)}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${String(secure)}`,
    `--cert-dir=${join(folder, 'certificates')}`,
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    // Those of the trees that have both families.
    '--service-cluster-ip-range=10.43.0.0/16,fd42:5a1e:c0e::/112',
    '--allow-privileged=true',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${join(folder, 'accounts.pub')}`,
    `--service-account-signing-key-file=${join(folder, 'accounts.key')}`,
    // No controller makes the accounts that the first asks for, and no Pod answers the webhooks of the others.
    '--disable-admission-plugins=ServiceAccount,MutatingAdmissionWebhook,ValidatingAdmissionWebhook',
  ];
}

async function untilReady(server: string, token: string, started: readonly ChildProcess[]): Promise<void> {
  const end = Date.now() + START_TIMEOUT;
  while (Date.now() < end) {
    const ended = started.find(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null);
    if (ended !== undefined) throw new Error(`${ended.spawnfile} ended`);
    if (await answers(`${server}/readyz`, token)) return;
    await wait(200);
  }
  throw new Error(`it was not ready in ${String(START_TIMEOUT / 1000)} s`);
}

/** The certificate is one that the server has just made for itself. */
async function answers(url: string, token: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}` };
    const request = get(url, { headers, rejectUnauthorized: false, timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => {
      resolve(false);
    });
  });
}

async function writeKubeconfig(folder: string, server: string, token: string): Promise<string> {
  const certificate = await readFile(join(folder, 'certificates/apiserver.crt'));
  const path = join(folder, 'kubeconfig');
  const named = { name: 'test', context: { cluster: 'test', user: 'admin' } };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': certificate.toString('base64') } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [named],
    'current-context': 'test',
  };
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}
