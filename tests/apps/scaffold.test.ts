import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { buildApp } from '../../src/apps/build.ts';
import { appNamed } from '../../src/apps/named.ts';
import { BadAnswer, readTarget } from '../../src/apps/answer-values.ts';
import type { Answers } from '../../src/apps/answers.ts';
import { readRequest } from '../../src/apps/request.ts';
import type { Profile } from '../../src/checks/rule.ts';
import { RULES } from '../../src/checks/rules/list.ts';
import { checkTools, examine } from '../../src/checks/run.ts';
import { readSettings, SETTINGS_FILE } from '../../src/checks/settings.ts';
import { Environment } from '../../src/jinja/index.ts';
import { syntaxOptions } from '../../src/makejinja/render.ts';
import { parseSettings } from '../../src/makejinja/settings.ts';
import { schemaChecker } from '../../src/manifests/schemas.ts';
import { templateText } from '../../src/pipeline/app-new.ts';
import { PROVIDED } from '../../src/pipeline/schema-sources.ts';
import type { Finding } from '../../src/report/finding.ts';
import { formatFindings } from '../../src/report/text.ts';
import { valueAt } from '../../src/text/values.ts';
import { allPairs, coveringArray, pairsOf } from '../checks/covering-array.ts';
import { appsIn, HOME, ks, listing, release, source } from './fixtures.ts';
import { combination, COMBINATIONS, CONFIG_FILES, LEVELS, PROFILE_NAMES } from './matrix.ts';
import { eachOf } from '../support/parted.ts';
import { asFiles, contextIn, newApp, type Texts, world } from './world.ts';

describe('the matrix', () => {
  it('brings every two choices together', () => {
    const missing = allPairs(LEVELS);
    for (const pair of coveringArray(LEVELS).flatMap(pairsOf)) missing.delete(pair);
    expect([...missing]).toEqual([]);
  });
});

const tools = checkTools(schemaChecker(PROVIDED));

async function findingsIn(texts: Texts): Promise<readonly Finding[]> {
  const files = asFiles(texts);
  const settings = readSettings(
    files.find(({ path }) => path === SETTINGS_FILE),
    RULES,
  );
  const manifests = files.filter(({ path }) => path !== SETTINGS_FILE);
  const { findings } = await examine(manifests, { rules: RULES, settings, tools, paths: [] });
  return findings;
}

describe('what app new writes', () => {
  eachOf(COMBINATIONS, 4)('has no finding of validate and lint: %s', async (_, { profile, choices }) => {
    const { settings, answers } = combination(profile, choices);
    const before = world(profile, settings);
    const { after, changed } = await newApp(before, 'web/site', answers, CONFIG_FILES);
    if (choices.files === 'templates') expect(await throughTemplates(changed)).toEqual(changed);
    const known = new Set((await findingsIn(before)).map(keyOf));
    const found = (await findingsIn(after)).filter(
      (one) => !known.has(keyOf(one)) || one.place?.file.includes('/web/') === true,
    );
    expect(formatFindings(found)).toBe('');
  });
});

/** Files of a new app, written as templates of the starter and rendered by its settings. */
async function throughTemplates(texts: Texts): Promise<Texts> {
  const settings = parseSettings(await readFile('tests/sample/cluster/makejinja.toml', 'utf8'), 'makejinja.toml');
  const environment = new Environment(syntaxOptions({ settings, plugins: [] }));
  return Object.fromEntries(
    Object.entries(texts).map(([path, text]) => [path, environment.renderString(templateText(text), {})]),
  );
}

describe('a database server alone', () => {
  it.each(PROFILE_NAMES)('has no finding of validate and lint: %s', async (profile) => {
    const { settings } = combination(profile, {});
    const before = world(profile, settings);
    const { after, changed } = await newApp(before, 'web/ledger', { kind: 'cnpg-cluster', pvc: ['20Gi'] });
    const known = new Set((await findingsIn(before)).map(keyOf));
    expect(formatFindings((await findingsIn(after)).filter((one) => !known.has(keyOf(one))))).toBe('');
    expect(Object.keys(changed).filter((path) => path.includes('/app/'))).toEqual([]);
  });
});

const IMAGE = `ghcr.io/example/site:1.2.3@sha256:${'5a'.repeat(32)}`;

describe('an answer that cannot be taken', () => {
  it.each<[string, Profile, Answers, string, string]>([
    ['no image', 'default', {}, 'neither an image nor a chart is named', '--image'],
    [
      'a tag that moves',
      'default',
      { image: 'ghcr.io/example/site:latest' },
      'latest of ghcr.io/example/site moves',
      'digest',
    ],
    ['no digest', 'external-secrets', { image: 'ghcr.io/example/site:1.2.3' }, 'has no digest', 'crane digest'],
    [
      'half a digest',
      'default',
      { image: 'ghcr.io/example/site:1.2.3@sha256:12' },
      'sha256:12 is no digest',
      '64 hexadecimal',
    ],
    [
      'no version',
      'guarded',
      { image: `ghcr.io/example/site:stable-7@sha256:${'5a'.repeat(32)}` },
      'is no full version',
      '1.2.3',
    ],
    [
      'a class that there is not',
      'default',
      { image: IMAGE, pvc: ['5Gi'], class: 'ceph-blok' },
      'there is no storage class ceph-blok',
      'ceph-block',
    ],
    [
      'a block class for many',
      'default',
      { image: IMAGE, pvc: ['5Gi'], class: 'ceph-block', accessMode: 'RWX' },
      'cannot do ReadWriteMany',
      'rook-ceph-filesystem',
    ],
    [
      'one claim by both',
      'default',
      { image: IMAGE, pvc: ['5Gi'], backup: '5Gi' },
      'both --backup and --pvc make the claim site',
      '--pvc cache=',
    ],
    ['one claim twice', 'default', { image: IMAGE, pvc: ['5Gi', '6Gi'] }, 'makes the claim site twice', '--pvc cache='],
    ['no size', 'default', { image: IMAGE, pvc: ['5'] }, '5 is no size of a volume', '5Gi'],
    [
      'a service that nobody has',
      'default',
      { image: IMAGE, use: ['redis'] },
      'no service redis',
      'apps.services.redis',
    ],
    ['an unknown service', 'default', { image: IMAGE, use: ['redi'] }, '--use does not take redi', 'redis'],
    [
      'no server to share',
      'default',
      { image: IMAGE, db: 'postgres', dbMode: 'shared' },
      'no database server that apps share',
      '--db-mode own',
    ],
    [
      'a server that nobody backs up',
      'default',
      { image: IMAGE, db: 'postgres', dbMode: 'own' },
      'nobody knows where a database server is backed up to',
      'apps.services.s3',
    ],
    [
      'no address',
      'default',
      { image: IMAGE, port: '80', lb: '192.0.2.400' },
      '--lb 192.0.2.400 are no addresses',
      'an IPv4 address',
    ],
    [
      'a foreign domain',
      'default',
      { image: IMAGE, port: '80', host: 'a.example.org' },
      'lies in none of the domains',
      'home.example',
    ],
    ['a host without a port', 'default', { image: IMAGE, host: 'site' }, 'nothing is known to listen', '--port'],
    [
      'a login without a provider',
      'default',
      { image: IMAGE, port: '80', host: 'site', oidc: 'gateway' },
      'no identity provider',
      'apps.oidcIssuer',
    ],
    [
      'an address',
      'guarded',
      { image: IMAGE, port: '80', lb: '192.0.2.7' },
      'no load balancer for web/site',
      'service/no-loadbalancer',
    ],
    [
      'a secret in an argument',
      'default',
      { image: IMAGE, secret: ['TOKEN=abc'] },
      'takes a name alone',
      '--secret TOKEN',
    ],
    [
      'a secret as a variable',
      'default',
      { image: IMAGE, env: ['API_TOKEN=abc'] },
      'sounds like a secret',
      '--secret API_TOKEN',
    ],
    ['a port that is none', 'default', { image: IMAGE, port: '70000' }, '70000 is no port', '65535'],
    [
      'values of a chart',
      'default',
      { chart: 'oci://ghcr.io/example/site:1.0.0', env: ['A=b'] },
      '--env is for an image',
      'by hand',
    ],
    [
      'a Helm repository',
      'guarded',
      { chart: 'site:1.0.0', helmRepo: 'https://charts.example.com' },
      'out of registries alone',
      'oci://',
    ],
    [
      'a dependency',
      'default',
      { image: IMAGE, dependsOn: ['storage/garge'] },
      'there is no Kustomization storage/garge',
      'storage/garage',
    ],
  ])('%s', (...row) => {
    const [, profile, answers, message, remedy] = row;
    const repository = profile === 'default' ? withoutServices() : world(profile);
    const read = (): unknown => readRequest(readTarget('web/site'), answers, contextIn(repository));
    expect(read).toThrow(BadAnswer);
    expect(read).toThrow(message);
    expect(mistakeOf(read)?.remedy).toContain(remedy);
  });

  it.each(['site', 'Web/site', 'web/site/more', 'web/', 'web/a_b'])('a name that names no app: %s', (name) => {
    expect(() => readTarget(name)).toThrow('does not name an app');
  });
});

/** A repository whose operators tell of no service. */
function withoutServices(): Texts {
  return Object.fromEntries(
    Object.entries(world('default')).filter(([path]) => !/\/(?:dragonfly|cloudnative-pg-cluster)\/app\//.test(path)),
  );
}

function mistakeOf(read: () => unknown): BadAnswer | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return error instanceof BadAnswer ? error : undefined;
  }
}

function keyOf({ code, message, place }: Finding): string {
  return JSON.stringify([code, message, place?.file]);
}

describe('a base of somebody else', () => {
  const base = (kinds: readonly string[], services: readonly string[] = []): Texts => ({
    'vendor/widget/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - all.yaml\n`,
    'vendor/widget/all.yaml': [
      ...kinds.map(
        (kind) => `---\napiVersion: apps/v1\nkind: ${kind}\nmetadata:\n  name: widget-${kind.toLowerCase()}\n`,
      ),
      ...services.map(
        (name) => `---\napiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\nspec:\n  ports:\n    - port: 80\n`,
      ),
    ].join(''),
  });

  it('is listed and patched by kind, and what is made has no finding', async () => {
    const before = { ...world('default'), ...base(['Deployment', 'Deployment', 'DaemonSet'], ['board']) };
    const answers = { fromBase: './vendor/widget/', port: '80', host: 'board', monitor: 'rule' };
    const { after, changed } = await newApp(before, 'web/widget', answers);
    const path = 'kubernetes/apps/web/widget/app';
    expect(Object.keys(changed).filter((one) => one.startsWith(path))).toEqual([
      `${path}/httproute.yaml`,
      `${path}/prometheusrule.yaml`,
      `${path}/kustomization.yaml`,
    ]);
    const text = changed[`${path}/kustomization.yaml`] ?? '';
    expect(text).toContain('  - ../../../../../vendor/widget\n');
    expect([...text.matchAll(/target:\n +kind: (\w+)/g)].map(([, kind]) => kind)).toEqual(['DaemonSet', 'Deployment']);
    expect(changed[`${path}/httproute.yaml`]).toContain('name: board\n');
    const known = new Set((await findingsIn(before)).map(keyOf));
    const found = (await findingsIn(after)).filter(
      (one) => !known.has(keyOf(one)) && !one.place?.file.startsWith('vendor/'),
    );
    expect(formatFindings(found)).toBe('');
    const app = appNamed(appsIn(asFiles(after)), 'web/widget');
    const annotated = buildApp(app).objects.filter(
      (one) => valueAt(one, ['metadata', 'annotations', 'reloader.stakater.com/auto']) === 'true',
    );
    expect(annotated.map(({ kind }) => kind).sort()).toEqual(['DaemonSet', 'Deployment']);
  });

  it.each<[string, Answers, string]>([
    ['a folder without a base', { fromBase: 'vendor/gadget' }, 'there is no kustomization.yaml in that folder, or'],
    ['a folder outside', { fromBase: '../widget' }, 'there is no kustomization.yaml in that folder, or'],
    ['a folder of apps', { fromBase: 'kubernetes/apps/network' }, 'that is a folder of apps'],
    ['an address without a version', { fromBase: 'https://github.com/example/widget' }, 'names no version'],
    ['an image besides', { fromBase: 'vendor/widget', image: `a/b:1.0.0` }, 'goes with neither --image nor --chart'],
    ['a variable', { fromBase: 'vendor/widget', env: ['A=b'] }, 'vendor/widget is not changed'],
    ['a volume', { fromBase: 'vendor/widget', pvc: ['1Gi'] }, 'what mounts a volume in vendor/widget is not known'],
    ['a Service that it has not', { fromBase: 'vendor/widget', port: '80', service: 'c' }, 'brings no Service c'],
    ['two Services', { fromBase: 'vendor/widget', port: '80', host: 'board' }, 'several Services: a, b'],
  ])('%s is refused', async (_, answers, message) => {
    const before = { ...world('default'), ...base(['Deployment'], ['a', 'b']) };
    await expect(newApp(before, 'web/widget', answers)).rejects.toThrow(message);
  });

  it('at an address gets a patch for each kind that may be there', async () => {
    const fromBase = 'https://github.com/example/widget//config?ref=v1.0.0';
    const { changed } = await newApp(world('default'), 'web/widget', { fromBase });
    const text = changed['kubernetes/apps/web/widget/app/kustomization.yaml'] ?? '';
    expect(text).toContain(`  - ${fromBase}\n`);
    expect(text.match(/target:/g)).toHaveLength(3);
  });
});

describe('what a repository does', () => {
  const apps = (count: number, of: (name: string) => Texts): Texts =>
    Object.assign({}, ...Array.from({ length: count }, (_, index) => of(`app${String(index)}`))) as Texts;
  const folder = (name: string): string => `kubernetes/apps/media/${name}/app`;
  const repository = (count: number, extra: (name: string) => Texts = () => ({})): Texts => {
    const names = Array.from({ length: count }, (_, index) => `app${String(index)}`);
    return {
      ...HOME,
      'kubernetes/apps/media/kustomization.yaml': listing(
        ['./namespace.yaml', ...names.map((name) => `./${name}/ks.yaml`)],
        'namespace: media\n',
      ),
      ...apps(count, (name) => {
        const more = extra(name);
        return {
          [`kubernetes/apps/media/${name}/ks.yaml`]: ks('media', name),
          [`${folder(name)}/helmrelease.yaml`]: release(name),
          [`${folder(name)}/ocirepository.yaml`]: source(name).replace('interval: 1h', 'interval: 10m'),
          [`${folder(name)}/kustomization.yaml`]: listing([
            './helmrelease.yaml',
            './ocirepository.yaml',
            ...Object.keys(more).map((path) => `./${path.slice(path.lastIndexOf('/') + 1)}`),
          ]),
          ...more,
        };
      }),
    };
  };
  const external = (name: string): Texts => ({
    [`${folder(name)}/externalsecret.yaml`]: `# yaml-language-server: $schema=https://schemas.example.com/external-secrets.io/externalsecret_v1.json
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: ${name}
spec:
  secretStoreRef:
    kind: ClusterSecretStore
    name: doppler-apps
  target:
    name: ${name}
  dataFrom:
    - extract:
        key: ${name}
`,
  });

  it('is done for a new app: route, secrets, intervals, remediation and schemas', () => {
    const { style } = contextIn(repository(4, external));
    expect(style).toMatchObject({
      routeIn: 'values',
      secrets: 'doppler',
      secretStore: 'doppler-apps',
      secretName: '{app}',
      sourceInterval: '10m',
      appVariable: true,
      remediates: true,
      catalogue: 'https://schemas.example.com',
    });
  });

  it('attaches apps to a gateway like others, and to none that is for something of its own', () => {
    const models = (name: string): Texts => ({
      [`${folder(name)}/route.yaml`]:
        `---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata:\n  name: ${name}\nspec:\n  parentRefs:\n${'    - name: models\n'.repeat(9)}` +
        (name === 'app0'
          ? '---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata:\n  name: models\nspec:\n  gatewayClassName: models\n  listeners: []\n'
          : ''),
    });
    const texts = repository(4, models);
    expect(contextIn(texts).style.gateway).toBe('media/models');
    const path = 'kubernetes/apps/network/gateway.yaml';
    const two = `${texts[path] ?? ''}---\n${texts[path]?.replace('internal', 'external') ?? ''}`;
    expect(contextIn({ ...texts, [path]: two }).style.gateway).toBe('network/internal');
  });

  it('leaves out of a release what a patch of all of them says', () => {
    const path = 'kubernetes/flux/cluster/ks.yaml';
    const patch = `  patches:\n    - patch: |\n        kind: HelmRelease\n        spec:\n          upgrade:\n            cleanupOnFail: true\n      target:\n        kind: HelmRelease\n`;
    const texts = repository(4);
    expect(contextIn({ ...texts, [path]: `${texts[path] ?? ''}${patch}` }).style.remediates).toBe(false);
  });

  it('counts for nothing where it is done twice, and less than what the settings say', () => {
    expect(contextIn(repository(2, external)).style).toMatchObject({
      secrets: 'sops',
      sourceInterval: '1h',
      remediates: true,
    });
    const settings = 'apps:\n  secrets: sops\n  routeIn: file\n';
    const { style } = contextIn({ ...repository(4, external), [SETTINGS_FILE]: settings });
    expect(style).toMatchObject({ secrets: 'sops', routeIn: 'file' });
  });
});

describe('a file in the values', () => {
  it('is what it is, though Flux replaces variables there', async () => {
    const files = new Map([['a.conf', 'x=${X}\n']]);
    const answers = {
      image: `ghcr.io/example/site:1.0.0@sha256:${'a'.repeat(64)}`,
      inlineConfig: ['a.conf:/etc/a.conf'],
    };
    const { after, changed } = await newApp(world('template'), 'web/site', answers, files);
    expect(changed['kubernetes/apps/web/site/app/helmrelease.yaml']).toContain('x=$${X}\n');
    const known = new Set((await findingsIn(world('template'))).map(keyOf));
    expect(formatFindings((await findingsIn(after)).filter((one) => !known.has(keyOf(one))))).toBe('');
    const { objects } = buildApp(appNamed(appsIn(asFiles(after)), 'web/site'));
    const found = objects.map((one) => valueAt(one, ['spec', 'values', 'configMaps', 'config', 'data', 'a.conf']));
    expect(found).toContain('x=${X}\n');
  });
});
