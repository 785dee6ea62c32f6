import { describe, expect, it } from 'vitest';
import { isKind, pyError } from '../../../src/jinja/errors.ts';
import { str } from '../../../src/jinja/python/text.ts';
import { makeUndefined, type Undefined } from '../../../src/jinja/undefined.ts';

describe('undefined values', () => {
  it.each([
    [{ name: 'x' }, "'x' is undefined"],
    [{ object: { a: 1 }, name: 'y' }, "'dict object' has no attribute 'y'"],
    [{ object: [1], name: 5 }, 'list object has no element 5'],
    [{ object: null, name: 'y' }, "'None' has no attribute 'y'"],
    [{ hint: 'nothing here' }, 'nothing here'],
  ])('%j says %s', (options, message) => {
    expect(makeUndefined('default', options).message).toBe(message);
    expect(() => str(makeUndefined('strict', options))).toThrow(message);
  });

  it('are recorded where asked for', () => {
    const seen: Undefined[] = [];
    const value = makeUndefined('chainable', { name: 'x', record: (made) => seen.push(made) });
    expect(seen).toEqual([value]);
  });
});

describe('errors', () => {
  it.each([
    ['UndefinedError', 'TemplateRuntimeError', true],
    ['UndefinedError', 'TemplateError', true],
    ['TemplatesNotFound', 'LookupError', true],
    ['TemplateAssertionError', 'TemplateSyntaxError', true],
    ['ZeroDivisionError', 'ArithmeticError', true],
    ['KeyError', 'LookupError', true],
    ['RecursionError', 'RuntimeError', true],
    ['TypeError', 'ValueError', false],
    ['TemplateSyntaxError', 'TemplateAssertionError', false],
  ] as const)('%s is a %s: %s', (kind, base, expected) => {
    expect(isKind(pyError(kind, 'x'), base)).toBe(expected);
  });

  it('of JavaScript are of no kind', () => {
    expect(isKind(new TypeError('x'), 'TypeError')).toBe(false);
  });
});
