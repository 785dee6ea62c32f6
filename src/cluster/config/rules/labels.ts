import type { Issue } from '../issue.ts';
import type { Rule } from './rule.ts';

/** What the NodeRestriction admission plugin lets a kubelet set on its own node below kubernetes.io and k8s.io. */
const PERMITTED = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/arch',
  'kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'beta.kubernetes.io/os',
  'node.kubernetes.io/instance-type',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
]);

/** Domains below kubernetes.io whose labels a kubelet may set as it likes, with all below them. */
const PERMITTED_DOMAINS = ['kubelet.kubernetes.io', 'node.kubernetes.io'];

const RESTRICTED_DOMAINS = ['kubernetes.io', 'k8s.io'];

/** A node sets its labels itself, so the API server refuses those that would let it pass for another kind of node. */
export const labelsArePermitted: Rule = ({ nodes }) =>
  (nodes ?? []).flatMap(({ nodeLabels }, index) =>
    Object.keys(nodeLabels ?? {})
      .filter((key) => !isPermitted(key))
      .map((key) => forbiddenLabel(key, index)),
  );

function isPermitted(key: string): boolean {
  const domain = key.includes('/') ? key.slice(0, key.indexOf('/')) : '';
  return !isBelow(domain, RESTRICTED_DOMAINS) || isBelow(domain, PERMITTED_DOMAINS) || PERMITTED.has(key);
}

function isBelow(domain: string, domains: readonly string[]): boolean {
  return domains.some((other) => domain === other || domain.endsWith(`.${other}`));
}

function forbiddenLabel(key: string, index: number): Issue {
  const isRole = key.startsWith('node-role.kubernetes.io/');
  return {
    code: 'config/label-forbidden',
    file: 'nodes',
    at: { path: ['nodes', index, 'nodeLabels', key], part: 'key' },
    message: `\`nodes[${String(index)}].nodeLabels\` sets ${key}, which the API server does not let a node set on itself`,
    remedy: isRole
      ? 'give the role with `kubectl label node` once the node has joined'
      : 'take topology.kubernetes.io/region or topology.kubernetes.io/zone, or a domain of your own',
  };
}
