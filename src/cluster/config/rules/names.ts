import { zoneOf } from '../../computed/domains.ts';
import { BUNDLED_HOSTS, readRepositoryUrl } from '../../computed/repository.ts';
import { textsOf } from '../../addresses.ts';
import type { Rule, SoundConfiguration } from '../effective.ts';
import { type Issue, missingField, type Proposals, remedyText } from '../issue.ts';
import { entriesOf } from './owners.ts';

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

/** Flux reads some repository, named in one of two ways. */
export const repositoryIsNamed: Rule = ({ cluster }) => {
  if (cluster.repository_name !== null || cluster.repository_url !== null) return [];
  const issue = missingField('cluster', ['repository_name']);
  const remedy = (own: Proposals): string =>
    `${remedyText(issue.remedy ?? '', own)}; a repository elsewhere than GitHub takes \`repository_url\``;
  return [{ ...issue, remedy }];
};

/** Where both are set they are the same repository. */
export const repositoryHasOneName: Rule = ({ cluster }) => {
  const { repository_name: name, repository_url: url } = cluster;
  if (typeof name !== 'string' || typeof url !== 'string') return [];
  const { path } = readRepositoryUrl(url);
  if (path.toLowerCase() === name.toLowerCase()) return [];
  return [
    {
      ...issueAt('repository_url', 'config/conflict'),
      message: `\`repository_url\` ends in ${path}, but \`repository_name\` is ${name}`,
      remedy: 'remove one of the two',
    },
  ];
};

/** Flux has no credentials for HTTPS. */
export const privateRepositoryIsReadBySsh: Rule = ({ cluster }) => {
  const { repository_url: url, repository_visibility: visibility } = cluster;
  if (typeof url !== 'string' || visibility !== 'private' || readRepositoryUrl(url).isSsh) return [];
  return [
    {
      ...issueAt('repository_url', 'config/conflict'),
      message: '`repository_visibility` is private, but `repository_url` is read without credentials',
      remedy: `write ${url.replace(/^https?:\/\//, 'ssh://git@')}, or make the repository public`,
    },
  ];
};

/** Whoever sits between would decide what the cluster runs. */
export const repositoryIsReadEncrypted: Rule = ({ cluster }) => {
  const { repository_url: url } = cluster;
  if (typeof url !== 'string' || !url.startsWith('http://')) return [];
  return [
    {
      ...issueAt('repository_url', 'config/not-encrypted'),
      severity: 'warning',
      message: '`repository_url` is read over plain HTTP: anybody in between can change what the cluster runs',
      remedy: `write ${url.replace('http://', 'https://')}`,
    },
  ];
};

/** SSH wants to know the host. */
export const gitHostIsKnown: Rule = ({ cluster }) => {
  const ssh = sshHostOf(cluster);
  if (ssh === undefined || cluster.repository_known_hosts === undefined) return [];
  const { host, pattern } = ssh;
  const lines = textsOf(cluster.repository_known_hosts).flatMap((text) => text.split('\n'));
  if (lines.length === 0) return BUNDLED_HOSTS.includes(host) && pattern === host ? [] : [unknownHost(ssh)];
  // A hashed name cannot be compared.
  if (lines.some((line) => line.startsWith('|') || namesHost(line, pattern))) return [];
  return [
    {
      ...issueAt('repository_known_hosts', 'config/known-hosts'),
      message: `\`repository_known_hosts\` has no line for ${pattern}, the host of \`repository_url\``,
      remedy: `add what \`${scanOf(ssh)}\` prints, once you have compared it with what the host publishes`,
    },
  ];
};

interface SshHost {
  readonly host: string;
  readonly port: string;
  /** The host as known_hosts writes it. */
  readonly pattern: string;
}

function sshHostOf({ repository_url: url }: SoundConfiguration['cluster']): SshHost | undefined {
  if (typeof url !== 'string') return undefined;
  const { host: written, port, isSsh } = readRepositoryUrl(url);
  const host = written.replace(/^\[(.*)\]$/, '$1');
  if (!isSsh) return undefined;
  return { host, port, pattern: port === '' || port === '22' ? host : `[${host}]:${port}` };
}

function unknownHost(ssh: SshHost): Issue {
  return {
    ...issueAt('repository_url', 'config/known-hosts'),
    message: `\`repository_url\` is read by SSH from ${ssh.pattern}, whose host keys do not come with the template`,
    remedy: `set \`repository_known_hosts\` to what \`${scanOf(ssh)}\` prints, once you have compared it with what the host publishes`,
  };
}

function scanOf({ host, port }: SshHost): string {
  return `ssh-keyscan ${port === '' || port === '22' ? '' : `-p ${port} `}${host}`;
}

function namesHost(line: string, pattern: string): boolean {
  const [names = ''] = line.trim().split(/\s+/);
  return names.toLowerCase().split(',').includes(pattern);
}

function issueAt(field: string, code: Issue['code']): Pick<Issue, 'code' | 'file' | 'at'> {
  return { code, file: 'cluster', at: { path: [field] } };
}
