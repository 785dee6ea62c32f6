import type { ManifestDocument, Origin } from '../document.ts';
import { at, isFields, textAt } from '../../text/values.ts';
import type { ManifestTree } from '../tree.ts';
import { applyJsonPatch } from './json-patch.ts';
import { type Entry, entryText } from './kustomization.ts';
import { isSameId, labelOf, NothingFound, type ObjectId, type Provenance, Refusal, Resource } from './resource.ts';
import { readSelector, selected } from './selectors.ts';
import { mergePatch } from './strategic-merge.ts';

/** What patches change, and where their texts are. */
export interface PatchContext {
  readonly provenance: Provenance;
  readonly place: (path: Entry['path']) => Origin;
  /** The documents of a file of the kustomization; undefined where it is told to be missing already. */
  readonly documents: (file: string, path: Entry['path']) => readonly ManifestDocument[] | undefined;
  /** The values of the documents of a text within the kustomization. */
  readonly valuesOf: ManifestTree['valuesOf'];
}

/** What a patch is made of: one list of operations, or objects to merge. */
interface Parts {
  readonly value: unknown;
  readonly origin: Origin;
}

/** The resources as an entry of `patches` leaves them. */
export function applyPatch(resources: readonly Resource[], entry: Entry, context: PatchContext): readonly Resource[] {
  const parts = partsOf(entry, context);
  if (parts === undefined) return resources;
  const target = at(entry.fields, 'target');
  const [first] = parts;
  // A list of nothing is no patch, whatever its target is.
  if (Array.isArray(first?.value) && first.value.length === 0) return resources;
  if (first !== undefined && Array.isArray(first.value)) {
    if (!isFields(target)) throw new Refusal('a JSON patch needs a target', 'say by `target` what it is for');
    const wanted = selected(resources, readSelector(target, context.place([...entry.path, 'target'])));
    for (const resource of wanted) {
      resource.remember();
      patchJson(resource, first, context.provenance);
    }
    return resources;
  }
  const patches = parts.map((part) => patchOf(part, context.provenance));
  const options = {
    renames: at(entry.fields, 'options', 'allowNameChange') === true,
    changesKind: at(entry.fields, 'options', 'allowKindChange') === true,
  };
  if (!isFields(target))
    return patches.reduce((left, patch) => mergeInto(left, only(left, patch), patch, options), resources);
  const [patch, another] = patches;
  if (another !== undefined)
    throw new Refusal('one patch with a target holds several objects', 'write an entry for each', another.origin);
  if (patch === undefined) return resources;
  const wanted = selected(resources, readSelector(target, context.place([...entry.path, 'target'])));
  return mergeInto(resources, wanted, patch, options);
}

/** As `applyPatch`, for an entry of the older `patchesStrategicMerge`. */
export function applyOldMerge(
  resources: readonly Resource[],
  { text, path }: { readonly text: string; readonly path: Entry['path'] },
  context: PatchContext,
): readonly Resource[] {
  const inline =
    text.includes('\n') || text.trim().startsWith('{') ? inlineParts(text, context.place(path), context) : undefined;
  const parts = inline ?? context.documents(text, path)?.map(partOf);
  const patches = (parts ?? []).map((part) => patchOf(part, context.provenance));
  const options = { renames: false, changesKind: false };
  return patches.reduce((left, patch) => mergeInto(left, only(left, patch), patch, options), resources);
}

/** As `applyPatch`, for an entry of the older `patchesJson6902`. */
export function applyOldJson(resources: readonly Resource[], entry: Entry, context: PatchContext): void {
  const target = at(entry.fields, 'target');
  if (textAt(target, 'name') === undefined)
    throw new Refusal('the patch needs a target with a name', 'name it under `target`');
  const [first] = partsOf(entry, context) ?? [];
  if (first === undefined) return;
  if (!Array.isArray(first.value) || first.value.length === 0) {
    throw new Refusal('the patch is no list of operations', 'write operations as RFC 6902 has them', first.origin);
  }
  for (const resource of selected(resources, readSelector(target, context.place([...entry.path, 'target'])))) {
    patchJson(resource, first, context.provenance);
  }
}

function partsOf(entry: Entry, context: PatchContext): Parts[] | undefined {
  const [path, text] = [entryText(entry, 'path'), entryText(entry, 'patch').trim()];
  if (path === '' && text === '') throw new Refusal('the patch has no content', 'give it `patch` or `path`');
  if (path !== '' && text !== '')
    throw new Refusal('a patch takes `patch` or `path`, not both', 'leave one of them out');
  if (path !== '') return context.documents(path, [...entry.path, 'path'])?.map(partOf);
  return inlineParts(text, context.place([...entry.path, 'patch']), context);
}

function partOf(document: ManifestDocument): Parts {
  return { value: document.value, origin: { document, path: [] } };
}

function inlineParts(text: string, origin: Origin, { valuesOf }: PatchContext): Parts[] {
  const values = valuesOf(text);
  if ('message' in values) throw new Refusal(`the patch is not valid YAML: ${values.message}`, 'correct it', origin);
  return values.flatMap((value, index) =>
    value === null ? [] : [{ value, origin: { document: origin.document, path: [...origin.path, index] } }],
  );
}

function patchOf({ value, origin }: Parts, provenance: Provenance): Resource {
  if (!isFields(value) || textAt(value, 'kind') === undefined || textAt(value, 'metadata', 'name') === undefined) {
    throw new Refusal(
      'the patch is neither an object with kind and name nor a list of operations',
      'write one of the two',
      origin,
    );
  }
  return new Resource(value, origin, provenance);
}

/** The one object that a patch without a target means, by what it is called or was called. */
function only(resources: readonly Resource[], patch: Resource): Resource[] {
  const { id } = patch;
  const isWanted = (other: ObjectId): boolean => isSameId(other, id);
  const found = resources.filter((resource) => [...resource.previous, resource.id].some(isWanted));
  if (found.length === 1) return found;
  const label = labelOf(id);
  const origin = patch.originOf(['metadata', 'name']);
  if (found.length > 1)
    throw new Refusal(`the patch could mean several objects: ${label}`, 'say more by a target', origin);
  throw new NothingFound(
    `there is no ${label} that the patch could change`,
    'correct its apiVersion, kind, name and namespace',
    origin,
  );
}

interface MergeOptions {
  readonly renames: boolean;
  readonly changesKind: boolean;
}

function mergeInto(
  resources: readonly Resource[],
  wanted: readonly Resource[],
  patch: Resource,
  { renames, changesKind }: MergeOptions,
): readonly Resource[] {
  const gone = new Set<Resource>();
  for (const resource of wanted) {
    const { fields, origin } = resource;
    const places = new Map(KEPT.map((path) => [path, { value: at(fields, ...path), origin: resource.originOf(path) }]));
    if (renames || changesKind) resource.remember();
    const change = { ...patch.fields, apiVersion: fields.apiVersion };
    const merged = mergePatch({ value: fields, origin }, { value: change, origin: patch.origin }, patch.provenance);
    if (merged === undefined || !isFields(merged.value) || Object.keys(merged.value).length === 0) {
      gone.add(resource);
      continue;
    }
    resource.fields = merged.value;
    resource.origin = merged.origin;
    for (const [path, { value, origin: place }] of places) {
      const mayChange = (path === NAME && renames) || (path === KIND && changesKind);
      if (mayChange) continue;
      if (value !== undefined) resource.set(path, value, place);
      else if (at(resource.fields, ...path) !== undefined) resource.remove(path);
    }
  }
  return gone.size === 0 ? resources : resources.filter((resource) => !gone.has(resource));
}

const NAME = ['metadata', 'name'];
const KIND = ['kind'];
/** What a merge leaves as it is unless it is allowed to change it. */
const KEPT: readonly (readonly string[])[] = [['apiVersion'], KIND, NAME, ['metadata', 'namespace']];

function patchJson(resource: Resource, { value, origin }: Parts, provenance: Provenance): void {
  const operations = Array.isArray(value) ? (value as readonly unknown[]) : [];
  // kustomize keeps notes in the annotations while it builds, so that there is a map to add to.
  const isBare = at(resource.fields, 'metadata', 'annotations') === undefined && resource.hasNotes;
  if (isBare) resource.set(['metadata', 'annotations'], {}, undefined);
  resource.fields = applyJsonPatch(
    { fields: resource.fields, origin: resource.origin },
    operations,
    origin,
    provenance,
  );
  const annotations = at(resource.fields, 'metadata', 'annotations');
  if (isBare && isFields(annotations) && Object.keys(annotations).length === 0)
    resource.remove(['metadata', 'annotations']);
}
