import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAgeKey } from '../../../src/cluster/credentials/read.ts';
import { clusterRoot } from '../../../src/cluster/root.ts';
import { DEFAULT_PATIENCE, type BootstrapOptions } from '../../../src/operations/bootstrap/options.ts';
import { bootstrapTalos, planTalos } from '../../../src/operations/bootstrap/talos.ts';
import { readOperationLog, unfinishedStep } from '../../../src/operations/operation.ts';
import { Failure } from '../../../src/report/finding.ts';
import { decrypt } from '../../../src/sops/decrypt.ts';
import { runCommand, sampleCluster, startCommand } from '../../support/cluster.ts';
import { virtualClock } from '../../support/clock.ts';
import { readFiles } from '../../support/folders.ts';
import { logReporter } from '../support/log-reporter.ts';
import { FEW_NODES, OWN_NODES, OWN_TOKEN, ownCluster } from '../support/own-cluster.ts';
import { standIns, type StandInRule, type StandIns } from '../support/stand-ins.ts';
import { BUNDLE, KUBECONFIG, talosWorld } from '../support/talos-world.ts';

const GOLDEN = join(import.meta.dirname, 'talos.golden');
/** As with `--timeout 30`: what is looked at every 5 s is looked at seven times. */
const SHORT = { limitSeconds: 30, pauseSeconds: 5 };

describe('bootstrap talos', () => {
  it('starts these programs, with these arguments, in this order and environment', async () => {
    const { cluster, stands } = await world();
    const lines = await bootstrap(cluster, stands);
    await expect(await stands.script()).toMatchFileSnapshot(GOLDEN);
    expect(lines).toMatchInlineSnapshot(`
      [
        "Check the repository, the keys and the programs",
        "Make the secrets of the cluster",
        "  made talos/talsecret.sops.yaml: commit it",
        "Generate the configuration of the nodes",
        "  4 nodes",
        "Look at the nodes",
        "  4 in maintenance mode",
        "Look at the disks",
        "  k8s-0: /dev/sda (Acme, 500 GB)",
        "  k8s-1: /dev/sda (Acme, 500 GB)",
        "  k8s-2: /dev/sda (Acme, 500 GB)",
        "  k8s-3: /dev/nvme0n1 (Acme, 500 GB)",
        "Apply the configuration",
        "  k8s-0, k8s-1, k8s-2, k8s-3",
        "Wait for the controllers",
        "  k8s-0, k8s-1, k8s-2 not up yet",
        "  k8s-0, k8s-1, k8s-2 are up",
        "Start etcd",
        "  error: rpc error: code = FailedPrecondition desc = bootstrap is not available yet",
        "  started on k8s-0",
        "Fetch the kubeconfig",
        "  kubeconfig, which git ignores",
        "Wait for the Kubernetes API",
        "  The connection to the server 10.11.12.5:6443 was refused: connection refused",
        "  ready",
        "Wait for the other nodes",
        "  k8s-3 not up yet",
        "  k8s-3 is up",
      ]
    `);
  });

  it('makes the secrets once, encrypted, and leaves nothing of them anywhere else', { tags: 'long' }, async () => {
    const { cluster, stands } = await world();
    await bootstrap(cluster, stands);
    const path = 'talos/talsecret.sops.yaml';
    const text = await readFile(join(cluster, path), 'utf8');
    const { identities } = await readAgeKey(cluster);
    const { text: plain } = await decrypt({ path, text, identities });
    expect(plain).toContain('bootstraptoken: abcdef.0123456789abcdef');
    const files = await readFiles(cluster);
    const holding = Object.keys(files).filter((file) => /c2VjcmV0LW9m|cHJpdmF0ZS1rZXkt/.test(files[file] ?? ''));
    expect(holding).toEqual([]);
    const recorded = await readFile(join(stands.folder, 'calls.jsonl'), 'utf8');
    expect(recorded).not.toMatch(new RegExp(`${OWN_TOKEN}|AGE-SECRET|c2VjcmV0LW9m`));
    expect((await stands.calls()).flatMap(({ secrets }) => secrets)).toEqual([]);
    expect(await readFile(join(cluster, 'kubeconfig'), 'utf8')).toBe(KUBECONFIG);
    for (const file of ['kubeconfig', 'talos/clusterconfig/talosconfig', 'talos/clusterconfig/kubernetes-k8s-3.yaml']) {
      expect((await stat(join(cluster, file))).mode & 0o777, file).toBe(0o600);
    }
  });

  it('looks at every disk before it wipes the first', { tags: 'long' }, async () => {
    const photos = { dev_path: '/dev/nvme0n1p1', type: 'partition', parent_dev_path: '/dev/nvme0n1', name: 'ext4' };
    const { cluster, stands } = await world([
      {
        program: 'talosctl',
        match: 'get discoveredvolumes --insecure --nodes 10.11.12.20 ',
        stdout: JSON.stringify({ spec: photos }),
      },
    ]);
    const ended = await bootstrap(cluster, stands).catch((error: unknown) => error);
    expect(ended).toBeInstanceOf(Failure);
    expect((ended as Failure).message).toContain('k8s-3: /dev/nvme0n1 (Acme, 500 GB) is not empty');
    expect(await stands.script()).not.toContain('apply-config');
    await bootstrap(cluster, stands, { wipe: true });
    expect(await stands.script()).toContain('apply-config --insecure --nodes 10.11.12.20');
  });

  it('reaches a machine in maintenance at another address than it will have', { tags: 'long' }, async () => {
    const there = (words: string): StandInRule => ({ program: 'talosctl', match: `${words} --nodes 10.99.0.7 ` });
    const [first] = OWN_NODES;
    const { cluster, stands } = await world([
      {
        ...there('get links --insecure'),
        unless: ['applied-10.11.12.10'],
        stdout: `{"spec": {"hardwareAddr": "${first.mac}"}}`,
      },
      { ...there('get links --insecure'), exitCode: 1, stderr: 'error: no route to host\n' },
      { ...there('get disks --insecure'), stdout: '{"spec": {"dev_path": "/dev/sda", "size": 500107862016}}' },
      { ...there('get discoveredvolumes --insecure'), stdout: '' },
      { ...there('apply-config --insecure'), sets: ['applied-10.11.12.10'] },
    ]);
    await bootstrap(cluster, stands, { maintenance: new Map([[first.name, '10.99.0.7']]) });
    const script = await stands.script();
    expect(script).toContain('apply-config --insecure --nodes 10.99.0.7 ');
    expect(script).not.toContain('--insecure --nodes 10.11.12.10 ');
    expect(script).toContain('get machinestatus --nodes 10.11.12.10 ');
    const unknown = await bootstrap(cluster, stands, { maintenance: new Map([['k8s-9', '10.99.0.7']]) }).catch(
      (error: unknown) => error,
    );
    expect(unknown).toMatchObject({ kind: 'usage' });
  });

  it('does nothing a second time that changes anything', { tags: 'long' }, async () => {
    const { cluster, stands } = await world();
    await bootstrap(cluster, stands);
    const before = await secretsOf(cluster);
    await stands.forgetCalls();
    await bootstrap(cluster, stands);
    const verbs = (await stands.calls()).map(({ program, args }) => [program, ...args.slice(0, 2)].join(' '));
    expect([...new Set(verbs)].sort()).toEqual([
      'kubectl get --raw',
      'talhelper genconfig --secret-file',
      'talosctl etcd members',
      'talosctl get machinestatus',
    ]);
    expect(await secretsOf(cluster)).toEqual(before);
  });

  it('prints every step of a dry run and starts nothing', async () => {
    const { cluster, stands } = await world();
    const steps = await planTalos(clusterRoot(cluster));
    expect(steps.map(({ title }) => title)).toHaveLength(11);
    const result = await runCommand(['bootstrap', 'talos', '--dry-run', '--root', cluster], { env: stands.env });
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('talosctl bootstrap --nodes 10.11.12.10 --endpoints 10.11.12.10');
    expect(await stands.calls()).toEqual([]);
  });

  it('says in a dry run what it would stop at', async () => {
    const cluster = await sampleCluster();
    const { stdout, stderr, code } = await runCommand(['bootstrap', 'talos', '--dry-run', '--root', cluster], {
      env: { PATH: '/nonexistent' },
    });
    expect(code).toBe(1);
    expect(stderr).toContain('this is the untouched sample of the template');
    for (const program of ['talhelper', 'talosctl', 'kubectl']) expect(stderr).toContain(`error: ${program} is needed`);
    expect(stdout).toMatch(/^1\. Check the repository/);
    expect(stdout).toContain('nothing was started; the run would stop at step 1: 4 errors\n');
  });

  it('says in a dry run which values are those of the sample', { tags: 'long' }, async () => {
    const { cluster, stands } = await world();
    const file = join(cluster, 'cluster.yaml');
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace(/^cloudflare_domain: .*$/m, 'cloudflare_domain: example.com'),
    );
    const words = ['bootstrap', 'talos', '--dry-run', '--root', cluster];
    const { stderr, code } = await runCommand(words, { env: stands.env });
    expect(code).toBe(1);
    expect(stderr).toContain('error: `cloudflare_domain` is example.com, a domain for documentation that nobody has');
    const json = await runCommand([...words, '--json'], { env: stands.env });
    expect(JSON.parse(json.stdout)).toMatchObject({
      status: 'planned',
      findings: expect.arrayContaining([expect.objectContaining({ code: 'config/sample-value' })]) as unknown,
    });
    expect(json.code).toBe(1);
    expect(await stands.calls()).toEqual([]);
  });
});

describe('an interrupted bootstrap talos', () => {
  it('is finished by the next run, whichever call failed', { tags: 'long' }, async () => {
    const { cluster, stands } = await fewNodes();
    await bootstrap(cluster, stands);
    const wanted = await final(stands);
    const calls = (await stands.calls()).length;
    expect(calls).toBeGreaterThan(15);
    // Every point takes a minute and more: all of them where EVERY_POINT is set.
    for (let failAt = 1; failAt <= calls; failAt += process.env.EVERY_POINT === undefined ? 10 : 1) {
      const own = await fewNodes();
      await own.stands.disturb({ failAt });
      await bootstrap(own.cluster, own.stands).catch((error: unknown) => {
        expect(error, String(failAt)).toBeInstanceOf(Failure);
      });
      await own.stands.disturb({});
      await bootstrap(own.cluster, own.stands);
      expect(await final(own.stands), String(failAt)).toEqual(wanted);
    }
  });

  it('is finished by the next run, wherever it was killed', { tags: 'long' }, async () => {
    for (const killAt of [1, 6, 11]) {
      const { cluster, stands } = await fewNodes();
      // One machine is configured already: otherwise the address of the API is looked at, and here that would be a real one.
      await writeFile(join(stands.folder, 'flags/applied-10.11.12.20'), '');
      await stands.disturb({ killAt });
      const command = ['bootstrap', 'talos', '--root', cluster, '--poll-interval', '0.01', '--timeout', '10'];
      await startCommand(command, { env: stands.env });
      await stands.disturb({});
      const again = await runCommand(command, { env: stands.env });
      expect(again, `killed at ${String(killAt)}: ${again.stderr}`).toMatchObject({ code: 0 });
      expect(again.stdout).toContain('cluster-template.mjs bootstrap apps');
      const applied = (await stands.calls())
        .filter(({ args }) => args[0] === 'apply-config')
        .map(({ args }) => args[3]);
      expect(new Set(applied), String(killAt)).toEqual(new Set(['10.11.12.10']));
      expect(again.stdout).toContain('the last run ended in "');
    }
  });

  it(
    'gives the tree back at once where somebody interrupts it, and is finished by the next run',
    { tags: 'long' },
    async () => {
      const { cluster, stands } = await fewNodes();
      await stands.disturb({ hangAt: 8 });
      const controller = new AbortController();
      const running = bootstrap(cluster, stands, { signal: controller.signal });
      while ((await stands.calls()).length < 8) await new Promise((resolve) => setTimeout(resolve, 50));
      controller.abort(new Error('Ctrl-C'));
      await expect(running).rejects.toThrow('Ctrl-C');
      expect(await readdir(join(cluster, '.cluster-template'))).not.toContain('lock');
      await stands.disturb({});
      const lines = await bootstrap(cluster, stands);
      expect(lines[1]).toMatch(/^ {2}the last run ended in "/);
      expect(await final(stands)).toContain('api');
    },
  );

  it('records where it was, without a secret', { tags: 'long' }, async () => {
    const { cluster, stands } = await world([
      { program: 'talosctl', match: '^bootstrap ', exitCode: 1, stderr: 'PermissionDenied' },
    ]);
    const ended = await bootstrap(cluster, stands).catch((error: unknown) => error);
    expect(ended).toMatchObject({ kind: 'outside', findings: [{ code: 'cluster/node' }] });
    const journal = await readOperationLog(clusterRoot(cluster), 'bootstrap talos');
    expect(journal && unfinishedStep(journal)?.title).toBe('Start etcd');
    expect(await readdir(join(cluster, '.cluster-template'))).not.toContain('lock');
  });
});

describe('bootstrap talos stops', () => {
  it.each<[string, StandInRule, string]>([
    [
      'where a machine is another one',
      {
        program: 'talosctl',
        match: 'get links --insecure --nodes 10.11.12.11 ',
        stdout: '{"hardwareAddr": "02:00:00:00:00:01"}',
      },
      'k8s-1 (10.11.12.11) has no network interface 52:54:00:00:53:0b',
    ],
    [
      'where talhelper prints no secrets',
      { program: 'talhelper', match: '^gensecret', stdout: '' },
      'printed something else than a bundle of secrets',
    ],
    [
      'where talhelper fails',
      { program: 'talhelper', match: '^genconfig', exitCode: 1, stderr: 'failed to parse talconfig\n' },
      'talhelper genconfig ended with exit code 1: failed to parse talconfig',
    ],
    [
      'where talhelper leaves a file out',
      { program: 'talhelper', match: '^genconfig' },
      'did not write talos/clusterconfig/kubernetes-k8s-0.yaml',
    ],
    [
      'where a program is too old',
      { program: 'talhelper', match: '--version', stdout: 'talhelper version 3.1.10' },
      'talhelper 3.1.10 is too old',
    ],
  ])('%s', { tags: 'long' }, async (_, rule, message) => {
    const { cluster, stands } = await world([rule]);
    const ended = await bootstrap(cluster, stands).catch((error: unknown) => error);
    expect(ended).toBeInstanceOf(Failure);
    expect((ended as Failure).message).toContain(message);
    expect(Object.keys(await readFiles(join(cluster, 'talos')))).not.toContain('talsecret.yaml');
  });

  it('where the API does not come up in time, with its last words', { tags: 'long' }, async () => {
    const refusing = { program: 'kubectl', match: 'readyz', exitCode: 1, stderr: 'connection refused' };
    const { cluster, stands } = await world([refusing]);
    // Everything before it is done.
    const flags = OWN_NODES.flatMap(({ address }) => [`applied-${address}`, `up-${address}`]);
    for (const flag of [...flags, 'etcd']) await writeFile(join(stands.folder, 'flags', flag), '');
    const ended = await bootstrap(cluster, stands, { patience: SHORT }).catch((error: unknown) => error);
    expect((ended as Failure).message).toBe(
      'the Kubernetes API at 10.11.12.5 did not come about within 30 s: connection refused',
    );
  });

  it('where a machine runs another configuration, without touching any', { tags: 'long' }, async () => {
    const links = { program: 'talosctl', match: 'get links --insecure --nodes 10.11.12.12', exitCode: 1 };
    const { cluster, stands } = await world([links]);
    const isPortOpen = (address: string): Promise<boolean> => Promise.resolve(address === '10.11.12.12');
    const ended = await bootstrap(cluster, stands, { isPortOpen }).catch((error: unknown) => error);
    expect((ended as Failure).message).toContain(
      "k8s-2 (10.11.12.12) runs with another configuration than this cluster's",
    );
    expect((await stands.calls()).some(({ args }) => args[0] === 'apply-config')).toBe(false);
  });

  it('where something has the address of the API already', { tags: 'long' }, async () => {
    const { cluster, stands } = await world();
    const isPortOpen = (address: string): Promise<boolean> => Promise.resolve(address === '10.11.12.5');
    const ended = await bootstrap(cluster, stands, { isPortOpen }).catch((error: unknown) => error);
    expect((ended as Failure).message).toContain('something answers at 10.11.12.5:6443 already');
  });

  it.each([
    ['', 'is empty'],
    [BUNDLE, 'is in plain text'],
  ])('before a broken bundle of secrets %#', async (text, message) => {
    const { cluster, stands } = await world();
    await writeFile(join(cluster, 'talos/talsecret.sops.yaml'), text);
    const ended = await bootstrap(cluster, stands).catch((error: unknown) => error);
    expect(ended).toMatchObject({ kind: 'input' });
    expect((ended as Failure).message).toContain(message);
    expect(await stands.calls()).toEqual([]);
  });

  it('before the tree is up to date, and where values of the sample are left', async () => {
    const { cluster, stands } = await world();
    const config = join(cluster, 'cluster.yaml');
    await writeFile(config, (await readFile(config, 'utf8')).replaceAll('own.internal', 'example.com'));
    const ended = await bootstrap(cluster, stands).catch((error: unknown) => error);
    const codes = (ended as Failure).findings.map(({ code }) => code);
    expect(codes).toEqual(['config/sample-value', 'workspace/stale']);
    expect(await stands.calls()).toEqual([]);
  });

  it("without the owner's key", async () => {
    const { cluster, stands } = await world();
    await rm(join(cluster, 'age.key'));
    const ended = await bootstrap(cluster, stands).catch((error: unknown) => error);
    expect(ended).toMatchObject({ findings: [{ code: 'workspace/owner' }] });
  });
});

async function world(first: readonly StandInRule[] = []): Promise<{ cluster: string; stands: StandIns }> {
  const cluster = await ownCluster();
  return { cluster, stands: await standIns(cluster, [...first, ...talosWorld()]) };
}

async function fewNodes(): Promise<{ cluster: string; stands: StandIns }> {
  const cluster = await ownCluster(FEW_NODES);
  return { cluster, stands: await standIns(cluster, talosWorld(FEW_NODES)) };
}

/** Runs it in this process; gives back what a log would show. */
async function bootstrap(
  cluster: string,
  stands: StandIns,
  options: Partial<Pick<BootstrapOptions, 'patience' | 'isPortOpen' | 'signal' | 'maintenance' | 'wipe'>> = {},
): Promise<string[]> {
  virtualClock();
  const { reporter, lines } = logReporter();
  const isPortOpen = (): Promise<boolean> => Promise.resolve(false);
  const usual = { patience: DEFAULT_PATIENCE, isPortOpen, signal: new AbortController().signal };
  await bootstrapTalos(clusterRoot(cluster), { ...usual, ...options, reporter, env: stands.env });
  return lines;
}

/** What the machines and the cluster came to. */
async function final(stands: StandIns): Promise<string[]> {
  return (await readdir(join(stands.folder, 'flags'))).sort();
}

async function secretsOf(cluster: string): Promise<string> {
  return await readFile(join(cluster, 'talos/talsecret.sops.yaml'), 'utf8');
}
