import type { Scalar } from './tree.ts';

/** The scalar without null: what has a text. */
export type Valued = Exclude<Scalar, { kind: 'null' }>;

/** The bytes of a value as the sops program encrypts and hashes it (`ToBytes` in sops.go). */
export function scalarBytes(scalar: Valued): Buffer {
  return scalar.kind === 'bytes' ? Buffer.from(scalar.value, 'base64') : Buffer.from(scalarText(scalar), 'utf8');
}

/** The same as text. */
export function scalarText(scalar: Exclude<Valued, { kind: 'bytes' }>): string {
  switch (scalar.kind) {
    case 'int':
      return scalar.value.toString();
    case 'float':
      return floatText(scalar.value);
    case 'bool':
      return scalar.value ? 'True' : 'False';
    default:
      return scalar.value;
  }
}

/** The value that decrypted bytes of the given type stand for; undefined where they are none of that type. */
export function scalarFromBytes(type: string, bytes: Buffer): Valued | undefined {
  const text = bytes.toString('utf8');
  switch (type) {
    case 'str':
    case 'bytes':
      return textOrBytes(bytes, text);
    case 'int':
      return /^[-+]?\d+$/.test(text) ? { kind: 'int', value: BigInt(text.replace('+', '')) } : undefined;
    case 'float':
      return floatFromText(text);
    case 'bool':
      return /^(?:true|false)$/i.test(text) ? { kind: 'bool', value: text.toLowerCase() === 'true' } : undefined;
    case 'time':
      return timeFromText(text);
    default:
      return undefined;
  }
}

/** Bytes as text where they are some. */
export function textOrBytes(bytes: Buffer, text = bytes.toString('utf8')): Extract<Scalar, { kind: 'str' | 'bytes' }> {
  return Buffer.from(text, 'utf8').equals(bytes)
    ? { kind: 'str', value: text }
    : { kind: 'bytes', value: bytes.toString('base64') };
}

/** A number as Go's `strconv.FormatFloat(x, 'f', -1, 64)` prints it: the shortest digits, never an exponent. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa = '', exponent = '0'] = String(Math.abs(value)).split('e');
  return sign + shiftPoint(mantissa, Number(exponent));
}

function shiftPoint(mantissa: string, exponent: number): string {
  const [whole = '', fraction = ''] = mantissa.split('.');
  if (exponent >= 0) {
    const digits = fraction.padEnd(exponent, '0');
    const rest = digits.slice(exponent);
    return whole + digits.slice(0, exponent) + (rest === '' ? '' : `.${rest}`);
  }
  return `0.${'0'.repeat(-exponent - whole.length)}${whole}${fraction}`;
}

function floatFromText(text: string): Valued | undefined {
  const infinite: Record<string, number> = { NaN: Number.NaN, '+Inf': Infinity, '-Inf': -Infinity };
  const value = infinite[text] ?? (/^[-+]?[\d.]+(?:e[-+]?\d+)?$/i.test(text) ? Number(text) : undefined);
  return value === undefined ? undefined : { kind: 'float', value };
}

function timeFromText(text: string): Valued | undefined {
  const value = parseTimestamp(text);
  return value === undefined ? undefined : { kind: 'time', value };
}

const TIMESTAMP =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?(Z|[-+]\d\d:\d\d))|(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?))?$/;

/**
 * The text that Go's RFC3339Nano gives of a YAML timestamp, or undefined where the text is none. The four forms are those of
 * go-yaml's `allowedTimestampFormats`; a date alone and a time without a zone are UTC.
 */
export function parseTimestamp(text: string): string | undefined {
  const match = TIMESTAMP.exec(text);
  if (match === null) return undefined;
  const [, year = '', month = '', day = '', ...rest] = match;
  const [hour, minute, second, fraction, zone] = rest[0] === undefined ? rest.slice(5) : rest;
  const time = [hour, minute, second].map((part) => (part ?? '0').padStart(2, '0'));
  if (!isDate(Number(year), Number(month), Number(day)) || !isTime(time) || !isZone(zone)) return undefined;
  const digits = (fraction ?? '').slice(0, 9).replace(/(?<!0)0+$/, '');
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return `${date}T${time.join(':')}${digits === '' ? '' : `.${digits}`}${offsetText(zone)}`;
}

function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day <= (days[month - 1] ?? 0);
}

function isTime(parts: readonly string[]): boolean {
  const [hour = 0, minute = 0, second = 0] = parts.map(Number);
  return hour < 24 && minute < 60 && second < 60;
}

function isZone(zone: string | undefined): boolean {
  if (zone === undefined || zone === 'Z') return true;
  return Number(zone.slice(1, 3)) <= 24 && Number(zone.slice(4)) < 60;
}

function offsetText(zone: string | undefined): string {
  return zone === undefined || /^[-+]00:00$/.test(zone) ? 'Z' : zone;
}
