import type { ClusterRoot } from '../cluster/root.ts';
import type { RenderedFile } from '../makejinja/render.ts';
import type { Finding } from '../report/finding.ts';
import { accessToLook } from './access.ts';
import { readConfiguration, type Reading } from './configuration.ts';
import { renderTree } from './render.ts';
import { readInventory } from './state.ts';
import { requireTrust } from './trust.ts';

/**
 * Validates the configuration and renders the tree in memory, without encrypting, comparing or writing anything.
 *
 * @param templates - absolute path of the folder with templates/, where other ones than those of the repository are meant
 * @param isLooking - whether no secret of what is rendered is shown or compared: one that is not at hand is stood in for, and a note says so
 * @throws Failure where the repository has code of its own and is not trusted, or the configuration or a template is wrong
 */
export async function renderOnly(
  root: ClusterRoot,
  { templates = root.path, isLooking }: { readonly templates?: string } & Pick<Reading, 'isLooking'> = {},
): Promise<{ files: readonly RenderedFile[]; findings: readonly Finding[] }> {
  await requireTrust(root);
  const inventory = await readInventory(root);
  const access = await accessToLook(root, inventory);
  const { configuration, findings } = await readConfiguration(
    root,
    access,
    isLooking === undefined ? {} : { isLooking },
  );
  const { files } = await renderTree(root, configuration, {
    access,
    inventory,
    sources: { templates, plugins: root.path },
  });
  return { files, findings };
}
