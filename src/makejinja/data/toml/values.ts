import { makeFloat } from '../../../jinja/python/float.ts';
import { normalizeInteger } from '../../../jinja/python/numeric.ts';
import { parseInteger } from '../../../text/numbers.ts';
import { PyDate } from '../objects/date.ts';
import { PyDateTime } from '../objects/datetime.ts';
import type { ClockTime } from '../objects/strftime.ts';
import { PyTime } from '../objects/time.ts';
import { PyTimezone, UTC } from '../objects/timezone.ts';
import type { TomlCursor } from './cursor.ts';

const BOOL = /true|false/y;
const DATE =
  /([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(?:[Tt ]((?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?)(?:([Zz])|([-+])([01][0-9]|2[0-3]):([0-5][0-9]))?)?/y;
const TIME = /(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?/y;
const RADIX = /0(?:x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*|b[01](?:_?[01])*|o[0-7](?:_?[0-7])*)/y;
const DECIMAL = /[-+]?(?:0|[1-9](?:_?[0-9])*)((?:\.[0-9](?:_?[0-9])*)?(?:[eE][-+]?[0-9](?:_?[0-9])*)?)/y;
const SPECIAL = /([-+]?)(inf|nan)/y;

/**
 * A boolean, date, time or number.
 *
 * @throws DataError where none stands at the position
 */
export function parseSimpleValue(cursor: TomlCursor): unknown {
  const bool = cursor.match(BOOL)?.[0];
  if (bool !== undefined) return bool === 'true';
  const start = cursor.index;
  const date = cursor.match(DATE);
  if (date !== undefined) return dateOf(date) ?? noDate(cursor, start);
  const time = cursor.match(TIME)?.[0];
  if (time !== undefined) return PyTime.make(clockOf(time));
  const value = parseNumber(cursor);
  if (value !== undefined) return value;
  const remedy = 'write a text in quotes, a number, a date, true, false, an array or an inline table';
  throw cursor.unexpected('a value', remedy);
}

function parseNumber(cursor: TomlCursor): unknown {
  const radix = cursor.match(RADIX)?.[0].replaceAll('_', '');
  if (radix !== undefined) return normalizeInteger(BigInt(radix));
  const start = cursor.index;
  const [decimal, floatPart] = cursor.match(DECIMAL) ?? [];
  if (decimal !== undefined) {
    const digits = decimal.replaceAll('_', '');
    if (floatPart !== '') return makeFloat(Number(digits));
    const value = parseInteger(digits);
    if (value === undefined) throw cursor.error('the integer has more than 4300 digits', 'put quotes around it', start);
    return normalizeInteger(value);
  }
  const [, sign, word] = cursor.match(SPECIAL) ?? [];
  if (word === undefined) return undefined;
  if (word === 'nan') return NaN;
  return sign === '-' ? -Infinity : Infinity;
}

function dateOf(parts: RegExpExecArray): unknown {
  const [, year, month, day, time, utc, sign, hours, minutes] = parts;
  const date = PyDate.make(Number(year), Number(month), Number(day));
  if (date === undefined || time === undefined) return date;
  if (sign === undefined) return PyDateTime.make(date, clockOf(time), utc === undefined ? null : UTC);
  const seconds = Number(hours) * 3600 + Number(minutes) * 60;
  return PyDateTime.make(date, clockOf(time), PyTimezone.make(sign === '-' ? -seconds : seconds) ?? null);
}

function clockOf(text: string): ClockTime {
  const [hour, minute, second, fraction = ''] = text.split(/[:.]/);
  const microsecond = Number(fraction.slice(0, 6).padEnd(6, '0'));
  return { hour: Number(hour), minute: Number(minute), second: Number(second), microsecond };
}

function noDate(cursor: TomlCursor, start: number): never {
  throw cursor.error('there is no such date', 'correct it, or put quotes around it if it is meant as text', start);
}
