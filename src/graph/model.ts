// The graph as it is told, for the command and the page alike: types and what can be asked of it. The page runs in a browser, so that
// nothing here may import what does not.

/**
 * What an edge says: a Kustomization applies an object, an object waits for another one to be ready, it reads another one, a route
 * publishes what lies behind it, or makes another one, as a release makes a Service.
 */
export type EdgeKind = 'applies' | 'depends on' | 'reads' | 'publishes' | 'makes';

/** An object of a cluster, or one that is named and that nothing makes. */
export interface GraphNode {
  /** `Kind/namespace/name`; the namespace is empty where the kind has none. */
  readonly id: string;
  readonly kind: string;
  /** Absent where the kind has none. */
  readonly namespace?: string;
  readonly name: string;
  /** Where it is written; absent where it is missing or made. */
  readonly place?: { readonly file: string; readonly line?: number };
  /** The template behind that file, where one renders it. */
  readonly source?: string;
  /** Keys of the configuration that are read for the file. */
  readonly keys?: readonly string[];
  /** Whether something names it and nothing in the tree, no chart and no controller makes it. */
  readonly isMissing?: boolean;
  /** Whether reconciling it is switched off. */
  readonly isSuspended?: boolean;
}

/** From what needs to what is needed; `applies` and `makes` lead from what is needed to what needs it. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  /** Whether it is part of a circle, so that nothing in it ever becomes ready. */
  readonly isCircular?: boolean;
}

/** The objects of one cluster and what they have to do with each other. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Circles of dependencies, each as the nodes on the way. */
  readonly cycles: readonly (readonly string[])[];
  /** The longest chain of Kustomizations and HelmReleases that wait for one another, first what begins. */
  readonly criticalPath: readonly string[];
  /** Objects that nothing but their Kustomization has to do with, by kind: they are not drawn. */
  readonly left: Readonly<Record<string, number>>;
}

/** All kinds of edges, in the order in which they are told. */
export const EDGE_KINDS: readonly EdgeKind[] = ['depends on', 'reads', 'publishes', 'applies', 'makes'];

/** How an edge is read aloud, from its beginning and from its end. */
export const EDGE_WORDS: Readonly<Record<EdgeKind, { readonly from: string; readonly to: string }>> = {
  applies: { from: 'applies', to: 'applied by' },
  'depends on': { from: 'waits for', to: 'waited for by' },
  reads: { from: 'reads', to: 'read by' },
  publishes: { from: 'publishes with', to: 'publishes for' },
  makes: { from: 'makes', to: 'made from' },
};

/** `HelmRelease kube-system/cilium`. */
export function nodeName({ kind, namespace, name }: Pick<GraphNode, 'kind' | 'namespace' | 'name'>): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** What can be asked of the edges of a graph as a whole. */
export interface Closures {
  /** All nodes that cannot do their work without one: those that need it, those that need these, and so on. */
  readonly dependentsOf: (id: string) => readonly string[];
  /** All nodes that one cannot do its work without. */
  readonly dependenciesOf: (id: string) => readonly string[];
}

/** The ends of an edge, first what has to be there first. */
export function inTime({ from, to, kind }: GraphEdge): readonly [first: string, second: string] {
  return kind === 'applies' || kind === 'makes' ? [from, to] : [to, from];
}

/** Makes the answers of a graph, each found when it is asked for. */
export function closuresOf({ edges }: Pick<Graph, 'edges'>): Closures {
  const [needs, neededBy] = [new Map<string, string[]>(), new Map<string, string[]>()];
  for (const edge of edges) {
    const [needed, needing] = inTime(edge);
    needs.set(needing, [...(needs.get(needing) ?? []), needed]);
    neededBy.set(needed, [...(neededBy.get(needed) ?? []), needing]);
  }
  return { dependentsOf: (id) => reach(id, neededBy), dependenciesOf: (id) => reach(id, needs) };
}

function reach(start: string, next: ReadonlyMap<string, readonly string[]>): string[] {
  const seen = new Set<string>([start]);
  const open = [start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const one of next.get(id) ?? []) {
      if (seen.has(one)) continue;
      seen.add(one);
      open.push(one);
    }
  }
  seen.delete(start);
  return [...seen].sort();
}
