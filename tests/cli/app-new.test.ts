import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAgeKey } from '../../src/cluster/credentials/read.ts';
import { decrypt } from '../../src/sops/decrypt.ts';
import { listTree } from '../../src/system/files.ts';
import { runCommand, sampleCluster } from '../support/cluster.ts';
import { copyTree } from '../support/copy-tree.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';

const APP = [
  '--image',
  'ghcr.io/example/site:1.2.3',
  '--port',
  '8080',
  '--host',
  'site',
  '--pvc',
  '5Gi',
  '--monitor',
  'rule',
];

describe('app new in a cluster', () => {
  it('gives the same bytes as templates and as plain files, and writes no secret in plain text', async () => {
    const folder = await sampleCluster();
    expect((await runCommand(['configure', '--yes'], { cwd: folder })).code).toBe(0);
    await writeFiles(folder, {
      'site.conf': '#% if a %# ${HOME} #< b ># #| c #|\n',
      'values.env': 'API_KEY=opensesame-7\n',
    });
    const plain = await temporaryFolder();
    copyTree(folder, plain);
    const words = ['app', 'new', 'web/site', ...APP, '--config', 'site.conf', '--yes'];
    const secret = ['--secret', 'API_KEY', '--generate', 'SESSION_KEY', '--secrets-from', 'values.env'];

    const dry = await runCommand([...words, ...secret, '--dry-run'], { cwd: folder });
    expect(dry.code, dry.stderr).toBe(0);
    expect(dry.stdout).toContain(
      '+ created kubernetes/apps/web/site/app/secret.sops.yaml, encrypted (API_KEY, SESSION_KEY)',
    );
    expect(await treeOf(folder)).toEqual(await treeOf(plain));

    const templates = await runCommand([...words, ...secret], { cwd: folder });
    expect(templates.code, templates.stderr).toBe(0);
    expect(templates.stdout).toContain('templates/overrides/kubernetes/apps/web/site/app/helmrelease.yaml.j2');
    const configured = await runCommand(['configure', '--yes'], { cwd: folder });
    expect(configured.code, configured.stderr).toBe(0);
    const written = await runCommand([...words, ...secret, '--into', 'plain'], { cwd: plain });
    expect(written.code, written.stderr).toBe(0);

    const [one, other] = [await appOf(folder), await appOf(plain)];
    expect(one.size).toBeGreaterThan(9);
    expect(one).toEqual(other);
    for (const [path, text] of [...(await treeOf(folder)), ...(await treeOf(plain))]) {
      if (path !== 'values.env') expect(text, path).not.toContain('opensesame-7');
    }
    const path = 'kubernetes/apps/web/site/app/secret.sops.yaml';
    const { identities } = await readAgeKey(folder);
    const opened = await decrypt({ path, text: await readFile(join(folder, path), 'utf8'), identities });
    expect(opened.text).toMatch(/API_KEY: opensesame-7\n {2,4}SESSION_KEY: [\w-]{32}\n/);
    const validated = await runCommand(['validate'], { cwd: folder });
    expect(validated.code, validated.stderr).toBe(0);
    expect(validated.stderr).not.toContain('/web/');
  });

  it('copies an app with answers and values of secrets of its own', { tags: 'long' }, async () => {
    const folder = await sampleCluster();
    expect((await runCommand(['configure', '--yes'], { cwd: folder })).code).toBe(0);
    await writeFiles(folder, { 'values.env': 'API_KEY=opensesame-7\n', 'other.env': 'API_KEY=opensesame-8\n' });
    const words = ['--secret', 'API_KEY', '--secrets-from', 'values.env', '--yes'];
    const first = await runCommand(['app', 'new', 'web/site', ...APP, ...words], { cwd: folder });
    expect(first.code, first.stderr).toBe(0);
    const like = ['app', 'new', 'web/shop', '--like', 'web/site', '--port', '9000', '--host', 'store', '--yes'];
    const bare = await runCommand([...like, '--dry-run'], { cwd: folder });
    expect(bare.stdout).toContain('is encrypted and is not copied: it needs values of its own for API_KEY');
    expect((await runCommand([...like, '--backup', '5Gi'], { cwd: folder })).stderr).toContain(
      '--backup does not go with --like',
    );
    const copied = await runCommand([...like, '--secrets-from', 'other.env'], { cwd: folder });
    expect({ code: copied.code, stderr: copied.stderr }).toEqual({ code: 0, stderr: '' });
    const configured = await runCommand(['configure', '--yes'], { cwd: folder });
    expect(configured.code, configured.stderr).toBe(0);
    const path = 'kubernetes/apps/web/shop/app/secret.sops.yaml';
    const { identities } = await readAgeKey(folder);
    const opened = await decrypt({ path, text: await readFile(join(folder, path), 'utf8'), identities });
    expect(opened.text).toContain('API_KEY: opensesame-8\n');
    expect(opened.text).toContain('name: shop-secret\n');
    const release = await readFile(join(folder, 'kubernetes/apps/web/shop/app/helmrelease.yaml'), 'utf8');
    expect(release).toContain('port: &port 9000\n');
    expect(release).not.toContain('site');
    const route = await readFile(join(folder, 'kubernetes/apps/web/shop/app/httproute.yaml'), 'utf8');
    expect(route).toContain('- store.${SECRET_DOMAIN}\n');
  });

  it('lists an app in a namespace that is there, by a template of the owner', async () => {
    const folder = await sampleCluster();
    expect((await runCommand(['configure', '--yes'], { cwd: folder })).code).toBe(0);
    const made = await runCommand(['app', 'new', 'default/site', '--image', 'ghcr.io/example/site:1.2.3', '--yes'], {
      cwd: folder,
    });
    expect(made.code, made.stderr).toBe(0);
    const configured = await runCommand(['configure', '--yes'], { cwd: folder });
    expect(configured.code, configured.stderr).toBe(0);
    const list = await readFile(join(folder, 'kubernetes/apps/default/kustomization.yaml'), 'utf8');
    expect(list).toContain('resources:\n  - ./echo/ks.yaml\n  - ./site/ks.yaml\n');
    const again = await runCommand(['app', 'new', 'default/site', '--image', 'ghcr.io/example/site:1.2.3', '--yes'], {
      cwd: folder,
    });
    expect(again.code).toBe(64);
    expect(again.stderr).toContain('default/site is there already');
  });

  it('asks nobody where nobody can be asked', async () => {
    const folder = await sampleCluster();
    const { code, stderr } = await runCommand(['app', 'new', 'web/site', ...APP, '--secret', 'TOKEN', '--yes'], {
      cwd: folder,
    });
    expect(code).toBe(64);
    expect(stderr).toContain('no value is known for TOKEN');
    const unnamed = await runCommand(['app', 'new', 'site', ...APP, '--yes'], { cwd: folder });
    expect(unnamed.code).toBe(64);
    expect(unnamed.stderr).toContain('site names no namespace');
  });
});

/** Texts of all files but what belongs to a run. */
async function treeOf(folder: string): Promise<Map<string, string>> {
  const paths = (await listTree(folder)).filter(
    (path) => !path.startsWith('.cluster-template/') && !path.startsWith('.git/'),
  );
  return new Map(
    await Promise.all(paths.sort().map(async (path) => [path, await readFile(join(folder, path), 'utf8')] as const)),
  );
}

/** The files of the app, but for what is encrypted anew each time. */
async function appOf(folder: string): Promise<Map<string, string>> {
  return new Map(
    [...(await treeOf(folder))].filter(([path]) => path.startsWith('kubernetes/apps/web/') && !path.includes('.sops.')),
  );
}
