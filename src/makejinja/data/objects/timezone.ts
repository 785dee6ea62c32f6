import { pythonFunction } from '../../../jinja/python/callable.ts';
import { pad } from './calendar.ts';
import { type Members, NativeObject } from './native-object.ts';
import { PyTimedelta } from './timedelta.ts';

const DAY_SECONDS = 86_400;

/** Python's `datetime.timezone`: a fixed distance from UTC. */
export class PyTimezone extends NativeObject {
  /** In seconds, positive to the east. */
  readonly offset: number;

  constructor(offset: number) {
    super();
    this.offset = offset;
  }

  /** Undefined for an offset of a day or more. */
  static make(offset: number): PyTimezone | undefined {
    if (Math.abs(offset) >= DAY_SECONDS) return undefined;
    return offset === 0 ? UTC : new PyTimezone(offset);
  }

  get typeName(): string {
    return 'datetime.timezone';
  }

  protected override members(): Members<never> {
    return MEMBERS;
  }

  get delta(): PyTimedelta {
    return new PyTimedelta(BigInt(this.offset) * 1_000_000n);
  }

  override equals(other: unknown): boolean {
    return other instanceof PyTimezone && other.offset === this.offset;
  }

  override hashKey(): unknown {
    return `\u0000timezone${String(this.offset)}`;
  }

  override str(): string {
    return this.offset === 0 ? 'UTC' : `UTC${offsetText(this.offset)}`;
  }

  override repr(): string {
    return this.offset === 0 ? 'datetime.timezone.utc' : `datetime.timezone(${this.delta.repr()})`;
  }
}

/** `datetime.timezone.utc`. */
export const UTC = new PyTimezone(0);

/** `+02:00`; no zone has a part of a minute. */
export function offsetText(offset: number, separator = ':'): string {
  const minutes = Math.abs(offset) / 60;
  return `${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}${separator}${pad(minutes % 60)}`;
}

const MEMBERS: Members<PyTimezone> = {
  attributes: {},
  methods: {
    tzname: pythonFunction('timezone.tzname(self, dt, /)', (zone: PyTimezone) => zone.str()),
    utcoffset: pythonFunction('timezone.utcoffset(self, dt, /)', (zone: PyTimezone) => zone.delta),
  },
};
