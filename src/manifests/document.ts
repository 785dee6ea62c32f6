import { type Fields, type Path, search, isFields, at } from '../text/values.ts';

/** A file of the tree that Flux, talhelper and the bootstrap will read. */
export interface ManifestFile {
  /** Relative to the cluster's root, with forward slashes. */
  readonly path: string;
  /** The template that it was rendered from, or its own path where somebody wrote it by hand. */
  readonly source: string;
  readonly text: string;
  /** Whether this run renders it; the others are on disk already and belong to the user. */
  readonly isGenerated: boolean;
  /** Whether it was generated once and given to the user: the tree that is generated counts on it. */
  readonly isAdopted?: boolean;
  /** Whether its lines may show a secret. */
  readonly isSecret: boolean;
}

/** One document of a YAML file. */
export interface ManifestDocument {
  readonly file: ManifestFile;
  /** Position among the documents of its file. */
  readonly index: number;
  readonly value: unknown;
  /** What stands in it; an empty map where it is no map. */
  readonly fields: Fields;
}

/** A place in a document of the tree. */
export interface Origin {
  readonly document: ManifestDocument;
  readonly path: Path;
}

/** The same text for the same place. */
export function originKey({ document, path }: Origin): string {
  return JSON.stringify([document.file.path, document.index, ...path]);
}

/** All texts inside of a value with the ways to them, keys of maps among them; those alone that hold a part, where one is given. */
export function textsIn(root: unknown, part = ''): { readonly text: string; readonly path: Path }[] {
  const texts: { text: string; path: Path }[] = [];
  search(root, (value, _, way) => {
    if (typeof value === 'string') {
      if (value.includes(part)) texts.push({ text: value, path: way() });
    } else if (isFields(value)) {
      for (const key of Object.keys(value)) if (key.includes(part)) texts.push({ text: key, path: [...way(), key] });
    }
  });
  return texts;
}

const DATA = ['data', 'stringData', 'binaryData'];

/** The entries of a Secret or ConfigMap as plain texts. */
export function dataOf(fields: Fields): [key: string, text: string][] {
  return DATA.flatMap((part) => {
    const found = at(fields, part);
    const isEncoded = part === 'binaryData' || (part === 'data' && fields.kind === 'Secret');
    return entriesIn(found).map(([key, value]): [string, string] => {
      const text = String(value);
      return [key, isEncoded ? Buffer.from(text, 'base64').toString('utf8') : text];
    });
  });
}

/** The names of the entries of a Secret or ConfigMap. */
export function dataKeysOf(fields: Fields): string[] {
  return DATA.flatMap((part) => entriesIn(at(fields, part)).map(([key]) => key));
}

function entriesIn(found: unknown): [string, unknown][] {
  return isFields(found) ? Object.entries(found) : [];
}
