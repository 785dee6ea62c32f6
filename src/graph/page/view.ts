import { EDGE_KINDS, type EdgeKind, type Graph, type GraphEdge, type GraphNode, inTime } from '../model.ts';

/** What somebody looks at: a part of the graph, with namespaces folded or open. */
export interface View {
  readonly folded: ReadonlySet<string>;
  /** Kinds of objects that are not shown. */
  readonly hiddenKinds: ReadonlySet<string>;
  readonly hiddenNamespaces: ReadonlySet<string>;
  readonly edgeKinds: ReadonlySet<EdgeKind>;
}

/** What an edit that is not written yet does to the files of objects, by the ids of their nodes. */
export type Changes = Readonly<Record<string, 'created' | 'changed' | 'removed'>>;

/** A box of the picture: an object, or a folded namespace with all of its objects. */
export interface Box {
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
  readonly nodes: readonly GraphNode[];
  readonly isFolded: boolean;
  readonly isMissing: boolean;
  /** What would become of it; of a folded namespace `changed` where something in it would. */
  readonly change: Changes[string] | undefined;
}

/** A line of the picture, from what comes first to what comes after it; it stands for edges of one kind. */
export interface Line {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  readonly edges: readonly GraphEdge[];
}

export interface Picture {
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
  /** The box that shows a node; none where it is hidden. */
  readonly boxOf: ReadonlyMap<string, string>;
}

/** More boxes than these are hard to read at once. */
const READABLE = 90;

/** The place of what belongs to no namespace. */
const NO_NAMESPACE = 'cluster-wide';

export function namespaceOf({ namespace }: GraphNode): string {
  return namespace ?? NO_NAMESPACE;
}

/** All of a small graph, the namespaces of a large one. */
export function firstView({ nodes }: Graph): View {
  const namespaces = new Set(nodes.map(namespaceOf));
  return {
    folded: nodes.length > READABLE ? namespaces : new Set(),
    hiddenKinds: new Set(),
    hiddenNamespaces: new Set(),
    edgeKinds: new Set(EDGE_KINDS),
  };
}

export function pictureOf(graph: Graph, view: View, changes: Changes): Picture {
  const shown = graph.nodes.filter(
    (node) => !view.hiddenKinds.has(node.kind) && !view.hiddenNamespaces.has(namespaceOf(node)),
  );
  const boxes = new Map<string, Box>();
  const boxOf = new Map<string, string>();
  for (const node of shown) {
    const namespace = namespaceOf(node);
    const id = view.folded.has(namespace) ? foldId(namespace) : node.id;
    boxOf.set(node.id, id);
    const there = boxes.get(id);
    boxes.set(
      id,
      view.folded.has(namespace) ? folded(namespace, [...(there?.nodes ?? []), node], changes) : boxed(node, changes),
    );
  }
  const lines = new Map<string, Line>();
  for (const edge of graph.edges) {
    if (!view.edgeKinds.has(edge.kind)) continue;
    const [from, to] = inTime(edge).map((id) => boxOf.get(id));
    if (from === undefined || to === undefined || from === to) continue;
    const key = `${from} ${edge.kind} ${to}`;
    lines.set(key, { from, to, kind: edge.kind, edges: [...(lines.get(key)?.edges ?? []), edge] });
  }
  return { boxes: [...boxes.values()], lines: [...lines.values()], boxOf };
}

function foldId(namespace: string): string {
  return `namespace ${namespace}`;
}

function folded(namespace: string, nodes: readonly GraphNode[], changes: Changes): Box {
  const changed = nodes.filter(({ id }) => changes[id] !== undefined).length;
  const tail = changed === 0 ? '' : `, ${String(changed)} would change`;
  return {
    id: foldId(namespace),
    title: namespace,
    subtitle: `namespace, ${String(nodes.length)} ${nodes.length === 1 ? 'object' : 'objects'}${tail}`,
    nodes,
    isFolded: true,
    isMissing: nodes.some(({ isMissing }) => isMissing === true),
    change: changed === 0 ? undefined : 'changed',
  };
}

function boxed(node: GraphNode, changes: Changes): Box {
  const suspended = node.isSuspended === true ? ', suspended' : '';
  const missing = node.isMissing === true ? ', missing' : '';
  const change = changes[node.id];
  const tail = change === undefined ? '' : `, ${change}`;
  return {
    id: node.id,
    title: node.name,
    subtitle: `${node.kind}${node.namespace === undefined ? '' : ` · ${node.namespace}`}${suspended}${missing}${tail}`,
    nodes: [node],
    isFolded: false,
    isMissing: node.isMissing === true,
    change,
  };
}

/** The view in which a node can be seen. */
export function reveal(view: View, node: GraphNode): View {
  const without = (set: ReadonlySet<string>, one: string): ReadonlySet<string> =>
    new Set([...set].filter((other) => other !== one));
  const namespace = namespaceOf(node);
  return {
    ...view,
    folded: without(view.folded, namespace),
    hiddenKinds: without(view.hiddenKinds, node.kind),
    hiddenNamespaces: without(view.hiddenNamespaces, namespace),
  };
}
