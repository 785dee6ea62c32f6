import { describe, expect, it } from 'vitest';
import { isKind } from '../../../src/jinja/errors.ts';
import { builtinGlobals } from '../../../src/jinja/globals.ts';
import { callMethod } from '../../../src/jinja/python/attributes.ts';
import { call } from '../../../src/jinja/python/callable.ts';
import { add, mod, mul, pow } from '../../../src/jinja/python/operators.ts';

const globals = builtinGlobals({ random: () => 0.5, maxRangeLength: 1000 });

describe('operations that would never end raise an error at once', () => {
  it.each<readonly [string, () => unknown]>([
    ['text times', () => mul('ab', 10 ** 12)],
    ['text times a big int', () => mul('ab', 2n ** 80n)],
    ['list times', () => mul([1], 10 ** 12)],
    ['power', () => pow(10, 10 ** 9)],
    ['power of power', () => pow(pow(10, 10 ** 4), 10 ** 4)],
    ['product of giants', () => mul(pow(2, 10 ** 6), pow(2, 10 ** 6))],
    ['width of a format', () => mod('%999999999999d', 1)],
    ['precision of a format', () => mod('%.999999999f', 1.5)],
    ['width of a field', () => callMethod('{:999999999999}', 'format', [1])],
    ['padding', () => callMethod('a', 'ljust', [10 ** 12])],
    ['replacement', () => callMethod('a'.repeat(10_000), 'replace', ['', 'x'.repeat(100_000)])],
    ['range', () => call(globals.get('range'), [1001])],
  ])('%s', (_, operation) => {
    let thrown: unknown;
    try {
      operation();
    } catch (error) {
      thrown = error;
    }
    expect(isKind(thrown, 'MemoryError') || isKind(thrown, 'OverflowError')).toBe(true);
  });

  it('what is merely large works', () => {
    expect(mul('ab', 100_000)).toHaveLength(200_000);
    expect(add(pow(2, 100_000), 0)).toBe(2n ** 100_000n);
    expect(call(globals.get('range'), [1000])).toBeDefined();
  });
});
