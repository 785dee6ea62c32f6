import { domainValues } from '../../cluster/computed/domains.ts';
import type { Configuration } from '../../cluster/config/types.ts';
import type { Finding } from '../../report/finding.ts';
import { nameServers } from '../../system/network.ts';
import type { Check } from './check.ts';

/** Whether Cloudflare answers for each of the domains; asks DNS. */
export async function checkDns({ cluster }: Configuration): Promise<Check[]> {
  const domains = domainValues(cluster).cloudflare_domains;
  return await Promise.all(
    domains.map(async (domain) => ({ area: 'dns', subject: domain, findings: await domainFindings(domain) }) as const),
  );
}

async function domainFindings(domain: string): Promise<Finding[]> {
  const about = { code: 'cluster/dns', severity: 'warning' } as const;
  let servers: string[];
  try {
    servers = await nameServers(domain);
  } catch (error) {
    return [
      { ...about, message: `DNS could not be asked about ${domain}: ${String(error)}`, remedy: 'look at the network' },
    ];
  }
  if (servers.length === 0) {
    const message = `DNS knows no name servers of ${domain}`;
    return [{ ...about, message, remedy: 'add the domain at Cloudflare, and its name servers at your registrar' }];
  }
  if (servers.every((server) => /\.ns\.cloudflare\.com\.?$/i.test(server))) return [];
  const message = `${domain} is answered for by ${servers.join(', ')}, and not by Cloudflare`;
  return [{ ...about, message, remedy: 'enter the name servers that Cloudflare shows at your registrar' }];
}
