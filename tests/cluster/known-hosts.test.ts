import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BUNDLED_HOSTS, knownHostsOf } from '../../src/cluster/computed/repository.ts';

/** SHA-256 fingerprints as the hosts' own documentation prints them. */
const PUBLISHED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'github.com': {
    'ssh-ed25519': '+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU',
    'ecdsa-sha2-nistp256': 'p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM',
    'ssh-rsa': 'uNiVztksCsDhcc0u9e8BujQXVUpKZIDTMczCvj3tD2s',
  },
  'gitlab.com': {
    'ssh-ed25519': 'eUXGGm1YGsMAS7vkcx6JOJdOGHPem5gQp4taiCfCLB8',
    'ecdsa-sha2-nistp256': 'HbW3g8zUjNSksFbqTiUWPWg2Bq1x8xdGUrliXFzSnUw',
  },
  'bitbucket.org': {
    'ssh-ed25519': 'ybgmFkzwOSotHTHLJgHO0QN8L0xErw6vd0VhFA9m3SM',
    'ecdsa-sha2-nistp256': 'FC73VB6C4OQLSCrjEayhMp9UMxS97caD/Yyi2bhW/J0',
  },
  'codeberg.org': {
    'ssh-ed25519': 'mIlxA9k46MmM6qdJOdMnAQpzGxF4WIVVL+fj+wZbw0g',
    'ecdsa-sha2-nistp256': 'T9FYDEHELhVkulEKKwge5aVhVTbqCW0MIRwAfpARs/E',
  },
};

describe('knownHostsOf', () => {
  it.each(BUNDLED_HOSTS)('gives the keys that %s publishes', (host) => {
    const lines = knownHostsOf(host) ?? [];
    const fingerprints = lines.map((line) => {
      const [name, kind = '', key = ''] = line.split(' ');
      expect(name).toBe(host);
      return [kind, createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '')];
    });
    expect(Object.fromEntries(fingerprints)).toEqual(PUBLISHED[host]);
  });

  it.each(['git.example.com', 'constructor', ''])('knows nothing of %j', (host) => {
    expect(knownHostsOf(host)).toBeUndefined();
  });
});
