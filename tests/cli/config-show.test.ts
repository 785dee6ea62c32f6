import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand, sampleCluster } from '../support/cluster.ts';

const FULL = resolve(import.meta.dirname, '../cluster/config/valid/ai');
const TOKEN = 'marker-of-a-secret-0123456789';

interface Shown {
  readonly values: readonly {
    name: string;
    value: unknown;
    source: { kind: string; line?: number };
    secret: boolean;
  }[];
}

describe('config show', () => {
  it('lists every value with its source, as text', async () => {
    const cluster = await sampleCluster(FULL);
    const { code, stdout, stderr } = await runCommand(['config', 'show', '--root', cluster], {
      env: { CLOUDFLARE_TOKEN: TOKEN },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain(TOKEN);
    const lines = stdout.split('\n').map((line) => line.replace(/ {2,}/g, '  '));
    expect(lines).toContain('node_cidr  cluster.yaml:1  10.10.10.0/24');
    expect(lines).toContain('repository_branch  default  main');
    expect(lines).toContain('node_vlan_tag  -  not set');
    expect(lines).toContain('primary_domain  computed  example.com');
    expect(lines).toContain('cloudflare_token  cluster.yaml:8, environment variable CLOUDFLARE_TOKEN  ********');
    expect(lines).toContain('controllers  computed  [k8s-0]');
    expect(lines).toContain('nodes[0].mtu  default  1500');
    expect(lines).toContain('nodes[0].addresses  computed  [10.10.10.100]');
  });

  it('lists the values that are named, in full, and says which there are not', async () => {
    const cluster = await sampleCluster(FULL);
    const show = (...keys: string[]) => runCommand(['config', 'show', ...keys, '--root', cluster]);
    const names = async (...keys: string[]): Promise<string[]> =>
      (await show(...keys)).stdout.split('\n').map((line) => line.split(' ')[0] ?? '');
    expect(await names('node_cidr')).toEqual(['node_cidr', '']);
    expect(await names('cohere_*', 'spegel_enabled')).toEqual([
      'cohere_api_key',
      'cohere_model',
      'cohere_host',
      'spegel_enabled',
      'cohere_enabled',
      'cohere_hostname',
      'cohere_foundry_enabled',
      '',
    ]);
    expect((await names('nodes[0]')).every((name) => name === '' || name.startsWith('nodes[0].'))).toBe(true);
    expect(await show('node_cdir')).toMatchObject({ code: 64, stdout: '' });
    expect((await show('node_cdir')).stderr).toContain('did you mean node_cidr?');
  });

  it('lists what is computed alone, as JSON', async () => {
    const cluster = await sampleCluster(FULL);
    const { code, stdout } = await runCommand(['config', 'show', '--computed', '--json', '--root', cluster]);
    expect(code).toBe(0);
    const { values } = JSON.parse(stdout) as Shown;
    expect(new Set(values.map(({ source }) => source.kind))).toEqual(new Set(['computed']));
    expect(values.find(({ name }) => name === 'ai_system_enabled')?.value).toBe(true);
    expect(values.some(({ secret }) => secret)).toBe(false);
  });

  it('masks every secret, wherever it comes from', async () => {
    const cluster = await sampleCluster(FULL);
    const file = join(cluster, 'cluster.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(join(cluster, 'token.key'), TOKEN);
    await writeFile(
      file,
      text
        .replace(/^cohere_api_key: .*$/m, `cohere_api_key: ${TOKEN}`)
        .replace(/^anthropic_api_key: .*$/m, 'anthropic_api_key: {file: token.key}'),
    );
    const { stdout, stderr } = await runCommand(['config', 'show', '--json', '--root', cluster], {
      env: { CLOUDFLARE_TOKEN: TOKEN },
    });
    expect(stdout + stderr).not.toContain(TOKEN);
    const secrets = (JSON.parse(stdout) as Shown).values.filter(({ secret }) => secret);
    expect(secrets.filter(({ value }) => value !== null).map(({ name, value }) => [name, value])).toEqual(
      ['cloudflare_token', 'azure_openai_api_key', 'cohere_api_key', 'anthropic_api_key'].map((name) => [
        name,
        '********',
      ]),
    );
  });

  it('says all that is wrong where something is', async () => {
    const cluster = await sampleCluster(resolve(import.meta.dirname, '../cluster/config/invalid/missing-everything'));
    const { code, stdout, stderr } = await runCommand(['config', 'show', '--root', cluster]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('`node_cidr` is missing');
  });
});
