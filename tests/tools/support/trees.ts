import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { allTrees, type Tree } from '../../golden/trees.ts';
import { temporaryFolder } from '../../support/folders.ts';

/** Every rendered tree of the repository, the sample first, as cases of a table. */
export async function treeCases(): Promise<(readonly [string, Tree])[]> {
  return (await allTrees()).map((tree) => [tree.name, tree]);
}

/** A copy of what a tree generates, for programs that write beside what they read. */
export async function copyOf(tree: Tree): Promise<string> {
  const folder = await temporaryFolder();
  for (const part of ['bootstrap', 'kubernetes', 'talos', '.sops.yaml']) {
    await cp(join(tree.folder, part), join(folder, part), { recursive: true });
  }
  return folder;
}

/** Whether a path is that of an encrypted file. */
export function isSecret(path: string): boolean {
  return /[^/]\.sops\.[^./]+$/.test(path);
}
