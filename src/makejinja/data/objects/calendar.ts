/** A day of the Gregorian calendar, prolonged to the year 1 as Python's `datetime` does. */
export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const DAY_MILLISECONDS = 86_400_000;

/** `date.toordinal()`: 1 for the first of January of the year 1. */
export function toOrdinal({ year, month, day }: Day): number {
  // Not Date.UTC, which takes the years up to 99 for those after 1900.
  return new Date(0).setUTCFullYear(year, month - 1, day) / DAY_MILLISECONDS + UNIX_EPOCH_ORDINAL;
}

/** The ordinal of the first of January 1970. */
export const UNIX_EPOCH_ORDINAL = 719_163;

/** `date.fromordinal()`, undefined outside of the years 1 to 9999. */
export function fromOrdinal(ordinal: number): Day | undefined {
  const date = new Date((ordinal - UNIX_EPOCH_ORDINAL) * DAY_MILLISECONDS);
  const day = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  return isDay(day) ? day : undefined;
}

/** Whether there is such a day in the years 1 to 9999. */
export function isDay({ year, month, day }: Day): boolean {
  if (![year, month, day].every(Number.isInteger)) return false;
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** `date.weekday()`: 0 for a Monday. */
export function weekday(day: Day): number {
  return (toOrdinal(day) + 6) % 7;
}

/** 1 for the first of January. */
export function dayOfYear(day: Day): number {
  return toOrdinal(day) - toOrdinal({ year: day.year, month: 1, day: 1 }) + 1;
}

/** `date.isocalendar()`: a week belongs to the year of its Thursday. */
export function isoCalendar(day: Day): { readonly year: number; readonly week: number; readonly weekday: number } {
  const position = weekday(day);
  const thursday = toOrdinal(day) - position + 3;
  const year = fromOrdinal(thursday)?.year ?? (day.year === 1 ? 0 : day.year + 1);
  const first = toOrdinal({ year, month: 1, day: 1 });
  return { year, week: Math.floor((thursday - first) / 7) + 1, weekday: position + 1 };
}

/** A number with leading zeros. */
export function pad(value: number, length = 2): string {
  return String(value).padStart(length, '0');
}
