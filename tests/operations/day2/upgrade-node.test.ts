import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeList, NODES, runOn, standInCluster, UNKNOWN_KIND, type StandInCluster } from './stand-in-cluster.ts';

const WORKER = ['talos', 'upgrade-node', 'k8s-3', '--yes'];

describe('talos upgrade-node', () => {
  it('upgrades one node after the other, controllers first, while Flux holds still', async () => {
    const cluster = await standInCluster();
    const { code, stdout, stderr } = await runOn(cluster, ['talos', 'upgrade-node', '--all', '--yes']);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('k8s-0 (192.0.2.10): v1.13.5 to v1.13.7\n');
    await expect(await cluster.stands.script()).toMatchFileSnapshot('golden/upgrade-node.txt');
    await cluster.stands.forgetCalls();
    const again = await runOn(cluster, ['talos', 'upgrade-node', '--all', '--yes', '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({
      status: 'done',
      nodes: NODES.map(([name]) => ({ name, isNeeded: false })),
    });
    expect(await changes(cluster)).toEqual([]);
  });

  it('changes nothing with --dry-run, and asks first', { tags: 'long' }, async () => {
    const cluster = await standInCluster();
    expect((await runOn(cluster, ['talos', 'upgrade-node', '192.0.2.20', '--dry-run'])).code).toBe(0);
    const asked = await runOn(cluster, ['talos', 'upgrade-node', 'k8s-3']);
    expect(asked.code).toBe(64);
    expect(asked.stderr).toContain('Upgrade k8s-3');
    expect(await changes(cluster)).toEqual([]);
  });

  it('goes on where a call fails, and always lets Flux go on', { tags: 'long' }, async () => {
    const calls = await callsOf(await standInCluster());
    // A call that is made a second time fails as it does the first time.
    const points = [...new Set(calls)].map((call) => calls.indexOf(call) + 1);
    for (const failAt of points.filter((_, index) => process.env.EVERY_POINT !== undefined || index % 6 === 0)) {
      const cluster = await standInCluster();
      await cluster.stands.disturb({ failAt });
      const failed = await runOn(cluster, WORKER);
      await expectFluxGoesOn(cluster, `call ${String(failAt)}`);
      expect([0, 3], failed.stderr).toContain(failed.code);
      await cluster.stands.disturb({});
      expect((await runOn(cluster, WORKER)).code).toBe(0);
      await expectFinished(cluster);
    }
  });

  it.each([
    ['SIGINT', /"suspend":true/],
    ['SIGINT', /etcd status/],
    ['SIGTERM', /talosctl upgrade/],
    ['SIGINT', /talosctl upgrade/],
  ] as const)('lets Flux go on where %s comes during %s', { tags: 'long' }, async (signal, during) => {
    const calls = await callsOf(await standInCluster());
    const hangAt = calls.findIndex((call) => during.test(call)) + 1;
    const cluster = await standInCluster();
    await cluster.stands.disturb({ hangAt });
    const ended = await runOn(cluster, WORKER, { signal, afterCalls: hangAt });
    expect(ended.code, ended.stderr).toBe(signal === 'SIGINT' ? 130 : 143);
    await expectFluxGoesOn(cluster, `call ${String(hangAt)}`);
    await cluster.stands.disturb({});
    expect((await runOn(cluster, WORKER)).code).toBe(0);
    await expectFinished(cluster);
  });

  it('finishes in the next run what a killed one left, Flux too', { tags: 'long' }, async () => {
    const calls = await callsOf(await standInCluster());
    const upgrade = calls.findIndex((line) => line.startsWith('talosctl upgrade')) + 1;
    const cluster = await standInCluster();
    await cluster.stands.disturb({ killAt: upgrade });
    expect((await runOn(cluster, WORKER)).code).toBe(137);
    await access(join(cluster.root, '.cluster-template/operations/suspended.json'));
    await cluster.stands.disturb({});
    const again = await runOn(cluster, WORKER);
    expect(again.code, again.stderr).toBe(0);
    await expectFinished(cluster);
  });

  it('lets a worker be, and etcd lose no quorum, where the cluster is not well', async () => {
    const { quorumProblem } = await import('../../../src/operations/talos/machines.ts');
    const nodes = NODES.map(([name, address, controller]) => ({
      name,
      address,
      controller,
      image: '',
      schematic: '',
      disk: '/dev/sda',
    }));
    const [one, two, three, worker] = nodes;
    if (!one || !two || !three || !worker) throw new Error('the sample has four nodes');
    const members = (problems: readonly (string | undefined)[]) =>
      [one, two, three].slice(0, problems.length).map((node, index) => ({ node, problem: problems[index] }));
    const fine = undefined;
    expect(quorumProblem(members([fine, fine, fine]), one)).toBeUndefined();
    expect(quorumProblem(members([fine, 'down', fine]), two)).toBeUndefined();
    expect(quorumProblem(members([fine, 'down', fine]), one)).toBe(
      'etcd would have 1 of 3 members, and needs 2 (k8s-1: down)',
    );
    expect(quorumProblem(members([fine, 'down', fine]), worker)).toBeUndefined();
    expect(quorumProblem(members(['down', 'down', fine]), worker)).toContain('needs 2');
    expect(quorumProblem(members([fine]), one)).toBeUndefined();
    expect(quorumProblem(members(['down']), one)).toContain('needs 1');
    expect(quorumProblem(members([fine, fine]), one)).toBeUndefined();
    expect(quorumProblem(members([fine, 'down']), one)).toContain('needs 2');
  });

  it('goes on without Flux where it is not installed', { tags: 'long' }, async () => {
    const cluster = await standInCluster([{ program: 'kubectl', match: '^get kustomizations', ...UNKNOWN_KIND }]);
    const { code, stderr } = await runOn(cluster, WORKER);
    expect(code, stderr).toBe(0);
    expect(await changes(cluster)).toEqual([expect.stringContaining('talosctl upgrade --nodes 192.0.2.20')]);
  });

  it('says which nodes there are, and that one has to be named', { tags: 'long' }, async () => {
    const cluster = await standInCluster();
    const unknown = await runOn(cluster, ['talos', 'upgrade-node', 'k8s-9', '--yes']);
    expect(unknown.code).toBe(64);
    expect(unknown.stderr).toContain('the nodes are: k8s-0 (192.0.2.10)');
    expect((await runOn(cluster, ['talos', 'upgrade-node'])).code).toBe(64);
    expect((await runOn(cluster, ['talos', 'upgrade-node', 'k8s-0', '--all'])).code).toBe(64);
  });

  it('says that the API does not tell, rather than to upgrade', { tags: 'long' }, async () => {
    const broken = await standInCluster([{ program: 'kubectl', match: '^get nodes', stdout: 'Error' }]);
    expect((await runOn(broken, WORKER)).code).toBe(3);
    expect(await changes(broken)).toEqual([]);
    expect(nodeList(0)).toContain('v1.13.5');
  });
});

async function callsOf(cluster: StandInCluster): Promise<string[]> {
  const { code, stderr } = await runOn(cluster, WORKER);
  expect(code, stderr).toBe(0);
  return (await cluster.stands.calls()).map(({ program, args }) => [program, ...args].join(' '));
}

async function lines(cluster: StandInCluster): Promise<string[]> {
  return (await cluster.stands.calls()).map(({ program, args }) => [program, ...args].join(' '));
}

/** Calls that change something. */
async function changes(cluster: StandInCluster): Promise<string[]> {
  return (await lines(cluster)).filter((line) => !/^(?:kubectl|talosctl) (?:get|etcd status) ?/.test(line));
}

/** What is suspended is resumed by a later call, but where the call to do so failed itself: that the next run knows of. */
async function expectFluxGoesOn(cluster: StandInCluster, what: string): Promise<void> {
  const patches = (await lines(cluster)).filter((line) => line.startsWith('kubectl patch'));
  for (const line of patches.filter((one) => one.includes('"suspend":true'))) {
    const resumed = patches.lastIndexOf(line.replace('true', 'false'));
    expect(resumed, `${what}: ${line}`).toBeGreaterThan(patches.indexOf(line));
  }
}

async function expectFinished(cluster: StandInCluster): Promise<void> {
  await expectFluxGoesOn(cluster, 'at the end');
  await expect(access(join(cluster.root, '.cluster-template/operations/suspended.json'))).rejects.toThrow();
  const script = await lines(cluster);
  expect(script.some((line) => line.startsWith('talosctl upgrade --nodes 192.0.2.20 '))).toBe(true);
}
