import type { Cluster } from '../config/generated/types.ts';
import { textsOf } from '../addresses.ts';
import type { Recipes } from './recipes.ts';

/** One of the domains, with the names that are made from it. */
interface Domain {
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

/** A zone at Cloudflare that domains lie in. */
interface Zone {
  readonly name: string;
  /** The variable that Flux substitutes: the domain's own, or SECRET_ZONE, SECRET_ZONE_2 and so on. */
  readonly variable: string;
  /** Whether it is one of the domains. */
  readonly is_domain: boolean;
}

/** The domains, whether one was written or several. */
export interface DomainValues {
  readonly cloudflare_domain: string;
  readonly cloudflare_domains: readonly string[];
  /** The first of the domains. */
  readonly primary_domain: string;
  readonly domains: readonly Domain[];
  /** The zones that the domains lie in, each once: the nearest of `cloudflare_zone` above a domain, or the domain itself. */
  readonly cloudflare_zones: readonly Zone[];
}

/** The domains under all their names. */
export const DOMAINS: Recipes<DomainValues> = {
  cloudflare_domain: ({ cluster }) => domainNames(cluster)[0] ?? '',
  cloudflare_domains: ({ cluster }) => domainNames(cluster),
  primary_domain: ({ cluster }) => domainNames(cluster)[0] ?? '',
  domains: ({ cluster }) => domainNames(cluster).map(domainOf),
  cloudflare_zones: ({ cluster }) => zonesOf(domainNames(cluster).map(domainOf), textsOf(cluster.cloudflare_zone)),
};

/** The domains, whether one was written or several. */
export function domainNames(cluster: Cluster): readonly string[] {
  return textsOf(cluster.cloudflare_domain ?? cluster.cloudflare_domains);
}

/** The nearest of some zones that a domain lies in; undefined where it lies in none of them. */
export function zoneOf(domain: string, zones: readonly string[]): string | undefined {
  const around = zones.filter((zone) => domain === zone || domain.endsWith(`.${zone}`));
  return around.sort((one, other) => other.length - one.length)[0];
}

function zonesOf(domains: readonly Domain[], written: readonly string[]): readonly Zone[] {
  const names = [...new Set(domains.map(({ name }) => zoneOf(name, written) ?? name))];
  const others = names.filter((zone) => !domains.some(({ name }) => name === zone));
  return names.map((zone) => {
    const domain = domains.find(({ name }) => name === zone);
    if (domain !== undefined) return { name: zone, variable: domain.variable, is_domain: true };
    const number = others.indexOf(zone) + 1;
    return { name: zone, variable: number === 1 ? 'SECRET_ZONE' : `SECRET_ZONE_${String(number)}`, is_domain: false };
  });
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
