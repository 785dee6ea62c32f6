import type { Cluster } from '../config/types.ts';
import { textsOf } from '../families.ts';
import { knownHostsOf } from '../known-hosts.ts';

/** How Flux reads the repository. */
export interface RepositoryValues {
  readonly repository_name: string;
  /** As written, or the last part of the repository's name as a DNS label. */
  readonly cluster_name: string;
  /** As written, or GitHub's URL of the repository. */
  readonly repository_url: string;
  readonly repository_host: string;
  /** The lines of known_hosts, as written or bundled; null where Flux does not read over SSH. */
  readonly repository_known_hosts: string | null;
  readonly repository_known_hosts_lines: readonly string[];
  /** Whether Flux reads over SSH, with a deploy key. */
  readonly deploy_key_enabled: boolean;
  readonly webhook_type: 'github' | 'gitlab' | 'bitbucket' | 'generic-hmac' | 'none';
  readonly webhook_enabled: boolean;
}

const WEBHOOKS: Readonly<Record<string, 'github' | 'gitlab' | 'bitbucket'>> = {
  'github.com': 'github',
  'gitlab.com': 'gitlab',
  'bitbucket.org': 'bitbucket',
};

/** The repository, whether it was written as a name or as a URL. */
export function repositoryValues(cluster: Cluster, hasIngress: boolean): RepositoryValues {
  const url = repositoryUrlOf(cluster);
  const { host, path, isSsh } = readRepositoryUrl(url);
  const lines = isSsh ? knownHostsLines(cluster, host) : [];
  const webhook = hasIngress ? (cluster.webhook_type ?? WEBHOOKS[host] ?? 'generic-hmac') : 'none';
  return {
    repository_name: cluster.repository_name ?? path,
    cluster_name: cluster.cluster_name ?? labelOf(cluster.repository_name ?? path),
    repository_url: url,
    repository_host: host,
    repository_known_hosts: isSsh ? `${lines.join('\n')}\n` : null,
    repository_known_hosts_lines: lines,
    deploy_key_enabled: isSsh,
    webhook_type: webhook,
    webhook_enabled: webhook !== 'none',
  };
}

/** The parts of a repository's URL. The path comes without the slash before it and the `.git` after it; a URL that was not validated has none. */
export function readRepositoryUrl(url: string): {
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly isSsh: boolean;
} {
  const [, scheme = '', host = '', port = '', path = ''] =
    /^(https?|ssh):\/\/(?:git@)?(\[[^\]]+\]|[^:/]+)(?::(\d+))?\/(.+)$/.exec(url) ?? [];
  return { host: host.toLowerCase(), port, path: path.replace(/\.git$/, ''), isSsh: scheme === 'ssh' };
}

/** The last part of a repository's name in the letters that a DNS label may have (RFC 1123). */
function labelOf(repositoryName: string): string {
  const last = repositoryName.slice(repositoryName.lastIndexOf('/') + 1).toLowerCase();
  const label = last
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '');
  return label === '' ? 'cluster' : label;
}

type RepositoryFields = Pick<Cluster, 'repository_name' | 'repository_url' | 'repository_visibility'>;

function repositoryUrlOf({
  repository_name: name,
  repository_url: url,
  repository_visibility,
}: RepositoryFields): string {
  if (url !== null) return url;
  return `${repository_visibility === 'private' ? 'ssh://git@' : 'https://'}github.com/${name ?? ''}.git`;
}

/** The lines of known_hosts, as written or bundled, without comments. */
function knownHostsLines({ repository_known_hosts: written }: Cluster, host: string): readonly string[] {
  const lines = written === null ? (knownHostsOf(host) ?? []) : textsOf(written).flatMap((text) => text.split('\n'));
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}
