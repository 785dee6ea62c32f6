import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { CodeCache } from '../jinja/index.ts';
import { below, readTextIfPresent, replaceFile } from '../system/files.ts';

/** A cache of compiled templates that lies in one file. It holds code that is run: nobody else may write to its folder. */
export interface FileCodeCache extends CodeCache {
  /** Writes what this run used, where that differs from what was there; entries that no run uses any more are dropped. */
  save(): Promise<void>;
}

/** Opens the cache in a folder; an unreadable one counts as empty, since everything in it can be made again. */
export async function openCodeCache(folder: string): Promise<FileCodeCache> {
  const path = join(folder, 'templates.json');
  const stored = parseEntries(await readTextIfPresent(path));
  const used = new Map<string, string>();
  let hasNew = false;
  return {
    read(source, settings) {
      const key = keyOf(source, settings);
      const code = used.get(key) ?? stored.get(key);
      if (code !== undefined) used.set(key, code);
      return code;
    },
    write(source, settings, code) {
      used.set(keyOf(source, settings), code);
      hasNew = true;
    },
    async save() {
      if (hasNew || used.size !== stored.size)
        await replaceFile(below(folder, 'templates.json'), JSON.stringify([...used]), 0o600);
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
  return createHash('sha256').update(settings).update('\0').update(source).digest('base64');
}

function parseEntries(text: string | undefined): Map<string, string> {
  if (text === undefined) return new Map();
  try {
    const value: unknown = JSON.parse(text);
    return new Map(Array.isArray(value) ? value.filter(isEntry) : []);
  } catch {
    return new Map();
  }
}

function isEntry(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string');
}
