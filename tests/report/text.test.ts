import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/report/finding.ts';
import { COLOURED, countFindings, formatFinding } from '../../src/report/text.ts';

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
