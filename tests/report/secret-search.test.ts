import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { searchFor } from '../../src/pipeline/secret-gate.ts';
import { generateSshKeyPair } from '../../src/cluster/credentials/openssh.ts';
import { isRandom } from '../../src/report/secret-search.ts';

const AGE = 'AGE-SECRET-KEY-1QQPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE6';
const TOKEN = 'cf_Xk29dLq81mZpTnR4vB7wHs3YcJ6eUgA5fQ0i';
const HEX = '5f0c1d9a77e3b2486a1fd0c95b8e3472aa11cc59d7e60f42';
const DSN = 'postgres://app:correct-horse@postgres-rw.database.svc.cluster.local:5432/app';
const JWT = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9';
const RSA_START = 'AAAAB3NzaC1yc2EAAAADAQABAAABgQC';
const RECIPIENT = 'age1r2e5wj5zqdt7wlvl2cn8cmuzs5r3a3yfqfvxc7qr3gky5h2y7sgsgdn2m3';
const DIGEST = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
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
    ['a token in base64', TOKEN, `data: ${base64(TOKEN)}`],
    ['a token in base64 behind one character', TOKEN, base64(`:${TOKEN}`)],
    ['a token in base64 behind two', TOKEN, base64(`u:${TOKEN}`)],
    ['a token in base64 with a line break', TOKEN, base64(base64(`${TOKEN}\n`))],
    ['a token in base64 for URLs', `${TOKEN}>>>???`, Buffer.from(`${TOKEN}>>>???`).toString('base64url')],
    ['a token in hexadecimal digits', TOKEN, Buffer.from(TOKEN).toString('hex')],
    ['a token in capital ones', TOKEN, Buffer.from(TOKEN).toString('hex').toUpperCase()],
    ['the auth of an image pull secret', TOKEN, pullSecret('user', TOKEN)],
    ['the same behind a longer name', TOKEN, pullSecret('robot', TOKEN)],
    ['the same behind a shorter one', TOKEN, pullSecret('me', TOKEN)],
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
    ['another JSON Web Token', `${JWT}.eyJyb2xlIjoic2VydmljZSJ9.c2lnbmF0dXJl`, `${JWT}.eyJyb2xlIjoiYW5vbiJ9.b3RoZXI`],
    [
      'another public key of SSH',
      `ssh-rsa ${RSA_START}7vbqajDhA4bC1xN0k2V0`,
      `ssh-rsa ${RSA_START}9kfmSpQwErTyUi8x3Lm`,
    ],
    ['a recipient of age', `recipients: ${RECIPIENT}`, `age: ${RECIPIENT}`],
    ['a digest of an image', `tag: 5.26.2@sha256:${DIGEST}`, `image: app@sha256:${DIGEST}`],
    ['the beginning of every age key', AGE, 'AGE-SECRET-KEY-1...'],
    ['the public half of an Ed25519 key', SSH.privateKey, SSH.publicKey],
    ['the public half of an RSA key', pem(RSA), spki(RSA)],
    ['the public half of an RSA key in one line', pem(RSA), spki(RSA).replaceAll('\n', '')],
    ['the public half of an elliptic one', pem(EC), spki(EC)],
    // One in four would have a stretch in common by what stands around the key.
    ['what other Ed25519 keys are made of', SSH.privateKey, many(() => generateSshKeyPair('flux').privateKey)],
    ['what other RSA keys are made of', pem(RSA), pem(generateKeyPairSync('rsa', { modulusLength: 2048 }))],
    [
      'what other elliptic keys are made of',
      pem(EC),
      many(() => pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }))),
    ],
  ])('%s is not', (_, secret, text) => {
    expect(isFound(secret, text)).toBe(false);
  });

  it('what stands before a key and some of it by chance is not, and half of a key is', () => {
    const der = pem(EC).replace(/-----[^\n]*-----|\n/g, '');
    const before = der.slice(0, 48);
    expect(isFound(pem(EC), `${before}${der.slice(48, 59)}`)).toBe(false);
    expect(isFound(pem(EC), der.slice(64, 88))).toBe(true);
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

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** As Kubernetes wants it below `data`. */
function pullSecret(user: string, token: string): string {
  const auth = Buffer.from(`${user}:${token}`).toString('base64');
  return Buffer.from(JSON.stringify({ auths: { 'ghcr.io': { auth } } })).toString('base64');
}

it('what stands openly in the configuration is no part of a secret', () => {
  const schematic = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba';
  const secret = { name: 'the secret', value: `image: factory.talos.dev/installer/${schematic}:v1.13.7` };
  const bytes = Buffer.from(`schematic: ${schematic}`);
  expect(searchFor([secret]).find(bytes)).toHaveLength(1);
  expect(searchFor([secret], new Set([schematic])).find(bytes)).toEqual([]);
});

function many(make: () => string): string {
  return Array.from({ length: 40 }, make).join('');
}

type Pair = Pick<ReturnType<typeof generateKeyPairSync>, 'privateKey' | 'publicKey'>;

function pem({ privateKey }: Pair): string {
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function spki({ publicKey }: Pair): string {
  return publicKey.export({ format: 'pem', type: 'spki' }).toString();
}
