import { describe, expect, it } from 'vitest';
import { decrypt, isEncrypted } from '../../src/sops/decrypt.ts';
import { encrypt } from '../../src/sops/encrypt.ts';
import { generateIdentity } from '../../src/sops/identities.ts';
import { floatText } from '../../src/sops/scalars.ts';
import { fixture, findingsOf, identities, NOW, secretRule, wholeRule } from './support.ts';

const path = 'kubernetes/a.sops.yaml';
const TIME = 'lastmodified: "2026-03-04T05:06:07Z"';
const options = { path, rule: secretRule, indent: 2, identities, now: NOW };

describe('encrypt', () => {
  it('leaves readable what the rule does not name, and writes the metadata at the end', async () => {
    const text = await encrypt({
      ...options,
      plain: 'kind: Secret\nmetadata: {name: sample}\nstringData: {token: hunter2}\n',
    });
    const masked = text.replace(/ENC\[[^\]]*type:(\w+)\]/g, 'ENC[$1]').replace(/-----BEGIN[^]*?-----END.*/, 'ARMOUR');
    expect(masked).toBe(`kind: Secret
metadata:
  name: sample
stringData:
  token: ENC[str]
sops:
  age:
    - enc: |
        ARMOUR
      recipient: ${secretRule.recipients[0] ?? ''}
  encrypted_regex: "^(data|stringData)$"
  lastmodified: "2026-03-04T05:06:07Z"
  mac: ENC[str]
  mac_only_encrypted: true
  version: "3.13.3"
`);
    expect(text).not.toContain('hunter2');
  });

  it('is different each time', async () => {
    const plain = 'data: {a: b}\n';
    expect(await encrypt({ ...options, plain })).not.toBe(await encrypt({ ...options, plain }));
  });

  it.each([
    ['an empty text', '', {}, { code: 'sops/yaml', message: 'is empty' }],
    [
      'an encrypted text',
      fixture('values.sops.yaml'),
      {},
      { code: 'sops/already-encrypted', message: 'is encrypted already' },
    ],
    [
      'bytes that are no UTF-8',
      Buffer.from([0x61, 0x3a, 0x20, 0xff]),
      {},
      { code: 'sops/syntax', message: 'no text of UTF-8' },
    ],
    [
      'a rule without recipients',
      'a: 1\n',
      { recipients: [] },
      { code: 'sops/recipient', message: 'names no age recipient' },
    ],
    [
      'a rule for other key stores',
      'a: 1\n',
      { otherStores: ['pgp'] },
      { code: 'sops/recipient', message: 'asks for pgp' },
    ],
    [
      'a recipient that is none',
      'a: 1\n',
      { recipients: ['age1x'] },
      { code: 'sops/recipient', message: 'a recipient that is none' },
    ],
  ])('refuses %s', async (_what, plain, change, { code, message }) => {
    const rule = { ...wholeRule, ...change };
    const findings = await findingsOf(() => encrypt({ ...options, plain, rule }));
    expect(findings).toMatchObject([{ code, message: expect.stringContaining(message) as string }]);
  });

  it('takes the text of a file of any other format as its bytes', async () => {
    const binary = { ...options, path: 'a.sops.bin', rule: wholeRule };
    const text = await encrypt({ ...binary, plain: 'é\n' });
    expect((await decrypt({ path: binary.path, text, identities })).text).toBe('é\n');
  });

  it('refuses what none of the keys at hand could open, and asks for none where there is none', async () => {
    const recipient = await generateIdentity().recipient();
    const foreign = { ...options, plain: 'a: 1\n', rule: { ...wholeRule, recipients: [recipient] } };
    const [finding] = await findingsOf(() => encrypt(foreign));
    expect(finding?.code).toBe('sops/recipient');
    expect(finding?.message).toContain(`none of your keys is among its recipients, ${recipient}`);
    expect(await encrypt({ ...foreign, identities: [] })).toContain(recipient);
  });

  it('refuses to mix classic and post-quantum recipients', async () => {
    const recipients = [...secretRule.recipients, await generateIdentity('post-quantum').recipient()];
    const [finding] = await findingsOf(() =>
      encrypt({ ...options, plain: 'a: 1\n', rule: { ...secretRule, recipients } }),
    );
    expect(finding?.message).toContain('mixes classic and post-quantum');
  });
});

describe('decrypt', () => {
  it.each([
    ['a plain file', 'a: 1\n', 'sops/not-encrypted'],
    ['metadata of a wrong kind', 'a: 1\nsops: 5\n', 'sops/metadata'],
    ['metadata without a time', 'a: 1\nsops: {mac: x}\n', 'sops/metadata'],
    ['a time with something before it', 'a: 1\nsops: {lastmodified: "x2026-03-04T05:06:07Z"}\n', 'sops/metadata'],
    ['a time with something behind it', 'a: 1\nsops: {lastmodified: "2026-03-04T05:06:07Zx"}\n', 'sops/metadata'],
    ['recipients that are no list', `a: 1\nsops: {${TIME}, age: x}\n`, 'sops/metadata'],
    ['a recipient without its text', `a: 1\nsops: {${TIME}, age: [{recipient: x}]}\n`, 'sops/metadata'],
    ['a text without its recipient', `a: 1\nsops: {${TIME}, age: [{enc: x}]}\n`, 'sops/metadata'],
    ['a recipient that is a text', `a: 1\nsops: {${TIME}, age: [x]}\n`, 'sops/metadata'],
    ['no recipients at all', `a: 1\nsops: {${TIME}, age: null}\n`, 'sops/wrong-key'],
    ['a list of texts in the place of the metadata', 'a: 1\nsops: [x]\n', 'sops/metadata'],
    [
      'several key groups',
      fixture('values.sops.yaml').replace(/^sops:\n/m, 'sops:\n  key_groups: []\n'),
      'sops/metadata',
    ],
    [
      'two selections',
      fixture('values.sops.yaml').replace(/^sops:\n/m, 'sops:\n  encrypted_regex: a\n'),
      'sops/metadata',
    ],
    [
      'a pattern that is none',
      fixture('kubernetes-secret.sops.yaml').replace(/encrypted_regex: .*/, 'encrypted_regex: ("'),
      'sops/yaml',
    ],
    [
      'no recipients',
      fixture('values.sops.yaml').replace(/^ {2}age:[^]*?(?=^ {2}lastmodified)/m, ''),
      'sops/wrong-key',
    ],
  ])('refuses %s', async (_what, text, code) => {
    const [finding] = await findingsOf(() => decrypt({ path, text, identities }));
    expect(code === 'sops/yaml' ? ['sops/yaml', 'sops/metadata'] : [code]).toContain(finding?.code);
    if (code === 'sops/not-encrypted')
      expect(finding?.remedy).toContain(`\`cluster-template secrets encrypt ${path}\``);
  });

  it('takes a comment that an old version of sops left plain', async () => {
    const text = (await encrypt({ ...options, rule: wholeRule, plain: 'a:\n  b: 1\n' })).replace(
      'a:\n',
      'a:\n  # plain\n',
    );
    expect((await decrypt({ path, text, identities })).text).toBe('a:\n  # plain\n  b: 1\n');
  });

  it.each([
    [
      'comments in the metadata',
      (text: string) =>
        text.replace(/^sops:\n {2}age:\n {4}- enc/m, 'sops:\n  # a\n  age:\n    # b\n    - # c\n      enc'),
    ],
    ['a single recipient without a list', (text: string) => text.replace('- enc', '  enc')],
    ['a time without quotes', (text: string) => text.replace(/lastmodified: "(.*)"/, 'lastmodified: $1')],
    ['a comment behind the values', (text: string) => text.replace(/^sops:/m, '# sops:\nsops:')],
  ])('takes %s', async (_, change) => {
    const text = await encrypt({ ...options, plain: 'data: {a: b}\n' });
    expect(change(text)).not.toBe(text);
    const { text: plain } = await decrypt({ path, text: change(text), identities });
    expect(plain.replace(/^ *#.*\n/gm, '')).toBe('data:\n  a: b\n');
  });

  it('takes metadata of any document for encrypted', () => {
    expect(isEncrypted(path, 'a: 1\n---\na: 1\nsops: {mac: x}\n')).toBe(true);
    expect(isEncrypted(path, '# sops\na: {sops: 1}\n')).toBe(false);
  });

  it('takes the time of the last change as Go writes it, whose zone is Z', async () => {
    const text = await encrypt({ ...options, plain: 'data: {a: b}\n' });
    const other = text.replace('05:06:07Z', '05:06:07+00:00');
    expect((await decrypt({ path, text: other, identities })).text).toBe('data:\n  a: b\n');
  });

  it('knows encrypted texts from plain ones without a key', () => {
    expect([isEncrypted(path, fixture('values.sops.yaml')), isEncrypted(path, 'a: 1\n')]).toStrictEqual([true, false]);
  });
});

describe('floatText', () => {
  it.each([
    [1.5, '1.5'],
    [2, '2'],
    [-0, '-0'],
    [1e-9, '0.000000001'],
    [1.25e-7, '0.000000125'],
    [1e21, '1000000000000000000000'],
    [1.5e300, `15${'0'.repeat(299)}`],
    [Infinity, '+Inf'],
    [-Infinity, '-Inf'],
    [Number.NaN, 'NaN'],
  ])('prints %d as Go does', (value, expected) => {
    expect(floatText(value)).toBe(expected);
  });
});
