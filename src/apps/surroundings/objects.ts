import type { AppliedObject, FluxTree } from '../../manifests/flux/tree.ts';
import { at } from '../../text/values.ts';

/** The objects of some kinds. */
export function ofKind({ objects }: FluxTree, ...kinds: readonly string[]): AppliedObject[] {
  return objects.filter(({ kind }) => kinds.includes(kind));
}

/** Each text once, those that come most often first. */
export function ranked(texts: readonly (string | undefined)[]): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) if (text !== undefined && text !== '') counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].toSorted(([, one], [, other]) => other - one).map(([text]) => text);
}

/** Values of releases, and the fields of everything else. */
export function partsOf({ kind, fields }: AppliedObject): unknown {
  return kind === 'HelmRelease' ? at(fields, 'spec', 'values') : fields.spec;
}
