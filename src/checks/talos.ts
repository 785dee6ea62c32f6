import { posix } from 'node:path';
import { textsIn } from '../manifests/fields.ts';
import type { ManifestTree } from '../manifests/tree.ts';
import type { Finding } from '../report/finding.ts';
import { manifestFinding } from './manifest-finding.ts';

const TALCONFIG = 'talos/talconfig.yaml';

/** Finds Talos patches that talconfig.yaml names and that do not exist, and those that it never names. */
export function checkTalosPatches(tree: ManifestTree): Finding[] {
  const named = tree.documentsOf(TALCONFIG).flatMap((document) =>
    textsIn(document.fields)
      .filter(({ text }) => text.startsWith('@'))
      .map(({ text, path }) => ({ document, path, target: posix.join('talos', text.slice(1)) })),
  );
  const known = new Set(named.map(({ target }) => target));
  const missing = named.filter(({ target }) => !tree.files.has(target));
  const idle = [...tree.files.values()].filter(
    ({ path, isGenerated }) => isGenerated && /^talos\/patches\/.*\.ya?ml$/.test(path) && !known.has(path),
  );
  return [
    ...missing.map(({ document, path, target }) =>
      manifestFinding(document, path, {
        code: 'manifests/talos-patch',
        message: `the patch ${target} does not exist`,
        remedy: 'name it only where it is rendered',
      }),
    ),
    ...idle.map(({ path, source }): Finding => ({
      code: 'manifests/talos-patch',
      severity: 'error',
      message: `no node takes this patch: ${TALCONFIG} does not name it`,
      place: { file: path },
      remedy: `put it into global/, controller/, worker/ or the folder of a node (${source})`,
    })),
  ];
}
