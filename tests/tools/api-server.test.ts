import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../src/apps/build.ts';
import { appNamed } from '../../src/apps/named.ts';
import { findApps } from '../../src/apps/repository.ts';
import { SETTINGS_FILE } from '../../src/checks/settings.ts';
import { fluxTrees } from '../../src/manifests/flux/tree.ts';
import { readTree } from '../../src/manifests/tree.ts';
import { parseIdentityFile } from '../../src/sops/identities.ts';
import { combination, COMBINATIONS, CONFIG_FILES } from '../apps/matrix.ts';
import { asFiles, newApp, type Texts, world } from '../apps/world.ts';
import { at, textAt, type Fields } from '../golden/trees.ts';
import { clusterTools, installCrds, startCluster, type TestCluster } from './cluster.ts';
import { dryRun, kindOf, makeNamespaces, refusals, servedKinds } from './support/applying.ts';
import { fetchCrds } from './support/fetched-crds.ts';
import { decryptedObjects, fluxObjects, type Applied } from './support/flux.ts';
import { REPOSITORY, titled } from './support/tools.ts';
import { treeCases } from './support/trees.ts';

const tools = clusterTools();
const missing = tools.missing ?? fetchCrds();
const trees = await treeCases();
const identities = parseIdentityFile(await readFile(join(REPOSITORY, 'tests/sample/age.key'), 'utf8'), 'age.key');

/** API groups whose CRDs no Go module holds: their objects are named and not applied. */
const NOT_HAD = new Set([
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
    await makeNamespaces(cluster, namespacesOf(all));
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
    await makeNamespaces(cluster, ['web']);
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

function object(apiVersion: string, kind: string, name: string, rest: Fields): Fields {
  return { apiVersion, kind, metadata: { name, namespace: 'default' }, ...rest };
}

/** The names of the namespaces among objects. */
function namespacesOf(all: readonly Applied[]): string[] {
  return all
    .filter(({ object: one }) => kindOf(one) === '/v1/Namespace')
    .map((one) => textAt(one.object, 'metadata', 'name'));
}
