import { contains, isDocumentation, textsOf } from '../../addresses.ts';
import type { Rule, SoundConfiguration } from '../effective.ts';
import type { Issue } from '../issue.ts';
import { COMPANION_FILE, SAMPLE_CLOUDFLARE_TOKEN } from '../../root.ts';
import { formatPath } from '../../../text/values.ts';
import { networksOf } from './networks.ts';
import { ownersOf } from './owners.ts';

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
      together: { subject: field, noun: 'networks', predicate: 'are for documentation, and nobody has them' },
      message: `\`${field}\` is ${text}, a network for documentation that nobody has`,
      remedy: 'write the network of your own, and the addresses in it',
    })),
    ...addresses.map(({ label, text, file, path }) => ({
      ...sampleAt(file, path),
      together: {
        subject: formatPath(path),
        noun: 'addresses',
        predicate: 'are for documentation, and nobody has them',
      },
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
        together: { subject: domain, noun: 'domains', predicate: 'are for documentation, and nobody has them' },
        message: `\`${field}\` is ${domain}, a domain for documentation that nobody has`,
        remedy: 'write your own domain',
      })),
  );
}

function sampleRepository({ cluster }: SoundConfiguration): Issue[] {
  if (cluster.repository_name !== 'example/cluster') return [];
  const message = '`repository_name` is example/cluster, the repository of the sample';
  const together = { subject: 'repository_name', noun: 'repositories', predicate: 'are the one of the sample' };
  return [{ ...sampleAt('cluster', ['repository_name']), together, message, remedy: 'write your own repository' }];
}

function sampleSecrets({ secrets }: SoundConfiguration): Issue[] {
  return Object.entries(secrets)
    .filter(([, text]) => typeof text === 'string' && (text === SAMPLE_CLOUDFLARE_TOKEN || PLACEHOLDERS.test(text)))
    .map(([field]) => ({
      ...sampleAt('cluster', [field]),
      together: { subject: field, noun: 'secrets', predicate: 'are placeholders, which open nothing' },
      message: `\`${field}\` is a placeholder, which opens nothing`,
      remedy: `put your own into ${COMPANION_FILE} (\`cluster-template secrets edit ${COMPANION_FILE}\`), or write {env: ${field.toUpperCase()}} or {file: ${field.replaceAll('_', '-')}.key}`,
    }));
}

/** RFC 7042, section 2.1.2: MAC addresses for documentation. */
function sampleNodes({ nodes }: SoundConfiguration): Issue[] {
  return (nodes ?? []).flatMap(({ name, mac_addr: mac }, index) => {
    if (mac?.startsWith('00:00:5e:00:53:') !== true) return [];
    const path = ['nodes', index, 'mac_addr'];
    const message = `\`${formatPath(path)}\` is ${mac}, an address for documentation that no interface has`;
    const together = {
      subject: name ?? formatPath(path.slice(0, -1)),
      noun: 'nodes',
      predicate: 'have MAC addresses for documentation, which no interface has',
    };
    const remedy = 'write what `talosctl get links` says of the machine';
    return [{ ...sampleAt('nodes', path), together, message, remedy }];
  });
}

function sampleAt(
  file: Issue['file'],
  path: readonly (string | number)[],
): Pick<Issue, 'code' | 'severity' | 'file' | 'at'> {
  return { code: 'config/sample-value', severity: 'warning', file, at: { path } };
}
