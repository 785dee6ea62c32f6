import { createPrivateKey, createPublicKey } from 'node:crypto';

/** A text that must not leave the run, and what messages call it. */
export interface KnownSecret {
  /** As it stands in a sentence: "the private key of age.key". */
  readonly name: string;
  readonly value: string;
}

/** A secret, or part of one, in a text: offsets into its UTF-8 bytes. */
interface SecretHit {
  readonly name: string;
  readonly start: number;
  /** Behind the last byte. */
  readonly end: number;
}

/** How a search is done. */
interface SearchOptions {
  /** A stretch of this many bytes of a secret counts as the secret; without it only the whole does. */
  readonly shortestPart?: number;
  /** Which stretches do, by their text; without it all. */
  readonly isPart?: (text: string) => boolean;
}

const SHORTEST = 8;
const FEWEST_DIFFERENT = 5;
const LONGEST_WORD = 15;

/**
 * Whether a text can be searched for without being found by chance: it has at least eight characters, five of them different, and
 * is no word: one of letters alone or digits alone counts from sixteen characters on.
 */
export function isTelling(value: string): boolean {
  const text = withoutSpace(value);
  if (text.length < SHORTEST || new Set(text).size < FEWEST_DIFFERENT) return false;
  return text.length > LONGEST_WORD || !/^(?:\p{Lu}?\p{Ll}+|\p{Lu}+|\p{N}+)$/u.test(text);
}

/**
 * Whether nobody writes a text by chance: letters and digits without a break, or both cases and digits within the characters of
 * base64. Two connection strings share a long stretch, two random texts none.
 */
export function isRandom(text: string): boolean {
  if (!/^[\w+/=-]+$/.test(text) || !/\d/.test(text) || new Set(text).size < FEWEST_RANDOM) return false;
  return /^(?:[\da-z]+|[\dA-Z]+)$/.test(text) || (/[a-z]/.test(text) && /[A-Z]/.test(text));
}

const FEWEST_RANDOM = 8;

/** A header or footer of PEM, or the start of every OpenSSH key without a passphrase: they say nothing of the key. */
const PUBLIC_LINE = /^-----(?:BEGIN|END) [A-Z0-9 ]+-----$|^b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZ/;
/**
 * What everybody may see although it looks like chance: recipients of age, public keys of SSH with what all of a kind begin with, digests
 * and the headers of JSON Web Tokens.
 */
const PUBLIC_STRETCH =
  /age1[\da-z]{58,}|(?:(?:ssh|ecdsa|sk)-[\w@.-]+[ \t]+)?AAAA[BCEF][\w+/]{12,}={0,2}|sha(?:256|512):[\da-f]{64,}|eyJ[\w-]{8,}(?=\.)/g;
/** What every age key begins with: no part of a secret. */
const PUBLIC_START = /^AGE-SECRET-KEY-(?:PQ-)?1/i;

/** The lines by which a text of several lines is known, whatever stands before each of them; a text of one line is one. */
function unitsOf(value: string): string[] {
  const lines = value
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length < 2) return lines;
  const telling = lines.filter((line) => isTelling(line) && !PUBLIC_LINE.test(line));
  return telling.length > 0 ? telling : [value.trim()];
}

/** A line of a secret as it is, and as text of JSON (within JSON, too), YAML, HTML, a URL and Python would have it. */
function writtenForms(unit: string): readonly string[] {
  if (!/[^\w.-]/.test(unit)) return [unit];
  const json = jsonForms(unit);
  return unique([
    unit,
    ...json,
    ...json.flatMap(jsonForms),
    unit.replaceAll("'", "''"),
    unit.replaceAll('\\', '\\\\').replaceAll("'", "\\'"),
    unit.replace(/[&<>"']/g, (character) => HTML[character] ?? character),
    ...urlForms(unit),
  ]);
}

/** Jinja2's `tojson` escapes what HTML would take for a tag, Python whatever is not ASCII. */
function jsonForms(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  return unique([json, asciiOnly(json), asciiOnly(json.replace(/[<>&']/g, unicodeEscape))]);
}

/** Languages differ in what they leave as it is in a URL. */
function urlForms(text: string): string[] {
  const strict = encodeURIComponent(text);
  const stricter = strict.replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  const forms = [strict, stricter].flatMap((form) => [form, form.replaceAll('%2F', '/')]);
  return unique(forms.flatMap((form) => [form, form.replaceAll('%20', '+')]));
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };

/** A line of a secret in hexadecimal digits, in base64 and in base64 of base64. */
function encodedForms(unit: string, written: readonly string[]): string[] {
  const hex = Buffer.from(unit, 'utf8').toString('hex');
  // What is encoded twice starts at its first byte, and often ends with a line break.
  const once = [unit, `${unit}\n`].map((text) => Buffer.from(text, 'utf8').toString('base64'));
  // Of what stands in base64 within base64, as in an image pull secret, neither offset is known.
  const twice = base64Forms(unit).flatMap(base64Forms);
  return [hex, hex.toUpperCase(), ...[...written, ...once].flatMap(base64Forms), ...twice];
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/** Base64 of a text that this one is part of: it depends on how many bytes, modulo 3, stand before it. */
function base64Forms(text: string | Uint8Array): string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), typeof text === 'string' ? Buffer.from(text, 'utf8') : text]);
    // Digits that a neighbour has a share in are left out.
    const whole = bytes.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
    return /[+/]/.test(whole) ? [whole, whole.replaceAll('+', '-').replaceAll('/', '_')] : [whole];
  });
}

/**
 * What of a private key says nothing of its secret: its public half, which everybody may see, as base64 at any offset, and what all keys of
 * a kind have around it, as it stands in the key. A private key of OpenSSH holds the public half in two places (PROTOCOL.key), one of RSA
 * the modulus. Nothing where a text is no such key, or is encrypted.
 */
function publicForms(value: string): string[] {
  const label = /^-----BEGIN ((?:[A-Z]+ )*)PRIVATE KEY-----/.exec(value.trim())?.[1];
  if (label === undefined) return [];
  const bytes = Buffer.from(value.replace(/-----[^\n]*-----/g, ''), 'base64');
  return label === 'OPENSSH ' ? openSshForms(bytes) : derForms(value, bytes);
}

function derForms(pem: string, der: Buffer): string[] {
  try {
    const { n, d } = createPrivateKey(pem).export({ format: 'jwk' });
    const start = der.indexOf(Buffer.from(n ?? d ?? '', 'base64url'));
    const spki = createPublicKey(pem).export({ format: 'der', type: 'spki' });
    return [...base64Forms(spki), base64Of(der, 0, Math.max(start, 0))];
  } catch {
    return [];
  }
}

function openSshForms(bytes: Buffer): string[] {
  if (bytes.length < OPENSSH_BLOB || !bytes.subarray(0, OPENSSH_START.length).equals(OPENSSH_START)) return [];
  const blobEnd = OPENSSH_BLOB + bytes.readUInt32BE(OPENSSH_BLOB - 4);
  const forms = base64Forms(bytes.subarray(OPENSSH_BLOB, blobEnd));
  // The length of the private part, the same random number twice, then strings: the kind first, the comment last; then 1, 2, 3 and so on.
  const starts: number[] = [];
  for (let at = blobEnd + 12; at + 4 <= bytes.length && !isPadding(bytes.subarray(at));) {
    starts.push(at);
    at += 4 + bytes.readUInt32BE(at);
  }
  const [second, comment] = [starts[1], starts.at(-1)];
  if (second === undefined || comment === undefined) return forms;
  return [...forms, base64Of(bytes, 0, second + 4), base64Of(bytes, comment, bytes.length)];
}

function isPadding(bytes: Buffer): boolean {
  return bytes.every((byte, index) => byte === index + 1);
}

/** The digits that bytes from one offset to another have a share in. */
function base64Of(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('base64').slice(Math.floor((start * 8) / 6), Math.ceil((end * 8) / 6));
}

/** A key without a passphrase: cipher and key derivation `none`, no options, one key; then the length of its public half. */
const OPENSSH_START = Buffer.from('b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAAB', 'base64');
const OPENSSH_BLOB = OPENSSH_START.length + 4;

function asciiOnly(text: string): string {
  return text.replace(/[^\0-\x7f]/g, unicodeEscape);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function withoutSpace(text: string): string {
  return text.replace(/[ \t\r\n]/g, '');
}

/** Where a stretch of a form may begin. */
interface Entry {
  readonly name: string;
  readonly bytes: Buffer;
  readonly offset: number;
  /** How many bytes from there on have to be the same, where there are so many. */
  readonly least: number;
}

const KEY_LENGTH = 4;
const FILTER_BITS = 16;

/**
 * Finds any of many secrets in a text in one pass, in each of its forms. White space counts nowhere, so that a text that was indented,
 * folded or wrapped is found too.
 *
 * Every form is known by four of its bytes. A filter of 8 KiB says of most places of a text that none of them begins there.
 */
export class SecretSearch {
  readonly #filter = new Uint8Array(1 << FILTER_BITS);
  readonly #entries = new Map<number, Entry[]>();
  readonly #secrets: readonly KnownSecret[];
  readonly #options: SearchOptions;
  #isReady = false;

  constructor(secrets: readonly KnownSecret[], options: SearchOptions = {}) {
    this.#secrets = secrets;
    this.#options = options;
  }

  /** Done with the first text: many runs have none that was not looked through before. */
  #prepare(): void {
    this.#isReady = true;
    const { shortestPart = Infinity, isPart = () => true } = this.#options;
    const seen = new Set<string>();
    for (const { name, value } of this.#secrets) {
      const open = [...publicForms(value), ...(value.match(PUBLIC_STRETCH) ?? []).map(withoutSpace)];
      const isSecret = (text: string): boolean => !open.some((one) => one.includes(text));
      // Behind half a stretch that is public a few characters are the same by chance.
      const isSecretPart = (text: string): boolean => {
        const half = text.length >> 1;
        return isSecret(text.slice(0, half)) && isSecret(text.slice(half));
      };
      const units = unitsOf(value);
      for (const unit of units) {
        const written = writtenForms(unit);
        // What is short in another form would be found by chance.
        const cases = isTelling(unit) ? [unit.toLowerCase(), unit.toUpperCase()] : [];
        const encoded = isTelling(unit) ? encodedForms(unit, written) : [];
        const add = (form: string, part: number): void => {
          const text = withoutSpace(form);
          if (seen.has(text)) return;
          seen.add(text);
          if (isSecret(text)) this.#enter({ name, bytes: Buffer.from(text, 'utf8'), offset: 0, least: Infinity });
          if (text.length > part) this.#addParts(name, text, part, (one) => isPart(one) && isSecretPart(one));
        };
        // What is cut was not encoded before, and nobody writes a key of many lines in capitals.
        for (const form of written) add(form, shortestPart);
        for (const form of cases) add(form, units.length === 1 ? shortestPart : Infinity);
        for (const form of encoded) add(form, Infinity);
      }
    }
  }

  /** Every stretch of that many bytes, but for those of the beginning that all secrets of a kind share. */
  #addParts(name: string, text: string, shortest: number, isPart: (text: string) => boolean): void {
    const bytes = Buffer.from(text, 'utf8');
    const first = PUBLIC_START.exec(text)?.[0].length ?? 0;
    for (let offset = first; offset <= bytes.length - shortest; offset += 1) {
      if (!isPart(bytes.toString('latin1', offset, offset + shortest))) continue;
      this.#enter({ name, bytes, offset, least: shortest });
    }
  }

  #enter(entry: Entry): void {
    if (entry.bytes.length < KEY_LENGTH) return;
    const key = entry.bytes.readUInt32BE(entry.offset);
    const entries = this.#entries.get(key);
    if (entries === undefined) this.#entries.set(key, [entry]);
    else entries.push(entry);
    this.#filter[slot(key)] = 1;
  }

  /** Every stretch of the bytes that is a secret, none inside of another, in their order. */
  find(bytes: Uint8Array): SecretHit[] {
    if (!this.#isReady) this.#prepare();
    const hits: SecretHit[] = [];
    if (this.#entries.size === 0) return hits;
    const filter = this.#filter;
    // The last four bytes that count, and where each of them stood.
    let key = 0;
    let [second, third, fourth] = [-1, -1, -1];
    let free = 0;
    for (let index = 0; index < bytes.length; index += 1) {
      const byte = bytes[index] ?? 0;
      if ((byte <= BLANK || byte === BACKSLASH) && isSkipped(bytes, index)) continue;
      key = ((key << 8) | byte) >>> 0;
      const first = second;
      second = third;
      third = fourth;
      fourth = index;
      if (first < free || filter[slot(key)] === 0) continue;
      const hit = this.#longest(key, bytes, first);
      if (hit === undefined) continue;
      free = hit.end;
      hits.push(hit);
    }
    return hits;
  }

  #longest(key: number, bytes: Uint8Array, start: number): SecretHit | undefined {
    let best: SecretHit | undefined;
    let most = 0;
    for (const { name, bytes: form, offset, least } of this.#entries.get(key) ?? []) {
      const length = form.length - offset;
      let [matched, end] = [0, start];
      for (let index = start; index < bytes.length && matched < length; index += 1) {
        if (isSkipped(bytes, index)) continue;
        if (bytes[index] !== form[offset + matched]) break;
        matched += 1;
        end = index + 1;
      }
      if (matched < Math.min(least, length) || matched <= most) continue;
      most = matched;
      best = { name, start, end };
    }
    return best;
  }
}

const BLANK = 0x20;
const BACKSLASH = 0x5c;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const TAB = 0x09;

/**
 * White space counts nowhere, nor a backslash at the end of a line, behind which a text in double quotes goes on, nor the zero that
 * UTF-16 has beside each character of ASCII.
 */
function isSkipped(bytes: Uint8Array, index: number): boolean {
  const byte = bytes[index];
  if (byte === BLANK || byte === LINE_FEED || byte === RETURN || byte === TAB || byte === 0) return true;
  if (byte !== BACKSLASH) return false;
  const next = bytes[index + 1];
  return next === LINE_FEED || (next === RETURN && bytes[index + 2] === LINE_FEED);
}

function slot(key: number): number {
  return Math.imul(key, 0x9e3779b1) >>> (32 - FILTER_BITS);
}
