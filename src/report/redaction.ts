import { isTelling, SecretSearch, type KnownSecret } from './secret-search.ts';

/**
 * The secrets of this run. Whoever reads one tells it here, and every text that leaves the process is searched for all of them: no
 * message has to know what it quotes.
 */
const known = new Map<string, string>();
const open = new Set<string>();
let search: SecretSearch | undefined;

/** What stands in the place of a secret. */
const REDACTED = '[secret]';

/**
 * A secret in memory. Whatever prints it by accident (a template string, JSON, `console.log`, a message of an error) prints `[secret]`;
 * who needs it asks for it by `reveal`.
 */
export class Secret<T extends string | Uint8Array = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The secret itself. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED;
  }
}

/** So much of a secret gives it away: messages cut what they quote. */
const SHORTEST_PART = 16;

/** Adds secrets of this run; a value that is too short or plain to be told from other text is left out. */
export function keepSecrets(secrets: readonly KnownSecret[]): void {
  for (const { name, value } of secrets) {
    if (known.has(value)) continue;
    known.set(value, name);
    search = undefined;
  }
}

/** A new run begins, which has read no secret yet. */
export function forgetSecrets(): void {
  known.clear();
  open.clear();
  search = undefined;
}

/** Names texts that everybody may see, so that they are no secret although a secret has the same text. */
export function keepOpen(texts: Iterable<string>): void {
  for (const text of texts) {
    if (open.has(text)) continue;
    open.add(text);
    search = undefined;
  }
}

/** A text without the secrets of this run, in whatever form they stand in it, and without any private key. */
export function redact(text: string): string {
  return masked(text.replace(PRIVATE_KEY, REDACTED));
}

/** A value of JSON whose texts, names of keys among them, are redacted. */
export function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'number' || typeof value === 'bigint')
    return redact(String(value)) === String(value) ? value : REDACTED;
  if (Array.isArray(value)) return value.map(redactValue);
  if (typeof value !== 'object' || value === null) return value;
  if ('toJSON' in value && typeof value.toJSON === 'function') return redactValue((value.toJSON as () => unknown)());
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [redact(key), redactValue(item)]));
}

/** Private keys, whoever's they are: age's, and those in PEM. */
const PRIVATE_KEY =
  /AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{50,}|-----BEGIN ((?:[A-Z]+ )*PRIVATE KEY)-----[^]{16,}?(?:-----END \1-----|$)/gi;

function masked(text: string): string {
  if (known.size === 0 || text.length < 4) return text;
  search ??= new SecretSearch(maskable(), { shortestPart: SHORTEST_PART });
  const bytes = Buffer.from(text, 'utf8');
  const hits = search.find(bytes);
  if (hits.length === 0) return text;
  const parts: string[] = [];
  let from = 0;
  for (const { start, end } of hits) {
    parts.push(bytes.toString('utf8', from, start), REDACTED);
    from = end;
  }
  return parts.join('') + bytes.toString('utf8', from);
}

function maskable(): KnownSecret[] {
  return [...known]
    .filter(([value]) => isMaskable(value) && !open.has(value))
    .map(([value, name]) => ({ name, value }));
}

/** A message may lose a word by chance; it must not show a password because that is short. A word of one kind of letters is left. */
function isMaskable(value: string): boolean {
  return isTelling(value) || (value.length >= 4 && !/^(?:\p{Lu}?\p{Ll}+|\p{Lu}+|\p{N}+|(.)\1*)$/u.test(value));
}
