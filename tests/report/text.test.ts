import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/report/finding.ts';
import { COLOURED, countFindings, formatFinding, formatFindings, PLAIN, wrapWords } from '../../src/report/text.ts';

const BASE: Finding = { code: 'config/host-bits', severity: 'error', message: 'wrong' };

describe('formatFinding', () => {
  it.each<[string, Partial<Finding>, string]>([
    ['no place', {}, 'error: wrong [config/host-bits]'],
    ['a file', { place: { file: 'a.yaml' } }, 'a.yaml: error: wrong [config/host-bits]'],
    ['a line without its text', { place: { file: 'a', line: 2, column: 3 } }, 'a:2:3: error: wrong [config/host-bits]'],
    [
      'a line',
      { place: { file: 'a', line: 2, column: 4, length: 3 }, sourceLine: 'a: bcd # x', remedy: 'b' },
      'a:2:4: error: wrong [config/host-bits]\n  2 | a: bcd # x\n    |    ^^^\n  = b',
    ],
    [
      'a length beyond the line',
      { place: { file: 'a', line: 10, column: 2, length: 99 }, sourceLine: '\tab' },
      'a:10:2: error: wrong [config/host-bits]\n  10 | \tab\n     | \t^^',
    ],
    [
      'a column behind the line',
      { place: { file: 'a', line: 1, column: 4 }, sourceLine: 'abc' },
      'a:1:4: error: wrong [config/host-bits]\n  1 | abc\n    |    ^',
    ],
  ])('shows %s', (_, parts, expected) => {
    expect(formatFinding({ ...BASE, ...parts })).toBe(expected);
  });

  it('colours without changing the text', () => {
    const finding: Finding = { ...BASE, place: { file: 'a', line: 1, column: 1 }, sourceLine: 'x' };
    // eslint-disable-next-line no-control-regex -- the escape sequences are what is taken away
    expect(formatFinding(finding, COLOURED).replace(/\u001b\[\d+m/g, '')).toBe(formatFinding(finding));
  });
});

describe('countFindings', () => {
  it.each([
    [[], ''],
    [['error'], '1 error'],
    [['error', 'error', 'warning'], '2 errors and 1 warning'],
    [['note', 'warning', 'error'], '1 error, 1 warning and 1 note'],
  ] as const)('%j: %s', (severities, expected) => {
    expect(countFindings(severities.map((severity) => ({ ...BASE, severity })))).toBe(expected);
  });
});

describe('formatFindings', () => {
  const disk = (name: string, line: number): Finding => ({
    ...BASE,
    message: `${name} has no disk`,
    place: { file: 'nodes.yaml', line, column: 1 },
    remedy: 'give it one',
    together: { subject: name, noun: 'nodes', predicate: 'have no disk' },
  });
  const unset = (line: number): Finding => ({
    ...BASE,
    message: `line ${String(line)} is wrong`,
    place: { file: 'a', line, column: 1 },
    sourceLine: 'x',
    remedy: 'mend it',
  });

  it.each<[string, readonly Finding[], string]>([
    ['one as it is', [disk('a', 1)], 'nodes.yaml:1:1: error: a has no disk [config/host-bits]\n  = give it one\n'],
    [
      'several of one kind in one sentence, where the first of them stood',
      [disk('a', 1), unset(9), disk('b', 7), disk('c', 8)],
      'nodes.yaml: error: 3 nodes have no disk: a, b, c (lines 1, 7 and 8) [config/host-bits]\n  = give it one\n' +
        'a:9:1: error: line 9 is wrong [config/host-bits]\n  9 | x\n    | ^\n  = mend it\n',
    ],
    [
      'three without a sentence of their own on a line each, with their remedy once',
      [unset(1), unset(2), unset(3)],
      ['1', '2', '3'].map((line) => `a:${line}:1: error: line ${line} is wrong [config/host-bits]\n`).join('') +
        '  = mend it\n',
    ],
    [
      'what has no place without lines',
      ['x', 'y'].map((subject) => ({ ...BASE, together: { subject, noun: 'kinds', predicate: 'are not known' } })),
      'error: 2 kinds are not known: x, y [config/host-bits]\n',
    ],
    [
      'others by themselves, although they are of one code',
      [
        { ...BASE, message: 'one' },
        { ...BASE, message: 'other' },
      ],
      'error: one [config/host-bits]\nerror: other [config/host-bits]\n',
    ],
    [
      'of two severities apart',
      [disk('a', 1), { ...disk('b', 2), severity: 'warning' }],
      'nodes.yaml:1:1: error: a has no disk [config/host-bits]\n  = give it one\n' +
        'nodes.yaml:2:1: warning: b has no disk [config/host-bits]\n  = give it one\n',
    ],
  ])('shows %s', (_, findings, expected) => {
    expect(formatFindings(findings)).toBe(expected);
  });

  it('breaks lines between words where there is a width', () => {
    const text = formatFindings([{ ...BASE, message: 'word '.repeat(30).trim(), remedy: 'run `a b c`' }], PLAIN, 40);
    expect(text.split('\n').every((line) => line.length <= 40)).toBe(true);
    expect(text).toMatch(/^error: word word word word word word\n {2}word/);
  });
});

describe('wrapWords', () => {
  it.each([
    ['short', 10, 'short'],
    ['one two three', 8, 'one two\n  three'],
    ['  = one two', 7, '  = one\n  two'],
    ['run `npx a b` now', 11, 'run\n  `npx a b`\n  now'],
    ['run `npx a b c d e` now', 10, 'run `npx a\n  b c d e`\n  now'],
    ['https://example.com/long', 10, 'https://example.com/long'],
    ['a lonely ` tick', 8, 'a lonely\n  ` tick'],
  ])('%j at %i', (line, width, expected) => {
    expect(wrapWords(line, width, '  ')).toBe(expected);
  });
});
