import { join } from 'node:path';
import type { ClusterRoot } from '../../cluster/root.ts';
import { listFolder } from '../../system/files.ts';
import type { ClusterAccess, OperationRun } from '../operation.ts';
import type { Patience } from '../programs/patience.ts';
import type { StepReport } from '../reporter.ts';
import { applyManifests, LIST_NAMESPACES } from './apps-calls.ts';
import { retrying } from './retry.ts';

/** The namespaces of the tree: the folders of kubernetes/apps. */
export async function namespacesOf(root: ClusterRoot): Promise<string[]> {
  const folders = await listFolder(join(root.path, 'kubernetes/apps'));
  return folders.filter(({ kind }) => kind === 'folder').map(({ name }) => name);
}

/** Those of them that the cluster does not have. */
export async function missingNamespaces({ root, programs }: ClusterAccess): Promise<string[]> {
  const { stdout } = await programs.run(LIST_NAMESPACES);
  const present = new Set(stdout.split('\n').map((line) => line.trim().replace(/^namespace\//, '')));
  return (await namespacesOf(root)).filter((name) => !present.has(name));
}

/** Makes the namespaces that are not there; those that are stay as they are, labels and all. */
export async function makeNamespaces(
  { run, patience }: { run: OperationRun; patience: Patience },
  report: StepReport,
): Promise<void> {
  const wanted = await namespacesOf(run.root);
  const attempts = { signal: run.signal, pauseSeconds: patience.pauseSeconds };
  const missing = await retrying(attempts, report, () => missingNamespaces(run));
  if (missing.length > 0) {
    await retrying(attempts, report, () => run.programs.run(applyManifests(namespaceManifests(missing))));
  }
  report.say(missing.length === 0 ? `all ${String(wanted.length)} are there` : `made ${missing.join(', ')}`);
}

/** The manifests of namespaces, as few words as possible: labels and annotations come with Flux. */
export function namespaceManifests(names: readonly string[]): string {
  return names.map((name) => `---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n`).join('');
}
