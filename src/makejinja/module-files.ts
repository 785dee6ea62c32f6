import { dirname, resolve } from 'node:path';
import { readTextSyncIfPresent } from '../system/files.ts';
import { kindAt } from '../system/tree.ts';

/** Endings that a module may be named without. */
const ENDINGS = ['', '.ts', '.mts', '.mjs', '.js', '/index.ts', '/index.js'];

/**
 * A module and all modules of the same project that it imports, by their absolute paths: those named by a relative path.
 * A file that is imported and does not exist is among them under its name, as it may come to be.
 */
export function moduleFiles(path: string): string[] {
  const found = new Set<string>();
  const visit = (file: string): void => {
    if (found.has(file)) return;
    found.add(file);
    const text = kindAt(file) === 'file' ? (readTextSyncIfPresent(file) ?? '') : '';
    for (const specifier of relativeImports(text)) visit(resolveModule(resolve(dirname(file), specifier)));
  };
  visit(path);
  return [...found];
}

function relativeImports(text: string): string[] {
  const imports = text.matchAll(/(?:\bfrom|\bimport|\brequire)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g);
  return [...imports].map((match) => match[1] ?? '');
}

/** The file that a path without its ending may stand for; the path itself where there is none. */
export function resolveModule(path: string): string {
  return ENDINGS.map((ending) => path + ending).find((file) => kindAt(file) === 'file') ?? path;
}
