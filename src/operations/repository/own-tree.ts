import { placeholderFindings } from '../../cluster/credentials/make.ts';
import { type ClusterRoot, SAMPLE_RECIPIENT } from '../../cluster/root.ts';
import type { AgeKey } from '../../cluster/credentials/read.ts';
import type { Configuration } from '../../cluster/config/generated/types.ts';
import { findAccess } from '../../pipeline/access.ts';
import { isTidied, needsTunnel, readConfiguration } from '../../pipeline/configuration.ts';
import { readInventory } from '../../pipeline/state.ts';
import { Failure, failure, type Finding } from '../../report/finding.ts';
import { isSampleValue, staleFindings } from './configuration.ts';
import type { ProgramName, Programs } from '../programs/catalogue.ts';
import { missingProgram } from '../programs/programs.ts';
import { filesOfSample, secretFiles } from './secrets.ts';

/** A tree that a cluster may be made from. */
export interface OwnTree {
  readonly key: AgeKey;
  /** Undefined where the templates were tidied away: what they rendered is all there is. */
  readonly configuration: Configuration | undefined;
}

/**
 * Makes sure that the tree is the user's own and up to date before a cluster is made from it: generated with the key at hand, from
 * the configuration as it is now, with no value of the sample left and nothing that the published sample key opens.
 *
 * @throws Failure of kind `input` with everything that stands in the way
 */
export async function requireOwnTree(root: ClusterRoot): Promise<OwnTree> {
  const inventory = await readInventory(root);
  if (inventory === undefined || inventory.recipient === SAMPLE_RECIPIENT) throw notConfigured();
  const access = await findAccess(root, inventory, true);
  if (access.kind !== 'owner') throw notConfigured();
  if (access.key.recipient === SAMPLE_RECIPIENT) throw sampleKey(['age.key']);
  const valid = (await isTidied(root)) ? undefined : await readConfiguration(root, access);
  const configuration = valid?.configuration;
  const sample = filesOfSample(await secretFiles(root));
  const findings: Finding[] = [
    ...(valid?.findings ?? []).filter(isSampleValue).map(asError),
    ...(configuration && needsTunnel(configuration) ? await placeholderFindings(root.keys, 'error') : []),
    ...(sample.length > 0 ? sampleKey(sample).findings : []),
    ...(await staleFindings(root)).map(asError),
  ];
  if (findings.length > 0) throw new Failure('input', findings);
  return { key: access.key, configuration };
}

/**
 * Everything that the first step of a bootstrap would stop at, as far as it can be told without starting a program: what is wrong with
 * the tree, and programs that are missing.
 *
 * @param checks - further checks of the stage, each throwing a Failure
 */
export async function obstacles(
  root: ClusterRoot,
  { programs, needed }: { readonly programs: Programs; readonly needed: readonly ProgramName[] },
  ...checks: readonly (() => Promise<unknown>)[]
): Promise<Failure | undefined> {
  const missing = async (): Promise<void> => {
    const absent = await Promise.all(needed.map(async (name) => ((await programs.locate(name)) ? [] : [name])));
    const findings = absent.flat().flatMap((name) => missingProgram(name).findings);
    if (findings.length > 0) throw new Failure('outside', findings);
  };
  const failures: Failure[] = [];
  for (const check of [() => requireOwnTree(root), missing, ...checks]) {
    try {
      await check();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failures.push(error);
    }
  }
  const [first] = failures;
  if (first === undefined) return undefined;
  return new Failure(
    first.kind,
    failures.flatMap(({ findings }) => findings),
  );
}

/** What a look at the tree only warns of keeps a cluster from being made from it. */
function asError(finding: Finding): Finding {
  return { ...finding, severity: 'error' };
}

function notConfigured(): Failure {
  return failure('input', {
    code: 'workspace/owner',
    message:
      'this is the untouched sample of the template, encrypted to a published key: no cluster can be made from it',
    remedy: 'edit cluster.yaml and nodes.yaml, then run `cluster-template configure`, which makes the tree yours',
  });
}

function sampleKey(files: readonly string[]): Failure {
  return failure('input', {
    code: 'secrets/sample-key',
    message: `${files.join(', ')}: the published key of the sample opens it, so that anybody could take the cluster over`,
    remedy: 'remove it where it is not yours, then run `cluster-template configure`',
  });
}
