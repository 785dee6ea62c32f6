import { createHash } from 'node:crypto';
import type { ManifestFile } from '../manifests/document.ts';
import type { Finding } from '../report/finding.ts';
import { redactValue } from '../report/redaction.ts';
import type { UserCache } from '../system/user-folders.ts';

/** What the gates remember of trees that passed, of whatever repository; found by content alone. */
export interface CheckMemory {
  /** Warnings and notes of each tree by its `treeKey`, the last one first. */
  readonly trees: readonly (readonly [key: string, findings: readonly Finding[]])[];
  /** Hashes of objects that fit their schemas, those of the last tree first. */
  readonly passed: readonly string[];
}

/** More than the trees and objects of a few clusters and of changes under way. */
const REMEMBERED = { trees: 64, objects: 8192 };

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

/**
 * What the gates remember.
 *
 * @param program - changes with the code of the gates: what others found is worth nothing
 */
export function readChecks(cache: UserCache, program: string): CheckMemory {
  const bytes = cache.read(entryName(program));
  return bytes === undefined ? { trees: [], passed: [] } : (JSON.parse(bytes.toString('utf8')) as CheckMemory);
}

/** Remembers a tree that passed, before what is remembered already; no secret that a finding quotes is written. */
export function rememberTree(
  cache: UserCache,
  program: string,
  memory: CheckMemory,
  tree: { readonly key: string; readonly findings: readonly Finding[]; readonly fitting: readonly string[] },
): void {
  const next: CheckMemory = {
    trees: [[tree.key, tree.findings] as const, ...memory.trees].slice(0, REMEMBERED.trees),
    passed: [...new Set([...tree.fitting, ...memory.passed])].slice(0, REMEMBERED.objects),
  };
  cache.write(entryName(program), Buffer.from(JSON.stringify(redactValue(next))));
}

function entryName(program: string): string {
  return `checks-${createHash('sha256').update(program).digest('hex')}`;
}
