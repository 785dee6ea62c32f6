import { textsOf } from '../addresses.ts';
import type { Cluster } from '../config/generated/types.ts';
import type { Recipes } from './recipes.ts';
import { ingressOf } from './services.ts';

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
export const REPOSITORY: Recipes<RepositoryValues> = {
  repository_name: ({ cluster }) => repositoryNameOf(cluster),
  cluster_name: ({ cluster }) => cluster.cluster_name ?? labelOf(repositoryNameOf(cluster)),
  repository_url: ({ cluster }) => repositoryUrlOf(cluster),
  repository_host: ({ cluster }) => readRepositoryUrl(repositoryUrlOf(cluster)).host,
  repository_known_hosts: ({ cluster }) => (isReadBySsh(cluster) ? `${knownHostsLines(cluster).join('\n')}\n` : null),
  repository_known_hosts_lines: ({ cluster }) => (isReadBySsh(cluster) ? knownHostsLines(cluster) : []),
  deploy_key_enabled: ({ cluster }) => isReadBySsh(cluster),
  webhook_type: ({ cluster }) => webhookOf(cluster),
  webhook_enabled: ({ cluster }) => webhookOf(cluster) !== 'none',
};

/** The name of the repository: as written, or the path of its URL. */
export function repositoryNameOf(cluster: Cluster): string {
  return cluster.repository_name ?? readRepositoryUrl(repositoryUrlOf(cluster)).path;
}

function isReadBySsh(cluster: Cluster): boolean {
  return readRepositoryUrl(repositoryUrlOf(cluster)).isSsh;
}

function webhookOf(cluster: Cluster): RepositoryValues['webhook_type'] {
  if (ingressOf(cluster) === 'none') return 'none';
  return cluster.webhook_type ?? WEBHOOKS[readRepositoryUrl(repositoryUrlOf(cluster)).host] ?? 'generic-hmac';
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

function repositoryUrlOf(cluster: Cluster): string {
  if (cluster.repository_url !== null) return cluster.repository_url;
  const base = cluster.repository_visibility === 'private' ? 'ssh://git@' : 'https://';
  return `${base}github.com/${cluster.repository_name ?? ''}.git`;
}

/** The lines of known_hosts, as written or bundled, without comments. */
function knownHostsLines(cluster: Cluster): readonly string[] {
  const written = cluster.repository_known_hosts;
  const { host } = readRepositoryUrl(repositoryUrlOf(cluster));
  const lines = written === null ? (knownHostsOf(host) ?? []) : textsOf(written).flatMap((text) => text.split('\n'));
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

/**
 * The host keys of the large Git hosts, as lines of known_hosts. Each host publishes them, or their fingerprints, in its
 * documentation; a test compares them with those fingerprints.
 */
const BUNDLED: Readonly<Record<string, readonly string[]>> = {
  // https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/githubs-ssh-key-fingerprints
  'github.com': [
    'github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl',
    'github.com ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CLrbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg=',
    'github.com ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQCj7ndNxQowgcQnjshcLrqPEiiphnt+VTTvDP6mHBL9j1aNUkY4Ue1gvwnGLVlOhGeYrnZaMgRK6+PKCUXaDbC7qtbW8gIkhL7aGCsOr/C56SJMy/BCZfxd1nWzAOxSDPgVsmerOBYfNqltV9/hWCqBywINIR+5dIg6JTJ72pcEpEjcYgXkE2YEFXV1JHnsKgbLWNlhScqb2UmyRkQyytRLtL+38TGxkxCflmO+5Z8CSSNY7GidjMIZ7Q4zMjA2n1nGrlTDkzwDCsw+wqFPGQA179cnfGWOWRVruj16z6XyvxvjJwbz0wQZ75XK5tKSb7FNyeIEs4TT4jk+S4dhPeAUC5y+bDYirYgM4GC7uEnztnZyaVWQ7B381AK4Qdrwt51ZqExKbQpTUNn+EjqoTwvqNj4kqx5QUCI0ThS/YkOxJCXmPUWZbhjpCg56i+2aB6CmK2JGhn57K5mj0MNdBXA4/WnwH6XoPWJzK5Nyu2zB3nAZp+S5hpQs+p1vN1/wsjk=',
  ],
  // https://docs.gitlab.com/user/gitlab_com/#ssh-known_hosts-entries
  'gitlab.com': [
    'gitlab.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAfuCHKVTjquxvt6CM6tdG4SLp1Btn/nOeHHE5UOzRdf',
    'gitlab.com ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBFSMqzJeV9rUzU4kWitGjeR4PWSa29SPqJ1fVkhtj3Hw9xjLVXVYrU9QlYWrOLXBpQ6KWjbjTDTdDkoohFzgbEY=',
  ],
  // https://support.atlassian.com/bitbucket-cloud/docs/configure-ssh-and-two-step-verification/
  'bitbucket.org': [
    'bitbucket.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIazEu89wgQZ4bqs3d63QSMzYVa0MuJ2e2gKTKqu+UUO',
    'bitbucket.org ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBPIQmuzMBuKdWeF4+a2sjSSpBK0iqitSQ+5BM9KhpexuGt20JpTVM7u5BDZngncgrqDMbWdxMWWOGtZ9UgbqgZE=',
  ],
  // https://docs.codeberg.org/security/ssh-fingerprint/
  'codeberg.org': [
    'codeberg.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIVIC02vnjFyL+I4RHfvIGNtOgJMe769VTF1VR4EB3ZB',
    'codeberg.org ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBL2pDxWr18SoiDJCGZ5LmxPygTlPu+cCKSkpqkvCyQzl5xmIMeKNdfdBpfbCGDPoZQghePzFZkKJNR/v9Win3Sc=',
  ],
};

/** The Git hosts whose keys come with the template. */
export const BUNDLED_HOSTS: readonly string[] = Object.keys(BUNDLED);

/** The lines of known_hosts of a Git host whose keys come with the template; undefined for others. */
export function knownHostsOf(host: string): readonly string[] | undefined {
  return Object.hasOwn(BUNDLED, host) ? BUNDLED[host] : undefined;
}
