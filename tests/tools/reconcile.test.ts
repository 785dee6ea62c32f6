import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseIdentityFile } from '../../src/sops/identities.ts';
import { isFields } from '../../src/text/values.ts';
import { at, listAt, readTree, textAt, type Fields, type Tree } from '../golden/trees.ts';
import { configureOwn, ownCluster } from '../operations/support/own-cluster.ts';
import { startCommand } from '../support/cluster.ts';
import { installCrds, startCluster, type TestCluster } from './cluster.ts';
import { CONTROLLERS, startFlux, type FluxControllers } from './support/flux-controllers.ts';
import { decryptedObjects, fluxObjects } from './support/flux.ts';
import { startOutsideWorld, type OutsideWorld } from './support/outside-world.ts';
import { packCharts } from './support/packed-charts.ts';
import {
  inventoryKeyOf,
  inventoryOf,
  listAll,
  reconcileAgain,
  REQUESTED,
  untilReady,
  type Reconciled,
} from './support/reconciling.ts';
import { findTools, REPOSITORY, titled } from './support/tools.ts';
import { copyOf, treeCases } from './support/trees.ts';

const tools = findTools('etcd', 'kube-apiserver', 'kubectl', 'helm', 'flux', ...CONTROLLERS);
const missing = tools.missing ?? fetched('fetch-crds.sh') ?? fetched('fetch-charts.sh');

/** The sample, and trees that together have every kind of app. */
const TREES = ['sample', 'direct', 'dual-stack', 'everything', 'ipv6', 'nothing'];
const trees = (await treeCases()).filter(([name]) => TREES.includes(name));

/** API groups whose CRDs cannot be had: definitions without a schema stand in for them. */
const STAND_INS = ['grafana.integreatly.org', 'tuppr.home-operations.com'];

const SAMPLE_KEY = join(REPOSITORY, 'tests/sample/age.key');

/*
 * The real controllers reconcile a rendered repository out of a local git server, with the charts of a local registry. There are no nodes:
 * what runs on them is marked as running. Charts that cannot be had have a stand-in of their name and version.
 */
describe.skipIf(missing !== undefined)(titled('real Flux', missing), () => {
  let running: FluxWorld | undefined;

  afterEach(async () => {
    await running?.stop();
    running = undefined;
  }, 120_000);

  it.each(trees)('reconciles %s, and has nothing to do the second time', { timeout: 1_800_000 }, async (name, tree) => {
    const world = await startFluxWorld(tree, SAMPLE_KEY);
    running = world;
    const revision = await world.push(await copyOf(tree));
    const first = await untilReady(world.cluster, revision, world.flux);
    expectOrder(first);
    await expectApplied(world, tree, first);
    const before = await contents(world, first);
    const second = await reconcileAgain(world.cluster, revision, world.flux);
    expect(await contents(world, second)).toEqual(before);
    console.info(`${name}: ${table(first)}; ${String(before.size)} objects; real charts: ${world.real.join(', ')}`);
  });

  it(
    'takes away what was switched off and nothing else, and does as the commands say',
    { timeout: 1_800_000 },
    async () => {
      const folder = await ownCluster();
      const world = await startFluxWorld(await readTree('own', folder), join(folder, 'age.key'));
      running = world;
      const first = await untilReady(world.cluster, await world.push(folder), world.flux);
      const before = await contents(world, first);
      await expectCommands(world, folder);

      const text = await readFile(join(folder, 'cluster.yaml'), 'utf8');
      await writeFile(join(folder, 'cluster.yaml'), `${text}\nspegel_enabled: false\n`);
      await configureOwn(folder);
      const revision = await world.push(folder);
      const after = await contents(world, await reconcileAgain(world.cluster, revision, world.flux));
      const gone = [...before.keys()].filter((key) => !after.has(key));
      expect(gone.length).toBeGreaterThan(2);
      expect(gone.filter((key) => !key.includes('spegel'))).toEqual([]);
      expect([...after.keys()].filter((key) => key.includes('spegel') || !before.has(key))).toEqual([]);
      for (const key of gone) expect(await isThere(world.cluster, key), key).toBe(false);
    },
  );
});

/** A cluster, the controllers and what they reach. */
interface FluxWorld {
  readonly cluster: TestCluster;
  readonly flux: FluxControllers;
  /** Names of the charts that are the real ones. */
  readonly real: readonly string[];
  /** Commits a folder as it is and has Flux told, as the FluxInstance does; gives back the revision. */
  readonly push: (folder: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

async function startFluxWorld(tree: Tree, key: string): Promise<FluxWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'cluster-template-flux-'));
  const stops = [(): Promise<void> => rm(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const one of stops.reverse()) await one();
  };
  try {
    const { archives, real } = await packCharts(tree, folder, tools.paths.helm);
    const outside = await startOutsideWorld(folder, archives);
    stops.push(outside.stop);
    const cluster = await startCluster(tools);
    stops.push(cluster.stop);
    await installCrds(cluster);
    await apply(cluster, standInDefinitions(tree));
    const metadata = { name: 'sops-age', namespace: 'flux-system' };
    const keys = { 'age.agekey': await readFile(key, 'utf8') };
    await apply(cluster, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } }]);
    await apply(cluster, [{ apiVersion: 'v1', kind: 'Secret', metadata, stringData: keys }]);
    const flux = await startFlux(tools, { folder, kubeconfig: cluster.kubeconfig, env: outside.env });
    stops.push(flux.stop);
    return { cluster, flux, real, stop, push: (from) => push(cluster, outside, from) };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function push(cluster: TestCluster, outside: OutsideWorld, folder: string): Promise<string> {
  const repository = join(outside.repositories, 'cluster.git');
  const git = (...words: readonly string[]): string =>
    execFileSync(
      'git',
      ['-c', 'core.bare=false', '-c', 'user.name=test', '-c', 'user.email=test@localhost', ...words],
      {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, GIT_DIR: repository, GIT_WORK_TREE: folder, GIT_CONFIG_GLOBAL: '/dev/null' },
      },
    );
  if (!existsSync(repository)) execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', repository]);
  git('add', '--all', '.');
  git('commit', '--quiet', '--message', 'configure');
  await apply(cluster, syncObjects(`${outside.git}/cluster.git`));
  const annotation = `${REQUESTED}=${new Date().toISOString()}`;
  const words = ['annotate', 'gitrepositories.source.toolkit.fluxcd.io', 'flux-system', '--namespace=flux-system'];
  const { code, stderr } = await cluster.kubectl([...words, '--overwrite', annotation]);
  if (code !== 0) throw new Error(stderr);
  return `refs/heads/main@sha1:${git('rev-parse', 'HEAD').trim()}`;
}

/** What the operator makes of `sync` in the FluxInstance. */
function syncObjects(url: string): Fields[] {
  const metadata = { name: 'flux-system', namespace: 'flux-system' };
  const sourceRef = { kind: 'GitRepository', name: 'flux-system' };
  return [
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata,
      spec: { interval: '1m', ref: { name: 'refs/heads/main' }, url },
    },
    {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata,
      spec: { interval: '10m', path: 'kubernetes/flux/cluster', prune: true, sourceRef },
    },
  ];
}

/** A Kustomization is ready after those that it depends on. */
function expectOrder({ objects, order }: Reconciled): void {
  const place = (key: string): number => order.findIndex((keys) => keys.includes(key));
  let count = 0;
  for (const [key, object] of objects) {
    if (!key.startsWith('Kustomization ')) continue;
    for (const one of listAt(object, 'spec', 'dependsOn')) {
      const namespace = textAt(one, 'namespace') || textAt(object, 'metadata', 'namespace');
      const needed = `Kustomization ${namespace}/${textAt(one, 'name')}`;
      expect(place(needed), `${key} depends on ${needed}`).toBeGreaterThanOrEqual(0);
      expect(place(needed), `${key} depends on ${needed}`).toBeLessThanOrEqual(place(key));
      count += 1;
    }
  }
  expect(count).toBeGreaterThan(0);
}

/** Everything is in the cluster as the files say: applied once, its secrets in plain text and its variables replaced. */
async function expectApplied({ cluster }: FluxWorld, tree: Tree, { objects }: Reconciled): Promise<void> {
  const inventory = inventoryOf(objects.values());
  expect([...inventory].filter(([, owners]) => owners.length > 1)).toEqual([]);
  const there = await applied(cluster, inventory);
  expect([...inventory.keys()].filter((key) => !there.has(key))).toEqual([]);

  const identities = parseIdentityFile(await readFile(SAMPLE_KEY, 'utf8'), 'age.key');
  const options = { tree, kubectl: tools.paths.kubectl, identities };
  const secrets = new Map((await decryptedObjects(options)).map((one) => [textAt(one, 'metadata', 'name'), one]));
  const missed: string[] = [];
  for (const [key, object] of there) {
    if (object.kind !== 'Secret') continue;
    const plain = secrets.get(textAt(object, 'metadata', 'name'));
    if (plain === undefined) missed.push(key);
    for (const [field, value] of Object.entries((at(plain, 'stringData') ?? {}) as Fields)) {
      const held = Buffer.from(textAt(object, 'data', field), 'base64').toString('utf8');
      expect(held === value, `${field} of ${key} is not what its file holds`).toBe(true);
    }
  }
  expect(missed).toEqual([]);

  const differing = (await fluxObjects(options)).flatMap(({ object }) => {
    const key = inventoryKeyOf(object);
    // A target namespace is nothing to what has none.
    const found = there.get(key) ?? there.get(key.replace(/ [^ ]*\//, ' /'));
    if (object.kind === 'Secret') return [];
    const { namespace: _, ...metadata } = object.metadata as Fields;
    if (found === undefined) return [`${key} is not there`];
    // A list has the version that the API prefers.
    const wanted = { ...object, metadata, apiVersion: found.apiVersion };
    return differences(wanted, found).map((path) => `${key}: ${path}`);
  });
  expect(differing).toEqual([]);
}

/** Paths of what one has and the other has otherwise; an API adds defaults, and takes quantities and empty fields in its own form. */
function differences(wanted: unknown, found: unknown, path = ''): string[] {
  if (isFields(wanted)) {
    return Object.entries(wanted).flatMap(([name, value]) => {
      if (value === null || (isFields(value) && Object.keys(value).length === 0)) return [];
      return isFields(found) ? differences(value, found[name], `${path}/${name}`) : [path];
    });
  }
  if (Array.isArray(wanted)) {
    if (wanted.length === 0) return [];
    if (!Array.isArray(found) || found.length !== wanted.length) return [path];
    return wanted.flatMap((value, index) => differences(value, found[index], `${path}/${String(index)}`));
  }
  return wanted === found ? [] : [`${path} ${JSON.stringify(wanted)} ${JSON.stringify(found)}`];
}

/** The objects of an inventory, by their keys in it. */
async function applied(cluster: TestCluster, inventory: ReadonlyMap<string, unknown>): Promise<Map<string, Fields>> {
  const kinds = [...new Set([...inventory.keys()].map((key) => key.slice(0, key.lastIndexOf(' '))))];
  const resources = kinds.map((one) => {
    const [group = '', kind = ''] = one.split(' ');
    return group === '' ? kind : `${kind}.${group}`;
  });
  const objects = await listAll(cluster, resources);
  const all = objects.map((object) => [inventoryKeyOf(object).replaceAll(':', '__'), object] as const);
  return new Map(all.filter(([key]) => inventory.has(key)));
}

/** What each applied object says, but for what its controller writes down of it. */
async function contents({ cluster }: FluxWorld, { objects }: Reconciled): Promise<Map<string, string>> {
  const there = await applied(cluster, inventoryOf(objects.values()));
  return new Map(
    [...there].sort().map(([key, { status: _, metadata, ...rest }]) => {
      const { labels, annotations, uid } = metadata as Fields;
      const { [REQUESTED]: _asked, ...others } = (annotations ?? {}) as Fields;
      return [key, JSON.stringify({ ...rest, labels, uid, annotations: others })];
    }),
  );
}

async function isThere(cluster: TestCluster, key: string): Promise<boolean> {
  const [group = '', kind = '', place = ''] = key.split(' ');
  const [namespace = '', name = ''] = place.replaceAll('__', ':').split('/');
  const resource = group === '' ? kind : `${kind}.${group}`;
  const where = namespace === '' ? [] : [`--namespace=${namespace}`];
  return (await cluster.kubectl(['get', resource, name, ...where])).code === 0;
}

/** `reconcile`, `unstick` and `debug`, by the real flux and kubectl. */
async function expectCommands({ cluster }: FluxWorld, folder: string): Promise<void> {
  await writeFile(join(folder, 'kubeconfig'), await readFile(cluster.kubeconfig), { mode: 0o600 });
  const path = [dirname(tools.paths.flux), dirname(tools.paths.kubectl), process.env.PATH ?? ''].join(delimiter);
  const run = async (...words: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await startCommand([...words, '--root', folder], { env: { PATH: path } });
    expect(code, `${words.join(' ')}: ${stdout}${stderr}`).toBe(0);
    return stdout;
  };
  expect(await run('reconcile')).toContain('is reconciled\n');
  expect(await run('reconcile', 'helmrelease', 'spegel', '--namespace', 'kube-system')).toBe(
    'helmrelease kube-system/spegel is reconciled\n',
  );
  expect(await run('unstick', 'helmrelease', 'spegel', '--namespace', 'kube-system')).toBe(
    'helmrelease kube-system/spegel was suspended and goes on\n',
  );
  expect(await run('debug', 'kube-system/spegel')).toContain('no cause was found\n');
}

/** Definitions without a schema, of kinds whose own cannot be had. */
function standInDefinitions(tree: Tree): Fields[] {
  const kinds = new Map<string, { group: string; version: string; kind: string }>();
  for (const { fields } of tree.documents) {
    const [group = '', version = ''] = textAt(fields, 'apiVersion').split('/');
    const kind = textAt(fields, 'kind');
    if (STAND_INS.includes(group)) kinds.set(`${group} ${kind}`, { group, version, kind });
  }
  return [...kinds.values()].map(({ group, version, kind }) => {
    const singular = kind.toLowerCase();
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    return {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${singular}s.${group}` },
      spec: {
        group,
        names: { kind, singular, plural: `${singular}s`, listKind: `${kind}List` },
        scope: 'Namespaced',
        versions: [{ name: version, served: true, storage: true, schema }],
      },
    };
  });
}

async function apply(cluster: TestCluster, objects: readonly Fields[]): Promise<void> {
  if (objects.length === 0) return;
  const text = objects.map((object) => `---\n${JSON.stringify(object)}\n`).join('');
  const { code, stderr } = await cluster.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], text);
  if (code !== 0) throw new Error(stderr);
}

/** `15 Kustomizations, 13 HelmReleases`. */
function table({ objects }: Reconciled): string {
  const kinds = [...objects.values()].map(({ kind }) => String(kind));
  return [...new Set(kinds)].map((kind) => `${String(kinds.filter((one) => one === kind).length)} ${kind}`).join(', ');
}

/** Why what a script fetches is not all there; undefined where it is. */
function fetched(script: string): string | undefined {
  if (tools.missing !== undefined) return tools.missing;
  const { status, stderr } = spawnSync(join(REPOSITORY, 'scripts', script), ['--strict'], { encoding: 'utf8' });
  return status === 0 ? undefined : `${script}: ${stderr.trim()}`;
}
