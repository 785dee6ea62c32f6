import { contains, formatNetwork, isSameAddress, parseAddress } from '../../addresses.ts';
import { COREDNS_INDEX, hostOf } from '../../computed/networks.ts';
import { textsOf } from '../../families.ts';
import type { SoundConfiguration } from '../effective.ts';
import type { Issue } from '../issue.ts';
import { networksOf } from './networks.ts';
import { entriesOf, ownersOf } from './owners.ts';
import type { Rule } from './rule.ts';

/**
 * A node asks for names and the time before there is a cluster, so nothing of the cluster can answer it: not its gateways, not the API and
 * no Service. k8s-gateway as a resolver of the nodes would also ask CoreDNS, which asks the nodes' resolvers.
 */
export const nodesAskOutsideOfCluster: Rule = (configuration) =>
  (['node_dns_servers', 'node_ntp_servers'] as const).flatMap((field) =>
    entriesOf(configuration.cluster[field], [field]).flatMap(({ text, path }): Issue[] => {
      const what = partOfCluster(configuration, text);
      if (what === undefined) return [];
      return [
        {
          code: 'config/resolver-loop',
          file: 'cluster',
          at: { path },
          message: `\`${field}\` names ${text}, ${what}: the nodes ask it before there is a cluster`,
          remedy:
            field === 'node_dns_servers'
              ? 'take a resolver outside of the cluster: the router, or a public one'
              : 'take a time server outside of the cluster',
        },
      ];
    }),
  );

/** What k8s-gateway does not know it asks others, never itself. */
export const fallbackIsNotTheGateway: Rule = ({ cluster }) => {
  const own = textsOf(cluster.cluster_dns_gateway_addr);
  return entriesOf(cluster.k8s_gateway_fallback_dns, ['k8s_gateway_fallback_dns'])
    .filter(({ text }) => own.some((address) => isSameAddress(address, text)))
    .map(({ text, path }) => ({
      code: 'config/resolver-loop',
      file: 'cluster',
      at: { path },
      message: `\`k8s_gateway_fallback_dns\` names ${text}, which is k8s-gateway itself (\`cluster_dns_gateway_addr\`): it would ask itself for ever`,
      remedy: 'take public resolvers, or leave the field out',
    }));
};

/** What an address is in the cluster, as it stands in a sentence; undefined for one outside of it. */
function partOfCluster(configuration: SoundConfiguration, text: string): string | undefined {
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  const owner = ownersOf(configuration).find(
    (one) => (one.role === 'gateway' || one.role === 'api') && isSameAddress(one.text, text),
  );
  if (owner !== undefined)
    return owner.role === 'api' ? `the Kubernetes API (${owner.label})` : `a gateway of the cluster (${owner.label})`;
  const around = networksOf(configuration).find(
    ({ field, network }) => field !== 'node_cidr' && contains(network, address),
  );
  if (around === undefined) return undefined;
  const isCoreDns =
    around.field === 'cluster_svc_cidr' && isSameAddress(hostOf(formatNetwork(around.network), COREDNS_INDEX), text);
  return isCoreDns ? 'CoreDNS in the cluster' : `inside of ${around.label} (${around.text})`;
}
