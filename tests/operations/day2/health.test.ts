import { describe, expect, it } from 'vitest';
import { clusterRoot } from '../../../src/cluster/root.ts';
import { waitForNode, waitUntilSafe } from '../../../src/operations/day2/health.ts';
import type { OperationRun } from '../../../src/operations/operation.ts';
import type { ProgramOutput, Programs } from '../../../src/operations/programs/catalogue.ts';
import type { TalosNode } from '../../../src/operations/talos/cluster.ts';
import { virtualClock } from '../../support/clock.ts';
import { nodeList, NODES } from './stand-in-cluster.ts';

const DOWN: ProgramOutput = { exitCode: 1, stdout: '', stderr: 'connection refused' };
const worker = nodeNamed('k8s-3');

describe('waiting for a node', () => {
  it('goes on through the minutes in which it starts again', async () => {
    const seconds = virtualClock();
    // Two minutes without an API, one of a node that has not gone down yet, and one until it is ready.
    const looks = [
      ...Array.from({ length: 24 }, () => undefined),
      ...Array.from({ length: 12 }, () => nodeList(0)),
      ...Array.from({ length: 12 }, () => nodeList(4).replaceAll('"True"', '"False"')),
      nodeList(4),
    ];
    await waitForNode(runWith(looks), worker, { talosVersion: 'v1.13.7', startedAfter: 'boot-k8s-3-false' });
    expect(seconds()).toBe(240);
    expect(looks).toEqual([]);
  });

  it.each<[string, string | undefined, string]>([
    ['the API does not answer', undefined, 'the Kubernetes API does not answer'],
    ['it never starts again', nodeList(0), 'k8s-3 has not started again yet'],
    ['it comes back with its old version', nodeList(0).replaceAll('-false', '-new'), 'k8s-3 runs Talos v1.13.5'],
  ])('ends after a quarter of an hour where %s, and says what to do', async (_, answer, reason) => {
    const seconds = virtualClock();
    const wanted = { talosVersion: 'v1.13.7', startedAfter: 'boot-k8s-3-false' };
    await expect(waitForNode(runWith([answer]), worker, wanted)).rejects.toMatchObject({
      kind: 'outside',
      message: `k8s-3 to be ready did not come about within 900 s: ${reason}`,
      findings: [{ remedy: expect.stringContaining('talosctl dashboard --nodes') as string }],
    });
    expect(seconds()).toBe(900);
  });

  it('takes no node away from a cluster that does not settle within five minutes', async () => {
    const seconds = virtualClock();
    const cluster = { endpoint: '', nodes: NODES.map(([name]) => nodeNamed(name)) } as unknown as Parameters<
      typeof waitUntilSafe
    >[1];
    const waiting = waitUntilSafe(runWith([nodeList(0, { ready: false })]), cluster, worker);
    await expect(waiting).rejects.toThrow(/can be missed did not come about within 300 s: not ready: k8s-1$/);
    expect(seconds()).toBe(300);
  });
});

/** A run whose looks at the cluster see these lists of nodes in turn, the last one for good; none where the API does not answer. */
function runWith(looks: (string | undefined)[]): OperationRun {
  let seen: string | undefined;
  const ask: Programs['ask'] = ({ arguments: words }) => {
    if (!words.includes('--raw')) return Promise.resolve({ exitCode: 0, stdout: seen ?? '', stderr: '' });
    seen = looks.length > 1 || looks[0] === nodeList(4) ? looks.shift() : looks[0];
    return Promise.resolve(seen === undefined ? DOWN : { exitCode: 0, stdout: 'ok', stderr: '' });
  };
  const refuse = (): never => {
    throw new Error('nothing else is started');
  };
  return {
    root: clusterRoot('/nowhere'),
    signal: new AbortController().signal,
    programs: { ask, run: refuse, attach: refuse, locate: refuse },
    step: (_, work) => work({ live: () => undefined, note: () => undefined, say: () => undefined }),
  };
}

function nodeNamed(name: string): TalosNode {
  const [, address = '', controller = false] = NODES.find(([one]) => one === name) ?? [];
  return { name, address, controller, image: '', schematic: '', disk: '/dev/sda' };
}
