import { zoneOf } from '../../computed/domains.ts';
import { textsOf } from '../../families.ts';
import type { Issue } from '../issue.ts';
import { missingField } from '../missing.ts';
import { entriesOf } from './owners.ts';
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

/** A zone that is written holds one of the domains. */
export const zonesHoldDomains: Rule = ({ cluster }) => {
  const written = cluster.cloudflare_domain ?? cluster.cloudflare_domains;
  const domains = textsOf(written);
  if (domains.length === 0) return [];
  return entriesOf(cluster.cloudflare_zone, ['cloudflare_zone'])
    .filter(({ text }) => !domains.some((domain) => zoneOf(domain, [text]) !== undefined))
    .map(({ text, path }) => ({
      code: 'config/zone',
      file: 'cluster',
      at: { path },
      message: `\`cloudflare_zone\` names ${text}, but no domain lies in it (${domains.join(', ')})`,
      remedy: 'name the zone that a domain ends with, or take it out',
    }));
};

/**
 * A domain below its zone: external-dns has to know the zone, and Cloudflare's own certificate covers one level of names below it alone
 * (https://developers.cloudflare.com/ssl/edge-certificates/universal-ssl/limitations/).
 */
export const domainsAreCoveredByEdge: Rule = ({ cluster }) => {
  if (cluster.dns_provider !== 'cloudflare') return [];
  const zones = textsOf(cluster.cloudflare_zone);
  const field = cluster.cloudflare_domain === null ? 'cloudflare_domains' : 'cloudflare_domain';
  return entriesOf(cluster[field], [field]).flatMap(({ text, path }): Issue[] => {
    const issue = { code: 'config/zone', severity: 'warning', file: 'cluster', at: { path } } as const;
    const zone = zoneOf(text, zones);
    if (zone === text) return [];
    if (zone !== undefined) {
      const message = `names below ${text} lie two levels below the zone ${zone}: the certificate that Cloudflare gives at its edge does not cover them`;
      const remedy = `order an advanced certificate for *.${text} at Cloudflare, or take a domain that is a zone`;
      return [{ ...issue, message, remedy }];
    }
    const parent = text.slice(text.indexOf('.') + 1);
    if (cluster.cloudflare_zone === undefined || !parent.includes('.') || isPublicSuffix(parent)) return [];
    const message = `\`${field}\` names ${text}, and nothing says that it is a zone of its own at Cloudflare`;
    return [
      {
        ...issue,
        message,
        remedy: `add \`cloudflare_zone: ${parent}\`, or \`cloudflare_zone: ${text}\` where it is one`,
      },
    ];
  });
};

/** Suffixes like co.uk and com.au, below which names are registered. */
function isPublicSuffix(domain: string): boolean {
  return /^[a-z]{2,3}\.[a-z]{2}$/.test(domain);
}
