import { posix } from 'node:path';
import { at, type Fields, isFields, listAt, type Path, textAt } from '../../text/values.ts';
import type { ManifestDocument, Origin } from '../document.ts';
import { type Build, buildFolder } from '../kustomize/build.ts';
import { kustomizationIn } from '../kustomize/files.ts';
import type { BuiltObject } from '../kustomize/objects.ts';
import type { ManifestTree } from '../tree.ts';

/** A Kustomization of Flux, as far as it changes what is built. */
type Owner = Pick<BuiltObject, 'fields' | 'document' | 'originOf'>;

/**
 * Builds a folder as kustomize-controller does: it writes what the Kustomization says (`targetNamespace`, `namePrefix`, `nameSuffix`, `patches`,
 * `components`, `images`) into the kustomization.yaml of the folder, or into one that it makes of every manifest below the folder, and has
 * kustomize build that.
 *
 * @param owner - the Kustomization; undefined for a folder that is applied as it is
 */
export function buildFluxFolder(tree: ManifestTree, folder: string, owner: Owner | undefined): Build {
  const added = owner === undefined ? [] : additionsOf(tree, folder, owner.fields);
  if (owner === undefined || added.length === 0) return buildFolder(tree, folder);
  const own = kustomizationIn(tree, folder);
  const written = own?.fields ?? { resources: manifestsBelow(tree, folder) };
  const base = own ?? owner.document;
  const virtual: ManifestDocument = { ...base, fields: merged(written, added) };
  const place = own === undefined ? posix.join(folder, 'kustomization.yaml') : own.file.path;
  const overlaid = {
    ...tree,
    documentsOf: (path: string) => (path === place ? [virtual] : tree.documentsOf(path)),
  };
  const build = buildFolder(overlaid, folder);
  const origin = (found: Origin): Origin =>
    found.document === virtual ? originIn({ own, owner, written, added }, found.path) : found;
  return {
    ...build,
    objects: build.objects.map((object) => ({
      ...object,
      document: object.document === virtual ? base : object.document,
      originOf: (path) => origin(object.originOf(path)),
    })),
    problems: build.problems
      .map((problem) => ({ ...problem, ...origin(problem) }))
      // What a patch gives to every Kustomization need not find something in each of them.
      .filter(({ kind, document }) => kind !== 'patch-target' || document === owner.document || document === own),
  };
}

/** What a field of the Kustomization adds to the same one of a kustomization.yaml. */
interface Addition {
  readonly key: string;
  readonly value: unknown;
  /** Its place in the Kustomization. */
  readonly path: Path;
}

const TEXTS = [
  ['targetNamespace', 'namespace'],
  ['namePrefix', 'namePrefix'],
  ['nameSuffix', 'nameSuffix'],
] as const;
const LISTS = ['patches', 'patchesStrategicMerge', 'patchesJson6902', 'images'] as const;

function additionsOf(tree: ManifestTree, folder: string, fields: Fields): Addition[] {
  const texts = TEXTS.map(([from, key]) => ({ key, value: textAt(fields, 'spec', from), path: ['spec', from] }));
  const isLenient = at(fields, 'spec', 'ignoreMissingComponents') === true;
  const isThere = (one: unknown): boolean =>
    !isLenient ||
    typeof one !== 'string' ||
    tree.folders.has(posix.normalize(posix.join(folder, one)).replace(/\/$/, ''));
  const components = listAt(fields, 'spec', 'components').filter(isThere);
  const lists = LISTS.map((key) => ({ key, value: listAt(fields, 'spec', key), path: ['spec', key] }));
  return [
    ...texts.filter(({ value }) => value !== undefined),
    ...[{ key: 'components', value: components, path: ['spec', 'components'] }, ...lists].filter(
      ({ value }) => value.length > 0,
    ),
  ];
}

function merged(written: Fields, added: readonly Addition[]): Fields {
  const entries = added.map(({ key, value }): [string, unknown] => {
    if (!Array.isArray(value)) return [key, value];
    const before = listAt(written, key);
    return [key, key === 'images' ? mergedImages(before, value) : [...before, ...(value as unknown[])]];
  });
  return { ...written, ...Object.fromEntries(entries) };
}

/** An image that both name is changed in the fields that the Kustomization sets; tag and digest go together. */
function mergedImages(before: readonly unknown[], added: readonly unknown[]): unknown[] {
  const images = [...before];
  for (const image of added) {
    const index = images.findIndex((one) => textAt(one, 'name') === textAt(image, 'name'));
    const old = images[index];
    if (!isFields(old) || !isFields(image)) {
      images.push(image);
      continue;
    }
    const { newTag, digest, ...rest } = old;
    const isVersioned = image.newTag !== undefined || image.digest !== undefined;
    images[index] = { ...rest, ...(isVersioned ? {} : { newTag, digest }), ...image };
  }
  return images;
}

/** Where a value of the merged kustomization is written. */
function originIn(
  {
    own,
    owner,
    written,
    added,
  }: { own: ManifestDocument | undefined; owner: Owner; written: Fields; added: readonly Addition[] },
  path: Path,
): Origin {
  const [key, index, ...rest] = path;
  const addition = added.find((one) => one.key === key);
  const before = listAt(written, String(key)).length;
  const isAdded = addition !== undefined && (typeof index !== 'number' || index >= before);
  if (isAdded) {
    return owner.originOf([...addition.path, ...(typeof index === 'number' ? [index - before, ...rest] : [])]);
  }
  return own === undefined ? owner.originOf(['spec', 'path']) : { document: own, path };
}

/** Every folder with a kustomization.yaml, and every other YAML file, as paths from the folder; the controller makes one of them. */
function manifestsBelow(tree: ManifestTree, folder: string): string[] {
  const prefix = folder === '.' ? '' : `${folder}/`;
  const inside = [...tree.folders].filter((one) => one.startsWith(prefix) && one !== folder).sort();
  const kustomized = inside.filter((one) => kustomizationIn(tree, one) !== undefined);
  const taken = new Set(kustomized);
  const isBelow = (path: string): boolean => {
    for (let above = posix.dirname(path); above !== folder && above !== '.'; above = posix.dirname(above)) {
      if (taken.has(above)) return true;
    }
    return false;
  };
  const plain = [...tree.files.keys()].filter(
    (path) => path.startsWith(prefix) && /\.ya?ml$/.test(path) && !isBelow(path),
  );
  return [...kustomized.filter((one) => !isBelow(one)), ...plain].map((path) => `./${path.slice(prefix.length)}`);
}
