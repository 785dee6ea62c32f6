import { allTrees, type Tree } from '../../golden/trees.ts';
import { temporaryFolder } from '../../support/folders.ts';

/** Every rendered tree of the repository, the sample first, as cases of a table. */
export async function treeCases(): Promise<(readonly [string, Tree])[]> {
  return (await allTrees()).map((tree) => [tree.name, tree]);
}

/** What a tree generates in a folder that is gone after the test, for programs. */
export async function copyOf(tree: Tree): Promise<string> {
  const texts = tree.files.map(({ path, text }) => [path, text] as const);
  return await temporaryFolder({ '.sops.yaml': tree.rules, ...Object.fromEntries(texts) });
}

/** Whether a path is that of an encrypted file. */
export function isSecret(path: string): boolean {
  return /[^/]\.sops\.[^./]+$/.test(path);
}
