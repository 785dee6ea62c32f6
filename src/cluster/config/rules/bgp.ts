import type { Rule } from './rule.ts';

const FIELDS = ['cilium_bgp_router_addr', 'cilium_bgp_router_asn', 'cilium_bgp_node_asn'] as const;

/** BGP takes all three of its fields. Upstream leaves it off in silence when one is missing. */
export const bgpIsCompleteOrAbsent: Rule = ({ cluster }) => {
  const missing = FIELDS.filter((field) => cluster[field] === null);
  const present = FIELDS.filter((field) => cluster[field] !== null);
  if (missing.length === 0 || present[0] === undefined) return [];
  return [
    {
      code: 'config/bgp-incomplete',
      file: 'cluster',
      at: { path: [present[0]], part: 'key' },
      message: `BGP is set up in part: ${names(present)} without ${names(missing)}`,
      remedy: `add ${names(missing)}, or remove ${names(present)}`,
    },
  ];
};

/** Equal numbers make the session an internal one, which passes routes on differently. */
export const bgpNumbersDiffer: Rule = ({ cluster }) => {
  const { cilium_bgp_router_asn: router, cilium_bgp_node_asn: node } = cluster;
  if (typeof router !== 'number' || router !== node) return [];
  return [
    {
      code: 'config/bgp-same-asn',
      severity: 'warning',
      file: 'cluster',
      at: { path: ['cilium_bgp_node_asn'] },
      message: `\`cilium_bgp_router_asn\` and \`cilium_bgp_node_asn\` are both ${String(router)}, which makes the BGP session an internal one`,
      remedy: 'take different AS numbers, for example 64513 for the router and 64514 for the nodes',
    },
  ];
};

function names(fields: readonly string[]): string {
  return fields.map((field) => `\`${field}\``).join(' and ');
}
