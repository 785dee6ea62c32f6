import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decrypt, isEncrypted, open, readSealed } from '../../../src/sops/decrypt.ts';
import { encrypt, encryptTree, keepOrEncrypt, readPlain } from '../../../src/sops/encrypt.ts';
import { formatFor } from '../../../src/sops/formats/format.ts';
import { redact } from '../../../src/sops/redact.ts';
import { scopeFor } from '../../../src/sops/rules.ts';
import { SELECTORS } from '../../../src/sops/selection.ts';
import { sameTree } from '../../../src/sops/tree.ts';
import { findingsOf, identities, NOW, wholeRule } from '../support.ts';

const REAL = join(import.meta.dirname, '..', 'fixtures', 'real');
const bytesOf = (name: string): Buffer => readFileSync(join(REAL, name));
const decryptedName = (ending: string): string =>
  readdirSync(REAL).includes(`app.decrypted.${ending}`) ? `app.decrypted.${ending}` : `app.plain.${ending}`;

describe('formatFor', () => {
  it.each([
    ['a.sops.yaml', 'yaml'],
    ['a.sops.yml', 'yaml'],
    ['a.sops.json', 'json'],
    ['.env', 'dotenv'],
    ['a.sops.env', 'dotenv'],
    ['a.sops.ini', 'ini'],
    ['a.sops.txt', 'binary'],
    ['a.sops', 'binary'],
    ['a.sops.YAML', 'binary'],
    ['env', 'binary'],
  ])('takes %s for %s, as the sops program does', (path, name) => {
    expect(formatFor(path).name).toBe(name);
  });
});

// Recorded from sops 3.13.3: what its stores make of a text when they read and write it.
const WRITTEN: readonly [ending: string, text: string, written: string][] = [
  ['json', '{}', '{}\n'],
  [
    'json',
    '{"a":{},"b":[],"c":[[1,{"d":null}]]}',
    '{\n\t"a": {},\n\t"b": [],\n\t"c": [\n\t\t[\n\t\t\t1,\n\t\t\t{\n\t\t\t\t"d": null\n\t\t\t}\n\t\t]\n\t]\n}\n',
  ],
  [
    'json',
    '{"n":[-0,1e22,1E-7,9223372036854775807,123456789012345680000]}',
    '{\n\t"n": [\n\t\t0,\n\t\t1e+22,\n\t\t1e-7,\n\t\t9223372036854775807,\n\t\t123456789012345680000\n\t]\n}\n',
  ],
  [
    'json',
    '{"<&>":"\\u2028\\b\\u0001\\ud83d\\ude00\\/\u007f"}',
    '{\n\t"\\u003c\\u0026\\u003e": "\\u2028\\b\\u0001😀/\u007f"\n}\n',
  ],
  ['env', '# a\n#\nA=b\\nc\n\n B = c=d \nX=\n', '# a\n#\nA=b\\nc\n B = c=d \nX=\n'],
  ['env', '\n', ''],
  ['ini', '', ''],
  ['ini', 'a=1\n;x\nb:2\n', 'a = 1\n; x\nb = 2\n'],
  [
    'ini',
    '; top\n# s\n[a]\nk = v ; c\n# kc\nj: "x y"\n[a]\nz=`a;b`\n"q=r" = 1\ntail = one \\\n  two\n# end\n',
    '; top\n# s\n[a]\n; c\nk = v\n; kc\nj = x y\n\n[a]\nz     = `a;b`\n`q=r` = 1\ntail  = one two\n',
  ],
  [
    'ini',
    'a="""x\ny"""\nb=\'q\'\nc="a"b"\n[DEFAULT]\nq=1\n[ s ]\nr=" a "\nr=\u00a0b\n',
    'a = """x\ny"""\nb = q\nc = "a"b"\n\n[DEFAULT]\nq = 1\n\n[ s ]\nr = b\n',
  ],
  ['txt', 'any\u0000\n', 'any\u0000\n'],
];

describe('what is read and written again', () => {
  it.each(WRITTEN)('is, of %s, for %j what sops makes of it', (ending, text, written) => {
    const path = `a.sops.${ending}`;
    const { write, defaultIndent } = formatFor(path);
    const tree = readPlain(path, text);
    expect(write(tree, defaultIndent)).toBe(written);
    expect(sameTree(readPlain(path, written), tree)).toBe(true);
  });
});

describe('what cannot be held', () => {
  it.each<[string, string, string, [number, number, string]]>([
    ['a list', 'json', '[1]', [1, 1, 'no object']],
    ['nothing', 'json', '', [1, 1, 'no object']],
    ['an open object', 'json', '{"a": 1,\n', [2, 1, 'The text ends']],
    ['a key without quotes', 'json', '{a: "secret"}', [1, 2, 'not valid']],
    ['a comma too many', 'json', '{"a": 1,\n}', [2, 1, 'a key']],
    ['a number with a zero before it', 'json', '{"a": 01}', [1, 8, 'a comma']],
    ['a line break in a text', 'json', '{"a": "secret\n"}', [1, 7, 'not valid']],
    ['a key twice', 'json', '{"a": 1, "a": "secret"}', [1, 10, 'twice']],
    ['something behind the end', 'json', '{} "secret"', [1, 4, 'follows the end']],
    ['an integer that would be rounded', 'json', '{"a": 9223372036854775809}', [1, 7, '64 bits']],
    ['a number beyond a float', 'json', '{"a": 1e999}', [1, 7, 'beyond']],
    ['half a surrogate pair', 'json', '{"a": "\\ud800"}', [1, 7, 'surrogate']],
    ['a thousand levels and more', 'json', `{"a": ${'['.repeat(1001)}`, [1, 1007, '1000 levels']],
    ['a line without =', 'env', 'A=1\nsecret\n', [2, 1, 'neither']],
    ['a line without =', 'ini', 'a=1\nsecret\n', [2, 1, 'no section']],
    ['an open section', 'ini', '[secret\n', [1, 1, 'closing bracket']],
    ['a section without a name', 'ini', '[]\n', [1, 1, 'no name']],
    ['a line without a key', 'ini', '= secret\n', [1, 1, 'no key']],
    ['a key without its closing quote', 'ini', '"secret = 1\n', [1, 1, 'closing quote']],
    ['a value without its closing quote', 'ini', 'a = """secret\n', [1, 1, 'closing quote']],
    ['a key that is a number by itself', 'ini', '- = secret\n', [1, 1, 'stands for a number']],
  ])(
    '%s in %s is a finding with its place that does not quote the text',
    async (_what, ending, text, [line, column, message]) => {
      const path = `a.sops.${ending}`;
      const findings = await findingsOf(() => readPlain(path, text));
      expect(findings).toMatchObject([{ code: 'sops/syntax', place: { file: path, line, column } }]);
      expect(findings[0]?.message).toContain(message);
      expect(JSON.stringify(findings)).not.toContain('secret"');
    },
  );

  it.each(['yaml', 'json', 'env', 'ini'])('bytes that are no UTF-8 in %s', async (ending) => {
    const findings = await findingsOf(() => readPlain(`a.sops.${ending}`, Buffer.from([0x61, 0xff])));
    expect(findings).toMatchObject([{ code: 'sops/syntax' }]);
  });

  it('a plain value that INI would write so that it reads differently', async () => {
    const plain = '[a]\nb_unencrypted = "\'quoted\'"\n';
    const findings = await findingsOf(() =>
      encrypt({ path: 'a.sops.ini', plain, rule: wholeRule, identities, now: NOW }),
    );
    expect(findings).toMatchObject([{ code: 'sops/syntax', place: { file: 'a.sops.ini' } }]);
  });
});

describe.each(['json', 'env', 'ini', 'txt', 'bin'])('a file .%s of the real sops program', (ending) => {
  const path = `app.sops.${ending}`;
  const sealed = bytesOf(path).toString('utf8');
  /** Such a file is encrypted as a whole, whatever the rule says. */
  const isSingle = formatFor(path).name === 'binary';

  it('is decrypted to the very bytes that the program makes of it', async () => {
    const { bytes, tree } = await decrypt({ path, text: sealed, identities });
    expect(Buffer.from(bytes).equals(bytesOf(decryptedName(ending)))).toBe(true);
    expect(sameTree(tree, readPlain(path, bytesOf(`app.plain.${ending}`)))).toBe(true);
  });

  it('is written byte for byte like theirs, but for the MAC', async () => {
    const opened = await open({ path, text: sealed, identities });
    const now = new Date(opened.metadata.lastModified);
    const text = await encryptTree(opened.tree, { path, rule: wholeRule, identities, now }, opened);
    const mask = (whole: string): string => whole.replace(/(mac\W+)ENC\[[^\]]*\]/, '$1');
    expect(mask(text)).toBe(mask(sealed));
  });

  it('is kept where nothing changed, and known as encrypted', async () => {
    const options = { path, plain: bytesOf(`app.plain.${ending}`), rule: wholeRule, identities, now: NOW };
    expect(await keepOrEncrypt({ ...options, previous: sealed })).toStrictEqual({ outcome: 'kept', text: sealed });
    expect(isEncrypted(path, sealed)).toBe(true);
    expect(isEncrypted(path, bytesOf(`app.plain.${ending}`).toString('utf8'))).toBe(false);
    expect(await findingsOf(() => readPlain(path, sealed))).toMatchObject([{ code: 'sops/already-encrypted' }]);
  });

  it('is refused once a value or a key differs', async () => {
    const changed = sealed.replace(
      /(data:)(.)/,
      (_, head: string, letter: string) => head + (letter === 'A' ? 'B' : 'A'),
    );
    const findings = await findingsOf(() => decrypt({ path, text: changed, identities }));
    expect(findings).toMatchObject([{ code: 'sops/damaged' }]);
  });

  it.each(SELECTORS)('comes back from encryption by %s', async (by) => {
    const rule = { ...wholeRule, selection: { by, pattern: by.endsWith('suffix') ? 'e' : 'disabled|user|^.*r$' } };
    const plain = bytesOf(`app.plain.${ending}`);
    const text = await encrypt({ path, plain, rule, identities, now: NOW });
    const { metadata } = readSealed(path, text);
    expect(metadata).toMatchObject({ ...scopeFor(rule, path), macOnlyEncrypted: false });
    expect(sameTree((await decrypt({ path, text, identities })).tree, readPlain(path, plain))).toBe(true);
    const narrow = await encrypt({ path, plain, rule: { ...rule, macOnlyEncrypted: true }, identities, now: NOW });
    expect(readSealed(path, narrow).metadata.macOnlyEncrypted).toBe(!isSingle);
  });

  it('is shown without its secrets', () => {
    const shown = redact(path, bytesOf(`app.plain.${ending}`).toString('utf8'), wholeRule);
    expect(shown).toContain('[secret]');
    expect(shown).not.toMatch(/sample|first line|5432/);
  });
});

it('numbers that stay readable in JSON are integers once they are written', async () => {
  const plain = '{"a_unencrypted": [1.0, -0.0, 1e300], "b": 1.0}';
  const options = { path: 'a.sops.json', plain, rule: wholeRule, identities, now: NOW };
  const text = await encrypt(options);
  expect(text).toMatch(/\[\n\t\t1,\n\t\t0,\n\t\t1e\+300\n\t\]/);
  expect(text).toContain('type:float]');
  expect(await keepOrEncrypt({ ...options, previous: text })).toStrictEqual({ outcome: 'kept', text });
});

describe('metadata of files of lines', () => {
  it.each([
    ['env', 'A=1\nsops_mac=x\nsops_mac=y\n', 'stands twice'],
    ['env', 'A=1\nsops_age=x\nsops_age__list_0__map_enc=y\n', 'contradict'],
    ['ini', '[sops]\nage__list_1__map_enc = x\n', 'gaps'],
  ])('in %s %j are refused: %s', async (ending, text, message) => {
    const [finding] = await findingsOf(() => readSealed(`a.sops.${ending}`, text));
    expect(finding?.code).toBe('sops/metadata');
    expect(finding?.message).toContain(message);
  });
});
