import { readFile, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusterRoot } from '../../src/cluster/root.ts';
import { SILENT } from '../../src/report/progress.ts';
import { configureAll } from '../../src/studio/answers.ts';
import { DocumentStore } from '../../src/studio/documents.ts';
import { runCommand, sampleCluster } from '../support/cluster.ts';
import { startClient, textsIn } from './studio.ts';
import { layOwnApps } from './trees.ts';

describe('a page', () => {
  it('begins with the files on disk, what is wrong with them and what would be written', async () => {
    const folder = await sampleCluster();
    const client = await startClient(folder);
    const session = await client.call('session', {});
    const texts = await textsIn(folder);
    expect(session).toMatchObject({
      program: 'cluster-template test',
      isSample: true,
      documents: {
        cluster: { file: 'cluster.yaml', text: texts.cluster },
        nodes: { file: 'nodes.yaml', text: texts.nodes },
      },
    });
    const groups = new Set(session.groups.map(({ id }) => id));
    expect(session.fields.filter(({ group }) => !groups.has(group))).toEqual([]);
    expect(await client.call('check', {})).toMatchObject({
      isValid: true,
      findings: [],
      lines: { node_cidr: { line: 11 } },
    });
    expect(await client.call('plan', {})).toMatchObject({ isPossible: true, files: [], refusals: [] });
    expect(client.faults).toEqual([]);
  });

  it('sees a pending edit everywhere, and nothing of it is on disk', async () => {
    const folder = await sampleCluster();
    const client = await startClient(folder);
    const texts = await textsIn(folder);
    const wrong = { cluster: texts.cluster.replace('cluster_api_addr: 192.0.2.5', 'cluster_api_adr: 192.0.2.5') };
    const rename = { op: 'rename', document: 'cluster', path: ['cluster_api_adr'], name: 'cluster_api_addr' };
    const { isValid, findings } = await client.call('check', { pending: wrong });
    expect(isValid).toBe(false);
    expect(findings).toMatchObject([
      {
        code: 'config/unknown-key',
        place: { file: 'cluster.yaml', line: 48, column: 1, length: 15 },
        field: { document: 'cluster', path: ['cluster_api_adr'] },
        fix: { changes: [rename] },
      },
    ]);
    const mended = await client.call('edit', { pending: wrong, changes: findings[0]?.fix?.changes ?? [] });
    expect(mended.cluster?.text).toBe(texts.cluster);
    expect(await client.call('plan', { pending: wrong })).toMatchObject({ isPossible: false, files: [] });

    const right = { cluster: texts.cluster.replace('cluster_api_addr: 192.0.2.5', 'cluster_api_addr: 192.0.2.9') };
    const plan = await client.call('plan', { pending: right });
    expect(plan.isPossible).toBe(true);
    const talconfig = plan.files.find(({ path }) => path === 'talos/talconfig.yaml');
    expect(talconfig).toMatchObject({ status: 'changed', secret: false });
    expect(talconfig?.diff).toContain('+endpoint: https://192.0.2.9:6443');
    expect(await textsIn(folder)).toEqual(texts);
  });
});

describe('what is written', () => {
  it('is what was confirmed, stage by stage, and nothing where the file is another one by now', async () => {
    const folder = await sampleCluster();
    await runCommand(['configure', '--yes', '--root', folder]);
    const client = await startClient(folder);
    const other = await client.events();
    const texts = await textsIn(folder);
    const documents = await client.call('documents', {});
    const text = texts.cluster.replace('cluster_api_addr: 192.0.2.5', 'cluster_api_addr: 192.0.2.9');
    const plan = await client.call('plan', { pending: { cluster: text } });
    const request = {
      documents: { cluster: { text, revision: documents.cluster.revision } },
      token: plan.token ?? '',
      run: 'first',
    };
    expect(await client.refused('configure', { ...request, token: 'another' })).toMatchObject({
      kind: 'stale-plan',
      status: 409,
    });
    const stale = { documents: { cluster: { text, revision: 'another' } } };
    expect(await client.refused('configure', { ...request, ...stale })).toMatchObject({ kind: 'conflict' });
    expect(await textsIn(folder)).toEqual(texts);

    const done = await client.call('configure', request);
    expect(done.written.map(({ path }) => path)).toEqual(plan.files.map(({ path }) => path));
    expect((await textsIn(folder)).cluster).toBe(text);
    expect(await readFile(join(folder, 'talos/talconfig.yaml'), 'utf8')).toContain('endpoint: https://192.0.2.9:6443');
    const stages = other.all.filter((event) => event.type === 'progress');
    expect(stages.every(({ run }) => run === 'first')).toBe(true);
    expect(stages.filter(({ state }) => state === 'done').map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const told = await other.next('documents');
    expect(told.documents).toEqual(done.documents);
    expect(await client.call('plan', {})).toMatchObject({ files: [] });
    // The other tab has the old text still.
    expect(
      await client.refused('save', {
        documents: { cluster: { text: texts.cluster, revision: documents.cluster.revision } },
      }),
    ).toMatchObject({ kind: 'conflict' });
    expect((await textsIn(folder)).cluster).toBe(text);
    expect(client.faults).toEqual([]);
  });

  it('is told to all pages where somebody else writes it, and never overwritten', async () => {
    const folder = await sampleCluster();
    const client = await startClient(folder);
    const [one, two] = [await client.events(), await client.events()];
    const { nodes } = await client.call('documents', {});
    await writeFile(join(folder, 'nodes.yaml'), `${nodes.text}# by hand\n`);
    const [first, second] = await Promise.all([one.next('documents'), two.next('documents')]);
    expect(first.documents.nodes.text).toBe(`${nodes.text}# by hand\n`);
    expect(second).toEqual(first);
    const mine = { documents: { nodes: { text: 'nodes: []\n', revision: nodes.revision } } };
    expect(await client.refused('save', mine)).toMatchObject({ kind: 'conflict' });
    expect((await textsIn(folder)).nodes).toBe(`${nodes.text}# by hand\n`);
    const again = { documents: { nodes: { text: nodes.text, revision: first.documents.nodes.revision } } };
    expect((await client.call('save', again)).nodes).toEqual(nodes);
    await writeFile(join(folder, 'templates/config/AGENTS.md.j2'), 'another\n');
    await one.next('tree', ({ paths }) => paths.includes('templates/config/AGENTS.md.j2'));
  });

  it('stops at files that somebody changed', async () => {
    const folder = await sampleCluster();
    await runCommand(['configure', '--yes', '--root', folder]);
    await writeFile(join(folder, 'AGENTS.md'), 'mine\n');
    const client = await startClient(folder);
    const plan = await client.call('plan', {});
    expect(plan.refusals.map(({ code }) => code)).toEqual(['workspace/edited']);
    const refused = await client.refused('configure', { documents: {}, token: plan.token, run: 'x' });
    expect(refused.findings.map(({ code }) => code)).toEqual(['workspace/edited']);
    expect(await readFile(join(folder, 'AGENTS.md'), 'utf8')).toBe('mine\n');
  });
});

describe('what is shown besides', () => {
  it('is drawn and checked from what was typed', async () => {
    const folder = await sampleCluster();
    const client = await startClient(folder);
    const { cluster } = await textsIn(folder);
    const pending = {
      cluster: cluster.replace('# spegel', 'spegel') + '\nhubble_enabled: true\nspegel_enabled: false\n',
    };
    const { graph, changes } = await client.call('graph', { pending });
    const objects = Object.entries(changes);
    expect(objects.some(([id, change]) => change === 'removed' && id.includes('spegel'))).toBe(true);
    expect(objects.some(([, change]) => change === 'changed')).toBe(true);
    expect(objects.filter(([id]) => !graph.nodes.some((node) => node.id === id))).toEqual([]);

    const clash = { cluster: cluster.replace('cluster_gateway_addr: 192.0.2.7', 'cluster_gateway_addr: 192.0.2.10') };
    const network = await client.call('network', { pending: clash });
    expect(network).toMatchObject({
      vlan: { tag: 100, by: 'nodes' },
      ingress: 'tunnel',
      networks: [
        { key: 'node_cidr', first: '192.0.2.0', last: '192.0.2.255', source: 'written' },
        { kind: 'pods', source: 'default' },
        { kind: 'services' },
      ],
    });
    expect(network.nodes.map(({ role }) => role)).toEqual(['controller', 'controller', 'controller', 'worker']);
    expect(network.clashes).toMatchObject([
      {
        code: 'config/address-taken',
        keys: expect.arrayContaining(['nodes[0].address', 'cluster_gateway_addr']) as unknown,
      },
    ]);
    expect(network.addresses.map(({ kind }) => kind)).toContain('internal-gateway');

    expect(await client.call('explain', { file: 'talos/talconfig.yaml', line: 4 })).toMatchObject({
      about: 'file',
      line: 4,
    });
    const checks = await client.call('checks', { pending: { cluster: 'node_cidr: [' } });
    expect(checks.notRun).toMatchObject([{ by: 'validate' }]);
    expect(checks.files).toBeGreaterThan(10);
    expect(await client.call('diff', { path: '.sops.yaml' })).toEqual({
      path: '.sops.yaml',
      diff: '',
      changedKeys: [],
    });
    expect(await client.refused('diff', { path: '../x' })).toMatchObject({ kind: 'not-found' });
    expect(await client.call('status', {})).toMatchObject({ isThere: false });
    const doctor = await client.call('doctor', { areas: ['configuration', 'keys'] });
    expect(new Set(doctor.checks.map(({ area }) => area))).toEqual(new Set(['configuration', 'keys']));
    expect((await client.call('commands', {})).groups.flatMap(({ commands }) => commands).length).toBeGreaterThan(5);
    expect(client.faults).toEqual([]);
  });

  it('is explained key by key', { tags: 'long' }, async () => {
    const client = await startClient(await sampleCluster());
    const pending = { cluster: `${(await client.call('session', {})).documents.cluster.text}hubble_enabled: true\n` };
    expect(await client.call('explain', { file: 'cluster.yaml', line: 11 })).toMatchObject({
      about: 'key',
      use: { key: 'node_cidr' },
    });
    expect(await client.call('explain', { key: 'cluster_api_addr', pending })).toMatchObject({ about: 'key' });
    expect((await client.call('graph', { key: 'node_cidr' })).graph.nodes.length).toBeGreaterThan(1);
    expect(client.faults).toEqual([]);
  });

  it('ends when it is told, and where its signal says so', async () => {
    const client = await startClient(await sampleCluster());
    const events = await client.events();
    expect(await client.call('stop', {})).toEqual({});
    await Promise.all([events.next('stopped'), events.closed, client.ended]);
    await expect(client.send({ path: '/' })).rejects.toThrow('ECONNREFUSED');
  });
});

it('writes nothing but the edited texts where the plan becomes another one after it was compared', async () => {
  const folder = await sampleCluster();
  expect((await runCommand(['configure', '--yes', '--root', folder])).code).toBe(0);
  const client = await startClient(folder);
  const { cluster } = await client.call('documents', {});
  const text = cluster.text.replace('cluster_api_addr: 192.0.2.5', 'cluster_api_addr: 192.0.2.9');
  const { token = '' } = await client.call('plan', { pending: { cluster: text } });
  const talconfig = await readFile(join(folder, 'talos/talconfig.yaml'), 'utf8');
  /** Somebody else edits the file in the very moment in which it was saved. */
  class Contested extends DocumentStore {
    override async save(...given: Parameters<DocumentStore['save']>): Promise<void> {
      await super.save(...given);
      await writeFile(join(folder, 'cluster.yaml'), cluster.text);
    }
  }
  const root = clusterRoot(folder);
  const documents = new Contested(root, 'key');
  const { revision } = (await documents.read()).cluster;
  const done = configureAll(
    { root, documents, generator: 'cluster-template test', commandText: (words) => words },
    { documents: { cluster: { text, revision } }, token, run: 'contested' },
    { progress: SILENT, signal: new AbortController().signal },
  );
  await expect(done).rejects.toMatchObject({
    kind: 'stale-plan',
    message: 'the plan is no longer the one that was confirmed; what was edited is saved',
  });
  expect(await readFile(join(folder, 'talos/talconfig.yaml'), 'utf8')).toBe(talconfig);
});

it('does not take a page that goes while it asks for a fault', async () => {
  const client = await startClient(await sampleCluster());
  const { port, cookie } = client;
  const origin = `http://127.0.0.1:${String(port)}`;
  await new Promise<void>((settle) => {
    const headers = { cookie, origin, 'content-type': 'application/json', 'content-length': '1000' };
    const request = httpRequest({ host: '127.0.0.1', port, method: 'POST', path: '/api/check', headers });
    request.on('error', () => undefined);
    request.on('close', settle);
    request.write('{"pending":', () => setTimeout(() => request.destroy(), 50));
  });
  await client.call('documents', {});
  client.stop();
  await client.ended;
  expect(client.faults).toEqual([]);
});

it('writes a file that is not there', async () => {
  const folder = await sampleCluster();
  const { nodes } = await textsIn(folder);
  await rm(join(folder, 'nodes.yaml'));
  const client = await startClient(folder);
  const absent = (await client.call('documents', {})).nodes;
  expect(absent.text).toBe('');
  await client.call('save', { documents: { nodes: { text: nodes, revision: absent.revision } } });
  expect((await textsIn(folder)).nodes).toBe(nodes);
});

it('takes 600 apps of its owner', { tags: 'long' }, async () => {
  const folder = await sampleCluster();
  await layOwnApps(folder, 600);
  const client = await startClient(folder);
  const { cluster } = await textsIn(folder);
  const pending = { cluster: cluster.replace('cluster_api_addr: 192.0.2.5', 'cluster_api_addr: 192.0.2.9') };
  expect((await client.call('check', { pending })).isValid).toBe(true);
  const plan = await client.call('plan', { pending });
  expect(plan.files.map(({ path }) => path)).toContain('talos/talconfig.yaml');
  const { graph } = await client.call('graph', { pending });
  expect(graph.nodes.length).toBeGreaterThan(1800);
  const { files: looked } = await client.call('checks', { pending });
  expect(looked).toBeGreaterThan(1800);
  expect(client.faults).toEqual([]);
});
