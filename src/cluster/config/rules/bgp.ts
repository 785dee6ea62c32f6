import { fieldNames } from './words.ts';
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
      message: `BGP is set up in part: ${fieldNames(present)} without ${fieldNames(missing)}`,
      remedy: `add ${fieldNames(missing)}, or remove ${fieldNames(present)}`,
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

/** RFC 4271, section 10: three signs of life fit into the hold time. Cilium's resource refuses a longer interval than the hold time. */
export const bgpIsKeptAlive: Rule = ({ cluster }) => {
  const { cilium_bgp_hold_time: hold, cilium_bgp_keepalive_time: keepalive } = cluster;
  if (hold === undefined || keepalive === undefined || keepalive * 3 <= hold) return [];
  return [
    {
      code: 'config/bgp-timers',
      ...(keepalive > hold ? {} : { severity: 'warning' }),
      file: 'cluster',
      at: { path: [cluster.cilium_bgp_hold_time === 30 ? 'cilium_bgp_keepalive_time' : 'cilium_bgp_hold_time'] },
      message: `\`cilium_bgp_keepalive_time\` is ${String(keepalive)}, more than a third of \`cilium_bgp_hold_time\` (${String(hold)})`,
      remedy: `take ${String(Math.max(1, Math.floor(hold / 3)))} for the first, or ${String(keepalive * 3)} for the second`,
    },
  ];
};
