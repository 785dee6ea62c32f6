import type { ManifestFile } from '../manifests/document.ts';
import { isSecretPath } from '../sops/rules.ts';

// What a command makes of the files of a repository.

/** What becomes of one file. */
export interface FileChange {
  /** Relative to the top, with forward slashes: where it lies afterwards, or where it is removed. */
  readonly path: string;
  /** Where it lies before, of a file that moves. */
  readonly from?: string;
  /** Undefined where there is none; empty for what is no text. */
  readonly before?: string;
  /** Undefined where it is removed. */
  readonly after?: string;
}

/** Files under change, one step after the other; nothing is written. */
export class Draft {
  readonly #before: ReadonlyMap<string, ManifestFile>;
  readonly #files: Map<string, ManifestFile>;
  readonly #copies = new Map<string, string>();
  /** Where files that moved come from. */
  readonly #origins = new Map<string, string>();

  /** @param files - all files of a repository */
  constructor(files: readonly ManifestFile[]) {
    this.#before = new Map(files.map((file) => [file.path, file]));
    this.#files = new Map(this.#before);
  }

  /** The text of a file as it is by now; undefined where there is none. */
  text(path: string): string | undefined {
    return this.#files.get(path)?.text;
  }

  /** Copies a file with another text; what is done to the one from now on is done to the other. */
  copy(from: string, to: string, text: string): void {
    const file = this.#files.get(from);
    if (file !== undefined) this.#files.set(to, { ...file, path: to, source: to, text });
    this.#copies.set(from, to);
  }

  /** Where a file lies by now that lay at a path in the beginning. */
  nowAt(path: string): string {
    const copy = this.#copies.get(path);
    if (copy !== undefined) return copy;
    return [...this.#origins].find(([, origin]) => origin === path)?.[0] ?? path;
  }

  /** The texts of the tool's templates by a name, in the repository or in the package that it is installed as. */
  originals(name: string): string[] {
    return [...this.#files.values()].flatMap(({ path, text }) =>
      path.endsWith(`templates/config/${name}`) ? [text] : [],
    );
  }

  /** Paths of the files below a folder, sorted. */
  below(folder: string): string[] {
    return [...this.#files.keys()].filter((path) => path.startsWith(`${folder}/`)).sort();
  }

  /** Creates a file, or gives it another text. */
  write(path: string, text: string): void {
    const known = this.#files.get(path) ?? { path, source: path, isGenerated: false, isSecret: isSecretPath(path) };
    this.#files.set(path, { ...known, text });
  }

  /** Changes the text of a file; nothing is done where there is none. */
  edit(path: string, change: (text: string) => string): void {
    const text = this.text(path);
    if (text !== undefined) this.write(path, change(text));
  }

  /** Removes a file. */
  remove(path: string): void {
    this.#files.delete(path);
    this.#origins.delete(path);
  }

  /** Moves a file; whatever it holds goes along. */
  move(from: string, to: string): void {
    const file = this.#files.get(from);
    if (file === undefined || from === to) return;
    const origin = this.#origins.get(from) ?? from;
    this.remove(from);
    this.#files.set(to, { ...file, path: to, source: to });
    if (origin !== to) this.#origins.set(to, origin);
  }

  /** All files as they are by now. */
  files(): ManifestFile[] {
    return [...this.#files.values()].sort((one, other) => compare(one.path, other.path));
  }

  /** What is different from the beginning, in the order of paths. */
  changes(): FileChange[] {
    const moved = new Set(this.#origins.values());
    const now = [...this.#files.values()].flatMap(({ path, text }): FileChange[] => {
      const origin = this.#origins.get(path);
      const before = this.#before.get(origin ?? path)?.text;
      if (origin !== undefined)
        return [{ path, from: origin, ...(before === undefined ? {} : { before }), after: text }];
      return before === text ? [] : [{ path, ...(before === undefined ? {} : { before }), after: text }];
    });
    const gone = [...this.#before.values()]
      .filter(({ path }) => !this.#files.has(path) && !moved.has(path))
      .map(({ path, text }) => ({ path, before: text }));
    return [...now, ...gone].sort((one, other) => compare(one.path, other.path));
  }
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
