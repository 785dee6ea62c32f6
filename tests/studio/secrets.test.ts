import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand, sampleCluster } from '../support/cluster.ts';
import { startClient, textsIn } from './studio.ts';

const TOKEN = 'a-token-typed-into-the-page-0123456789';

/** The sample, taken over by a key of its own. */
async function ownCluster(): Promise<string> {
  const folder = await sampleCluster();
  const { code, stderr } = await runCommand(['configure', '--yes', '--root', folder]);
  expect([code, stderr]).toEqual([0, expect.anything()]);
  return folder;
}

/** Paths of the files below a folder that hold a text. */
async function filesWith(folder: string, text: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const texts = await Promise.all(files.map(async (file) => [file, await readFile(file)] as const));
  return texts.filter(([, bytes]) => bytes.includes(text)).map(([file]) => file);
}

describe('a secret that is typed', () => {
  it('is in cluster.sops.yaml and nowhere else', async () => {
    const folder = await ownCluster();
    const client = await startClient(folder);
    const events = await client.events();
    const before = await client.call('secrets', {});
    expect(before).toMatchObject({ hasKey: true });
    expect(before.fields.find(({ name }) => name === 'cloudflare_token')).toMatchObject({
      state: 'placeholder',
      isWanted: true,
    });
    const set = await client.call('setSecret', { name: 'cloudflare_token', value: TOKEN });
    expect(set).toMatchObject({ file: 'cluster.sops.yaml', outcome: 'changed' });
    expect(await client.call('setSecret', { name: 'cloudflare_token', value: TOKEN })).toMatchObject({
      outcome: 'unchanged',
    });
    await events.next('tree', ({ paths }) => paths.includes('cluster.sops.yaml'));
    const shown = await runCommand(['secrets', 'show', 'cluster.sops.yaml', 'cloudflare_token', '--root', folder]);
    expect(shown.stdout).toContain(TOKEN);
    const after = await client.call('secrets', {});
    expect(after.fields.find(({ name }) => name === 'cloudflare_token')).toMatchObject({
      where: 'companion',
      state: 'set',
    });
    for (const name of ['session', 'check', 'plan', 'network', 'graph', 'documents'] as const)
      await client.call(name, {});
    const plan = await client.call('plan', {});
    expect(plan.files.filter(({ secret }) => secret).flatMap(({ changedKeys }) => changedKeys).length).toBeGreaterThan(
      0,
    );
    expect(client.heard()).not.toContain(TOKEN);
    expect(JSON.stringify(events.all)).not.toContain(TOKEN);
    expect(await filesWith(folder, TOKEN)).toEqual([]);
    expect(client.faults).toEqual([]);
  });

  it('is refused where it is none, and never said again', async () => {
    const folder = await ownCluster();
    const client = await startClient(folder);
    expect(await client.refused('setSecret', { name: 'cloudflare_token', value: '  ' })).toMatchObject({
      kind: 'input',
    });
    const multiline = await client.refused('setSecret', {
      name: 'garage_rpc_secret',
      value: 'not-sixty-four-hexadecimal-digits',
    });
    expect(multiline).toMatchObject({ kind: 'input', status: 422 });
    expect(client.heard()).not.toContain('not-sixty-four');
  });

  it('needs a key', async () => {
    const client = await startClient(await sampleCluster());
    const { kind, findings } = await client.refused('setSecret', { name: 'cloudflare_token', value: TOKEN });
    expect([kind, findings.map(({ code }) => code)]).toEqual(['input', ['credentials/missing']]);
  });
});

describe('a secret that stands in cluster.yaml', () => {
  it('is shown by a mark, which stands for it in what comes back', async () => {
    const folder = await ownCluster();
    const texts = await textsIn(folder);
    const plain = texts.cluster.replace(/^cloudflare_token:.*$/m, `cloudflare_token: '${TOKEN}' # my own`);
    await writeFile(join(folder, 'cluster.yaml'), plain);
    const client = await startClient(folder);
    const { cluster } = await client.call('documents', {});
    expect(cluster.text).toMatch(/^cloudflare_token: 'KEPT-SECRET-[0-9a-f]{16}' # my own$/m);
    const changes = [{ op: 'set', document: 'cluster', path: ['node_vlan_tag'], value: 7 }] as const;
    const edited = await client.call('edit', { changes });
    const text = edited.cluster?.text ?? '';
    expect((await client.call('check', { pending: { cluster: text } })).isValid).toBe(true);
    await client.call('save', { documents: { cluster: { text, revision: cluster.revision } } });
    expect((await textsIn(folder)).cluster).toBe(plain.replace('node_vlan_tag: 100', 'node_vlan_tag: 7'));
    expect(client.heard()).not.toContain(TOKEN);
    const unknown = text.replace(/KEPT-SECRET-[0-9a-f]{16}/, 'KEPT-SECRET-0123456789abcdef');
    expect(await client.refused('check', { pending: { cluster: unknown } })).toMatchObject({ kind: 'conflict' });
  });

  it('is in no answer, whatever it is and however its field is spelt', async () => {
    const folder = await ownCluster();
    const texts = await textsIn(folder);
    const added = [
      'grafana_admin_password: 7236451',
      'grafana_admin_pasword: hunter',
      'cilium_bgp_password: {env: BGP_PASSWORD}',
      'oidc_client_secret:',
      'own_url: https://u:cat-4@h.internal/x',
    ];
    await writeFile(join(folder, 'cluster.yaml'), `${texts.cluster}${added.join('\n')}\n`);
    const client = await startClient(folder);
    const { values } = await client.call('check', {});
    expect(values.cluster).toMatchObject({
      grafana_admin_password: '********',
      grafana_admin_pasword: '********',
      cilium_bgp_password: { env: 'BGP_PASSWORD' },
      oidc_client_secret: null,
      own_url: expect.stringMatching(/^https:\/\/u:KEPT-SECRET-\w+@h\.internal\/x$/) as string,
    });
    for (const name of ['session', 'documents', 'plan', 'network', 'secrets'] as const) await client.call(name, {});
    for (const secret of ['7236451', 'hunter', 'cat-4']) expect(client.heard()).not.toContain(secret);
  });

  it('cannot be found out by the revision of its file', async () => {
    const folder = await ownCluster();
    const { cluster } = await textsIn(folder);
    const first = await (await startClient(folder)).call('documents', {});
    const second = await (await startClient(folder)).call('documents', {});
    expect(first.cluster.text).toBe(cluster);
    expect(second.cluster.revision).not.toBe(first.cluster.revision);
  });
});
