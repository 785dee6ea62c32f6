import type { Finding } from '../report/finding.ts';
import { foldPath } from '../system/files.ts';

/** A result, or a folder that is made for one. */
export interface Claim {
  /** Relative to the output, with forward slashes. */
  readonly path: string;
  /** The template, plain file or folder that it comes from, as messages show it. */
  readonly source: string;
}

/** Two claims that cannot both be met. */
export interface Clash {
  /** The second one would overwrite the first, or not find a place. */
  readonly kind: 'same' | 'folded' | 'folder';
  readonly first: Claim;
  /** The file where `first` needs a folder, else the one that comes later. */
  readonly second: Claim;
}

/**
 * Results that cannot lie beside each other: a file where another one needs a folder, and paths that differ in case or Unicode
 * normal form only, which are one file on macOS and Windows. All of them are found, each once.
 *
 * @param results - each with a path of its own
 * @param folders - folders that are made although nothing lies in them
 */
export function findClashes(results: readonly Claim[], folders: readonly Claim[] = []): Clash[] {
  const files = new Map<string, Claim>();
  const clashes: Clash[] = [];
  for (const claim of results) {
    const key = foldPath(claim.path);
    const first = files.get(key);
    if (first === undefined) files.set(key, claim);
    else clashes.push({ kind: 'folded', first, second: claim });
  }
  const blocked = new Set<Claim>();
  const needs = [...results.map((claim) => ({ claim, names: foldersOf(claim.path) }))];
  for (const claim of folders) needs.push({ claim, names: [...foldersOf(claim.path), claim.path] });
  for (const { claim, names } of needs) {
    const file = names.map((name) => files.get(foldPath(name))).find((found) => found !== undefined);
    // However many files lie below: what is to be mended is one.
    if (file === undefined || blocked.has(file)) continue;
    blocked.add(file);
    clashes.push({ kind: 'folder', first: claim, second: file });
  }
  return clashes;
}

/** What a clash is to the user; both sources are named. */
export function clashFinding({ kind, first, second }: Clash): Finding {
  const messages = {
    same: `${first.source} and ${second.source} both give ${second.path}`,
    folded: `${second.path} and ${first.path}, from ${first.source}, are one file on macOS and Windows`,
    folder: `${second.path} would be a file, and ${first.source} needs a folder there for ${first.path}`,
  };
  return {
    code: 'render/clash',
    severity: 'error',
    message: messages[kind],
    place: { file: second.source },
    remedy: kind === 'same' ? 'remove one of the two' : 'give one of the two another name',
  };
}

function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
