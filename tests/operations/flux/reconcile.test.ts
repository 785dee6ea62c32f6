import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { listOf, runOn, standInCluster, startOn, UNKNOWN_KIND } from '../day2/stand-in-cluster.ts';

const FLUX = { program: 'flux' } as const;

describe('reconcile', () => {
  it.each([
    [[], '--namespace flux-system reconcile kustomization flux-system --with-source --timeout=14m'],
    [['cluster-apps'], '--namespace flux-system reconcile kustomization cluster-apps --with-source --timeout=14m'],
    [['ks', 'echo', '-n', 'default'], '--namespace default reconcile kustomization echo --with-source --timeout=14m'],
    [
      ['hr', 'cilium', '-n', 'kube-system', '--force', '--reset'],
      '--namespace kube-system reconcile helmrelease cilium --with-source --timeout=14m --force --reset',
    ],
  ])('of %j asks Flux for it', async (words, arguments_) => {
    const cluster = await standInCluster([FLUX]);
    const { code, stderr } = await runOn(cluster, ['reconcile', ...words]);
    expect(code, stderr).toBe(0);
    const calls = (await cluster.stands.calls()).filter(({ program }) => program === 'flux');
    expect(calls.map(({ args }) => args.join(' '))).toEqual([arguments_]);
    expect(calls[0]?.environment.KUBECONFIG).toBe(join(cluster.root, 'kubeconfig'));
  });

  it.each([[['pod', 'x']], [['ks', 'x', '--force']], [['--reset']], [['hr', 'a', 'b']]])(
    'is used wrongly with %j',
    async (words) => {
      const cluster = await standInCluster([FLUX]);
      expect((await runOn(cluster, ['reconcile', ...words])).code).toBe(64);
      expect(await cluster.stands.calls()).toEqual([]);
    },
  );

  it('warns of what Flux would not see', { tags: 'long' }, async () => {
    const cluster = await standInCluster([FLUX]);
    const git = (...words: string[]): Promise<unknown> =>
      promisify(execFile)('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...words], {
        cwd: cluster.root,
      });
    await git('init', '--quiet', '--initial-branch', 'main');
    await git('add', 'cluster.yaml', 'kubernetes', 'talos/talconfig.yaml');
    await git('commit', '--quiet', '--message', 'one');
    await writeFile(join(cluster.root, 'kubernetes/flux/cluster/ks.yaml'), '# changed\n');
    const { code, stderr } = await runOn(cluster, ['reconcile']);
    expect(code).toBe(0);
    expect(stderr).toContain('not committed');
    expect(stderr).toContain('[workspace/uncommitted]');
    expect(stderr).not.toContain('[workspace/stale]');
    await appendFile(join(cluster.root, 'nodes.yaml'), '# a remark\n');
    const stale = await runOn(cluster, ['reconcile']);
    expect(stale.stderr).toContain('older than what they are made from: nodes.yaml [workspace/stale]');
  });

  it('resumes what a killed upgrade left suspended', { tags: 'long' }, async () => {
    const cluster = await standInCluster([FLUX]);
    const record = join(cluster.root, '.cluster-template/operations/suspended.json');
    await runOn(cluster, ['talos', 'upgrade-node', 'k8s-3', '--dry-run']);
    await import('node:fs/promises').then(({ mkdir }) => mkdir(join(record, '..'), { recursive: true }));
    await writeFile(record, '{"flux-system": ["cluster-apps"]}');
    const { stdout } = await runOn(cluster, ['reconcile']);
    expect(stdout).toContain('resumed what an interrupted run left: flux-system/cluster-apps');
    await expect(readFile(record)).rejects.toThrow();
  });

  it('tells why Flux is not content', async () => {
    const cluster = await standInCluster([
      { program: 'flux', exitCode: 1, stderr: '✗ kustomization path not found\n' },
    ]);
    const { code, stderr } = await runOn(cluster, ['reconcile']);
    expect(code).toBe(3);
    expect(stderr).toContain('kustomization path not found');
  });
});

describe('unstick', () => {
  it('suspends and resumes', async () => {
    const cluster = await standInCluster([FLUX]);
    expect((await runOn(cluster, ['unstick', 'hr', 'web', '-n', 'default'])).code).toBe(0);
    await expect(await cluster.stands.script()).toMatchFileSnapshot('golden/unstick.txt');
  });

  it('resumes although suspending failed, or somebody interrupts it', { tags: 'long' }, async () => {
    const cluster = await standInCluster([{ program: 'flux', match: '^suspend', exitCode: 1, stderr: 'no\n' }, FLUX]);
    expect((await runOn(cluster, ['unstick', 'cluster-apps'])).code).toBe(3);
    expect(await cluster.stands.script()).toContain('flux resume kustomization cluster-apps --namespace flux-system');
    const hanging = await standInCluster([FLUX]);
    await hanging.stands.disturb({ hangAt: 1 });
    const ended = await runOn(hanging, ['unstick', 'cluster-apps'], { signal: 'SIGINT', afterCalls: 1 });
    expect(ended.code).toBe(130);
    expect(await hanging.stands.script()).toContain('flux resume kustomization cluster-apps');
  });
});

describe('prune-pods', () => {
  const pods = (...names: string[]): string =>
    listOf(names.map((name) => ({ kind: 'Pod', metadata: { namespace: 'default', name } })));
  const RULES = [
    { program: 'kubectl', match: 'phase=Failed', stdout: pods('failed-1', 'failed-2') },
    { program: 'kubectl', match: 'phase=Pending', stdout: pods() },
    { program: 'kubectl', match: 'phase=Succeeded', stdout: pods('done-1') },
    { program: 'kubectl', match: '^delete pods' },
  ];

  it('deletes pods of three phases', async () => {
    const cluster = await standInCluster(RULES);
    const { code, stdout } = await runOn(cluster, ['prune-pods', '--yes']);
    expect(code).toBe(0);
    expect(stdout).toBe(
      'Failed    default/failed-1\nFailed    default/failed-2\nSucceeded default/done-1\n3 pods deleted\n',
    );
    await expect(await cluster.stands.script()).toMatchFileSnapshot('golden/prune-pods.txt');
  });

  it('deletes nothing with --dry-run or without an answer', { tags: 'long' }, async () => {
    const cluster = await standInCluster(RULES);
    expect((await runOn(cluster, ['prune-pods', '--dry-run'])).code).toBe(0);
    expect((await runOn(cluster, ['prune-pods'])).code).toBe(64);
    expect(await cluster.stands.script()).not.toContain('delete');
  });
});

describe('browse-pvc', () => {
  const CLAIMS = listOf([{ kind: 'PersistentVolumeClaim', metadata: { namespace: 'default', name: 'data' } }]);
  const USER = listOf([
    {
      kind: 'Pod',
      metadata: { namespace: 'default', name: 'web' },
      spec: { nodeName: 'k8s-3', volumes: [{ persistentVolumeClaim: { claimName: 'data' } }] },
    },
  ]);
  const RULES = [
    { program: 'kubectl', match: '^get persistentvolumeclaims', stdout: CLAIMS },
    { program: 'kubectl', match: '^get pods', stdout: USER },
    { program: 'kubectl', match: '^(?:apply|wait|delete)' },
    { program: 'kubectl', match: '^exec' },
  ];

  it('opens a shell beside the pod that uses the claim, and deletes its pod', async () => {
    const cluster = await standInCluster(RULES);
    const { code, stderr } = await startOn(cluster, ['browse-pvc', 'default', 'data']);
    expect(code, stderr).toBe(0);
    const script = (await cluster.stands.script()).replaceAll(/browse-[0-9a-f]{8}/g, 'browse-<suffix>');
    await expect(script).toMatchFileSnapshot('golden/browse-pvc.txt');
  });

  it('deletes its pod although a call fails, or somebody interrupts it', { tags: 'long' }, async () => {
    for (let failAt = 3; failAt <= 5; failAt += 1) {
      const cluster = await standInCluster(RULES);
      await cluster.stands.disturb({ failAt });
      await startOn(cluster, ['browse-pvc', 'default', 'data']);
      expect(await cluster.stands.script(), String(failAt)).toContain('kubectl delete pod browse-');
    }
    const hanging = await standInCluster(RULES);
    await hanging.stands.disturb({ hangAt: 4 });
    expect((await startOn(hanging, ['browse-pvc', 'default', 'data'], { signal: 'SIGTERM', afterCalls: 4 })).code).toBe(
      143,
    );
    expect(await hanging.stands.script()).toContain('kubectl delete pod browse-');
  });

  it('says which claims there are', { tags: 'long' }, async () => {
    const cluster = await standInCluster(RULES);
    const { code, stderr } = await runOn(cluster, ['browse-pvc', 'default', 'date']);
    expect(code).toBe(1);
    expect(stderr).toContain('there are: data');
    expect(await cluster.stands.script()).not.toContain('apply');
  });
});

describe('sync-es', () => {
  it('annotates one or all', async () => {
    const cluster = await standInCluster([{ program: 'kubectl', match: '^annotate' }]);
    expect((await runOn(cluster, ['sync-es'])).code).toBe(0);
    expect((await runOn(cluster, ['sync-es', 'default/web'])).code).toBe(0);
    const script = (await cluster.stands.script()).replaceAll(/force-sync=\d{10}/g, 'force-sync=<now>');
    await expect(script).toMatchFileSnapshot('golden/sync-es.txt');
  });

  it('says what is not there', { tags: 'long' }, async () => {
    const none = await standInCluster([{ program: 'kubectl', match: '^annotate', ...UNKNOWN_KIND }]);
    const { code, stderr } = await runOn(none, ['sync-es']);
    expect(code).toBe(1);
    expect(stderr).toContain('External Secrets is not installed');
    expect((await runOn(none, ['sync-es', 'web'])).code).toBe(64);
  });
});

it.each([
  ['reconcile'],
  ['unstick x'],
  ['prune-pods'],
  ['browse-pvc a b'],
  ['sync-es'],
  ['debug'],
  ['talos status'],
  ['talos reset'],
  ['talos upgrade-k8s'],
  ['talos upgrade-node --all'],
  ['talos apply-node --all'],
])('%s says how to get a program that is missing', { tags: 'long' }, async (line) => {
  const { standIns } = await import('../support/stand-ins.ts');
  const cluster = await standInCluster();
  const stands = await standIns(cluster.root, [], { programs: [] });
  // Nothing else is on PATH: the machine that tests run on may have the real programs.
  const bare = { ...stands, env: { PATH: stands.folder } };
  const { code, stderr } = await runOn({ root: cluster.root, stands: bare }, line.split(' '));
  expect(code).toBe(3);
  expect(stderr).toContain('mise install');
});
