import { parseTimestamp } from '../scalars.ts';
import type { Scalar } from '../tree.ts';

const WORDS: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, { kind: 'null' }] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, { kind: 'bool', value: true }] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, { kind: 'bool', value: false }] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, { kind: 'float', value: Number.NaN }] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map(
    (word) => [word, { kind: 'float', value: Infinity }] as const,
  ),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, { kind: 'float', value: -Infinity }] as const),
]);

const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const UINT64_END = 2n ** 64n;

/**
 * What an unquoted YAML scalar stands for, by the rules of go-yaml (resolve.go), which the sops program reads with: YAML 1.2 with
 * time stamps, underscores in numbers and `0777` as an octal of YAML 1.1. The MAC covers these values, so they have to agree.
 */
export function resolvePlain(source: string): Scalar {
  const word = WORDS.get(source);
  if (word !== undefined) return word;
  if (/^[-+\d]/.test(source)) return resolveNumber(source);
  return (/^\.\d/.test(source) ? resolveFloat(source) : undefined) ?? { kind: 'str', value: source };
}

function resolveNumber(source: string): Scalar {
  const time = parseTimestamp(source);
  if (time !== undefined) return { kind: 'time', value: time };
  const plain = source.replaceAll('_', '');
  return resolveInt(plain) ?? resolveFloat(plain) ?? { kind: 'str', value: source };
}

function resolveInt(plain: string): Scalar | undefined {
  const match = /^([-+]?)(?:(0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+)|0([0-7]+)|(0|[1-9]\d*))$/.exec(plain);
  if (match === null) return undefined;
  const [, sign = '', prefixed, octal, decimal] = match;
  const size = BigInt(prefixed ?? (octal === undefined ? (decimal ?? '0') : `0o${octal}`));
  if (size >= UINT64_END || (sign === '-' && size > UINT64_END / 2n)) return undefined;
  if (sign === '+' && size >= UINT64_END / 2n) return undefined;
  return { kind: 'int', value: sign === '-' ? -size : size };
}

function resolveFloat(plain: string): Scalar | undefined {
  const value = FLOAT.test(plain) ? Number(plain) : Number.NaN;
  return Number.isFinite(value) ? { kind: 'float', value } : undefined;
}

// What YAML 1.1 reads as something else than a string, go-yaml aside: Kubernetes' own reader is one of those.
const OLD_YAML = /^(?:y|n|yes|no|on|off|<<|=|[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.\d*)?|[-+]?[\d.][\d_.]*(?:e[-+]?\d*)?)$/i;

/** No number that anybody writes is longer; a regular expression takes a stack that grows with the text that it is tried on. */
const NUMBER_LENGTH = 4096;
const NO_NUMBER_SIGN = /[^-+\d._:e]/i;

/** What may not stand in YAML as it is: control characters, separators of lines, halves of characters and what is none. */
const UNPRINTABLE = /[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u;

/** The text of a scalar that has no line breaks to keep: plain where every reader takes it for the same value, else in double quotes. */
export function writeScalar(scalar: Scalar): string {
  switch (scalar.kind) {
    case 'null':
      return 'null';
    case 'int':
    case 'bool':
      return String(scalar.value);
    case 'float':
      return writeFloat(scalar.value);
    case 'time':
      return scalar.value;
    case 'bytes':
      return `!!binary ${scalar.value}`;
    case 'str':
      return isPlainSafe(scalar.value) ? scalar.value : quote(scalar.value);
  }
}

function isPlainSafe(text: string): boolean {
  if (!/^[\p{L}\p{N}_./()]/u.test(text) || /[\n\t]/.test(text) || UNPRINTABLE.test(text)) return false;
  if (/: |:$| #| $|^\.\.\./.test(text)) return false;
  if (text.length > NUMBER_LENGTH ? !NO_NUMBER_SIGN.test(text) : OLD_YAML.test(text)) return false;
  return resolvePlain(text).kind === 'str';
}

function writeFloat(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  const text = Object.is(value, -0) ? '-0' : String(value);
  return text.includes('.') ? text : text.replace(/^(-?\d+)/, '$1.0');
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r' };

function quote(text: string): string {
  let quoted = '';
  for (const character of text) {
    quoted +=
      ESCAPES[character] ?? (UNPRINTABLE.test(character) ? escapeCode(character.codePointAt(0) ?? 0) : character);
  }
  return `"${quoted}"`;
}

function escapeCode(code: number): string {
  return code > 0xff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\x${code.toString(16).padStart(2, '0')}`;
}

/**
 * A text of several lines as a literal block below `pad`, or undefined where only quotes can hold it (a first line that is
 * empty or indented, a line of blanks, characters that YAML forbids).
 */
export function writeLiteral(text: string, pad: string): string | undefined {
  const lines = text.split('\n');
  if (lines.length < 2 || /^(?:\s|$)/.test(lines[0] ?? '') || UNPRINTABLE.test(text)) return undefined;
  if (lines.some((line) => line !== '' && line.trim() === '')) return undefined;
  const kept = text.endsWith('\n') ? lines.slice(0, -1) : lines;
  const chomping = !text.endsWith('\n') ? '-' : text.endsWith('\n\n') ? '+' : '';
  return `|${chomping}\n${kept.map((line) => (line === '' ? '' : pad + line)).join('\n')}`;
}
