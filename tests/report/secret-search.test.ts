import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { searchFor } from '../../src/pipeline/secret-gate.ts';
import { generateSshKeyPair } from '../../src/cluster/credentials/openssh.ts';
import { isRandom } from '../../src/report/secret-search.ts';

const AGE = 'AGE-SECRET-KEY-1QQPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE6';
const TOKEN = 'cf_Xk29dLq81mZpTnR4vB7wHs3YcJ6eUgA5fQ0i';
const HEX = '5f0c1d9a77e3b2486a1fd0c95b8e3472aa11cc59d7e60f42';
const DSN = 'postgres://app:correct-horse@postgres-rw.database.svc.cluster.local:5432/app';
const SSH = generateSshKeyPair('flux');
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function isFound(secret: string, bytes: string | Buffer): boolean {
  return searchFor([{ name: 'the secret', value: secret }]).find(Buffer.from(bytes)).length > 0;
}

describe('what a slip of the pen leaves of a secret', () => {
  it.each<readonly [what: string, secret: string, text: string | Buffer]>([
    ['a token without its last character', TOKEN, TOKEN.slice(0, -1)],
    ['a token without its first character', TOKEN, TOKEN.slice(1)],
    ['24 characters of a token', TOKEN, `id: ${TOKEN.slice(5, 29)}`],
    ['digits of hexadecimal', HEX, HEX.slice(0, 30)],
    ['an age key without its last character', AGE, AGE.slice(0, -1)],
    ['an age key with underscores', AGE, AGE.replaceAll('-', '_')],
    ['an age key with one capital', AGE, `A${AGE.slice(1).toLowerCase()}`],
    ['an age key without its beginning', AGE, AGE.replace('AGE-SECRET-KEY-1', '')],
    ['lines of a key that are cut', SSH.privateKey, SSH.privateKey.replace(/^(.{40}).*$/gm, '$1')],
    ['a token in UTF-16, little-endian', TOKEN, Buffer.from(`key=${TOKEN}`, 'utf16le')],
    ['a token in UTF-16, big-endian', TOKEN, Buffer.from(`key=${TOKEN}`, 'utf16le').swap16()],
  ])('%s is found', (_, secret, text) => {
    expect(isFound(secret, text)).toBe(true);
  });

  it.each<readonly [what: string, secret: string, text: string]>([
    ['the first eight characters', TOKEN, TOKEN.slice(0, 8)],
    ['23 characters', TOKEN, TOKEN.slice(5, 28)],
    ['the host of a connection string', DSN, DSN.slice(DSN.indexOf('@'))],
    ['the beginning of every age key', AGE, 'AGE-SECRET-KEY-1...'],
    ['the public half of an Ed25519 key', SSH.privateKey, SSH.publicKey],
    ['the public half of an RSA key', pem(RSA), spki(RSA)],
    ['the public half of an RSA key in one line', pem(RSA), spki(RSA).replaceAll('\n', '')],
    ['the public half of an elliptic one', pem(EC), spki(EC)],
  ])('%s is not', (_, secret, text) => {
    expect(isFound(secret, text)).toBe(false);
  });

  it('the private half of each is', () => {
    for (const key of [SSH.privateKey, pem(RSA), pem(EC)]) expect(isFound(key, key)).toBe(true);
  });
});

it.each([
  [HEX.slice(0, 24), true],
  ['QQPZRY9X8GF2TVDW0S3JN54K', true],
  ['Xk29dLq81mZpTnR4vB7wHs3Y', true],
  ['kubernetes-cluster-1-node', false],
  ['postgres-rw.database.svc.1', false],
  ['AAAAAAAAAAAAAAAAAAAAAAA1', false],
  ['thelongnameofthecluster', false],
])('%s is random: %s', (text, expected) => {
  expect(isRandom(text)).toBe(expected);
});

type Pair = Pick<ReturnType<typeof generateKeyPairSync>, 'privateKey' | 'publicKey'>;

function pem({ privateKey }: Pair): string {
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function spki({ publicKey }: Pair): string {
  return publicKey.export({ format: 'pem', type: 'spki' }).toString();
}
