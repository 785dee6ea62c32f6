import { dataKeysOf } from './data.ts';
import type { AppliedObject } from './flux.ts';
import { productsOf } from './products.ts';
import type { Reference } from './references.ts';

/** What a reference leads to. */
export type Resolution =
  | { readonly kind: 'object'; readonly object: AppliedObject }
  /** A controller or a chart makes it. */
  | { readonly kind: 'product' }
  | { readonly kind: 'nothing' };

/** All objects of a tree by what names them. */
export interface ObjectIndex {
  readonly find: (kind: string, namespace: string | undefined, name: string) => AppliedObject | undefined;
  readonly resolve: (reference: Reference) => Resolution;
}

/** Makes the index of the objects that are applied. */
export function indexObjects(objects: readonly AppliedObject[]): ObjectIndex {
  const byName = new Map(objects.map((object) => [keyOf(object.kind, object.namespace, object.name), object]));
  const products = new Set(
    objects.flatMap(productsOf).map(({ kind, namespace, name }) => keyOf(kind, namespace, name)),
  );
  const find = (kind: string, namespace: string | undefined, name: string): AppliedObject | undefined =>
    byName.get(keyOf(kind, namespace, name));
  return {
    find,
    resolve({ kind, namespace, name }) {
      const object = find(kind, namespace, name) ?? find(kind, undefined, name);
      if (object !== undefined) return { kind: 'object', object };
      const isMade = products.has(keyOf(kind, namespace, name)) || products.has(keyOf(kind, undefined, name));
      return isMade ? { kind: 'product' } : { kind: 'nothing' };
    },
  };
}

/** The names of the entries of a Secret or ConfigMap. */
export function entriesOf(object: AppliedObject): readonly string[] {
  return object.generatedKeys ?? dataKeysOf(object.document.fields);
}

function keyOf(kind: string, namespace: string | undefined, name: string): string {
  return `${kind}/${namespace ?? ''}/${name}`;
}
