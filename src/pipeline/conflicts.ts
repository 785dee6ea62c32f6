import type { ClusterRoot } from '../cluster/root.ts';
import { Failure, type Finding } from '../report/finding.ts';
import { readUnmerged } from '../report/source.ts';
import { keepCopies } from '../workspace/disk.ts';
import { contentHash, type DiskFile } from '../workspace/inventory.ts';
import { conflictsOf, overwrite, type Plan, type PlanEntry } from '../workspace/plan.ts';
import {
  committedText,
  recordedInventories,
  uncommittedAmong,
  unmergedTexts,
  type RecordedInventories,
  type RecordedSide,
} from './git.ts';
import { isWhollyEncrypted } from './secret-changes.ts';
import { workspaceOf } from './state.ts';

/** What to do with files that somebody else made or changed: stop and list them, overwrite them, or leave them. */
export type ConflictChoice = 'stop' | 'overwrite' | 'keep';

/** A plan whose conflicts are settled. */
interface Settled {
  readonly plan: Plan;
  readonly findings: readonly Finding[];
  /** Keeps copies of what will be overwritten; gives back their folder, or undefined where there is nothing to keep. */
  readonly keepCopies: () => Promise<string | undefined>;
}

/**
 * Takes from a plan's conflicts what an earlier run made: a file that was put back by git, say, or what git made of the two sides
 * of a merge. Git is only asked where there are conflicts, so that a run without any is not slowed down.
 */
export async function withoutOwnWork(root: ClusterRoot, plan: Plan): Promise<Plan> {
  const conflicts = conflictsOf(plan);
  if (conflicts.length === 0) return plan;
  const recorded = await recordedInventories(root);
  const own = new Set<PlanEntry>();
  for (const entry of conflicts) if (await isOwnWork(root, entry, recorded)) own.add(entry);
  return overwrite(plan, (entry) => own.has(entry));
}

async function isOwnWork(root: ClusterRoot, entry: PlanEntry, recorded: RecordedInventories): Promise<boolean> {
  const { path, present } = entry;
  if (present === undefined) return false;
  const hashes = [...entry.recorded, ...recorded.known.flatMap(({ files }) => files.get(path) ?? [])];
  if (hashes.includes(contentHash(present.bytes))) return true;
  if (readUnmerged(textOf(present)) === undefined) return await isMergeOfOwnWork(root, entry, recorded);
  // A side that somebody changed by hand is in the index as it was; once the file is marked as resolved there is nothing to ask.
  const sides = (await unmergedTexts(root, [path])).get(path) ?? [];
  return sides.every((side) => hashes.includes(contentHash(Buffer.from(side, 'utf8'))));
}

/** Whether both sides of a merge changed a generated file, each by a run: what git or its user made of the two is nobody's work. */
async function isMergeOfOwnWork(
  root: ClusterRoot,
  { path, present }: PlanEntry,
  { sides, isCommitted }: RecordedInventories,
): Promise<boolean> {
  // After the merge was committed somebody may have changed the file again.
  if (isCommitted && present !== undefined && (await committedText(root, 'HEAD', path)) !== textOf(present))
    return false;
  const hashes = await Promise.all(sides.map((side) => hashOnSide(root, side, path)));
  return hashes.length === 2 && hashes.every((hash) => hash !== undefined) && hashes[0] !== hashes[1];
}

/** The hash of what a run made there; undefined where the file is not as a run made it. */
async function hashOnSide(
  root: ClusterRoot,
  { commit, inventory }: RecordedSide,
  path: string,
): Promise<string | undefined> {
  const text = await committedText(root, commit, path);
  const hash = text === undefined ? undefined : contentHash(Buffer.from(text, 'utf8'));
  return hash !== undefined && inventory.files.get(path)?.includes(hash) === true ? hash : undefined;
}

function textOf({ bytes }: DiskFile): string {
  return Buffer.from(bytes).toString('utf8');
}

/**
 * Settles the conflicts of a plan as the user chose.
 *
 * @throws Failure that lists all of them where the choice is to stop, and where overwriting would copy a plain secret
 */
export async function settleConflicts(root: ClusterRoot, plan: Plan, choice: ConflictChoice): Promise<Settled> {
  const conflicts = conflictsOf(plan);
  const plainSecrets = conflicts.filter(holdsPlainSecret).map(plainSecret);
  if (choice === 'stop') {
    const refused = await conflictFindings(root, plan);
    if (refused.length > 0) throw new Failure('input', refused);
  }
  if (choice === 'overwrite' && plainSecrets.length > 0) throw new Failure('input', plainSecrets);
  if (choice !== 'overwrite' || conflicts.length === 0) {
    const warnings = plainSecrets.map((finding) => ({ ...finding, severity: 'warning' as const }));
    return { plan, findings: warnings, keepCopies: () => Promise.resolve(undefined) };
  }
  return {
    plan: overwrite(plan, () => true),
    findings: [],
    keepCopies: () => keepCopies(workspaceOf(root), conflicts),
  };
}

/** What a run that may not choose stops at: one error for each conflict. */
export async function conflictFindings(root: ClusterRoot, plan: Plan): Promise<Finding[]> {
  const conflicts = conflictsOf(plan);
  if (conflicts.length === 0) return [];
  const paths = conflicts.map(({ path }) => path);
  const uncommitted = await uncommittedAmong(root, paths);
  const findings = conflicts.map((entry) => conflict(entry, uncommitted.has(entry.path)));
  return [...findings, ...conflicts.filter(holdsPlainSecret).map(plainSecret)];
}

function conflict({ path, status, present }: PlanEntry, isUncommitted: boolean): Finding {
  const git = isUncommitted ? ' (not committed)' : '';
  if (present !== undefined && readUnmerged(textOf(present)) !== undefined) {
    return {
      code: 'workspace/edited',
      severity: 'error',
      message: `${path} was generated and then changed by hand on one side of a merge that git could not finish`,
      place: { file: path },
      remedy: `make that change in its template (a copy under templates/overrides/ wins), then \`cluster-template configure --force\` renders the file anew`,
    };
  }
  const choices = `or choose: --force overwrites it and keeps a copy, --keep leaves it, \`cluster-template adopt ${path}\` makes it yours`;
  return status === 'edited'
    ? {
        code: 'workspace/edited',
        severity: 'error',
        message: `${path} was generated and then changed by hand${git}`,
        place: { file: path },
        remedy: `make the change in its template (a copy under templates/overrides/ wins), ${choices}`,
      }
    : {
        code: 'workspace/foreign',
        severity: 'error',
        message: `${path} lies where a generated file belongs and was not generated${git}`,
        place: { file: path },
        remedy: `move it away or make it a template under templates/overrides/, ${choices}`,
      };
}

function holdsPlainSecret({ path, secret, present }: PlanEntry): boolean {
  if (!secret || present === undefined) return false;
  const text = textOf(present);
  const sides = readUnmerged(text)?.sides ?? [text];
  return !sides.every((side) => isWhollyEncrypted(path, side));
}

function plainSecret({ path }: PlanEntry): Finding {
  return {
    code: 'workspace/plain-secret',
    severity: 'error',
    message: `${path} should be encrypted and holds values in plain text; no copy of it is kept`,
    place: { file: path },
    remedy: `encrypt it with \`cluster-template secrets encrypt ${path}\`, or remove it: it can be rendered anew`,
  };
}
