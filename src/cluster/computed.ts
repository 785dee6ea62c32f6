import { DOMAINS, type DomainValues } from './computed/domains.ts';
import { ADDRESSES, type AddressValues, NETWORKS, type NetworkValues } from './computed/networks.ts';
import { type ComputedNodeField, NODE, NODES, type NodeValues } from './computed/nodes.ts';
import {
  cook,
  derivationOf,
  type NodeDerivation,
  nodeDerivationOf,
  type Recipes,
  type SourceField,
} from './computed/recipes.ts';
import { REPOSITORY, type RepositoryValues } from './computed/repository.ts';
import { AI, type AiValues, SERVICES, type ServiceValues } from './computed/services.ts';
import type { Configuration } from './config/generated/types.ts';
import { CLUSTER_FIELDS } from './config/schemas.ts';

/** What templates see besides the fields, or in their place: everything that follows from them. */
export interface ComputedValues
  extends NetworkValues, AddressValues, DomainValues, RepositoryValues, ServiceValues, AiValues, NodeValues {}

const COMPUTED: Recipes<ComputedValues> = {
  ...NETWORKS,
  ...ADDRESSES,
  ...DOMAINS,
  ...REPOSITORY,
  ...SERVICES,
  ...AI,
  ...NODES,
};

/** The computed names that nobody can set; the others are fields as well, and what is written there counts. */
export const COMPUTED_NAMES: ReadonlySet<string> = new Set(
  Object.keys(COMPUTED).filter((name) => name !== 'nodes' && !Object.hasOwn(CLUSTER_FIELDS, name)),
);

/** What follows from a configuration. Throws a RangeError for one that was not validated. */
export function computeValues(configuration: Configuration): ComputedValues {
  return cook(COMPUTED, configuration);
}

/**
 * Everything that templates see: the fields of cluster.yaml by their names (null where nothing was set), `nodes`, and
 * the computed values, which stand in for the fields of the same name.
 */
export function templateData(configuration: Configuration): Readonly<Record<string, unknown>> {
  return { ...configuration.cluster, ...computeValues(configuration) };
}

/** The fields that a computed value of a configuration is made from, as it reads them; undefined where the name is none. */
export function computedFrom(name: string, configuration: Configuration): readonly SourceField[] | undefined {
  return Object.hasOwn(COMPUTED, name)
    ? derivationOf(COMPUTED[name as keyof ComputedValues], configuration)
    : undefined;
}

/**
 * The same for what templates see of a node.
 *
 * @param index - the position of the node; of any node where it is not given
 */
export function nodeComputedFrom(
  field: string,
  { cluster, nodes }: Configuration,
  index?: number,
): NodeDerivation | undefined {
  if (!Object.hasOwn(NODE, field)) return undefined;
  const chosen = index === undefined ? nodes : nodes.slice(index, index + 1);
  return nodeDerivationOf(NODE[field as ComputedNodeField], chosen, cluster);
}
