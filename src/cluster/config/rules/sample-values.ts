import { contains, parseNetwork, type Address } from '../../addresses.ts';
import { textsOf } from '../../families.ts';
import type { SoundConfiguration } from '../effective.ts';
import type { Issue } from '../issue.ts';
import { formatPath } from '../path.ts';
import { SAMPLE_CLOUDFLARE_TOKEN } from '../sample-token.ts';
import { networksOf } from './networks.ts';
import { ownersOf } from './owners.ts';
import type { Rule } from './rule.ts';

/** RFC 5737, RFC 3849 and RFC 9637: networks for documentation, which nobody has. */
const DOCUMENTATION = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '3fff::/20'];

/** RFC 2606: domains for documentation and tests. */
const DOMAINS = /(?:^|\.)(?:example\.(?:com|net|org)|example|test|invalid)$/;

/** What people write in place of a secret. */
const PLACEHOLDERS = /^(?:your[-_ ].*|<.*>|change[-_]?me|replace[-_]?me|todo|xxx+|placeholder)$/i;

/** What the sample holds is nobody's: in a tree with an owner it has been forgotten. Not for the sample itself. */
export const noValueIsSample: Rule = (configuration) => [
  ...sampleNetworks(configuration),
  ...sampleDomains(configuration),
  ...sampleRepository(configuration),
  ...sampleSecrets(configuration),
  ...sampleNodes(configuration),
];

/** One finding for each network, and for an address where its network has none. */
function sampleNetworks(configuration: SoundConfiguration): Issue[] {
  const networks = networksOf(configuration).filter(({ network }) => isDocumentation(network));
  const known = networks.map(({ network }) => network);
  const addresses = ownersOf(configuration).filter(
    ({ address, isWritten }) => isWritten && isDocumentation(address) && !known.some((one) => contains(one, address)),
  );
  return [
    ...networks.map(({ field, text, path }) => ({
      ...sampleAt('cluster', path),
      message: `\`${field}\` is ${text}, a network for documentation that nobody has`,
      remedy: 'write the network of your own, and the addresses in it',
    })),
    ...addresses.map(({ label, text, file, path }) => ({
      ...sampleAt(file, path),
      message: `${label} is ${text}, an address for documentation that nobody has`,
      remedy: 'write an address of your own network',
    })),
  ];
}

function sampleDomains({ cluster }: SoundConfiguration): Issue[] {
  return (['cloudflare_domain', 'cloudflare_domains'] as const).flatMap((field) =>
    textsOf(cluster[field])
      .filter((domain) => DOMAINS.test(domain))
      .map((domain) => ({
        ...sampleAt('cluster', [field]),
        message: `\`${field}\` is ${domain}, a domain for documentation that nobody has`,
        remedy: 'write your own domain',
      })),
  );
}

function sampleRepository({ cluster }: SoundConfiguration): Issue[] {
  if (cluster.repository_name !== 'example/cluster') return [];
  const message = '`repository_name` is example/cluster, the repository of the sample';
  return [{ ...sampleAt('cluster', ['repository_name']), message, remedy: 'write your own repository' }];
}

function sampleSecrets({ secrets }: SoundConfiguration): Issue[] {
  return Object.entries(secrets)
    .filter(([, text]) => typeof text === 'string' && (text === SAMPLE_CLOUDFLARE_TOKEN || PLACEHOLDERS.test(text)))
    .map(([field]) => ({
      ...sampleAt('cluster', [field]),
      message: `\`${field}\` is a placeholder, which opens nothing`,
      remedy: `write {env: ${field.toUpperCase()}} or {file: ${field.replaceAll('_', '-')}.key}`,
    }));
}

/** RFC 7042, section 2.1.2: MAC addresses for documentation. */
function sampleNodes({ nodes }: SoundConfiguration): Issue[] {
  return (nodes ?? []).flatMap(({ mac_addr: mac }, index) => {
    if (mac?.startsWith('00:00:5e:00:53:') !== true) return [];
    const path = ['nodes', index, 'mac_addr'];
    const message = `\`${formatPath(path)}\` is ${mac}, an address for documentation that no interface has`;
    return [{ ...sampleAt('nodes', path), message, remedy: 'write what `talosctl get links` says of the machine' }];
  });
}

function isDocumentation(address: Address): boolean {
  return DOCUMENTATION.some((cidr) => {
    const network = parseNetwork(cidr);
    return network !== undefined && contains(network, address);
  });
}

function sampleAt(
  file: Issue['file'],
  path: readonly (string | number)[],
): Pick<Issue, 'code' | 'severity' | 'file' | 'at'> {
  return { code: 'config/sample-value', severity: 'warning', file, at: { path } };
}
