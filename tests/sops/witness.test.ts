import { describe, expect, it } from 'vitest';
import { open } from '../../src/sops/decrypt.ts';
import { encrypt } from '../../src/sops/encrypt.ts';
import { readYaml } from '../../src/sops/formats/yaml-reader.ts';
import { generateIdentity } from '../../src/sops/identities.ts';
import { readBack } from '../../src/sops/witness.ts';
import { findingsOf, identities, NOW, wholeRule } from './support.ts';

const path = 'talos/a.sops.yaml';
const plain = 'a: one\nb: [1, 2.5, true, null, ""]\nc: {d: "2"}\n';
const text = await encrypt({ path, plain, rule: wholeRule, identities, now: NOW });
const { dataKey } = await open({ path, text, identities });

describe('readBack', () => {
  it('accepts what says the same', async () => {
    await expect(readBack({ path, text, plain: readYaml(plain, path), dataKey, identities })).resolves.toBeUndefined();
  });

  it.each([
    ['a value', plain.replace('one', 'two')],
    ['the kind of a value', plain.replace('"2"', '2')],
    ['a key', plain.replace('a:', 'z:')],
    ['a value less', plain.replace('a: one\n', '')],
    ['a comment', `# note\n${plain}`],
  ])('refuses where %s differs, without saying what', async (_what, other) => {
    const [finding] = await findingsOf(() =>
      readBack({ path, text, plain: readYaml(other, path), dataKey, identities }),
    );
    expect(finding?.code).toBe('sops/read-back');
    expect(finding?.message).not.toMatch(/one|two/);
  });

  it('refuses where the recipients hold another data key', async () => {
    const other = await encrypt({ path, plain, rule: wholeRule, identities, now: NOW });
    const foreign = text.replace(
      / {4}age:[^]*?(?= {4}lastmodified)/,
      / {4}age:[^]*?(?= {4}lastmodified)/.exec(other)?.[0] ?? '',
    );
    expect(foreign).not.toBe(text);
    const [finding] = await findingsOf(() =>
      readBack({ path, text: foreign, plain: readYaml(plain, path), dataKey, identities }),
    );
    expect(finding?.code).toBe('sops/read-back');
  });

  it.each([
    ['several documents', 'a: 1\n---\nb: 2\n'],
    ['keys of digits', '"12": a\nm: {"3": {"4": b}}\n'],
    ['integers beyond 2^53', 'a: 9007199254740993\n'],
    ['times', 'a: 2001-12-14\n'],
    ['infinity', 'a: .inf\nb: -.inf\n'],
    ['comments in lists', 'a:\n  # x\n  - 1\n  # y\n'],
    ['the key __proto__', '__proto__: 1\n'],
  ])('does without sops-age for %s', async (_what, other) => {
    await expect(encrypt({ path, plain: other, rule: wholeRule, identities, now: NOW })).resolves.toContain('sops:');
  });

  it('does without a key of its own, and with a post-quantum one', async () => {
    await expect(encrypt({ path, plain, rule: wholeRule, identities: [], now: NOW })).resolves.toContain('sops:');
    const hybrid = generateIdentity('post-quantum');
    const rule = { ...wholeRule, recipients: [await hybrid.recipient()] };
    const encrypted = await encrypt({ path, plain, rule, identities: [hybrid], now: NOW });
    expect((await open({ path, text: encrypted, identities: [hybrid] })).tree).toStrictEqual(readYaml(plain, path));
  });
});
