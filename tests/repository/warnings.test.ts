import { execFileSync } from 'node:child_process';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand, sampleCluster, type CommandResult } from '../support/cluster.ts';
import { writeFiles } from '../support/folders.ts';
import { SAMPLE_KEYS } from '../support/sample.ts';

// The eight warnings of AGENTS.md, in its order: what they warn of is not left to the reader, the tool stops or says so.

const GENERATED = 'kubernetes/flux/cluster/ks.yaml';
describe('the warnings of AGENTS.md', () => {
  it('1: an edit of a generated file stops the next run and stays', async () => {
    const cluster = await sampleCluster();
    await appendFile(join(cluster, GENERATED), '# mine\n');
    const result = await run(cluster, 'configure');
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(new RegExp(`${GENERATED}.*\\[workspace/edited\\]`));
    expect(await readFile(join(cluster, GENERATED), 'utf8')).toContain('# mine');
  });

  it('2: a configuration that was changed and not rendered is noticed', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    expect(await run(cluster, 'configure', '--check')).toMatchObject({ code: 0 });
    await replaceIn(
      join(cluster, 'cluster.yaml'),
      'node_cidr: 192.0.2.0/24',
      'node_cidr: 192.0.2.0/24\ncilium_loadbalancer_mode: snat',
    );
    expect(await run(cluster, 'configure', '--check')).toMatchObject({ code: 2 });
    expect((await run(cluster, 'plan')).stdout).toContain('changed since the last configure: cluster.yaml');
  });

  it('3: after a change of nodes.yaml the configuration of the nodes is asked for', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    await replaceIn(join(cluster, 'nodes.yaml'), 'address: 192.0.2.20', 'address: 192.0.2.21');
    const result = await run(cluster, 'configure');
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(result.stderr + result.stdout).toContain('[workspace/talos-config]');
    expect(result.stderr + result.stdout).toMatch(/talos[: ]generate-config/);
  });

  it('4: what git does not have yet is named as such and not lost', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    git(cluster, 'init', '--quiet');
    git(cluster, 'add', '--all');
    git(cluster, '-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '--quiet', '--message', 'test');
    await appendFile(join(cluster, GENERATED), '# not committed\n');
    const result = await run(cluster, 'configure');
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('(not committed)');
    expect(await readFile(join(cluster, GENERATED), 'utf8')).toContain('# not committed');
    // Nothing of ours commits.
    expect(git(cluster, 'rev-list', '--count', 'HEAD').trim()).toBe('1');
  });

  it('5: BGP with one field missing is refused, and the field is named', async () => {
    const cluster = await sampleCluster();
    await appendFile(join(cluster, 'cluster.yaml'), 'cilium_bgp_router_addr: 192.0.2.1\ncilium_bgp_node_asn: 64514\n');
    const result = await run(cluster, 'configure');
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('[config/bgp-incomplete]');
    expect(result.stderr).toContain('cilium_bgp_router_asn');
  });

  it(
    '6: a list that replaces the default of a chart and leaves out what the chart needs is refused',
    { tags: 'long' },
    async () => {
      const cluster = await sampleCluster();
      const template = 'kubernetes/apps/network/k8s-gateway/app/helmrelease.yaml.j2';
      const text = await readFile(join(cluster, 'templates/config', template), 'utf8');
      const wrong = text.replace('      - name: ready\n', '');
      expect(wrong).not.toBe(text);
      await writeFiles(cluster, { [`templates/overrides/${template}`]: wrong });
      const result = await run(cluster, 'validate');
      expect(result.code).toBe(1);
      expect(result.stderr).toContain('extraZonePlugins replaces the list of the chart, and has no ready');
      expect(result.stderr).toContain('[manifests/replaced-default]');
    },
  );

  it('7: a dependency with a wrong namespace is refused', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    const template = 'kubernetes/apps/default/echo/ks.yaml.j2';
    const text = await readFile(join(cluster, 'templates/config', template), 'utf8');
    const wrong = text.replace("'namespace': 'network'", "'namespace': 'flux-system'");
    expect(wrong).not.toBe(text);
    await writeFiles(cluster, { [`templates/overrides/${template}`]: wrong });
    const result = await run(cluster, 'validate');
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('[manifests/dependency]');
  });

  it('8: a variable that nothing else knows is refused, with its place', async () => {
    const cluster = await sampleCluster();
    const template = 'kubernetes/apps/default/echo/app/extra.yaml.j2';
    await writeFiles(cluster, { [`templates/overrides/${template}`]: 'key: #< my_new_field >#\n' });
    const unknown = await run(cluster, 'configure');
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toMatch(
      /overrides\/.*extra\.yaml\.j2:1:\d+: error: UndefinedError: 'my_new_field' is undefined/,
    );
    await appendFile(join(cluster, 'cluster.yaml'), 'my_new_field: 1\n');
    expect((await run(cluster, 'configure')).stderr).toContain('[config/unknown-key]');
  });

  it('8: a template whose file nothing lists is refused', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    await writeFiles(cluster, { 'templates/overrides/kubernetes/apps/default/echo/app/extra.yaml': 'key: value\n' });
    const result = await run(cluster, 'validate');
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('[manifests/orphan-file]');
  });
});

async function run(cluster: string, ...arguments_: readonly string[]): Promise<CommandResult> {
  return await runCommand([...arguments_, '--root', cluster, '--keys', SAMPLE_KEYS]);
}

async function replaceIn(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  expect(text).toContain(from);
  await writeFile(path, text.replace(from, to));
}

function git(folder: string, ...arguments_: readonly string[]): string {
  return execFileSync('git', ['-C', folder, ...arguments_], { encoding: 'utf8' });
}
