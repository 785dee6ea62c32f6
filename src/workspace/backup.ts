import { Failure, failure } from '../report/finding.ts';
import { now } from '../system/clock.ts';
import { below, createFile } from '../system/files.ts';
import type { Workspace } from './disk.ts';
import type { PlanEntry } from './plan.ts';

/** Where copies of overwritten files go, relative to the cluster's root; git ignores it. */
const BACKUP_FOLDER = '.private/backup';

/**
 * Keeps copies of what lies at these entries, before it is overwritten or removed.
 *
 * @returns the folder of the copies, relative to the cluster's root
 * @throws Failure where a copy cannot be written
 */
export async function keepCopies(workspace: Workspace, entries: readonly PlanEntry[]): Promise<string> {
  // Colons are not allowed in names everywhere.
  const folder = `${BACKUP_FOLDER}/${now().toISOString().replaceAll(':', '')}`;
  try {
    for (const { path, present } of entries) {
      if (present === undefined) continue;
      await createFile(below(workspace.root, folder, path), present.bytes, present.executable ? 0o755 : 0o644);
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
