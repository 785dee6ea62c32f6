import { describe, expect, it } from 'vitest';
import { compareTrees, valueChanges } from '../../src/changes/compare.ts';
import { changedLines } from '../../src/changes/lines.ts';
import type { ObjectChange } from '../../src/changes/model.ts';
import { changeText } from '../../src/changes/report.ts';
import { fluxTree } from '../../src/manifests/flux/tree.ts';
import { readTree } from '../../src/manifests/tree.ts';
import { parseQuantity } from '../../src/text/quantities.ts';
import { fluxKustomization, kustomization, manifestFilesOf, SMALL_TREE } from '../manifests/support.ts';

const APP = 'kubernetes/apps/web/site/app';

/** What becomes of the objects of the small tree when one more file of its app is another one. */
function changesOf(before: string | undefined, after: string | undefined, file = 'more.yaml'): ObjectChange[] {
  return compareTrees(objectsOf(before, file), objectsOf(after, file));
}

function objectsOf(text: string | undefined, file: string): ReturnType<typeof fluxTree>['objects'] {
  const more = text === undefined ? {} : { [`${APP}/${file}`]: text };
  const listed = ['gateway.yaml', 'route.yaml', 'service.yaml', ...(text === undefined ? [] : [file])];
  const texts = { ...SMALL_TREE, [`${APP}/kustomization.yaml`]: kustomization(...listed), ...more };
  return fluxTree(readTree(manifestFilesOf(texts)).tree).objects;
}

function object(apiVersion: string, kind: string, body: string): string {
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: one\n${body}`;
}

describe('objects of two trees', () => {
  it('that are the same are none', () => {
    expect(changesOf(undefined, undefined)).toEqual([]);
  });

  it.each([
    ['added', undefined, object('v1', 'ConfigMap', 'data: {}\n')],
    ['removed', object('v1', 'ConfigMap', 'data: {}\n'), undefined],
    ['changed', object('v1', 'ConfigMap', 'data: { a: "1" }\n'), object('v1', 'ConfigMap', 'data: { a: "2" }\n')],
  ])('are %s with who applies them', (what, before, after) => {
    expect(changesOf(before, after)).toMatchObject([
      { what, kind: 'ConfigMap', namespace: 'web', name: 'one', owner: 'web/site', file: `${APP}/more.yaml` },
    ]);
  });

  it('are not changed by comments, order of keys or what SOPS writes beside values', () => {
    const secret = (mac: string): string =>
      `${object('v1', 'Secret', 'stringData: { a: "ENC[AES256_GCM,data:x]" }\n')}sops: { mac: "${mac}" }\n`;
    expect(changesOf(secret('one'), secret('two'), 'more.sops.yaml')).toEqual([]);
    const before = object('v1', 'ConfigMap', 'data: { a: "1", b: "2" }\n');
    expect(changesOf(before, `# new\n${object('v1', 'ConfigMap', 'data:\n  b: "2"\n  a: "1"\n')}`)).toEqual([]);
  });
});

describe('values that differ', () => {
  it.each<[string, unknown, unknown, string[]]>([
    ['nothing', { a: 1 }, { a: 1 }, []],
    ['a value', { a: { b: 1 } }, { a: { b: 2 } }, ['a.b: 1 → 2']],
    ['a kind of value', { a: '1' }, { a: 1 }, ['a: "1" → 1']],
    ['what comes and goes', { a: 1 }, { b: [2] }, ['a: 1 → nothing', 'b: nothing → [2]']],
    [
      'entries by their names',
      {
        l: [
          { name: 'x', v: 1 },
          { name: 'y', v: 1 },
        ],
      },
      {
        l: [
          { name: 'y', v: 1 },
          { name: 'x', v: 2 },
        ],
      },
      ['l[1].v: 1 → 2'],
    ],
    [
      'an entry that is gone',
      { l: [{ name: 'x' }, { name: 'y' }] },
      { l: [{ name: 'y' }] },
      ['l[0]: {"name":"x"} → nothing'],
    ],
    ['entries without names', { l: [1, 2] }, { l: [1, 3, 4] }, ['l[1]: 2 → 3', 'l[2]: nothing → 4']],
    [
      'entries with one name',
      { l: [{ name: 'x' }, { name: 'x' }] },
      { l: [{ name: 'x' }] },
      ['l[1]: {"name":"x"} → nothing'],
    ],
  ])('%s', (_, before, after, wanted) => {
    expect(valueChanges(before, after).map((change) => changeText(change, false))).toEqual(wanted);
  });
});

describe('a Secret', () => {
  const secret = (a: string): string => object('v1', 'Secret', `stringData:\n  a: ${a}\n  b: same-for-ever\n`);

  it('shows which values differ and none of them', () => {
    const [change] = changesOf(secret('hunter-two-and-more'), secret('another-long-value'));
    expect(change?.values.map((value) => changeText(value, change.isSecret))).toEqual([
      'stringData.a: [secret] → [secret]',
    ]);
    const lines = change === undefined ? '' : changedLines(change);
    expect(lines).toContain('-  a: "[secret]"\n+  a: "[secret] (changed)"');
    expect(lines).not.toMatch(/hunter|another|same-for-ever/);
  });
});

describe('dangers', () => {
  const statefulSet = (spec: string): string => object('apps/v1', 'StatefulSet', `spec:\n${spec}`);
  const claim = (size: string): string =>
    object('v1', 'PersistentVolumeClaim', `spec:\n  resources:\n    requests:\n      storage: ${size}\n`);
  const certificate = (name: string): string =>
    object('cert-manager.io/v1', 'Certificate', `spec:\n  secretName: ${name}\n`);
  const release = (spec: string): string => object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', `spec:\n${spec}`);

  it.each<[string, string | undefined, string | undefined, string[]]>([
    [
      'a selector',
      object('apps/v1', 'Deployment', 'spec: { selector: { matchLabels: { a: b } } }\n'),
      object('apps/v1', 'Deployment', 'spec: { selector: { matchLabels: { a: c } } }\n'),
      ['immutable'],
    ],
    ['a field of a StatefulSet', statefulSet('  serviceName: a\n'), statefulSet('  serviceName: b\n'), ['immutable']],
    ['what a StatefulSet lets change', statefulSet('  replicas: 1\n'), statefulSet('  replicas: 2\n'), []],
    [
      'the role of a binding',
      object('rbac.authorization.k8s.io/v1', 'RoleBinding', 'roleRef: { name: a }\n'),
      object('rbac.authorization.k8s.io/v1', 'RoleBinding', 'roleRef: { name: b }\n'),
      ['immutable'],
    ],
    [
      'a locked ConfigMap',
      object('v1', 'ConfigMap', 'immutable: true\ndata: { a: b }\n'),
      object('v1', 'ConfigMap', 'immutable: true\ndata: { a: c }\n'),
      ['immutable'],
    ],
    [
      'an open ConfigMap',
      object('v1', 'ConfigMap', 'data: { a: b }\n'),
      object('v1', 'ConfigMap', 'data: { a: c }\n'),
      [],
    ],
    [
      'the class of a claim',
      claim('1Gi').replace('spec:\n', 'spec:\n  storageClassName: a\n'),
      claim('1Gi').replace('spec:\n', 'spec:\n  storageClassName: b\n'),
      ['immutable'],
    ],
    ['a smaller claim', claim('10Gi'), claim('9Gi'), ['smaller-volume']],
    ['a larger claim', claim('10Gi'), claim('11Gi'), []],
    ['the same size in other words', claim('1Gi'), claim('1024Mi'), []],
    [
      'a smaller volume in values',
      release('  values: { persistence: { size: 5Gi } }\n'),
      release('  values: { persistence: { size: 1Gi } }\n'),
      ['smaller-volume'],
    ],
    [
      'a smaller database',
      object('postgresql.cnpg.io/v1', 'Cluster', 'spec: { storage: { size: 20Gi } }\n'),
      object('postgresql.cnpg.io/v1', 'Cluster', 'spec: { storage: { size: 10Gi } }\n'),
      ['smaller-volume'],
    ],
    ['another Secret of a certificate', certificate('a'), certificate('b'), ['secret-replaced']],
    ['suspended', release('  interval: 1h\n'), release('  interval: 1h\n  suspend: true\n'), ['suspended']],
    ['still suspended', release('  suspend: true\n'), release('  suspend: true\n  interval: 1h\n'), []],
    ['resumed', release('  suspend: true\n'), release('  suspend: false\n'), []],
    [
      'a CRD that is removed',
      object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'spec: {}\n'),
      undefined,
      ['crd-removed'],
    ],
    ['a claim that is removed', claim('1Gi'), undefined, ['data-pruned']],
    [
      'a claim that is kept',
      claim('1Gi').replace('  name: one\n', '  name: one\n  labels: { kustomize.toolkit.fluxcd.io/prune: disabled }\n'),
      undefined,
      [],
    ],
    ['a release that is removed', release('  interval: 1h\n'), undefined, ['uninstalled']],
    ['a ConfigMap that is removed', object('v1', 'ConfigMap', 'data: {}\n'), undefined, []],
    ['an object that is added', undefined, claim('1Gi'), []],
  ])('%s', (_, before, after, wanted) => {
    expect(changesOf(before, after).flatMap(({ dangers }) => dangers.map(({ kind }) => kind))).toEqual(wanted);
  });

  it('of a Kustomization that goes reach what it applies, and not where it prunes nothing', () => {
    const tree = (ks: string, prune: boolean): ReturnType<typeof fluxTree>['objects'] => {
      const files = {
        ...SMALL_TREE,
        'kubernetes/apps/web/site/ks.yaml': ks.replace('prune: true', `prune: ${String(prune)}`),
        [`${APP}/kustomization.yaml`]: kustomization('gateway.yaml', 'route.yaml', 'service.yaml', 'claim.yaml'),
        [`${APP}/claim.yaml`]: claim('1Gi'),
      };
      return fluxTree(readTree(manifestFilesOf(files)).tree).objects;
    };
    const ks = fluxKustomization('web', 'site', 'flux-system/flux-instance');
    const without = fluxTree(
      readTree(
        manifestFilesOf({
          ...SMALL_TREE,
          'kubernetes/apps/web/kustomization.yaml': kustomization('namespace.yaml'),
        }),
      ).tree,
    ).objects;
    const messages = (prune: boolean): string[] =>
      compareTrees(tree(ks, prune), without).flatMap(({ dangers }) => dangers.map(({ message }) => message));
    expect(messages(true)).toEqual([
      'the Kustomization web/site goes, and prunes it, and its volume goes with it unless its class retains it',
    ]);
    expect(messages(false)).toEqual([]);
  });
});

describe('images and charts', () => {
  const pod = (image: string): string =>
    object('v1', 'Pod', `spec:\n  containers:\n    - name: a\n      image: ${image}\n`);
  const values = (text: string): string =>
    object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', `spec:\n  values:\n    image: ${text}\n`);

  it.each<[string, string, string, [string, string | undefined, string | undefined][]]>([
    ['of a container', pod('ghcr.io/a/b:1.0'), pod('ghcr.io/a/b:1.1'), [['ghcr.io/a/b', '1.0', '1.1']]],
    [
      'with port and digest',
      pod('host:5000/a:1@sha256:aa'),
      pod('host:5000/a:1@sha256:bb'),
      [['host:5000/a', '1@sha256:aa', '1@sha256:bb']],
    ],
    [
      'another image',
      pod('a:1'),
      pod('b:1'),
      [
        ['a', '1', undefined],
        ['b', undefined, '1'],
      ],
    ],
    [
      'in values',
      values('{ repository: a/b, tag: 1.0.0 }'),
      values('{ repository: a/b, tag: 1.0.1 }'),
      [['a/b', '1.0.0', '1.0.1']],
    ],
    [
      'in values with a registry',
      values('{ registry: r.io, repository: a, tag: "1" }'),
      values('{ registry: r.io, repository: a, tag: "2" }'),
      [['r.io/a', '1', '2']],
    ],
    [
      'a chart of an OCIRepository',
      object('source.toolkit.fluxcd.io/v1', 'OCIRepository', 'spec: { url: "oci://x/c", ref: { tag: 1.0.0 } }\n'),
      object('source.toolkit.fluxcd.io/v1', 'OCIRepository', 'spec: { url: "oci://x/c", ref: { tag: 2.0.0 } }\n'),
      [['oci://x/c', '1.0.0', '2.0.0']],
    ],
    [
      'a chart of a release',
      object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'spec: { chart: { spec: { chart: c, version: 1.0.0 } } }\n'),
      object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'spec: { chart: { spec: { chart: c, version: 1.1.0 } } }\n'),
      [['c', '1.0.0', '1.1.0']],
    ],
  ])('%s', (_, before, after, wanted) => {
    expect(changesOf(before, after).flatMap(({ images }) => images)).toEqual(
      wanted.map(([image, old, young]) => ({ image, before: old, after: young })),
    );
  });
});

describe('quantities', () => {
  it.each<[unknown, number | undefined]>([
    ['10Gi', 10 * 2 ** 30],
    ['1.5G', 1.5e9],
    ['500m', 0.5],
    ['1e3', 1000],
    ['1E', 1e18],
    ['.5', 0.5],
    [3, 3],
    ['', undefined],
    ['10 Gi', undefined],
    ['${SIZE}', undefined],
    [null, undefined],
  ])('%s', (text, wanted) => {
    expect(parseQuantity(text)).toBe(wanted);
  });
});
