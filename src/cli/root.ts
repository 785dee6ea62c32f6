import { resolve } from 'node:path';
import { clusterRoot, type ClusterRoot } from '../cluster/root.ts';
import { failure } from '../report/finding.ts';
import { inspect } from '../system/files.ts';
import { VERSION } from './version.ts';

/** Options that every command on a cluster takes. */
export interface RootOptions {
  readonly root: string;
  readonly keys?: string;
  readonly json?: boolean;
}

/** Name and version as the manifest records them. */
export const GENERATOR = `cluster-template ${VERSION}`;

/** The cluster that the options name. Throws a Failure where a folder does not exist. */
export async function rootOf({ root, keys }: RootOptions): Promise<ClusterRoot> {
  for (const [option, folder] of [
    ['--root', root],
    ['--keys', keys],
  ] as const) {
    if (folder === undefined || (await inspect(resolve(folder)))?.kind === 'folder') continue;
    throw failure('usage', { code: 'usage/folder', message: `${option}: ${folder} is not a folder` });
  }
  return keys === undefined ? clusterRoot(resolve(root)) : clusterRoot(resolve(root), resolve(keys));
}
