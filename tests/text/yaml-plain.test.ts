import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { formatFlow } from '../../src/cluster/config/issue.ts';
import { scalarText } from '../../src/cluster/config/yaml-text.ts';
import { quotedWhereAlone } from '../../src/apps/text/names.ts';
import { withEntry } from '../../src/apps/text/lists.ts';
import { withMember, withScalars } from '../../src/apps/text/members.ts';
import { manifestText } from '../../src/apps/scaffold/yaml.ts';
import { isPlainInYaml, isWordOfYaml, yamlWord } from '../../src/text/yaml-plain.ts';

/** What a reader of one version or of the other takes for something else than a text. */
const OTHERWISE =
  'yes No ON off y N true null ~ 1_000 12:30 0755 0o17 0x1f 1e3 .5 1.0 2026-01-31 190:20:30 .inf +1 0X1F 0B11 0O17 -0o17 +0o17 1_0e3 1_000.5e3 0o1_7'.split(
    ' ',
  );

const TEXTS = '0xen 1_a films on-call nope yes.example.com 10.0.0.1 1.2.3 v1 ./on a:b sha256:ab /no'.split(' ');

describe('texts without quotes', () => {
  it.each(OTHERWISE)('%s needs some, whoever writes it', (text) => {
    expect([isWordOfYaml(text), isPlainInYaml(text)]).toEqual([false, false]);
    const writers: Record<string, string> = {
      word: `key: ${yamlWord(text)}\n`,
      flow: `{key: ${yamlWord(text, true)}}\n`,
      configuration: `key: ${formatFlow(text)}\n`,
      edit: `key: ${scalarText(text)}\n`,
      manifest: manifestText([{ content: { key: text } }]),
      value: withScalars('key: films\n', [{ index: 0, path: ['key'], value: text }]) ?? '',
      member: withMember('a: 1\n', { index: 0, path: [] }, 'key', text) ?? '',
      name: quotedWhereAlone(`key: ${text}\n`, text),
    };
    for (const [writer, written] of Object.entries(writers)) {
      for (const version of ['1.1', '1.2'] as const)
        expect([writer, version, (parse(written, { version }) as { key: unknown }).key]).toEqual([
          writer,
          version,
          text,
        ]);
    }
    const listed = withEntry('resources:\n  - a.yaml\n', ['resources'], text);
    expect((parse(listed, { version: '1.1' }) as { resources: unknown[] }).resources).toContain(text);
  });

  it.each(TEXTS)('%s needs none', (text) => {
    expect([isWordOfYaml(text), isPlainInYaml(text)]).toEqual([true, true]);
    expect(yamlWord(text)).toBe(text);
  });

  it.each([
    'a: b',
    'a #b',
    '- a',
    '? a',
    '@a',
    '`a',
    '"a',
    "'a",
    '#a',
    '*a',
    '&a',
    '!a',
    '|',
    '%a',
    'a:',
    ' a',
    '---',
    '',
  ])('what would be read as more than a text is quoted: %j', (text) => {
    expect(isPlainInYaml(text)).toBe(false);
    expect(parse(`- ${yamlWord(text)}`)).toEqual([text]);
  });

  it('quotes a name as a value, an anchored value, an item and a key, and as a part of a text never', () => {
    const text = 'a: on # on\nb: &app on\nc:\n  - on\non:\n  d: on-call\n  e: on.example.com\n';
    expect(quotedWhereAlone(text, 'on')).toBe(
      "a: 'on' # on\nb: &app 'on'\nc:\n  - 'on'\n'on':\n  d: on-call\n  e: on.example.com\n",
    );
  });
});

it.each(['a\u2028b', 'a\u0085b', 'a\tb', '\ufeffa', 'a\u007f'])(
  '%j stands in double quotes, as signs that are seen',
  (text) => {
    const written = yamlWord(text);
    expect(written).toMatch(/^"[ -~]*"$/);
    expect(parse(`key: ${written}\n`)).toEqual({ key: text });
  },
);

it.each([
  ['{a: b,}', '{a: b, c: d}'],
  ['{}', '{c: d}'],
])('a member is added to %s', (map, changed) => {
  expect(withMember(`key: ${map}\n`, { index: 0, path: ['key'] }, 'c', 'd')).toBe(`key: ${changed}\n`);
});

it('an item is added to a list in brackets that ends with a comma', () => {
  expect(withEntry('resources: [a.yaml, ]\n', ['resources'], 'b.yaml')).toBe('resources: [a.yaml, ./b.yaml]\n');
});
