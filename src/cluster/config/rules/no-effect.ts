import type { Rule, SoundConfiguration } from '../effective.ts';
import type { Issue } from '../issue.ts';
import { mayUseBgp } from './addresses.ts';
import { soundIngress } from './services.ts';

interface Dependent {
  /** Fields that do nothing by themselves. */
  readonly fields: readonly string[];
  /** Whether what they are for is there. */
  readonly isUsed: (configuration: SoundConfiguration) => boolean;
  /** What is missing, as it stands after "because". */
  readonly because: string;
}

/** Fields that only say more about something that has to be switched on elsewhere. */
const DEPENDENTS: readonly Dependent[] = [
  {
    fields: [
      'cilium_bgp_hold_time',
      'cilium_bgp_keepalive_time',
      'cilium_bgp_graceful_restart',
      'cilium_bgp_graceful_restart_time',
      'cilium_bgp_password',
    ],
    isUsed: mayUseBgp,
    because: 'BGP is off',
  },
  {
    fields: ['cilium_bgp_graceful_restart_time'],
    isUsed: (configuration) => !mayUseBgp(configuration) || configuration.cluster.cilium_bgp_graceful_restart !== false,
    because: '`cilium_bgp_graceful_restart` is false',
  },
  {
    fields: ['openebs_hostpath'],
    isUsed: ({ nodes }) => nodes?.some(({ openebs_hostpath_enabled: enabled }) => enabled !== false) !== false,
    because: 'no node sets `openebs_hostpath_enabled`',
  },
  {
    fields: ['repository_known_hosts'],
    isUsed: ({ cluster }) => {
      const { repository_url: url, repository_visibility: visibility } = cluster;
      return url === undefined || (url === null ? visibility !== 'public' : url.startsWith('ssh:'));
    },
    because: 'Flux does not read the repository over SSH',
  },
  {
    fields: ['cloudflare_gateway_addr'],
    isUsed: (configuration) => soundIngress(configuration) !== 'none',
    because: 'nothing is reached from the Internet (`ingress` is none)',
  },
  {
    fields: ['cloudflare_tunnel_protocol'],
    isUsed: (configuration) => (soundIngress(configuration) ?? 'tunnel') === 'tunnel',
    because: 'there is no tunnel (`ingress` is not tunnel)',
  },
  {
    fields: ['acme_staging', 'cloudflare_zone'],
    isUsed: ({ cluster }) => cluster.dns_provider !== 'none',
    because: '`dns_provider` is none',
  },
  {
    fields: ['proxmox_vlan_mode'],
    isUsed: ({ cluster }) => cluster.proxmox_vlan_mode !== true || cluster.node_vlan_tag !== null,
    because: '`node_vlan_tag` is not set',
  },
];

/** A field that is written and does nothing is a misunderstanding. */
export const everyFieldHasEffect: Rule = (configuration) =>
  DEPENDENTS.filter(({ isUsed }) => !isUsed(configuration)).flatMap(({ fields, because }) =>
    fields.filter((field) => configuration.isWritten(field)).map((field) => noEffect(field, because)),
  );

/** A webhook comes from the Internet. */
export const webhookIsReached: Rule = (configuration) => {
  const { webhook_type: type } = configuration.cluster;
  if (type === null || type === undefined || type === 'none' || soundIngress(configuration) !== 'none') return [];
  return [noEffect('webhook_type', 'nothing is reached from the Internet (`ingress` is none)')];
};

function noEffect(field: string, because: string): Issue {
  return {
    code: 'config/no-effect',
    severity: 'warning',
    file: 'cluster',
    at: { path: [field], part: 'key' },
    message: `\`${field}\` has no effect, because ${because}`,
    remedy: 'remove it, or set what it goes with',
  };
}
