import { pyError } from '../../../jinja/errors.ts';
import { pythonFunction } from '../../../jinja/python/callable.ts';
import { makeFloat } from '../../../jinja/python/numbers.ts';
import { textArgument } from '../../../jinja/python/methods/arguments.ts';
import { NOT_FOUND, type Operator } from '../../../jinja/python/object.ts';
import { type Day, fromOrdinal, toOrdinal, UNIX_EPOCH_ORDINAL } from './calendar.ts';
import { DAY_ATTRIBUTES, dayMethods, dayText, PyDate } from './date.ts';
import { compareBy, type Members, NativeObject } from './native-object.ts';
import { type ClockTime, clockText, isClockTime, localSeconds, type Moment } from './strftime.ts';
import { CLOCK_ATTRIBUTES, clockArguments, clockOf, PyTime } from './time.ts';
import { PyTimedelta } from './timedelta.ts';
import { offsetText, type PyTimezone } from './timezone.ts';

const SECOND = 1_000_000n;
const DAY = 86_400n * SECOND;

/** Python's `datetime.datetime`. */
export class PyDateTime extends NativeObject implements Moment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
  /** Null where the zone is not known. */
  readonly zone: PyTimezone | null;

  constructor({ year, month, day }: Day, time: ClockTime, zone: PyTimezone | null) {
    super();
    this.year = year;
    this.month = month;
    this.day = day;
    this.hour = time.hour;
    this.minute = time.minute;
    this.second = time.second;
    this.microsecond = time.microsecond;
    this.zone = zone;
  }

  /** Undefined where there is no such time of day. */
  static make(day: PyDate, time: ClockTime, zone: PyTimezone | null): PyDateTime | undefined {
    return isClockTime(time) ? new PyDateTime(day, time, zone) : undefined;
  }

  get typeName(): string {
    return 'datetime.datetime';
  }

  protected override members(): Members<never> {
    return MEMBERS;
  }

  get moment(): Moment {
    return this;
  }

  /** Microseconds since the start of the year 1 on the clock of its zone. */
  get clock(): bigint {
    const seconds = (toOrdinal(this) * 24 + this.hour) * 3600 + this.minute * 60 + this.second;
    return BigInt(seconds) * SECOND + BigInt(this.microsecond);
  }

  /** The same in UTC; of a time without zone as it stands. */
  get instant(): bigint {
    return this.clock - BigInt(this.zone?.offset ?? 0) * SECOND;
  }

  override equals(other: unknown): boolean {
    return other instanceof PyDateTime && this.#isComparable(other) && other.instant === this.instant;
  }

  #isComparable(other: PyDateTime): boolean {
    return (other.zone === null) === (this.zone === null);
  }

  override hashKey(): unknown {
    return `\u0000datetime${this.zone === null ? '' : 'Z'}${this.instant.toString()}`;
  }

  override binary(operator: Operator, other: unknown, reflected: boolean): unknown {
    if (other instanceof PyTimedelta) return this.#shift(operator, other, reflected);
    if (!(other instanceof PyDateTime)) return NOT_FOUND;
    if (!this.#isComparable(other)) {
      const verb = operator === '-' ? 'subtract' : 'compare';
      throw pyError('TypeError', `can't ${verb} offset-naive and offset-aware datetimes`);
    }
    const [left, right] = reflected ? [other.instant, this.instant] : [this.instant, other.instant];
    return operator === '-' ? new PyTimedelta(left - right) : compareBy(operator, left, right);
  }

  #shift(operator: Operator, { total }: PyTimedelta, reflected: boolean): unknown {
    if (operator !== '+' && (operator !== '-' || reflected)) return NOT_FOUND;
    const clock = this.clock + (operator === '+' ? total : -total);
    const rest = Number(((clock % DAY) + DAY) % DAY);
    const day = fromOrdinal(Number((clock - BigInt(rest)) / DAY));
    if (day === undefined) throw pyError('OverflowError', 'date value out of range');
    const seconds = Math.floor(rest / 1_000_000);
    const time = {
      hour: Math.floor(seconds / 3600),
      minute: Math.floor(seconds / 60) % 60,
      second: seconds % 60,
      microsecond: rest % 1_000_000,
    };
    return new PyDateTime(day, time, this.zone);
  }

  override str(): string {
    return isoText(this, ' ');
  }

  override repr(): string {
    const day = [this.year, this.month, this.day].map(String);
    const zone = this.zone === null ? [] : [`tzinfo=${this.zone.repr()}`];
    return `datetime.datetime(${[...day, ...clockArguments(this), ...zone].join(', ')})`;
  }
}

function isoText(value: PyDateTime, separator: string, precision = 'auto'): string {
  const zone = value.zone === null ? '' : offsetText(value.zone.offset);
  return `${dayText(value)}${separator}${clockText(value, precision)}${zone}`;
}

function isoformat(value: PyDateTime, separator?: unknown, precision?: unknown): string {
  return isoText(
    value,
    separator === undefined ? 'T' : textArgument(separator, 'isoformat() argument 1'),
    precision === undefined ? 'auto' : textArgument(precision, 'isoformat() argument 2'),
  );
}

/** Seconds since 1970; a time without zone is one of the machine's zone, as in Python. */
function timestamp(value: PyDateTime): unknown {
  const epoch = BigInt(UNIX_EPOCH_ORDINAL) * DAY;
  if (value.zone !== null) return makeFloat(Number(value.instant - epoch) / 1e6);
  return makeFloat(localSeconds(value) + value.microsecond / 1e6);
}

const MEMBERS: Members<PyDateTime> = {
  attributes: { ...DAY_ATTRIBUTES, ...CLOCK_ATTRIBUTES, tzinfo: ({ zone }) => zone },
  methods: {
    ...dayMethods('datetime'),
    date: pythonFunction('datetime.date(self, /)', (value: PyDateTime) => new PyDate(value)),
    isoformat: pythonFunction("datetime.isoformat(self, sep='T', timespec='auto')", isoformat),
    time: pythonFunction('datetime.time(self, /)', (value: PyDateTime) => new PyTime(clockOf(value))),
    timestamp: pythonFunction('datetime.timestamp(self, /)', timestamp),
    tzname: pythonFunction('datetime.tzname(self, /)', ({ zone }: PyDateTime) => zone?.str() ?? null),
    utcoffset: pythonFunction('datetime.utcoffset(self, /)', ({ zone }: PyDateTime) => zone?.delta ?? null),
  },
};
