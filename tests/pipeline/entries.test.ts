import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusterRoot } from '../../src/cluster/root.ts';
import { findAccess, settleAccess } from '../../src/pipeline/access.ts';
import { readConfiguration } from '../../src/pipeline/configuration.ts';
import { renderTree } from '../../src/pipeline/render.ts';
import { SAMPLE_KEYS } from '../support/sample.ts';
import { sampleCluster } from '../support/cluster.ts';

/** The sample with further files, rendered: texts by path. */
async function rendered(files: Readonly<Record<string, string>>): Promise<Map<string, string>> {
  const folder = await sampleCluster();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const root = clusterRoot(folder, SAMPLE_KEYS);
  const { access } = await settleAccess(root, await findAccess(root, undefined, false));
  const { configuration } = await readConfiguration(root, access);
  const { files: tree } = await renderTree(root, configuration, { access, inventory: undefined });
  return new Map(tree.map(({ path, bytes }) => [path, bytes.toString('utf8')]));
}

const OWN = 'templates/overrides/kubernetes/apps/network/vpn';

describe('an entry of the user’s own', () => {
  it.each([
    ['node_count > 1', true],
    ['node_count > 100', false],
    ['vpn_wanted', true],
  ])('is rendered and listed where `%s` holds', async (when, isThere) => {
    const tree = await rendered({
      'templates/scripts/plugin.ts': 'export function Plugin() { return { data: { vpn_wanted: true } }; }\n',
      [`${OWN}/entry.yaml`]: `when: ${when}\n`,
      [`${OWN}/ks.yaml.j2`]: 'a: 1\n',
    });
    expect(tree.has('kubernetes/apps/network/vpn/ks.yaml')).toBe(isThere);
    expect(tree.has('kubernetes/apps/network/vpn/entry.yaml')).toBe(false);
    expect(tree.get('kubernetes/apps/network/kustomization.yaml')?.includes('- ./vpn/ks.yaml\n')).toBe(isThere);
  });

  it('says in which line its condition is wrong', async () => {
    const files = { [`${OWN}/entry.yaml`]: 'title: VPN\nwhen: node_cuont > 1\n', [`${OWN}/ks.yaml.j2`]: 'a: 1\n' };
    await expect(rendered(files)).rejects.toMatchObject({
      findings: [
        {
          code: 'render/template',
          place: { file: `${OWN}/entry.yaml`, line: 2 },
          remedy: 'did you mean `node_count`?',
        },
      ],
    });
  });
});

it('a path filter of the user’s plugin leaves files out, and the namespace does not list them', async () => {
  const filter = "(path) => !path.startsWith('templates/config/kubernetes/apps/network/k8s-gateway/')";
  const plugin = `export function Plugin() { return { pathFilters: [${filter}] }; }\n`;
  const tree = await rendered({ 'templates/scripts/plugin.ts': plugin });
  expect([...tree.keys()].filter((path) => path.includes('/k8s-gateway/'))).toEqual([]);
  expect(tree.get('kubernetes/apps/network/kustomization.yaml')).not.toContain('k8s-gateway');
});

it('an entry that is read from elsewhere than the build knew decides all the same', async () => {
  const path = 'templates/config/kubernetes/apps/kube-system/spegel/entry.yaml';
  const tree = await rendered({ [path]: 'title: Spegel\nwhen: not spegel_enabled\n' });
  expect([...tree.keys()].filter((one) => one.includes('/spegel/'))).toEqual([]);
});
