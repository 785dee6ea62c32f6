import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { git, makeFork } from '../fork/fork.ts';
import { temporaryFolder } from '../support/folders.ts';
import { startClient, textsIn } from './studio.ts';

it('works in a fork with a domain, keys, an override, a plugin and an app of its own', { tags: 'long' }, async () => {
  const folder = join(await temporaryFolder(), 'fork');
  await makeFork(folder);
  vi.stubEnv('FORK_COHERE_KEY', 'fork-cohere-key-4711');
  const client = await startClient(folder);
  expect(await client.call('session', {})).toMatchObject({
    isSample: false,
    documents: { cluster: { file: 'cluster.yaml' } },
  });
  expect(await client.call('check', {})).toMatchObject({ isValid: true });
  expect(await client.call('plan', {})).toMatchObject({ isPossible: true, files: [], refusals: [] });
  expect(await client.call('network', {})).toMatchObject({ domain: 'home.internal', clashes: [] });
  const secrets = await client.call('secrets', {});
  const stateOf = (name: string): unknown => secrets.fields.find((field) => field.name === name);
  expect(stateOf('cohere_api_key')).toMatchObject({ where: 'variable', source: 'FORK_COHERE_KEY', isWanted: true });
  expect(stateOf('anthropic_api_key')).toMatchObject({ where: 'file', source: 'anthropic.key' });
  expect(secrets.hasKey).toBe(true);
  expect(
    secrets.files.every(({ isOfSample, recipients }) => !isOfSample && recipients.includes(secrets.owner ?? '')),
  ).toBe(true);
  const { graph } = await client.call('graph', {});
  expect(graph.nodes.some(({ name }) => name === 'notes')).toBe(true);
  const own = 'kubernetes/apps/home/notes/app/configmap.yaml';
  expect(await client.call('explain', { file: own })).toMatchObject({ source: `templates/overrides/${own}.j2` });

  const documents = await client.call('documents', {});
  const changes = [
    { op: 'set', document: 'cluster', path: ['cloudflare_domain'], value: 'other.internal' },
    {
      op: 'append',
      document: 'nodes',
      path: ['nodes'],
      value: {
        name: 'added',
        address: '10.20.30.77',
        controller: false,
        disk: '/dev/sda',
        mac_addr: '00:00:5e:00:53:77',
      },
    },
    { op: 'set', document: 'nodes', path: ['nodes', 0, 'mtu'], value: 9000 },
  ] as const;
  const edited = await client.call('edit', { changes });
  const texts = { cluster: edited.cluster?.text ?? '', nodes: edited.nodes?.text ?? '' };
  const found = await client.call('check', { pending: texts });
  const asked = found.findings.filter(({ severity }) => severity === 'error').flatMap(({ fix }) => fix?.changes ?? []);
  const mended = await client.call('edit', { pending: texts, changes: asked });
  const pending = { ...texts, ...(mended.nodes === undefined ? {} : { nodes: mended.nodes.text }) };
  const plan = await client.call('plan', { pending });
  expect(plan).toMatchObject({ isPossible: true, refusals: [] });
  const done = await client.call('configure', {
    documents: {
      cluster: { text: pending.cluster, revision: documents.cluster.revision },
      nodes: { text: pending.nodes, revision: documents.nodes.revision },
    },
    token: plan.token ?? '',
    run: 'fork',
  });
  expect(done.written.map(({ path }) => path)).toEqual(plan.files.map(({ path }) => path));
  expect(await textsIn(folder)).toEqual({ cluster: pending.cluster, nodes: pending.nodes });
  expect(await readFile(join(folder, 'talos/talconfig.yaml'), 'utf8')).toContain('10.20.30.77');
  expect(await client.call('plan', {})).toMatchObject({ files: [] });
  const status = await git(folder, 'status', '--porcelain');
  expect(status.split('\n').filter((line) => !/^.?[AM?]/.test(line))).toEqual([]);

  const set = await client.call('setSecret', { name: 'anthropic_api_key', value: 'sk-own-key-of-the-page-1234567890' });
  expect(set).toMatchObject({ outcome: 'changed', file: 'cluster.sops.yaml' });
  expect((await client.call('plan', {})).files.map(({ secret }) => secret)).toContain(true);
  for (const secret of [
    'sk-own-key-of-the-page',
    'fork-cohere-key-4711',
    'fork-anthropic-4711',
    'fork-cloudflare-token-4711',
  ])
    expect(client.heard()).not.toContain(secret);
  expect(client.faults).toEqual([]);
  vi.unstubAllEnvs();
});
