import { existsSync } from 'node:fs';
import { cp, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusterRoot } from '../../src/cluster/root.ts';
import { sampleCluster } from '../support/cluster.ts';
import { templateShortcomings } from './template-names.ts';

describe('what the templates mention', () => {
  it('is known everywhere: a new field is missed in every place that it has to be added to', async () => {
    const cluster = await templateRepository();
    const found = async (): Promise<string[]> => {
      const shortcomings = await templateShortcomings(clusterRoot(cluster));
      return shortcomings.map(({ message, place }) => `${place.file}: ${message}`);
    };
    expect(await found()).toEqual([]);
    await writeFile(join(cluster, 'templates/config/kubernetes/new.partial.yaml.j2'), 'a: 1\n');
    const template = 'templates/config/kubernetes/apps/default/echo/app/new.yaml.j2';
    await writeFile(join(cluster, template), 'a: #< primary_domain >#\nb: #< primry_domain >#\n');
    const schema = 'schemas/cluster.schema.json';
    expect(await found()).toEqual([
      `${template}: \`primry_domain\` is no field of ${schema}, no computed value and nothing that a plugin gives`,
      'docs/configuration.md: docs/configuration.md does not mention `primry_domain`',
      'cluster.yaml: cluster.yaml does not mention `primry_domain`',
      'tests/golden: tests/golden does not mention `primry_domain`',
      'templates/config/kubernetes/new.partial.yaml.j2: no template includes or imports this one, and it gives no file',
    ]);
    const [unknown] = await templateShortcomings(clusterRoot(cluster));
    expect(unknown).toMatchObject({ place: { line: 2, column: 7 }, remedy: 'did you mean `primary_domain`?' });
    await rm(join(cluster, 'templates/config/kubernetes/new.partial.yaml.j2'));
    await rm(join(cluster, template));
    expect(await found()).toEqual([]);
  });
});

async function templateRepository(): Promise<string> {
  const cluster = await sampleCluster();
  const repository = resolve(import.meta.dirname, '../..');
  await cp(join(repository, 'docs/configuration.md'), join(cluster, 'docs/configuration.md'));
  const golden = join(repository, 'tests/golden');
  for (const name of await readdir(golden)) {
    const input = join(golden, name, 'input');
    if (existsSync(input)) await cp(input, join(cluster, 'tests/golden', name, 'input'), { recursive: true });
  }
  return cluster;
}
