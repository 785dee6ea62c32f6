import type { Configuration } from './config/generated/types.ts';
import { addressValues, type AddressValues, networkValues, type NetworkValues } from './computed/networks.ts';
import { aiValues, type AiValues, serviceValues, type ServiceValues } from './computed/services.ts';
import { domainValues, type DomainValues } from './computed/domains.ts';
import { nodeValues, type NodeValues } from './computed/nodes.ts';
import { repositoryValues, type RepositoryValues } from './computed/repository.ts';

/** What templates see besides the fields, or in their place: everything that follows from them. */
export interface ComputedValues
  extends NetworkValues, AddressValues, DomainValues, RepositoryValues, ServiceValues, AiValues, NodeValues {}

/** What follows from a configuration. Throws a RangeError for one that was not validated. */
export function computeValues(configuration: Configuration): ComputedValues {
  const { cluster } = configuration;
  const services = serviceValues(cluster);
  return {
    ...networkValues(cluster),
    ...addressValues({ ...cluster, ingress: services.ingress }, configuration.nodes),
    ...domainValues(cluster),
    ...repositoryValues(cluster, services.external_gateway_enabled),
    ...services,
    ...aiValues(cluster),
    ...nodeValues(configuration),
  };
}

/**
 * Everything that templates see: the fields of cluster.yaml by their names (null where nothing was set), `nodes`, and
 * the computed values, which stand in for the fields of the same name.
 */
export function templateData(configuration: Configuration): Readonly<Record<string, unknown>> {
  return { ...configuration.cluster, ...computeValues(configuration) };
}
