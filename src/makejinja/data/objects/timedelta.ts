import { pythonFunction } from '../../../jinja/python/callable.ts';
import { makeFloat } from '../../../jinja/python/numbers.ts';
import { NOT_FOUND, type Operator } from '../../../jinja/python/object.ts';
import { pad } from './calendar.ts';
import { compareBy, type Members, NativeObject } from './native-object.ts';

const SECOND = 1_000_000n;
const DAY = 86_400n * SECOND;

/** Python's `datetime.timedelta`: what a date minus a date is. */
export class PyTimedelta extends NativeObject {
  /** The whole in microseconds. */
  readonly total: bigint;

  constructor(total: bigint) {
    super();
    this.total = total;
  }

  get typeName(): string {
    return 'datetime.timedelta';
  }

  protected override members(): Members<never> {
    return MEMBERS;
  }

  get days(): number {
    return Number((this.total - this.#rest) / DAY);
  }

  get seconds(): number {
    return Number(this.#rest / SECOND);
  }

  get microseconds(): number {
    return Number(this.#rest % SECOND);
  }

  /** What is left of a day: never negative, as Python has it. */
  get #rest(): bigint {
    return ((this.total % DAY) + DAY) % DAY;
  }

  override truth(): boolean {
    return this.total !== 0n;
  }

  override equals(other: unknown): boolean {
    return other instanceof PyTimedelta && other.total === this.total;
  }

  override hashKey(): unknown {
    return `\u0000timedelta${this.total.toString()}`;
  }

  override binary(operator: Operator, other: unknown, reflected: boolean): unknown {
    if (!(other instanceof PyTimedelta)) return NOT_FOUND;
    const [left, right] = reflected ? [other.total, this.total] : [this.total, other.total];
    if (operator === '+') return new PyTimedelta(left + right);
    if (operator === '-') return new PyTimedelta(left - right);
    return compareBy(operator, left, right);
  }

  override unary(operator: '-' | '+'): unknown {
    return new PyTimedelta(operator === '-' ? -this.total : this.total);
  }

  override str(): string {
    const { days, seconds, microseconds } = this;
    const date = days === 0 ? '' : `${String(days)} day${Math.abs(days) === 1 ? '' : 's'}, `;
    const hours = Math.floor(seconds / 3600);
    const fraction = microseconds === 0 ? '' : `.${pad(microseconds, 6)}`;
    return `${date}${String(hours)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}${fraction}`;
  }

  override repr(): string {
    const parts = (['days', 'seconds', 'microseconds'] as const)
      .filter((name) => this[name] !== 0)
      .map((name) => `${name}=${String(this[name])}`);
    return `datetime.timedelta(${parts.length === 0 ? '0' : parts.join(', ')})`;
  }
}

const MEMBERS: Members<PyTimedelta> = {
  attributes: {
    days: ({ days }) => days,
    seconds: ({ seconds }) => seconds,
    microseconds: ({ microseconds }) => microseconds,
  },
  methods: {
    total_seconds: pythonFunction('timedelta.total_seconds(self, /)', ({ total }: PyTimedelta) =>
      makeFloat(Number(total) / 1e6),
    ),
  },
};
