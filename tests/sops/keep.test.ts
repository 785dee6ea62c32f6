import { describe, expect, it } from 'vitest';
import { decrypt, readSealed } from '../../src/sops/decrypt.ts';
import { encrypt, isUnder, keepOrEncrypt } from '../../src/sops/encrypt.ts';
import { generateIdentity } from '../../src/sops/identities.ts';
import { findingsOf, fixture, fixtureNames, identities, NOW, rules, secretRule, wholeRule } from './support.ts';
import type { Metadata } from '../../src/sops/metadata.ts';
import { requireRule, type Rule } from '../../src/sops/rules.ts';

const path = 'kubernetes/a.sops.yaml';
const plain = 'kind: Secret\n# note\nstringData:\n  a: one\n  b: two\n  # aside\n  c: three\n';
const base = { path, plain, rule: secretRule, indent: 2, identities, now: NOW };
const previous = await encrypt(base);
const later = new Date('2027-01-01T00:00:00Z');

function cipherLines(text: string): string[] {
  return text.split('\n').filter((line) => line.includes('ENC['));
}

describe('keepOrEncrypt', () => {
  it('encrypts where there is no previous file', async () => {
    expect((await keepOrEncrypt(base)).outcome).toBe('encrypted');
  });

  it.each([
    ['the same text', plain],
    [
      'other quotes and blank lines',
      'kind: "Secret"\n\n# note\nstringData: {"a": one, b: "two",\n  # aside\n  c: three}\n',
    ],
  ])('keeps the previous text byte for byte for %s', async (_what, same) => {
    expect(await keepOrEncrypt({ ...base, plain: same, previous, now: later })).toStrictEqual({
      outcome: 'kept',
      text: previous,
    });
  });

  it('changes nothing but the changed value, the time and the MAC', async () => {
    const { outcome, text } = await keepOrEncrypt({
      ...base,
      plain: plain.replace('two', 'zwei'),
      previous,
      now: later,
    });
    expect(outcome).toBe('encrypted');
    const before = previous.split('\n');
    const changed = text.split('\n').filter((line, index) => line !== before[index]);
    expect(changed.map((line) => line.trim().split(':')[0])).toStrictEqual(['b', 'lastmodified', 'mac']);
    expect((await decrypt({ path, text, identities })).text).toBe(plain.replace('two', 'zwei'));
  });

  it.each([
    ['a comment', plain.replace('aside', 'other')],
    ['a removed comment', plain.replace('  # aside\n', '')],
    ['a readable comment', plain.replace('note', 'other')],
    ['the order of keys', plain.replace('  a: one\n  b: two\n', '  b: two\n  a: one\n')],
    ['the kind of a value', plain.replace('one', '1')],
  ])('encrypts where %s differs', async (_what, other) => {
    expect((await keepOrEncrypt({ ...base, plain: other, previous })).outcome).toBe('encrypted');
  });

  it('does not reuse the ciphertext of a value for an equal one elsewhere', async () => {
    const { text } = await keepOrEncrypt({ ...base, plain: plain.replace('two', 'one'), previous });
    const values = cipherLines(text).map((line) => line.split(': ')[1]);
    expect(new Set(values).size).toBe(values.length);
  });

  it('takes a new vector for a changed value, and for a value that moved', async () => {
    const vectorsOf = (file: string): Map<string, string> =>
      new Map(cipherLines(file).map((line) => [line.trim().split(':')[0] ?? '', /iv:([^,]*)/.exec(line)?.[1] ?? '']));
    const { text } = await keepOrEncrypt({
      ...base,
      plain: plain.replace('one', 'eins').replace('two', 'one'),
      previous,
    });
    const [before, after] = [vectorsOf(previous), vectorsOf(text)];
    for (const key of ['a', 'b', 'mac']) expect([...before.values()]).not.toContain(after.get(key));
    expect(after.get('c')).toBe(before.get('c'));
  });

  it('encrypts everything under a new key where the rule differs', async () => {
    const { outcome, text } = await keepOrEncrypt({
      ...base,
      rule: { ...secretRule, macOnlyEncrypted: false },
      previous,
    });
    expect(outcome).toBe('encrypted');
    expect(cipherLines(text).filter((line) => previous.includes(line))).toStrictEqual([]);
  });

  it('encrypts anew where the rule names another recipient, without the old key', async () => {
    const other = generateIdentity();
    const rule = { ...secretRule, recipients: [await other.recipient()] };
    const { outcome, text } = await keepOrEncrypt({ ...base, rule, identities: [other], previous });
    expect(outcome).toBe('encrypted');
    expect((await decrypt({ path, text, identities: [other] })).text).toBe(plain);
  });

  it('stops where the previous file has the right recipients and no key at hand opens it', async () => {
    const [finding] = await findingsOf(() => keepOrEncrypt({ ...base, identities: [generateIdentity()], previous }));
    expect(finding?.code).toBe('sops/wrong-key');
  });

  it.each([
    ['plain', plain, 'sops/previous'],
    ['damaged', previous.replace(/data:../, 'data:xx'), 'sops/previous'],
    ['no YAML', 'a: [', 'sops/previous'],
  ])('encrypts anew and says so where the previous file is %s', async (_what, broken, code) => {
    const { outcome, warning } = await keepOrEncrypt({ ...base, previous: broken });
    expect([outcome, warning?.code, warning?.severity]).toStrictEqual(['encrypted', code, 'warning']);
    expect(warning?.message).not.toMatch(/one|two|three/);
  });

  it('keeps the keys of other key stores, and with them the data key', async () => {
    const pgp = '  pgp:\n    - created_at: "2026-01-01T00:00:00Z"\n      enc: sample\n      fp: ABCDEF\n';
    const shared = previous.replace(/^ {2}encrypted_regex/m, `${pgp}  encrypted_regex`);
    const rule = { ...secretRule, otherStores: ['pgp'] };
    const { text } = await keepOrEncrypt({ ...base, rule, plain: plain.replace('one', 'eins'), previous: shared });
    expect(text).toContain('fp: ABCDEF');
    expect(readSealed(path, text).metadata.age).toStrictEqual(readSealed(path, previous).metadata.age);
  });

  it.each([
    ['3.7.0', '3.13.3'],
    ['3.13.10', '3.13.10'],
    ['4.0.0', '4.0.0'],
  ])('writes the newer of version %s and ours: %s', async (version, expected) => {
    const other = previous.replace('version: "3.13.3"', `version: "${version}"`);
    const { text } = await keepOrEncrypt({ ...base, plain: plain.replace('one', 'eins'), previous: other });
    expect(readSealed(path, text).metadata.version).toBe(expected);
  });

  it.each(fixtureNames)('keeps %s as the real sops wrote it', async (name) => {
    const file = `${name}.sops.yaml`;
    const options = {
      path: file,
      plain: fixture(`${name}.plain.yaml`),
      rule: requireRule(rules, file),
      identities,
      now: NOW,
    };
    expect(await keepOrEncrypt({ ...options, previous: fixture(file) })).toStrictEqual({
      outcome: 'kept',
      text: fixture(file),
    });
  });

  it('works under the whole-file rule as well', async () => {
    const whole = { ...base, rule: wholeRule };
    const first = await keepOrEncrypt(whole);
    expect((await keepOrEncrypt({ ...whole, previous: first.text })).outcome).toBe('kept');
  });
});

describe('isUnder', () => {
  const [own, other] = [secretRule.recipients[0] ?? '', 'age1other'];
  const metadataFor = (...recipients: readonly string[]) => ({
    ...readSealed(path, previous).metadata,
    age: recipients.map((recipient) => ({ recipient, enc: '' })),
  });

  it.each<readonly [string, Metadata, Partial<Rule>, boolean]>([
    ['the same rule', metadataFor(own), {}, true],
    ['the same recipients in another order', metadataFor(other, own), { recipients: [own, other] }, true],
    ['one recipient more than the rule has', metadataFor(own, other), {}, false],
    ['one recipient less', metadataFor(own), { recipients: [own, other] }, false],
    ['one other of two', metadataFor(own, 'age1third'), { recipients: [own, other] }, false],
    ['another pattern', metadataFor(own), { selection: { ...secretRule.selection, pattern: '^data$' } }, false],
    [
      'another sort of selection',
      metadataFor(own),
      { selection: { ...secretRule.selection, by: 'unencrypted_regex' } },
      false,
    ],
    ['another MAC', metadataFor(own), { macOnlyEncrypted: false }, false],
  ])('%s: %#', (_, metadata, change, expected) => {
    expect(isUnder(metadata, { ...secretRule, ...change })).toBe(expected);
  });
});
