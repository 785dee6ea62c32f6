import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readAsYaml11, readingOf, sameReading } from '../../../src/cluster/config/document.ts';

// How PyYAML 6.0 resolves each plain scalar for safe_load.
const PYYAML = [
  ['yes', 'boolean', true],
  ['Off', 'boolean', false],
  ['y', 'text', undefined],
  ['true', 'boolean', true],
  ['0123', 'integer', 83],
  ['08', 'text', undefined],
  ['00', 'integer', 0],
  ['0o14', 'text', undefined],
  ['0b11', 'integer', 3],
  ['0x1F', 'integer', 31],
  ['-0x1F', 'integer', -31],
  ['1_000', 'integer', 1000],
  ['+12', 'integer', 12],
  ['10:20:30:40:50:59', 'integer', 8041827059],
  ['00:00:5e:00:53:01', 'text', undefined],
  ['1:30.5', 'float', 90.5],
  ['1e3', 'text', undefined],
  ['1.5e3', 'text', undefined],
  ['1.5e+3', 'float', 1500],
  ['.5', 'float', 0.5],
  ['-.5', 'text', undefined],
  ['5.', 'float', 5],
  ['.inf', 'float', Infinity],
  ['.NaN', 'float', NaN],
  ['~', 'null', undefined],
  ['', 'null', undefined],
  ['2024-01-01', 'timestamp', undefined],
  ['2024-1-1', 'text', undefined],
  ['=', 'value key', undefined],
  ['<<', 'merge key', undefined],
  ['192.0.2.1', 'text', undefined],
  ['192.0.2.0/24', 'text', undefined],
] as const;

describe('readAsYaml11', () => {
  it.each(PYYAML)('reads %j as %s %s', (text, kind, value) => {
    const reading = readAsYaml11(text);
    expect(reading.kind).toBe(kind);
    expect(reading.value).toEqual(value);
  });
});

describe('sameReading', () => {
  it.each([
    'true',
    'False',
    'null',
    '~',
    '12',
    '-0',
    '-0.0',
    '+12',
    '0',
    '00',
    '0x1F',
    '1.5',
    '.5',
    '5.',
    '1.5e+3',
    '.inf',
    '.nan',
    'y',
    'text',
    '192.0.2.1',
  ])('finds %s read alike', (text) => {
    expect(sameReading(readingOf(parse(text)), readAsYaml11(text))).toBe(true);
  });

  it.each([
    'yes',
    'on',
    '0123',
    '08',
    '0o14',
    '1_000',
    '1e3',
    '1.5e3',
    '-.5',
    '0b11',
    '-0x1F',
    '10:20:30:40:50:59',
    '2024-01-01',
    '=',
    '<<',
  ])('finds %s read differently', (text) => {
    expect(sameReading(readingOf(parse(text)), readAsYaml11(text))).toBe(false);
  });
});
