import { join } from 'node:path';
import { failure } from '../../report/finding.ts';
import { inspect } from '../../system/files.ts';
import type { ClusterAccess, OperationRun } from '../operation.ts';
import type { Patience } from '../programs/patience.ts';
import { unsuccessful } from '../programs/programs.ts';
import type { StepReport } from '../reporter.ts';
import { applyManifests, CRDS_FILE, diffManifests, RENDER_CRDS, waitForDefinitions } from './apps-calls.ts';
import { retrying } from './retry.ts';

/**
 * Applies the custom resource definitions of the charts that others rely on, and waits until the API serves them. Skipped where the
 * tree lists none, or the cluster has them as they are.
 *
 * @throws Failure where no chart brings a definition, or the API refuses one
 */
export async function applyDefinitions(
  { run, patience }: { readonly run: OperationRun; readonly patience: Patience },
  report: StepReport,
): Promise<void> {
  const attempts = { signal: run.signal, pauseSeconds: patience.pauseSeconds };
  const definitions = await retrying(attempts, report, () => renderDefinitions(run));
  const count = definitions.length === 1 ? 'one definition' : `${String(definitions.length)} definitions`;
  const verb = definitions.length === 1 ? 'is' : 'are';
  if (definitions.length === 0) report.say('the tree lists none');
  else if (await areInCluster(run, definitions)) report.say(`${count} ${verb} in the cluster already`);
  else {
    const text = definitions.join('---\n');
    await retrying(attempts, report, () => run.programs.run(applyManifests(text)));
    await retrying(attempts, report, () => run.programs.run(waitForDefinitions(text)));
    report.say(`${count} applied`);
  }
}

/** The definitions of the charts that the tree lists; none where it lists no chart. */
export async function renderDefinitions({ root, programs }: ClusterAccess): Promise<string[]> {
  if ((await inspect(join(root.path, CRDS_FILE))) === undefined) return [];
  const { stdout } = await programs.run(RENDER_CRDS);
  const definitions = definitionsOf(stdout);
  if (definitions.length === 0) throw noDefinition();
  return definitions;
}

/** Whether the cluster has these definitions as they are. */
export async function areInCluster({ programs }: ClusterAccess, definitions: readonly string[]): Promise<boolean> {
  const call = diffManifests(definitions.join('---\n'));
  const output = await programs.ask(call);
  // 1 is a difference; above it kubectl could not compare.
  if (output.exitCode > 1) throw unsuccessful(call, output);
  return output.exitCode === 0;
}

/** The documents of a stream of manifests that are custom resource definitions, as they are written. */
export function definitionsOf(manifests: string): string[] {
  return manifests
    .split(/^---(?:[ \t].*)?$/m)
    .map((document) => document.replace(/^\n+/, ''))
    .filter((document) => /^kind: ["']?CustomResourceDefinition["']?\s*$/m.test(document))
    .map((document) => (document.endsWith('\n') ? document : `${document}\n`));
}

function noDefinition(): Error {
  return failure('outside', {
    code: 'cluster/state',
    message: `the charts of ${CRDS_FILE} bring no custom resource definition`,
    place: { file: CRDS_FILE },
    remedy: `run \`helmfile --file ${CRDS_FILE} template\`, and look at what it prints`,
  });
}
