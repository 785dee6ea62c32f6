import { describe, expect, it } from 'vitest';
import { graphOf } from '../../src/graph/graph.ts';
import { closuresOf, type Graph } from '../../src/graph/model.ts';
import { graphDot, graphMermaid, graphText, nodeText } from '../../src/graph/text.ts';
import { fluxTree } from '../../src/manifests/flux/tree.ts';
import { readTree } from '../../src/manifests/tree.ts';
import { fluxKustomization, kustomization, manifestFilesOf, SMALL_TREE } from '../manifests/support.ts';

const APPS = 'kubernetes/apps/web';

function graph(changes: Readonly<Record<string, string>> = {}): Graph {
  return graphOf(fluxTree(readTree(manifestFilesOf({ ...SMALL_TREE, ...changes })).tree));
}

/** Edges as `from kind to`, without what every Kustomization has. */
function edgesOf({ edges }: Graph): string[] {
  return edges.map(({ from, to, kind }) => `${from} ${kind} ${to}`);
}

/** The small tree with further apps of the namespace `web`, each after others. */
function apps(after: Readonly<Record<string, readonly string[]>>, spec = ''): Readonly<Record<string, string>> {
  const names = Object.keys(after);
  return {
    [`${APPS}/kustomization.yaml`]: `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: web
components:
  - ../../components/sops
resources:
  - ./namespace.yaml
${names.map((name) => `  - ./${name}/ks.yaml\n`).join('')}`,
    ...Object.fromEntries(
      names.flatMap((name) => [
        [`${APPS}/${name}/ks.yaml`, fluxKustomization('web', name, ...(after[name] ?? [])) + spec],
        [`${APPS}/${name}/app/kustomization.yaml`, kustomization('helmrelease.yaml')],
        [`${APPS}/${name}/app/helmrelease.yaml`, release(name)],
      ]),
    ),
  };
}

function release(name: string): string {
  return `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: ${name}
spec:
  chart:
    spec:
      chart: ${name}
      sourceRef:
        kind: GitRepository
        name: flux-system
        namespace: flux-system
`;
}

describe('the edges of a tree', () => {
  it('lead along what is applied, waited for, read, published and made', () => {
    expect(edgesOf(graph())).toEqual(
      expect.arrayContaining([
        'Kustomization/flux-system/cluster-apps applies Kustomization/web/site',
        'Kustomization/web/site depends on Kustomization/flux-system/flux-instance',
        'Kustomization/web/site reads Secret/web/cluster-secrets',
        'Kustomization/web/site reads GitRepository/flux-system/flux-system',
        'HelmRelease/flux-system/flux-instance makes GitRepository/flux-system/flux-system',
        'HelmRelease/flux-system/flux-instance reads OCIRepository/flux-system/flux-instance',
        'HTTPRoute/web/site publishes Gateway/web/door',
        'HTTPRoute/web/site publishes Service/web/site',
        'Gateway/web/door reads GatewayClass//door',
        'Certificate/web/site reads ClusterIssuer//own',
      ]),
    );
  });

  it('never show what a variable out of a secret stands for', () => {
    const service = `apiVersion: v1\nkind: Service\nmetadata:\n  name: \${SECRET_DOMAIN/./-}\n`;
    const text = JSON.stringify(
      graph({
        [`${APPS}/site/app/service.yaml`]: service,
        [`${APPS}/site/app/route.yaml`]: `${SMALL_TREE[`${APPS}/site/app/route.yaml`] ?? ''}        - name: \${SECRET_DOMAIN/./-}\n          port: 80\n`,
      }),
    );
    expect(text).toContain('HTTPRoute/web/site","to":"Service/web/${SECRET_DOMAIN/./-}"');
    expect(text).not.toMatch(/example.com/);
  });

  it('leave out what nothing but its Kustomization has to do with, and count it', () => {
    const { nodes, left } = graph();
    expect(left).toEqual({ Namespace: 2 });
    expect(nodes.some(({ kind }) => kind === 'Namespace')).toBe(false);
  });

  it('lead to what is named and nothing makes', () => {
    const { nodes } = graph({
      [`${APPS}/site/app/service.yaml`]: (SMALL_TREE[`${APPS}/site/app/service.yaml`] ?? '').replace(
        'name: site',
        'name: seite',
      ),
    });
    expect(nodes.filter(({ isMissing }) => isMissing)).toEqual([
      { id: 'Service/web/site', kind: 'Service', namespace: 'web', name: 'site', isMissing: true },
    ]);
  });

  it('say what is suspended, and where each object is written', () => {
    const { nodes } = graph(apps({ one: [] }, '  suspend: true\n'));
    expect(nodes.find(({ id }) => id === 'Kustomization/web/one')).toEqual({
      id: 'Kustomization/web/one',
      kind: 'Kustomization',
      namespace: 'web',
      name: 'one',
      place: { file: `${APPS}/one/ks.yaml` },
      source: `templates/config/${APPS}/one/ks.yaml.j2`,
      isSuspended: true,
    });
  });
});

describe('circles', () => {
  it.each<[string, Readonly<Record<string, readonly string[]>>, string[][]]>([
    ['none', { one: [], two: ['web/one'] }, []],
    ['of one', { one: ['web/one'] }, [['one', 'one']]],
    ['of two', { one: ['web/two'], two: ['web/one'] }, [['one', 'two', 'one']]],
    [
      'of three, with a way into it',
      { four: ['web/one'], one: ['web/two'], three: ['web/one'], two: ['web/three'] },
      [['one', 'two', 'three', 'one']],
    ],
  ])('%s', (_, after, wanted) => {
    const { cycles } = graph(apps(after));
    expect(cycles.map((cycle) => cycle.map((id) => id.split('/').at(-1)))).toEqual(wanted);
  });

  it('have their edges marked, and leave no longest chain', () => {
    const { edges, criticalPath } = graph(apps({ one: ['web/two'], two: ['web/one'], three: ['web/one'] }));
    const marked = edges.filter(({ isCircular }) => isCircular).map(({ from, to }) => [from, to]);
    expect(marked).toEqual([
      ['Kustomization/web/one', 'Kustomization/web/two'],
      ['Kustomization/web/two', 'Kustomization/web/one'],
    ]);
    expect(criticalPath).toEqual([]);
  });
});

describe('the longest chain of the bootstrap', () => {
  it.each<[string, Readonly<Record<string, readonly string[]>>, string, string[]]>([
    [
      'one after another, without waiting for what is in them',
      { one: [], two: ['web/one'] },
      '',
      ['ks cluster-apps', 'ks one', 'ks two', 'release two'],
    ],
    [
      'one after another with their releases, where they wait',
      { one: [], two: ['web/one'] },
      '  wait: true\n',
      ['ks cluster-apps', 'ks one', 'release one', 'ks two', 'release two'],
    ],
    [
      'the longer of two ways',
      { one: [], three: ['web/one', 'web/two'], two: ['web/one'] },
      '',
      ['ks cluster-apps', 'ks one', 'ks two', 'ks three', 'release three'],
    ],
  ])('%s', (_, after, spec, wanted) => {
    const chain = graph(apps(after, spec)).criticalPath.map((id) => {
      const [kind = '', , name = ''] = id.split('/');
      return `${kind === 'HelmRelease' ? 'release' : 'ks'} ${name}`;
    });
    expect(chain).toEqual(wanted);
  });
});

describe('what breaks without an object', () => {
  it('is all that needs it, over as many steps as it takes', () => {
    const { dependentsOf, dependenciesOf } = closuresOf(graph(apps({ one: [], three: [], two: ['web/one'] })));
    expect(dependentsOf('Kustomization/web/one')).toEqual([
      'HelmRelease/web/one',
      'HelmRelease/web/two',
      'Kustomization/web/two',
    ]);
    expect(dependenciesOf('HelmRelease/web/two')).toContain('Kustomization/web/one');
    expect(dependenciesOf('HelmRelease/web/two')).not.toContain('HelmRelease/web/one');
  });
});

describe('a graph as text', () => {
  const small = graph(apps({ one: ['web/two'], two: ['web/one'] }));

  it('for a terminal', () => {
    const text = graphText(small);
    expect(text).toContain(`Kustomization web/one
  waits for Kustomization web/two (in a circle)
  reads GitRepository flux-system/flux-system
  reads Secret web/cluster-secrets
  applies HelmRelease web/one
`);
    expect(text).toMatch(/^Circle: Kustomization web\/one -> Kustomization web\/two -> Kustomization web\/one$/m);
  });

  it('of one object', () => {
    expect(nodeText(small, 'HelmRelease/web/one', [])).toBe(`HelmRelease web/one
  in ${APPS}/one/app/helmrelease.yaml, rendered from templates/config/${APPS}/one/app/helmrelease.yaml.j2
  reads GitRepository flux-system/flux-system
  applied by Kustomization web/one

Nothing else needs it
`);
  });

  it.each([
    ['mermaid', graphMermaid, /^flowchart LR\n {2}n0\["/, /^ {2}linkStyle \d+,\d+ stroke:#c00$/m],
    [
      'dot',
      graphDot,
      /^digraph cluster \{/,
      /"Kustomization\/web\/one" -> "Kustomization\/web\/two" \[label="depends on" style=bold color=red\]/,
    ],
  ])('in the language of %s', (_, format, start, circle) => {
    const text = format(small);
    expect(text).toMatch(start);
    expect(text).toMatch(circle);
    expect(text.endsWith('\n')).toBe(true);
  });

  it('quotes what means something in Mermaid and Graphviz', () => {
    const hostile: Graph = {
      ...small,
      nodes: [{ id: 'A//"x\\', kind: 'A', name: '"x\\' }],
      edges: [],
      cycles: [],
      criticalPath: [],
    };
    expect(graphMermaid(hostile)).toContain('n0["A #quot;x\\"]');
    expect(graphDot(hostile)).toContain('"A//\\"x\\\\" [label="A \\"x\\\\"]');
  });
});
