import { at, textAt } from '../../text/values.ts';
import type { ManifestTree } from '../tree.ts';
import { instanceOf } from './roots.ts';

const GATE = 'StrictPostBuildSubstitutions';

/** What `flux bootstrap` and `flux install` write at every object. */
const INSTALLED = /app\.kubernetes\.io\/version: v2\.(\d+)\./;

/** The first version of the Flux operator that brings Flux 2.9. */
const OPERATOR = 53;

/**
 * Whether Flux refuses a Kustomization because of a variable that nothing defines, as it does since 2.9; before, and where somebody switched
 * that off, it puts nothing in the place of one. A repository that does not say which Flux it has is taken to have the newest.
 *
 * @see https://github.com/fluxcd/kustomize-controller/blob/main/internal/features/features.go
 */
export function unsetRefusal(tree: ManifestTree): () => boolean {
  let answer: boolean | undefined;
  return () => (answer ??= refusesUnset(tree));
}

function refusesUnset(tree: ManifestTree): boolean {
  const texts = [...tree.files.values()].filter(({ text }) => text.includes(GATE));
  if (texts.length > 0) return !texts.some(({ text }) => text.includes(`${GATE}=false`));
  const minors = [...tree.documents.flatMap(minorOfInstance), ...minorsInstalled(tree)];
  return minors.length === 0 || minors.some((minor) => minor >= 9);
}

function minorOfInstance({ fields }: { readonly fields: ManifestTree['documents'][number]['fields'] }): number[] {
  const distribution = at(instanceOf(fields)?.instance, 'distribution');
  const exact = /^v?2\.(\d+)(?:\.|$)/.exec(textAt(distribution, 'version') ?? '')?.[1];
  if (exact !== undefined) return [Number(exact)];
  // The manifests of an operator know no version that came after it.
  const operator = /:v0\.(\d+)\./.exec(textAt(distribution, 'artifact') ?? '')?.[1];
  return operator === undefined ? [] : [Number(operator) < OPERATOR ? 8 : 9];
}

function minorsInstalled(tree: ManifestTree): number[] {
  return [...tree.files.values()].flatMap(({ path, text }) => {
    const minor = path.endsWith('gotk-components.yaml') ? INSTALLED.exec(text)?.[1] : undefined;
    return minor === undefined ? [] : [Number(minor)];
  });
}
