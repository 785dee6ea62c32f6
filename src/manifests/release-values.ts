import { asFields, at, type Fields, listAt, type Path, textAt } from '../text/values.ts';
import { merged, readValues } from './charts.ts';
import type { AppliedObject } from './flux/tree.ts';

/** The values that a HelmRelease gives its chart. */
export interface ReleaseValues {
  readonly all: Fields;
  /** Whether all of them are known. */
  readonly isWhole: boolean;
  /** ConfigMaps that they come from, the last one first. */
  readonly sources: readonly { readonly object: AppliedObject; readonly path: Path; readonly values: Fields }[];
}

/**
 * Puts together what a release and the ConfigMaps that it names say: later ones go over earlier ones, those of the release over all.
 *
 * @param applied - the fields of the release, variables replaced where they matter
 * @see https://fluxcd.io/flux/components/helm/helmreleases/#values
 */
export function releaseValues(
  release: Pick<AppliedObject, 'namespace'>,
  applied: Fields,
  find: (kind: string, namespace: string | undefined, name: string) => AppliedObject | undefined,
): ReleaseValues {
  let all: Fields = {};
  let isWhole = true;
  const sources: { object: AppliedObject; path: Path; values: Fields }[] = [];
  for (const reference of listAt(applied, 'spec', 'valuesFrom')) {
    const kind = textAt(reference, 'kind') ?? '';
    const key = textAt(reference, 'valuesKey') ?? 'values.yaml';
    const object = kind === 'ConfigMap' ? find(kind, release.namespace, textAt(reference, 'name') ?? '') : undefined;
    const text = object === undefined ? undefined : textAt(object.fields, 'data', key);
    const isPlain = textAt(reference, 'targetPath') === undefined;
    const values = text === undefined || !isPlain ? undefined : readValues(text);
    if (object === undefined || values === undefined) isWhole = false;
    else {
      all = merged(all, values, true);
      sources.unshift({ object, path: ['data', key], values });
    }
  }
  return { all: merged(all, asFields(at(applied, 'spec', 'values')), true), isWhole, sources };
}
