import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { eachOf } from '../support/parted.ts';
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

  it.each(['(', ')', 'a)?(', 'a**', '^*', '(a|b', '[a', '[]', 'a++b', '(?:a))'])(
    'says of %s what Go says',
    (pattern) => {
      const go = attempt(() => RE2JS.compile(pattern).test('a'));
      expect(attempt(() => compileGoRegex(pattern).test('a'))).toBe(go);
    },
  );

  eachOf([600, 3000], 2)('reads what JavaScript is asked to match as Go does: %d patterns', (numRuns) => {
    const piece = fc.constantFrom(
      ...[
        'a',
        'B',
        '1',
        '_',
        '-',
        '/',
        '.',
        '\\.',
        '\\$',
        '[a-z]',
        '[^/]',
        '[A-Z0-9_.-]',
        '[^a-z]',
        ' ',
        '^',
        '$',
        '|',
      ],
      ...[
        '(',
        '(?:',
        ')',
        ')?',
        '*',
        '+',
        '?',
        '*?',
        '{2}',
        '(?i)',
        '\\d',
        '[:alpha:]',
        '(a|b)',
        '(?:data|x)?',
        '.*',
        'a+',
      ],
    );
    const patterns = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
    const texts = fc.string({
      unit: fc.constantFrom('a', 'b', 'B', '1', '_', '-', '/', '.', ' ', '\n', '\r', '\u2028', '$', '😀'),
    });
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        const go = attempt(() => RE2JS.compile(pattern).test(text));
        expect(attempt(() => compileGoRegex(pattern).test(text))).toBe(go);
      }),
      { numRuns },
    );
  });
});

/** What it gives; undefined where it refuses. */
function attempt(run: () => boolean): boolean | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
