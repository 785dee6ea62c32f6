import { join } from 'node:path';
import type { ClusterRoot } from '../../cluster/root.ts';
import { failure } from '../../report/finding.ts';
import { inspect, permissions, readBytesIfPresent } from '../../system/files.ts';
import { below, replaceFile } from '../../system/writing.ts';
import { machineConfigPath, type TalosCluster } from '../day2/talos-cluster.ts';
import type { ProgramCall, Programs } from '../programs/call.ts';

/** Where the client's configuration of Talos lies, relative to the cluster's root. */
export const TALOSCONFIG_FILE = 'talos/clusterconfig/talosconfig';

/**
 * Generates the configuration of every node and that of the client. talhelper decrypts the bundle of secrets itself, with the key
 * that SOPS_AGE_KEY_FILE names, so that no plain copy of it is made; without the file's name it would invent throw-away secrets.
 */
export const GENERATE_CONFIG: ProgramCall = {
  program: 'talhelper',
  arguments: ['genconfig', '--secret-file', 'talsecret.sops.yaml'],
  folder: 'talos',
  timeoutSeconds: 120,
};

/**
 * Generates talos/clusterconfig/ anew and makes sure that all of it is there and private: git ignores the folder, and every file of
 * it gives access to the cluster.
 *
 * @returns the files of the nodes, relative to the cluster's root
 * @throws Failure where talhelper fails or leaves a file out
 */
export async function generateConfig(root: ClusterRoot, cluster: TalosCluster, programs: Programs): Promise<string[]> {
  await programs.run(GENERATE_CONFIG);
  const files = cluster.nodes.map(machineConfigPath);
  for (const file of [...files, TALOSCONFIG_FILE]) await requirePrivate(root, file);
  return files;
}

async function requirePrivate(root: ClusterRoot, file: string): Promise<void> {
  const path = join(root.path, file);
  if ((await inspect(path))?.kind !== 'file') {
    throw failure('outside', {
      code: 'programs/failed',
      message: `talhelper genconfig ended well and did not write ${file}`,
      remedy: 'run `cluster-template configure`, then look at talos/talconfig.yaml',
    });
  }
  if (((await permissions(path)) ?? 0) & 0o077) {
    await replaceFile(below(root.path, file), (await readBytesIfPresent(path)) ?? Buffer.alloc(0), 0o600);
  }
}
