import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  describeOpen,
  findPlainSecrets,
  isPrivateFile,
  isPublished,
  keyIn,
  literalSecrets,
  openValues,
  plainSecretFinding,
  plainSecretNames,
  secretsIn,
} from '../../src/checks/secrets.ts';
import { generateSshKeyPair } from '../../src/cluster/credentials/openssh.ts';
import { searchFor } from '../../src/pipeline/secret-gate.ts';
import { readYaml } from '../../src/sops/formats/yaml-reader.ts';
import { generateIdentity } from '../../src/sops/identities.ts';

const ENC = 'ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]';
const IDENTITY = generateIdentity().reveal();
const SSH = generateSshKeyPair('flux').privateKey.trim();
const PEM = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString().trim();
const RANDOM = 'aB3dE6gH9jK2mN5pQ8sT';

describe('isPrivateFile', () => {
  it.each([
    ['age.key', true],
    ['keys/own.agekey', true],
    ['.agekey', false],
    ['my-age.key', false],
    ['age.key.pub', false],
    ['github-deploy.key', true],
    ['github-deploy.key.pub', false],
    ['github-push-token.txt', true],
    ['cloudflare-tunnel.json', true],
    ['kubeconfig', true],
    ['other-kubeconfig', false],
    ['a/talosconfig', true],
    ['talos/talsecret.yaml', true],
    ['talos/talsecret.sops.yaml', false],
    ['a/secret.decrypted~1.sops.yaml', true],
    ['talos/clusterconfig/k8s-0.yaml', true],
    ['own/talos/clusterconfig/k8s-0.yaml', true],
    ['talos/clusterconfig/.gitignore', false],
    ['talos/clusterconfig/.gitignore.yaml', true],
  ])('%s: %s', (path, expected) => {
    expect(isPrivateFile(path)).toBe(expected);
  });
});

it.each([
  ['tests/sample/age.key', true],
  ['node_modules/x/key.pem', true],
  ['own/tests/age.key', false],
])('%s is published with the tool: %s', (path, expected) => {
  expect(isPublished(path)).toBe(expected);
});

describe('keyIn', () => {
  it.each([
    ['an identity of age', `x: ${IDENTITY}`, 'an age key'],
    ['a post-quantum one', generateIdentity('post-quantum').reveal(), 'an age key'],
    ['what only looks like one', `${IDENTITY.slice(0, -1)}${IDENTITY.endsWith('Q') ? 'P' : 'Q'}`, undefined],
    ['the beginning of one', IDENTITY.slice(0, 40), undefined],
    ['a name that ends like one', `x${IDENTITY}`, undefined],
    ['a key of PKCS #8', PEM, 'a private key'],
    ['a key of OpenSSH', SSH, 'a private key'],
    ['a key within JSON', JSON.stringify({ key: PEM }), 'a private key'],
    ['a key within YAML', `key: |\n        ${PEM.replaceAll('\n', '\n        ')}`, 'a private key'],
    ['a public key', generateSshKeyPair('flux').publicKey, undefined],
    ['a header alone', '-----BEGIN PRIVATE KEY-----\n…', undefined],
    ['a header with too little behind it', `${PEM.slice(0, 60)}\n…`, undefined],
    ['a certificate', PEM.replaceAll('PRIVATE KEY', 'CERTIFICATE'), undefined],
  ])('of %s', (_, text, expected) => {
    expect(keyIn(text)).toBe(expected);
  });
});

describe('plainSecretNames', () => {
  const TEXT = 'kind: Secret\nstringData:\n  password: hunter2\n';
  it.each([
    ['a Secret', 'own.yaml', TEXT, ['`stringData.password` of own.yaml']],
    ['a Secret in .yml', 'own.yml', TEXT, ['`stringData.password` of own.yml']],
    [
      'a Secret in JSON',
      'own.json',
      '{"kind": "Secret", "data": {"token": "aHVudGVyMg=="}}',
      ['`data.token` of own.json'],
    ],
    ['a Secret of one line', 'a.json', '{"a":{"kind":"x"},"kind":"Secret","data":{"token":"aHVudGVyMg=="}}', 1],
    ['a Secret in a flow mapping', 'a.yaml', '{apiVersion: v1, kind: Secret, stringData: {token: hunter2}}', 1],
    ['a Secret in a list', 'a.yaml', 'items:\n  - kind: Secret\n    data: {token: x}\n  - kind: x', 1],
    [
      'a name once, however many values it has',
      'a.yaml',
      TEXT.replace('hunter2', '|\n    a: secret-one\n    b: secret-two-x'),
      1,
    ],
    ['a file that is encrypted', 'own.sops.yaml', TEXT, []],
    ['a file that is neither YAML nor JSON', 'own.txt', TEXT, []],
    ['a name that only ends so', 'own.yaml.bak', TEXT, []],
    ['another kind', 'own.yaml', TEXT.replace('Secret', 'SecretStore'), []],
    ['a kind that is a value further in', 'own.yaml', 'kind: ConfigMap\ndata:\n  kind: x\n  password: hunter2\n', []],
    ['a word of a text', 'own.yaml', 'kind: ConfigMap\ndata:\n  a: |\n    kind: Secret\n  password: hunter2\n', []],
    [
      'what names a Secret and is none',
      'own.yaml',
      'kind: HelmRelease\nvaluesFrom:\n  - kind: Secret\n    name: a\n    valuesKey: cluster-token-values.yaml\n',
      [],
    ],
    [
      'a Secret that is encrypted under another name',
      'own.enc.yaml',
      TEXT.replace('hunter2', 'ENC[AES256_GCM,data:aaaa,iv:aaaa,tag:aaaa,type:str]'),
      [],
    ],
    ['what cannot be read', 'own.yaml', 'kind: Secret\n  a: [', []],
  ] as const)('%s', (_, path, text, expected) => {
    const names = plainSecretNames(path, text);
    if (typeof expected === 'number') expect(names).toHaveLength(expected);
    else expect(names).toEqual(expected);
  });
});

describe('openValues', () => {
  it.each([
    ['all is encrypted', `kind: Secret\ndata: {a: "${ENC}"}`, undefined],
    ['what a Secret is stands open', `kind: Secret\nmetadata: {name: a}\ntype: Opaque\ndata: {a: "${ENC}"}`, undefined],
    ['nothing is encrypted', 'kind: Secret\ndata: {a: x, b: y}', 'none of its values is encrypted'],
    [
      'nothing is encrypted, and one is empty',
      'kind: Secret\ndata: {a: x, b: "", c: null}',
      'none of its values is encrypted',
    ],
    ['one of two is not', `kind: Secret\ndata: {a: "${ENC}", b: y}`, '`data.b` is not encrypted'],
    [
      'something stands before what is encrypted',
      `kind: Secret\ndata: {a: "x ${ENC}"}`,
      'none of its values is encrypted',
    ],
    ['something stands behind it', `kind: Secret\ndata: {a: "${ENC} x"}`, 'none of its values is encrypted'],
    ['one of a list is not', `kind: Secret\ndata: {a: ["${ENC}", y]}`, '`data.a` is not encrypted'],
    ['a number is not', `kind: Secret\ndata: {a: "${ENC}", b: 1}`, '`data.b` is not encrypted'],
    ['a comment is not', `kind: Secret\ndata:\n  a: "${ENC}"\n  # hunter2\n`, 'a comment below data is not encrypted'],
    [
      'three are not',
      `kind: Secret\ndata: {a: "${ENC}", b: 1, c: 2, d: 3}`,
      '`data.b`, `data.c`, `data.d` are not encrypted',
    ],
    [
      'more are not',
      `kind: Secret\ndata: {a: "${ENC}", b: 1, c: 2, d: 3, e: 4}`,
      '`data.b`, `data.c`, `data.d`, … are not encrypted',
    ],
    ['empty values hide nothing', `kind: Secret\ndata: {a: "${ENC}", b: "", c: null}`, undefined],
    ['a file of another kind, some of it', `a: "${ENC}"\nb: 1`, undefined],
    ['a file of another kind, nothing of it', 'a: x\nb: 1', 'none of its values is encrypted'],
    ['what the metadata say is no value', `a: "${ENC}"\nsops: {mac: x}`, undefined],
    ['metadata alone encrypt nothing', `a: x\nsops: {mac: "${ENC}"}`, 'none of its values is encrypted'],
    [
      'one of two Secrets',
      `kind: Secret\ndata: {a: "${ENC}"}\n---\nkind: Secret\ndata: {b: y}`,
      '`data.b` is not encrypted',
    ],
  ])('%s', (_, text, expected) => {
    const open = openValues(readYaml(text, 'a.yaml'));
    expect(open === undefined ? undefined : describeOpen(open)).toBe(expected);
  });
});

describe('secretsIn', () => {
  const MULTILINE = `|\n      user: admin-of-all\n      "token": 'hunter2',\n      ${RANDOM}\n`;
  it.each<readonly [what: string, kept: string, values: readonly string[]]>([
    ['what is named a secret, however short', 'password: x', ['x']],
    ['nothing in it', 'password: ""', []],
    ['a number that is named so', 'salt: 4711', ['4711']],
    ['a number that is not', 'value: 1234567890123456', []],
    ['hexadecimal digits', 'token: 5f0c1d9a77e3b2486a1fd0c95b8e3472', ['5f0c1d9a77e3b2486a1fd0c95b8e3472']],
    ['an address of hardware', 'token: 52:54:00:00:53:0a', []],
    ['a truth value', 'password: true', []],
    ['the last word of a name in capitals', 'CF_API_TOKEN: x', ['x']],
    ['the last word of a name in humps', 'apiKey: x', ['x']],
    ['a name that only begins so', 'TOKEN_URL: some-word-of-length', []],
    ['a name that ends with a sign', 'token_: x', ['x']],
    ['another word that begins like a key', 'keyboard: qwerty', []],
    ['letters among digits', 'value: 12345678abcd9', ['12345678abcd9']],
    ['a key of SSH that everybody may see', `host: AAAAC3NzaC1lZDI1NTE5${RANDOM}`, []],
    [
      'a stretch without digits, small letters or capitals',
      'host: aBcDeFgHiJkLmNoPqRsTu A1B2C3D4E5F6G7H8I9J0K a1b2c3d4e5f6g7h8i9j0k',
      [],
    ],
    ['a key of its own format', 'tls: "-----BEGIN RSA PRIVATE KEY-----"', ['-----BEGIN RSA PRIVATE KEY-----']],
    [
      'the lines of a file with signs of equality',
      '"a.conf": |\n      user = x\n      pass = \'hunter2\'\n',
      ['hunter2'],
    ],
    ['where something is', 'DB_HOST: some-host-of-length', []],
    ['who it is, with a random part', `CLIENT_ID: pre.${RANDOM}`, [RANDOM]],
    ['what is named neither way, long', 'value: abcdefghijkl', ['abcdefghijkl']],
    ['what is named neither way, short', 'value: abcdefghijk', []],
    ['an address', 'value: https://s3.own.internal/bucket', []],
    ['an address with a password in it', 'value: https://user:pw@own.internal/', ['https://user:pw@own.internal/']],
    ['a mail address', 'value: postmaster@own.internal', []],
    ['a name of a host with its port', 'value: db.own.internal:5432', []],
    ['a path', 'value: /var/lib/own/file', []],
    ['a UUID', 'value: 01234567-89ab-cdef-0123-456789abcdef', []],
    ['an address of IPv6', 'value: fd00:1:2:3:4:5:6:7/64', []],
    ['a variable of Flux', 'token: ${SECRET_TOKEN}', []],
    ['a private key', `tls.crt: ${JSON.stringify(PEM)}`, [PEM]],
    ['a certificate', `tls.key: "-----BEGIN CERTIFICATE-----\\n${RANDOM}"`, []],
    ['a certificate in base64', `tls.key: LS0tLS1CRUdJTiBDRVJU${RANDOM}`, []],
    ['what is public by its name', `publicToken: ${RANDOM}`, []],
    ['the lines of a file by their names', `file: ${MULTILINE}`, ['hunter2', RANDOM]],
    ['all that is no value', 'list: [abcdefghijkl, {password: y}]', ['abcdefghijkl', 'y']],
  ])('%s', (_, kept, values) => {
    const tree = readYaml(`kind: Secret\nmetadata: {token: x}\nstringData:\n  ${kept}\n`, 'a.yaml');
    expect(secretsIn('a.yaml', tree).map(({ value }) => value)).toEqual(values);
  });

  it('takes base64 below data apart, and what is none as it is', () => {
    const binary = Buffer.from([0xff, 0xfe, 0, 1]).toString('base64');
    const text = `kind: Secret\ndata:\n  token: aHVudGVyMg==\n  password: ${binary}\nstringData:\n  token: aHVudGVyMg==\n`;
    expect(secretsIn('a.yaml', readYaml(text, 'a.yaml'))).toEqual([
      { name: '`data.token` of a.yaml', value: 'aHVudGVyMg==' },
      { name: '`data.token` of a.yaml', value: 'hunter2' },
      { name: '`data.password` of a.yaml', value: binary },
      { name: '`stringData.token` of a.yaml', value: 'aHVudGVyMg==' },
    ]);
  });

  it('takes every value of a file that is no Secret', () => {
    const tree = readYaml('metadata: {token: x}\ndeep: [{auth: {key: y}}]\n', 'a.yaml');
    expect(secretsIn('a.yaml', tree).map(({ name }) => name)).toEqual([
      '`metadata.token` of a.yaml',
      '`deep.auth.key` of a.yaml',
    ]);
  });
});

describe('literalSecrets', () => {
  it.each<readonly [what: string, lines: readonly string[], keys: readonly string[]]>([
    ['what is named a secret and written out', ['stringData:', '  password: correct-horse'], ['password']],
    ['a key in quotes, and its value', ['stringData:', `  "api-token": 'correct-horse'`], ['api-token']],
    ['base64 of one', ['data:', '  token: Y29ycmVjdC1ob3JzZQ=='], ['token']],
    ['what is random, whatever its name', ['data:', `  value: x ${RANDOM}`], ['value']],
    ['what an expression gives', ['stringData:', '  password: #< cloudflare_token >#'], []],
    ['what a comment of the template says', ['stringData:', '  #| password: correct-horse |#'], []],
    ['a block of the template', ['stringData:', '  #% set password = "correct-horse" %#'], []],
    ['a word', ['stringData:', '  password: changeme'], []],
    ['what is named neither way', ['stringData:', '  value: correct-horse-battery'], []],
    ['what stands elsewhere', ['metadata:', '  token: correct-horse'], []],
    ['what stands in a text', ['stringData:', '  note: of a token', '  # token: correct-horse'], []],
    ['a value that is a block', ['stringData:', '  token: |', '    correct-horse'], []],
    ['one letter in quotes', ['data:', "  token: 'correct-horse' or 'x'"], ['token']],
    ['what stands behind it', ['stringData:', '  a: b', 'metadata:', '  token: correct-horse'], []],
    ['what stands deeper', ['  stringData:', '    deep:', '      password: correct-horse'], ['password']],
    ['an address', ['stringData:', '  token: https://own.internal/path'], []],
    ['empty lines between', ['stringData:', '', '  password: correct-horse'], ['password']],
  ])('%s', (_, lines, keys) => {
    expect(literalSecrets(['kind: Secret', ...lines].join('\n'))).toEqual(keys);
  });
});

describe('findPlainSecrets', () => {
  const search = searchFor([
    { name: 'the token', value: 'correct-horse-battery' },
    { name: 'the other', value: 'staple-of-length-12' },
  ]);

  it('says each secret once a file, with the first line of it', () => {
    const bytes = Buffer.from('a\ncorrect-horse-battery\nb staple-of-length-12\ncorrect-horse-battery\n');
    expect(
      findPlainSecrets(
        [
          { path: 'a', bytes },
          { path: 'b', bytes: Buffer.from('x') },
        ],
        search,
      ),
    ).toEqual([
      { path: 'a', line: 2, name: 'the token' },
      { path: 'a', line: 3, name: 'the other' },
    ]);
  });

  it('counts the first line, and the last', () => {
    const lineOf = (text: string) => findPlainSecrets([{ path: 'a', bytes: Buffer.from(text) }], search)[0]?.line;
    expect([lineOf('correct-horse-battery'), lineOf('\n\n\ncorrect-horse-battery')]).toEqual([1, 4]);
  });

  it.each([
    ['a.sops.yaml', /stringData/],
    ['a.yaml', /\*\.sops\.yaml/],
  ])('says what would be right in %s', (path, remedy) => {
    const place = { file: 'source', line: 7 };
    const finding = plainSecretFinding({ path, line: 3, name: 'the token' }, place);
    expect(finding).toMatchObject({ code: 'secrets/plain-text', severity: 'error', place });
    expect(finding.message).toBe(`line 3 of ${path} would show the token in plain text`);
    expect(finding.remedy).toMatch(remedy);
  });
});
