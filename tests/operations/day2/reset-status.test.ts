import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fluxObject, listOf, nodeList, runOn, standInCluster, UNKNOWN_KIND } from './stand-in-cluster.ts';

describe('talos reset', () => {
  const RESET = { program: 'talosctl', match: '^reset' } as const;

  it('puts all nodes back into maintenance, workers first, once the address of the cluster was typed', async () => {
    const cluster = await standInCluster([RESET]);
    const { code, stderr } = await runOn(cluster, ['talos', 'reset', '--confirm', '192.0.2.5']);
    expect(code, stderr).toBe(0);
    await expect(await cluster.stands.script()).toMatchFileSnapshot('golden/reset.txt');
  });

  it.each([
    [[], 'nobody can be asked'],
    [['--confirm', 'yes'], '"yes" is not 192.0.2.5'],
    [['k8s-3', '--confirm', '192.0.2.5'], '"192.0.2.5" is not k8s-3'],
  ])('does nothing without that word: %j', async (options, message) => {
    const cluster = await standInCluster([RESET]);
    const { code, stderr } = await runOn(cluster, ['talos', 'reset', ...options]);
    expect(code).toBe(64);
    expect(stderr).toContain(message);
    expect(await cluster.stands.calls()).toEqual([]);
  });

  it('wipes whole disks with --force, and shows it with --dry-run', async () => {
    const cluster = await standInCluster([RESET]);
    const { stdout } = await runOn(cluster, ['talos', 'reset', '--force', '--dry-run']);
    expect(stdout.split('\n')[0]).toBe(
      'would run talosctl reset --nodes 192.0.2.20 --reboot --graceful=false --wait=false',
    );
    expect(await cluster.stands.calls()).toEqual([]);
  });

  it('takes a single node out in good order', async () => {
    const cluster = await standInCluster([RESET]);
    const { code } = await runOn(cluster, ['talos', 'reset', 'k8s-3', '--confirm', 'k8s-3']);
    expect(code).toBe(0);
    expect(await cluster.stands.script()).toContain(
      'reset --nodes 192.0.2.20 --reboot --system-labels-to-wipe STATE --system-labels-to-wipe EPHEMERAL --graceful=true --wait=true',
    );
  });

  it(
    'goes on with the others where one fails, and leaves alone in the next run what is in maintenance',
    { tags: 'long' },
    async () => {
      const cluster = await standInCluster([
        { program: 'talosctl', match: '^get machinestatus --nodes 192.0.2.1', when: ['reset'], exitCode: 1 },
        { program: 'talosctl', match: '^get links --insecure --nodes 192.0.2.1', when: ['reset'], stdout: '{}' },
        {
          program: 'talosctl',
          match: '^reset --nodes 192.0.2.20',
          unless: ['tried'],
          sets: ['tried'],
          exitCode: 1,
          stderr: 'timeout\n',
        },
        { ...RESET, sets: ['reset'] },
      ]);
      const failed = await runOn(cluster, ['talos', 'reset', '--confirm', '192.0.2.5']);
      expect(failed.code).toBe(3);
      expect(failed.stderr).toContain('k8s-3: talosctl reset ended with exit code 1: timeout');
      await cluster.stands.forgetCalls();
      const again = await runOn(cluster, ['talos', 'reset', '--confirm', '192.0.2.5']);
      expect(again.code, again.stderr).toBe(0);
      expect((await cluster.stands.script()).match(/talosctl reset --nodes \S+/g)).toEqual([
        'talosctl reset --nodes 192.0.2.20',
      ]);
    },
  );
});

describe('talos status', () => {
  it('is a table, and nothing is wrong', async () => {
    const cluster = await standInCluster([{ program: 'kubectl', match: '^get nodes', stdout: nodeList(4) }]);
    const { code, stdout, stderr } = await runOn(cluster, ['talos', 'status']);
    // The sample's stand-ins hold one Kustomization that somebody suspended.
    expect(code, stderr).toBe(1);
    await expect(stdout).toMatchFileSnapshot('golden/status-table.txt');
    await expect(await cluster.stands.script()).toMatchFileSnapshot('golden/status.txt');
    expect(await cluster.stands.script()).not.toMatch(/apply|upgrade|patch|delete/);
  });

  it('tells what is wrong, for programs too', { tags: 'long' }, async () => {
    const pod = {
      kind: 'Pod',
      metadata: { namespace: 'default', name: 'web-1' },
      status: {
        phase: 'Running',
        containerStatuses: [{ name: 'web', state: { waiting: { reason: 'CrashLoopBackOff' } } }],
      },
    };
    const cluster = await standInCluster([
      { program: 'kubectl', match: '^get nodes', stdout: nodeList(3, { kubelet: 'v1.36.1', ready: false }) },
      {
        program: 'kubectl',
        match: '^get kustomizations',
        stdout: listOf([fluxObject('Kustomization', 'a/b', { ready: 'False', message: 'no such file' })]),
      },
      { program: 'kubectl', match: '^get pods', stdout: listOf([pod]) },
      { program: 'talosctl', match: '^etcd status --nodes 192.0.2.12', exitCode: 1, stderr: 'connection refused\n' },
    ]);
    const { code, stdout } = await runOn(cluster, ['talos', 'status', '--json']);
    expect(code).toBe(1);
    const { problems } = JSON.parse(stdout) as { problems: string[] };
    expect(problems).toEqual(
      expect.arrayContaining([
        'k8s-1 is not ready in Kubernetes',
        'etcd on k8s-2: connection refused',
        'k8s-0 does not run the configured Kubernetes',
        'k8s-3 does not run the configured Talos and Kubernetes',
        'Kustomization a/b is not ready: no such file',
        'Pod default/web-1: CrashLoopBackOff',
      ]),
    );
  });

  it('is there without Flux, without Kubernetes and without anything', { tags: 'long' }, async () => {
    const noFlux = await standInCluster([{ program: 'kubectl', match: '^get (?:kust|helm)', ...UNKNOWN_KIND }]);
    expect((await runOn(noFlux, ['talos', 'status'])).stdout).toContain('Flux: not installed');
    const noKubernetes = await standInCluster();
    await rm(join(noKubernetes.root, 'kubeconfig'));
    expect((await runOn(noKubernetes, ['talos', 'status'])).stdout).toContain('there is no kubeconfig');
    const nothing = await standInCluster([
      { program: 'kubectl', exitCode: 1, stderr: 'connection refused\n' },
      { program: 'talosctl', exitCode: 1, stderr: 'connection refused\n' },
    ]);
    const { code, stdout } = await runOn(nothing, ['talos', 'status', '--problems']);
    expect(code).toBe(1);
    expect(stdout).toContain('k8s-3 is unreachable');
  });
});
