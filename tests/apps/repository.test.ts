import { describe, expect, it } from 'vitest';
import { factsOf } from '../../src/apps/facts.ts';
import { hostsIn, referrersOf } from '../../src/apps/referrers.ts';
import { appNamed } from '../../src/apps/named.ts';
import { appLabel } from '../../src/apps/repository.ts';
import { Failure } from '../../src/report/finding.ts';
import { appsIn, filesOf, HOME, ks, listing, release, source } from './fixtures.ts';

describe('the apps of a repository', () => {
  it('are its folders with a Kustomization of their own, with all that there is to know of them', () => {
    const { apps } = appsIn(filesOf(HOME));
    expect(apps.map(appLabel)).toEqual(['media/films', 'media/radio', 'web/front']);
    const [films] = apps;
    expect(films).toMatchObject({ folder: 'kubernetes/apps/media/films' });
    expect(films?.registrations.map(({ file, entry }) => [file.path, entry])).toEqual([
      ['kubernetes/apps/media/kustomization.yaml', './films/ks.yaml'],
    ]);
    expect(films && factsOf(films)).toMatchObject({
      releases: [{ kind: 'HelmRelease', name: 'films', chart: 'app-template', version: '4.4.0' }],
      images: [{ repository: 'ghcr.io/example/films', tag: '1.0.0', container: 'app' }],
      routes: [{ hostname: 'films.example.com', through: 'internal' }],
      volumes: [{ name: 'films', size: '5Gi', storageClass: 'ceph-block', kind: 'claim' }],
      dependsOn: [],
    });
  });

  it('are the folders of one Kustomization that brings several, and files where it has no folders', () => {
    const flux = {
      'clusters/home/flux-system/gotk-sync.yaml': ks('flux-system', 'flux-system', { path: './clusters/home' }),
      'clusters/home/apps.yaml': ks('', 'apps', { path: './apps/home' }).replace('  targetNamespace: \n', ''),
      'clusters/home/infrastructure.yaml': ks('infra', 'infra', { path: './infrastructure' }),
      'apps/home/kustomization.yaml': listing(['../base/site', '../base/shop']),
      'infrastructure/kustomization.yaml': listing(['dns.yaml', 'vpn.yaml']),
      'infrastructure/dns.yaml': source('dns') + release('dns'),
      'infrastructure/vpn.yaml': source('vpn') + release('vpn'),
    };
    const bases = ['site', 'shop'].map((name) => ({
      [`apps/base/${name}/kustomization.yaml`]: listing(['release.yaml', 'source.yaml'], `namespace: ${name}\n`),
      [`apps/base/${name}/release.yaml`]: release(name),
      [`apps/base/${name}/source.yaml`]: source(name),
    }));
    const { apps } = appsIn(filesOf(Object.assign({}, flux, ...bases) as Record<string, string>));
    expect(apps.map((app) => [appLabel(app), app.folder])).toEqual([
      ['infra/dns', 'infrastructure/dns.yaml'],
      ['infra/vpn', 'infrastructure/vpn.yaml'],
      ['shop/shop', 'apps/base/shop'],
      ['site/site', 'apps/base/site'],
    ]);
    expect(apps[2]?.registrations.map(({ entry }) => entry)).toEqual(['../base/shop']);
  });

  it('are found by their own name, and by that of what they apply', () => {
    const crds = ks('media', 'films-crds', { path: './kubernetes/apps/media/films/crds' });
    const texts = { ...HOME, 'kubernetes/apps/media/films/ks.yaml': crds + ks('media', 'films') };
    const repository = appsIn(filesOf(texts));
    expect(appNamed(repository, 'media/films-crds').name).toBe('films');
    for (const [name, message, remedy] of [
      ['media/flims', 'there is no app media/flims', 'did you mean media/films?'],
      ['web/films', 'there is no app web/films', 'did you mean media/films?'],
      ['films', 'films is no app: it takes a namespace and a name', 'write it as in default/echo'],
    ] as const) {
      expect(() => appNamed(repository, name)).toThrow(message);
      expect(remedyOf(() => appNamed(repository, name))).toContain(remedy);
    }
  });

  it('know who waits for them, names and calls them', () => {
    const repository = appsIn(filesOf(HOME));
    const films = appNamed(repository, 'media/films');
    expect(referrersOf(films).map(({ from, how, target }) => [from.kind, from.name, how, target])).toEqual([
      ['Kustomization', 'front', 'depends on', 'media/films'],
      ['HelmRelease', 'front', 'calls', 'films.media.svc.cluster.local'],
    ]);
  });
});

describe('hosts in a text', () => {
  it.each([
    ['http://films.media.svc.cluster.local:8080/x', ['films.media.svc.cluster.local']],
    ['films.media:80', ['films.media']],
    ['films.media', ['films.media']],
    ['films-http.media.svc', ['films-http.media.svc']],
    ['the file films.media is none', []],
    ['films.mediator.svc', []],
    ['old-films.media.svc', []],
    ['films.media.example.com', []],
  ])('%s', (text, hosts) => {
    expect(hostsIn(text, ['films'], 'media')).toEqual(hosts);
  });
});

/** What a refusal says would be right. */
function remedyOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof Failure) return error.findings[0]?.remedy ?? '';
  }
  return '';
}
