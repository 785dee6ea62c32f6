import { describe, expect, it } from 'vitest';
import { placeOf } from '../../../src/manifests/written.ts';
import { buildFolder } from '../../../src/manifests/kustomize/build.ts';
import { readTree } from '../../../src/manifests/tree.ts';
import { kustomization, manifestFilesOf } from '../support.ts';

function build(texts: Readonly<Record<string, string>>, folder: string) {
  const { tree } = readTree(manifestFilesOf(texts));
  const { objects, used, problems } = buildFolder(tree, folder);
  return {
    objects: objects.map(({ kind, namespace, name }) => `${kind} ${namespace ?? '-'}/${name}`),
    used: [...used].sort(),
    problems: problems.map(
      (problem) => `${problem.kind} ${problem.kind === 'refused' ? problem.message : problem.target}`,
    ),
  };
}

function object(kind: string, name: string, namespace?: string): string {
  return `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${namespace === undefined ? '' : `  namespace: ${namespace}\n`}`;
}

describe('buildFolder', () => {
  it('sets the namespace of everything that has one, and the name of a Namespace, as kustomize does', () => {
    const texts = {
      'a/kustomization.yaml': `${kustomization('x.yaml', 'sub')}namespace: home\nnamePrefix: p-\nnameSuffix: -s\n`,
      'a/x.yaml': `${object('ConfigMap', 'x', 'other')}---\n${object('Namespace', '_')}---\n${object('ClusterRole', 'r')}`,
      'a/sub/kustomization.yaml': `${kustomization('y.yaml')}namespace: inner\n`,
      'a/sub/y.yaml': object('Secret', 'y'),
    };
    expect(build(texts, 'a').objects).toEqual([
      'ConfigMap home/p-x-s',
      'Namespace -/home',
      'ClusterRole -/p-r-s',
      'Secret home/p-y-s',
    ]);
  });

  it('scans a folder without a kustomization as Flux does', () => {
    const texts = {
      'a/one/kustomization.yaml': kustomization('x.yaml'),
      'a/one/x.yaml': object('ConfigMap', 'x'),
      'a/one/idle.yaml': object('ConfigMap', 'idle'),
      'a/two/y.yaml': object('ConfigMap', 'y'),
    };
    expect(build(texts, 'a')).toEqual({
      objects: ['ConfigMap -/x', 'ConfigMap -/y'],
      used: ['a/one/kustomization.yaml', 'a/one/x.yaml', 'a/two/y.yaml'],
      problems: [],
    });
  });

  it('does not read a transformer that stands in the list itself', () => {
    const transformer = '|-\n      apiVersion: builtin\n      kind: NamespaceTransformer\n';
    const texts = {
      'a/kustomization.yaml': `${kustomization('x.yaml')}transformers:\n  - ${transformer}`,
      'a/x.yaml': object('ConfigMap', 'x'),
    };
    expect(build(texts, 'a').problems).toEqual([expect.stringContaining('not-read')]);
  });

  it('makes what generators make, and uses the files of patches', () => {
    const texts = {
      'a/kustomization.yaml': `${kustomization('x.yaml')}configMapGenerator:
  - name: made
    files: [b=data/b.json, c.txt]
    literals: [d=1]
patches:
  - path: patch.yaml
  - patch: '[{"op": "remove", "path": "/data"}]'
    target: {kind: Deployment, name: gone}
`,
      'a/x.yaml': object('ConfigMap', 'x'),
      'a/data/b.json': '{}',
      'a/c.txt': 'c',
    };
    const { objects, used, problems } = build(texts, 'a');
    expect(objects).toEqual(['ConfigMap -/x', 'ConfigMap -/made-97cdd2mghc']);
    expect(used).toEqual(['a/c.txt', 'a/data/b.json', 'a/kustomization.yaml', 'a/x.yaml']);
    expect(problems).toEqual(['missing a/patch.yaml', 'patch-target Deployment gone']);
  });

  it.each([
    ['X', ['patch-target ConfigMap X']],
    ['(?i)X', []],
    ['x|y', []],
    [String.raw`\\Qx\\E`, []],
    ['(?=x)x', ['refused (?=x)x is no pattern of Go: invalid or unsupported Perl syntax: `(?=`']],
  ])('reads the name %s of what a patch is for as a pattern of Go', (name, expected) => {
    const patches = `patches:\n  - patch: '[{"op":"remove","path":"/metadata"}]'\n    target: {kind: ConfigMap, name: "${name}"}\n`;
    const texts = { 'a/kustomization.yaml': kustomization('x.yaml') + patches, 'a/x.yaml': object('ConfigMap', 'x') };
    expect(build(texts, 'a').problems).toEqual(expected);
  });

  it('stops where kustomizations contain each other', () => {
    const texts = {
      'a/kustomization.yaml': kustomization('b'),
      'a/b/kustomization.yaml': 'kind: Kustomization\nresources: [../../a]\n',
    };
    expect(build(texts, 'a').problems).toEqual(['cycle a']);
  });

  it('names what lies on the network as not read', () => {
    const texts = { 'a/kustomization.yaml': 'resources: ["https://example.com/x.yaml", github.com/a/b]\n' };
    expect(build(texts, 'a').problems).toEqual(['not-read https://example.com/x.yaml', 'not-read github.com/a/b']);
  });

  it.each([
    ['what a patch in the kustomization sets', ['data', 'patched'], 'a/kustomization.yaml:11:23'],
    ['what a patch of a file sets', ['data', 'filed'], 'a/patch.yaml:4:15'],
    ['what the object says itself', ['data', 'own'], 'a/x.yaml:4:13'],
    ['its namespace', ['metadata', 'namespace'], 'a/kustomization.yaml:4:12'],
    ['its label', ['metadata', 'labels', 'team'], 'a/kustomization.yaml:14:25'],
    ['what a replacement puts in', ['data', 'copied'], 'a/kustomization.yaml:17:56'],
    ['what a JSON patch adds', ['data', 'added'], 'a/kustomization.yaml:13:'],
  ])('tells where %s is written', (_, path, expected) => {
    const texts = {
      'a/kustomization.yaml': `kind: Kustomization
apiVersion: kustomize.config.k8s.io/v1beta1
resources: [x.yaml]
namespace: home
patches:
  - path: patch.yaml
  - patch: |
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: x}
      data: {patched: "1"}
  - target: {kind: ConfigMap}
    patch: '[{"op": "add", "path": "/data/added", "value": "2"}]'
labels: [{pairs: {team: blue}}]
replacements:
  - source: {kind: ConfigMap, fieldPath: metadata.name}
    targets: [{select: {kind: ConfigMap}, fieldPaths: [data.copied], options: {create: true}}]
`,
      'a/patch.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {filed: "1"}\n',
      'a/x.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {own: "1"}\n',
    };
    const { tree } = readTree(manifestFilesOf(texts));
    const [built] = buildFolder(tree, 'a').objects;
    const origin = built?.originOf(path);
    const place = origin === undefined ? undefined : placeOf(origin.document, origin.path).place;
    expect(`${place?.file ?? ''}:${String(place?.line)}:${String(place?.column)}`).toContain(expected);
  });
});
