import type { ClusterRoot } from '../../cluster/root.ts';
import { findAccess, isOwned } from '../../pipeline/access.ts';
import { isTidied, readConfiguration, type ValidConfiguration } from '../../pipeline/configuration.ts';
import { namesOfStale, staleInputs } from '../../pipeline/inputs.ts';
import { readInventory } from '../../pipeline/state.ts';
import { Failure, type Finding } from '../../report/finding.ts';

/** What the doctor looks at, in its order; each can be asked for alone. */
export const AREAS = ['tools', 'configuration', 'keys', 'secrets', 'repository', 'dns'] as const;

/** One of them. */
export type Area = (typeof AREAS)[number];

/**
 * One thing of the user's surroundings that the doctor looked at, told also where nothing is wrong. The rules of src/checks look at the
 * rendered tree instead: of them only findings are told, and an error ends the run.
 */
export interface Check {
  readonly area: Area;
  /** What was looked at, on one line with what was found where nothing is wrong. */
  readonly subject: string;
  /** What is wrong, or worth knowing; empty where all is well. */
  readonly findings: readonly Finding[];
}

/** How a check ended: by the gravest of its findings. */
export function stateOf({ findings }: Check): 'ok' | 'note' | 'warning' | 'error' {
  const severities = (['error', 'warning', 'note'] as const).filter((severity) =>
    findings.some((finding) => finding.severity === severity),
  );
  return severities[0] ?? 'ok';
}

/** The two files of the configuration: valid, own, and what the generated files were made from. */
export async function checkConfiguration(root: ClusterRoot): Promise<{ checks: Check[]; valid?: ValidConfiguration }> {
  const subject = 'cluster.yaml and nodes.yaml';
  if (await isTidied(root)) {
    return { checks: [{ area: 'configuration', subject: `${subject} were archived`, findings: [] }] };
  }
  const read = await tryConfiguration(root);
  if ('findings' in read) return { checks: [{ area: 'configuration', subject, findings: read.findings }] };
  const { valid } = read;
  const checks: Check[] = [
    { area: 'configuration', subject, findings: valid.findings.filter((finding) => !isSampleValue(finding)) },
    {
      area: 'configuration',
      subject: 'values of the sample',
      findings: read.isOwned ? valid.findings.filter(isSampleValue) : [untouchedSample()],
    },
    { area: 'configuration', subject: 'generated files', findings: await staleFindings(root) },
  ];
  return { checks, valid };
}

/** Whether a finding tells of a value of the sample: with any of them no cluster comes up. */
export function isSampleValue({ code }: Finding): boolean {
  return code === 'config/sample-value';
}

function untouchedSample(): Finding {
  return {
    code: 'config/sample-value',
    severity: 'warning',
    message: 'cluster.yaml and nodes.yaml are the sample, with addresses that nobody has',
    remedy: 'edit both, then run `cluster-template configure`, which makes the tree yours',
  };
}

async function tryConfiguration(
  root: ClusterRoot,
): Promise<
  { readonly valid: ValidConfiguration; readonly isOwned: boolean } | { readonly findings: readonly Finding[] }
> {
  try {
    const inventory = await readInventory(root);
    // A tree that nobody owns yet has no secrets to be compared with.
    const access =
      inventory === undefined ? ({ kind: 'new', takesOver: false } as const) : await findAccess(root, inventory, false);
    return { valid: await readConfiguration(root, access), isOwned: isOwned(access) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { findings: error.findings };
  }
}

/** One warning where the generated files are older than what they are made from; none where the templates were tidied away. */
export async function staleFindings(root: ClusterRoot): Promise<Finding[]> {
  if (await isTidied(root)) return [];
  const stale = await staleInputs(root);
  if (stale.length === 0) return [];
  const message = `the generated files are older than what they are made from: ${namesOfStale(stale)}`;
  const remedy = 'run `cluster-template configure`, look at `git diff` and commit';
  return [{ code: 'workspace/stale', severity: 'warning', message, remedy }];
}
