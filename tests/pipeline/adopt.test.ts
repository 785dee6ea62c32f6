import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusterRoot } from '../../src/cluster/root.ts';
import { adopt } from '../../src/pipeline/adopt.ts';
import { configure, type ConfigureResult } from '../../src/pipeline/configure.ts';
import { SILENT } from '../../src/report/progress.ts';
import { Failure, type Finding } from '../../src/report/finding.ts';
import { FEW_NODES, ownCluster } from '../operations/support/own-cluster.ts';

const ADOPTED = 'kubernetes/apps/network/kustomization.yaml';
const LOST = 'kubernetes/apps/network/cloudflare-tunnel/ks.yaml';
const signal = new AbortController().signal;

describe('a kustomization that lists what is no longer generated', () => {
  it(
    'stops the run where it was adopted, with both ways out, and goes on once the line is removed',
    { tags: 'long' },
    async () => {
      const cluster = await ownCluster(FEW_NODES);
      await adopt(clusterRoot(cluster), { paths: [ADOPTED], release: false }, signal);
      await appendFile(join(cluster, 'cluster.yaml'), '\ningress: direct\n');
      const [finding, ...others] = await findingsOf(run(cluster));
      expect(others).toEqual([]);
      expect(finding).toMatchObject({ code: 'manifests/missing-file', severity: 'error', place: { file: ADOPTED } });
      expect(finding?.message).toBe(`${LOST} does not exist: it is no longer generated`);
      expect(finding?.remedy).toContain(`cluster-template adopt --release ${ADOPTED}`);
      await expect(readFile(join(cluster, LOST), 'utf8')).resolves.toContain('Kustomization');
      const path = join(cluster, ADOPTED);
      await writeFile(path, (await readFile(path, 'utf8')).replace('  - ./cloudflare-tunnel/ks.yaml\n', ''));
      expect((await run(cluster)).written).toBe(true);
      await expect(readFile(join(cluster, LOST), 'utf8')).rejects.toThrow('ENOENT');
      // A line for what never was there would not be built either.
      await appendFile(path, '  - ./nowhere/ks.yaml\n');
      expect((await findingsOf(run(cluster))).map(({ code }) => code)).toEqual(['manifests/missing-file']);
    },
  );

  it('stops the run where the user wrote it; what never was there is only warned of', async () => {
    const cluster = await ownCluster(FEW_NODES);
    const own = join(cluster, 'kubernetes/apps/mine');
    await mkdir(own);
    const kustomization = `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - ../network/cloudflare-tunnel/ks.yaml\n`;
    await writeFile(join(own, 'kustomization.yaml'), kustomization);
    await appendFile(join(cluster, 'cluster.yaml'), '\ningress: direct\n');
    const findings = await findingsOf(run(cluster));
    expect(findings.map(({ code, severity, place }) => [code, severity, place?.file])).toEqual([
      ['manifests/missing-file', 'error', 'kubernetes/apps/mine/kustomization.yaml'],
    ]);
    await writeFile(join(own, 'kustomization.yaml'), kustomization.replace('cloudflare-tunnel', 'nowhere'));
    const result = await run(cluster);
    expect(result.written).toBe(true);
    expect(result.findings.map(({ code, severity }) => [code, severity])).toContainEqual([
      'manifests/missing-file',
      'warning',
    ]);
  });
});

async function run(cluster: string): Promise<ConfigureResult> {
  const confirm = (): Promise<boolean> => Promise.resolve(true);
  return await configure(clusterRoot(cluster), { generator: 'test', conflicts: 'stop', confirm, signal }, SILENT);
}

async function findingsOf(run: Promise<unknown>): Promise<readonly Finding[]> {
  const ended: unknown = await run.catch((error: unknown) => error);
  if (ended instanceof Failure) return ended.findings;
  throw ended instanceof Error ? ended : new Error('the run did not fail');
}
