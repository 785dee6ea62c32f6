import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tree } from '../../golden/trees.ts';
import { output } from './run.ts';
import { copyOf } from './trees.ts';

/** Machine configurations of the nodes of a tree as talhelper makes them. */
export interface MachineConfigurations {
  /** Absolute: the copy of `talos/` that they were made in. */
  readonly folder: string;
  /** Relative to the folder, one for each node. */
  readonly files: readonly string[];
}

/** Makes them in a copy of the tree, with secrets that are thrown away. Throws an Error with what talhelper says where it refuses. */
export async function machineConfigurations(tree: Tree, talhelper: string): Promise<MachineConfigurations> {
  const folder = join(await copyOf(tree), 'talos');
  // The tree's own secrets, where it has some, cannot be read without its key.
  await rm(join(folder, 'talsecret.sops.yaml'), { force: true });
  const secrets = await output(talhelper, ['gensecret'], { cwd: folder });
  await writeFile(join(folder, 'talsecret.yaml'), secrets, { mode: 0o600 });
  await output(talhelper, ['genconfig', '--offline-mode', '--secret-file', 'talsecret.yaml'], { cwd: folder });
  const names = (await readdir(join(folder, 'clusterconfig'))).filter((name) => name.endsWith('.yaml'));
  return { folder, files: names.sort().map((name) => join('clusterconfig', name)) };
}
