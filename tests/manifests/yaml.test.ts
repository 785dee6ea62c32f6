import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { ManifestFile } from '../../src/manifests/document.ts';
import { spanOf } from '../../src/manifests/written.ts';
import { readYaml } from '../../src/manifests/yaml.ts';
import { listTree } from '../../src/system/files.ts';
import { allTrees } from '../golden/trees.ts';
import '../support/properties.ts';

// Values are read by one package and places by another: both must see the same in every text.

const repository = join(import.meta.dirname, '../..');

/** What the package of the places makes of a text. */
function expected(text: string): unknown {
  try {
    const documents = [...parseAllDocuments(text, { merge: true, logLevel: 'silent' })];
    if (documents.some(({ errors }) => errors.length > 0)) return 'refused';
    return documents.map((document): unknown => document.toJS());
  } catch (error) {
    const isMerge = error instanceof Error && error.message.startsWith('Merge sources');
    if (isMerge || error instanceof ReferenceError || error instanceof RangeError) return 'refused';
    throw error;
  }
}

/** With the order of keys, which `toEqual` does not look at. */
function shown(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'number' && (!Number.isFinite(inner) || Object.is(inner, -0)) ? `number ${String(inner)}` : inner,
  );
}

function read(text: string): unknown {
  const values = readYaml(text);
  return 'message' in values ? 'refused' : values;
}

function expectSame(text: string): void {
  expect(shown(read(text)), text).toBe(shown(expected(text)));
}

async function textsBelow(folder: string): Promise<string[]> {
  const paths = (await listTree(join(repository, folder))).filter((path) => /\.ya?ml$/.test(path));
  return await Promise.all(paths.map((path) => readFile(join(repository, folder, path), 'utf8')));
}

const TREES = [...new Set((await allTrees()).flatMap(({ files }) => files.map(({ text }) => text)))];
const WRITTEN = (await Promise.all(['tests/checks', 'tests/manifests', 'examples'].map(textsBelow))).flat();

/** As sigs.k8s.io/yaml and kustomize read them. */
describe('an alias for a key with its colon behind it', () => {
  it.each([
    ['before a map', 'a: &app x\nb:\n  *app:\n    c: 1\n', { a: 'x', b: { x: { c: 1 } } }],
    ['before a text', 'a: &app x\nb:\n  *app: y\n  c: *app\n', { a: 'x', b: { x: 'y', c: 'x' } }],
    ['in a list', 'a: &the-app x\nb:\n  - *the-app: y\n', { a: 'x', b: [{ x: 'y' }] }],
    ['beside a text that looks like one', 'a: &app x\nb:\n  *app: |\n    ls *app\n', { a: 'x', b: { x: 'ls *app\n' } }],
  ])('%s', (_, text, value) => {
    expect(readYaml(text)).toEqual([value]);
    const document = { file: fileOf(text), index: 0, value, fields: value };
    expect(spanOf(document, ['b'], 'key')).toEqual({ start: text.indexOf('b:'), end: text.indexOf('b:') + 1 });
  });

  it('is none where no anchor has its name', () => {
    expect(readYaml('a: |\n  *note: read this\n')).toEqual([{ a: '*note: read this\n' }]);
  });
});

function fileOf(text: string): ManifestFile {
  return { path: 'a.yaml', source: '', text, isGenerated: false, isSecret: false };
}

describe('readYaml', () => {
  it('reads every file of every tree as it is placed', () => {
    expect(TREES.length + WRITTEN.length).toBeGreaterThan(300);
    for (const text of [...TREES, ...WRITTEN]) expectSame(text);
  });

  it.each([
    ['nothing', ''],
    ['comments alone', '# nothing\n'],
    ['a document of comments between others', 'a: 1\n---\n# nothing\n---\nb: 2\n'],
    ['an end of a document', 'a: 1\n...\n'],
    ['an end before the first one', '...\n---\na: 1\n'],
    ['a marker that is indented', ' ---\na: 1\n'],
    ['a directive', '%YAML 1.2\n---\na: yes\n'],
    ['texts of YAML 1.1', 'a: yes\nb: 012\nc: 1_000\nd: 1:30\ne: 2001-01-01\nf: 0b1\n'],
    ['numbers', 'a: 0o17\nb: 0x1F\nc: 1e3\nd: .5\ne: -.inf\nf: .nan\ng: -0\nh: +1\ni: 12345678901234567890\n'],
    ['keys that are no texts', '1: a\n1.50: b\ntrue: c\n'],
    ['a key that is null', 'null: a\n'],
    ['an empty key', ': a\n'],
    ['a key that is a list', '[a, b]: c\n'],
    ['a template in braces', 'a: {{ b }}\n'],
    ['a key that JavaScript has a meaning for', '__proto__: 1\nconstructor: 2\n'],
    ['a key twice', 'a: 1\na: 2\n'],
    ['merged keys', 'a: &a { x: 1, y: 2 }\nb:\n  y: 3\n  <<: *a\n  z: 4\n'],
    ['a list of merged maps', 'a: &a { x: 1 }\nb: &b { x: 2, y: 3 }\nc:\n  <<: [*a, *b]\n  y: 4\n'],
    ['a merge of no map', 'a: &a 1\nb:\n  <<: *a\n'],
    ['a merge key in quotes', 'a: &a { x: 1 }\nb:\n  "<<": *a\n'],
    ['an alias without an anchor', 'a: *b\n'],
    ['an anchor in another document', 'a: &b 1\n---\na: *b\n'],
    ['an anchor before a key in the place of a value', 'a: &b c: d\n'],
    ['anchors of keys', '&a a: &b b\n*a : *b\n'],
    ['a tag that nobody knows', 'a: !b c\n'],
    ['tags', 'a: !!str 1\nb: !!int "1"\nc: !!binary aGk=\n'],
    ['a tag of YAML 1.1', 'a: !!set { b }\n'],
    ['tabs', 'a:\tb\n\tc: d\n'],
    ['a tab in a text', 'a: "\t"\nb: |\n  c\td\n'],
    ['line breaks of Windows', 'a: 1\r\nb: |\r\n  c\r\n  d\r\n'],
    ['a carriage return alone', 'a: b\rc: d\n'],
    ['a byte order mark', '\ufeffa: 1\n'],
    ['a line separator', 'a: b\u2028c\n'],
    ['texts over several lines', 'a: b\n  c\n\n  d\ne: "f\n  g \\\n  h"\ni: \'j\n\n  k\'\n'],
    ['blocks', 'a: |-\n  b\n\n\nc: >+\n  d\n   e\n\nf: |2\n    g\nh: >\n  i\n  j\n'],
    ['a block without a line break at its end', 'a: |\n  b'],
    ['a text with a colon at its end', 'a: b:\n'],
    ['a text that ends in spaces', 'a: redis: \n'],
    ['a list at the indentation of its key', 'a:\n- b\n-\n- - c\n  - d\n- e: f\n  g:\n'],
    ['a list in the line of its key', 'a: - b\n'],
    ['wrong indentation', 'a:\n  b: 1\n c: 2\n'],
    ['a key over two lines', 'a\nb: c\n'],
    ['a key that is asked for', '? a\n: b\n'],
    ['a comment without a space', 'a: "b"#c\n'],
    ['an open bracket', 'a: [b\n'],
    ['a reserved character', 'a: @b\n'],
    ['a percent sign at the start of a line', 'a: b\n%c: d\n'],
    ['100 levels', `${Array.from({ length: 101 }, (_, index) => `${' '.repeat(index)}a:`).join('\n')} 1\n`],
    ['20 aliases', `a: &a 1\nb: [${Array.from({ length: 20 }, () => '*a').join(', ')}]\n`],
    [
      'aliases that unfold to more than anybody reads',
      `a0: &a0 [x, x]\n${Array.from({ length: 9 }, (_, index) => `a${String(index + 1)}: &a${String(index + 1)} [${Array.from({ length: 9 }, () => `*a${String(index)}`).join(', ')}]\n`).join('')}`,
    ],
  ])('reads %s as it is placed', (_, text) => {
    expectSame(text);
  });

  const BITS = '\t,\r,\n,#,\',",|,>,&,*,!,{,},[,],?,%,@,`,~,=, ,  ,- ,: ,:, #,|-,>+,&a ,*a,!!str ,? '
    .split(',')
    .concat(',');
  const LINES = [
    '---',
    '...',
    '<<: *a',
    'null: 1',
    '- x',
    'a: {',
    ' ---',
    '%YAML 1.1',
    '\ufeff',
    '"',
    '1: 2',
    '- - &a x: y',
  ];
  const edit = fc.record({
    at: fc.nat(),
    cut: fc.nat(6),
    put: fc.oneof(
      fc.constantFrom(...BITS),
      fc.constantFrom(...LINES).map((line) => `\n${line}\n`),
      fc.constant(''),
    ),
  });
  const edited = fc
    .tuple(
      fc.constantFrom(...[...TREES, ...WRITTEN].filter(({ length }) => length < 2000)),
      fc.array(edit, { minLength: 1, maxLength: 3 }),
    )
    .map(([text, edits]) =>
      edits.reduce((one, { at, cut, put }) => {
        const place = at % (one.length + 1);
        return one.slice(0, place) + put + one.slice(place + cut);
      }, text),
    );

  it('reads texts that somebody spoilt as they are placed', () => {
    fc.assert(fc.property(edited, expectSame), { numRuns: 300 });
  });

  it('reads 20,000 of them', { tags: 'long', timeout: 300_000 }, () => {
    fc.assert(fc.property(edited, expectSame), { numRuns: 20_000 });
  });
});
