import { createHash } from 'node:crypto';
import type { ClusterRoot } from '../cluster/root.ts';
import type { KeptOutputs } from '../makejinja/render-memory.ts';
import type { ParsedTexts } from '../manifests/tree.ts';
import { PROGRAM } from '../system/program.ts';
import { NO_CACHE, openUserCache, type UserCache } from '../system/user-folders.ts';

/** What is kept of the runs on one repository, as JSON. */
interface Kept {
  readonly outputs?: KeptOutputs;
  readonly facts: readonly string[];
  /** What stands in the documents of manifests, by a digest of their text. */
  readonly documents: Readonly<Record<string, readonly unknown[]>>;
}

/** Something that was found out before and needs not be found out again. */
type FactKind =
  /**
   * None of the secrets of a run stands in these bytes, and no object that would have to be encrypted and is not, for the name that the
   * file has.
   */
  | 'open'
  /** The secret files of a run hold nothing in plain text that must not be. */
  | 'sealed'
  /** Everything that has to be is encrypted in a file. */
  | 'hidden'
  /** An encrypted file says what its plain text says. */
  | 'kept';

/**
 * What earlier runs of this program found out about a repository. It lies in the user's cache, is found and authenticated as all that
 * lies there, and holds texts of plain results and keyed hashes of everything else.
 *
 * A fact is only ever a good one: what was found wrong is found out anew.
 */
export class TreeMemory {
  readonly #cache: UserCache;
  readonly #entry: string;
  readonly #before: Kept;
  readonly #known: ReadonlySet<string>;
  readonly #facts = new Set<string>();
  readonly #bytes: Buffer | undefined;
  readonly #texts = new Map<string, string>();
  #parsed: ParsedTexts | undefined;
  #outputs: KeptOutputs | undefined;

  constructor(cache: UserCache, entry: string) {
    this.#cache = cache;
    this.#entry = entry;
    this.#bytes = cache.read(entry);
    this.#before =
      this.#bytes === undefined ? { facts: [], documents: {} } : (JSON.parse(this.#bytes.toString('utf8')) as Kept);
    this.#known = new Set(this.#before.facts);
  }

  /** That of one repository; one that knows and keeps nothing where there is no cache. */
  static open(root: ClusterRoot): TreeMemory {
    const entry = createHash('sha256').update(`${PROGRAM}\0${root.path}`).digest('hex');
    return new TreeMemory(openUserCache(root.path), `tree-${entry}`);
  }

  /** Makes a short text of bytes from which nobody can guess them; undefined where nothing is kept. */
  get digestOf(): UserCache['digest'] {
    return this.#cache.digest;
  }

  /** The results of the last run. */
  get outputs(): KeptOutputs | undefined {
    return this.#before.outputs;
  }

  /** The results of this one. */
  setOutputs(outputs: KeptOutputs | undefined): void {
    this.#outputs = outputs;
  }

  /**
   * Whether something is so, which is only found out where it is not known.
   *
   * @param parts - all that it follows from
   */
  holds(kind: FactKind, parts: readonly (string | Uint8Array)[], findOut: () => boolean): boolean {
    const fact = this.fact(kind, parts);
    if (fact.isKnown) return true;
    const isSo = findOut();
    if (isSo) fact.learn();
    return isSo;
  }

  /** The same for what takes a while to find out: `learn` is called where it is so. */
  fact(
    kind: FactKind,
    parts: readonly (string | Uint8Array)[],
  ): { readonly isKnown: boolean; readonly learn: () => void } {
    const name = this.#nameOf(kind, parts);
    const learn = (): void => {
      if (name !== undefined) this.#facts.add(name);
    };
    const isKnown = name !== undefined && (this.#known.has(name) || this.#facts.has(name));
    if (isKnown) learn();
    return { isKnown, learn };
  }

  /**
   * Texts of manifests with what stands in them, as far as it is known; they are kept for the next run. Those of another call join the same
   * map.
   */
  readDocuments(texts: Iterable<string>): ParsedTexts {
    const { digest } = this.#cache;
    const { documents } = this.#before;
    const parsed: ParsedTexts = this.#parsed ?? new Map<string, readonly unknown[]>();
    if (digest === undefined) return parsed;
    for (const text of texts) {
      const name = digest(Buffer.from(text));
      this.#texts.set(text, name);
      const known = Object.hasOwn(documents, name) ? documents[name] : undefined;
      if (known !== undefined) parsed.set(text, known);
    }
    this.#parsed = parsed;
    return parsed;
  }

  /** Keeps what this run found out, for a run that came to its end: a tree that was refused is none to compare with. */
  save(): void {
    if (this.#cache.digest === undefined) return;
    const outputs = this.#outputs === undefined ? {} : { outputs: this.#outputs };
    const bytes = Buffer.from(
      JSON.stringify({ ...outputs, facts: [...this.#facts].sort(), documents: this.#documents() }),
    );
    if (this.#bytes?.equals(bytes) !== true) this.#cache.write(this.#entry, bytes);
  }

  /** Those of this run; where none were asked for, as the tree was known as a whole, those of the last one. */
  #documents(): Kept['documents'] {
    if (this.#parsed === undefined) return this.#before.documents;
    const parsed = this.#parsed;
    return Object.fromEntries(
      [...this.#texts].flatMap(([text, name]) => {
        const documents = parsed.get(text);
        return documents !== undefined && isPlainJson(documents) ? [[name, documents] as const] : [];
      }),
    );
  }

  #nameOf(kind: FactKind, parts: readonly (string | Uint8Array)[]): string | undefined {
    if (this.#cache.digest === undefined) return undefined;
    const buffers = parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : part));
    const head = Buffer.from(`${kind} ${buffers.map(({ length }) => String(length)).join(' ')}\n`);
    return this.#cache.digest(Buffer.concat([head, ...buffers]));
  }
}

/** Whether JSON says all that there is of a value: numbers of all kinds, undefined and objects with a class would come back as others. */
function isPlainJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== 'object' || value === null)
    return value === null || typeof value === 'string' || typeof value === 'boolean';
  if (Array.isArray(value)) return Object.keys(value).length === value.length && value.every(isPlainJson);
  return (
    Object.getPrototypeOf(value) === Object.prototype &&
    Object.entries(value).every(([key, item]) => key !== '__proto__' && isPlainJson(item))
  );
}

/** The memory of a run that looks at everything itself. */
export const NOTHING_KEPT: TreeMemory = new TreeMemory(NO_CACHE, '');
