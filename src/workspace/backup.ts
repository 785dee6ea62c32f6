import { Failure, failure } from '../report/finding.ts';
import { now } from '../system/clock.ts';
import { below, createFile, makePrivateFolder, writeDisposableFile } from '../system/writing.ts';
import type { Workspace } from './disk.ts';
import type { PlanEntry } from './plan.ts';

/** Where copies of overwritten files go, relative to the cluster's root. */
const BACKUP_FOLDER = '.private/backup';

/**
 * Keeps copies of what lies at these entries, before it is overwritten or removed. Somebody may have typed a secret into a file, whatever
 * it is called: they are for their owner alone, and git ignores them by what lies beside them, whatever the repository has it ignore.
 *
 * @returns the folder of the copies, relative to the cluster's root
 * @throws Failure where a copy cannot be written
 */
export async function keepCopies(workspace: Workspace, entries: readonly PlanEntry[]): Promise<string> {
  // Colons are not allowed in names everywhere.
  const folder = `${BACKUP_FOLDER}/${now().toISOString().replaceAll(':', '')}`;
  try {
    await makePrivateFolder(below(workspace.root, BACKUP_FOLDER));
    await makePrivateFolder(below(workspace.root, folder));
    await writeDisposableFile(below(workspace.root, BACKUP_FOLDER, '.gitignore'), '*\n', 0o600);
    for (const { path, present } of entries) {
      if (present === undefined) continue;
      await createFile(below(workspace.root, folder, path), present.bytes, present.executable ? 0o700 : 0o600);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw failure(
      'outside',
      { code: 'workspace/write', message: `no copy could be kept, so nothing was changed: ${reason}` },
      error,
    );
  }
  return folder;
}
