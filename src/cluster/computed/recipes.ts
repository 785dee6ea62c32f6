import type { Cluster, ClusterNode, Configuration } from '../config/generated/types.ts';

/** How each of some values is computed, on its own, so that what it reads is what it is made from. */
export type Recipes<T> = { readonly [K in keyof T]: (configuration: Configuration) => T[K] };

/** How each of some values of a node is computed. */
export type NodeRecipes<T> = { readonly [K in keyof T]: (node: ClusterNode, cluster: Cluster) => T[K] };

/** A field of cluster.yaml, or the list in nodes.yaml. */
export type SourceField = keyof Cluster | 'nodes';

/** What a value of a node is made from. */
export interface NodeDerivation {
  readonly node: readonly (keyof ClusterNode)[];
  readonly cluster: readonly (keyof Cluster)[];
}

/** All values of some recipes. */
export function cook<T>(recipes: Recipes<T>, configuration: Configuration): T {
  const entries = Object.entries<(configuration: Configuration) => unknown>(recipes);
  return Object.fromEntries(entries.map(([name, recipe]) => [name, recipe(configuration)])) as T;
}

/** The fields that a value of a configuration is made from, in the order in which they are read. */
export function derivationOf(
  recipe: (configuration: Configuration) => unknown,
  { cluster, nodes }: Configuration,
): readonly SourceField[] {
  const reads = new Set<SourceField>();
  recipe({
    cluster: recording(cluster, reads),
    get nodes() {
      reads.add('nodes');
      return nodes;
    },
  });
  return [...reads];
}

/** The fields that a value of one of these nodes is made from. */
export function nodeDerivationOf(
  recipe: (node: ClusterNode, cluster: Cluster) => unknown,
  nodes: readonly ClusterNode[],
  cluster: Cluster,
): NodeDerivation {
  const reads = { node: new Set<keyof ClusterNode>(), cluster: new Set<keyof Cluster>() };
  for (const node of nodes) recipe(recording(node, reads.node), recording(cluster, reads.cluster));
  return { node: [...reads.node], cluster: [...reads.cluster] };
}

/** The same object, which notes each of its fields that is read. */
function recording<T extends object>(object: T, reads: { add(name: keyof T): unknown }): T {
  return new Proxy(object, {
    get(target, name) {
      if (Object.hasOwn(target, name)) reads.add(name as keyof T);
      return Reflect.get(target, name) as unknown;
    },
  });
}
