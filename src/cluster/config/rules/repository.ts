import { readRepositoryUrl } from '../../computed/repository.ts';
import { textsOf } from '../../families.ts';
import { BUNDLED_HOSTS } from '../../known-hosts.ts';
import type { SoundConfiguration } from '../effective.ts';
import { remedyText, type Issue, type Proposals } from '../issue.ts';
import { missingField } from '../missing.ts';
import type { Rule } from './rule.ts';

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
