import { describe, expect, it } from 'vitest';
import { call, type CallContext, pythonFunction } from '../../../src/jinja/python/callable.ts';

const echo = (...args: unknown[]): unknown[] => args;
const kwargs = (entries: Record<string, unknown>): ReadonlyMap<string, unknown> => new Map(Object.entries(entries));

describe('binding of arguments', () => {
  it.each([
    ['f(a, b=None)', [1], {}, [1]],
    ['f(a, b=None)', [1, 2], {}, [1, 2]],
    ['f(a, b=None)', [], { b: 2, a: 1 }, [1, 2]],
    ['f(a, b=None, c=3)', [1], { c: 2 }, [1, undefined, 2]],
    ["f(a, sep=', ', end='(x)')", [1], { end: 2 }, [1, undefined, 2]],
    ['f(a, *args)', [1, 2, 3], {}, [1, [2, 3]]],
    ['f(*args, **kwargs)', [1], { x: 2 }, [[1], new Map([['x', 2]])]],
    ['f(a, *, key=None)', [1], { key: 2 }, [1, 2]],
    ['f(a, /, **kwargs)', [1], { a: 2 }, [1, new Map([['a', 2]])]],
    ['f()', [], {}, []],
  ])('%s', (signature, args, named, expected) => {
    expect(
      call(
        pythonFunction(signature, (...given: unknown[]) => echo(...given)),
        args,
        kwargs(named),
      ),
    ).toEqual(expected);
  });

  it.each([
    ['f(a, b=None)', [], {}, "f() missing 1 required positional argument: 'a'"],
    ['f(a, b)', [], {}, "f() missing 2 required positional arguments: 'a' and 'b'"],
    ['f(a, b, c)', [], {}, "f() missing 3 required positional arguments: 'a', 'b', and 'c'"],
    ['f(a, b)', [1], { a: 2 }, "f() got multiple values for argument 'a'"],
    ['f(a)', [1], { z: 2 }, "f() got an unexpected keyword argument 'z'"],
    ['f(a)', [1, 2], {}, 'f() takes 1 positional argument but 2 were given'],
    ['f(a, b=1)', [1, 2, 3], {}, 'f() takes from 1 to 2 positional arguments but 3 were given'],
    ['f(a, *, key)', [1], {}, "f() missing 1 required keyword-only argument: 'key'"],
    ['f(a, /)', [1], { a: 2 }, 'f() takes no keyword arguments'],
    ['f(a, b, /)', [1], {}, 'f expected 2 arguments, got 1'],
  ])('%s refuses', (signature, args, named, message) => {
    const fn = pythonFunction(signature, (...given: unknown[]) => echo(...given));
    expect(() => call(fn, args, kwargs(named))).toThrow(message);
  });

  it('hands over what the function asks for', () => {
    const context = { environment: 'the environment', evalContext: 'the evaluation' } as unknown as CallContext;
    const first = (pass: 'context' | 'environment' | 'evalContext'): unknown =>
      call(
        pythonFunction('f(a)', (...given: unknown[]) => given[0], { pass }),
        [1],
        new Map(),
        context,
      );
    expect([first('context'), first('environment'), first('evalContext')]).toEqual([
      context,
      'the environment',
      'the evaluation',
    ]);
  });

  it.each([[5], ['a'], [null], [[1]], [{}]])('%j cannot be called', (value) => {
    expect(() => call(value, [])).toThrow('object is not callable');
  });
});
