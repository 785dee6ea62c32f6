import { failure } from '../../report/finding.ts';
import { findAccess } from '../../pipeline/access.ts';
import { namesOfStale, staleInputs } from '../../pipeline/inputs.ts';
import { readManifest } from '../../pipeline/state.ts';
import { readTalosCluster } from '../day2/talos-cluster.ts';
import { runOperation, type OperationOptions } from '../operation.ts';
import { requirePrograms } from '../programs/versions.ts';
import { generateConfig } from './generate.ts';
import { ensureSecretBundle, SECRET_BUNDLE } from './secret.ts';

/**
 * Generates the configuration of the nodes for work by hand; the bundle of secrets is made where the cluster has none yet.
 *
 * @returns the files of the nodes
 * @throws Failure where the tree is not the user's own, talhelper is missing or it fails
 */
export async function regenerate(options: Omit<OperationOptions, 'operation'>): Promise<string[]> {
  return await runOperation({ ...options, operation: 'talos generate-config' }, async (run) => {
    await requirePrograms(run.programs, ['talhelper']);
    const cluster = await readTalosCluster(run.root);
    const access = await findAccess(run.root, await readManifest(run.root), true);
    if (access.kind !== 'owner' || access.takesOver) throw notOwned();
    await run.step('Make the secrets of the cluster', async ({ say, note }) => {
      const stale = await staleInputs(run.root);
      if (stale.length > 0)
        note(`talos/ is older than ${namesOfStale(stale)}: \`cluster-template configure\` renders it anew`);
      const isMade = await ensureSecretBundle(run.root, access.key, run.programs);
      say(isMade ? `made ${SECRET_BUNDLE}: commit it` : 'are there already');
    });
    return await run.step('Generate the configuration of the nodes', () =>
      generateConfig(run.root, cluster, run.programs),
    );
  });
}

function notOwned(): Error {
  return failure('input', {
    code: 'workspace/owner',
    message: 'the tree has no owner of its own yet',
    remedy: 'run `cluster-template configure`, which makes the keys and the tree yours',
  });
}
