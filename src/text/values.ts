/** A map out of JSON or YAML. */
export type Fields = Readonly<Record<string, unknown>>;

/** The way to a value: keys of maps and indexes of lists. The empty path is the whole document. */
export type Path = readonly (string | number)[];

/** Whether a value is a map: no list, and not null. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as a map; empty for anything else. */
export function asFields(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** A value as a list of maps; empty for anything else. */
export function asFieldsList(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(asFields) : [];
}

/** A value as a text; empty for anything else. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The value that a text of JSON is; undefined for every other text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Node's message quotes the text, which may be a secret.
    return undefined;
  }
}

/** The map that a text of JSON is; undefined for every other text. */
export function parseFields(text: string): Fields | undefined {
  const value = parseJson(text);
  return isFields(value) ? value : undefined;
}

/**
 * Offset of the first character with which a text can no longer become JSON; its end where something is missing there. Node tells the
 * place in words, and not always.
 */
export function jsonMistake(text: string): number {
  for (let length = 1; length <= text.length; length += 1) if (!couldGoOn(text.slice(0, length))) return length - 1;
  return text.length;
}

function couldGoOn(start: string): boolean {
  try {
    JSON.parse(start);
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const position = /position (\d+)/.exec(message)?.[1];
    return (
      /^Unexpected end|^Unterminated/.test(message) || (position !== undefined && Number(position) >= start.length)
    );
  }
}

/** The value at a path; undefined where there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  let found = root;
  for (const step of path) {
    if (Array.isArray(found)) found = typeof step === 'number' ? (found[step] as unknown) : undefined;
    else found = isFields(found) && Object.hasOwn(found, step) ? found[step] : undefined;
  }
  return found;
}

/** As `valueAt`, for a path that is written out. */
export function at(root: unknown, ...path: Path): unknown {
  return valueAt(root, path);
}

/** A list inside of nested maps and lists; an empty one where there is none. */
export function listAt(root: unknown, ...path: Path): readonly unknown[] {
  const found = valueAt(root, path);
  return Array.isArray(found) ? found : [];
}

/** A text inside of nested maps and lists; undefined where there is none or it is empty. */
export function textAt(root: unknown, ...path: Path): string | undefined {
  const found = valueAt(root, path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** Whether a path is another one or leads below it. */
export function isWithin(path: Path, outer: Path): boolean {
  return outer.every((step, index) => path[index] === step);
}

/** A path as people write it: `nodes[1].address`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${String(step)}]`;
    if (!/^\w+$/.test(step)) return `${text}[${JSON.stringify(step)}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

/** The path that a JSON pointer writes (RFC 6901), in a value that tells lists from maps. */
export function fromPointer(pointer: string, root: unknown): Path {
  let value = root;
  return pointer
    .split('/')
    .slice(1)
    .map((text) => {
      const key = text.replaceAll('~1', '/').replaceAll('~0', '~');
      const step = Array.isArray(value) ? Number(key) : key;
      value = valueAt(value, [step]);
      return step;
    });
}

/**
 * As `walk`, for a search that seldom finds anything: the way to a value is put together where it is asked for.
 *
 * @param visit - is given the last step of the way, and what gives the whole
 */
export function search(
  value: unknown,
  visit: (value: unknown, step: string | number | undefined, way: () => Path) => void,
): void {
  const steps: (string | number)[] = [];
  const way = (): Path => [...steps];
  const enter = (inner: unknown, step: string | number): void => {
    steps.push(step);
    go(inner, step);
    steps.pop();
  };
  const go = (found: unknown, step: string | number | undefined): void => {
    visit(found, step, way);
    if (Array.isArray(found)) for (let index = 0; index < found.length; index += 1) enter(found[index], index);
    else if (isFields(found)) for (const key of Object.keys(found)) enter(found[key], key);
  };
  go(value, undefined);
}

/** Calls a function for every value inside of a value, itself first, with the way to it. */
export function walk(value: unknown, visit: (value: unknown, path: Path) => void, path: Path = []): void {
  visit(value, path);
  if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) walk(inner, visit, [...path, index]);
  } else if (isFields(value)) {
    for (const [key, inner] of Object.entries(value)) walk(inner, visit, [...path, key]);
  }
}
