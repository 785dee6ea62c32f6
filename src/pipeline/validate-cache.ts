import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ManifestFile } from '../manifests/document.ts';
import type { ClusterRoot } from '../cluster/root.ts';
import type { Finding } from '../report/finding.ts';
import { redactValue } from '../report/redaction.ts';
import { readTextIfPresent, writeDisposableFile } from '../system/files.ts';
import { stateFile } from '../workspace/disk.ts';
import { workspaceOf } from './state.ts';

/** What is remembered of the last tree that passed the gates. */
export interface CheckedTree {
  /** Changes with the code of the gates: what others found is worth nothing. */
  readonly program: string;
  /** `treeKey` of the tree. */
  readonly key: string;
  readonly findings: readonly Finding[];
  /** Hashes of the objects that fit their schemas. */
  readonly passed: readonly string[];
}

/**
 * One hash over everything that the gates look at. Secrets are in it, the private age key among them: so no single secret can
 * be guessed from the hash.
 */
export function treeKey(files: readonly ManifestFile[], removed: ReadonlySet<string>): string {
  const hash = createHash('sha256');
  for (const { path, source, text, isGenerated, isAdopted } of files) {
    const owner = isGenerated ? 'generated' : isAdopted === true ? 'adopted' : 'own';
    hash.update(`\0${path}\0${source}\0${owner}\0`).update(text);
  }
  for (const path of removed) hash.update(`\0${path}`);
  return hash.digest('base64');
}

/** What the same gates remember; undefined where there is nothing. An unreadable file counts as absent. */
export async function readChecked(root: ClusterRoot, program: string): Promise<CheckedTree | undefined> {
  const text = await readTextIfPresent(fileOf(root));
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isChecked(value) && value.program === program ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Remembers a tree that passed; no secret that a finding quotes is written. */
export async function writeChecked(root: ClusterRoot, checked: CheckedTree): Promise<void> {
  await writeDisposableFile(
    stateFile(workspaceOf(root), 'cache', 'checks.json'),
    `${JSON.stringify(redactValue(checked))}\n`,
    0o600,
  );
}

function fileOf(root: ClusterRoot): string {
  return join(root.state, 'cache', 'checks.json');
}

function isChecked(value: unknown): value is CheckedTree {
  if (typeof value !== 'object' || value === null || !('findings' in value) || !('passed' in value)) return false;
  return 'program' in value && 'key' in value && Array.isArray(value.findings) && Array.isArray(value.passed);
}
