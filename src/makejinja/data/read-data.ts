import { posix } from 'node:path';
import { TextDecoder } from 'node:util';
import { dictSet, makeDict } from '../../jinja/python/dict.ts';
import { type Failure, failure } from '../../report/finding.ts';
import { DataError } from './data-error.ts';
import { readJson } from './json.ts';
import { readToml } from './toml.ts';
import { readYaml } from './yaml.ts';

/** The documents of a text. */
type Reader = (text: string) => readonly unknown[];

const READERS: Readonly<Record<string, Reader>> = {
  '.yaml': readYaml,
  '.yml': readYaml,
  '.toml': (text) => [readToml(text)],
  '.json': (text) => [readJson(text)],
};

/** The endings of data files, with their dots. */
export const DATA_ENDINGS: readonly string[] = Object.keys(READERS);

/**
 * The data of a file by its ending, as makejinja has Python read them. The documents of a YAML file are put together key
 * by key, later ones win.
 *
 * @param path - the file as the user knows it, with forward slashes
 * @param content - what it holds: a text, or bytes that are decoded as Python would
 * @returns the keys in the order of the file, values as the engine takes them
 * @throws Failure of kind `input` for an ending that is not known, a text that Python
 *   refuses, and a document that is no map
 */
export function readData(path: string, content: string | Uint8Array): Map<unknown, unknown> {
  const reader = READERS[posix.extname(path)];
  if (reader === undefined) {
    throw failure('input', {
      code: 'render/data',
      message: `the data file ${path} has no ending that says how to read it`,
      place: { file: path },
      remedy: `use one of ${DATA_ENDINGS.join(', ')}`,
    });
  }
  const text = typeof content === 'string' ? content : decodeData(path, content);
  const data = makeDict();
  for (const [index, document] of readDocuments(reader, path, text).entries()) {
    if (!(document instanceof Map)) throw noMap(path, index, document);
    for (const [key, value] of document) dictSet(data, key, value);
  }
  return data;
}

function readDocuments(reader: Reader, path: string, text: string): readonly unknown[] {
  try {
    return reader(text);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const { message, mark, remedy } = error;
    const place = { file: path, line: mark.line + 1, column: mark.column + 1 };
    // Without the line itself: data may hold secrets.
    const finding = { code: 'render/data', message, place, ...(remedy === undefined ? {} : { remedy }) } as const;
    throw failure('input', finding, error);
  }
}

function noMap(path: string, index: number, document: unknown): Failure {
  const isFirst = index === 0;
  return failure('input', {
    code: 'render/data',
    message: `document ${String(index + 1)} of the data file is ${document === null ? 'empty' : 'no map of keys and values'}`,
    place: { file: path },
    remedy: document === null && !isFirst ? 'remove the `---` before it' : 'write `key: value` in it, or remove it',
  });
}

/**
 * The text of a data file: UTF-8, or UTF-16 where a byte order mark says so and the format is not TOML.
 *
 * @throws Failure of kind `input` for bytes that are no text
 */
function decodeData(path: string, bytes: Uint8Array): string {
  const encoding = path.endsWith('.toml') ? 'utf-8' : encodingOf(bytes);
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: encoding === 'utf-8' }).decode(bytes);
  } catch (error) {
    throw notText(path, bytes, error);
  }
}

function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

function notText(path: string, bytes: Uint8Array, cause: unknown): Failure {
  const before = new TextDecoder().decode(bytes).split('\uFFFD')[0] ?? '';
  const line = before.split('\n').length;
  const message = `the data file ${path} is not UTF-8 text`;
  return failure(
    'input',
    { code: 'render/data', message, place: { file: path, line }, remedy: 'save it as UTF-8' },
    cause,
  );
}
