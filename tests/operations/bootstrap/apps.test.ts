import { createHash } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readAgeKey } from '../../../src/cluster/credentials/read.ts';
import { clusterRoot } from '../../../src/cluster/root.ts';
import { bootstrapApps, planApps } from '../../../src/operations/bootstrap/apps.ts';
import { DEFAULT_PATIENCE } from '../../../src/operations/bootstrap/options.ts';
import { definitionsOf } from '../../../src/operations/kubernetes/manifests.ts';
import { isFinal, isTransient } from '../../../src/operations/programs/waiting.ts';
import { Failure } from '../../../src/report/finding.ts';
import { decrypt } from '../../../src/sops/decrypt.ts';
import { encrypt } from '../../../src/sops/encrypt.ts';
import { DEFAULT_SELECTION } from '../../../src/sops/selection.ts';
import { runCommand, startCommand } from '../../support/cluster.ts';
import { virtualClock } from '../../support/clock.ts';
import { readFiles } from '../../support/folders.ts';
import { helmList, kubeWorld, RENDERED, type PresentSecret } from '../support/kube-world.ts';
import { logReporter } from '../support/log-reporter.ts';
import { OWN_TOKEN, ownCluster } from '../support/own-cluster.ts';
import { standIns, type StandInRule, type StandIns } from '../support/stand-ins.ts';

const GOLDEN = join(import.meta.dirname, 'apps.golden');
/** As with `--timeout 30`: what is looked at every 5 s is looked at seven times. */
const SHORT = { limitSeconds: 30, pauseSeconds: 5 };

describe('bootstrap apps', () => {
  it('starts these programs, with these arguments and inputs, in this order', async () => {
    const { cluster, stands } = await world();
    const lines = await bootstrap(cluster, stands);
    await expect(await stands.script()).toMatchFileSnapshot(GOLDEN);
    expect(lines).toMatchInlineSnapshot(`
      [
        "Check the repository, the keys and the programs",
        "  this is no git repository: Flux reads the cluster from one",
        "Wait for the nodes",
        "  1 of 4 registered, not yet k8s-1, k8s-2, k8s-3",
        "  4 of 4 registered, 0 ready",
        "Make the namespaces",
        "  made cert-manager, flux-system, network",
        "Apply the secrets",
        "  applied github-deploy-key, sops-age, cluster-secrets",
        "Apply the custom resource definitions",
        "  one definition applied",
        "Install the first releases",
        "  installed cilium, coredns, spegel, cert-manager, flux-operator, flux-instance",
      ]
    `);
  });

  it('hands secrets over through the standard input alone', { tags: 'long' }, async () => {
    const { cluster, stands, secrets } = await world();
    const before = await readFiles(cluster);
    await bootstrap(cluster, stands);
    const recorded = await readFile(join(stands.folder, 'calls.jsonl'), 'utf8');
    const values = secrets.flatMap(({ data }) => Object.values(data)).flatMap((value) => value.split('\n'));
    for (const value of [...values.filter((one) => one.length > 12), OWN_TOKEN]) {
      expect(recorded).not.toContain(value);
      const holding = Object.entries(await readFiles(cluster)).filter(
        ([path, text]) => before[path] !== text && text.includes(value),
      );
      expect(holding).toEqual([]);
    }
    const inputs = (await stands.calls()).flatMap(({ input }) => input?.sha256 ?? []);
    const namespaces =
      '---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: cert-manager\n---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: flux-system\n---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: network\n';
    expect(inputs[0]).toBe(createHash('sha256').update(namespaces).digest('hex'));
  });

  it(
    'applies the token of a secret store that lies encrypted in bootstrap/, and none where there is none',
    { tags: 'long' },
    async () => {
      const { cluster, stands } = await world();
      const { recipient, identities } = await readAgeKey(cluster);
      const path = 'bootstrap/doppler-token.sops.yaml';
      const token = {
        metadata: { name: 'doppler-token', namespace: 'network' },
        stringData: { token: 'dp.st.marker' },
      };
      const rule = { recipients: [recipient], otherStores: [], selection: DEFAULT_SELECTION, macOnlyEncrypted: true };
      const plain = `${JSON.stringify({ apiVersion: 'v1', kind: 'Secret', ...token })}\n`;
      const text = await encrypt({ path, plain, rule, indent: 2, identities, now: new Date() });
      await writeFile(join(cluster, path), text);
      const lines = await bootstrap(cluster, stands);
      expect(lines).toContain('  applied doppler-token, github-deploy-key, sops-age, cluster-secrets');
      const applied = (await stands.calls()).filter(({ args }) => args.includes('apply') && args.includes('network'));
      expect(applied.map(({ input }) => (input?.bytes ?? 0) > 0)).toEqual([true]);
      expect(await readFile(join(stands.folder, 'calls.jsonl'), 'utf8')).not.toContain('dp.st.marker');
    },
  );

  it('changes nothing a second time', { tags: 'long' }, async () => {
    const { cluster, stands } = await world();
    await bootstrap(cluster, stands);
    await stands.forgetCalls();
    await writeFile(join(stands.folder, 'flags/secrets'), '');
    const lines = await bootstrap(cluster, stands);
    const verbs = (await stands.calls()).map(
      ({ program, args }) =>
        `${program} ${args.includes('template') ? 'template' : (args.find((word) => ['get', 'list', 'diff', 'apply', 'sync'].includes(word)) ?? '')}`,
    );
    expect([...new Set(verbs)].sort()).toEqual([
      'helm list',
      'helmfile list',
      'helmfile template',
      'kubectl diff',
      'kubectl get',
    ]);
    expect(lines).toContain('  3 are in the cluster already');
    expect(lines).toContain('  all 6 are installed');
  });

  it('tells with --diff what is still to be done, and changes nothing', { tags: 'long' }, async () => {
    const { cluster, stands } = await world();
    const diff = ['bootstrap', 'apps', '--diff', '--root', cluster];
    const before = await runCommand(diff, { env: stands.env });
    expect(before, before.stderr).toMatchObject({ code: 2 });
    expect(before.stdout).toMatch(/^namespace {2}cert-manager\n/);
    expect(before.stdout).toMatch(/^secret {5}sops-age$/m);
    expect(before.stdout).toContain('apply      1 custom resource definition\nrelease    cilium\n');
    expect((await stands.calls()).filter(({ args }) => args.includes('apply') || args.includes('sync'))).toEqual([]);
    await bootstrap(cluster, stands);
    await writeFile(join(stands.folder, 'flags/secrets'), '');
    expect(await runCommand(diff, { env: stands.env })).toMatchObject({ code: 0, stdout: 'nothing to do\n' });
  });

  it('prints every step of a dry run and starts nothing', async () => {
    const { cluster, stands } = await world();
    expect((await planApps(clusterRoot(cluster))).map(({ title }) => title)).toHaveLength(6);
    const result = await runCommand(['bootstrap', 'apps', '--dry-run', '--root', cluster], { env: stands.env });
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('helmfile --file bootstrap/helmfile.d/01-apps.yaml sync --hide-notes');
    expect(await stands.calls()).toEqual([]);
  });
});

describe('an interrupted bootstrap apps', () => {
  it('is finished by the next run, whichever call failed', { tags: 'long' }, async () => {
    const first = await world();
    await bootstrap(first.cluster, first.stands);
    const calls = (await first.stands.calls()).length;
    for (let failAt = 1; failAt <= calls; failAt += process.env.EVERY_POINT === undefined ? 10 : 1) {
      const { cluster, stands } = await world();
      await stands.disturb({ failAt });
      await bootstrap(cluster, stands).catch((error: unknown) => {
        expect(error, String(failAt)).toBeInstanceOf(Failure);
      });
      await stands.disturb({});
      await bootstrap(cluster, stands);
      expect(await flags(stands), String(failAt)).toEqual(['crds', 'namespaces', 'registered', 'releases']);
    }
  });

  it('is finished by the next run, wherever it was killed', { tags: 'long' }, async () => {
    for (const killAt of [2, 8, 13]) {
      const { cluster, stands } = await world();
      await stands.disturb({ killAt });
      const command = ['bootstrap', 'apps', '--root', cluster, '--poll-interval', '0.01', '--timeout', '10'];
      await startCommand(command, { env: stands.env });
      await stands.disturb({});
      const again = await runCommand(command, { env: stands.env });
      expect(again, `killed at ${String(killAt)}: ${again.stderr}`).toMatchObject({ code: 0 });
      expect(again.stdout).toContain('Flux looks after the cluster now');
      expect(await flags(stands)).toEqual(['crds', 'namespaces', 'registered', 'releases']);
    }
  });

  it('installs only the releases that are missing', { tags: 'long' }, async () => {
    const list = {
      program: 'helm',
      match: '^list ',
      stdout: helmList(['cilium', 'coredns', 'spegel', 'cert-manager']),
    };
    const { cluster, stands } = await world([list]);
    await bootstrap(cluster, stands);
    const sync = (await stands.calls()).filter(({ args }) => args.includes('sync')).map(({ args }) => args);
    expect(sync).toEqual([
      [
        ...['--file', 'bootstrap/helmfile.d/01-apps.yaml'],
        ...['--selector', 'name=flux-operator', '--selector', 'name=flux-instance', 'sync', '--hide-notes'],
      ],
    ]);
  });

  it('takes back what an earlier run of helm left half done', { tags: 'long' }, async () => {
    const { cluster, stands } = await world([
      { program: 'helm', match: '^list ', unless: ['taken-back'], stdout: helmList(['cilium'], 'pending-install') },
      { program: 'helm', match: '^uninstall cilium --namespace kube-system ', sets: ['taken-back'] },
    ]);
    const lines = await bootstrap(cluster, stands);
    expect(lines).toContain('  cilium was left pending-install by an interrupted run and is taken back');
    expect((await stands.calls()).filter(({ args }) => args[0] === 'uninstall')).toHaveLength(1);
  });

  it('waits for somebody else who is at work on a release', { tags: 'long' }, async () => {
    const now = new Date().toISOString().replace('T', ' ').replace('Z', ' +0000 UTC');
    const { cluster, stands } = await world([
      {
        program: 'helm',
        match: '^list ',
        unless: ['seen'],
        sets: ['seen'],
        stdout: helmList(['cilium'], 'pending-install', now),
      },
    ]);
    const lines = await bootstrap(cluster, stands);
    expect(lines).toContain('  cilium still under way');
    expect((await stands.calls()).some(({ args }) => args[0] === 'uninstall')).toBe(false);
  });

  it('tries again what may pass by itself, and says why', { tags: 'long' }, async () => {
    const { cluster, stands } = await world([
      {
        program: 'helmfile',
        match: 'sync',
        unless: ['tried'],
        sets: ['tried'],
        exitCode: 1,
        stderr: 'Error: pulling chart: 503 Service Unavailable\n',
      },
    ]);
    const lines = await bootstrap(cluster, stands);
    expect(lines).toContain(
      '  tried again (1 of 2): helmfile ended with exit code 1: Error: pulling chart: 503 Service Unavailable',
    );
  });
});

describe('bootstrap apps stops', () => {
  it.each<[string, StandInRule, string]>([
    [
      'where nodes are missing',
      { program: 'kubectl', match: '^get nodes', stdout: '{"items": []}' },
      'the registration of every node did not come about within 30 s: 0 of 4 registered, not yet k8s-0, k8s-1, k8s-2, k8s-3',
    ],
    [
      'where the kubeconfig is of another cluster',
      {
        program: 'kubectl',
        match: '^get nodes',
        exitCode: 1,
        stderr: 'error: You must be logged in to the server (Unauthorized)',
      },
      'the Kubernetes API refuses the kubeconfig',
    ],
    [
      'where the API refuses a secret',
      {
        program: 'kubectl',
        match: '^apply .*--namespace',
        exitCode: 1,
        stderr: 'Error from server (Forbidden): secrets is forbidden',
      },
      'kubectl apply ended with exit code 1: Error from server (Forbidden)',
    ],
    [
      'where charts bring no definition',
      { program: 'helmfile', match: 'template', stdout: 'kind: Service\n' },
      'bring no custom resource definition',
    ],
    [
      'where helmfile fails for good',
      { program: 'helmfile', match: 'sync', exitCode: 1, stderr: 'Error: values do not meet the schema' },
      'helmfile ended with exit code 1: Error: values do not meet the schema',
    ],
  ])('%s', async (_, rule, message) => {
    const { cluster, stands } = await world([rule]);
    const ended = await bootstrap(cluster, stands, SHORT).catch((error: unknown) => error);
    expect(ended).toBeInstanceOf(Failure);
    expect((ended as Failure).kind).toBe('outside');
    expect((ended as Failure).message).toContain(message);
  });

  it('shows no secret that the API quotes', { tags: 'long' }, async () => {
    const { cluster, stands, secrets } = await world();
    const value = secrets.find(({ name }) => name === 'sops-age')?.data['age.agekey'] ?? '';
    const quoting = {
      program: 'kubectl',
      match: '^apply .*--namespace',
      exitCode: 1,
      stderr: `error: cannot read ${value}`,
    };
    const quoted = await world([quoting], cluster);
    const ended = await bootstrap(quoted.cluster, quoted.stands).catch((error: unknown) => error);
    expect(value).toMatch(/^AGE-SECRET-KEY-/);
    expect((ended as Failure).message).not.toContain(value);
    expect((ended as Failure).message).toMatch(/cannot read|\*\*\*/);
    expect(await stands.calls()).toEqual([]);
  });

  it('without a kubeconfig', async () => {
    const { cluster, stands } = await world();
    await writeFile(join(cluster, 'kubeconfig'), '');
    const { rm } = await import('node:fs/promises');
    await rm(join(cluster, 'kubeconfig'));
    const ended = await bootstrap(cluster, stands).catch((error: unknown) => error);
    expect(ended).toMatchObject({ findings: [{ code: 'operations/not-generated' }] });
  });

  it('before nodes are there, where none are waited for, it goes on', { tags: 'long' }, async () => {
    const { cluster, stands } = await world([{ program: 'kubectl', match: '^get nodes', stdout: '{"items": []}' }]);
    const lines = await bootstrap(cluster, stands, DEFAULT_PATIENCE, { ...DEFAULT_PATIENCE, limitSeconds: 0 });
    expect(lines).toContain('  0 of 4 registered, 0 ready');
  });
});

describe('what kubectl and helm say', () => {
  it.each([
    ['connection refused', true, false],
    ['x509: certificate signed by unknown authority', false, true],
    ['context deadline exceeded', true, false],
    ['Error: values do not meet the schema', false, false],
    ['dial tcp: connection refused: Unauthorized', false, true],
  ])('%s', (message, transient, final) => {
    expect([isTransient(message), isFinal(message)]).toEqual([transient, final]);
  });

  it('is taken apart into definitions, as they are written', () => {
    const definitions = definitionsOf(RENDERED);
    expect(definitions.map((text) => (parse(text) as { kind: string }).kind)).toEqual(['CustomResourceDefinition']);
    expect(definitionsOf('')).toEqual([]);
    const bare = 'kind: CustomResourceDefinition\nmetadata: {}\n';
    expect(definitionsOf(`---\n${bare}--- # the next\n${bare}`)).toEqual([bare, bare]);
  });
});

async function world(
  first: readonly StandInRule[] = [],
  present?: string,
): Promise<{ cluster: string; stands: StandIns; secrets: PresentSecret[] }> {
  const cluster = present ?? (await ownCluster());
  await writeFile(join(cluster, 'kubeconfig'), 'kind: Config\n', { mode: 0o600 });
  await writeFile(join(cluster, 'bootstrap/helmfile.d/00-crds.yaml'), 'releases: []\n');
  const secrets = await plainSecrets(cluster);
  return { cluster, secrets, stands: await standIns(cluster, [...first, ...kubeWorld(secrets)]) };
}

/** The Secrets of the tree as the cluster holds them once they are applied. */
async function plainSecrets(cluster: string): Promise<PresentSecret[]> {
  const { identities } = await readAgeKey(cluster);
  const paths = [
    'bootstrap/github-deploy-key.sops.yaml',
    'bootstrap/sops-age.sops.yaml',
    'kubernetes/components/sops/cluster-secrets.sops.yaml',
  ];
  return await Promise.all(
    paths.map(async (path) => {
      const { text } = await decrypt({ path, text: await readFile(join(cluster, path), 'utf8'), identities });
      const { metadata, stringData } = parse(text) as {
        metadata: { name: string };
        stringData: Record<string, string>;
      };
      return { name: metadata.name, data: stringData };
    }),
  );
}

async function bootstrap(
  cluster: string,
  stands: StandIns,
  patience = DEFAULT_PATIENCE,
  nodePatience = patience,
): Promise<string[]> {
  virtualClock();
  const { reporter, lines } = logReporter();
  const { signal } = new AbortController();
  await bootstrapApps(clusterRoot(cluster), { reporter, signal, patience, nodePatience, env: stands.env });
  return lines;
}

async function flags(stands: StandIns): Promise<string[]> {
  return (await readdir(join(stands.folder, 'flags'))).sort();
}
