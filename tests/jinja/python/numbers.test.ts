import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixedText, floatText, PyFloat, roundDouble } from '../../../src/jinja/python/numbers.ts';
import { parseDouble, toDouble } from '../../../src/jinja/python/numeric.ts';
import { add, div, floordiv, mod, mul, neg, pow, sub } from '../../../src/jinja/python/operators.ts';
import { eq } from '../../../src/jinja/python/comparison.ts';

const integer = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -100, max: 100 }), fc.bigInt(-(2n ** 80n), 2n ** 80n));
const normal = (value: number | bigint): unknown =>
  BigInt(value) >= -9007199254740991n && BigInt(value) <= 9007199254740991n ? Number(value) : BigInt(value);

describe('ints are exact', () => {
  it('sums, differences and products agree with bigints', () => {
    fc.assert(
      fc.property(integer, integer, (x, y) => {
        const [a, b] = [normal(x), normal(y)];
        expect(add(a, b)).toEqual(normal(BigInt(x) + BigInt(y)));
        expect(sub(a, b)).toEqual(normal(BigInt(x) - BigInt(y)));
        expect(mul(a, b)).toEqual(normal(BigInt(x) * BigInt(y)));
      }),
    );
  });

  it('a quotient and a remainder make up the dividend, the remainder with the sign of the divisor', () => {
    fc.assert(
      fc.property(integer, integer, (x, y) => {
        fc.pre(BigInt(y) !== 0n);
        const rest = mod(normal(x), normal(y)) as number | bigint;
        const whole = add(mul(floordiv(normal(x), normal(y)), normal(y)), rest);
        expect(eq(whole, normal(x))).toBe(true);
        expect(rest == 0 || rest < 0 === y < 0).toBe(true);
      }),
    );
  });

  it('a quotient is exact where the multiple below the dividend is not', () => {
    expect(floordiv(-7306716239919669, 1826679059979917)).toBe(-5);
    expect(floordiv(7306716239919669, -1826679059979917)).toBe(-5);
    expect(floordiv(-9007199254740991, 2)).toBe(-4503599627370496);
  });

  it('zero has no sign', () => {
    for (const zero of [mul(0, -1), neg(0), mod(-4, 2), sub(0, 0), floordiv(0, -5), pow(0, 3)]) {
      expect(Object.is(zero, 0)).toBe(true);
    }
  });

  it('the limit is noticed in both directions', () => {
    expect(add(9007199254740991, 1)).toBe(9007199254740992n);
    expect(sub(9007199254740992n, 1)).toBe(9007199254740991);
  });
});

describe('floats', () => {
  it('stay floats where they are whole', () => {
    expect(add(0.5, 0.5)).toEqual(new PyFloat(1));
    expect(div(6, 3)).toEqual(new PyFloat(2));
    expect(mul(0.5, 2)).toEqual(new PyFloat(1));
  });

  it('print as the shortest text that reads back as the same', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(Object.is(parseDouble(floatText(value)), value)).toBe(true);
      }),
    );
  });

  it('are rounded on their exact value, half to even', () => {
    expect([0.5, 1.5, 2.5, 2.675, 1.005, 0.125].map((value) => fixedText(value, 0))).toEqual([
      '0',
      '2',
      '2',
      '3',
      '1',
      '0',
    ]);
    expect([2.675, 1.005, 0.125, 0.375].map((value) => fixedText(value, 2))).toEqual(['2.67', '1.00', '0.12', '0.38']);
    expect(roundDouble(1e300, 5)).toBe(1e300);
    expect(fixedText(1e22, 1)).toBe('10000000000000000000000.0');
  });

  it('divide like ints of any size', () => {
    expect(toDouble(div(2n ** 200n, 2n ** 199n) as PyFloat)).toBe(2);
    expect(toDouble(div(1, 2n ** 1074n) as number)).toBe(5e-324);
    expect(() => div(10n ** 400n, 3)).toThrow('integer division result too large for a float');
  });
});
