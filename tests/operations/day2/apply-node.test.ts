import { appendFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { redactDiff, secretValues } from '../../../src/operations/day2/apply-node.ts';
import type { StandInRule } from '../support/stand-ins.ts';
import { MARKER, nodeList, runOn, standInCluster } from './stand-in-cluster.ts';

const DIFF = `Dry run summary:
Applied configuration without a reboot (skipped in dry-run).
Config diff:

--- a
+++ b
@@ -3,7 +3,7 @@
   type: controlplane
-  token: marker-of-the-old-token
+  token: ${MARKER}
   certSANs:
-    - 127.0.0.1
+    - 192.0.2.5
     key: ${MARKER}-key
`;

/** Talos tells the difference until the configuration is applied. */
const CHANGED: StandInRule[] = [
  {
    program: 'talosctl',
    match: '^apply-config .*--dry-run',
    when: ['applied'],
    stderr: 'Dry run summary:\nNo changes.\n',
  },
  { program: 'talosctl', match: '^apply-config .*--dry-run', stderr: DIFF },
  { program: 'talosctl', match: '^apply-config', sets: ['applied'], stdout: `${MARKER}\n` },
];

describe('talos apply-node', () => {
  it('generates, shows what changes without secrets, and applies; the second time there is nothing to do', async () => {
    const cluster = await standInCluster(CHANGED);
    const apply = ['talos', 'apply-node', '192.0.2.20', '--mode', 'no-reboot', '--yes'];
    const { code, stdout, stderr } = await runOn(cluster, apply);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('+    - 192.0.2.5\n');
    expect(stdout).toContain('-  token: ***\n+  token: ***\n');
    expect(stdout).toContain('applied   k8s-3\n');
    for (const text of [stdout, stderr]) expect(text).not.toMatch(/marker-of/);
    await expect(await cluster.stands.script()).toMatchFileSnapshot('golden/apply-node.txt');
    await cluster.stands.forgetCalls();
    expect((await runOn(cluster, [...apply, '--json'])).stdout).toContain('"outcome": "unchanged"');
    expect(await cluster.stands.script()).not.toMatch(/apply-config(?!.*--dry-run)/);
  });

  it(
    'is planned by talos plan: the node that differs alone, and what to run; one that is silent is named',
    { tags: 'long' },
    async () => {
      const silent: StandInRule = {
        program: 'talosctl',
        match: '--nodes 192.0.2.11 ',
        exitCode: 1,
        stderr: 'timeout\n',
      };
      const others = {
        program: 'talosctl',
        match: '^apply-config --nodes 192.0.2.1',
        stderr: 'Dry run summary:\nNo changes.\n',
      };
      const cluster = await standInCluster([others, ...CHANGED]);
      const plan = await runOn(cluster, ['talos', 'plan']);
      expect(plan, plan.stderr).toMatchObject({ code: 0 });
      expect(plan.stdout).toMatch(/\nNext:\n {2}node \S+cluster-template\.mjs talos apply-node k8s-3\n$/);
      expect(await cluster.stands.script()).not.toMatch(/apply-config(?!.*--dry-run)/);
      const bare = await standInCluster([silent, others, ...CHANGED]);
      const found = await runOn(bare, ['talos', 'plan', '--json']);
      expect(found.code).toBe(3);
      expect(JSON.parse(found.stdout)).toMatchObject({
        nodes: [
          { name: 'k8s-0', kind: 'unchanged' },
          { name: 'k8s-1', kind: 'silent' },
          { name: 'k8s-2', kind: 'unchanged' },
          { name: 'k8s-3', kind: 'changed' },
        ],
      });
    },
  );

  it('renders first what is stale', { tags: 'long' }, async () => {
    const cluster = await standInCluster(CHANGED);
    await appendFile(join(cluster.root, 'nodes.yaml'), '    mtu: 9000\n');
    const { code, stdout, stderr } = await runOn(cluster, ['talos', 'apply', 'k8s-3', '--yes']);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('rendered again, as these changed: nodes.yaml\n');
    expect(await readFile(join(cluster.root, 'talos/talconfig.yaml'), 'utf8')).toContain('mtu: 9000');
  });

  it('sends nothing with --dry-run, without an answer and for a wrong configuration', { tags: 'long' }, async () => {
    const cluster = await standInCluster(CHANGED);
    const dry = await runOn(cluster, ['talos', 'apply-node', 'k8s-3', '--dry-run', '--json']);
    expect(JSON.parse(dry.stdout)).toEqual({ status: 'done', nodes: [{ name: 'k8s-3', outcome: 'planned' }] });
    expect((await runOn(cluster, ['talos', 'apply-node', 'k8s-3'])).code).toBe(64);
    expect((await runOn(cluster, ['talos', 'apply-node', 'k8s-3', '--mode', 'fast'])).code).toBe(64);
    await appendFile(join(cluster.root, 'nodes.yaml'), '    mtu: nine\n');
    expect((await runOn(cluster, ['talos', 'apply-node', 'k8s-3', '--yes'])).code).toBe(1);
    expect(await cluster.stands.script()).not.toMatch(/apply-config(?!.*--dry-run)/);
  });

  it('needs the secrets of Talos, as others would make the nodes foreign', async () => {
    const cluster = await standInCluster();
    await rm(join(cluster.root, 'talos/talsecret.sops.yaml'));
    const { code, stderr } = await runOn(cluster, ['talos', 'apply-node', 'k8s-3', '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain('talos/talsecret.sops.yaml does not exist');
    expect(await cluster.stands.calls()).toEqual([]);
  });

  it('sends a node in maintenance its first configuration', { tags: 'long' }, async () => {
    const cluster = await standInCluster([...inMaintenance(''), { program: 'talosctl', match: '^apply-config' }]);
    const { code, stderr } = await runOn(cluster, ['talos', 'apply-node', 'k8s-3', '--yes']);
    expect(code, stderr).toBe(0);
    await expect(await cluster.stands.script()).toMatchFileSnapshot('golden/apply-new-node.txt');
  });

  it('installs on a disk that holds something only where that was given up', { tags: 'long' }, async () => {
    const photos = { dev_path: '/dev/nvme0n1p1', type: 'partition', parent_dev_path: '/dev/nvme0n1', name: 'ext4' };
    const world = [...inMaintenance(JSON.stringify({ spec: photos })), { program: 'talosctl', match: '^apply-config' }];
    const cluster = await standInCluster(world);
    const { code, stderr } = await runOn(cluster, ['talos', 'apply-node', 'k8s-3', '--yes']);
    expect(code).toBe(3);
    expect(stderr).toContain('is not empty: it holds /dev/nvme0n1p1 ext4. Installing wipes it [cluster/disk]');
    expect(await cluster.stands.script()).not.toContain('apply-config');
    const wiping = await runOn(cluster, ['talos', 'apply-node', 'k8s-3', '--yes', '--wipe']);
    expect(wiping.code, wiping.stderr).toBe(0);
    expect(await cluster.stands.script()).toContain('apply-config');
  });

  it('tells a node that does not answer', async () => {
    const cluster = await standInCluster([{ program: 'talosctl', exitCode: 1, stderr: 'connection refused\n' }]);
    const { code, stderr } = await runOn(cluster, ['talos', 'apply-node', 'k8s-3', '--yes']);
    expect(code).toBe(3);
    expect(stderr).toContain('k8s-3 (192.0.2.20) answers neither');
  });

  it(
    'looks whether a node can be missed before it starts again, and waits until it has',
    { tags: 'long' },
    async () => {
      const restarting = [
        {
          program: 'talosctl',
          match: '^apply-config .*--dry-run',
          stderr: 'Applied configuration with a reboot (skipped in dry-run)\n-a\n+b\n',
        },
        { program: 'talosctl', match: '^apply-config', sets: ['upgraded-192.0.2.20'] },
      ];
      const cluster = await standInCluster(restarting);
      const { code, stderr } = await runOn(cluster, ['talos', 'apply-node', 'k8s-3', '--yes']);
      expect(code, stderr).toBe(0);
      await expect(await cluster.stands.script()).toMatchFileSnapshot('golden/apply-with-restart.txt');
      expect(nodeList(4)).toContain('boot-k8s-3-true');
    },
  );

  it('goes on where a call failed', { tags: 'long' }, async () => {
    const whole = await standInCluster(CHANGED);
    await runOn(whole, ['talos', 'apply-node', 'k8s-3', '--yes']);
    const { length } = await whole.stands.calls();
    for (let failAt = 1; failAt <= length; failAt += 1) {
      const cluster = await standInCluster(CHANGED);
      await cluster.stands.disturb({ failAt });
      const failed = await runOn(cluster, ['talos', 'apply-node', 'k8s-3', '--yes']);
      expect([0, 3], failed.stderr).toContain(failed.code);
      expect(failed.stdout + failed.stderr).not.toContain(MARKER);
      await cluster.stands.disturb({});
      const again = await runOn(cluster, ['talos', 'apply-node', 'k8s-3', '--yes', '--json']);
      expect(again.code, again.stderr).toBe(0);
      expect(await cluster.stands.script()).toMatch(/apply-config(?!.*--dry-run)/);
    }
  });
});

describe('a difference of machine configurations', () => {
  it.each([
    ['+    token: abc', '+    token: ***'],
    ['-    bootstraptoken: abc', '-    bootstraptoken: ***'],
    ['+    aescbcEncryptionSecret: a', '+    aescbcEncryptionSecret: ***'],
    ['+    "privateKey": aGVsbG8=', '+    "privateKey": ***'],
    ['+      - presharedKey: aGVsbG8=', '+      - presharedKey: ***'],
    ['-        auth: dXNlcjpw', '-        auth: ***'],
    ['-        identityToken: t', '-        identityToken: ***'],
    ['-        password: p w', '-        password: ***'],
    ['+        passphrase: p w', '+        passphrase: ***'],
    ['-        key: LS0tLS1', '-        key: ***'],
    ['     - secret: x y', '     - secret: ***'],
    ['   secretboxEncryptionSecret: a', '   secretboxEncryptionSecret: ***'],
    ['   keys:', '   keys:'],
    ['+  crt: LS0t', '+  crt: LS0t'],
  ])('is shown without secrets: %s', (line, shown) => {
    expect(redactDiff(line)).toBe(shown);
  });

  it('knows the secrets of all documents', () => {
    const config =
      'machine:\n  token: a1\n  ca: {crt: c, key: k1}\nlist:\n  - secret: s1\n---\nkind: X\npassphrase: p1\n';
    expect(secretValues(config)).toEqual(['a1', 'k1', 's1', 'p1']);
  });
});

/** A machine that waits for its first configuration, with what talosctl prints of what lies on its disks. */
function inMaintenance(volumes: string): StandInRule[] {
  const disk = { dev_path: '/dev/nvme0n1', size: 500_107_862_016, model: 'Acme' };
  return [
    { program: 'talosctl', match: '^get machinestatus', exitCode: 1, stderr: 'tls: unknown authority\n' },
    { program: 'talosctl', match: '^get links --insecure', stdout: '{}' },
    { program: 'talosctl', match: '^get disks --insecure', stdout: JSON.stringify({ spec: disk }) },
    { program: 'talosctl', match: '^get discoveredvolumes --insecure', stdout: volumes },
  ];
}
