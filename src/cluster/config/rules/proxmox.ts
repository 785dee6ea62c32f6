import type { SoundConfiguration } from '../effective.ts';
import type { Issue } from '../issue.ts';
import { missingField } from '../missing.ts';
import type { Rule } from './rule.ts';

const REGION = 'topology.kubernetes.io/region';
const ZONE = 'topology.kubernetes.io/zone';

/** Half a token opens nothing; the driver is left out, as upstream leaves it out, only not in silence. */
export const proxmoxTokenIsWhole: Rule = ({ cluster, secrets, isWritten }) => {
  const id = cluster.proxmox_csi_token_id !== null;
  const secret = isWritten('proxmox_csi_token_secret');
  if (id === secret || cluster.proxmox_csi_token_id === undefined) return [];
  if (secret && secrets.proxmox_csi_token_secret === undefined) return [];
  const [present, absent] = id
    ? ['proxmox_csi_token_id', 'proxmox_csi_token_secret']
    : ['proxmox_csi_token_secret', 'proxmox_csi_token_id'];
  return [
    {
      code: 'config/no-effect',
      severity: 'warning',
      file: 'cluster',
      at: { path: [present], part: 'key' },
      message: `\`${present}\` is set without \`${absent}\`: the CSI driver of Proxmox is left out`,
      remedy: `add \`${absent}\`, or remove \`${present}\``,
    },
  ];
};

/** The driver asks the API for volumes in a storage of a region. */
export const proxmoxIsComplete: Rule = (configuration) => {
  if (!usesDriver(configuration)) return [];
  const { cluster } = configuration;
  return (['proxmox_api_url', 'proxmox_region', 'proxmox_storage'] as const)
    .filter((field) => cluster[field] === null)
    .map((field) => missingField('cluster', [field], 'which the CSI driver of Proxmox needs'));
};

/** The driver finds a node's machine by its labels. */
export const nodesHaveProxmoxLabels: Rule = (configuration) => {
  if (!usesDriver(configuration)) return [];
  const { cluster, nodes } = configuration;
  return (nodes ?? []).flatMap(({ nodeLabels }, index): Issue[] => {
    if (nodeLabels === undefined) return [];
    const absent = [REGION, ZONE].filter((key) => nodeLabels?.[key] === undefined);
    const region = nodeLabels?.[REGION];
    if (absent.length > 0) return [labelsMissing(index, absent, cluster.proxmox_region ?? 'home')];
    if (typeof cluster.proxmox_region !== 'string' || region === cluster.proxmox_region) return [];
    return [otherRegion(index, region ?? '', cluster.proxmox_region)];
  });
};

function usesDriver({ cluster, secrets }: SoundConfiguration): boolean {
  return typeof cluster.proxmox_csi_token_id === 'string' && secrets.proxmox_csi_token_secret !== undefined;
}

function labelsMissing(index: number, absent: readonly string[], region: string): Issue {
  const example = absent.map((key) => `${key}: ${key === REGION ? region : 'pve01'}`).join(', ');
  return {
    code: 'config/label-missing',
    file: 'nodes',
    at: { path: ['nodes', index, 'nodeLabels'] },
    message: `\`nodes[${String(index)}]\` has no label ${absent.join(' and ')}, which the CSI driver of Proxmox needs`,
    remedy: `add to its \`nodeLabels\`: ${example} (the zone is the Proxmox host that runs it)`,
  };
}

function otherRegion(index: number, region: string, expected: string): Issue {
  return {
    code: 'config/conflict',
    file: 'nodes',
    at: { path: ['nodes', index, 'nodeLabels', REGION] },
    message: `the label ${REGION} of \`nodes[${String(index)}]\` is ${region}, but \`proxmox_region\` is ${expected}`,
    remedy: `write ${expected}`,
  };
}
