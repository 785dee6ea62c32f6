import { byCodeUnit, contentHash, type DesiredFile, type DiskFile, type Inventory } from './inventory.ts';

/**
 * What a run would do to a file. `edited` is one that we generated and somebody changed since, `foreign` one that lies
 * where a generated file belongs and was never ours: neither is ever overwritten silently. `adopted` is one that the user
 * has taken over for good. `left` is no longer generated, but lies in an output root that is a git repository of its own.
 */
export type PlanStatus = 'created' | 'changed' | 'removed' | 'edited' | 'foreign' | 'adopted' | 'left' | 'unchanged';

/** One file of a plan. */
export interface PlanEntry {
  readonly path: string;
  readonly status: PlanStatus;
  readonly secret: boolean;
  /** What shall lie there, or undefined where the file is not, or no longer, generated. */
  readonly desired: DesiredFile | undefined;
  /** What lies there; undefined where nothing does, and where nobody looked. */
  readonly present: DiskFile | undefined;
  /** What earlier runs wrote there: the hashes of the inventory. */
  readonly recorded: readonly string[];
}

/** What a run would do, file by file in the order of their paths. */
export interface Plan {
  readonly entries: readonly PlanEntry[];
}

/** The tree as it is, for a plan. */
export interface Present {
  readonly disk: ReadonlyMap<string, DiskFile>;
  /** Output roots that hold a `.git`: nothing in them is ever removed. */
  readonly repositories: readonly string[];
  readonly isSecret: (path: string) => boolean;
}

/** Compares what shall be with what is, by the inventory of the last run. Changes nothing. */
export function planChanges(desired: readonly DesiredFile[], present: Present, inventory: Inventory | undefined): Plan {
  const generated = inventory?.files ?? new Map<string, readonly string[]>();
  const adopted = new Set(inventory?.adopted);
  const wanted = new Map(desired.map((file) => [file.path, file]));
  const paths = new Set([...wanted.keys(), ...generated.keys(), ...adopted]);
  const entries = [...paths].flatMap((path): PlanEntry[] => {
    const file = wanted.get(path);
    const entry = {
      path,
      secret: file?.secret ?? present.isSecret(path),
      desired: file,
      present: present.disk.get(path),
      recorded: generated.get(path) ?? [],
    };
    const status = adopted.has(path) ? 'adopted' : statusOf(entry, present.repositories);
    return status === undefined ? [] : [{ ...entry, status }];
  });
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

/** The plan that takes what `isOurs` says of an edited or foreign entry for its own, to be overwritten or removed. */
export function overwrite(plan: Plan, isOurs: (entry: PlanEntry) => boolean): Plan {
  const entries = plan.entries.map((entry): PlanEntry => {
    const isConflict = entry.status === 'edited' || entry.status === 'foreign';
    if (!isConflict || !isOurs(entry)) return entry;
    return { ...entry, status: entry.desired === undefined ? 'removed' : 'changed' };
  });
  return { entries };
}

/** Content hashes of the generated files once the plan is carried out; what is left as it is stays recorded as before. */
export function filesAfter(plan: Plan): Map<string, string> {
  const files = new Map<string, string>();
  for (const { path, status, desired, recorded } of plan.entries) {
    const isKept = status === 'edited' || status === 'foreign' || status === 'left';
    const hash = isKept ? recorded[0] : desired === undefined ? undefined : contentHash(desired.bytes);
    if (hash !== undefined && status !== 'adopted') files.set(path, hash);
  }
  return files;
}

/** Undefined for a file that is neither wanted nor there. */
function statusOf(entry: Omit<PlanEntry, 'status'>, repositories: readonly string[]): PlanStatus | undefined {
  const { path, desired, present, recorded } = entry;
  if (present === undefined) return desired === undefined ? undefined : 'created';
  // Before the inventory is asked: what equals the new rendering is never an edit.
  if (desired !== undefined && Buffer.compare(present.bytes, desired.bytes) === 0) {
    return present.executable === desired.executable ? 'unchanged' : 'changed';
  }
  if (recorded.length === 0) return 'foreign';
  if (!recorded.includes(contentHash(present.bytes))) return 'edited';
  if (desired !== undefined) return 'changed';
  return repositories.some((root) => path.startsWith(`${root}/`)) ? 'left' : 'removed';
}
