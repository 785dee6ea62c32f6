import { type Closures, EDGE_KINDS, EDGE_WORDS, type Graph, type GraphNode, nodeName } from '../model.ts';
import type { Changes } from './view.ts';

type Child = Node | string;

/** A graph with what is asked of it again and again. */
export interface Known {
  readonly graph: Graph;
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly closures: Closures;
  readonly changes: Changes;
}

/** An element with attributes and what is in it. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** A button that leads to a node. */
function link(id: string, nodes: ReadonlyMap<string, GraphNode>): HTMLElement {
  const node = nodes.get(id);
  const text = node === undefined ? id : nodeName(node);
  const button = element('button', { type: 'button', class: node?.isMissing === true ? 'link missing' : 'link' }, text);
  button.dataset.node = id;
  return button;
}

function list(title: string, ids: readonly string[], nodes: ReadonlyMap<string, GraphNode>): HTMLElement[] {
  if (ids.length === 0) return [];
  const heading = ids.length > 5 ? `${title} (${String(ids.length)})` : title;
  return [element('h3', {}, heading), element('ul', {}, ...ids.map((id) => element('li', {}, link(id, nodes))))];
}

/** What is to be known of a node. */
export function nodePanel({ graph, nodes, closures, changes }: Known, node: GraphNode): HTMLElement[] {
  const change = changes[node.id];
  const direct = EDGE_KINDS.flatMap((kind) => {
    const own = graph.edges.filter((edge) => edge.kind === kind);
    const needs = own.filter(({ from }) => from === node.id).map(({ to }) => to);
    const neededBy = own.filter(({ to }) => to === node.id).map(({ from }) => from);
    return [
      ...list(sentence(EDGE_WORDS[kind].from), needs, nodes),
      ...list(sentence(EDGE_WORDS[kind].to), neededBy, nodes),
    ];
  });
  const [broken, needed] = [closures.dependentsOf(node.id), closures.dependenciesOf(node.id)];
  return [
    element('h2', {}, node.name),
    element('p', { class: 'kind' }, [node.kind, node.namespace ?? 'cluster-wide'].join(' · ')),
    ...(node.isMissing === true
      ? [element('p', { class: 'missing' }, 'Missing: something names it, and nothing in the tree makes it.')]
      : []),
    ...(change === undefined
      ? []
      : [element('p', { class: `change ${change}` }, `Would be ${change} by the pending edit.`)]),
    ...(node.isSuspended === true ? [element('p', { class: 'missing' }, 'Suspended: Flux leaves it as it is.')] : []),
    ...places(node),
    ...direct,
    ...(broken.length === 0
      ? [element('p', {}, 'Nothing else needs it.')]
      : folding(`Breaks without it: ${String(broken.length)}`, broken, nodes)),
    ...(needed.length === 0 ? [] : folding(`Needs, all together: ${String(needed.length)}`, needed, nodes)),
  ];
}

function folding(title: string, ids: readonly string[], nodes: ReadonlyMap<string, GraphNode>): HTMLElement[] {
  const items = element('ul', {}, ...ids.map((id) => element('li', {}, link(id, nodes))));
  return [element('details', {}, element('summary', {}, title), items)];
}

function places({ place, source, keys = [] }: GraphNode): HTMLElement[] {
  if (place === undefined) return [];
  const line = place.line === undefined ? '' : `:${String(place.line)}`;
  return [
    element('p', { class: 'place' }, element('code', {}, `${place.file}${line}`)),
    ...(source === undefined ? [] : [element('p', { class: 'place' }, 'rendered from ', element('code', {}, source))]),
    ...(keys.length === 0
      ? []
      : [
          element('h3', {}, 'Keys of the configuration'),
          element('ul', { class: 'keys' }, ...keys.map((key) => element('li', {}, element('code', {}, key)))),
        ]),
  ];
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** What is to be known of the whole. */
export function overviewPanel({ graph, nodes, changes }: Known): HTMLElement[] {
  const changed = Object.keys(changes).filter((id) => nodes.has(id));
  const missing = graph.nodes.filter(({ isMissing }) => isMissing === true).map(({ id }) => id);
  const left = Object.entries(graph.left);
  const count = (kind: string): number => graph.nodes.filter((node) => node.kind === kind).length;
  return [
    element('h2', {}, 'The cluster'),
    element(
      'p',
      {},
      `${String(count('Kustomization'))} Kustomizations, ${String(count('HelmRelease'))} HelmReleases, ${String(graph.nodes.length)} objects, ${String(graph.edges.length)} edges. What has to be there first stands left.`,
    ),
    ...graph.cycles.map((cycle) =>
      element(
        'div',
        { class: 'missing' },
        element('h3', {}, 'Circle: none of these ever becomes ready'),
        element('ol', {}, ...cycle.slice(0, -1).map((id) => element('li', {}, link(id, nodes)))),
      ),
    ),
    ...list('Missing', missing, nodes),
    ...list('Changed by the pending edit', changed, nodes),
    ...(graph.criticalPath.length === 0
      ? []
      : [
          element('h3', {}, `Longest chain of the bootstrap: ${String(graph.criticalPath.length)} steps`),
          element('ol', {}, ...graph.criticalPath.map((id) => element('li', {}, link(id, nodes)))),
        ]),
    ...(left.length === 0
      ? []
      : [
          element('h3', {}, 'Not drawn'),
          element(
            'p',
            {},
            `What nothing but its Kustomization has to do with: ${left.map(([kind, number]) => `${String(number)} ${kind}`).join(', ')}.`,
          ),
        ]),
  ];
}

/** All nodes as a table, for whoever does not look at pictures. */
export function nodeTable({ graph, nodes, closures }: Known): HTMLElement {
  const rows = graph.nodes.map((node) => {
    const needs = graph.edges.filter(({ from, kind }) => from === node.id && kind !== 'applies').length;
    return element(
      'tr',
      {},
      element('td', {}, link(node.id, nodes)),
      element('td', {}, node.namespace ?? ''),
      element('td', {}, String(needs)),
      element('td', {}, String(closures.dependentsOf(node.id).length)),
    );
  });
  const head = ['Object', 'Namespace', 'Names', 'Breaks without it'].map((text) =>
    element('th', { scope: 'col' }, text),
  );
  return element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...rows));
}
