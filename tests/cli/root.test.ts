import { cp, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand, sampleCluster } from '../support/cluster.ts';
import { readFiles, temporaryFolder } from '../support/folders.ts';

const KEYS = resolve(import.meta.dirname, '../sample');

describe('the repository of a cluster', () => {
  it('is found from every folder in it', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    for (const folder of ['.', 'kubernetes/apps', 'talos/patches/global', 'templates/overrides']) {
      const result = await runCommand(['plan', '--keys', KEYS], { cwd: join(cluster, folder) });
      expect(result, result.stderr).toMatchObject({ code: 0 });
      expect(result.stdout).toMatch(/^\d+ files: \d+ unchanged\n$/);
    }
  });

  it('is the nearest one, and --root names another', { tags: 'long' }, async () => {
    const [outer, other] = [await sampleCluster(), await sampleCluster()];
    const inner = join(outer, 'inner');
    await cp(other, inner, { recursive: true });
    await mkdir(join(inner, 'own'));
    const file = 'talos/talenv.yaml';
    await runCommand(['adopt', `../${file}`], { cwd: join(inner, 'own') });
    const planOf = async (...words: string[]): Promise<string> =>
      (await runCommand(['plan', '--all', '--keys', KEYS, ...words], { cwd: join(inner, 'own') })).stdout;
    expect(await planOf()).toContain(`= adopted   ${file}\n`);
    expect(await planOf('--root', '../..')).not.toContain('adopted');
  });

  it('gets nothing into a subfolder by init', async () => {
    const cluster = await sampleCluster();
    const folder = join(cluster, 'kubernetes/apps');
    const before = await readFiles(folder);
    const { code, stderr } = await runCommand(['init'], { cwd: folder });
    expect(code, stderr).toBe(0);
    expect(await readFiles(folder)).toEqual(before);
    expect(Object.keys(await readFiles(cluster))).toEqual(expect.arrayContaining(['age.key', 'cluster.sops.yaml']));
  });

  it.each([['init'], ['configure'], ['plan'], ['doctor'], ['talos', 'status'], ['template', 'tidy']])(
    'is missed in one sentence: %s %s',
    async (...words) => {
      const folder = await temporaryFolder({ 'own.txt': '' });
      const { code, stdout, stderr } = await runCommand(words, { cwd: folder });
      expect(code).toBe(64);
      expect(stdout).toBe('');
      expect(stderr.split('\n')[0]).toContain(`${folder} is not inside the repository of a cluster`);
      expect(Object.keys(await readFiles(folder))).toEqual(['own.txt']);
    },
  );
});

describe('paths of the user', () => {
  it('are taken from the current folder', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    const cwd = join(cluster, 'talos');
    const run = async (...words: string[]): Promise<string> => {
      const { code, stdout, stderr } = await runCommand([...words], { cwd });
      expect(code, stderr).toBe(0);
      return stdout;
    };
    expect(await run('render', 'talenv.yaml', '--keys', KEYS)).toBe((await readFiles(cwd))['talenv.yaml']);
    expect(await run('explain', 'talenv.yaml:1', '--keys', KEYS)).toContain('talos/talenv.yaml:1\n');
    expect(await run('diff', 'patches', '--keys', KEYS)).toBe('');
    expect(await run('adopt', 'talenv.yaml')).toContain('adopted   talos/talenv.yaml\n');
    await run('render', '--output', '../rendered', '--keys', KEYS);
    expect(Object.keys(await readFiles(join(cluster, 'rendered')))).toContain('talos/talconfig.yaml');
  });

  it('name the folders of keys and of another configuration', async () => {
    const cluster = await sampleCluster();
    const before = await readFiles(cluster);
    const other = await temporaryFolder({ 'cluster.yaml': 'node_cidr: 10.0.0.0/24\n' });
    await mkdir(join(cluster, 'own/keys'), { recursive: true });
    await cp(KEYS, join(cluster, 'own/keys'), { recursive: true });
    await cp(other, join(cluster, 'own/other'), { recursive: true });
    const cwd = join(cluster, 'own');
    const { code, stderr } = await runCommand(['init', '--keys', 'keys', '--from', 'other'], { cwd });
    expect(code, stderr).toBe(0);
    const after = await readFiles(cluster);
    expect(after['cluster.yaml']).toBe('node_cidr: 10.0.0.0/24\n');
    expect(after['age.key']).toBeUndefined();
    expect(after['nodes.yaml']).toBe(before['nodes.yaml']);
  });
});
