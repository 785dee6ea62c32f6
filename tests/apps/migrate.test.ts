import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Draft } from '../../src/apps/draft.ts';
import { doEdits } from '../../src/apps/edit.ts';
import { migrateApp } from '../../src/apps/migrate.ts';
import { appNamed } from '../../src/apps/named.ts';
import { unifiedDiff } from '../../src/workspace/diff.ts';
import { appsIn, filesOf, HOME, ks, listing, type Texts } from './fixtures.ts';

/** An app in the patterns of some years ago. */
const OLD: Texts = {
  ...HOME,
  'kubernetes/apps/web/store.yaml':
    '---\napiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata:\n  name: vault\n---\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: other\nspec:\n  secretStoreRef:\n    kind: ClusterSecretStore\n    name: vault\n',
  'kubernetes/apps/web/kustomization.yaml': listing(
    ['./namespace.yaml', './store.yaml', './front/ks.yaml'],
    'namespace: web\n',
  ),
  'kubernetes/apps/media/films/ks.yaml': ks('media', 'films', { spec: '  decryption:\n    provider: sops\n' }),
  'kubernetes/apps/media/films/app/kustomization.yaml': listing([
    './helmrelease.yaml',
    './helmrepository.yaml',
    './ingress.yaml',
    './secret.sops.yaml',
    './service.yaml',
  ]),
  'kubernetes/apps/media/films/app/helmrelease.yaml':
    '---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: films\nspec:\n  # The chart of the project.\n  chart:\n    spec:\n      chart: films\n      version: 1.2.3\n      sourceRef:\n        kind: HelmRepository\n        name: films\n  interval: 1h\n  values:\n    a: 1 # stays\n',
  'kubernetes/apps/media/films/app/helmrepository.yaml':
    '---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata:\n  name: films\nspec:\n  interval: 2h\n  type: oci\n  url: oci://ghcr.io/example/charts\n',
  'kubernetes/apps/media/films/app/ingress.yaml':
    '---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: films\n  annotations:\n    nginx.ingress.kubernetes.io/proxy-body-size: 1g\nspec:\n  ingressClassName: nginx\n  rules:\n    - host: films.example.com\n      http:\n        paths:\n          - path: /\n            pathType: Prefix\n            backend:\n              service:\n                name: films\n                port:\n                  name: http\n          - path: /api\n            pathType: Exact\n            backend:\n              service:\n                name: films\n                port:\n                  number: 9000\n  tls:\n    - hosts: [films.example.com]\n      secretName: films-tls\n',
  'kubernetes/apps/media/films/app/service.yaml':
    '---\napiVersion: v1\nkind: Service\nmetadata:\n  name: films\nspec:\n  ports:\n    - name: http\n      port: 8080\n',
  'kubernetes/apps/media/films/app/secret.sops.yaml':
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: films\nstringData:\n  api-key: ENC[AES256_GCM,data:eA==,iv:x,tag:x,type:str]\nsops:\n  mac: ENC[AES256_GCM,data:eA==,iv:x,tag:x,type:str]\n',
};

function migrated(texts: Texts, target: { gateway?: string; store?: string } = {}) {
  const repository = appsIn(filesOf(texts));
  const draft = new Draft(filesOf(texts));
  const made = migrateApp(repository, appNamed(repository, 'media/films'), target);
  const undone = doEdits(draft, made.edits);
  const files = draft
    .changes()
    .map(
      ({ path, before, after }) =>
        `${before === undefined ? '+' : after === undefined ? '-' : '~'} ${path}\n${after === undefined ? '' : unifiedDiff(before ?? '', after)}`,
    );
  const told = [...made.findings, ...undone].map(
    ({ message, place, remedy = '' }) => `? ${place?.file ?? ''}:${String(place?.line)} ${message} = ${remedy}\n`,
  );
  return { text: [...files, ...told, ...made.notes.map((note) => `! ${note}\n`)].join(''), draft };
}

it('what is mechanical is done, and the rest is told in the order in which it is to be done', async () => {
  const { text, draft } = migrated(OLD);
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'golden/migrate.diff'));
  // A second time there is nothing to do.
  const repository = appsIn(draft.files());
  expect(migrateApp(repository, appNamed(repository, 'media/films'), {})).toEqual({
    edits: [],
    findings: [],
    notes: [],
  });
});

it('what cannot be told is left as it is', async () => {
  const chart = OLD['kubernetes/apps/media/films/app/helmrepository.yaml'] ?? '';
  const { text } = migrated({
    ...OLD,
    'kubernetes/apps/media/films/app/helmrepository.yaml': chart
      .replace('oci://ghcr.io', 'https://charts.example.com')
      .replace('  type: oci\n', ''),
    'kubernetes/apps/media/films/app/service.yaml': '---\napiVersion: v1\nkind: Service\nmetadata:\n  name: other\n',
    'kubernetes/apps/web/store.yaml': '---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: none\n',
  });
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'golden/migrate by hand.diff'));
});

describe('an Ingress in the values of app-template', () => {
  const hosts = (second: string): string =>
    `    ingress:
      # Reached from home.
      app:
        annotations:
          nginx.ingress.kubernetes.io/proxy-body-size: 1g
        className: nginx
        hosts:
          - host: radio.example.com
            paths:
              - path: /
                service:
                  identifier: app
                  port: http
              - path: /stream
                pathType: Exact
                service:
                  identifier: app
                  port: 9000
${second}        tls:
          - hosts:
              - radio.example.com
            secretName: radio-tls
    persistence:`;
  const releaseWith = (text: string): Texts => ({
    ...HOME,
    'kubernetes/apps/media/films/app/helmrelease.yaml': (HOME['kubernetes/apps/media/films/app/helmrelease.yaml'] ?? '')
      .replace('    persistence:', () => text)
      .replace(/ {4}route:\n(?: {6}.*\n)+/, ''),
  });

  it('becomes a route with the same rules', async () => {
    const { text, draft } = migrated(releaseWith(hosts('')));
    await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'golden/migrate values.diff'));
    const again = appsIn(draft.files());
    expect(migrateApp(again, appNamed(again, 'media/films'), {}).edits).toEqual([]);
  });

  it('stays where its hosts have other paths each', () => {
    const second = '          - host: api.example.com\n            paths:\n              - path: /api\n';
    const { text } = migrated(releaseWith(hosts(second)));
    expect(text).toContain('app has no hosts, or other paths for each of them = write `route` in its place by hand');
    expect(text).not.toContain('parentRefs');
  });
});
