import { join, relative } from 'node:path';
import { watchLoop } from '../../makejinja/watch/watch.ts';
import { compareSnapshots, snapshotOf, type FileChange, type Snapshot } from '../../makejinja/watch/snapshot.ts';
import type { ClusterRoot } from '../../cluster/root.ts';
import { planConfigure } from '../../pipeline/configure.ts';
import { templateFolders } from '../../pipeline/inputs.ts';
import { SILENT } from '../../report/progress.ts';
import { requireTrust } from '../../pipeline/trust.ts';
import { Failure } from '../../report/finding.ts';
import { print } from '../../system/terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { printFailure, printFindingsOfChange, printJson } from '../output.ts';
import { planToJson, printPlanLines } from '../plan-output.ts';
import { rootOf, type RootOptions } from '../root.ts';
import { untilInterrupted } from '../interrupt.ts';

/**
 * `cluster-template watch`: shows the plan, and again after every change of what it is made from, and writes nothing. It
 * ends when it is interrupted, which is its good end; gives back the exit code.
 */
export async function runWatch(options: RootOptions): Promise<number> {
  const root = await rootOf(options);
  await requireTrust(root);
  const isJson = options.json === true;
  let snapshot: Snapshot | undefined;
  const update = async (): Promise<void> => {
    const before = snapshot;
    snapshot = snapshotOf(await watchedPaths(root));
    const changes = before === undefined ? [] : compareSnapshots(before, snapshot);
    if (before !== undefined && changes.length === 0) return;
    if (!isJson) print(changeLines(changes, root));
    await showPlan(root, options);
    if (before === undefined && !isJson) print('Watching; nothing is written; Ctrl-C ends\n');
  };
  await untilInterrupted((signal) => watchLoop({ update, folders: () => snapshot?.folders ?? [] }, signal));
  return EXIT.done;
}

/** What `configure` reads: the configuration, the settings, templates and plugins. */
async function watchedPaths(root: ClusterRoot): Promise<string[]> {
  const companion = join(root.path, 'cluster.sops.yaml');
  const { folders, packages } = await templateFolders(root);
  return [root.clusterFile, root.nodesFile, companion, root.rendererConfig, ...folders, ...packages];
}

function changeLines(changes: readonly FileChange[], root: ClusterRoot): string {
  return changes.map(({ path, change }) => `\n${change}: ${relative(root.path, path)}`).join('') + '\n';
}

/** A mistake is told like anywhere else, and mended by the next change. */
async function showPlan(root: ClusterRoot, options: RootOptions): Promise<void> {
  try {
    const result = await planConfigure(root, SILENT);
    if (options.json === true) {
      printJson(planToJson(result));
      return;
    }
    printFindingsOfChange([...result.findings, ...result.refusals], options);
    printPlanLines(result.plan, { all: false });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    printFailure(error, options);
  }
}
