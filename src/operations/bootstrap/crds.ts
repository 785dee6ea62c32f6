import { join } from 'node:path';
import { failure } from '../../report/finding.ts';
import { inspect } from '../../system/files.ts';
import type { OperationRun } from '../operation.ts';
import type { Patience } from '../programs/patience.ts';
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
  if ((await inspect(join(run.root.path, CRDS_FILE))) === undefined) {
    report.say('the tree lists none');
    return;
  }
  const attempts = { signal: run.signal, pauseSeconds: patience.pauseSeconds };
  const { stdout } = await retrying(attempts, report, () => run.programs.run(RENDER_CRDS));
  const definitions = definitionsOf(stdout);
  if (definitions.length === 0) throw noDefinition();
  const text = definitions.join('---\n');
  const count = `${String(definitions.length)} definitions`;
  const { exitCode } = await run.programs.ask(diffManifests(text));
  if (exitCode === 0) {
    report.say(`${count} are in the cluster already`);
    return;
  }
  await retrying(attempts, report, () => run.programs.run(applyManifests(text)));
  await retrying(attempts, report, () => run.programs.run(waitForDefinitions(text)));
  report.say(`${count} applied`);
}

/** The documents of a stream of manifests that are custom resource definitions, as they are written. */
export function definitionsOf(manifests: string): string[] {
  return manifests
    .split(/^---(?:\s.*)?$/m)
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
