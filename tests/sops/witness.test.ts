import type * as SopsAge from 'sops-age';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { open, readSealed } from '../../src/sops/decrypt.ts';
import { encrypt, keepOrEncrypt } from '../../src/sops/encrypt.ts';
import { readYaml } from '../../src/sops/formats/yaml-reader.ts';
import { writeYaml } from '../../src/sops/formats/yaml-writer.ts';
import { generateIdentity, parseIdentity } from '../../src/sops/identities.ts';
import { joinMetadata, type WrappedKey } from '../../src/sops/metadata.ts';
import { readBack } from '../../src/sops/witness.ts';
import { findingsOf, identities, NOW, SAMPLE_KEY, wholeRule } from './support.ts';

/** What the package was called with. */
const witness = vi.hoisted(() => ({ calls: [] as (readonly unknown[])[] }));

vi.mock('sops-age', async (original) => {
  const real = await original<typeof SopsAge>();
  return {
    ...real,
    decryptSops: (...args: readonly [string, object]): unknown => {
      witness.calls.push(args);
      return real.decryptSops(...args);
    },
  };
});

const path = 'talos/a.sops.yaml';
const plain = 'a: one\nb: [1, 2.5, true, null, ""]\nc: {d: "2"}\n';
const text = await encrypt({ path, plain, rule: wholeRule, identities, now: NOW });
const { dataKey } = await open({ path, text, identities });

/** The encrypted text with the data key wrapped for others. */
function textFor(age: readonly WrappedKey[]): string {
  const { tree, metadata } = readSealed(path, text);
  return writeYaml(joinMetadata({ tree, metadata: { ...metadata, age } }), 4);
}

beforeEach(() => {
  witness.calls.length = 0;
});

describe('readBack', () => {
  it('accepts what says the same', async () => {
    await expect(
      readBack({ path, text, textFor, plain: readYaml(plain, path), dataKey, identities }),
    ).resolves.toBeUndefined();
  });

  it.each([
    ['a value', plain.replace('one', 'two')],
    ['the kind of a value', plain.replace('"2"', '2')],
    ['a key', plain.replace('a:', 'z:')],
    ['a value less', plain.replace('a: one\n', '')],
    ['a comment', `# note\n${plain}`],
  ])('refuses where %s differs, without saying what', async (_what, other) => {
    const [finding] = await findingsOf(() =>
      readBack({ path, text, textFor, plain: readYaml(other, path), dataKey, identities }),
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
      readBack({ path, text: foreign, textFor, plain: readYaml(plain, path), dataKey, identities }),
    );
    expect(finding?.code).toBe('sops/read-back');
  });

  it.each([
    ['several documents', 'a: 1\n---\nb: 2\n'],
    ['keys of digits', '"12": a\nm: {"3": {"4": b}}\n'],
    ['integers beyond 2^53', 'a: 9007199254740993\n'],
    ['times', 'a: 2001-12-14\n'],
    ['infinity', 'a: .inf\nb: -.inf\n'],
    ['the key __proto__', '__proto__: 1\n'],
  ])('does without sops-age for %s', async (_what, other) => {
    await expect(encrypt({ path, plain: other, rule: wholeRule, identities, now: NOW })).resolves.toContain('sops:');
    expect(witness.calls).toEqual([]);
  });

  it('does without a key of its own, and with a post-quantum one', async () => {
    await expect(encrypt({ path, plain, rule: wholeRule, identities: [], now: NOW })).resolves.toContain('sops:');
    expect(witness.calls).toHaveLength(1);
    const hybrid = generateIdentity('post-quantum');
    const rule = { ...wholeRule, recipients: [await hybrid.recipient()] };
    const encrypted = await encrypt({ path, plain, rule, identities: [hybrid], now: NOW });
    expect((await open({ path, text: encrypted, identities: [hybrid] })).tree).toStrictEqual(readYaml(plain, path));
    expect(witness.calls).toHaveLength(2);
  });
});

describe('sops-age', () => {
  it('reads what has comments in lists', async () => {
    await encrypt({ path, plain: 'a:\n  # x\n  - 1\n  # y\n', rule: wholeRule, identities, now: NOW });
    expect(witness.calls).toHaveLength(1);
  });

  it.each(['talos/a.sops.yaml', 'talos/a.sops.json'])(
    'reads %s with a key of the moment and never with the user’s',
    async (file) => {
      const content = file.endsWith('.json') ? '{"a": "one", "b": [1]}' : plain;
      const other = generateIdentity();
      const rule = { ...wholeRule, recipients: [...wholeRule.recipients, await other.recipient()] };
      const written = await encrypt({ path: file, plain: content, rule, identities: [...identities, other], now: NOW });
      const [call] = witness.calls;
      expect(witness.calls).toHaveLength(1);
      const given = JSON.stringify(call);
      for (const identity of [...identities, other]) expect(given).not.toContain(identity.reveal());
      expect(given).not.toMatch(new RegExp(/^AGE-SECRET-KEY-\S+/m.exec(SAMPLE_KEY)?.[0] ?? '.'));

      const [read, options] = call as [string, { readonly secretKey: string }];
      const moment = await parseIdentity(options.secretKey)?.recipient();
      expect(moment).toMatch(/^age1/);
      expect(written).not.toContain(moment);
      const sealed = readSealed(file, written);
      const shown = readSealed(file, read);
      expect(shown.metadata.age.map(({ recipient }) => recipient)).toEqual([moment]);
      // Nothing else differs from what is written.
      expect({ ...shown, metadata: { ...shown.metadata, age: sealed.metadata.age } }).toStrictEqual(sealed);
    },
  );

  it('is given another key for every text', async () => {
    await encrypt({ path, plain, rule: wholeRule, identities, now: NOW });
    await encrypt({ path, plain, rule: wholeRule, identities, now: NOW });
    const keys = witness.calls.map(([, options]) => (options as { readonly secretKey: string }).secretKey);
    expect(new Set(keys).size).toBe(2);
  });

  it('is asked only where a secret changed', async () => {
    const options = { path, plain, rule: wholeRule, identities, now: NOW };
    expect(await keepOrEncrypt({ ...options, previous: text })).toEqual({ outcome: 'kept', text });
    expect(witness.calls).toEqual([]);
    await keepOrEncrypt({ ...options, plain: plain.replace('one', 'two'), previous: text });
    expect(witness.calls).toHaveLength(1);
  });
});
