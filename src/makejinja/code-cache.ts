import { createHash } from 'node:crypto';
import type { CodeCache } from '../jinja/index.ts';
import { PROGRAM } from '../system/program.ts';
import type { UserCache } from '../system/user-folders.ts';

/** Compiled templates that outlive the process. */
export interface StoredCodeCache extends CodeCache {
  /** Keeps what this run compiled for the next one. */
  save(): void;
}

/** What is kept where. */
interface CodeCacheOptions {
  /**
   * What all entries are kept apart by, a folder say; without it those of all repositories are one, which is right where they have most
   * of their templates in common.
   */
  readonly project?: string;
  /** Reads what was compiled when the program was built (scripts/warm.mjs), where a template is not in the cache. */
  readonly shipped?: () => string | undefined;
}

/** Characters of code that are kept between runs: some fifteen times those of the starter's templates. */
const STORED_LIMIT = 2 ** 22;

/**
 * Opens the compiled templates of earlier runs: an entry is found by the source and the settings that it was compiled from, and this
 * build of the program.
 */
export function openCodeCache(
  cache: UserCache,
  { project = '', shipped = () => undefined }: CodeCacheOptions = {},
): StoredCodeCache {
  const name = `templates-${hashOf(PROGRAM, project)}`;
  const stored = parseEntries(cache.read(name));
  let built: ReadonlyMap<string, string> | undefined;
  const readBuilt = (): ReadonlyMap<string, string> => (built ??= parseShipped(shipped(), name));
  const used = new Map<string, string>();
  let hasNew = false;
  return {
    read(source, settings) {
      const key = keyOf(source, settings);
      const code = used.get(key) ?? stored.get(key);
      if (code !== undefined) used.set(key, code);
      return code ?? readBuilt().get(key);
    },
    write(source, settings, code) {
      used.set(keyOf(source, settings), code);
      hasNew = true;
    },
    save() {
      if (hasNew) cache.write(name, Buffer.from(JSON.stringify(newest([...used, ...stored]))));
    },
  };
}

/** Characters of code that a cache in memory holds at most. */
const MEMORY_LIMIT = 2 ** 25;

/** A cache of compiled templates for as long as the process lives; when it is full it starts anew. */
export function memoryCodeCache(): CodeCache {
  const stored = new Map<string, string>();
  let size = 0;
  return {
    read: (source, settings) => stored.get(keyOf(source, settings)),
    write(source, settings, code) {
      if (size + code.length > MEMORY_LIMIT) {
        stored.clear();
        size = 0;
      }
      stored.set(keyOf(source, settings), code);
      size += code.length;
    },
  };
}

function keyOf(source: string, settings: string): string {
  return hashOf(settings, source);
}

function hashOf(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex');
}

/** The entries from the first on that there is room for, each once: those of this run, then those that it did not need. */
function newest(entries: readonly (readonly [string, string])[]): (readonly [string, string])[] {
  const known = new Set<string>();
  let size = 0;
  return entries.filter(([key, code]) => {
    if (known.has(key)) return false;
    known.add(key);
    size += code.length;
    return size <= STORED_LIMIT;
  });
}

/** Those that were compiled by another build are worth nothing. */
function parseShipped(text: string | undefined, name: string): Map<string, string> {
  if (text === undefined) return new Map();
  const { entry, templates } = JSON.parse(text) as { readonly entry: string; readonly templates: [string, string][] };
  return new Map(entry === name ? templates : []);
}

function parseEntries(bytes: Buffer | undefined): Map<string, string> {
  return new Map(bytes === undefined ? [] : (JSON.parse(bytes.toString('utf8')) as [string, string][]));
}
