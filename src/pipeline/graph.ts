import type { ClusterRoot } from '../cluster/root.ts';
import { graphOf, nodeOf } from '../graph/graph.ts';
import type { Graph, GraphEdge, GraphNode } from '../graph/model.ts';
import type { FluxTree } from '../manifests/flux/tree.ts';
import { failure } from '../report/finding.ts';
import { nothingOfFlux } from './any-repository.ts';
import { explainKey, explainLines } from './explain.ts';
import { renderOnly } from './render-only.ts';
import { clustersIn, folderIn, readRepository } from './repository.ts';
import { readInventory } from './state.ts';
import { manifestFiles } from './validate.ts';

/**
 * Renders a cluster's tree in memory and makes the graph of what Flux would apply of it. Writes nothing.
 *
 * @throws Failure where the configuration is wrong, a template fails or a manifest is no YAML
 */
export async function clusterGraph(root: ClusterRoot): Promise<Graph> {
  return await withKeys(root, graphOf(await renderedFlux(root)));
}

/** With the keys of the configuration that are read for the file of each object. */
async function withKeys(root: ClusterRoot, graph: Graph): Promise<Graph> {
  const files = [...new Set(graph.nodes.flatMap(({ place, source }) => (place && source ? [place.file] : [])))];
  const explained = await explainLines(
    root,
    files.map((file) => ({ file })),
  );
  const keys = new Map(files.map((file, index) => [file, explained[index]?.keys.map(({ key }) => key) ?? []]));
  const nodes = graph.nodes.map((node): GraphNode => {
    const own = keys.get(node.place?.file ?? '') ?? [];
    return own.length === 0 ? node : { ...node, keys: own };
  });
  return { ...graph, nodes };
}

/**
 * The graph of a cluster out of any repository, as it lies on disk. Writes nothing.
 *
 * @param folder - absolute path of the repository's top
 * @param path - where Flux begins, from there; undefined for what the repository tells
 * @throws Failure of kind `usage` where it has several clusters and none is named; of kind `input` where it has none, or a manifest is no
 *   YAML
 */
export async function repositoryGraph(folder: string, path: string | undefined): Promise<Graph> {
  const wanted = path === undefined ? [] : [await folderIn(folder, path)];
  const clusters = clustersIn(await readRepository(folder), wanted);
  const [flux, ...others] = clusters;
  if (flux === undefined) throw nothingOfFlux(folder);
  if (others.length === 0) return graphOf(flux);
  const message = `${folder} has several clusters: ${clusters.map(({ root }) => root.folders.join(', ')).join('; ')}`;
  throw failure('usage', { code: 'usage/argument', message, remedy: 'name the folder of one with --path' });
}

/**
 * What comes from a key of the configuration: the templates that read it, the files that they make of it and the objects in these files.
 *
 * @param key - as people write it: `node_cidr`, `nodes[0].address`
 * @throws Failure of kind `usage` for a key that templates do not see; else as `clusterGraph`
 */
export async function keyGraph(root: ClusterRoot, key: string): Promise<Graph> {
  const { use, files } = await explainKey(root, key);
  const { objects } = await renderedFlux(root);
  const start: GraphNode = {
    id: `Key//${use.key}`,
    kind: 'Key',
    name: use.key,
    ...(use.place === undefined ? {} : { place: use.place }),
  };
  const [nodes, edges] = [new Map([[start.id, start]]), new Map<string, GraphEdge>()];
  const lead = (from: GraphNode, to: GraphNode, edge: GraphEdge): GraphNode => {
    nodes.set(to.id, to);
    edges.set(`${from.id} ${to.id}`, edge);
    return to;
  };
  const makes = (from: GraphNode, to: GraphNode): GraphNode =>
    lead(from, to, { from: from.id, to: to.id, kind: 'makes' });
  for (const { file, source, printed, decided } of files) {
    const [line] = [...printed, ...decided].sort((one, other) => one - other);
    const template = fileNode('Template', source);
    lead(start, template, { from: template.id, to: start.id, kind: 'reads' });
    const made = makes(template, fileNode('File', file, line));
    for (const object of objects) if (object.document.file.path === file) makes(made, nodeOf(object));
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()], cycles: [], criticalPath: [], left: {} };
}

function fileNode(kind: 'Template' | 'File', path: string, line?: number): GraphNode {
  return { id: `${kind}//${path}`, kind, name: path, place: { file: path, ...(line === undefined ? {} : { line }) } };
}

async function renderedFlux(root: ClusterRoot): Promise<FluxTree> {
  const inventory = await readInventory(root);
  const { files: rendered } = await renderOnly(root, { isLooking: true });
  const [flux] = clustersIn(await manifestFiles(root, rendered, inventory));
  if (flux === undefined) throw nothingOfFlux(root.path);
  return flux;
}
