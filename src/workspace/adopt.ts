import { join } from 'node:path';
import { failure, type Failure } from '../report/finding.ts';
import { suggestNearest } from '../text/suggest.ts';
import { inspect } from '../system/files.ts';
import { replaceFile } from '../system/writing.ts';
import { isInsideOutputRoots, stateFile, type Workspace } from './disk.ts';
import { formatManifest, MANIFEST_NAME, type Manifest } from './manifest.ts';

/** What became of each file that was named. */
export interface Adoption {
  readonly path: string;
  readonly outcome: 'adopted' | 'released' | 'unchanged';
}

/**
 * Gives generated files to the user for good, or takes them back, and records it. To be called with the lock held.
 *
 * @param paths - relative to the cluster's root, with forward slashes
 * @throws Failure of kind `usage` where a path is none of a generated file; nothing is recorded then
 */
export async function adoptFiles(
  workspace: Workspace,
  manifest: Manifest,
  { paths, release }: { readonly paths: readonly string[]; readonly release: boolean },
): Promise<Adoption[]> {
  const adopted = new Set(manifest.adopted);
  const files = new Map([...manifest.files].map(([path, [hash = '']]) => [path, hash]));
  const outcomes: Adoption[] = [];
  for (const path of paths) {
    if (release && !adopted.has(path)) throw notAdopted(path, manifest);
    if (!release) await refuseStrange(workspace, manifest, path);
    const isUnchanged = !release && adopted.has(path);
    outcomes.push({ path, outcome: isUnchanged ? 'unchanged' : release ? 'released' : 'adopted' });
    if (release) adopted.delete(path);
    else adopted.add(path);
    files.delete(path);
  }
  const { generator, recipient, inputs } = manifest;
  const text = formatManifest({ generator, recipient, inputs, files, adopted: [...adopted] });
  await replaceFile(stateFile(workspace, MANIFEST_NAME), text);
  return outcomes;
}

async function refuseStrange(workspace: Workspace, manifest: Manifest, path: string): Promise<void> {
  if (path === '.sops.yaml') {
    throw failure('usage', {
      code: 'usage/argument',
      message: '.sops.yaml cannot be adopted: it says how the generated secrets are encrypted',
      remedy: 'copy templates/config/.sops.yaml.j2 to templates/overrides/ and change it there',
    });
  }
  if (manifest.files.has(path) || manifest.adopted.includes(path)) return;
  const isThere = isInsideOutputRoots(path, workspace.outputRoots);
  if (isThere && (await inspect(join(workspace.root, path)))?.kind === 'file') return;
  const near = suggestNearest(path, manifest.files.keys());
  throw failure('usage', {
    code: 'usage/argument',
    message: `${path} is not a generated file`,
    remedy: near === undefined ? 'list them with `cluster-template plan --all`' : `did you mean ${near}?`,
  });
}

function notAdopted(path: string, { adopted }: Manifest): Failure {
  return failure('usage', {
    code: 'usage/argument',
    message: `${path} is not adopted`,
    remedy: adopted.length === 0 ? 'no file is' : `adopted are: ${adopted.join(', ')}`,
  });
}
