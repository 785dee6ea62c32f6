import { pyError } from '../../../jinja/errors.ts';
import { type PyFunction, pythonFunction } from '../../../jinja/python/callable.ts';
import { NOT_FOUND, type Operator } from '../../../jinja/python/object.ts';
import { namedTuple } from '../../../jinja/python/tuple.ts';
import { textArgument } from '../../../jinja/python/methods/arguments.ts';
import { type Day, fromOrdinal, isDay, isoCalendar, pad, toOrdinal, weekday } from './calendar.ts';
import { compareBy, type Members, NativeObject } from './native-object.ts';
import { MIDNIGHT, type Moment, strftime } from './strftime.ts';
import { PyTimedelta } from './timedelta.ts';

const DAY_MICROSECONDS = 86_400_000_000n;

/** Python's `datetime.date`. */
export class PyDate extends NativeObject implements Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;

  constructor({ year, month, day }: Day) {
    super();
    this.year = year;
    this.month = month;
    this.day = day;
  }

  /** Undefined where there is no such day. */
  static make(year: number, month: number, day: number): PyDate | undefined {
    return isDay({ year, month, day }) ? new PyDate({ year, month, day }) : undefined;
  }

  get typeName(): string {
    return 'datetime.date';
  }

  protected override members(): Members<never> {
    return MEMBERS;
  }

  /** The date at midnight. */
  get moment(): Moment {
    return { year: this.year, month: this.month, day: this.day, ...MIDNIGHT, zone: null };
  }

  override equals(other: unknown): boolean {
    return other instanceof PyDate && toOrdinal(other) === toOrdinal(this);
  }

  override hashKey(): unknown {
    return `\u0000date${String(toOrdinal(this))}`;
  }

  override binary(operator: Operator, other: unknown, reflected: boolean): unknown {
    if (other instanceof PyTimedelta) return this.#shift(operator, other, reflected);
    if (!(other instanceof PyDate)) return NOT_FOUND;
    const [left, right] = reflected ? [toOrdinal(other), toOrdinal(this)] : [toOrdinal(this), toOrdinal(other)];
    if (operator === '-') return new PyTimedelta(BigInt(left - right) * DAY_MICROSECONDS);
    return compareBy(operator, left, right);
  }

  #shift(operator: Operator, { days }: PyTimedelta, reflected: boolean): unknown {
    if (operator !== '+' && (operator !== '-' || reflected)) return NOT_FOUND;
    const shifted = fromOrdinal(toOrdinal(this) + (operator === '+' ? days : -days));
    if (shifted === undefined) throw pyError('OverflowError', 'date value out of range');
    return new PyDate(shifted);
  }

  override str(): string {
    return dayText(this);
  }

  override repr(): string {
    return `datetime.date(${String(this.year)}, ${String(this.month)}, ${String(this.day)})`;
  }
}

/** `2026-01-02`. */
export function dayText({ year, month, day }: Day): string {
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
}

/** The attributes that dates and datetimes share. */
export const DAY_ATTRIBUTES: Members<Day>['attributes'] = {
  year: ({ year }) => year,
  month: ({ month }) => month,
  day: ({ day }) => day,
};

/** The methods that dates and datetimes share. */
export function dayMethods(className: 'date' | 'datetime'): Readonly<Record<string, PyFunction>> {
  const method = (
    name: string,
    run: (self: Day & { readonly moment: Moment }, argument: unknown) => unknown,
  ): PyFunction => pythonFunction(`${className}.${name}`, run);
  return {
    ctime: method('ctime(self, /)', ({ moment }) => strftime(moment, '%c')),
    isocalendar: method('isocalendar(self, /)', (day) => {
      const { year, week, weekday: position } = isoCalendar(day);
      return namedTuple(['year', 'week', 'weekday'], [year, week, position]);
    }),
    isoweekday: method('isoweekday(self, /)', (day) => weekday(day) + 1),
    strftime: method('strftime(self, format)', ({ moment }, format) =>
      strftime(moment, textArgument(format, 'strftime() argument 1')),
    ),
    toordinal: method('toordinal(self, /)', (day) => toOrdinal(day)),
    weekday: method('weekday(self, /)', (day) => weekday(day)),
  };
}

const MEMBERS: Members<PyDate> = {
  attributes: DAY_ATTRIBUTES,
  methods: {
    ...dayMethods('date'),
    isoformat: pythonFunction('date.isoformat(self, /)', (date: PyDate) => dayText(date)),
  },
};
