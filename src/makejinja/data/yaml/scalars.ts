import { PyBytes } from '../../../jinja/python/bytes.ts';
import { makeFloat } from '../../../jinja/python/float.ts';
import { normalizeInteger } from '../../../jinja/python/numeric.ts';
import { readBool, readFloat, readInt } from '../../../text/yaml11.ts';
import { PyDate } from '../objects/date.ts';
import { PyDateTime } from '../objects/datetime.ts';
import { PyTimezone, UTC } from '../objects/timezone.ts';

/** What a reading of a scalar gives where the text is not of the type that its tag names; PyYAML fails there. */
export const NOT_OF_TYPE: unique symbol = Symbol('not of the type');

/** How the text of a scalar is read, by the short names of the tags. */
export const SCALAR_TYPES: Readonly<Record<string, (text: string) => unknown>> = {
  null: () => null,
  bool: (text) => readBool(text) ?? NOT_OF_TYPE,
  int: (text) => mapValue(readInt(text), normalizeInteger),
  float: (text) => mapValue(readFloat(text), makeFloat),
  binary: readBinary,
  timestamp: readTimestamp,
  str: (text) => text,
};

function mapValue<T>(value: T | undefined, make: (value: T) => unknown): unknown {
  return value === undefined ? NOT_OF_TYPE : make(value);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 as Python's `base64.decodebytes`: characters of no meaning are passed over, padding is not optional. */
function readBinary(text: string): unknown {
  if (/[\x80-\uffff]/.test(text)) return NOT_OF_TYPE;
  let data = '';
  let padding = 0;
  for (const char of text) {
    const position = data.length % 4;
    if (char === '=') {
      padding += position >= 2 ? 1 : 0;
      if (position >= 2 && position + padding >= 4) return new PyBytes(Buffer.from(data, 'base64'));
    } else if (ALPHABET.includes(char)) {
      data += char;
      padding = 0;
    }
  }
  return data.length % 4 === 0 ? new PyBytes(Buffer.from(data, 'base64')) : NOT_OF_TYPE;
}

const TIMESTAMP =
  /^(?<year>[0-9]{4})-(?<month>[0-9]{1,2})-(?<day>[0-9]{1,2})(?:(?:[Tt]|[ \t]+)(?<hour>[0-9]{1,2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})(?:\.(?<fraction>[0-9]*))?(?:[ \t]*(?<zone>Z|(?<sign>[-+])(?<zoneHour>[0-9]{1,2})(?::(?<zoneMinute>[0-9]{2}))?))?)?$/;

function readTimestamp(text: string): unknown {
  const parts = TIMESTAMP.exec(text)?.groups;
  if (parts === undefined) return NOT_OF_TYPE;
  const date = PyDate.make(Number(parts.year), Number(parts.month), Number(parts.day));
  if (date === undefined) return NOT_OF_TYPE;
  if (parts.hour === undefined) return date;
  const zone = zoneOf(parts);
  if (zone === undefined) return NOT_OF_TYPE;
  const time = {
    hour: Number(parts.hour),
    minute: Number(parts.minute),
    second: Number(parts.second),
    microsecond: Number((parts.fraction ?? '').slice(0, 6).padEnd(6, '0')),
  };
  return PyDateTime.make(date, time, zone) ?? NOT_OF_TYPE;
}

/** The zone, null where there is none; undefined where it is a day or more. */
function zoneOf({ zone, sign, zoneHour, zoneMinute }: Partial<Record<string, string>>): PyTimezone | null | undefined {
  if (zone === undefined) return null;
  if (sign === undefined) return UTC;
  const seconds = Number(zoneHour) * 3600 + Number(zoneMinute ?? 0) * 60;
  return PyTimezone.make(sign === '-' ? -seconds : seconds);
}
