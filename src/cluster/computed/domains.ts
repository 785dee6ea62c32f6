import type { Cluster } from '../config/types.ts';
import { textsOf } from '../families.ts';

/** One of the domains, with the names that are made from it. */
export interface Domain {
  readonly name: string;
  /** The variable that Flux substitutes: SECRET_DOMAIN for the first domain, then SECRET_DOMAIN_2 and so on. */
  readonly variable: string;
  /** The domain with its first dot as a hyphen, as Flux's `${SECRET_DOMAIN/./-}` gives it. */
  readonly slug: string;
  /** The Secret of its certificate. */
  readonly tls_secret: string;
  /** The listener for names below it on the gateways: https for the first domain, then https-2 and so on. */
  readonly listener: string;
}

/** The domains, whether one was written or several. */
export interface DomainValues {
  readonly cloudflare_domain: string;
  readonly cloudflare_domains: readonly string[];
  /** The first of the domains. */
  readonly primary_domain: string;
  readonly domains: readonly Domain[];
}

/** The domains under all their names. */
export function domainValues(cluster: Pick<Cluster, 'cloudflare_domain' | 'cloudflare_domains'>): DomainValues {
  const names = textsOf(cluster.cloudflare_domain ?? cluster.cloudflare_domains);
  const [primary = ''] = names;
  return {
    cloudflare_domain: primary,
    cloudflare_domains: names,
    primary_domain: primary,
    domains: names.map(domainOf),
  };
}

function domainOf(name: string, index: number): Domain {
  const slug = name.replace('.', '-');
  const number = String(index + 1);
  return {
    name,
    variable: index === 0 ? 'SECRET_DOMAIN' : `SECRET_DOMAIN_${number}`,
    slug,
    tls_secret: `${slug}-production-tls`,
    listener: index === 0 ? 'https' : `https-${number}`,
  };
}
