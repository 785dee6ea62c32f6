import { pyError } from '../../errors.ts';
import { CALL, ITEM, makeText, spend } from '../budget.ts';
import { PyBytes } from '../bytes.ts';
import { textArgument } from './arguments.ts';

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

const UTF8 = /^utf[-_]?8$/i;
const LATIN1 = /^(latin[-_]?1|iso[-_]?8859[-_]1)$/i;
const ASCII = /^(us[-_]?)?ascii$/i;

/** `str.encode`: UTF-8, ASCII and Latin-1. */
export function encode(text: string, encoding: unknown = 'utf-8', errors: unknown = 'strict'): PyBytes {
  const name = textArgument(encoding, "encode() argument 'encoding'");
  const policy = textArgument(errors, "encode() argument 'errors'");
  spend(CALL + text.length * ITEM * 2);
  if (UTF8.test(name)) return new PyBytes(ENCODER.encode(text));
  const limit = limitOf(name);
  const bytes: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code < limit) bytes.push(code);
    else if (policy === 'replace') bytes.push(0x3f);
    else if (policy !== 'ignore') throw unencodable(text, limit);
  }
  return new PyBytes(bytes);
}

function unencodable(text: string, limit: number): Error {
  const codes = Array.from(text, (char) => char.codePointAt(0) ?? 0);
  const first = codes.findIndex((code) => code >= limit);
  const after = codes.findIndex((code, index) => index > first && code < limit);
  const last = (after < 0 ? codes.length : after) - 1;
  const where =
    first === last
      ? `character ${escapedCharacter(codes[first] ?? 0)} in position ${String(first)}`
      : `characters in position ${String(first)}-${String(last)}`;
  const encoding = limit === 128 ? 'ascii' : 'latin-1';
  return pyError(
    'UnicodeEncodeError',
    `'${encoding}' codec can't encode ${where}: ordinal not in range(${String(limit)})`,
  );
}

function escapedCharacter(code: number): string {
  const hex = code.toString(16);
  if (code <= 0xff) return `'\\x${hex}'`;
  return code <= 0xffff ? `'\\u${hex.padStart(4, '0')}'` : `'\\U${hex.padStart(8, '0')}'`;
}

/** `bytes.decode`: UTF-8, ASCII and Latin-1. */
export function decode(bytes: PyBytes, encoding: unknown = 'utf-8', errors: unknown = 'strict'): string {
  const name = textArgument(encoding, "decode() argument 'encoding'");
  const policy = textArgument(errors, "decode() argument 'errors'");
  makeText(bytes.bytes.length);
  spend(CALL * 3 + bytes.bytes.length * ITEM);
  if (UTF8.test(name)) return decodeUtf8(bytes, policy);
  const limit = limitOf(name);
  let text = '';
  for (const byte of bytes.bytes) {
    if (byte < limit) text += String.fromCharCode(byte);
    else if (policy === 'replace') text += '\ufffd';
    else if (policy !== 'ignore') throw undecodable(name);
  }
  return text;
}

function limitOf(name: string): number {
  if (LATIN1.test(name)) return 256;
  if (ASCII.test(name)) return 128;
  throw pyError('LookupError', `unknown encoding: ${name}`);
}

function decodeUtf8(bytes: PyBytes, policy: string): string {
  const data = Uint8Array.from(bytes.bytes);
  const text = DECODER.decode(data);
  if (!text.includes('\ufffd') || policy === 'replace') return text;
  if (policy === 'ignore') return text.replaceAll('\ufffd', '');
  if (new PyBytes(ENCODER.encode(text)).equals(bytes)) return text;
  throw undecodable('utf-8');
}

function undecodable(name: string): Error {
  return pyError('UnicodeDecodeError', `'${name}' codec can't decode the bytes`);
}
