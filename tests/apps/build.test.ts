import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { buildApp } from '../../src/apps/build.ts';
import { appNamed } from '../../src/apps/named.ts';
import { appsIn, filesOf, HOME, ks, listing, type Texts } from './fixtures.ts';

const SECRET = `---
apiVersion: v1
kind: Secret
metadata:
  name: films
data:
  password: c2VjcmV0
stringData:
  note: \${PLACE}
`;

const DEPLOYMENT = `---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: \${APP}
  labels:
    size: \${SIZE:=small}
    domain: \${DOMAIN:=example.com}
spec:
  replicas: \${REPLICAS}
  template:
    spec:
      containers:
        - name: main
          args: ['\${UNKNOWN}', '$\${ESCAPED}']
`;

const MAP = `---
apiVersion: v1
kind: ConfigMap
metadata:
  name: as-it-is
  annotations:
    kustomize.toolkit.fluxcd.io/substitute: disabled
data:
  text: \${APP}
`;

const SETTINGS = `---
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  REPLICAS: "2"
---
apiVersion: v1
kind: Secret
metadata:
  name: hidden
stringData:
  DOMAIN: secret.example.org
`;

const TEXTS: Texts = {
  ...HOME,
  'kubernetes/apps/media/settings.yaml': SETTINGS,
  'kubernetes/apps/media/kustomization.yaml': listing(
    ['./namespace.yaml', './settings.yaml', './films/ks.yaml', './radio/ks.yaml'],
    'namespace: media\n',
  ),
  'kubernetes/components/map/kustomization.yaml':
    'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources:\n  - ./map.yaml\n',
  'kubernetes/components/map/map.yaml': MAP,
  'kubernetes/apps/media/films/ks.yaml': ks('media', 'films', {
    spec: '  components:\n    - ../../../../components/map\n',
  }).replace(
    '  prune: true',
    '    substituteFrom:\n      - kind: ConfigMap\n        name: settings\n      - kind: Secret\n        name: hidden\n  prune: true',
  ),
  'kubernetes/apps/media/films/app/kustomization.yaml': listing(['./deployment.yaml', './secret.yaml']),
  'kubernetes/apps/media/films/app/deployment.yaml': DEPLOYMENT,
  'kubernetes/apps/media/films/app/secret.yaml': SECRET,
};

describe('what Flux would apply of an app', () => {
  const { objects, text, left } = buildApp(appNamed(appsIn(filesOf(TEXTS)), 'media/films'));

  it('has its components, its namespace and its variables, which may become numbers', () => {
    expect(objects.map(({ kind, metadata }) => [kind, metadata])).toEqual([
      [
        'Deployment',
        { name: 'films', labels: { size: 'small', domain: '${DOMAIN:=example.com}' }, namespace: 'media' },
      ],
      ['Secret', { name: 'films', namespace: 'media' }],
      [
        'ConfigMap',
        {
          name: 'as-it-is',
          annotations: { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' },
          namespace: 'media',
        },
      ],
    ]);
    expect(objects[0]?.spec).toMatchObject({
      replicas: 2,
      template: { spec: { containers: [{ args: ['${UNKNOWN}', '${ESCAPED}'] }] } },
    });
    expect(objects[2]?.data).toEqual({ text: '${APP}' });
  });

  it('shows no value of a Secret, and tells what stays as it is written', () => {
    expect(objects[1]).toMatchObject({ data: { password: '***' }, stringData: { note: '***' } });
    expect(text).not.toMatch(/secret\.example\.org|c2VjcmV0/);
    expect(left).toEqual([
      { name: 'DOMAIN', why: 'stands in the Secret hidden' },
      { name: 'UNKNOWN', why: 'has no value here' },
    ]);
    expect(parseAllDocuments(text)).toHaveLength(objects.length);
  });
});
