import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { templateData } from '../../src/cluster/computed.ts';
import { clusterRoot } from '../../src/cluster/root.ts';
import { findAccess, settleAccess } from '../../src/pipeline/access.ts';
import { readConfiguration } from '../../src/pipeline/configuration.ts';

/**
 * Copies a cluster's configuration, templates and keys into a folder in which the real makejinja renders them, with a plugin
 * in Python in the place of ours. The values that templates see are ours; the functions and filters are the plugin's own.
 *
 * @param cluster - a copy of the sample
 * @param keys - folder of its keys
 */
export async function copyForMakejinja(cluster: string, keys: string, folder: string): Promise<void> {
  const root = clusterRoot(cluster, keys);
  const { access } = await settleAccess(root, await findAccess(root, undefined, false));
  const { configuration } = await readConfiguration(root, access);
  for (const part of ['cluster.yaml', 'nodes.yaml', 'makejinja.toml', 'templates']) {
    cpSync(join(cluster, part), join(folder, part), { recursive: true });
  }
  cpSync(keys, folder, { recursive: true });
  cpSync(join(process.cwd(), 'bench/makejinja/plugin.py'), join(folder, 'templates/scripts/plugin.py'));
  writeFileSync(join(folder, 'values.json'), JSON.stringify(templateData(configuration)));
}
