import type { ClusterRoot } from '../cluster/root.ts';
import { Failure, type Finding } from '../report/finding.ts';
import { keepCopies } from '../workspace/backup.ts';
import { contentHash } from '../workspace/entry.ts';
import { conflictsOf, overwrite, type Plan, type PlanEntry } from '../workspace/plan.ts';
import { committedManifest, uncommittedAmong } from './git.ts';
import { isWhollyEncrypted } from './secret-changes.ts';
import { workspaceOf } from './state.ts';

/** What to do with files that somebody else made or changed: stop and list them, overwrite them, or leave them. */
export type ConflictChoice = 'stop' | 'overwrite' | 'keep';

/** A plan whose conflicts are settled. */
export interface Settled {
  readonly plan: Plan;
  readonly findings: readonly Finding[];
  /** Keeps copies of what will be overwritten; gives back their folder, or undefined where there is nothing to keep. */
  readonly keepCopies: () => Promise<string | undefined>;
}

/**
 * Takes from a plan's conflicts what an earlier run made: a file that was put back by git, say. Git is only asked where
 * there are conflicts, so that a run without any is not slowed down.
 */
export async function withoutOwnWork(root: ClusterRoot, plan: Plan): Promise<Plan> {
  if (conflictsOf(plan).length === 0) return plan;
  const committed = await committedManifest(root);
  return overwrite(plan, ({ path, present }) => {
    const hashes = committed?.files.get(path) ?? [];
    return present !== undefined && hashes.includes(contentHash(present.bytes));
  });
}

/**
 * Settles the conflicts of a plan as the user chose.
 *
 * @throws Failure that lists all of them where the choice is to stop, and where overwriting would copy a plain secret
 */
export async function settleConflicts(root: ClusterRoot, plan: Plan, choice: ConflictChoice): Promise<Settled> {
  const conflicts = conflictsOf(plan);
  const plainSecrets = conflicts.filter(holdsPlainSecret).map(plainSecret);
  if (choice === 'stop') await refuse(root, conflicts, plainSecrets);
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

async function refuse(
  root: ClusterRoot,
  conflicts: readonly PlanEntry[],
  plainSecrets: readonly Finding[],
): Promise<void> {
  if (conflicts.length === 0) return;
  const paths = conflicts.map(({ path }) => path);
  const uncommitted = await uncommittedAmong(root, paths);
  const findings = conflicts.map((entry) => conflict(entry, uncommitted.has(entry.path)));
  throw new Failure('input', [...findings, ...plainSecrets]);
}

function conflict({ path, status }: PlanEntry, isUncommitted: boolean): Finding {
  const git = isUncommitted ? ' (not committed)' : '';
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
  return secret && present !== undefined && !isWhollyEncrypted(path, Buffer.from(present.bytes).toString('utf8'));
}

function plainSecret({ path }: PlanEntry): Finding {
  return {
    code: 'workspace/plain-secret',
    severity: 'error',
    message: `${path} should be encrypted and holds values in plain text; no copy of it is kept`,
    place: { file: path },
    remedy: `encrypt it with \`sops encrypt --in-place ${path}\`, or remove it: it can be rendered anew`,
  };
}
