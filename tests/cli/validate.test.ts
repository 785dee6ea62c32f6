import { appendFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/report/finding.ts';
import { runCommand, sampleCluster, withoutCache } from '../support/cluster.ts';
import { readFiles } from '../support/folders.ts';

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
    const after = await readFiles(cluster);
    expect(Object.keys(after).filter((path) => after[path] !== before[path] && !path.includes('/cache/'))).toEqual([]);
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

  it('warns of hand-written files that do not fit', async () => {
    const cluster = await sampleCluster();
    const app = join(cluster, 'kubernetes/apps/mine');
    await mkdir(app);
    await writeFile(join(app, 'kustomization.yaml'), 'kind: Kustomization\nresources: [./gone.yaml]\n');
    const result = await runCommand(['validate', '--root', cluster, '--keys', SAMPLE_KEYS]);
    expect(result.stderr).toContain(
      'kubernetes/apps/mine/kustomization.yaml:2:13: warning: kubernetes/apps/mine/gone.yaml does not exist',
    );
    expect(result.code).toBe(0);
  });
});

describe('configure', () => {
  it('stops before anything is written where a gate finds an error', async () => {
    const cluster = await sampleCluster();
    await appendFile(join(cluster, BROKEN), '  - ./gone.yaml\n');
    const before = await readFiles(join(cluster, 'kubernetes'));
    const result = await runCommand(['configure', '--root', cluster]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('reloader/app/gone.yaml does not exist');
    expect(await readFiles(join(cluster, 'kubernetes'))).toEqual(before);
  });

  it('makes no key in the sample, although the one that is there could take it over', async () => {
    const cluster = await sampleCluster();
    expect(await runCommand(['init', '--root', cluster])).toMatchObject({ code: 0 });
    await rm(join(cluster, 'github-deploy.key'));
    const before = withoutCache(await readFiles(cluster));
    const result = await runCommand(['validate', '--root', cluster]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('github-deploy.key');
    expect(withoutCache(await readFiles(cluster))).toEqual(before);
  });

  it('remembers a tree that passed, for its owner alone to read, and says the same without that memory', async () => {
    const cluster = await sampleCluster();
    const plan = ['plan', '--root', cluster, '--keys', SAMPLE_KEYS];
    const first = await runCommand(plan);
    const memory = join(cluster, '.cluster-template/cache/checks.json');
    expect((await stat(memory)).mode & 0o777).toBe(0o600);
    const remembered = await readFile(memory, 'utf8');
    expect(await runCommand(plan)).toEqual(first);
    expect(await readFile(memory, 'utf8')).toBe(remembered);
    await writeFile(memory, '{');
    expect(await runCommand(plan)).toEqual(first);
    await rm(memory);
    expect(await runCommand(plan)).toEqual(first);
    expect(await readFile(memory, 'utf8')).toBe(remembered);
  });
});
