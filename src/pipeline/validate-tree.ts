import { join } from 'node:path';
import { isSecretPath } from '../sops/rules.ts';
import type { ClusterRoot } from '../cluster/root.ts';
import type { RenderedFile } from '../makejinja/render.ts';
import type { ManifestFile } from '../manifests/document.ts';
import { Failure, type Finding } from '../report/finding.ts';
import { unmergedFindings } from '../report/merge.ts';
import { listTree, readTextIfPresent } from '../system/files.ts';
import { PROGRAM } from '../system/program.ts';
import { openUserCache } from '../system/user-folders.ts';
import type { Manifest } from '../workspace/manifest.ts';
import { refuseLinksOut } from './foreign-files.ts';
import { readChecks, rememberTree, treeKey } from './validate-cache.ts';

/**
 * Runs the gates on a rendered tree and what the user put beside it. A tree that passed before is not looked at again.
 *
 * @returns warnings
 * @throws Failure with everything that was found where one finding is an error
 */
export async function passGates(
  root: ClusterRoot,
  rendered: readonly RenderedFile[],
  manifest: Manifest | undefined,
): Promise<readonly Finding[]> {
  const files = await manifestFiles(root, rendered, manifest);
  const removed = removedPaths(rendered, manifest);
  const key = treeKey(files, removed);
  const cache = openUserCache(root.path);
  const memory = readChecks(cache, PROGRAM);
  const known = memory.trees.find(([other]) => other === key);
  if (known !== undefined) return known[1];
  const { gateMemory, runGates } = await import('./validate-gates.ts');
  const { findings, fitting } = await runGates(files, gateMemory(memory.passed), removed);
  if (findings.some(({ severity }) => severity === 'error')) throw new Failure('input', findings);
  rememberTree(cache, PROGRAM, memory, { key, findings, fitting });
  return findings;
}

/** Files that earlier runs generated and this one does not, sorted. */
export function removedPaths(rendered: readonly RenderedFile[], manifest: Manifest | undefined): ReadonlySet<string> {
  const wanted = new Set(rendered.map(({ path }) => path));
  return new Set([...(manifest?.files.keys() ?? [])].filter((path) => !wanted.has(path)).sort());
}

/** Folders in which hand-written files may stand beside generated ones. */
const SHARED_FOLDERS = ['bootstrap', 'kubernetes', 'talos/patches'];

/**
 * The rendered files and those on disk that no run made: a rendered kustomization may list them.
 *
 * @throws Failure where one of the latter is a link out of the repository or to what is private, or holds a merge that is not finished
 */
export async function manifestFiles(
  root: ClusterRoot,
  rendered: readonly RenderedFile[],
  manifest: Manifest | undefined,
): Promise<ManifestFile[]> {
  const adopted = new Set(manifest?.adopted);
  const ours = rendered
    .filter(({ path }) => !adopted.has(path))
    .map(({ path, source, bytes }) => ({
      path,
      source,
      text: bytes.toString('utf8'),
      isGenerated: true,
      isSecret: isSecretPath(path),
    }));
  const known = new Set([...ours.map(({ path }) => path), ...(manifest?.files.keys() ?? [])]);
  const present = (await Promise.all(SHARED_FOLDERS.map((folder) => filesIn(root, folder)))).flat();
  const own = present.filter((path) => adopted.has(path) || !known.has(path)).sort();
  await refuseLinksOut(
    root,
    own.filter((path) => YAML_FILE.test(path)),
  );
  const others = await Promise.all(
    own.map(async (path) => ({ ...(await readOwn(root, path)), isAdopted: adopted.has(path) })),
  );
  const unmerged = others.flatMap(({ path, text }) => unmergedFindings(path, text));
  if (unmerged.length > 0) throw new Failure('input', unmerged);
  return [...ours, ...others];
}

/** What programs keep in hidden folders, git among them, is no part of the tree. */
async function filesIn(root: ClusterRoot, folder: string): Promise<string[]> {
  const paths = await listTree(join(root.path, folder));
  return paths.map((path) => `${folder}/${path}`).filter((path) => !path.includes('/.'));
}

const YAML_FILE = /\.ya?ml$/;

async function readOwn(root: ClusterRoot, path: string): Promise<ManifestFile> {
  const isYaml = YAML_FILE.test(path);
  const text = isYaml ? ((await readTextIfPresent(join(root.path, path))) ?? '') : '';
  return { path, source: path, text, isGenerated: false, isSecret: isSecretPath(path) };
}
