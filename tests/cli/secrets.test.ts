import { readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand, startCommand, sampleCluster } from '../support/cluster.ts';
import { temporaryFolder } from '../support/folders.ts';

const WATCHER = resolve(import.meta.dirname, '../support/watch-writes.mjs');
const SAMPLE_KEYS = resolve(import.meta.dirname, '../sample');
const TOKEN = 'marker-of-the-cloudflare-token-0123456789';

/** The files that may hold a secret in plain text; git ignores all of them. */
const PLAIN = ['age.key', 'github-deploy.key', 'github-push-token.txt'];

describe('a rendered secret', () => {
  it('is never handed to a write in plain text, and never printed', async () => {
    const cluster = await sampleCluster();
    await useToken(cluster);
    const keys = await keyMarkers(SAMPLE_KEYS);
    const report = join(await temporaryFolder(), 'report');
    // Everything is written anew: the tree starts without its generated files.
    const result = await startCommand(['configure', '--yes', '--keys', SAMPLE_KEYS, '--root', cluster], {
      node: ['--import', WATCHER],
      env: { WATCH_MARKERS: JSON.stringify([TOKEN, ...keys]), WATCH_REPORT: report, CF_TOKEN: TOKEN },
    });
    expect(result, result.stderr).toMatchObject({ code: 0 });
    const lines = (await readFile(report, 'utf8')).split('\n');
    expect(lines.filter((line) => line.startsWith('write ')).length, 'the watcher saw the writes').toBeGreaterThan(0);
    expect(lines.filter((line) => line.startsWith('marker '))).toEqual([]);
    for (const marker of [TOKEN, ...keys]) expect(result.stdout + result.stderr).not.toContain(marker);
  });

  it('of new keys reaches the disk in the key files alone', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    const report = join(await temporaryFolder(), 'report');
    const result = await startCommand(['configure', '--root', cluster], {
      node: ['--import', WATCHER],
      env: { WATCH_MARKERS: JSON.stringify(['AGE-SECRET-KEY-1', 'BEGIN OPENSSH PRIVATE KEY']), WATCH_REPORT: report },
    });
    expect(result, result.stderr).toMatchObject({ code: 0 });
    const hits = (await readFile(report, 'utf8')).split('\n').filter((line) => line.startsWith('marker '));
    // The watcher works: both keys are seen when they are made, in temporary files beside their names.
    expect(hits.length).toBeGreaterThanOrEqual(2);
    const folders = new Set(hits.map((line) => line.split(' ')[2] ?? '').map((path) => resolve(path, '..')));
    expect([...folders]).toEqual([cluster]);
    const output = result.stdout + result.stderr;
    for (const marker of await keyMarkers(cluster)) expect(output).not.toContain(marker);
  });

  it.each(['talos/talenv.yaml.j2', 'kubernetes/apps/cert-manager/cert-manager/ks.yaml.j2'])(
    'in a plain file (%s) stops the run',
    async (template) => {
      const cluster = await sampleCluster();
      await useToken(cluster);
      const path = join(cluster, 'templates/config', template);
      await writeFile(path, `${await readFile(path, 'utf8')}# #< cloudflare_token >#\n`);
      const result = await runCommand(['configure', '--keys', SAMPLE_KEYS, '--root', cluster], {
        env: { CF_TOKEN: TOKEN },
      });
      expect(result.code).toBe(1);
      expect(result.stderr).toContain(
        `${basename(template, '.j2')} would show \`cloudflare_token\` of cluster.yaml in plain text`,
      );
      expect(result.stderr).not.toContain(TOKEN);
    },
  );
});

describe('the files of plain secrets', () => {
  it('are those that git ignores', async () => {
    const ignored = await readFile(resolve(import.meta.dirname, '../../.gitignore'), 'utf8');
    for (const file of PLAIN) {
      const isNamed = ignored
        .split('\n')
        .some((line) => line === `/${file}` || line === `*.${file.split('.').at(-1) ?? ''}`);
      expect(isNamed, file).toBe(true);
    }
  });
});

/** Takes the token from the environment and puts it into a rendered secret, as later apps will. */
async function useToken(cluster: string): Promise<void> {
  const configuration = join(cluster, 'cluster.yaml');
  const text = await readFile(configuration, 'utf8');
  await writeFile(configuration, text.replace(/^cloudflare_token: .*$/m, 'cloudflare_token: {env: CF_TOKEN}'));
  const secret = join(cluster, 'templates/config/kubernetes/components/sops/cluster-secrets.sops.yaml.j2');
  await writeFile(secret, `${await readFile(secret, 'utf8')}  TOKEN: '#< cloudflare_token >#'\n`);
}

/** The lines that give each secret away. */
async function keyMarkers(folder: string): Promise<string[]> {
  const [age = '', deploy = '', push = ''] = await Promise.all(
    PLAIN.map((file) => readFile(join(folder, file), 'utf8')),
  );
  return [/AGE-SECRET-KEY-\S+/.exec(age)?.[0] ?? age, deploy.split('\n')[2] ?? deploy, push.trim()];
}
