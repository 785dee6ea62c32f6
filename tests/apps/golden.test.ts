import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { parseAllDocuments } from 'yaml';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Answers } from '../../src/apps/answers.ts';
import { storeItemsOf } from '../../src/apps/requirements.ts';
import type { Profile } from '../../src/checks/rule.ts';
import { fluxTree } from '../../src/manifests/flux/tree.ts';
import { readTree } from '../../src/manifests/tree.ts';
import { at, asFields, type Fields, isFields } from '../../src/text/values.ts';
import { combination, COMBINATIONS, CONFIG_FILES } from './matrix.ts';
import { asFiles, newApp, type Texts, world } from './world.ts';
import { parted } from '../support/parted.ts';

const IMAGE = `ghcr.io/example/site:1.2.3@sha256:${'5a'.repeat(32)}`;

/** An app as somebody would ask for it in a repository of a profile. */
interface Golden {
  readonly profile: Profile;
  readonly target?: string;
  readonly answers: Answers;
  /** The files of the recipe that the repository has, in its order. */
  readonly recipe?: readonly string[];
}

const GOLDEN: Readonly<Record<string, Golden>> = {
  'volume-and-secret': {
    profile: 'template',
    answers: { image: IMAGE, port: '8080', host: 'site', pvc: ['5Gi'], secret: ['API_KEY'] },
  },
  // Namespace, ks.yaml, kustomization, source, release, secret, registration.
  'recipe-in-seven-steps': {
    profile: 'single-cluster',
    answers: {
      image: IMAGE,
      port: '8080',
      host: 'site',
      db: 'postgres',
      dbMode: 'shared',
      backup: '5Gi',
      oidc: 'native',
      monitor: 'rule,gatus',
    },
    recipe: [
      'namespace.yaml',
      'site/ks.yaml',
      'site/app/kustomization.yaml',
      'site/app/ocirepository.yaml',
      'site/app/helmrelease.yaml',
      'site/app/externalsecret.yaml',
      'kustomization.yaml',
    ],
  },
  // The same with claim, route, configuration and monitoring in files of their own.
  'recipe-in-ten-steps': {
    profile: 'guarded',
    answers: {
      image: IMAGE,
      port: '8080',
      host: 'site',
      pvc: ['5Gi'],
      secret: ['API_KEY'],
      probe: 'http:/health',
      config: ['site.yaml'],
      monitor: 'rule,servicemonitor',
    },
    recipe: [
      'namespace.yaml',
      'site/ks.yaml',
      'site/app/kustomization.yaml',
      'site/app/ocirepository.yaml',
      'site/app/helmrelease.yaml',
      'site/app/externalsecret.yaml',
      'site/app/pvc.yaml',
      'site/app/httproute.yaml',
      'site/app/prometheusrule.yaml',
      'kustomization.yaml',
    ],
  },
  // A digest, a store, a backup in ks.yaml and the route in the values.
  'recipe-in-nine-steps': {
    profile: 'external-secrets',
    answers: {
      image: IMAGE,
      port: '8080',
      host: 'site',
      backup: '10Gi:/data',
      secret: ['API_KEY'],
      memory: '1Gi',
      probe: 'http:/health',
    },
    recipe: [
      'namespace.yaml',
      'kustomization.yaml',
      'site/ks.yaml',
      'site/app/kustomization.yaml',
      'site/app/ocirepository.yaml',
      'site/app/helmrelease.yaml',
      'site/app/externalsecret.yaml',
    ],
  },
  // Seven places: the list of the namespace, ks.yaml, the list of the app, source, release, secret and route.
  'checklist-of-seven-places': {
    profile: 'template',
    answers: { image: IMAGE, port: '8080', host: 'site', secret: ['API_KEY'] },
    recipe: [
      'kustomization.yaml',
      'site/ks.yaml',
      'site/app/kustomization.yaml',
      'site/app/ocirepository.yaml',
      'site/app/helmrelease.yaml',
      'site/app/secret.sops.yaml',
      'site/app/httproute.yaml',
    ],
  },
  'ingress-of-a-tailnet': {
    profile: 'overlays',
    answers: { image: IMAGE, port: '8080', host: 'site', generate: ['SESSION_KEY'] },
  },
  'database-of-its-own': { profile: 'guarded', answers: { image: IMAGE, port: '8080', host: 'site', db: 'postgres' } },
  'database-server': {
    profile: 'single-cluster',
    target: 'storage/ledger',
    answers: { kind: 'cnpg-cluster', pvc: ['20Gi'] },
  },
  'chart-with-definitions': {
    profile: 'single-cluster',
    answers: {
      chart: 'site:2.0.0',
      helmRepo: 'https://charts.example.com',
      crds: 'oci://ghcr.io/example/charts/site-crds:2.0.0',
      port: '80',
      host: 'site',
      service: 'site-web',
    },
  },
  'login-and-address': {
    profile: 'strict',
    answers: {
      image: IMAGE,
      port: '8080',
      host: 'site',
      external: true,
      oidc: 'gateway',
      lb: '192.0.2.40,2001:db8::40',
      nfs: ['nas.home.arpa:/media:/media'],
      use: ['redis', 'smtp'],
      inlineConfig: ['inline.yaml:/etc/inline.yaml'],
    },
  },
};

describe('a new app', () => {
  it.each(Object.entries(GOLDEN))(
    'is what it was: %s',
    async (name, { profile, target = 'web/site', answers, recipe }) => {
      const { settings } = combination(profile, {});
      const { changed, made } = await newApp(world(profile, settings), target, answers, CONFIG_FILES);
      const plain = Object.fromEntries(
        made.sealed.map(({ path, plain: text }) => [path, text(({ item, field }) => `<${item}.${field}>`)]),
      );
      const texts: Texts = { ...changed, ...plain };
      const shown = Object.keys(texts)
        .sort()
        .map((path) => `==> ${path} <==\n${texts[path] ?? ''}`);
      await expect(shown.join('\n')).toMatchFileSnapshot(`golden/${name}.txt`);
      const folder = target.split('/')[0] ?? '';
      const own = Object.keys(changed).map((path) => path.slice(path.indexOf(`/${folder}/`) + folder.length + 2));
      expect((recipe ?? []).filter((path) => !own.includes(path))).toEqual([]);
    },
  );
});

describe('values of app-template', () => {
  let isRight: (values: unknown) => string;

  beforeAll(async () => {
    const files = JSON.parse(await readFile('tests/apps/app-template/schemas.json', 'utf8')) as Record<string, Fields>;
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    for (const [path, schema] of Object.entries(files))
      ajv.addSchema({ ...schema, $id: `https://app-template.test/${path}` });
    const validate = ajv.getSchema('https://app-template.test/values.schema.json');
    isRight = (values) => (validate?.(values) === true ? '' : ajv.errorsText(validate?.errors ?? ([{}] as never)));
  });

  it('are checked at all', () => {
    expect(isRight({ controllers: { site: { containers: { app: { image: { repository: 7 } } } } } })).toContain(
      'repository',
    );
    expect(isRight({ controllers: { site: { containers: { app: { imagee: {} } } } } })).toContain(
      'additional properties',
    );
  });

  const { usual, others } = parted(COMBINATIONS, 5);
  const meet = async (combinations: typeof COMBINATIONS): Promise<void> => {
    let checked = 0;
    for (const [title, { profile, choices }] of combinations) {
      const { settings, answers } = combination(profile, choices);
      const { changed } = await newApp(world(profile, settings), 'web/site', answers, CONFIG_FILES);
      for (const values of Object.values(changed).flatMap(templateValues)) {
        expect(isRight(values), title).toBe('');
        checked += 1;
      }
    }
    expect(checked).toBeGreaterThan(combinations.length / 4);
  };
  it('fit its own schema, in a fifth of all combinations of two choices', async () => {
    await meet(usual);
  });
  it('fit its own schema, in the other combinations of two choices', { tags: 'long' }, async () => {
    await meet(others);
  });
});

/** The values of a release that has controllers. */
function templateValues(text: string): Fields[] {
  return parseAllDocuments(text, { merge: true }).flatMap((document) => {
    const values = at(document.toJS(), 'spec', 'values');
    return isFields(values) && isFields(values.controllers) ? [values] : [];
  });
}

describe('probes and anchors', () => {
  it('has one probe for both, and no alias before its anchor', async () => {
    const { changed } = await newApp(world('default'), 'web/site', {
      image: IMAGE,
      port: '8080',
      probe: 'http:/health',
      host: 'site',
    });
    const text = Object.entries(changed).find(([path]) => path.endsWith('/helmrelease.yaml'))?.[1] ?? '';
    const [document] = parseAllDocuments(text);
    expect(document?.errors).toEqual([]);
    const probes = asFields(
      at(document?.toJS(), 'spec', 'values', 'controllers', 'site', 'containers', 'app', 'probes'),
    );
    expect(probes.liveness).toEqual(probes.readiness);
    expect(at(probes, 'liveness', 'spec', 'httpGet')).toEqual({ path: '/health', port: 8080 });
  });
});

describe('what stores have to hold', () => {
  it.each<Profile>(['single-cluster', 'external-secrets'])('is what the new app asks for: %s', async (profile) => {
    const { settings } = combination(profile, {});
    const { after, made } = await newApp(world(profile, settings), 'web/site', {
      image: IMAGE,
      port: '8080',
      secret: ['API_KEY'],
      db: 'postgres',
      dbMode: 'shared',
    });
    const { tree } = readTree(asFiles(after));
    const items = storeItemsOf(fluxTree(tree)).filter(({ neededBy }) =>
      neededBy.some((one) => /^web\/site(?:-db-init)?$/.test(one)),
    );
    const wanted = made.requirements.map(({ item, field }) =>
      profile === 'external-secrets' ? field : `${item}.${field}`,
    );
    expect(
      items
        .flatMap(({ item, fields }) => (fields.length === 0 ? [item] : fields.map((field) => `${item}.${field}`)))
        .sort(),
    ).toEqual(wanted.sort());
    expect(wanted).toContain(
      profile === 'external-secrets' ? 'POSTGRES_SUPER_PASS' : 'cloudnative-pg.POSTGRES_SUPER_PASS',
    );
  });
});
