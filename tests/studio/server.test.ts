import { describe, expect, it } from 'vitest';
import { sampleCluster } from '../support/cluster.ts';
import { startClient, textsIn } from './studio.ts';

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
    expect(plan.changedInputs).toContainEqual({ path: 'cluster.yaml', change: 'changed' });
    expect(await textsIn(folder)).toEqual(texts);
  });
});
