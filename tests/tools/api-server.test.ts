import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../src/apps/build.ts';
import { appNamed, findApps } from '../../src/apps/repository.ts';
import { SETTINGS_FILE } from '../../src/checks/settings.ts';
import { fluxTrees } from '../../src/manifests/flux/tree.ts';
import { readTree } from '../../src/manifests/tree.ts';
import { parseIdentityFile } from '../../src/sops/identities.ts';
import { combination, COMBINATIONS, CONFIG_FILES } from '../apps/matrix.ts';
import { asFiles, newApp, type Texts, world } from '../apps/world.ts';
import { at, listAt, textAt, type Fields } from '../golden/trees.ts';
import { clusterTools, installCrds, startCluster, type TestCluster } from './cluster.ts';
import { decryptedObjects, fluxObjects, type Applied } from './support/flux.ts';
import { REPOSITORY, titled } from './support/tools.ts';
import { treeCases } from './support/trees.ts';

const tools = clusterTools();
const crds = fetchCrds();
const missing = tools.missing ?? crds;
const trees = await treeCases();
const identities = parseIdentityFile(await readFile(join(REPOSITORY, 'tests/sample/age.key'), 'utf8'), 'age.key');

/** API groups whose CRDs no Go module holds: their objects are named and not applied. */
const NOT_HAD = new Set([
  'ceph.rook.io',
  'dragonflydb.io',
  'grafana.integreatly.org',
  'pocketid.internal',
  'tuppr.home-operations.com',
]);

describe.skipIf(missing !== undefined)(titled('a Kubernetes API', missing), () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await startCluster(tools);
    await installCrds(cluster);
  }, 300_000);

  afterAll(async () => {
    await cluster.stop();
  }, 60_000);

  it('refuses what is wrong', async () => {
    const wrong = object('v1', 'ConfigMap', 'wrong', { dta: {} });
    expect(await dryRun(cluster, wrong)).toMatch(/dta: field not declared in schema|unknown field "dta"/);
    const kind = object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'wrong', { spec: { interval: 1 } });
    expect(await dryRun(cluster, kind)).toMatch(/spec\.interval/);
    expect(await dryRun(cluster, object('v1', 'ConfigMap', 'right', { data: { a: 'b' } }))).toBe('');
  });

  it.each(trees)('takes everything that Flux would apply of %s', async (_, tree) => {
    const options = { tree, kubectl: tools.paths.kubectl, identities };
    const applied = await fluxObjects(options);
    const bootstrap = (await decryptedObjects(options)).map((one) => ({ object: one, from: 'bootstrap/' }));
    const all = [...applied, ...bootstrap.filter(({ object: one }) => at(one, 'metadata', 'namespace') !== undefined)];
    expect(applied.length).toBeGreaterThan(20);
    await makeNamespaces(cluster, all);
    await expectTaken(cluster, tree.name, all);
  });

  // The same object comes out of many combinations; each is asked about once.
  it('takes everything that app new writes, in every combination of two choices', async () => {
    const found = new Map<string, Applied>();
    for (const [title, { profile, choices }] of COMBINATIONS) {
      const { settings, answers } = combination(profile, choices);
      const { after } = await newApp(world(profile, settings), 'web/site', answers, CONFIG_FILES);
      for (const object of appObjects(after, 'web/site')) {
        const key = JSON.stringify(object);
        if (!found.has(key)) found.set(key, { object, from: title });
      }
    }
    const all = [...found.values()];
    expect(all.length).toBeGreaterThan(100);
    await makeNamespaces(cluster, [
      { object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'web' } }, from: '' },
    ]);
    await expectTaken(cluster, 'the matrix of app new', all);
  });
});

/** What Flux would apply of an app, its Kustomizations among it; of Secrets the keys are right, and their values are not told. */
function appObjects(texts: Texts, name: string): Fields[] {
  const files = asFiles(texts).filter(({ path }) => path !== SETTINGS_FILE);
  const { tree } = readTree(files);
  const app = appNamed(findApps(files, tree, fluxTrees(tree)), name);
  const kustomizations = app.kustomizations.map(({ fields, namespace }) => ({
    ...fields,
    metadata: { ...(fields.metadata as Fields), namespace },
  }));
  // A build does not tell what a variable stands for that comes out of a Secret.
  return [...kustomizations, ...buildApp(app).objects].map(
    (object) => JSON.parse(JSON.stringify(object).replaceAll('${SECRET_DOMAIN}', 'home.example')) as Fields,
  );
}

/** Objects whose kinds the API serves are taken by it; the others are of groups whose CRDs cannot be had. */
async function expectTaken(cluster: TestCluster, title: string, all: readonly Applied[]): Promise<void> {
  const served = await servedKinds(cluster);
  const known = all.filter(({ object: one }) => served.has(kindOf(one)));
  const unknown = [...new Set(all.map((one) => kindOf(one.object)).filter((kind) => !served.has(kind)))];
  if (unknown.length > 0) console.info(`${title}: no CRD for ${unknown.sort().join(', ')}`);
  expect(unknown.filter((kind) => !NOT_HAD.has(kind.split('/')[0] ?? ''))).toEqual([]);
  expect(await refusals(cluster, known)).toEqual([]);
  const kinds = new Set(known.map((one) => kindOf(one.object)));
  console.info(`${title}: ${String(known.length)} objects of ${String(kinds.size)} kinds`);
}

/** Why there are no CRDs; undefined where they are there. */
function fetchCrds(): string | undefined {
  if (tools.missing !== undefined) return tools.missing;
  const script = join(REPOSITORY, 'scripts/fetch-crds.sh');
  const { status, stderr } = spawnSync(script, ['--strict'], { encoding: 'utf8' });
  return status === 0 ? undefined : `the CRDs are not all there: ${stderr.trim()}`;
}

function object(apiVersion: string, kind: string, name: string, rest: Fields): Fields {
  return { apiVersion, kind, metadata: { name, namespace: 'default' }, ...rest };
}

/** `group/version/kind`; the core group has no name. */
function kindOf(one: Fields): string {
  const apiVersion = textAt(one, 'apiVersion');
  return `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}/${textAt(one, 'kind')}`;
}

/** api-resources names the preferred version of a kind alone. */
async function servedByDefinitions(cluster: TestCluster): Promise<string[]> {
  const { stdout } = await cluster.kubectl(['get', 'customresourcedefinitions', '--output', 'json']);
  return listAt(JSON.parse(stdout) as Fields, 'items').flatMap((one) =>
    listAt(one, 'spec', 'versions')
      .filter((version) => at(version, 'served') === true)
      .map((version) => {
        const apiVersion = `${textAt(one, 'spec', 'group')}/${textAt(version, 'name')}`;
        return kindOf({ apiVersion, kind: textAt(one, 'spec', 'names', 'kind') });
      }),
  );
}

async function servedKinds(cluster: TestCluster): Promise<ReadonlySet<string>> {
  const { stdout } = await cluster.kubectl(['api-resources', '--no-headers']);
  const preferred = stdout.split('\n').flatMap((line) => {
    const [kind = '', , apiVersion = ''] = line.trim().split(/\s+/).reverse();
    return kind === '' ? [] : [kindOf({ apiVersion, kind })];
  });
  return new Set([...preferred, ...(await servedByDefinitions(cluster))]);
}

/** Namespaces are made in earnest: nothing can be tried in one that is not there. */
async function makeNamespaces(cluster: TestCluster, all: readonly Applied[]): Promise<void> {
  const own = all
    .filter(({ object: one }) => kindOf(one) === '/v1/Namespace')
    .map((one) => textAt(one.object, 'metadata', 'name'));
  // Flux's own is made by the bootstrap, before Flux is.
  const names = new Set(['flux-system', ...own]);
  const list = [...names].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
  const { code, stderr } = await cluster.kubectl(['apply', '--server-side', '-f', '-'], stream(list));
  if (code !== 0) throw new Error(stderr);
}

/** All at once, as that is quick; one by one where something is refused, to say what. */
async function refusals(cluster: TestCluster, all: readonly Applied[]): Promise<string[]> {
  const together = await dryRun(cluster, ...all.map((one) => one.object));
  if (together === '') return [];
  const found: string[] = [];
  for (const { object: one, from } of all) {
    const message = await dryRun(cluster, one);
    if (message !== '') found.push(`${from}: ${kindOf(one)} ${textAt(one, 'metadata', 'name')}: ${message}`);
  }
  return found.length > 0 ? found : [together];
}

/** What the API says against objects; an empty text where it takes them. Their text goes over standard input. */
async function dryRun(cluster: TestCluster, ...objects: readonly Fields[]): Promise<string> {
  const arguments_ = [
    'apply',
    '--server-side',
    '--force-conflicts',
    '--validate=strict',
    '--dry-run=server',
    '-f',
    '-',
  ];
  const { code, stderr } = await cluster.kubectl(arguments_, stream(objects));
  return code === 0 ? '' : stderr.trim() || `kubectl ended with ${String(code)}`;
}

/** JSON documents are YAML documents. */
function stream(objects: readonly Fields[]): string {
  return objects.map((one) => `---\n${JSON.stringify(one)}\n`).join('');
}
