import { textsOf } from '../../families.ts';
import { missingField } from '../missing.ts';
import type { Rule } from './rule.ts';

/** A cluster has a domain. */
export const someDomainIsNamed: Rule = ({ cluster }) =>
  cluster.cloudflare_domain === null && cluster.cloudflare_domains === null
    ? [missingField('cluster', ['cloudflare_domain'])]
    : [];

/** Both names of the field may be used, not for different domains. */
export const domainsAreNamedOnce: Rule = ({ cluster }) => {
  const { cloudflare_domain: one, cloudflare_domains: other } = cluster;
  if (one === null || other === null || one === undefined || other === undefined) return [];
  if (textsOf(one).join() === textsOf(other).join()) return [];
  return [
    {
      code: 'config/conflict',
      file: 'cluster',
      at: { path: ['cloudflare_domains'] },
      message: `\`cloudflare_domain\` is ${textsOf(one).join(', ')}, but \`cloudflare_domains\` is ${textsOf(other).join(', ')}`,
      remedy: 'keep one of the two fields, with all domains in it',
    },
  ];
};
