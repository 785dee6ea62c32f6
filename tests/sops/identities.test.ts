import { bech32 } from '@scure/base';
import { armor, Encrypter, identityToRecipient } from 'age-encryption';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openAgeFile } from '../../src/sops/age.ts';
import { unwrapDataKey, wrapDataKey } from '../../src/sops/data-key.ts';
import { DEFAULT_SELECTION } from '../../src/sops/selection.ts';
import { generateIdentity, parseIdentity, parseIdentityFile, recipientKind } from '../../src/sops/identities.ts';
import { findingsOf, SAMPLE_KEY } from './support.ts';

const identity = generateIdentity();
const hybrid = generateIdentity('post-quantum');
const NULL = { kind: 'null' } as const;
const recipient = await identity.recipient();

describe('an identity', () => {
  it.each([identity, hybrid])('has the recipient that the age library gives it ($kind)', async (own) => {
    expect(await own.recipient()).toBe(await identityToRecipient(own.reveal()));
    expect(recipientKind(await own.recipient())).toBe(own.kind);
  });

  it.each([identity, hybrid])('survives being written and parsed ($kind)', (own) => {
    expect(parseIdentity(own.reveal())?.reveal()).toBe(own.reveal());
  });

  it('shows its secret to nobody who does not ask', () => {
    const shown = [inspect(identity), JSON.stringify(identity), inspect({ identity }, { showHidden: true, depth: 9 })];
    for (const text of shown) expect(text).not.toMatch(/SECRET|Uint8Array/);
  });

  it.each([
    ['empty', ''],
    ['lower case', identity.reveal().toLowerCase()],
    ['mixed case', identity.reveal().replace('AGE', 'age')],
    ['cut', identity.reveal().slice(0, -1)],
    ['changed', identity.reveal().replace(/.$/, (last) => (last === 'Q' ? 'P' : 'Q'))],
    ['a recipient', recipient],
    ['the hybrid prefix with classic bytes cut', hybrid.reveal().slice(0, 40)],
  ])('is none where the text is %s', (_what, text) => {
    expect(parseIdentity(text)).toBeUndefined();
  });
});

it.each([
  ['a classic one', recipient, 'x25519'],
  ['a post-quantum one', await hybrid.recipient(), 'post-quantum'],
  ['capitals', recipient.toUpperCase(), undefined],
  ['a byte too few', encoded('age', 31), undefined],
  ['another prefix', encoded('ago', 32), undefined],
  ['the prefix of the other kind', encoded('age1pq', 32), undefined],
  ['bits that are left over', bech32.encode('age', [1, 2, 3], false), undefined],
  ['nothing of the kind', 'age1', undefined],
])('a recipient is told by its text: %s', (_, text, kind) => {
  expect(recipientKind(text)).toBe(kind);
});

it.each([
  ['a byte too few', encoded('AGE-SECRET-KEY-', 31)],
  ['another prefix', encoded('AGE-SECRET-KEYS-', 32)],
])('%s makes no identity', (_, text) => {
  expect(parseIdentity(text)).toBeUndefined();
});

function encoded(prefix: string, length: number): string {
  const text = bech32.encode(prefix.toLowerCase(), bech32.toWords(new Uint8Array(length).fill(7)), false);
  return prefix === prefix.toUpperCase() ? text.toUpperCase() : text;
}

describe('parseIdentityFile', () => {
  it('reads the file of age-keygen', async () => {
    const [own] = parseIdentityFile(SAMPLE_KEY, 'age.key');
    expect(SAMPLE_KEY).toContain(`# public key: ${(await own?.recipient()) ?? 'none'}`);
  });

  it('reads several identities with comments, blanks and carriage returns between them', () => {
    const text = `# a\r\n\r\n${identity.reveal()}\r\n  # b\n${hybrid.reveal()}`;
    expect(parseIdentityFile(text, 'k').map(({ kind }) => kind)).toStrictEqual(['x25519', 'post-quantum']);
  });

  it('names every wrong line without quoting it', async () => {
    const findings = await findingsOf(() =>
      parseIdentityFile(`AGE-SECRET-KEY-1BAD\n${identity.reveal()}\nhunter2\n`, 'age.key'),
    );
    expect(findings.map(({ place }) => place?.line)).toStrictEqual([1, 3]);
    expect(JSON.stringify(findings)).not.toMatch(/BAD|hunter2/);
  });

  it('fails where there is none', async () => {
    expect(await findingsOf(() => parseIdentityFile('# only a comment\n', 'age.key'))).toMatchObject([
      { code: 'sops/identity' },
    ]);
  });
});

describe('data keys', () => {
  const key = new Uint8Array(32).fill(9);
  const base = {
    lastModified: '',
    mac: '',
    selection: DEFAULT_SELECTION,
    macOnlyEncrypted: false,
    version: '',
    others: [],
  };

  it.each([identity, hybrid])('are opened by the key that they are wrapped for ($kind)', async (own) => {
    const age = await wrapDataKey(key, [await own.recipient()]);
    expect(await unwrapDataKey({ ...base, age }, [generateIdentity(), own], 'f')).toStrictEqual(key);
  });

  it('are opened by a key at hand, behind one that no file knows', async () => {
    const age = await wrapDataKey(key, [recipient]);
    expect(await unwrapDataKey({ ...base, age }, [hybrid, identity], 'f')).toStrictEqual(key);
  });

  it('are opened where the text for somebody else is damaged', async () => {
    const others = { recipient: 'age1other', enc: 'no armour' };
    const age = [others, ...(await wrapDataKey(key, [recipient]))];
    expect(await unwrapDataKey({ ...base, age }, [identity], 'f')).toStrictEqual(key);
  });

  it('are found among several recipients in one age file and behind a wrong label', async () => {
    const encrypter = new Encrypter();
    encrypter.addRecipient(await generateIdentity().recipient());
    encrypter.addRecipient(await identity.recipient());
    const enc = armor.encode(await encrypter.encrypt(key));
    expect(await unwrapDataKey({ ...base, age: [{ recipient: 'age1other', enc }] }, [identity], 'f')).toStrictEqual(
      key,
    );
  });

  it('name the recipients of the file and of the key at hand where they differ', async () => {
    const age = await wrapDataKey(key, [await identity.recipient()]);
    const other = generateIdentity();
    const [finding] = await findingsOf(() => unwrapDataKey({ ...base, age }, [other], 'talos/a.sops.yaml'));
    expect(finding?.code).toBe('sops/wrong-key');
    for (const part of ['talos/a.sops.yaml', await identity.recipient(), await other.recipient()])
      expect(finding?.message).toContain(part);
    const [without] = await findingsOf(() => unwrapDataKey({ ...base, age }, [], 'f'));
    expect(without?.message).toContain('there is no age key at hand');
  });

  it('name other key stores, and a long recipient by its ends', async () => {
    const long = await hybrid.recipient();
    const stores = ['pgp', 'shamir_threshold'].map((name) => ({ kind: 'entry', key: name, value: NULL }) as const);
    const age = [{ recipient: long, enc: '' }];
    const [finding] = await findingsOf(() => unwrapDataKey({ ...base, age, others: stores }, [], 'f'));
    expect(finding?.message).toContain(`encrypted to ${long.slice(0, 40)}…${long.slice(-8)}, pgp, and`);
  });

  it('that are damaged are said to be', async () => {
    const [finding] = await findingsOf(() =>
      unwrapDataKey({ ...base, age: [{ recipient: 'age1x', enc: 'no armour' }] }, [identity], 'f'),
    );
    expect(finding?.code).toBe('sops/damaged');
  });
});

describe('openAgeFile', () => {
  const unwrap = (stanzas: Parameters<typeof identity.unwrap>[0]) => identity.unwrap(stanzas);

  async function ageFile(contents: Uint8Array): Promise<string> {
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    return armor.encode(await encrypter.encrypt(contents));
  }

  it.each([0, 1, 32, 4096, 65_536])('reads what the age library wrote: %d bytes', async (length) => {
    const contents = new Uint8Array(length).fill(5);
    expect(openAgeFile(await ageFile(contents), unwrap)).toStrictEqual(contents);
  });

  it('knows none of the stanzas of others', async () => {
    expect(openAgeFile(await ageFile(new Uint8Array(32)), () => null)).toBeUndefined();
  });

  it('refuses a file in which one byte differs, wherever', async () => {
    const binary = armor.decode(await ageFile(new Uint8Array(32)));
    for (let offset = 0; offset < binary.length; offset += 1) {
      const changed = Uint8Array.from(binary);
      changed[offset] = (changed[offset] ?? 0) ^ 1;
      let opened: Uint8Array | undefined;
      try {
        opened = openAgeFile(armor.encode(changed), unwrap);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
      expect(opened).toBeUndefined();
    }
  });

  it.each([
    '',
    'no armour',
    armor.encode(new Uint8Array()),
    armor.encode(new TextEncoder().encode('age-encryption.org/v2\n--- AAAA\n')),
  ])('refuses %j', (text) => {
    expect(() => openAgeFile(text, unwrap)).toThrow();
  });

  it('refuses contents of several chunks', async () => {
    const file = await ageFile(new Uint8Array(70_000));
    expect(() => openAgeFile(file, unwrap)).toThrow('invalid payload');
  });
});
