import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusterRoot } from '../../src/cluster/root.ts';
import { hashInputs, staleInputs } from '../../src/pipeline/inputs.ts';
import { runCommand, sampleCluster, type CommandResult } from '../support/cluster.ts';
import { writeFiles } from '../support/folders.ts';

const SAMPLE_KEYS = resolve(import.meta.dirname, '../sample');

describe('staleInputs', () => {
  it('names what changed since the last configure', async () => {
    const cluster = await configured();
    const root = clusterRoot(cluster);
    expect(await staleInputs(root)).toEqual([]);
    await appendFile(join(cluster, 'nodes.yaml'), '\n# a remark\n');
    await writeFile(join(cluster, 'templates/overrides/new.j2'), '');
    await rm(join(cluster, 'templates/config/talos/talenv.yaml.j2'));
    expect(await staleInputs(root)).toEqual([
      { path: 'nodes.yaml', change: 'changed' },
      { path: 'templates/config/talos/talenv.yaml.j2', change: 'removed' },
      { path: 'templates/overrides/new.j2', change: 'added' },
    ]);
    const checked = await run(cluster, 'configure', '--check');
    expect(checked.code).toBe(2);
    expect(checked.stdout).toContain(
      'changed since the last configure: nodes.yaml, templates/config/talos/talenv.yaml.j2',
    );
  });

  it('names every input where nothing was recorded', async () => {
    const cluster = await sampleCluster();
    await rm(join(cluster, '.cluster-template/manifest.json'));
    const stale = await staleInputs(clusterRoot(cluster));
    expect(stale.map(({ path }) => path)).toContain('cluster.yaml');
    expect(new Set(stale.map(({ change }) => change))).toEqual(new Set(['added']));
  });

  it(
    'sees inputs outside of templates/: its own file by file, those of a package as one',
    { tags: 'long' },
    async () => {
      const cluster = await sampleCluster();
      const [root, dependency] = [clusterRoot(cluster), 'node_modules/cluster-template/templates/config'];
      await mkdir(join(cluster, 'node_modules/cluster-template/templates'), { recursive: true });
      await rename(join(cluster, 'templates/config'), join(cluster, dependency));
      await writeFiles(cluster, { 'shared/talos/note.txt': 'one\n' });
      await edit(join(cluster, 'makejinja.toml'), '"templates/config"', `"shared/", "${dependency}"`);
      const fine = await run(cluster, 'configure', '--yes');
      expect(fine, fine.stderr).toMatchObject({ code: 0 });
      expect(await staleInputs(root)).toEqual([]);
      await appendFile(join(cluster, 'shared/talos/note.txt'), 'two\n');
      await appendFile(join(cluster, dependency, 'talos/talenv.yaml.j2'), '# newer\n');
      expect(await staleInputs(root)).toEqual([
        { path: dependency, change: 'changed' },
        { path: 'shared/talos/note.txt', change: 'changed' },
      ]);
      await edit(join(cluster, 'makejinja.toml'), '[makejinja]', '[makejinja');
      expect((await staleInputs(root)).map(({ path }) => path)).toContain('makejinja.toml');
      await rm(join(cluster, 'node_modules'), { recursive: true });
      await edit(join(cluster, 'makejinja.toml'), '[makejinja', '[makejinja]');
      expect((await run(cluster, 'plan')).stderr).toContain('run `npm ci`, which installs the package that brings it');
    },
  );

  it.each([
    ['cloudflare_token: one', 'cloudflare_token: two', true],
    ['cloudflare_token: |\n  one', 'cloudflare_token: |\n  two', true],
    ['"cloudflare_token": one', '"cloudflare_token": two', true],
    ['cloudflare_token: {env: ONE}', 'cloudflare_token: {env: TWO}', false],
    ['cloudflare_token:\n  env: ONE', 'cloudflare_token:\n  env: TWO', false],
    ['cloudflare_token: one\nnode_vlan_tag: 1', 'cloudflare_token: one\nnode_vlan_tag: 2', false],
  ])('holds nothing of a secret in cluster.yaml: %j and %j', async (one, other, isSame) => {
    const cluster = await sampleCluster();
    const hashes: (string | undefined)[] = [];
    for (const text of [one, other]) {
      await writeFile(join(cluster, 'cluster.yaml'), `node_cidr: 192.0.2.0/24\n${text}\n`);
      hashes.push((await hashInputs(clusterRoot(cluster))).get('cluster.yaml'));
    }
    expect(hashes[0] === hashes[1]).toBe(isSame);
  });
});

describe('configure', () => {
  it('reminds of talos:generate-config where nodes.yaml changed talos/', { tags: 'long' }, async () => {
    const cluster = await configured();
    const nodes = join(cluster, 'nodes.yaml');
    await appendFile(nodes, '\n# a remark\n');
    expect((await run(cluster, 'configure')).stderr).not.toContain('talos:generate-config');
    const text = await readFile(nodes, 'utf8');
    const changed = text.replace(/^(\s*-?\s*name:\s*)["']?([a-z0-9-]+)["']?/m, '$1$2-new');
    expect(changed).not.toBe(text);
    await writeFile(nodes, changed);
    const result = await run(cluster, 'configure');
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(result.stderr).toContain('cluster-template.mjs talos generate-config');
    expect((await run(cluster, 'configure')).stderr).not.toContain('talos:generate-config');
  });

  it('records a change of inputs that changed no file', { tags: 'long' }, async () => {
    const cluster = await configured();
    await appendFile(join(cluster, 'cluster.yaml'), '\n# a remark\n');
    expect(await staleInputs(clusterRoot(cluster))).toEqual([{ path: 'cluster.yaml', change: 'changed' }]);
    expect(await run(cluster, 'configure', '--check')).toMatchObject({ code: 0 });
    expect((await run(cluster, 'configure')).stdout).toContain('nothing changed');
    expect(await staleInputs(clusterRoot(cluster))).toEqual([]);
  });
});

/** A copy of the sample whose inventory is up to date. */
async function configured(): Promise<string> {
  const cluster = await sampleCluster();
  const result = await run(cluster, 'configure');
  expect(result, result.stderr).toMatchObject({ code: 0 });
  return cluster;
}

async function run(cluster: string, command: string, ...arguments_: string[]): Promise<CommandResult> {
  return await runCommand([command, ...arguments_, '--keys', SAMPLE_KEYS, '--root', cluster]);
}

async function edit(path: string, from: string, to: string): Promise<void> {
  await writeFile(path, (await readFile(path, 'utf8')).replace(from, to));
}
