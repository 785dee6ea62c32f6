import { appendFile, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/report/finding.ts';
import { runCommand, sampleCluster } from '../support/cluster.ts';
import { readFiles, temporaryFolder } from '../support/folders.ts';

const SAMPLE_KEYS = resolve(import.meta.dirname, '../sample');
const BROKEN = 'templates/config/kubernetes/apps/kube-system/reloader/app/kustomization.yaml.j2';
const RENDERED = 'kubernetes/apps/kube-system/reloader/app/kustomization.yaml';

describe('validate', () => {
  it('finds nothing wrong with the sample and writes nothing', async () => {
    const cluster = await sampleCluster();
    const before = await readFiles(cluster);
    const result = await runCommand(['validate', '--root', cluster, '--keys', SAMPLE_KEYS]);
    expect(result.stderr).not.toMatch(/error|warning: nothing makes/);
    expect(result.stdout).toMatch(/^\d+ files checked, \d+ objects by schema/);
    expect(result.code).toBe(0);
    expect(await readFiles(cluster)).toEqual(before);
  });

  it('answers with 1 and the place of each finding', async () => {
    const cluster = await sampleCluster();
    await appendFile(join(cluster, BROKEN), '  - ./gone.yaml\n');
    const result = await runCommand(['validate', '--json', '--root', cluster, '--keys', SAMPLE_KEYS]);
    expect(result.code).toBe(1);
    const { status, findings } = JSON.parse(result.stdout) as { status: string; findings: readonly Finding[] };
    expect(status).toBe('invalid');
    const found = findings.find(({ code }) => code === 'manifests/missing-file');
    expect(found).toMatchObject({ severity: 'error', place: { file: RENDERED } });
    expect(found?.remedy).toContain(BROKEN);
  });

  it.each([
    ['a comment with its reason', ' # cluster-template: ignore manifests/missing-file -- made by hand', ''],
    ['.cluster-template.yaml', '', 'rules: {manifests/missing-file: off}\n'],
  ])('leaves out what %s switches off', async (_, comment, settings) => {
    const cluster = await sampleCluster();
    await appendFile(join(cluster, BROKEN), `  - ./gone.yaml${comment}\n`);
    await writeFile(join(cluster, '.cluster-template.yaml'), settings);
    const result = await runCommand(['validate', '--root', cluster, '--keys', SAMPLE_KEYS]);
    expect(result.stderr).not.toContain('gone.yaml');
    expect(result.code).toBe(0);
    expect((await runCommand(['configure', '--check', '--root', cluster, '--keys', SAMPLE_KEYS])).stderr).not.toContain(
      'error',
    );
  });

  it('finds hand-written files that do not fit, which stop no other command', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    const app = join(cluster, 'kubernetes/apps/mine');
    await mkdir(app);
    await writeFile(join(app, 'kustomization.yaml'), 'kind: Kustomization\nresources: [./gone.yaml]\n');
    const result = await runCommand(['validate', '--root', cluster, '--keys', SAMPLE_KEYS]);
    expect(result.stderr).toContain(
      'kubernetes/apps/mine/kustomization.yaml:2:13: error: kubernetes/apps/mine/gone.yaml does not exist',
    );
    expect(result.code).toBe(1);
    const configured = await runCommand(['configure', '--root', cluster]);
    expect(configured.stderr).toContain('warning: kubernetes/apps/mine/gone.yaml does not exist');
    expect(configured.code).toBe(0);
  });
});

describe('configure', () => {
  it('stops before anything is written where a rule finds an error', async () => {
    const cluster = await sampleCluster();
    await appendFile(join(cluster, BROKEN), '  - ./gone.yaml\n');
    const before = await readFiles(join(cluster, 'kubernetes'));
    const result = await runCommand(['configure', '--root', cluster]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('reloader/app/gone.yaml does not exist');
    expect(await readFiles(join(cluster, 'kubernetes'))).toEqual(before);
  });

  it('makes no key in the sample, although the one that is there could take it over', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    expect(await runCommand(['init', '--root', cluster])).toMatchObject({ code: 0 });
    await rm(join(cluster, 'github-deploy.key'));
    const before = await readFiles(cluster);
    const result = await runCommand(['validate', '--root', cluster]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('github-deploy.key');
    expect(await readFiles(cluster)).toEqual(before);
  });

  it(
    'remembers a tree that passed, for its owner alone to read, and says the same without that memory',
    { tags: 'long' },
    async () => {
      const cluster = await sampleCluster();
      const cache = join(await temporaryFolder(), 'cache');
      const plan = async (folder: string): Promise<unknown> =>
        await runCommand(['plan', '--root', cluster, '--keys', SAMPLE_KEYS], {
          env: { CLUSTER_TEMPLATE_CACHE: folder },
        });
      const first = await plan(cache);
      const names = await readdir(cache);
      expect(names.map((name) => name.replace(/-[0-9a-f]{64}$/, '')).sort()).toEqual([
        'checks',
        'plugin',
        'run',
        'templates',
        'tree',
      ]);
      const contents = await readFiles(cache);
      for (const name of names) expect((await stat(join(cache, name))).mode & 0o777).toBe(0o600);
      expect(await plan(cache)).toEqual(first);
      const withoutRun = (files: Record<string, string>): unknown =>
        Object.entries(files).filter(([path]) => !path.startsWith('run-'));
      expect(withoutRun(await readFiles(cache))).toEqual(withoutRun(contents));
      for (const name of names) await writeFile(join(cache, name), '{');
      expect(await plan(cache)).toEqual(first);
      await rm(cache, { recursive: true });
      await writeFile(cache, '');
      expect(await plan(cache)).toEqual(first);
    },
  );
});
