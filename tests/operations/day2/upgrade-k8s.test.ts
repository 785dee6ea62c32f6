import { describe, expect, it } from 'vitest';
import { upgradeSteps } from '../../../src/operations/day2/upgrade.ts';
import { nodeList, runOn, standInCluster } from './stand-in-cluster.ts';

/** Kubernetes at a version until it was upgraded to the wanted one. */
function running(version: string): Parameters<typeof standInCluster>[0] {
  const api = JSON.stringify({ gitVersion: version }, undefined, 2);
  return [
    { program: 'kubectl', match: '^get nodes', unless: ['done'], stdout: nodeList(4, { kubelet: version }) },
    { program: 'kubectl', match: '^get --raw /version', unless: ['done'], stdout: api },
    { program: 'talosctl', match: '^upgrade-k8s .*v1.36.4$', sets: ['done'] },
    { program: 'talosctl', match: '^upgrade-k8s ' },
  ];
}

describe('talos upgrade-k8s', () => {
  it('goes by minor versions to the configured one, while Flux holds still, and then has nothing to do', async () => {
    const cluster = await standInCluster(running('v1.34.2'));
    const { code, stdout, stderr } = await runOn(cluster, ['talos', 'upgrade-k8s', '--yes', '--via', '1.35.7']);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('Kubernetes v1.34.2 to v1.35.7, then v1.36.4\n');
    await expect(await cluster.stands.script()).toMatchFileSnapshot('golden/upgrade-k8s.txt');
    await cluster.stands.forgetCalls();
    expect((await runOn(cluster, ['talos', 'upgrade-k8s', '--yes'])).stdout).toContain('up to date');
    expect(await cluster.stands.script()).not.toMatch(/patch|upgrade/);
  });

  it('does not go back', async () => {
    const cluster = await standInCluster(running('v1.37.0'));
    const { code, stderr } = await runOn(cluster, ['talos', 'upgrade-k8s', '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain('Kubernetes v1.37.0 runs, and talos/talenv.yaml wants the older v1.36.4');
  });

  it('lets Flux go on where the upgrade fails', { tags: 'long' }, async () => {
    const cluster = await standInCluster([
      { program: 'talosctl', match: '^upgrade-k8s', exitCode: 1, stderr: 'etcd is not healthy\n' },
      ...(running('v1.36.1') ?? []),
    ]);
    const { code, stderr } = await runOn(cluster, ['talos', 'upgrade-k8s', '--yes']);
    expect(code).toBe(3);
    expect(stderr).toContain('talosctl upgrade-k8s ended with exit code 1: etcd is not healthy');
    const patches = (await cluster.stands.script()).match(/"suspend":(?:true|false)/g);
    expect(patches).toEqual(['"suspend":true', '"suspend":true', '"suspend":false', '"suspend":false']);
  });

  it.each([
    ['v1.36.4', 'v1.36.4', [], []],
    ['v1.36.1', 'v1.36.4', [], ['v1.36.4']],
    ['v1.35.9', 'v1.36.4', [], ['v1.36.4']],
    ['v1.33.0', 'v1.36.4', [], ['v1.34.0', 'v1.35.0', 'v1.36.4']],
    ['v1.33.0', 'v1.36.4', ['v1.35.2', '1.34.8'], ['v1.34.8', 'v1.35.2', 'v1.36.4']],
  ])('from %s to %s by %j', (from, to, via, steps) => {
    expect(upgradeSteps(from, to, via)).toEqual(steps);
  });

  it.each([['v1.36.1'], ['v1.32.0'], ['1.34'], ['latest']])('does not stop at %s on the way from v1.33.0', (stop) => {
    expect(() => upgradeSteps('v1.33.0', 'v1.36.4', [stop])).toThrow(expect.objectContaining({ kind: 'usage' }));
  });
});
