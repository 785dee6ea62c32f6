import { createHash, createPrivateKey, createPublicKey, privateDecrypt, constants, type KeyObject } from 'node:crypto';
import { join, resolve } from 'node:path';
import { failure, type Failure } from '../report/finding.ts';
import { keepSecrets } from '../report/redaction.ts';
import { machineKind } from '../system/environment.ts';
import { readNamedTextIfPresent, readTextIfPresent } from '../system/files.ts';
import { runProgram } from '../system/programs.ts';
import { type HeaderStanza, unwrapEd25519 } from './age.ts';
import { AgeIdentity, parseIdentity, parseIdentityFile } from './identities.ts';

/** Identities, and where they were found. */
export interface FoundKeys {
  /** As messages name it: a file, a variable, `age.key`. */
  readonly source: string;
  /** Whether nobody named it: it lies where keys of any repository lie. */
  readonly isUsual: boolean;
  readonly identities: readonly AgeIdentity[];
}

/** What is looked at. */
interface KeySearch {
  /** The variables of the user. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the repository's own age.key, which is asked last. */
  readonly own: string;
}

/**
 * The identities that the sops program would find, in its order, and behind them those of the repository's own age.key: SSH keys, and what
 * `findAgeKeys` finds. SOPS_AGE_KEY_CMD starts a program that may ask somebody: `keysByCommand` does that.
 *
 * @see https://github.com/getsops/sops/blob/main/age/keysource.go
 * @throws Failure where a file or a text that was named holds no identity, or a line that is none
 */
export async function findKeys(search: KeySearch): Promise<FoundKeys[]> {
  return [...(await sshKeys(search.env)), ...(await findAgeKeys(search))];
}

/** The same without SSH keys, which no cluster can have: SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, the file of the user's folder and age.key. */
export async function findAgeKeys({ env, own }: KeySearch): Promise<FoundKeys[]> {
  const found: FoundKeys[] = [];
  const add = async (source: string, text: string): Promise<void> => {
    found.push({ source, isUsual: false, identities: await parseKeyFile(text, source) });
  };
  const { SOPS_AGE_KEY: text = '', SOPS_AGE_KEY_FILE: file = '' } = env;
  if (text.trim() !== '') await add('SOPS_AGE_KEY', text);
  if (file !== '' && resolve(file) !== own) {
    const named = await readNamedTextIfPresent(file);
    if (named === undefined) throw noSuchFile('SOPS_AGE_KEY_FILE', file);
    await add(file, named);
  }
  const users = userKeyFile(env);
  const usual = users === undefined ? undefined : await readTextIfPresent(users);
  if (users !== undefined && usual !== undefined) {
    // Keys of all that its owner works with: what is none that is known here is somebody else's business.
    const identities = usual.split('\n').flatMap((line) => parseIdentity(line.trim()) ?? []);
    keepSecrets(identities.map((one) => ({ name: `a private key of ${users}`, value: one.reveal() })));
    if (identities.length > 0) found.push({ source: users, isUsual: true, identities });
  }
  const last = await readTextIfPresent(own);
  if (last !== undefined) await add('age.key', last);
  return found;
}

/**
 * The identities of a key file as age-keygen writes it.
 *
 * @throws Failure where it holds none, a line that is none, or says another public key than its own
 */
export async function parseKeyFile(text: string, file: string): Promise<AgeIdentity[]> {
  const identities = parseIdentityFile(text, file);
  const stated = /^# public key: (\S+)\s*$/m.exec(text)?.[1];
  if (stated === undefined) return identities;
  const recipients = await Promise.all(identities.map((identity) => identity.recipient()));
  if (recipients.includes(stated)) return identities;
  throw failure('input', {
    code: 'credentials/invalid',
    message: `${file} says another public key than the one that belongs to its private key`,
    place: { file },
    remedy: `the line has to say: # public key: ${recipients[0] ?? ''}`,
  });
}

/** What commands of SOPS_AGE_KEY_CMD have given: nobody is asked twice in one run. */
const given = new Map<string, Promise<FoundKeys[]>>();

/** What SOPS_AGE_KEY_CMD prints, a line for a shell as sops takes it; none where the variable is not set. */
export async function keysByCommand(
  env: Readonly<Record<string, string | undefined>>,
  inherited: Readonly<Record<string, string>>,
  cwd: string,
): Promise<FoundKeys[]> {
  const { SOPS_AGE_KEY_CMD: line = '' } = env;
  if (line.trim() === '') return [];
  const key = JSON.stringify([line, cwd]);
  const known = given.get(key) ?? askCommand(line, inherited, cwd);
  given.set(key, known);
  return await known;
}

async function askCommand(
  line: string,
  inherited: Readonly<Record<string, string>>,
  cwd: string,
): Promise<FoundKeys[]> {
  const { exitCode, stdout } = await runProgram('sh', ['-c', line], {
    cwd,
    environment: inherited,
    timeoutSeconds: 300,
  });
  if (exitCode !== 0) {
    const message = `the command of SOPS_AGE_KEY_CMD ended with ${exitCode === undefined ? 'a signal' : String(exitCode)}`;
    const remedy = 'run it by hand: it has to print an age key';
    throw failure('outside', { code: 'sops/identity', message, remedy });
  }
  const identities = parseIdentityFile(stdout, 'the output of SOPS_AGE_KEY_CMD');
  return [{ source: 'SOPS_AGE_KEY_CMD', isUsual: false, identities }];
}

/** Where sops keeps the keys of a user; undefined where his folder is not known. */
function userKeyFile(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const { XDG_CONFIG_HOME: configuration = '', HOME: home = '' } = env;
  if (configuration !== '') return join(configuration, 'sops/age/keys.txt');
  if (home === '') return undefined;
  return join(home, isMac() ? 'Library/Application Support' : '.config', 'sops/age/keys.txt');
}

function isMac(): boolean {
  return machineKind().startsWith('darwin-');
}

function noSuchFile(variable: string, file: string): Failure {
  return failure('input', {
    code: 'credentials/missing',
    message: `${file} does not exist, and ${variable} names it as the key`,
    place: { file },
    remedy: 'correct the variable, or unset it for age.key to be used',
  });
}

/** SSH keys as age takes them. One with a passphrase is left to the sops program, which can ask for it. */
async function sshKeys(env: Readonly<Record<string, string | undefined>>): Promise<FoundKeys[]> {
  const { SOPS_AGE_SSH_PRIVATE_KEY_FILE: named = '', HOME: home = '' } = env;
  const usual = home === '' ? [] : ['id_ed25519', 'id_rsa'].map((name) => join(home, '.ssh', name));
  const found: FoundKeys[] = [];
  for (const file of named === '' ? usual : [named]) {
    const text = await readTextIfPresent(file);
    if (text === undefined && file === named) throw noSuchFile('SOPS_AGE_SSH_PRIVATE_KEY_FILE', file);
    const identity = text === undefined ? undefined : parseSshIdentity(text);
    if (identity === undefined && file === named) throw noSshKey(file);
    if (identity !== undefined) found.push({ source: file, isUsual: named === '', identities: [identity] });
  }
  return found;
}

function noSshKey(file: string): Failure {
  return failure('input', {
    code: 'sops/identity',
    message: `${file} is no SSH key of Ed25519 or RSA without a passphrase`,
    place: { file },
    remedy: 'take an age key, or open the file with the sops program, which can ask for the passphrase',
  });
}

/** The parts of an SSH key: what its public line says, and how it opens a stanza. */
interface SshKey {
  readonly type: 'ssh-ed25519' | 'ssh-rsa';
  /** The public key as SSH sends it. */
  readonly blob: Buffer;
  readonly open: (stanza: HeaderStanza) => Uint8Array | undefined;
}

/** An SSH key that age has encrypted something to. Its text is a secret. */
class SshIdentity extends AgeIdentity {
  readonly #key: SshKey;
  readonly #text: string;

  constructor(key: SshKey, text: string) {
    super('ssh', new Uint8Array());
    this.#key = key;
    this.#text = text;
  }

  override reveal(): string {
    return this.#text;
  }

  override recipient(): Promise<string> {
    return Promise.resolve(`${this.#key.type} ${this.#key.blob.toString('base64')}`);
  }

  override unwrap(stanzas: readonly HeaderStanza[]): Uint8Array | null {
    const tag = createHash('sha256').update(this.#key.blob).digest().subarray(0, 4).toString('base64').slice(0, 6);
    for (const stanza of stanzas) {
      if (stanza.args[0] !== this.#key.type || stanza.args[1] !== tag) continue;
      const fileKey = this.#key.open(stanza);
      if (fileKey !== undefined) return fileKey;
    }
    return null;
  }
}

/** The identity of a private SSH key without a passphrase; undefined where a text is none. */
function parseSshIdentity(text: string): AgeIdentity | undefined {
  const [, label, body = ''] = PEM.exec(text.trim()) ?? [];
  const key = label === 'OPENSSH PRIVATE KEY' ? openSshKey(body) : label === undefined ? undefined : pemKey(text);
  if (key === undefined) return undefined;
  keepSecrets([{ name: 'a private SSH key', value: text }]);
  return new SshIdentity(key, text);
}

/** A text in the form of PEM, with its label: https://www.rfc-editor.org/rfc/rfc7468#section-3 */
const PEM = /^-----BEGIN ([A-Z ]+)-----\r?\n([^-]+)-----END \1-----$/;

const MAGIC = Buffer.from('openssh-key-v1\0', 'latin1');

/** PROTOCOL.key of OpenSSH: no cipher, one key. */
function openSshKey(body: string): SshKey | undefined {
  const bytes = Buffer.from(body, 'base64');
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const outer = new Strings(bytes.subarray(MAGIC.length));
  const [cipher] = [outer.next(), outer.next(), outer.next()];
  if (cipher?.toString() !== 'none' || outer.number() !== 1) return undefined;
  const blob = outer.next();
  const inner = new Strings(outer.next() ?? Buffer.alloc(0));
  if (blob === undefined || inner.number() !== inner.number()) return undefined;
  const type = inner.next()?.toString();
  if (type === 'ssh-ed25519') {
    const [, secret] = [inner.next(), inner.next()];
    return secret?.length === 64 ? ed25519(blob, secret.subarray(0, 32)) : undefined;
  }
  if (type !== 'ssh-rsa') return undefined;
  const [n, e, d, , p, q] = [inner.next(), inner.next(), inner.next(), inner.next(), inner.next(), inner.next()];
  if (n === undefined || e === undefined || d === undefined || p === undefined || q === undefined) return undefined;
  return rsa(blob, rsaKey({ n, e, d, p, q }));
}

/** A key of RSA in PEM, as ssh-keygen made them before. */
function pemKey(text: string): SshKey | undefined {
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType !== 'rsa') return undefined;
    const { n = '', e = '' } = createPublicKey(text).export({ format: 'jwk' });
    const parts = [Buffer.from('ssh-rsa'), mpint(Buffer.from(e, 'base64url')), mpint(Buffer.from(n, 'base64url'))];
    return rsa(Buffer.concat(parts.map(sshString)), key);
  } catch {
    // It has a passphrase, or is damaged: what OpenSSL says of it may quote it.
    return undefined;
  }
}

function ed25519(blob: Buffer, seed: Buffer): SshKey {
  const scalar = createHash('sha512').update(seed).digest().subarray(0, 32);
  return { type: 'ssh-ed25519', blob, open: (stanza) => unwrapEd25519({ scalar, blob }, stanza) };
}

function rsa(blob: Buffer, key: KeyObject): SshKey {
  const open = ({ args, body }: HeaderStanza): Uint8Array | undefined => {
    if (args.length !== 2) return undefined;
    try {
      const oaepLabel = Buffer.from('age-encryption.org/v1/ssh-rsa');
      const padding = constants.RSA_PKCS1_OAEP_PADDING;
      return new Uint8Array(privateDecrypt({ key, oaepHash: 'sha256', oaepLabel, padding }, body));
    } catch {
      // It was made for somebody else.
      return undefined;
    }
  };
  return { type: 'ssh-rsa', blob, open };
}

function rsaKey({ n, e, d, p, q }: Readonly<Record<'n' | 'e' | 'd' | 'p' | 'q', Buffer>>): KeyObject {
  const numbers = { n: toNumber(n), d: toNumber(d), p: toNumber(p), q: toNumber(q) };
  const [dp, dq] = [numbers.d % (numbers.p - 1n), numbers.d % (numbers.q - 1n)];
  // Of a prime: a^(p-2) is the inverse of a.
  const qi = power(numbers.q % numbers.p, numbers.p - 2n, numbers.p);
  const url = (value: bigint): string => {
    const hex = value.toString(16);
    return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');
  };
  const jwk = { kty: 'RSA', n: url(numbers.n), e: url(toNumber(e)), d: url(numbers.d) };
  const primes = { p: url(numbers.p), q: url(numbers.q), dp: url(dp), dq: url(dq), qi: url(qi) };
  return createPrivateKey({ key: { ...jwk, ...primes }, format: 'jwk' });
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function toNumber(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex') || '0'}`);
}

function mpint(bytes: Buffer): Buffer {
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
}

function sshString(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Strings of SSH one after the other: each has its length before it. */
class Strings {
  #rest: Buffer;

  constructor(bytes: Buffer) {
    this.#rest = bytes;
  }

  number(): number | undefined {
    if (this.#rest.length < 4) return undefined;
    const value = this.#rest.readUInt32BE();
    this.#rest = this.#rest.subarray(4);
    return value;
  }

  next(): Buffer | undefined {
    const length = this.number();
    if (length === undefined || length > this.#rest.length) return undefined;
    const value = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return value;
  }
}
