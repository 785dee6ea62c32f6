import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SAMPLE_RECIPIENT } from '../../src/cluster/root.ts';
import { runCommand, sampleCluster } from '../support/cluster.ts';
import { readFiles } from '../support/folders.ts';

const SAMPLE_KEYS = resolve(import.meta.dirname, '../sample');

describe('configure on the untouched sample', () => {
  it('makes keys, says so, re-encrypts every secret, and changes nothing the second time', async () => {
    const cluster = await sampleCluster();
    const before = await readFiles(cluster);
    const first = await runCommand(['configure', '--root', cluster]);
    expect(first.stderr + first.stdout).toContain('untouched sample');
    expect(first).toMatchObject({ code: 0 });
    const after = await readFiles(cluster);
    const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
    expect(changed.sort()).toEqual(
      [
        ...Object.keys(before).filter((path) => /[^/]\.sops\.yaml$/.test(path)),
        '.cluster-template/manifest.json',
        '.sops.yaml',
        'cluster.sops.yaml',
      ]
        .concat(['age.key', 'cloudflare-tunnel.json', 'github-deploy.key', 'github-deploy.key.pub'])
        .concat(['github-push-token.txt'])
        .sort(),
    );
    expect(JSON.stringify(after)).not.toContain(`"recipient": "${SAMPLE_RECIPIENT}"`);
    for (const key of ['age.key', 'cloudflare-tunnel.json', 'github-deploy.key', 'github-push-token.txt']) {
      expect((await stat(join(cluster, key))).mode & 0o777, key).toBe(0o600);
    }
    const second = await runCommand(['configure', '--root', cluster]);
    expect(second).toMatchObject({ code: 0 });
    expect(second.stdout).toContain('nothing changed');
    expect(second.stderr).toBe(
      'note: still as in the sample: node_cidr, repository_name, example.com, cloudflare_token, 4 nodes and cloudflare-tunnel.json (--verbose shows more) [config/sample-value]\n',
    );
    const verbose = await runCommand(['configure', '--verbose', '--root', cluster]);
    expect(verbose.stderr).toContain('warning: 4 nodes have MAC addresses for documentation');
    for (const command of ['plan', 'diff', 'config show']) {
      const words = [...command.split(' '), '--root', cluster];
      expect((await runCommand(words)).stderr, command).toBe('');
      expect((await runCommand([...words, '--verbose'])).stderr, command).toContain('`node_cidr` is 192.0.2.0/24');
    }
    expect(await readFiles(cluster)).toEqual(after);
    expect(await runCommand(['configure', '--check', '--root', cluster])).toMatchObject({ code: 0 });
  });

  it('finds nothing to do with the sample key', async () => {
    const cluster = await sampleCluster();
    const checked = await runCommand(['configure', '--check', '--keys', SAMPLE_KEYS, '--root', cluster]);
    expect(checked.stderr).toMatch(
      /^note: still as in the sample: cloudflare-tunnel\.json \(--verbose shows more\).*\n$/,
    );
    expect(checked.stdout).toContain('nothing to do');
    expect(checked.code).toBe(0);
  });

  it('checks all but the secrets without any key', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    const checked = await runCommand(['configure', '--check', '--root', cluster]);
    expect(checked.stderr).toContain('secrets were not checked: no key');
    expect(checked.stderr).toContain('makes your own, and encrypts them anew');
    expect(checked.code).toBe(0);
    expect(await runCommand(['plan', '--root', cluster, '--exit-code'])).toMatchObject({ code: 0 });
  });
});

describe('configure', () => {
  it('changes exactly what an edit of cluster.yaml asks for', { tags: 'long' }, async () => {
    const cluster = await ownedCluster();
    const before = await readFiles(cluster);
    await replaceIn(
      join(cluster, 'cluster.yaml'),
      /^repository_branch:.*$|^#\s*repository_branch:.*$/m,
      'repository_branch: release',
    );
    expect(await runCommand(['configure', '--check', '--root', cluster])).toMatchObject({ code: 2 });
    expect(await runCommand(['configure', '--root', cluster])).toMatchObject({ code: 0 });
    const after = await readFiles(cluster);
    const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
    expect(changed.filter((path) => !path.startsWith('.cluster-template/') && path !== 'cluster.yaml')).toEqual([
      'AGENTS.md',
      'kubernetes/apps/flux-system/flux-instance/app/helmrelease.yaml',
    ]);
  });

  it('stops before a generated file that was edited by hand', { tags: 'long' }, async () => {
    const cluster = await ownedCluster();
    await appendFile(join(cluster, 'talos/talenv.yaml'), '# mine\n');
    const before = await readFiles(cluster);
    const result = await runCommand(['configure', '--root', cluster]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('talos/talenv.yaml was generated and then changed by hand');
    expect(await readFiles(cluster)).toEqual(before);
  });

  it('removes what is no longer generated and leaves files of others', { tags: 'long' }, async () => {
    const cluster = await ownedCluster();
    const mine = join(cluster, 'kubernetes/apps/kube-system/spegel/mine.yaml');
    await writeFile(mine, 'mine: true\n');
    await appendFile(join(cluster, 'cluster.yaml'), '\nspegel_enabled: false\n');
    const result = await runCommand(['configure', '--yes', '--root', cluster]);
    expect(result.stderr).not.toContain('error');
    expect(result).toMatchObject({ code: 0 });
    const left = Object.keys(await readFiles(join(cluster, 'kubernetes/apps/kube-system')));
    expect(left.filter((path) => path.startsWith('spegel/'))).toEqual(['spegel/mine.yaml']);
  });

  it('writes nothing and makes no key where the configuration is wrong', async () => {
    const cluster = await sampleCluster();
    await appendFile(join(cluster, 'cluster.yaml'), 'cloudlfare_token: x\nnode_vlan_tag: 5000\n');
    const before = await readFiles(cluster);
    const result = await runCommand(['configure', '--root', cluster]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('cloudflare_token');
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(await readFiles(cluster)).toEqual(before);
  });

  it('stops in an owned tree with the key of another', { tags: 'long' }, async () => {
    const cluster = await ownedCluster();
    await writeFile(join(cluster, 'age.key'), await readFile(join(SAMPLE_KEYS, 'age.key')));
    const before = await readFiles(cluster);
    const result = await runCommand(['configure', '--root', cluster]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('the tree is encrypted to age1');
    expect(await readFiles(cluster)).toEqual(before);
  });

  it('names template, line and column of a mistake and writes nothing', { tags: 'long' }, async () => {
    const cluster = await ownedCluster();
    await appendFile(join(cluster, 'templates/config/talos/talenv.yaml.j2'), 'x: "#< primry_domain >#"\n');
    const before = await readFiles(cluster);
    const result = await runCommand(['configure', '--root', cluster]);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/templates\/config\/talos\/talenv\.yaml\.j2:\d+.*'primry_domain' is undefined/);
    expect(await readFiles(cluster)).toEqual(before);
  });

  it('prints JSON where asked', { tags: 'long' }, async () => {
    const cluster = await ownedCluster();
    const result = await runCommand(['configure', '--json', '--root', cluster]);
    expect(JSON.parse(result.stdout)).toMatchObject({ status: 'written', sampleTakenOver: false, keysMade: [] });
    await appendFile(join(cluster, 'cluster.yaml'), 'nope: 1\n');
    const failed = await runCommand(['configure', '--json', '--root', cluster]);
    const { status, findings } = JSON.parse(failed.stdout) as { status: string; findings: { severity: string }[] };
    expect(status).toBe('failed');
    expect(findings.filter(({ severity }) => severity === 'error')).toMatchObject([{ code: 'config/unknown-key' }]);
    expect(failed.code).toBe(1);
  });
});

describe('the command line', () => {
  it.each([
    [['--version'], 0],
    [['--help'], 0],
    [['configure', '--help'], 0],
    [['nonsense'], 64],
    [['configure', '--nonsense'], 64],
    [['configure', '--root', '/nonexistent'], 64],
    [['render'], 64],
  ])('%j ends with %i', async (arguments_, code) => {
    const result = await runCommand(arguments_);
    expect(result.code).toBe(code);
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });

  it('renders one file to standard output and no secret', async () => {
    const cluster = await sampleCluster();
    const shown = await runCommand(['render', 'talos/talenv.yaml', '--root', cluster]);
    const json = await runCommand(['render', 'talos/talenv.yaml', '--json', '--root', cluster]);
    expect(JSON.parse(json.stdout)).toEqual({ status: 'done', file: 'talos/talenv.yaml', text: shown.stdout });
    expect(shown.stdout).toBe(await readFile(join(cluster, 'talos/talenv.yaml'), 'utf8'));
    const refused = await runCommand(['render', 'bootstrap/sops-age.sops.yaml', '--root', cluster]);
    expect(refused).toMatchObject({ code: 64, stdout: '' });
  });

  it('renders a whole tree elsewhere, without the secrets', async () => {
    const cluster = await sampleCluster();
    const result = await runCommand(['render', '--output', join(cluster, 'elsewhere'), '--root', cluster]);
    expect(result.code).toBe(0);
    const rendered = await readFiles(join(cluster, 'elsewhere'));
    expect(Object.keys(rendered).filter((path) => /[^/]\.sops\./.test(path))).toEqual([]);
    for (const [path, text] of Object.entries(rendered))
      expect(await readFile(join(cluster, path.replace(/\*$/, '')), 'utf8')).toBe(text);
  });
});

/** A copy of the sample that somebody has taken over. */
async function ownedCluster(): Promise<string> {
  const cluster = await sampleCluster();
  const result = await runCommand(['configure', '--root', cluster]);
  expect(result, result.stderr).toMatchObject({ code: 0 });
  return cluster;
}

async function replaceIn(path: string, pattern: RegExp, replacement: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  const replaced = text.replace(pattern, replacement);
  expect(replaced).not.toBe(text);
  await writeFile(path, replaced);
}
