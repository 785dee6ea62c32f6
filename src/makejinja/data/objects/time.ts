import { pythonFunction } from '../../../jinja/python/callable.ts';
import { textArgument } from '../../../jinja/python/methods/arguments.ts';
import { NOT_FOUND, type Operator } from '../../../jinja/python/object.ts';
import { compareBy, type Members, NativeObject } from './native-object.ts';
import { type ClockTime, clockText, isClockTime, strftime } from './strftime.ts';

/** Python's `datetime.time` without a zone, as TOML has it. */
export class PyTime extends NativeObject implements ClockTime {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;

  constructor({ hour, minute, second, microsecond }: ClockTime) {
    super();
    this.hour = hour;
    this.minute = minute;
    this.second = second;
    this.microsecond = microsecond;
  }

  /** Undefined where there is no such time of day. */
  static make(time: ClockTime): PyTime | undefined {
    return isClockTime(time) ? new PyTime(time) : undefined;
  }

  get typeName(): string {
    return 'datetime.time';
  }

  protected override members(): Members<never> {
    return MEMBERS;
  }

  /** Since midnight. */
  get microseconds(): number {
    return ((this.hour * 60 + this.minute) * 60 + this.second) * 1_000_000 + this.microsecond;
  }

  override equals(other: unknown): boolean {
    return other instanceof PyTime && other.microseconds === this.microseconds;
  }

  override hashKey(): unknown {
    return `\u0000time${String(this.microseconds)}`;
  }

  override binary(operator: Operator, other: unknown, reflected: boolean): unknown {
    if (!(other instanceof PyTime)) return NOT_FOUND;
    const [left, right] = reflected ? [other, this] : [this, other];
    return compareBy(operator, left.microseconds, right.microseconds);
  }

  override str(): string {
    return clockText(this);
  }

  override repr(): string {
    return `datetime.time(${clockArguments(this).join(', ')})`;
  }
}

/** The arguments that make a time of day in Python: trailing zeros behind the minute are left out. */
export function clockArguments({ hour, minute, second, microsecond }: ClockTime): string[] {
  const parts = [hour, minute, second, microsecond];
  return parts.slice(0, microsecond !== 0 ? 4 : second !== 0 ? 3 : 2).map(String);
}

/** The attributes that times and datetimes share. */
export const CLOCK_ATTRIBUTES: Members<ClockTime>['attributes'] = {
  hour: ({ hour }) => hour,
  minute: ({ minute }) => minute,
  second: ({ second }) => second,
  microsecond: ({ microsecond }) => microsecond,
};

const MEMBERS: Members<PyTime> = {
  attributes: { ...CLOCK_ATTRIBUTES, tzinfo: () => null },
  methods: {
    isoformat: pythonFunction("time.isoformat(self, timespec='auto')", (time: PyTime, precision?: unknown) =>
      clockText(time, precision === undefined ? 'auto' : textArgument(precision, 'isoformat() argument 1')),
    ),
    strftime: pythonFunction('time.strftime(self, format)', (time: PyTime, format: unknown) =>
      // Python takes the first day of 1900 for a time without a date.
      strftime(
        { year: 1900, month: 1, day: 1, ...clockOf(time), zone: null },
        textArgument(format, 'strftime() argument 1'),
      ),
    ),
  },
};

/** The parts of a time without its class. */
export function clockOf({ hour, minute, second, microsecond }: ClockTime): ClockTime {
  return { hour, minute, second, microsecond };
}
