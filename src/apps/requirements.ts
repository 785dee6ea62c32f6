import type { FluxTree } from '../manifests/flux/tree.ts';
import { textsIn } from '../manifests/document.ts';
import { asFields, at, listAt, textAt } from '../text/values.ts';
import { shouted } from './scaffold/secrets.ts';

/** What a password store has to hold, as ExternalSecrets read it. */
export interface StoreItem {
  readonly store: string;
  /** The name of the item; of several that may hold the fields all of them. */
  readonly item: string;
  /** None where all of the item is taken. */
  readonly fields: readonly string[];
  /** The ExternalSecrets that read it, as `namespace/name`. */
  readonly neededBy: readonly string[];
}

/** What the stores of a repository have to hold, by store and item. Names alone are known: no store is asked. */
export function storeItemsOf({ objects }: Pick<FluxTree, 'objects'>): StoreItem[] {
  const found = new Map<string, { store: string; item: string; fields: Set<string>; neededBy: Set<string> }>();
  for (const { kind, group, fields, name, namespace } of objects) {
    if (group !== 'external-secrets.io' || !/^(?:Cluster)?ExternalSecret$/.test(kind)) continue;
    const spec = asFields(kind === 'ExternalSecret' ? fields.spec : at(fields, 'spec', 'externalSecretSpec'));
    const store = textAt(spec, 'secretStoreRef', 'name') ?? '';
    for (const { item, names } of readsOf(spec)) {
      const key = JSON.stringify([store, item]);
      const one = found.get(key) ?? { store, item, fields: new Set(), neededBy: new Set() };
      found.set(key, one);
      for (const field of names) one.fields.add(field);
      one.neededBy.add(namespace === undefined ? name : `${namespace}/${name}`);
    }
  }
  return [...found.values()]
    .map(({ store, item, fields, neededBy }) => ({
      store,
      item,
      fields: [...fields].sort(),
      neededBy: [...neededBy].sort(),
    }))
    .sort((one, other) => compare(one.store, other.store) || compare(one.item, other.item));
}

/** https://external-secrets.io/latest/api/externalsecret/: single fields, and whole items whose fields a template takes. */
function readsOf(spec: unknown): { readonly item: string; readonly names: readonly string[] }[] {
  const single = listAt(spec, 'data').flatMap((one) => {
    const [item, field] = [textAt(one, 'remoteRef', 'key'), textAt(one, 'remoteRef', 'property')];
    return item === undefined ? [] : [{ item, names: field === undefined ? [] : [field] }];
  });
  const known = new Set(listAt(spec, 'data').map((one) => textAt(one, 'secretKey')));
  const items = listAt(spec, 'dataFrom').flatMap((one) => textAt(one, 'extract', 'key') ?? []);
  const used = textsIn(at(spec, 'target', 'template')).flatMap(({ text }) =>
    [...text.matchAll(/\{\{[^}]*?\.([A-Za-z_]\w*)/g)].map(([, name = '']) => name),
  );
  const fields = [...new Set(used)].filter((name) => !known.has(name));
  const byItem = new Map<string, string[]>(items.map((item) => [item, []]));
  for (const field of fields) {
    // Fields are called after their item where several are read: APP_TOKEN of the item app.
    const [own] = items.filter((item) => field.startsWith(`${shouted(item)}_`));
    const others = items.filter((item) => !fields.some((one) => one.startsWith(`${shouted(item)}_`)));
    const item = own ?? (others.length > 0 ? others : items).join(' or ');
    if (item !== '') byItem.set(item, [...(byItem.get(item) ?? []), field]);
  }
  const whole = [...byItem].filter(
    ([item, names]) =>
      names.length > 0 || ![...byItem.keys()].some((one) => one !== item && one.split(' or ').includes(item)),
  );
  return [...single, ...whole.map(([item, names]) => ({ item, names }))];
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
