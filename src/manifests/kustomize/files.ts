import { posix } from 'node:path';
import type { Path } from '../../text/values.ts';
import type { ManifestDocument, Origin } from '../document.ts';
import type { ManifestTree } from '../tree.ts';
import type { Kustomization } from './kustomization.ts';
import type { Problems } from './problems.ts';

/** The names that the file of a kustomization may have. */
export const FILE_NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** The kustomization.yaml of a folder, undefined where it has none. */
export function kustomizationIn(tree: ManifestTree, folder: string): ManifestDocument | undefined {
  return FILE_NAMES.flatMap((name) => tree.documentsOf(posix.join(folder, name)))[0];
}

/** A kustomization that is being built. */
export interface Target {
  readonly folder: string;
  readonly kustomization: Kustomization;
  /** Where a value of it is written. */
  readonly place: (path: Path) => Origin;
}

/** What of a tree a build may read; what is not there or must not be read is told. */
export class Files {
  /** Every file that was read. */
  readonly used = new Set<string>();
  /** Folders that are being built, outermost first. */
  readonly #open: string[] = [];
  readonly #tree: ManifestTree;
  readonly #problems: Problems;
  readonly #isCommand: boolean;

  constructor(tree: ManifestTree, problems: Problems, isCommand: boolean) {
    [this.#tree, this.#problems, this.#isCommand] = [tree, problems, isCommand];
  }

  /** Runs a step for which what is named lies in a folder. */
  within(folder: string, step: () => void): void {
    this.#open.push(folder);
    step();
    this.#open.pop();
  }

  /** The file or folder that an entry names; undefined where it is told to be none. */
  resolve(
    folder: string,
    name: string,
    place: Origin,
    seen: Set<string>,
  ): { path: string; isFile: boolean } | undefined {
    if (name === '') {
      this.#problems.refuse(place, 'the entry names nothing', 'name a file or a folder');
      return undefined;
    }
    if (isRemote(name)) {
      this.#problems.notRead(place, name);
      return undefined;
    }
    const path = posix.normalize(posix.join(folder, name)).replace(/\/$/, '');
    const isFile = this.#tree.files.has(path);
    const problem = seen.has(path) ? 'repeated' : this.#folderProblem(path, isFile);
    seen.add(path);
    if (problem === undefined) return { path, isFile };
    this.#problems.all.push({ kind: problem, ...place, target: path });
    return undefined;
  }

  #folderProblem(path: string, isFile: boolean): 'missing' | 'no-kustomization' | 'cycle' | undefined {
    if (isFile) return undefined;
    if (path !== '.' && !this.#tree.folders.has(path)) return 'missing';
    if (this.#open.some((open) => open === path || open.startsWith(`${path}/`) || path === '.')) return 'cycle';
    return kustomizationIn(this.#tree, path) === undefined ? 'no-kustomization' : undefined;
  }

  /** kustomize reads no file above a kustomization, lest one that came from elsewhere reads what it must not; Flux guards another way. */
  mayRead(path: string, place: Origin): boolean {
    const root = this.#open[this.#open.length - 1] ?? '.';
    if (!this.#isCommand || root === '.' || path.startsWith(`${root}/`)) return true;
    this.#problems.refuse(
      place,
      `${path} lies outside of the folder of the kustomization`,
      'move it into the folder, or make a base of it',
    );
    return false;
  }

  /** The text of a file that a kustomization names beside its resources. */
  read(target: Target, file: string, path: Path): string | undefined {
    const found = this.#file(target, file, path);
    return found === undefined ? undefined : this.#tree.files.get(found)?.text;
  }

  /** The documents of such a file. */
  documents(target: Target, file: string, path: Path): readonly ManifestDocument[] | undefined {
    const found = this.#file(target, file, path);
    return found === undefined ? undefined : this.#tree.documentsOf(found);
  }

  /** The file that a kustomization names beside its resources. */
  #file({ folder, place }: Target, file: string, path: Path): string | undefined {
    const origin = place(path);
    if (isRemote(file)) {
      this.#problems.notRead(origin, file);
      return undefined;
    }
    const found = posix.normalize(posix.join(folder, file));
    if (!this.#tree.files.has(found)) {
      this.#problems.all.push({ kind: 'missing', ...origin, target: found });
      return undefined;
    }
    if (!this.mayRead(found, origin)) return undefined;
    this.used.add(found);
    return found;
  }
}

/** What `kustomize` takes for a URL or a repository. */
function isRemote(name: string): boolean {
  return name.includes('://') || /^(?:git@|git::|gh:|github\.com[/:]|[\w.-]+@[\w.-]+:)/.test(name);
}
