import { addSlow, divSlow, floordivSlow, modSlow, mulSlow, negSlow, posSlow, powSlow, subSlow } from './arithmetic.ts';
import { compare, contains, eq, sameText, truth } from './comparison.ts';
import { PyFloat } from './numbers.ts';
import { madeText } from './budget.ts';
import { str } from './text.ts';

export { contains, eq, truth };

/** `a + b`. */
export function add(a: unknown, b: unknown): unknown {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum) && Number.isSafeInteger(a) && Number.isSafeInteger(b)) return sum;
  }
  return addSlow(a, b);
}

/** `a - b`. */
export function sub(a: unknown, b: unknown): unknown {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference) && Number.isSafeInteger(a) && Number.isSafeInteger(b)) return difference;
  }
  return subSlow(a, b);
}

/** `a * b`. */
export function mul(a: unknown, b: unknown): unknown {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    // The zero added turns -0 into 0.
    if (Number.isSafeInteger(product) && Number.isSafeInteger(a) && Number.isSafeInteger(b)) return product + 0;
  }
  return mulSlow(a, b);
}

/** `a / b`, always a float. */
export function div(a: unknown, b: unknown): unknown {
  return divSlow(a, b);
}

/** `a // b`. */
export function floordiv(a: unknown, b: unknown): unknown {
  if (typeof a === 'number' && typeof b === 'number' && b !== 0) {
    if (Number.isSafeInteger(a) && Number.isSafeInteger(b)) return floorQuotient(a, b);
  }
  return floordivSlow(a, b);
}

function floorQuotient(a: number, b: number): number {
  const rest = a % b;
  // Less the truncated remainder, which brings the dividend nearer to zero: the floored one may take it beyond exact ints.
  const truncated = (a - rest) / b + 0;
  return rest !== 0 && rest < 0 !== b < 0 ? truncated - 1 : truncated;
}

/** `a % b`; for a text on the left printf-style formatting. */
export function mod(a: unknown, b: unknown): unknown {
  if (typeof a === 'number' && typeof b === 'number' && b !== 0) {
    if (Number.isSafeInteger(a) && Number.isSafeInteger(b)) return positiveRest(a, b);
  }
  return modSlow(a, b);
}

/** The remainder with the sign of the divisor. */
function positiveRest(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest + 0;
}

/** `a ** b`. */
export function pow(a: unknown, b: unknown): unknown {
  if (typeof a === 'number' && typeof b === 'number' && b >= 0) {
    const power = a ** b;
    if (Number.isSafeInteger(power) && Number.isSafeInteger(a) && Number.isSafeInteger(b)) return power + 0;
  }
  return powSlow(a, b);
}

/** `-a`. */
export function neg(value: unknown): unknown {
  return typeof value === 'number' && Number.isSafeInteger(value) ? 0 - value : negSlow(value);
}

/** `+a`. */
export function pos(value: unknown): unknown {
  return typeof value === 'number' ? value : posSlow(value);
}

/** `a != b`. */
export function ne(a: unknown, b: unknown): boolean {
  return !eq(a, b);
}

/** `a < b`. */
export function lt(a: unknown, b: unknown): boolean {
  return typeof a === 'number' && typeof b === 'number' ? a < b : compare('<', a, b);
}

/** `a <= b`. */
export function le(a: unknown, b: unknown): boolean {
  return typeof a === 'number' && typeof b === 'number' ? a <= b : compare('<=', a, b);
}

/** `a > b`. */
export function gt(a: unknown, b: unknown): boolean {
  return typeof a === 'number' && typeof b === 'number' ? a > b : compare('>', a, b);
}

/** `a >= b`. */
export function ge(a: unknown, b: unknown): boolean {
  return typeof a === 'number' && typeof b === 'number' ? a >= b : compare('>=', a, b);
}

/** The `~` operator without automatic escaping: the texts of all values, one after the other. */
export function concat(values: readonly unknown[]): string {
  let text = '';
  for (const value of values) text += str(value);
  return madeText(text);
}

/** `value is a` for the `sameas` test: identity, with equal immutable scalars being the same object. */
export function identical(a: unknown, b: unknown): boolean {
  if (a instanceof PyFloat && b instanceof PyFloat) return Object.is(a.value, b.value);
  if (typeof a === 'string') return typeof b === 'string' && sameText(a, b);
  return a === b || ((a ?? null) === null && (b ?? null) === null);
}
