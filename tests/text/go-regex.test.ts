import { describe, expect, it } from 'vitest';
import { compileGoRegex } from '../../src/text/go-regex.ts';

describe('compileGoRegex', () => {
  it.each([
    ['^(data|stringData)$', 'data', true],
    ['^(data|stringData)$', 'metadata', false],
    ['(?i)^SECRET$', 'secret', true],
    ['^[[:alpha:]]+$', 'abc', true],
    ['^(?P<name>a)\\z', 'a', true],
    ['a\\-b\\_c', 'a-b_c', true],
    ['\\Adata', 'xdata', false],
    ['.*\\.ya?ml$', 'a.yml', true],
    ['^\\Qa.b\\E$', 'a.b', true],
    ['^\\pL+$', '\u00e9', true],
    ['(?s:a.b)', 'a\nb', true],
    ['(?U)a+', 'aa', true],
    ['^[^[:space:]]$', '\u00a0', true],
    ['\\bsecret\\b', 'a-secret', true],
  ])('%s on %s is %s', (pattern, text, expected) => {
    expect(compileGoRegex(pattern).test(text)).toBe(expected);
  });

  it.each(['(', '(?=a)', '(?<!a)b', '(a)\\1', '[', 'a**', '\\Z', '\\C', 'a{1001}', '(?P=a)', '\\u0041'])(
    'refuses %s',
    (pattern) => {
      expect(() => compileGoRegex(pattern)).toThrow(SyntaxError);
    },
  );
});
