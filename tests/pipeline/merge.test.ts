import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusterRoot } from '../../src/cluster/root.ts';
import { configure, planConfigure, type ConfigureResult } from '../../src/pipeline/configure.ts';
import { SILENT } from '../../src/report/progress.ts';
import { Failure, type Finding } from '../../src/report/finding.ts';
import { readUnmerged } from '../../src/report/source.ts';
import { changesOf, conflictsOf } from '../../src/workspace/plan.ts';
import { FEW_NODES, ownCluster } from '../operations/support/own-cluster.ts';
import { readFiles } from '../support/folders.ts';

const SECRET = 'kubernetes/components/sops/cluster-secrets.sops.yaml';
const VERSIONS = 'templates/config/talos/talenv.yaml.j2';
const INVENTORY = '.cluster-template/manifest.json';
const GENERATED = /^(?:kubernetes|talos|bootstrap|\.sops\.yaml|AGENTS\.md|\.cluster-template\/manifest\.json)/;

describe('two branches that both changed the configuration, a version and a secret', () => {
  it.each([
    ['merge', 'merge'],
    ['merge', 'diff3'],
    ['merge', 'zdiff3'],
    ['rebase', 'merge'],
    ['cherry-pick', 'diff3'],
  ])(
    '%s with conflictStyle %s: configure settles everything once cluster.yaml is resolved',
    { tags: 'long' },
    async (how, style) => {
      const cluster = await twoBranches({ style });
      await runInto(cluster, how);
      const unmerged = await unmergedFiles(cluster);
      expect(unmerged).toEqual(expect.arrayContaining([INVENTORY, 'cluster.yaml', SECRET, 'talos/talenv.yaml']));

      const refused = await findingsOf(run(cluster));
      expect(refused.map(({ code, place }) => [code, place?.file])).toEqual([
        ['workspace/merge-conflict', 'cluster.yaml'],
        ['workspace/merge-conflict', 'cluster.yaml'],
        ['workspace/merge-conflict', VERSIONS],
      ]);
      expect(await unmergedFiles(cluster)).toEqual(unmerged);

      await resolve(cluster, { domain: 'both.internal' });
      const planned = await planConfigure(clusterRoot(cluster), SILENT);
      expect(conflictsOf(planned.plan)).toEqual([]);
      const result = await run(cluster);
      expect(result.findings.map(({ code }) => code)).not.toContain('sops/previous');
      expect(await unmergedFiles(cluster)).toEqual([]);
      expect(await pending(cluster)).toEqual([]);
      git(cluster, 'add', '-A');
      git(cluster, '-c', 'core.editor=true', how, '--continue');
      expect(await pending(cluster)).toEqual([]);
    },
  );

  it.each(['ours', 'theirs'] as const)(
    'a secret that is the same as %s keeps the ciphertext of that side',
    { tags: 'long' },
    async (side) => {
      const cluster = await twoBranches({});
      await runInto(cluster, 'merge');
      await resolve(cluster, { domain: `${side}.internal` });
      await run(cluster);
      const branch = side === 'ours' ? 'main' : 'theirs';
      expect(await readFile(join(cluster, SECRET), 'utf8')).toBe(git(cluster, 'show', `${branch}:${SECRET}`));
    },
  );

  it('files that are marked as resolved with their markers in them are settled too', { tags: 'long' }, async () => {
    const cluster = await twoBranches({});
    await runInto(cluster, 'merge');
    await resolve(cluster, { domain: 'both.internal' });
    git(cluster, 'add', '-A');
    git(cluster, 'commit', '-qm', 'markers and all');
    await run(cluster);
    expect(await unmergedFiles(cluster)).toEqual([]);
    expect(await pending(cluster)).toEqual([]);
  });

  it('so are markers where there is no git, with line ends of Windows', { tags: 'long' }, async () => {
    const cluster = await twoBranches({ style: 'diff3' });
    await runInto(cluster, 'merge');
    await resolve(cluster, { domain: 'both.internal' });
    await rm(join(cluster, '.git'), { recursive: true });
    for (const file of await unmergedFiles(cluster)) {
      const path = join(cluster, file);
      await writeFile(path, (await readFile(path, 'utf8')).replaceAll('\n', '\r\n'));
    }
    await run(cluster);
    expect(await unmergedFiles(cluster)).toEqual([]);
    expect(await pending(cluster)).toEqual([]);
  });

  it('sides that were taken whole, the inventory among them, are no edits', { tags: 'long' }, async () => {
    const cluster = await twoBranches({});
    await runInto(cluster, 'merge');
    await resolve(cluster, { domain: 'both.internal' });
    git(cluster, 'checkout', '--ours', INVENTORY);
    for (const file of await unmergedFiles(cluster)) git(cluster, 'checkout', '--theirs', file);
    await run(cluster);
    expect(await pending(cluster)).toEqual([]);
  });

  it.each(['while the merge goes on', 'once it is committed'])(
    'what git merged of itself is no edit %s, although neither side has it like this',
    { tags: 'long' },
    async (when) => {
      const cluster = await ownCluster(FEW_NODES);
      await repository(cluster);
      git(cluster, 'branch', 'theirs');
      await edit(cluster, 'cluster.yaml', [
        [/^# cluster_api_tls_sans: .*$/m, 'cluster_api_tls_sans: [api.own.internal]'],
      ]);
      await run(cluster);
      commit(cluster, 'ours');
      git(cluster, 'checkout', '-q', 'theirs');
      await edit(cluster, 'nodes.yaml', [[/disk: \/dev\/nvme0n1/, 'disk: /dev/vda']]);
      await run(cluster);
      commit(cluster, 'theirs');
      git(cluster, 'checkout', '-q', 'main');
      expect(() => git(cluster, 'merge', 'theirs')).toThrow();
      expect(await unmergedFiles(cluster)).toEqual([INVENTORY]);
      git(cluster, 'checkout', '--theirs', INVENTORY);
      if (when !== 'while the merge goes on') commit(cluster, 'merged');
      await edit(cluster, 'cluster.yaml', [
        [/^cluster_api_tls_sans: .*$/m, 'cluster_api_tls_sans: [k8s.own.internal]'],
      ]);
      await run(cluster);
      const talconfig = await readFile(join(cluster, 'talos/talconfig.yaml'), 'utf8');
      expect(talconfig).toContain('k8s.own.internal');
      expect(talconfig).toContain('/dev/vda');
      if (when === 'while the merge goes on') return;
      commit(cluster, 'again');
      git(cluster, 'reset', '-q', '--hard', 'HEAD^');
      await appendFile(join(cluster, 'talos/talconfig.yaml'), '# mine\n');
      await edit(cluster, 'cluster.yaml', [
        [/^cluster_api_tls_sans: .*$/m, 'cluster_api_tls_sans: [api2.own.internal]'],
      ]);
      expect((await findingsOf(run(cluster))).map(({ code }) => code)).toEqual(['workspace/edited']);
    },
  );

  it('a stash that does not fit is settled as well', { tags: 'long' }, async () => {
    const cluster = await twoBranches({});
    git(cluster, 'checkout', '-q', 'theirs');
    git(cluster, 'reset', '-q', '--soft', 'HEAD^');
    git(cluster, 'stash', '-q');
    git(cluster, 'checkout', '-q', 'main');
    expect(() => git(cluster, 'stash', 'pop')).toThrow();
    await resolve(cluster, { domain: 'both.internal' });
    await run(cluster);
    expect(await unmergedFiles(cluster)).toEqual([]);
    expect(await pending(cluster)).toEqual([]);
  });
});

describe('a merge in which somebody changed a generated file by hand', () => {
  it('names the file, and renders it anew on request', { tags: 'long' }, async () => {
    const cluster = await twoBranches({ edited: 'talos/talenv.yaml' });
    await runInto(cluster, 'merge');
    await resolve(cluster, { domain: 'both.internal' });
    const findings = await findingsOf(run(cluster));
    expect(findings.map(({ code, place }) => [code, place?.file])).toEqual([['workspace/edited', 'talos/talenv.yaml']]);
    expect(findings[0]?.message).toContain('on one side of a merge');
    const result = await run(cluster, 'overwrite');
    expect(result.backup).toBeDefined();
    expect(await pending(cluster)).toEqual([]);
  });
});

describe('markers in files that only a person can settle', () => {
  it('are told file by file with their lines, and nothing else is', { tags: 'long' }, async () => {
    const cluster = await ownCluster(FEW_NODES);
    const conflict = '<<<<<<< HEAD\na: 1\n=======\nb: 1\n>>>>>>> theirs\n';
    const files = ['cluster.yaml', 'nodes.yaml', 'templates/overrides/talos/x.yaml.j2', 'templates/scripts/plugin.ts'];
    for (const file of files) {
      await mkdir(join(cluster, file, '..'), { recursive: true });
      await appendFile(join(cluster, file), conflict);
    }
    await writeFile(join(cluster, 'cluster.sops.yaml'), conflict);
    const findings = await findingsOf(run(cluster));
    expect(findings.map(({ place }) => place?.file)).toEqual([
      'cluster.yaml',
      'cluster.sops.yaml',
      'nodes.yaml',
      'templates/overrides/talos/x.yaml.j2',
      'templates/scripts/plugin.ts',
    ]);
    expect(new Set(findings.map(({ code }) => code))).toEqual(new Set(['workspace/merge-conflict']));
    const lines = (await readFile(join(cluster, 'nodes.yaml'), 'utf8')).split('\n').length - 1;
    expect(findings[2]?.message).toContain(`lines ${String(lines - 4)} to ${String(lines)} of nodes.yaml`);
    expect(findings[1]?.remedy).toContain('git checkout --ours cluster.sops.yaml');
  });

  it.each(['makejinja.toml', VERSIONS, 'templates/scripts/plugin.ts'])('in %s alone as well', async (file) => {
    const cluster = await ownCluster(FEW_NODES);
    await appendFile(join(cluster, file), '<<<<<<< HEAD\n=======\n>>>>>>> theirs\n');
    const findings = await findingsOf(run(cluster));
    expect(findings.map(({ code, place }) => [code, place?.file])).toEqual([['workspace/merge-conflict', file]]);
  });

  it("in a manifest of the user's own as well", async () => {
    const cluster = await ownCluster(FEW_NODES);
    await writeFile(join(cluster, 'kubernetes/apps/mine.yaml'), '<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> x\n');
    const findings = await findingsOf(run(cluster));
    expect(findings.map(({ place }) => place?.file)).toEqual(['kubernetes/apps/mine.yaml']);
  });
});

/** A cluster whose branches `main` and `theirs` both changed the network of the nodes, the domain and a version. */
async function twoBranches({
  style = 'merge',
  edited,
}: {
  readonly style?: string;
  readonly edited?: string;
}): Promise<string> {
  const cluster = await ownCluster(FEW_NODES);
  await repository(cluster);
  git(cluster, 'config', 'merge.conflictStyle', style);
  git(cluster, 'branch', 'theirs');
  await change(cluster, { domain: 'ours.internal', dns: '10.11.12.53', version: 'v1.36.5' });
  await run(cluster);
  if (edited !== undefined) await edit(cluster, edited, [[/^/, '# mine\n']]);
  commit(cluster, 'ours');
  git(cluster, 'checkout', '-q', 'theirs');
  await change(cluster, { domain: 'theirs.internal', dns: '10.11.12.54', version: 'v1.36.6' });
  await run(cluster);
  commit(cluster, 'theirs');
  git(cluster, 'checkout', '-q', 'main');
  return cluster;
}

async function repository(cluster: string): Promise<void> {
  const ignore = new URL('../../.gitignore', import.meta.url);
  await writeFile(join(cluster, '.gitignore'), await readFile(ignore, 'utf8'));
  git(cluster, 'init', '-q', '-b', 'main');
  git(cluster, 'config', 'user.name', 'test');
  git(cluster, 'config', 'user.email', 'test@example.com');
  commit(cluster, 'base');
}

async function change(
  cluster: string,
  { domain, dns, version }: { readonly domain: string; readonly dns: string; readonly version: string },
): Promise<void> {
  await edit(cluster, 'cluster.yaml', [
    [/^cloudflare_domain: .*$/m, `cloudflare_domain: ${domain}`],
    [/^# node_dns_servers: .*$/m, `node_dns_servers: [${dns}]`],
  ]);
  await edit(cluster, VERSIONS, [[/^kubernetesVersion: .*$/m, `kubernetesVersion: ${version}`]]);
}

/** Merges, rebases or cherry-picks what the other branch has; git stops at its conflicts. */
async function runInto(cluster: string, how: string): Promise<void> {
  if (how === 'rebase') git(cluster, 'checkout', '-q', 'theirs');
  expect(() => git(cluster, how, how === 'rebase' ? 'main' : 'theirs')).toThrow();
  await Promise.resolve();
}

/** What a person does: settles the files that are theirs. */
async function resolve(cluster: string, { domain }: { readonly domain: string }): Promise<void> {
  git(cluster, 'checkout', '-q', '--ours', 'cluster.yaml', VERSIONS);
  const path = join(cluster, 'cluster.yaml');
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace(/^cloudflare_domain: .*$/m, `cloudflare_domain: ${domain}`));
}

async function run(cluster: string, conflicts: 'stop' | 'overwrite' = 'stop'): Promise<ConfigureResult> {
  const signal = new AbortController().signal;
  const confirm = (): Promise<boolean> => Promise.resolve(true);
  return await configure(clusterRoot(cluster), { generator: 'test', conflicts, confirm, signal }, SILENT);
}

async function findingsOf(run: Promise<unknown>): Promise<readonly Finding[]> {
  const ended: unknown = await run.catch((error: unknown) => error);
  if (ended instanceof Failure) return ended.findings;
  throw ended instanceof Error ? ended : new Error('the run did not fail');
}

/** Paths that another run would change, or stop at. */
async function pending(cluster: string): Promise<string[]> {
  const { plan } = await planConfigure(clusterRoot(cluster), SILENT);
  return [...changesOf(plan), ...conflictsOf(plan)].map(({ path }) => path);
}

async function unmergedFiles(cluster: string): Promise<string[]> {
  const files = Object.entries(await readFiles(cluster)).filter(([path]) => !path.startsWith('.git/'));
  const own = /^(?:cluster|nodes)\.yaml$/;
  return files
    .filter(([path]) => GENERATED.test(path) || own.test(path))
    .filter(([, text]) => readUnmerged(text) !== undefined)
    .map(([path]) => path)
    .sort();
}

async function edit(cluster: string, file: string, changes: readonly (readonly [RegExp, string])[]): Promise<void> {
  const path = join(cluster, file);
  const text = await readFile(path, 'utf8');
  const changed = changes.reduce((before, [pattern, replacement]) => before.replace(pattern, replacement), text);
  expect(changed).not.toBe(text);
  await writeFile(path, changed);
}

function commit(cluster: string, message: string): void {
  git(cluster, 'add', '-A');
  git(cluster, 'commit', '-qm', message);
}

function git(cluster: string, ...arguments_: string[]): string {
  return execFileSync('git', arguments_, { cwd: cluster, stdio: 'pipe' }).toString('utf8');
}
