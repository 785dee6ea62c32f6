import { byCodeUnit, contentHash, type DesiredFile, type DiskFile } from './entry.ts';
import type { Manifest } from './manifest.ts';

/**
 * What a run would do to a file: `edited` is one that we generated and somebody changed since, `foreign` one that lies
 * where a generated file belongs and was never ours. Neither is ever overwritten silently.
 */
export type PlanStatus = 'created' | 'changed' | 'removed' | 'edited' | 'foreign' | 'unchanged';

/** One file of a plan. */
export interface PlanEntry {
  readonly path: string;
  readonly status: PlanStatus;
  readonly secret: boolean;
  /** What shall lie there, or undefined where the file is no longer generated. */
  readonly desired: DesiredFile | undefined;
}

/** What a run would do, file by file in the order of their paths. */
export interface Plan {
  readonly entries: readonly PlanEntry[];
}

/** Compares what shall be with what is, by the manifest of the last run. Changes nothing. */
export function planChanges(
  desired: readonly DesiredFile[],
  disk: ReadonlyMap<string, DiskFile>,
  manifest: Manifest | undefined,
): Plan {
  const wanted = new Map(desired.map((file) => [file.path, file]));
  const generated = manifest?.files ?? new Map<string, readonly string[]>();
  const entries: PlanEntry[] = desired.map((file) => ({
    path: file.path,
    status: statusOfDesired(file, disk.get(file.path), generated.get(file.path)),
    secret: file.secret,
    desired: file,
  }));
  for (const [path, hashes] of generated) {
    const present = disk.get(path);
    if (wanted.has(path) || present === undefined) continue;
    const status = hashes.includes(contentHash(present.bytes)) ? 'removed' : 'edited';
    entries.push({ path, status, secret: path.includes('.sops.'), desired: undefined });
  }
  return { entries: entries.sort((a, b) => byCodeUnit(a.path, b.path)) };
}

/** The entries that a run would write or remove. */
export function changesOf(plan: Plan): readonly PlanEntry[] {
  return plan.entries.filter(({ status }) => status === 'created' || status === 'changed' || status === 'removed');
}

/** The entries that stop a run: what is there was made by somebody else. */
export function conflictsOf(plan: Plan): readonly PlanEntry[] {
  return plan.entries.filter(({ status }) => status === 'edited' || status === 'foreign');
}

function statusOfDesired(
  file: DesiredFile,
  present: DiskFile | undefined,
  hashes: readonly string[] | undefined,
): PlanStatus {
  if (present === undefined) return 'created';
  const isEqual = Buffer.compare(present.bytes, file.bytes) === 0;
  // Before the manifest is asked: what equals the new rendering is never an edit.
  if (isEqual) return present.executable === file.executable ? 'unchanged' : 'changed';
  if (hashes === undefined) return 'foreign';
  return hashes.includes(contentHash(present.bytes)) ? 'changed' : 'edited';
}
