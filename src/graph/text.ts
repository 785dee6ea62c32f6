import { EDGE_KINDS, EDGE_WORDS, type EdgeKind, type Graph, type GraphNode, nodeName } from './model.ts';

/** The nodes of some kinds, or those around one node, with the edges between them. */
export function restrict(graph: Graph, ids: ReadonlySet<string>): Graph {
  const isIn = (id: string): boolean => ids.has(id);
  return {
    ...graph,
    nodes: graph.nodes.filter(({ id }) => isIn(id)),
    edges: graph.edges.filter(({ from, to }) => isIn(from) && isIn(to)),
    cycles: graph.cycles.filter((cycle) => cycle.every(isIn)),
    criticalPath: graph.criticalPath.every(isIn) ? graph.criticalPath : [],
    left: {},
  };
}

/** A graph for a terminal: each node with what it needs, then circles, what is missing and the longest chain. */
export function graphText(graph: Graph): string {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const nameOf = (id: string): string => {
    const node = nodes.get(id);
    return node === undefined ? id : `${nodeName(node)}${node.isMissing === true ? ' (missing)' : ''}`;
  };
  const blocks = graph.nodes.toSorted(byRank).flatMap((node) => {
    const own = graph.edges.filter(({ from }) => from === node.id);
    const lines = EDGE_KINDS.flatMap((kind) =>
      own
        .filter((edge) => edge.kind === kind)
        .map(
          ({ to, isCircular }) =>
            `  ${EDGE_WORDS[kind].from} ${nameOf(to)}${isCircular === true ? ' (in a circle)' : ''}`,
        ),
    );
    const suspended = node.isSuspended === true ? ' (suspended)' : '';
    // What needs nothing stands where it is needed.
    return lines.length === 0 && suspended === '' ? [] : [[`${nodeName(node)}${suspended}`, ...lines].join('\n')];
  });
  const cycles = graph.cycles.map((cycle) => `Circle: ${cycle.map(nameOf).join(' -> ')}`);
  const chain = graph.criticalPath.map((id, step) => `  ${String(step + 1)}. ${nameOf(id)}`);
  const longest =
    chain.length === 0
      ? []
      : [`Longest chain of the bootstrap, ${String(chain.length)} steps one after another:\n${chain.join('\n')}`];
  return `${[...blocks, ...cycles, ...longest].join('\n\n')}\n`;
}

/** One node for a terminal: what it needs, what needs it, and what would not work without it. */
export function nodeText(graph: Graph, id: string, broken: readonly string[]): string {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const nameOf = (one: string): string => {
    const node = nodes.get(one);
    return node === undefined ? one : `${nodeName(node)}${node.isMissing === true ? ' (missing)' : ''}`;
  };
  const node = nodes.get(id);
  if (node === undefined) return '';
  const place = node.place === undefined ? 'nothing makes it' : placeText(node);
  const direct = EDGE_KINDS.flatMap((kind) => [
    ...graph.edges
      .filter((edge) => edge.from === id && edge.kind === kind)
      .map(({ to }) => `  ${EDGE_WORDS[kind].from} ${nameOf(to)}`),
    ...graph.edges
      .filter((edge) => edge.to === id && edge.kind === kind)
      .map(({ from }) => `  ${EDGE_WORDS[kind].to} ${nameOf(from)}`),
  ]);
  const without =
    broken.length === 0
      ? ['Nothing else needs it']
      : [`Without it ${String(broken.length)} more would not work:`, ...broken.map((one) => `  ${nameOf(one)}`)];
  return `${[nodeName(node), `  ${place}`, ...direct, '', ...without].join('\n')}\n`;
}

/** What one looks for first comes first. */
const RANKS = ['Key', 'Template', 'File', 'Kustomization', 'HelmRelease', 'Gateway', 'HTTPRoute'];

function byRank(one: GraphNode, other: GraphNode): number {
  const rank = ({ kind }: GraphNode): number => (RANKS.includes(kind) ? RANKS.indexOf(kind) : RANKS.length);
  return rank(one) - rank(other);
}

function placeText({ place, source }: GraphNode): string {
  const line = place?.line === undefined ? '' : `:${String(place.line)}`;
  return `in ${place?.file ?? ''}${line}${source === undefined ? '' : `, rendered from ${source}`}`;
}

/** A flowchart in Mermaid's language: https://mermaid.js.org/syntax/flowchart.html. */
export function graphMermaid(graph: Graph): string {
  const short = shortIds(graph);
  const arrows: Readonly<Record<EdgeKind, string>> = {
    applies: '-.->',
    'depends on': '==>',
    reads: '-->',
    publishes: '--o',
    makes: '-->',
  };
  const label = (node: GraphNode): string => nodeName(node).replaceAll('"', '#quot;');
  const critical = graph.criticalPath.map((id) => short.get(id));
  const missing = graph.nodes.filter(({ isMissing }) => isMissing === true).map(({ id }) => short.get(id));
  const red = graph.edges.flatMap(({ isCircular }, index) => (isCircular === true ? [String(index)] : []));
  return `${[
    'flowchart LR',
    ...graph.nodes.map((node) => `  ${short.get(node.id) ?? ''}["${label(node)}"]`),
    ...graph.edges.map(
      ({ from, to, kind }) => `  ${short.get(from) ?? ''} ${arrows[kind]}|${kind}| ${short.get(to) ?? ''}`,
    ),
    ...(critical.length === 0
      ? []
      : ['  classDef critical stroke-width:3px', `  class ${critical.join(',')} critical`]),
    ...(missing.length === 0
      ? []
      : ['  classDef missing stroke:#c00,color:#c00', `  class ${missing.join(',')} missing`]),
    ...(red.length === 0 ? [] : [`  linkStyle ${red.join(',')} stroke:#c00`]),
  ].join('\n')}\n`;
}

/** A graph in the language of Graphviz: https://graphviz.org/doc/info/lang.html. */
export function graphDot(graph: Graph): string {
  const quote = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const styles: Readonly<Record<EdgeKind, string>> = {
    applies: 'style=dotted',
    'depends on': 'style=bold',
    reads: 'style=solid',
    publishes: 'style=solid arrowhead=odot',
    makes: 'style=solid',
  };
  const critical = new Set(graph.criticalPath);
  return `${[
    'digraph cluster {',
    '  rankdir=LR',
    '  node [shape=box]',
    ...graph.nodes.map((node) => {
      const colour = node.isMissing === true ? ' color=red fontcolor=red' : '';
      return `  ${quote(node.id)} [label=${quote(nodeName(node))}${colour}${critical.has(node.id) ? ' penwidth=3' : ''}]`;
    }),
    ...graph.edges.map(
      ({ from, to, kind, isCircular }) =>
        `  ${quote(from)} -> ${quote(to)} [label=${quote(kind)} ${styles[kind]}${isCircular === true ? ' color=red' : ''}]`,
    ),
    '}',
  ].join('\n')}\n`;
}

function shortIds(graph: Graph): ReadonlyMap<string, string> {
  return new Map(graph.nodes.map(({ id }, index) => [id, `n${String(index)}`]));
}
