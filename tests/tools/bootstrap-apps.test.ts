import { spawn } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, listAt, textAt, type Fields } from '../golden/trees.ts';
import { kubeWorld } from '../operations/support/kube-world.ts';
import { OWN_NODES, ownCluster } from '../operations/support/own-cluster.ts';
import { standIns, type StandIns } from '../operations/support/stand-ins.ts';
import { startCommand } from '../support/cluster.ts';
import { clusterTools, startCluster, type TestCluster } from './cluster.ts';
import { REPOSITORY, titled } from './support/tools.ts';

const tools = clusterTools();
const LAUNCHER = join(REPOSITORY, 'bin/cluster-template.mjs');
const RUNS = 20;
const SEED = Number(process.env.KILL_SEED ?? 1);

const DEFINITIONS = ['widgets', 'gadgets', 'gizmos'].map((plural) => {
  const kind = plural[0]?.toUpperCase().concat(plural.slice(1, -1)) ?? '';
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object' } } } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.things.example.org` },
    spec: {
      group: 'things.example.org',
      names: { kind, plural, singular: plural.slice(0, -1), listKind: `${kind}List` },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
});

// helm and helmfile are stood in for: their charts come from the network. kubectl and the API behind it are real.
describe.skipIf(tools.missing !== undefined)(titled('bootstrap apps on a Kubernetes API', tools.missing), () => {
  let api: TestCluster;
  const arguments_ = ['bootstrap', 'apps', '--poll-interval', '0.05', '--timeout', '60'];

  beforeAll(async () => {
    api = await startCluster(tools);
    await makeNodes(api);
  }, 300_000);

  afterAll(async () => {
    await api.stop();
  }, 60_000);

  it('lands namespaces, secrets and definitions, and changes nothing the second time', async () => {
    const { cluster, env } = await world(api);
    const first = await startCommand([...arguments_, '--root', cluster], { env });
    expect(first, first.stderr).toMatchObject({ code: 0 });
    await expectComplete(api);
    const before = await versions(api);
    const second = await startCommand([...arguments_, '--root', cluster], { env });
    expect(second, second.stderr).toMatchObject({ code: 0 });
    expect(await versions(api)).toEqual(before);
    const diff = await startCommand(['bootstrap', 'apps', '--diff', '--root', cluster], { env });
    expect(diff, diff.stderr).toMatchObject({ code: 0, stdout: 'nothing to do\n' });
  });

  it(`is completed by the next run, killed at ${String(RUNS)} random points (KILL_SEED=${String(SEED)})`, async () => {
    const { cluster, stands, env } = await world(api);
    await reset(api, stands);
    const start = performance.now();
    expect(await startCommand([...arguments_, '--root', cluster], { env })).toMatchObject({ code: 0 });
    const whole = performance.now() - start;
    let killed = 0;
    for (let number = 0; number < RUNS; number += 1) {
      await reset(api, stands);
      const moment = whole * random(number);
      if (await killAfter(moment, { env, cluster, arguments_, isGroup: number % 2 === 0 })) killed += 1;
      const next = await startCommand([...arguments_, '--root', cluster], { env });
      expect(next, `killed after ${moment.toFixed(0)} ms: ${next.stderr}`).toMatchObject({ code: 0 });
      await expectComplete(api);
    }
    expect(killed).toBeGreaterThan(RUNS / 2);
  }, 900_000);
});

function rendered(): { program: string; match: string; stdout: string } {
  const stdout = DEFINITIONS.map((one) => `---\n${asYaml(one)}`).join('');
  return { program: 'helmfile', match: '00-crds.yaml template', stdout };
}

/** As charts write them: `kind` on a line of its own. */
function asYaml({ apiVersion, kind, ...rest }: Fields): string {
  const others = Object.entries(rest).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
  return `apiVersion: ${String(apiVersion)}\nkind: ${String(kind)}\n${others.join('')}`;
}

interface World {
  readonly cluster: string;
  readonly stands: StandIns;
  readonly env: Readonly<Record<string, string>>;
}

async function world({ kubeconfig }: TestCluster): Promise<World> {
  const cluster = await ownCluster();
  await writeFile(join(cluster, 'kubeconfig'), await readFile(kubeconfig), { mode: 0o600 });
  const stands = await standIns(cluster, [rendered(), ...kubeWorld()], { programs: ['helm', 'helmfile'] });
  const path = [stands.folder, dirname(tools.paths.kubectl), stands.env.PATH ?? ''];
  return { cluster, stands, env: { PATH: path.join(delimiter) } };
}

/** As a kubelet registers them while there is no network. */
async function makeNodes(api: TestCluster): Promise<void> {
  const status = JSON.stringify({ status: { conditions: [{ type: 'Ready', status: 'False' }] } });
  for (const { name } of OWN_NODES) {
    await kubectl(
      api,
      ['create', '--filename', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name } }),
    );
    await kubectl(api, ['patch', 'node', name, '--subresource', 'status', '--patch', status]);
  }
}

const NAMESPACES = ['cert-manager', 'flux-system', 'network'];
const SECRETS = ['cluster-secrets', 'github-deploy-key', 'sops-age'];

async function expectComplete(api: TestCluster): Promise<void> {
  expect(await names(api, ['namespaces'])).toEqual(expect.arrayContaining(NAMESPACES));
  expect(await names(api, ['secrets', '--namespace', 'flux-system'])).toEqual(SECRETS);
  const definitions = await items(api, ['customresourcedefinitions']);
  const established = definitions.filter((one) =>
    listAt(one, 'status', 'conditions').some(
      (condition) => textAt(condition, 'type') === 'Established' && textAt(condition, 'status') === 'True',
    ),
  );
  expect(established.map((one) => textAt(one, 'metadata', 'name')).sort()).toEqual(
    DEFINITIONS.map(({ metadata }) => metadata.name).sort(),
  );
  for (const secret of await items(api, ['secrets', '--namespace', 'flux-system'])) {
    expect(Object.keys(at(secret, 'data') as object).length).toBeGreaterThan(0);
  }
}

/** The version of every object that the bootstrap makes. */
async function versions(api: TestCluster): Promise<Record<string, string>> {
  const all = [
    ...(await items(api, ['namespaces'])),
    ...(await items(api, ['secrets', '--namespace', 'flux-system'])),
    ...(await items(api, ['customresourcedefinitions'])),
  ];
  return Object.fromEntries(
    all.map((one) => [textAt(one, 'metadata', 'name'), textAt(one, 'metadata', 'resourceVersion')]),
  );
}

/** Takes everything back. Without a controller a namespace is only gone once it is told that nothing waits for it. */
async function reset(api: TestCluster, stands: StandIns): Promise<void> {
  await rm(join(stands.folder, 'flags'), { recursive: true });
  await kubectl(api, ['delete', 'secrets', '--all', '--namespace', 'flux-system']);
  await kubectl(api, ['delete', 'customresourcedefinitions', '--all']);
  for (const name of await names(api, ['namespaces'])) {
    if (!NAMESPACES.includes(name)) continue;
    await kubectl(api, ['delete', 'namespace', name, '--wait=false']);
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: { finalizers: [] } };
    const path = `/api/v1/namespaces/${name}/finalize`;
    await kubectl(api, ['replace', '--raw', path, '--filename', '-'], JSON.stringify(namespace));
  }
}

async function names(api: TestCluster, resource: readonly string[]): Promise<string[]> {
  return (await items(api, resource)).map((one) => textAt(one, 'metadata', 'name')).sort();
}

async function items(api: TestCluster, resource: readonly string[]): Promise<Fields[]> {
  return listAt(
    JSON.parse(await kubectl(api, ['get', ...resource, '--output', 'json'])) as Fields,
    'items',
  ) as Fields[];
}

async function kubectl(api: TestCluster, words: readonly string[], input = ''): Promise<string> {
  const { code, stdout, stderr } = await api.kubectl(words, input);
  if (code !== 0) throw new Error(`kubectl ${words.join(' ')}: ${stderr}`);
  return stdout;
}

interface Killing {
  readonly env: Readonly<Record<string, string>>;
  readonly cluster: string;
  readonly arguments_: readonly string[];
  /** Whether the programs that it started die with it. */
  readonly isGroup: boolean;
}

/** Gives back whether there was still something to kill. */
async function killAfter(milliseconds: number, { env, cluster, arguments_, isGroup }: Killing): Promise<boolean> {
  const child = spawn(process.execPath, [LAUNCHER, ...arguments_, '--root', cluster], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
    detached: true,
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await Promise.race([ended, wait(milliseconds)]);
  const isRunning = child.exitCode === null;
  if (isRunning && child.pid !== undefined) process.kill(isGroup ? -child.pid : child.pid, 'SIGKILL');
  await ended;
  return isRunning;
}

/** A number from 0 to 1 for each run, the same for the same seed (Weyl's sequence by the golden ratio). */
function random(number: number): number {
  return (SEED / 0x7fff_ffff + number * 0.618_033_988_749_895) % 1;
}
