import { bech32 } from '@scure/base';
import { randomBytes } from '../system/environment.ts';
import { Failure, failure, type Finding } from '../report/finding.ts';
import { keepSecrets, Secret } from '../report/redaction.ts';
import { type HeaderStanza, unwrapFileKey, type X25519Pair, x25519Pair } from './age.ts';

/** The kind of an age key: a classic one, or a hybrid that a quantum computer could not break either. */
export type KeyKind = 'x25519' | 'post-quantum';

const SECRET_PREFIX: Readonly<Record<KeyKind, string>> = {
  x25519: 'age-secret-key-',
  'post-quantum': 'age-secret-key-pq-',
};
const RECIPIENT_PREFIX: Readonly<Record<KeyKind, string>> = { x25519: 'age', 'post-quantum': 'age1pq' };
const RECIPIENT_LENGTH: Readonly<Record<KeyKind, number>> = { x25519: 32, 'post-quantum': 1216 };
const SECRET_LENGTH = 32;

/** A private age key. Its text is only given to who asks for it by `reveal`, so that no log or message holds it by accident. */
export class AgeIdentity {
  /** `ssh` is a key of SSH, which opens what age encrypted to it and can be encrypted to by age alone. */
  readonly kind: KeyKind | 'ssh';
  readonly #secret: Secret<Uint8Array>;
  #recipient: Promise<string> | undefined;
  #made: X25519Pair | undefined;

  constructor(kind: KeyKind | 'ssh', secret: Uint8Array) {
    this.kind = kind;
    this.#secret = new Secret(secret);
  }

  /** The text `AGE-SECRET-KEY-…`. It is a secret. */
  reveal(): string {
    const kind = this.kind === 'post-quantum' ? 'post-quantum' : 'x25519';
    return encodeBech32(SECRET_PREFIX[kind], this.#secret.reveal()).toUpperCase();
  }

  /** The public half: `age1…` or `age1pq1…`, which is to encrypt to. */
  async recipient(): Promise<string> {
    return await (this.#recipient ??= this.#findRecipient());
  }

  async #findRecipient(): Promise<string> {
    if (this.kind === 'x25519') return encodeBech32(RECIPIENT_PREFIX.x25519, this.#pair().publicKey);
    const { identityToRecipient } = await import('age-encryption');
    return identityToRecipient(this.reveal());
  }

  /** The file key of an age file, or null where none of its stanzas is for this key. Throws where one is malformed. */
  unwrap(stanzas: readonly HeaderStanza[]): Uint8Array | null {
    return this.kind === 'x25519' ? unwrapFileKey(this.#pair(), stanzas) : null;
  }

  #pair(): X25519Pair {
    return (this.#made ??= x25519Pair(this.#secret.reveal()));
  }

  /** As everything that is secret prints. */
  toString(): string {
    return String(this.#secret);
  }

  toJSON(): string {
    return String(this.#secret);
  }
}

/** A new private key. */
export function generateIdentity(kind: KeyKind = 'x25519'): AgeIdentity {
  return new AgeIdentity(kind, randomBytes(SECRET_LENGTH));
}

/** The identity of a text `AGE-SECRET-KEY-1…` or `AGE-SECRET-KEY-PQ-1…`, or undefined where it is none. */
export function parseIdentity(text: string): AgeIdentity | undefined {
  const decoded = decodeBech32(text);
  const kind = (['x25519', 'post-quantum'] as const).find((name) => SECRET_PREFIX[name] === decoded?.prefix);
  const isWhole = text === text.toUpperCase() && decoded?.bytes.length === SECRET_LENGTH;
  return kind !== undefined && isWhole ? new AgeIdentity(kind, decoded.bytes) : undefined;
}

/**
 * The identities of a key file as `age-keygen` writes it: one a line, with empty lines and lines that start with `#` between them.
 * Throws a Failure that names every line that is no identity, or the file where it holds none; it never quotes a line.
 */
export function parseIdentityFile(text: string, file: string): AgeIdentity[] {
  const identities: AgeIdentity[] = [];
  const findings: Finding[] = [];
  text.split('\n').forEach((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return;
    const identity = parseIdentity(line);
    if (identity === undefined) findings.push(badLine(file, index + 1));
    else identities.push(identity);
    keepSecrets([{ name: `the private key of ${file}`, value: line }]);
  });
  if (findings.length > 0) throw new Failure('input', findings);
  if (identities.length === 0) throw noIdentity(file);
  return identities;
}

function badLine(file: string, line: number): Finding {
  return {
    code: 'sops/identity',
    severity: 'error',
    message: `Line ${String(line)} of ${file} is no age identity`,
    place: { file, line, column: 1 },
    remedy: 'a line is empty, starts with #, or is a whole AGE-SECRET-KEY-1… or AGE-SECRET-KEY-PQ-1…',
  };
}

function noIdentity(file: string): Failure {
  const remedy = 'it needs a line AGE-SECRET-KEY-1… or AGE-SECRET-KEY-PQ-1…';
  return failure('input', { code: 'sops/identity', message: `${file} holds no age identity`, place: { file }, remedy });
}

/** The kind of a recipient `age1…` or `age1pq1…`, or undefined where the text is none of the two. */
export function recipientKind(text: string): KeyKind | undefined {
  const decoded = text === text.toLowerCase() ? decodeBech32(text) : undefined;
  return (['x25519', 'post-quantum'] as const).find(
    (kind) => RECIPIENT_PREFIX[kind] === decoded?.prefix && RECIPIENT_LENGTH[kind] === decoded.bytes.length,
  );
}

/** Whether two recipients are one: of a key of SSH a comment may stand behind it. */
export function isSameRecipient(one: string, other: string): boolean {
  const bare = (text: string): string => (text.startsWith('ssh-') ? text.split(/\s+/).slice(0, 2).join(' ') : text);
  return bare(one) === bare(other);
}

/** As age writes recipients and identities: Bech32 (BIP 173) of any length, in lower case. */
function encodeBech32(prefix: string, bytes: Uint8Array): string {
  return bech32.encode(prefix, bech32.toWords(bytes), false);
}

/** The prefix (in lower case) and bytes of a text, or undefined where a letter, the case or the checksum is wrong. */
function decodeBech32(text: string): { readonly prefix: string; readonly bytes: Uint8Array } | undefined {
  const decoded = bech32.decodeUnsafe(text, false);
  const bytes = decoded && bech32.fromWordsUnsafe(decoded.words);
  return decoded && bytes ? { prefix: decoded.prefix, bytes } : undefined;
}
