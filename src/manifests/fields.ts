/** A map of a YAML document: a Kubernetes object or a part of one. */
export type Fields = Readonly<Record<string, unknown>>;

/** The way to a value inside of a document: keys of maps and positions in lists. */
export type FieldPath = readonly (string | number)[];

/** Whether a value is a map. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value inside of nested maps and lists, undefined where there is none. */
export function at(value: unknown, ...path: FieldPath): unknown {
  let found = value;
  for (const step of path) {
    if (Array.isArray(found)) found = typeof step === 'number' ? (found[step] as unknown) : undefined;
    else found = isFields(found) && Object.hasOwn(found, step) ? found[step] : undefined;
  }
  return found;
}

/** A list inside of nested maps; an empty one where there is none. */
export function listAt(value: unknown, ...path: FieldPath): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** A text inside of nested maps, undefined where there is none or it is empty. */
export function textAt(value: unknown, ...path: FieldPath): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** Calls a function for every value inside of a value, itself first, with the way to it. */
export function walk(value: unknown, visit: (value: unknown, path: FieldPath) => void, path: FieldPath = []): void {
  visit(value, path);
  if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) walk(inner, visit, [...path, index]);
  } else if (isFields(value)) {
    for (const [key, inner] of Object.entries(value)) walk(inner, visit, [...path, key]);
  }
}

/** All texts inside of a value with the ways to them, keys of maps among them. */
export function textsIn(root: unknown): { readonly text: string; readonly path: FieldPath }[] {
  const texts: { text: string; path: FieldPath }[] = [];
  walk(root, (value, path) => {
    if (typeof value === 'string') texts.push({ text: value, path });
    else if (isFields(value)) for (const key of Object.keys(value)) texts.push({ text: key, path: [...path, key] });
  });
  return texts;
}
