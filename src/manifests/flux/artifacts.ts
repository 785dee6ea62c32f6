import { posix } from 'node:path';
import { listAt, textAt } from '../../text/values.ts';
import type { ManifestTree } from '../tree.ts';
import type { Source } from './roots.ts';

// Parts of a repository that Flux takes as artifacts of their own: https://fluxcd.io/flux/components/source/artifactgenerators/

/** A source by its kind, its namespace and its name. */
type Reference = Pick<Source, 'kind' | 'namespace' | 'name'>;

/**
 * The folder of this repository that a folder of an artifact is copied from.
 *
 * @param artifact - the ExternalArtifact
 * @param folder - in the artifact
 * @param isOwn - whether a source holds this repository
 * @returns undefined where no generator is written here, or what it copies comes from elsewhere, from several folders or by other patterns
 *   than a whole folder
 */
export function folderOfArtifact(
  tree: ManifestTree,
  artifact: Reference,
  folder: string,
  isOwn: (source: Reference) => boolean,
): string | undefined {
  const found = tree.documents.flatMap(({ fields }) => {
    if (fields.kind !== 'ArtifactGenerator') return [];
    const home = textAt(fields, 'metadata', 'namespace') ?? artifact.namespace;
    if (home !== artifact.namespace) return [];
    const sources = new Map(
      listAt(fields, 'spec', 'sources').map((one) => [
        textAt(one, 'alias') ?? '',
        {
          kind: textAt(one, 'kind') ?? 'GitRepository',
          namespace: textAt(one, 'namespace') ?? home,
          name: textAt(one, 'name') ?? '',
        },
      ]),
    );
    const made = listAt(fields, 'spec', 'artifacts').filter((one) => textAt(one, 'name') === artifact.name);
    return made.flatMap((one) =>
      listAt(one, 'copy').flatMap((copy) => {
        // A whole folder, `@alias/folder/**` or all of `@alias/`, goes into a folder as it is.
        const from = /^@([^/]+)\/(?:(.+\/)?\*\*)?$/.exec(textAt(copy, 'from') ?? '');
        const to = /^@artifact\/(.+\/)?$/.exec(textAt(copy, 'to') ?? '');
        const source = sources.get(from?.[1] ?? '');
        if (from === null || to === null || source === undefined || !isOwn(source)) return [];
        return insideOf(folder, { from: from[2] ?? '.', to: to[1] ?? '.' }) ?? [];
      }),
    );
  });
  const folders = [...new Set(found)].filter((one) => one === '.' || tree.folders.has(one));
  return folders.length === 1 ? folders[0] : undefined;
}

/** Where a folder of the artifact lies that a copy may have made; undefined where it lies elsewhere in the artifact. */
function insideOf(folder: string, copy: { readonly from: string; readonly to: string }): string | undefined {
  const way = posix.relative(copy.to, folder);
  return way === '..' || way.startsWith('../') ? undefined : posix.join(copy.from, way).replace(/\/$/, '');
}
