import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/cluster/catalogue.ts';
import { clusterRoot } from '../../src/cluster/root.ts';
import { listTree } from '../../src/system/files.ts';
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

/** What computes, or has rules about networks and nodes; each of these entries is older than the catalogue. */
const ENTRIES_WITH_CODE = ['agentgateway', 'openebs', 'proxmox-csi', 'spegel'];

/** An example of a field in the help of a command. */
const EXAMPLES = ['src/cli/help.ts: external_secrets_store'];

describe('an entry of the catalogue', () => {
  it('is its folder: nothing of the tool names its fields', async () => {
    const entries = CATALOGUE.filter(({ name }) => !ENTRIES_WITH_CODE.includes(name));
    const fields = entries.flatMap((entry) => entry.fields);
    expect(fields.length).toBeGreaterThan(80);
    const found: string[] = [];
    for (const root of ['src', 'scripts']) {
      for (const path of await listTree(resolve(import.meta.dirname, '../..', root))) {
        if (!/\.(?:tsx?|mjs|sh|txt)$/.test(path) || path.includes('/generated/')) continue;
        const text = await readFile(resolve(import.meta.dirname, '../..', root, path), 'utf8');
        const words = new Set(text.match(/\w+/g));
        found.push(...fields.filter((field) => words.has(field)).map((field) => `${root}/${path}: ${field}`));
      }
    }
    expect(found).toEqual(EXAMPLES);
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
