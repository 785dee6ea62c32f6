import type { AppliedObject } from '../manifests/flux/tree.ts';
import { type Fields, isFields, type Path, textAt, valueAt } from '../text/values.ts';
import { dangersOf } from './dangers.ts';
import { imageChanges } from './images.ts';
import type { ObjectChange, ValueChange } from './model.ts';

/**
 * What would become of the objects of a cluster between two trees, by the Kustomizations that apply them. Values are compared as they are
 * written, before variables are replaced: what these stand for may be a secret.
 */
export function compareTrees(before: readonly AppliedObject[], after: readonly AppliedObject[]): ObjectChange[] {
  const [old, young] = [byKey(before), byKey(after)];
  const keys = [...new Set([...old.keys(), ...young.keys()])].sort();
  const changes = keys.flatMap((key) => changeOf(old.get(key), young.get(key)));
  const removedOwners = new Set(
    changes.filter(({ what, kind }) => what === 'removed' && kind === 'Kustomization').map(labelOf),
  );
  return changes.map((change) => ({ ...change, dangers: dangersOf(change, { removedOwners }) }));
}

function byKey(objects: readonly AppliedObject[]): ReadonlyMap<string, AppliedObject> {
  // Of two that Flux would apply in turn the first one counts; `validate` tells of them.
  return new Map(
    objects
      .toReversed()
      .map((object) => [
        `${ownerOf(object) ?? ''} ${object.namespace ?? ''}/${object.name} ${object.group} ${object.kind}`,
        object,
      ]),
  );
}

function changeOf(before: AppliedObject | undefined, after: AppliedObject | undefined): ObjectChange[] {
  const object = after ?? before;
  if (object === undefined) return [];
  const values = before === undefined || after === undefined ? [] : valueChanges(contentOf(before), contentOf(after));
  if (before !== undefined && after !== undefined && values.length === 0) return [];
  return [
    {
      what: before === undefined ? 'added' : after === undefined ? 'removed' : 'changed',
      kind: object.kind,
      namespace: object.namespace,
      name: object.name,
      owner: ownerOf(object),
      file: object.document.file.path,
      isSecret: object.kind === 'Secret',
      values,
      images: imageChanges(before?.fields, after?.fields),
      dangers: [],
      before,
      after,
    },
  ];
}

/** Without what SOPS writes beside the values, which is new with every encryption. */
export function contentOf({ fields, document }: AppliedObject): Fields {
  if (!document.file.isSecret) return fields;
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== 'sops'));
}

function ownerOf({ owner }: AppliedObject): string | undefined {
  return owner === undefined ? undefined : labelOf(owner);
}

/** `namespace/name`. */
export function labelOf({
  namespace,
  name,
}: {
  readonly namespace: string | undefined;
  readonly name: string;
}): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/**
 * Where two values differ, each as deep as it can be told. Entries of lists that have a name are compared by it, whatever their order;
 * other lists entry by entry.
 */
export function valueChanges(before: unknown, after: unknown, path: Path = []): ValueChange[] {
  if (isFields(before) && isFields(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => valueChanges(valueAt(before, [key]), valueAt(after, [key]), [...path, key]));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    return pairs(before, after).flatMap(([one, other, index]) => valueChanges(one, other, [...path, index]));
  }
  return before === after ? [] : [{ path, before, after }];
}

/** Entries of two lists that belong together, with the index in the later one, of what is gone in the earlier one. */
function pairs(
  before: readonly unknown[],
  after: readonly unknown[],
): [before: unknown, after: unknown, index: number][] {
  const [old, young] = [namesOf(before), namesOf(after)];
  if (old === undefined || young === undefined) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) => [before[index], after[index], index]);
  }
  const gone = before.flatMap((one, index): [unknown, unknown, number][] =>
    young.includes(old[index] ?? '') ? [] : [[one, undefined, index]],
  );
  return [
    ...after.map((one, index): [unknown, unknown, number] => [before[old.indexOf(young[index] ?? '')], one, index]),
    ...gone,
  ];
}

/** Undefined where not every entry has a name of its own. */
function namesOf(list: readonly unknown[]): string[] | undefined {
  const names = list.flatMap((entry) => textAt(entry, 'name') ?? []);
  return names.length === list.length && new Set(names).size === names.length ? names : undefined;
}
