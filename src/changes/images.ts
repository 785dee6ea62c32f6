import type { ImageChange } from './model.ts';
import { type Fields, isFields, listAt, textAt, walk } from '../text/values.ts';

/** The images and charts that two versions of an object name and that differ. */
export function imageChanges(before: Fields | undefined, after: Fields | undefined): ImageChange[] {
  const [old, young] = [versionsIn(before), versionsIn(after)];
  const images = [...new Set([...old.keys(), ...young.keys()])].sort();
  return images.flatMap((image) => {
    const [one, other] = [old.get(image) ?? [], young.get(image) ?? []];
    const gone = one.filter((version) => !other.includes(version));
    const come = other.filter((version) => !one.includes(version));
    const length = Math.max(gone.length, come.length);
    return Array.from({ length }, (_, index) => ({ image, before: gone[index], after: come[index] }));
  });
}

/** All versions of each image and chart that an object names. */
function versionsIn(fields: Fields | undefined): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const add = (image: string, version: string): void => {
    const known = found.get(image) ?? [];
    if (!known.includes(version)) found.set(image, [...known, version]);
  };
  if (fields === undefined) return found;
  for (const [image, version] of chartsOf(fields)) add(image, version);
  walk(fields, (value, path) => {
    const key = path[path.length - 1];
    if (key !== 'image' && key !== 'imageName') return;
    if (typeof value === 'string') {
      const { image, version } = partsOf(value);
      add(image, version);
      return;
    }
    // As charts take it: https://helm.sh/docs/chart_best_practices/values/.
    const repository = textAt(value, 'repository');
    if (!isFields(value) || repository === undefined) return;
    const [registry, tag, digest] = ['registry', 'tag', 'digest'].map((part) => textOf(value[part]));
    const image = registry === undefined || registry === '' ? repository : `${registry}/${repository}`;
    add(image, [tag ?? '', digest ?? ''].filter((part) => part !== '').join('@'));
  });
  return found;
}

/** The chart of a release or source of Flux. */
function chartsOf(fields: Fields): [chart: string, version: string][] {
  if (fields.kind === 'OCIRepository') {
    const [url, tag, digest, semver] = [['url'], ['ref', 'tag'], ['ref', 'digest'], ['ref', 'semver']].map((path) =>
      textAt(fields, 'spec', ...path),
    );
    return url === undefined
      ? []
      : [[url, [tag ?? semver ?? '', digest ?? ''].filter((part) => part !== '').join('@')]];
  }
  const chart = textAt(fields, 'spec', 'chart', 'spec', 'chart');
  const version = textAt(fields, 'spec', 'chart', 'spec', 'version');
  if (fields.kind === 'HelmRelease' && chart !== undefined) return [[chart, version ?? 'latest']];
  return listAt(fields, 'releases').flatMap((release): [string, string][] => {
    const [name, of] = [textAt(release, 'chart'), textAt(release, 'version')];
    return name === undefined || of === undefined ? [] : [[name, of]];
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** `registry:5000/name:tag@digest`: the tag begins behind the last slash. */
function partsOf(reference: string): { readonly image: string; readonly version: string } {
  const [name = '', digest] = reference.split('@');
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  const [image, tag] = colon < 0 ? [name, ''] : [name.slice(0, colon), name.slice(colon + 1)];
  return { image, version: [tag, digest ?? ''].filter((part) => part !== '').join('@') };
}
