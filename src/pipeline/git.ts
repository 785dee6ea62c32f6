import { basename } from 'node:path';
import type { ClusterRoot } from '../cluster/root.ts';
import { Failure } from '../report/finding.ts';
import { runProgram } from '../system/programs.ts';
import { MANIFEST_NAME, parseManifest, type Manifest } from '../workspace/manifest.ts';
import { MANIFEST_FILE } from './state.ts';

/** The manifest as it was last committed; undefined where git has none, or there is no git. */
export async function committedManifest(root: ClusterRoot): Promise<Manifest | undefined> {
  const object = `HEAD:./${basename(root.state)}/${MANIFEST_NAME}`;
  const { exitCode, stdout } = await runProgram('git', ['show', object], { cwd: root.path });
  if (exitCode !== 0) return undefined;
  try {
    return parseManifest(stdout, MANIFEST_FILE);
  } catch (error) {
    // An older commit may hold anything; it is only asked for what speaks for the user.
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** Those of the paths whose content git could not bring back; none where there is no git repository. */
export async function uncommittedAmong(root: ClusterRoot, paths: readonly string[]): Promise<Set<string>> {
  const [tracked, changed] = await Promise.all([
    listPaths(root, ['ls-files', '-z', '--', ...paths]),
    listPaths(root, ['diff', '--name-only', '--relative', '-z', 'HEAD', '--', ...paths]),
  ]);
  if (tracked === undefined) return new Set();
  // In a repository without a commit there is nothing to compare with: all is uncommitted.
  return new Set(paths.filter((path) => !tracked.has(path) || changed === undefined || changed.has(path)));
}

async function listPaths(root: ClusterRoot, arguments_: readonly string[]): Promise<Set<string> | undefined> {
  const { exitCode, stdout } = await runProgram('git', arguments_, { cwd: root.path });
  return exitCode === 0 ? new Set(stdout.split('\0').filter((path) => path !== '')) : undefined;
}
