import { at, isFields, type Fields } from './fields.ts';

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
