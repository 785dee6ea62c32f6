import { type Day, dayOfYear, isoCalendar, pad, weekday } from './calendar.ts';
import { offsetText, type PyTimezone } from './timezone.ts';

/** A time of day. */
export interface ClockTime {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
}

export const MIDNIGHT: ClockTime = { hour: 0, minute: 0, second: 0, microsecond: 0 };

/** What a directive can print. */
export interface Moment extends Day, ClockTime {
  readonly zone: PyTimezone | null;
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** The directives of Python's `strftime`, in the C locale, those of glibc among them. */
const DIRECTIVES: Readonly<Record<string, (moment: Moment) => string>> = {
  a: (moment) => dayName(moment).slice(0, 3),
  A: dayName,
  w: (moment) => String((weekday(moment) + 1) % 7),
  u: (moment) => String(weekday(moment) + 1),
  d: ({ day }) => pad(day),
  e: ({ day }) => String(day).padStart(2),
  b: (moment) => monthName(moment).slice(0, 3),
  h: (moment) => monthName(moment).slice(0, 3),
  B: monthName,
  m: ({ month }) => pad(month),
  y: ({ year }) => pad(year % 100),
  Y: ({ year }) => String(year),
  C: ({ year }) => String(Math.floor(year / 100)),
  H: ({ hour }) => pad(hour),
  k: ({ hour }) => String(hour).padStart(2),
  I: (moment) => pad(hourOfHalfDay(moment)),
  l: (moment) => String(hourOfHalfDay(moment)).padStart(2),
  p: ({ hour }) => (hour < 12 ? 'AM' : 'PM'),
  P: ({ hour }) => (hour < 12 ? 'am' : 'pm'),
  M: ({ minute }) => pad(minute),
  S: ({ second }) => pad(second),
  s: (moment) => String(localSeconds(moment)),
  f: ({ microsecond }) => pad(microsecond, 6),
  z: ({ zone }) => (zone === null ? '' : offsetText(zone.offset, '')),
  Z: ({ zone }) => zone?.str() ?? '',
  j: (moment) => pad(dayOfYear(moment), 3),
  U: (moment) => pad(weekOfYear(moment, (weekday(moment) + 1) % 7)),
  W: (moment) => pad(weekOfYear(moment, weekday(moment))),
  V: (moment) => pad(isoCalendar(moment).week),
  G: (moment) => String(isoCalendar(moment).year),
  g: (moment) => pad(isoCalendar(moment).year % 100),
  n: () => '\n',
  t: () => '\t',
  '%': () => '%',
};

/** Those that stand for several others. */
const COMBINATIONS: Readonly<Record<string, string>> = {
  c: '%a %b %e %H:%M:%S %Y',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  T: '%H:%M:%S',
  R: '%H:%M',
  r: '%I:%M:%S %p',
};

/** Python itself prints these three, and only without a flag: glibc knows no microseconds and sees no zone. */
const WITH_FLAG: Readonly<Record<string, string>> = { '%-f': '%-f', '%-z': '', '%-Z': '' };

/** `moment.strftime(format)`; `%-d` and its like print without padding, unknown directives as they stand. */
export function strftime(moment: Moment, format: string): string {
  return format.replace(/%(-?)([A-Za-z%])/g, (found, flag: string, letter: string) => {
    const flagged = WITH_FLAG[found];
    if (flagged !== undefined) return flagged;
    const combination = COMBINATIONS[letter];
    if (combination !== undefined) return strftime(moment, combination);
    const text = DIRECTIVES[letter]?.(moment);
    if (text === undefined) return found;
    return flag === '' ? text : text.replace(/^[0 ]+(?=.)/, '');
  });
}

/** Seconds since 1970 of a moment that is read by the clock of the machine, whatever its zone is. */
export function localSeconds({ year, month, day, hour, minute, second }: Moment): number {
  const local = new Date(0);
  local.setFullYear(year, month - 1, day);
  local.setHours(hour, minute, second, 0);
  return local.getTime() / 1000;
}

function dayName(day: Day): string {
  return DAYS[weekday(day)] ?? '';
}

function monthName({ month }: Day): string {
  return MONTHS[month - 1] ?? '';
}

function hourOfHalfDay({ hour }: ClockTime): number {
  return hour % 12 === 0 ? 12 : hour % 12;
}

/** @param position - the day's place in its week, from 0 */
function weekOfYear(day: Day, position: number): number {
  return Math.floor((dayOfYear(day) + 6 - position) / 7);
}

/** `07:32:00.500000` as `time.isoformat()` gives it. */
export function clockText({ hour, minute, second, microsecond }: ClockTime, precision = 'auto'): string {
  const fraction = pad(microsecond, 6);
  const parts = [pad(hour), pad(minute), pad(second)];
  switch (precision) {
    case 'hours':
      return parts.slice(0, 1).join(':');
    case 'minutes':
      return parts.slice(0, 2).join(':');
    case 'seconds':
      return parts.join(':');
    case 'milliseconds':
      return `${parts.join(':')}.${fraction.slice(0, 3)}`;
    case 'microseconds':
      return `${parts.join(':')}.${fraction}`;
    default:
      return microsecond === 0 ? parts.join(':') : `${parts.join(':')}.${fraction}`;
  }
}

/** Whether there is such a time of day; a leap second is none to Python. */
export function isClockTime({ hour, minute, second, microsecond }: ClockTime): boolean {
  const isBelow = (value: number, limit: number): boolean => Number.isInteger(value) && value >= 0 && value < limit;
  return isBelow(hour, 24) && isBelow(minute, 60) && isBelow(second, 60) && isBelow(microsecond, 1_000_000);
}
