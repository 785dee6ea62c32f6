import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Draft } from '../../src/apps/draft.ts';
import { withName } from '../../src/apps/text/names.ts';
import { doEdits } from '../../src/apps/edit.ts';
import { appLike } from '../../src/apps/like.ts';
import { type AppEdits, copyApp, moveApp } from '../../src/apps/move.ts';
import { removeApp } from '../../src/apps/remove.ts';
import { appNamed } from '../../src/apps/named.ts';
import { type AppRepository, findApps } from '../../src/apps/repository.ts';
import { graphOf } from '../../src/graph/graph.ts';
import { fluxTrees } from '../../src/manifests/flux/tree.ts';
import { readTree } from '../../src/manifests/tree.ts';
import { unifiedDiff } from '../../src/workspace/diff.ts';
import { appsIn, filesOf, HOME, ks, listing, type Texts, textsOf } from './fixtures.ts';
import { contextIn } from './world.ts';

const GOLDEN = join(import.meta.dirname, 'golden');

interface Done {
  readonly texts: Texts;
  readonly draft: Draft;
  readonly made: AppEdits;
}

/** Does to the apps of a repository what a command makes of them; nothing may dangle afterwards. */
function done(texts: Texts, make: (repository: AppRepository) => AppEdits, dangling: readonly string[] = []): Done {
  const draft = new Draft(filesOf(texts));
  const made = make(appsIn(filesOf(texts)));
  expect(doEdits(draft, made.edits)).toEqual([]);
  const [flux] = fluxTrees(readTree(draft.files()).tree);
  if (flux === undefined) throw new Error('nothing of Flux is left');
  expect(flux.problems.map(({ kind }) => kind)).toEqual([]);
  const missing = graphOf(flux).nodes.filter(({ isMissing }) => isMissing === true);
  expect(missing.map(({ id }) => id)).toEqual(dangling);
  return { texts: textsOf(draft), draft, made };
}

function moved(texts: Texts, name: string, namespace: string, to: string): Done {
  return done(texts, (repository) => moveApp(repository, appNamed(repository, name), { namespace, name: to }));
}

/** What changed, as git shows it: files that moved by both names, and the lines that differ. */
function patchOf({ draft, made }: Done): string {
  const files = draft.changes().map(({ path, from, before, after }) => {
    const head = from === undefined ? path : `${from} -> ${path}`;
    return `${before === undefined ? '+' : after === undefined ? '-' : '~'} ${head}\n${unifiedDiff(before ?? '', after ?? '')}`;
  });
  const told = made.findings.map(
    ({ message, place, remedy = '' }) => `? ${place?.file ?? ''}:${String(place?.line)} ${message} = ${remedy}\n`,
  );
  return [...files, ...told, ...made.notes.map((note) => `! ${note}\n`)].join('');
}

/** What stands in the way of many apps: a split of its Kustomization, components, a grant, an encrypted secret, pages that name it. */
const AWKWARD: Texts = {
  ...HOME,
  'kubernetes/components/backup/kustomization.yaml':
    'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources:\n  - ./map.yaml\n',
  'kubernetes/components/backup/map.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${APP}-backup\n',
  'kubernetes/apps/media/films/ks.yaml':
    ks('media', 'films-crds', { path: './kubernetes/apps/media/films/crds' }) +
    ks('media', 'films', {
      spec: '  components:\n    - ../../../../components/backup\n  dependsOn:\n    - name: films-crds\n    - name: radio\n',
    }),
  'kubernetes/apps/media/films/crds/kustomization.yaml': listing(['./map.yaml']),
  'kubernetes/apps/media/films/crds/map.yaml':
    '---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: films-crds\n  namespace: media\ndata:\n  url: http://films.media.svc:8080\n',
  'kubernetes/apps/media/films/app/kustomization.yaml': listing([
    './helmrelease.yaml',
    './ocirepository.yaml',
    './pvc.yaml',
    './secret.sops.yaml',
    './grant.yaml',
  ]),
  'kubernetes/apps/media/films/app/secret.sops.yaml':
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: films\nstringData:\n  key: ENC[AES256_GCM,data:eA==,iv:x,tag:x,type:str]\nsops:\n  mac: ENC[AES256_GCM,data:eA==,iv:x,tag:x,type:str]\n',
  'kubernetes/apps/media/films/app/grant.yaml':
    '---\napiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\nmetadata:\n  name: films\nspec:\n  from:\n    - group: gateway.networking.k8s.io\n      kind: HTTPRoute\n      namespace: web\n  to:\n    - group: ""\n      kind: Service\n      name: films\n',
  '.github/CODEOWNERS': '# Who\nkubernetes/apps/media/films @somebody\n',
};

describe('an app that moves', () => {
  it.each([
    ['to a namespace that is there', HOME, 'web', 'films'],
    ['to a namespace that is not', HOME, 'cinema', 'films'],
    ['and gets another name', HOME, 'web', 'movies'],
    ['with all that stands in its way', AWKWARD, 'cinema', 'films'],
  ])('%s', async (what, texts, namespace, name) => {
    const one = moved(texts, 'media/films', namespace, name);
    await expect(patchOf(one)).toMatchFileSnapshot(join(GOLDEN, `move ${what}.diff`));
    const label = `${namespace}/${name}`;
    const back = moved(one.texts, label, 'media', 'films');
    // What a sibling in its namespace left to the default is written out by now.
    if (texts === HOME) expect(back.texts).toEqual(texts);
    expect(appsIn(filesOf(one.texts)).apps.map((app) => `${app.namespace}/${app.name}`)).toContain(label);
  });

  it('takes its namespace along where nothing else is in it', () => {
    const one = moved(HOME, 'web/front', 'media', 'front');
    expect(Object.keys(one.texts).filter((path) => path.startsWith('kubernetes/apps/web/'))).toEqual([]);
    expect(moved(one.texts, 'media/front', 'web', 'front').texts).toEqual(HOME);
  });

  it('gets another name', async () => {
    const one = moved(AWKWARD, 'media/films', 'media', 'movies');
    await expect(patchOf(one)).toMatchFileSnapshot(join(GOLDEN, 'rename.diff'));
  });

  it.each([
    ['media', 'radio', 'there is an app media/radio already'],
    ['Media', 'films', '"Media" is no name of Kubernetes'],
    ['media', 'a.b', '"a.b" is no name of Kubernetes'],
  ])('is not moved to %s/%s', (namespace, name, message) => {
    expect(() => moved(HOME, 'media/films', namespace, name)).toThrow(message);
  });
});

/** Two clusters that take the same app out of a base, each with a patch of its own; each lists it above the folder of its namespace. */
const OVERLAYS: Texts = Object.fromEntries([
  ...['home', 'away'].flatMap((cluster) => [
    [
      `clusters/${cluster}/ks.yaml`,
      ks('flux-system', 'apps', { path: `./apps/${cluster}` }).replace(
        'name: &app apps',
        'name: &app apps\n  namespace: flux-system',
      ),
    ],
    [`apps/${cluster}/kustomization.yaml`, listing(['./web/site/ks.yaml', './web/front/ks.yaml'])],
    [
      `apps/${cluster}/web/site/ks.yaml`,
      ks('web', 'site', { path: `./apps/${cluster}/web/site/app` }).replace(
        'name: &app site',
        'name: &app site\n  namespace: flux-system',
      ),
    ],
    [
      `apps/${cluster}/web/site/app/kustomization.yaml`,
      `${listing(['../../../../base/web/site'])}patches:\n  - path: ./patch.yaml\n`,
    ],
    [
      `apps/${cluster}/web/site/app/patch.yaml`,
      '---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: site\nspec:\n  replicas: 2\n',
    ],
    [
      `apps/${cluster}/web/front/ks.yaml`,
      ks('web', 'front', { path: `./apps/${cluster}/web/front/app`, spec: '  dependsOn:\n    - name: site\n' }).replace(
        'name: &app front',
        'name: &app front\n  namespace: flux-system',
      ),
    ],
    [`apps/${cluster}/web/front/app/kustomization.yaml`, listing(['./map.yaml'])],
    [
      `apps/${cluster}/web/front/app/map.yaml`,
      '---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: front\ndata:\n  url: http://site.web.svc:80\n',
    ],
  ]),
  ['apps/base/web/site/kustomization.yaml', listing(['./deployment.yaml', './service.yaml'])],
  [
    'apps/base/web/site/deployment.yaml',
    "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: site\nspec:\n  template:\n    spec:\n      containers:\n        - name: app\n          image: 'ghcr.io/example/site:1.2.3'\n",
  ],
  [
    'apps/base/web/site/service.yaml',
    '---\napiVersion: v1\nkind: Service\nmetadata:\n  name: site\nspec:\n  ports:\n    - port: 80\n',
  ],
]) as Texts;

describe('an app of two clusters with one base', () => {
  const relocated = (namespace: string, name: string): { readonly draft: Draft; readonly made: AppEdits } => {
    const draft = new Draft(filesOf(OVERLAYS));
    const files = filesOf(OVERLAYS);
    const { tree } = readTree(files);
    const repository = findApps(files, tree, fluxTrees(tree, ['clusters/home']));
    const made = moveApp(repository, appNamed(repository, 'web/site'), { namespace, name });
    expect(doEdits(draft, made.edits)).toEqual([]);
    for (const cluster of ['clusters/home', 'clusters/away']) {
      const [flux] = fluxTrees(readTree(draft.files()).tree, [cluster]);
      expect(flux?.problems).toEqual([]);
      const nodes = flux === undefined ? [] : graphOf(flux).nodes;
      expect(nodes.filter(({ isMissing }) => isMissing === true)).toEqual([]);
      expect(flux?.objects.filter(({ kind }) => kind === 'Deployment')).toHaveLength(1);
    }
    return { draft, made };
  };

  it.each([
    ['moves with its patch, and stays listed', 'media', 'site'],
    ['gets another name, and what the base calls stays', 'web', 'shop'],
  ])('%s', async (what, namespace, name) => {
    const { draft, made } = relocated(namespace, name);
    await expect(patchOf({ texts: {}, draft, made })).toMatchFileSnapshot(join(GOLDEN, `overlay ${what}.diff`));
    const base = draft.changes().filter(({ path }) => path.startsWith('apps/base/') || path.includes('/away/'));
    expect(base).toEqual([]);
  });
});

describe('an app like another one', () => {
  it.each([
    ['in the same namespace', HOME, 'media', 'movies'],
    ['in another one, under the same name', AWKWARD, 'web', 'films'],
  ])('is made %s', async (what, texts, namespace, name) => {
    const to = { namespace, name };
    const sealed = texts === AWKWARD;
    const draft = new Draft(filesOf(texts));
    const repository = appsIn(filesOf(texts));
    const made = copyApp(repository, appNamed(repository, 'media/films'), to);
    expect(doEdits(draft, made.edits)).toEqual([]);
    await expect(patchOf({ texts: {}, draft, made })).toMatchFileSnapshot(join(GOLDEN, `like ${what}.diff`));
    const own = Object.entries(textsOf(draft)).filter(([path]) =>
      path.startsWith(`kubernetes/apps/${namespace}/${name}/`),
    );
    expect(own.map(([path]) => path.split('/').at(-1)).includes('secret.sops.yaml')).toBe(false);
    if (!sealed) expect(own.filter(([path, text]) => /films/i.test(path + text))).toEqual([]);
  });

  it('has what is answered in the place of what its model has', async () => {
    const digest = `sha256:${'5a'.repeat(32)}`;
    const answers = { image: `ghcr.io/example/pictures:2.0.0@${digest}`, port: '9000', host: 'cinema', memory: '1Gi' };
    const texts = {
      ...HOME,
      'kubernetes/apps/media/films/app/helmrelease.yaml': (
        HOME['kubernetes/apps/media/films/app/helmrelease.yaml'] ?? ''
      )
        .replace(
          '    persistence:',
          '            probes:\n              liveness:\n                spec:\n                  httpGet:\n                    port: &port 8080\n' +
            '            resources:\n              limits:\n                memory: 512Mi\n    persistence:',
        )
        .replace(/(ports:\n +http:\n +port: )8080/, '$1*port'),
    };
    const draft = new Draft(filesOf(texts));
    const repository = appsIn(filesOf(texts));
    const context = contextIn(texts);
    const model = appNamed(repository, 'media/films');
    const made = appLike(repository, model, { namespace: 'media', name: 'pictures' }, { answers, context });
    expect(doEdits(draft, made.edits)).toEqual([]);
    await expect(patchOf({ texts: {}, draft, made })).toMatchFileSnapshot(join(GOLDEN, 'like with answers.diff'));
    expect(() =>
      appLike(repository, model, { namespace: 'media', name: 'x' }, { answers: { backup: '5Gi' }, context }),
    ).toThrow('--backup does not go with --like');
    const radio = { namespace: 'media', name: 'x' };
    const none = appLike(repository, appNamed(repository, 'media/radio'), radio, { answers: { cpu: '1' }, context });
    expect(none.findings.map(({ message }) => message)).toEqual([
      '--cpu 1 has no place in the copy: media/radio says none',
    ]);
  });

  it('keeps variables of templates, and renames what they are given', () => {
    const path = 'templates/overrides/kubernetes/apps/media/films/ks.yaml.j2';
    const text = "#< flux_kustomization('media', 'films') >#\n# films: #< films_host | default(\"films.lan\") >#\n";
    const draft = new Draft(filesOf({ [path]: text }));
    const [from, to] = ['kubernetes/apps/media/films', 'kubernetes/apps/media/movies'];
    const rename = (one: string): string => withName(one, 'films', 'movies');
    doEdits(draft, [{ kind: 'copy-app', from, to, rename, name: 'x', without: new Set() }]);
    expect(draft.text(path.replace('films', 'movies'))).toBe(
      "#< flux_kustomization('media', 'movies') >#\n# movies: #< films_host | default(\"movies.lan\") >#\n",
    );
  });

  it('is moved, renamed and removed again, and leaves no trace', () => {
    const like = (repository: AppRepository): AppEdits =>
      copyApp(repository, appNamed(repository, 'media/films'), { namespace: 'media', name: 'movies' });
    const one = done(HOME, like);
    const two = moved(one.texts, 'media/movies', 'cinema', 'movies');
    const three = moved(two.texts, 'cinema/movies', 'cinema', 'pictures');
    const four = done(three.texts, (repository) => removeApp(repository, appNamed(repository, 'cinema/pictures')));
    expect(four.texts).toEqual(HOME);
  });

  it('is not made where there is one', () => {
    const repository = appsIn(filesOf(HOME));
    const films = appNamed(repository, 'media/films');
    expect(() => copyApp(repository, films, { namespace: 'web', name: 'front' })).toThrow('there is an app web/front');
  });

  it.each<readonly [what: string, left: string, make: (repository: AppRepository) => AppEdits]>([
    [
      'a file where a copy would be put',
      'kubernetes/apps/web/movies/app/helmrelease.yaml',
      (repository) => copyApp(repository, appNamed(repository, 'media/films'), { namespace: 'web', name: 'movies' }),
    ],
    [
      'a file among those that move',
      'kubernetes/apps/web/films/app/old.yaml',
      (repository) => moveApp(repository, appNamed(repository, 'media/films'), { namespace: 'web', name: 'films' }),
    ],
    [
      'what is left of a namespace',
      'kubernetes/apps/tools/namespace.yaml',
      (repository) => moveApp(repository, appNamed(repository, 'media/films'), { namespace: 'tools', name: 'films' }),
    ],
  ])('nothing is written over %s', (_, left, make) => {
    const files = filesOf({ ...HOME, [left]: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: mine\n' });
    const draft = new Draft(files);
    expect(() => doEdits(draft, make(appsIn(files)).edits)).toThrow(`${left} is there already`);
  });
});

describe('what is no manifest', () => {
  const FRONT = 'kubernetes/apps/web/front/app';
  const FILMS = 'kubernetes/apps/media/films/app';
  const generator = (name: string, file: string): string =>
    `configMapGenerator:\n  - name: ${name}\n    files:\n      - ${file}\n`;
  const texts: Texts = {
    ...HOME,
    [`${FRONT}/kustomization.yaml`]: `${HOME[`${FRONT}/kustomization.yaml`] ?? ''}${generator('front', 'config/front.yml')}`,
    [`${FRONT}/config/front.yml`]: 'films:\n  url: http://films.media.svc.cluster.local/films # films\n',
    [`${FILMS}/kustomization.yaml`]: `${HOME[`${FILMS}/kustomization.yaml`] ?? ''}${generator('films', 'config/films.ini')}`,
    [`${FILMS}/config/films.ini`]: 'me=films.media.svc\nother=radio.media.svc\n',
  };

  it.each([
    ['media', 'movies', 'movies.media'],
    ['cinema', 'films', 'films.cinema'],
    ['web', 'movies', 'movies.web'],
  ])('and goes into a ConfigMap calls %s/%s by its host', (namespace, name, host) => {
    const { texts: after, made } = moved(texts, 'media/films', namespace, name);
    expect(after[`${FRONT}/config/front.yml`]).toBe(`films:\n  url: http://${host}.svc.cluster.local/films # films\n`);
    expect(after[`kubernetes/apps/${namespace}/${name}/app/config/films.ini`]).toBe(
      `me=${host}.svc\nother=radio.media.svc\n`,
    );
    expect(made.findings.filter(({ message }) => message.includes('speaks of'))).toEqual([]);
  });

  it("calls the copy where it is the copy's, and the model where it is another one's", () => {
    const { texts: after } = done(texts, (repository) =>
      copyApp(repository, appNamed(repository, 'media/films'), { namespace: 'media', name: 'movies' }),
    );
    expect(after[`${FRONT}/config/front.yml`]).toBe(texts[`${FRONT}/config/front.yml`]);
    expect(after['kubernetes/apps/media/movies/app/config/movies.ini']).toBe(
      'me=movies.media.svc\nother=radio.media.svc\n',
    );
  });
});

describe('names in values of app-template', () => {
  it.each([
    ['a Service by a name of its own', '      films:\n        forceRename: films\n', 'forceRename: movies'],
    [
      'a selector by expressions',
      '      films:\n        pod:\n          affinity:\n            matchExpressions:\n              - key: app.kubernetes.io/name\n                operator: In\n                values:\n                  - films\n',
      '- movies\n',
    ],
  ])('%s follows the app', (_, lines, expected) => {
    const path = 'kubernetes/apps/media/films/app/helmrelease.yaml';
    const text = (HOME[path] ?? '').replace('      films:\n', () => lines);
    expect(text).not.toBe(HOME[path]);
    const { texts: after, made } = moved({ ...HOME, [path]: text }, 'media/films', 'media', 'movies');
    expect(after[path.replaceAll('films', 'movies')]).toContain(expected);
    expect(made.findings).toEqual([]);
  });
});

describe('an app that is removed', () => {
  it('leaves what refers to it, which is told with what becomes of its data', async () => {
    const remove = (repository: AppRepository): AppEdits => removeApp(repository, appNamed(repository, 'media/films'));
    const one = done(HOME, remove, ['Kustomization/media/films']);
    await expect(patchOf(one)).toMatchFileSnapshot(join(GOLDEN, 'remove.diff'));
  });

  it('takes its namespace along where nothing else is in it', () => {
    const one = done(HOME, (repository) => removeApp(repository, appNamed(repository, 'web/front')));
    expect(Object.keys(one.texts).filter((path) => path.startsWith('kubernetes/apps/web/'))).toEqual([]);
  });
});
