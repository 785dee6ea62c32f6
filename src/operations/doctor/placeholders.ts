import { SAMPLE_CLOUDFLARE_TOKEN } from '../../cluster/config/secrets.ts';
import type { Configuration } from '../../cluster/config/types.ts';
import type { Finding, Severity } from '../../report/finding.ts';

/** Networks for documentation (RFC 5737): no machine has an address of theirs. */
const DOCUMENTATION = /^(?:192\.0\.2|198\.51\.100|203\.0\.113)\./;
/** MAC addresses for documentation (RFC 7042, 2.1.2). */
const DOCUMENTATION_MAC = /^00:00:5e:00:53:/i;

/** Values of the sample that were never replaced: with any of them no cluster comes up. */
export function findPlaceholders({ cluster, nodes }: Configuration, severity: Severity): Finding[] {
  const domains = [cluster.cloudflare_domain].flat();
  const left: (readonly [file: string, field: string, isLeft: boolean])[] = [
    ['cluster.yaml', 'node_cidr', DOCUMENTATION.test(cluster.node_cidr)],
    ['cluster.yaml', 'repository_name', cluster.repository_name === 'example/cluster'],
    ['cluster.yaml', 'cloudflare_domain', domains.some((domain) => /(?:^|\.)example\.(?:com|net|org)$/.test(domain))],
    ['cluster.yaml', 'cloudflare_token', cluster.cloudflare_token === SAMPLE_CLOUDFLARE_TOKEN],
    ['nodes.yaml', 'address', nodes.some(({ address }) => DOCUMENTATION.test(address))],
    ['nodes.yaml', 'mac_addr', nodes.some(({ mac_addr: mac }) => DOCUMENTATION_MAC.test(mac))],
  ];
  return left
    .filter(([, , isLeft]) => isLeft)
    .map(([file, field]) => ({
      code: 'config/placeholder',
      severity,
      message: `\`${field}\` still is the value of the sample`,
      place: { file },
      remedy: 'replace it with your own; docs/configuration.md explains every field',
    }));
}
