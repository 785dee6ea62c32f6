import type { Origin } from '../document.ts';
import { NothingFound, Refusal } from './resource.ts';

/** Something that kustomize would refuse, or that is not read here. */
export type BuildProblem = Origin &
  (
    | {
        readonly kind: 'missing' | 'repeated' | 'cycle' | 'no-kustomization' | 'patch-target' | 'not-read';
        /** The file or folder, relative to the cluster's root, what a patch looks for, or what is not read. */
        readonly target: string;
      }
    | { readonly kind: 'refused'; readonly message: string; readonly remedy: string }
  );

/** What a build has to say besides its objects. */
export class Problems {
  readonly all: BuildProblem[] = [];
  /** Whether something was not read, so that there may be more objects. */
  isOpen = false;

  refuse(place: Origin, message: string, remedy: string): void {
    this.all.push({ kind: 'refused', ...place, message, remedy });
  }

  notRead(place: Origin, target: string): void {
    this.isOpen = true;
    this.all.push({ kind: 'not-read', ...place, target });
  }

  /** Tells what kustomize refuses, at its place. */
  attempt(place: Origin, step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error instanceof NothingFound && this.isOpen) return;
      this.refuse(error.origin ?? place, error.message, error.remedy);
    }
  }
}
