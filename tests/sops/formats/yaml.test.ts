import { describe, expect, it } from 'vitest';
import { formatFor } from '../../../src/sops/formats/format.ts';
import { readYaml } from '../../../src/sops/formats/yaml-reader.ts';
import { resolvePlain, writeScalar } from '../../../src/sops/formats/yaml-scalars.ts';
import { writeYaml } from '../../../src/sops/formats/yaml-writer.ts';
import { findingsOf } from '../support.ts';

// Recorded from go-yaml 3.0.4 through sops 3.13.3.
describe('resolvePlain', () => {
  it.each([
    ['', 'null', undefined],
    ['~', 'null', undefined],
    ['Null', 'null', undefined],
    ['nULL', 'str', 'nULL'],
    ['TRUE', 'bool', true],
    ['yes', 'str', 'yes'],
    ['0', 'int', 0n],
    ['+12', 'int', 12n],
    ['1_000', 'int', 1000n],
    ['0777', 'int', 511n],
    ['0o17', 'int', 15n],
    ['0b101', 'int', 5n],
    ['-0x1F', 'int', -31n],
    ['9223372036854775807', 'int', 9223372036854775807n],
    ['08', 'float', 8],
    ['1e3', 'float', 1000],
    ['.5', 'float', 0.5],
    ['5.', 'float', 5],
    ['1e999', 'str', '1e999'],
    ['.inf', 'float', Infinity],
    ['-.INF', 'float', -Infinity],
    ['12:30:45', 'str', '12:30:45'],
    ['1.2.3', 'str', '1.2.3'],
    ['2001-12-14', 'time', '2001-12-14T00:00:00Z'],
    ['2001-2-3 4:5:6.70', 'time', '2001-02-03T04:05:06.7Z'],
    ['2001-12-14T21:59:43+00:00', 'time', '2001-12-14T21:59:43Z'],
    ['2001-13-14', 'str', '2001-13-14'],
    ['2001-02-30', 'str', '2001-02-30'],
    ['-', 'str', '-'],
    ['.', 'str', '.'],
  ])('takes %j for %s', (source, kind, value) => {
    expect(resolvePlain(source)).toStrictEqual(value === undefined ? { kind } : { kind, value });
  });
});

describe('writeScalar', () => {
  it.each([
    ['abc', 'abc'],
    ['a b', 'a b'],
    ['yes', '"yes"'],
    ['0o14', '"0o14"'],
    ['012', '"012"'],
    ['12:30:45', '"12:30:45"'],
    ['1e3', '"1e3"'],
    ['a: b', '"a: b"'],
    ['a:', '"a:"'],
    ['a #b', '"a #b"'],
    ['-a', '"-a"'],
    ['*a', '"*a"'],
    ['', '""'],
    [' a', '" a"'],
    ['\u0000\u0085\ufeff', '"\\x00\\x85\\ufeff"'],
    ['ENC[AES256_GCM,data:a,iv:b]', 'ENC[AES256_GCM,data:a,iv:b]'],
  ])('writes the text %j as %s', (value, expected) => {
    expect(writeScalar({ kind: 'str', value })).toBe(expected);
  });
});

describe('comments', () => {
  it.each([
    ['at the top and the end', '# a\n\n# b\nk: 1\n# c\n', '# a\n# b\nk: 1\n# c\n'],
    ['behind a value', 'k: 1 # a\n', 'k: 1 # a\n'],
    ['behind the key of a mapping', 'k: # a\n  # b\n  i: 1\n', '# a\nk:\n  # b\n  i: 1\n'],
    ['behind the last value of a mapping', 'k:\n  i: 1\n  # a\nl: 2\n', 'k:\n  i: 1\n  # a\n\nl: 2\n'],
    [
      'at three depths at the end',
      'a:\n  b:\n    - 1\n    # l\n  # b\n# a\n',
      'a:\n  b:\n    - 1\n    # l\n\n  # b\n\n# a\n',
    ],
    [
      'below a block of text',
      'a:\n  b: |\n    x\n  # inside\n# outside\nc: 1\n',
      'a:\n  b: |\n    x\n  # inside\n\n# outside\nc: 1\n',
    ],
    ['within a list', 'a:\n  # x\n  - 1 # y\n  # z\n  - 2\n  # e\n', 'a:\n  # x\n  - 1 # y\n  # z\n  - 2\n  # e\n'],
    ['in a list that is not indented', 'a:\n- 1\n# x\n- 2\n# y\nb: 1\n', 'a:\n  - 1\n  # x\n  - 2\n# y\nb: 1\n'],
    ['before the first key of an element', 'a:\n  -\n    # x\n    b: 1\n', 'a:\n  - # x\n    b: 1\n'],
    ['behind an empty mapping', 'a: {} # x\n# y\nb: [] # z\n', 'a: {} # x\n# y\nb: [] # z\n'],
    ['above an empty list', 'a:\n  # x\n  # y\n  []\n', 'a:\n  # x\n  # y\n  []\n'],
    ['where sops writes the bracket at the start of the line', 'a:\n  b: {\n  # x\n}\n', 'a:\n  b: {}\n'],
    ['behind a block header', 'a: | # x\n  t\n', '# x\na: |\n  t\n'],
    ['without a text', '#\n# \nk: 1\n', '#\n# \nk: 1\n'],
    ['that look like keys, in a block', 'a: |\n  # no comment\n', 'a: |\n  # no comment\n'],
    ['before an empty mapping', '# only\n{}\n', '# only\n{}\n'],
    ['with carriage returns', '# a\r\nk: 1 # b\r\n', '# a\nk: 1 # b\n'],
  ])('are kept %s', (_where, text, expected) => {
    const written = writeYaml(readYaml(text, 'a.yaml'), 2);
    expect(written).toBe(expected);
    expect(writeYaml(readYaml(written, 'a.yaml'), 2)).toBe(expected);
  });

  it('between documents stay with theirs', () => {
    expect(writeYaml(readYaml('a: 1\n# x\n---\n# y\nb: 2\n', 'a.yaml'), 2)).toBe('a: 1\n# x\n---\n# y\nb: 2\n');
  });
});

describe('what cannot be held', () => {
  it.each<[string, string, [number, number], string]>([
    ['a key twice', 'a: 1\na: secret\n', [2, 1], 'twice'],
    ['bad indentation', 'a:\n  b: 1\n c: secret\n', [3, 1], 'indentation'],
    ['an open quote', 'a: "secret\n', [2, 1], 'missing'],
    ['an unknown alias', 'a: *secret\n', [1, 4], 'alias'],
    ['a list', '- secret\n', [1, 1], 'no'],
    ['a text', 'secret\n', [1, 1], 'not a mapping'],
    ['a number for a key', 'a:\n  5: secret\n', [2, 3], 'number'],
    ['a mapping for a key', '? {a: 1}\n: secret\n', [1, 3], 'no plain text'],
    ['a merge key', 'a: &x\n  b: 1\nc:\n  <<: *x\n', [4, 3], 'merge key'],
    ['a tag', 'a: !secret b\n', [1, 12], 'tag'],
    ['a tag that does not fit', 'a: !!int secret\n', [1, 10], 'tag'],
    ['an integer beyond 64 bits', 'a: 9223372036854775808\n', [1, 4], '64 bits'],
    ['a control character', 'a: "\u0007"\n', [1, 5], 'control character'],
    ['half a surrogate pair', 'a: "\\ud800"\n', [1, 4], 'surrogate'],
    ['bytes that are no text', 'a: !!binary /w==\n', [1, 13], 'binary'],
    ['aliases that multiply', bomb(), [3, 0], 'aliases'],
  ])('%s is a finding with its place that does not quote the text', async (_what, text, [line, column], message) => {
    const findings = await findingsOf(() => readYaml(text, 'a.yaml'));
    const [finding] = findings;
    expect(finding?.message).toContain(message);
    expect(finding).toMatchObject({ code: 'sops/yaml', place: { file: 'a.yaml', line } });
    if (column > 0) expect(finding?.place?.column).toBe(column);
    expect(JSON.stringify(findings)).not.toContain('secret');
  });
});

/** Fourteen levels of which each names the one before twice. */
function bomb(): string {
  const levels = Array.from(
    { length: 14 },
    (_, level) =>
      `l${String(level)}: &l${String(level)} ${level === 0 ? '[x, x]' : `[*l${String(level - 1)}, *l${String(level - 1)}]`}`,
  );
  return `${levels.join('\n')}\n`;
}

describe('a text that is read again', () => {
  const { read } = formatFor('a.sops.yaml');

  it('gives the tree of before', () => {
    expect(read('a: 1 # x\n', 'a.sops.yaml')).toBe(read('a: 1 # x\n', 'b.sops.yaml'));
    expect(read('a: 1 # x\n', 'a.sops.yaml')).toEqual(readYaml('a: 1 # x\n', 'a.sops.yaml'));
    expect(read('a: 1 # y\n', 'a.sops.yaml')).not.toEqual(read('a: 1 # x\n', 'a.sops.yaml'));
  });

  it('has what is wrong in it told of the file that it stands in', async () => {
    for (const file of ['a.sops.yaml', 'b.sops.yaml']) {
      const [finding] = await findingsOf(() => read('a: [\n', file));
      expect(finding?.place?.file).toBe(file);
    }
  });
});
