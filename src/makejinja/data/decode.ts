import { TextDecoder } from 'node:util';
import { type Failure, failure } from '../../report/finding.ts';

/**
 * The text of a data file: UTF-8, or UTF-16 where a byte order mark says so and the format is not TOML.
 *
 * @throws Failure of kind `input` for bytes that are no text
 */
export function decodeData(path: string, bytes: Uint8Array): string {
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
