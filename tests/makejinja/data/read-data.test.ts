import { describe, expect, it } from 'vitest';
import { repr } from '../../../src/jinja/index.ts';
import { readData } from '../../../src/makejinja/data/read-data.ts';
import { Failure } from '../../../src/report/finding.ts';

describe('readData', () => {
  it.each([
    ['data.yaml', 'a: 1\nb: 1\n---\nb: {c: 2}\nd: yes\n', "{'a': 1, 'b': {'c': 2}, 'd': True}"],
    ['data.yml', '', '{}'],
    ['data.yaml', '# nothing\n', '{}'],
    ['data.yaml', '1: a\n---\n1.0: b\n', "{1: 'b'}"],
    ['a/b.toml', '2 = 1.0\n1 = 2026-01-02\n', "{'2': 1.0, '1': datetime.date(2026, 1, 2)}"],
    ['../data.json', '{"10": 1.0, "9": 12345678901234567890}', "{'10': 1.0, '9': 12345678901234567890}"],
  ])('%s: %j', (path, text, printed) => {
    expect(repr(readData(path, text))).toBe(printed);
  });

  it.each<[path: string, text: string, message: string, place?: readonly [line: number, column: number]]>([
    ['data.yaml', 'a: 1\nb:\tc\n', 'a tab cannot stand here', [2, 3]],
    ['data.yaml', 'a: b: c\n', '`:` cannot stand here', [1, 5]],
    ['data.yaml', 'a: 1\nb\nc: 2\n', 'a key is not followed by `: `', [2, 1]],
    ['data.yaml', 'a:\n  b: 1\n c: 2\n', 'a key should stand here, but there is a map', [3, 2]],
    ['data.yaml', 'a: [1, 2\n', '`,` or `]` should stand here, but there is the end of the file', [2, 1]],
    ['data.yaml', 'a: "b\n', 'a value in quotes is not closed', [1, 4]],
    ['data.yaml', 'a: "\\d"\n', '`\\` is followed by `d`', [1, 5]],
    ['data.yaml', 'a: 2026-13-01\n', 'the value is no valid date', [1, 4]],
    ['data.yaml', 'a: !vault x\n', 'the tag `!vault` is not known', [1, 4]],
    ['data.yaml', 'a: *b\n', 'no anchor is named `b`', [1, 4]],
    ['data.yaml', 'a: {[b]: c}\n', 'a list, a map or a set cannot be a key', [1, 5]],
    ['data.yaml', 'a: {{ b }}\n', 'a list, a map or a set cannot be a key', [1, 5]],
    ['data.yaml', 'a: {<<: 1}\n', 'only a map can be merged by `<<`', [1, 9]],
    ['data.yaml', 'a: =\n', '`=` has a meaning of its own in YAML', [1, 4]],
    ['data.yaml', 'a: |0\n b\n', 'the head of a block of text holds `0`', [1, 5]],
    ['data.yaml', 'a: @b\n', '`@` cannot stand here', [1, 4]],
    ['data.yaml', 'a: b\x07\n', 'the file holds the character U+0007, which no YAML text may hold', [1, 5]],
    ['data.yaml', `${'['.repeat(600)}\n`, 'the values are nested deeper than 480 levels', [1, 481]],
    ['data.yaml', 'a: 1\n---\n- b\n', 'document 2 of the data file is no map of keys and values'],
    ['data.yaml', 'a: 1\n---\n', 'document 2 of the data file is empty'],
    ['data.toml', 'a = 1\nb = \n', 'a value should stand here, but there is a line break', [2, 5]],
    ['data.toml', '[a]\nb.c = 1\n[a.b]\n', '`a.b` is declared twice', [3, 1]],
    ['data.toml', 'a = 1\na = 2\n', '`a` is set twice', [2, 1]],
    [
      'data.toml',
      'a = {}\na.b = 1\n',
      '`a.b` adds to an inline table or an array of values, which is complete',
      [2, 1],
    ],
    ['data.toml', 'a = "b\n', 'a text is not closed', [1, 5]],
    ['data.toml', 'a = 2026-02-30\n', 'there is no such date', [1, 5]],
    ['data.json', '{"a": 1,\n}', 'a key in double quotes should stand here, but there is `}`', [2, 1]],
    ['data.json', '{"a": 01}', '`,` or `}` should stand here, but there is `1`', [1, 8]],
    ['data.json', '{"a": "b}', 'a text is not closed', [1, 7]],
    ['data.json', '["a"]', 'document 1 of the data file is no map of keys and values'],
    ['data.txt', 'a', 'the data file data.txt has no ending that says how to read it'],
  ])('%s: %j is refused: %s', (path, text, message, place) => {
    const [finding, ...others] = findingsOf(path, text);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ code: 'render/data', severity: 'error', message });
    expect(finding?.place).toEqual({
      file: path,
      ...(place === undefined ? {} : { line: place[0], column: place[1] }),
    });
    expect(finding?.remedy).not.toBe(undefined);
  });

  it.each<[string, string, number[]]>([
    ['data.yaml', 'UTF-8', [0x61, 0x3a, 0x20, 0xc3, 0xa9]],
    ['data.yaml', 'UTF-8 with a byte order mark', [0xef, 0xbb, 0xbf, 0x61, 0x3a, 0x20, 0xc3, 0xa9]],
    ['data.yaml', 'UTF-16, little end first', [0xff, 0xfe, 0x61, 0, 0x3a, 0, 0x20, 0, 0xe9, 0]],
    ['data.yml', 'UTF-16, big end first', [0xfe, 0xff, 0, 0x61, 0, 0x3a, 0, 0x20, 0, 0xe9]],
    ['data.json', 'UTF-8 with a byte order mark', [0xef, 0xbb, 0xbf, ...Buffer.from('{"a": "é"}')]],
    ['data.toml', 'UTF-8', [...Buffer.from('a = "é"')]],
  ])('%s: reads bytes of %s', (path, _, bytes) => {
    expect(repr(readData(path, Uint8Array.from(bytes)))).toBe("{'a': 'é'}");
  });

  it.each(['data.yaml', 'data.toml', 'data.json'])('%s: bytes that are no text are refused', (path) => {
    const [finding] = findingsOf(path, Uint8Array.from([0x23, 0x0a, 0x61, 0xe9, 0x0a]));
    expect(finding).toMatchObject({ code: 'render/data', message: `the data file ${path} is not UTF-8 text` });
    expect(finding?.place).toEqual({ file: path, line: 2 });
  });

  it('never shows a value', () => {
    const secret = 'hunter2';
    const texts = [
      `a: ${secret}: b\n`,
      `a: "${secret}\n`,
      `a: !!int ${secret}\n`,
      `a: [${secret}\n`,
      `${secret}\na: b\n`,
    ];
    for (const text of texts) expect(JSON.stringify(findingsOf('data.yaml', text))).not.toContain(secret);
    expect(JSON.stringify(findingsOf('data.toml', `a = ${secret}\n`))).not.toContain(secret);
    expect(JSON.stringify(findingsOf('data.json', `{"a": ${secret}}`))).not.toContain(secret);
  });

  it('is not brought down by merges that multiply', () => {
    const lines = Array.from({ length: 30 }, (_, index) => {
      const before = `*x${String(index - 1)}`;
      const value = index === 0 ? '{a: 1}' : `{<<: [${before}, ${before}]}`;
      return `x${String(index)}: &x${String(index)} ${value}\n`;
    });
    expect(findingsOf('data.yaml', lines.join(''))[0]?.message).toBe('merging gives more than a million entries');
  });

  it('reads long texts in a time that grows with them', { tags: 'long' }, () => {
    const entries = Array.from({ length: 20_000 }, (_, index) => `key${String(index)}: {a: [1, "b"], c: plain text}\n`);
    expect(readData('data.yaml', entries.join('')).size).toBe(20_000);
    const long = 'x'.repeat(2_000_000);
    expect(readData('data.yaml', `a: ${long}\n`).get('a')).toBe(long);
    expect(readData('data.toml', `a = "${long}"\n`).get('a')).toBe(long);
    expect(readData('data.json', `{"a": "${long}"}`).get('a')).toBe(long);
  });
});

function findingsOf(path: string, text: string | Uint8Array): Failure['findings'] {
  try {
    readData(path, text);
  } catch (error) {
    if (error instanceof Failure) return error.findings;
    throw error;
  }
  throw new Error(`${path} was read`);
}
