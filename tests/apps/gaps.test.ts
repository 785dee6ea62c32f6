import { describe, expect, it } from 'vitest';
import { gapsOf, gapsOfApp } from '../../src/apps/gaps.ts';
import { appNamed } from '../../src/apps/named.ts';
import { appLabel } from '../../src/apps/repository.ts';
import { Failure } from '../../src/report/finding.ts';
import { appsIn, filesOf, HOME, ks, listing, type Texts } from './fixtures.ts';

const FILMS = 'kubernetes/apps/media/films';

function without(isMeant: (path: string) => boolean): Texts {
  return Object.fromEntries(Object.entries(HOME).filter(([path]) => !isMeant(path)));
}

const artifact = (spec: string): Texts => ({
  ...HOME,
  [`${FILMS}/ks.yaml`]: ks('media', 'films', { path: './films' }).replace(
    'kind: GitRepository\n    name: flux-system\n    namespace: flux-system',
    'kind: ExternalArtifact\n    name: films',
  ),
  'kubernetes/flux/cluster/artifacts.yaml': `---
apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata:
  name: apps
  namespace: media
spec:
  sources:
    - alias: repo
      kind: GitRepository
      name: flux-system
      namespace: flux-system
    - alias: other
      kind: OCIRepository
      name: other
  artifacts:
    - name: films
      copy:
${spec}`,
});

describe('apps that are there by half', () => {
  it.each<[string, Texts, { code: string; message: string; remedy: string }]>([
    [
      'a folder that nothing lists',
      {
        ...HOME,
        'kubernetes/apps/media/kustomization.yaml': listing(
          ['./namespace.yaml', './radio/ks.yaml'],
          'namespace: media\n',
        ),
      },
      {
        code: 'manifests/orphan-file',
        message: `the Kustomization films is not applied: no kustomization.yaml that Flux reads lists ${FILMS}/ks.yaml`,
        remedy: `list ./films/ks.yaml in kubernetes/apps/media/kustomization.yaml, or remove ${FILMS}`,
      },
    ],
    [
      'a line without its folder',
      without((path) => path.startsWith(`${FILMS}/`)),
      {
        code: 'manifests/missing-file',
        message: `${FILMS}/ks.yaml is listed and does not exist, so that Flux can build nothing of kubernetes/apps/media`,
        remedy: `take the line out, or restore ${FILMS}/ks.yaml`,
      },
    ],
    [
      'a Kustomization without what it applies',
      without((path) => path.startsWith(`${FILMS}/app/`)),
      {
        code: 'manifests/flux-folder',
        message: `the Kustomization media/films applies nothing: there is no folder ${FILMS}/app`,
        remedy: `restore it, or remove ${FILMS}/ks.yaml and the line that lists it`,
      },
    ],
    [
      'what comes out of an artifact that is not made here',
      artifact('        - from: "@other/films/**"\n          to: "@artifact/films/"\n'),
      {
        code: 'manifests/not-read',
        message: 'what the Kustomization media/films applies was not read: it comes out of the ExternalArtifact films',
        remedy: 'look after it where it lies',
      },
    ],
  ])('%s is told with its place, and whoever names it hears of it', (_, texts, { code, message, remedy }) => {
    const repository = appsIn(filesOf(texts));
    const gaps = gapsOf(repository);
    expect(gaps).toMatchObject([{ code, message, remedy }]);
    expect(gaps[0]?.place?.line).toBeGreaterThan(0);
    const app = repository.apps.find((one) => appLabel(one) === 'media/films');
    if (app === undefined) {
      expect(() => appNamed(repository, 'media/films')).toThrow(Failure);
      expect(failureOf(() => appNamed(repository, 'media/films')).findings).toMatchObject([
        { severity: 'error', code, message, remedy },
      ]);
      expect(failureOf(() => appNamed(repository, 'media/films')).kind).toBe('input');
    } else expect(gapsOfApp(repository, app)).toEqual(gaps);
  });

  it('are not those that are whole', () => {
    expect(gapsOf(appsIn(filesOf(HOME)))).toEqual([]);
  });
});

describe('an app that Flux takes as an artifact of its own', () => {
  it.each([
    ['its folder', `        - from: "@repo/${FILMS}/app/**"\n          to: "@artifact/films/"\n`],
    [
      'a folder around it',
      '        - from: "@repo/kubernetes/apps/media/films/**"\n          to: "@artifact/"\n',
      './app',
    ],
    ['all of the repository', '        - from: "@repo/"\n          to: "@artifact/"\n', `./${FILMS}/app`],
  ])('is found by %s', (_, copy, path = './films') => {
    const texts = artifact(copy);
    const repository = appsIn(
      filesOf({ ...texts, [`${FILMS}/ks.yaml`]: (texts[`${FILMS}/ks.yaml`] ?? '').replace('./films', path) }),
    );
    expect(gapsOf(repository)).toEqual([]);
    expect(
      appNamed(repository, 'media/films')
        .objects.map(({ kind }) => kind)
        .sort(),
    ).toEqual(['HelmRelease', 'OCIRepository', 'PersistentVolumeClaim']);
  });
});

function failureOf(act: () => unknown): Failure {
  try {
    act();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
