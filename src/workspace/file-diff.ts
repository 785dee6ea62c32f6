import { visibleLine } from '../report/visible.ts';
import type { SecretChange } from './entry.ts';
import type { PlanEntry, PlanStatus } from './plan.ts';
import { unifiedDiff } from './unified-diff.ts';

/** What a run would change in a file, as text. */
export interface FileDiff {
  readonly path: string;
  readonly status: PlanStatus;
  readonly secret: boolean;
  /** Paths of the keys of a secret whose values change; empty for other files. */
  readonly changedKeys: readonly string[];
  /** Extended header, names and hunks of a unified diff, as git writes them. */
  readonly diff: string;
}

/**
 * The difference between what lies on disk and what a run would put there; for an edited or foreign file, what overwriting
 * it would do.
 *
 * @param secret - how the file differs where it is a secret, whose bytes are never shown
 */
export function fileDiff(entry: PlanEntry, secret?: SecretChange): FileDiff {
  const { path, status } = entry;
  const name = visibleLine(path);
  const head = [`diff --git a/${name} b/${name}\n`, ...modeLines(entry), ...secretLines(entry, secret)];
  const body = hunks(entry, secret);
  const names = body.startsWith('@@') ? nameLines(entry) : '';
  return {
    path,
    status,
    secret: entry.secret,
    changedKeys: secret?.keys ?? [],
    diff: `${head.join('')}${names}${body}`,
  };
}

function modeLines({ present, desired }: PlanEntry): string[] {
  if (present === undefined) return [`new file mode ${modeOf(desired)}\n`];
  if (desired === undefined) return [`deleted file mode ${modeOf(present)}\n`];
  if (present.executable === desired.executable) return [];
  return [`old mode ${modeOf(present)}\n`, `new mode ${modeOf(desired)}\n`];
}

function modeOf(file: { readonly executable: boolean } | undefined): string {
  return file?.executable === true ? '100755' : '100644';
}

function secretLines({ secret, present, desired }: PlanEntry, change: SecretChange | undefined): string[] {
  if (!secret) return [];
  if (change?.unknown !== undefined) return [`secret not compared: ${change.unknown}\n`];
  if (present === undefined || desired === undefined || change === undefined) return [];
  if (change.keys.length > 0) return [`secret changed: ${change.keys.join(', ')}\n`];
  return ['secret encrypted anew: no value changed\n'];
}

function nameLines({ path, present, desired }: PlanEntry): string {
  const name = visibleLine(path);
  const from = present === undefined ? '/dev/null' : `a/${name}`;
  return `--- ${from}\n+++ ${desired === undefined ? '/dev/null' : `b/${name}`}\n`;
}

function hunks(entry: PlanEntry, secret: SecretChange | undefined): string {
  if (entry.secret) return secret?.unknown === undefined ? unifiedDiff(secret?.before ?? '', secret?.after ?? '') : '';
  const [before, after] = [textOf(entry.present?.bytes), textOf(entry.desired?.bytes)];
  if (before === undefined || after === undefined) return 'Binary files differ\n';
  return unifiedDiff(before, after);
}

/** Undefined for bytes that are no text. */
function textOf(bytes: Uint8Array = new Uint8Array()): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
