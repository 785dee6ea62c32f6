import { posix } from 'node:path';
import { isFluxKustomization } from '../manifests/flux/roots.ts';
import type { AppliedObject, FluxKustomization, FluxTree } from '../manifests/flux/tree.ts';
import type { ManifestTree } from '../manifests/tree.ts';

// The folders of a cluster that are apps.

/** What may be an app. */
export interface Candidate {
  readonly folder: string;
  readonly kustomizations: readonly FluxKustomization[];
  readonly objects: readonly AppliedObject[];
}

/** Kinds that run something. */
export const WORKLOADS: ReadonlySet<string> = new Set([
  'HelmRelease',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'CronJob',
]);

/** What may be an app of a cluster, each with the Kustomizations that it has to itself. */
export function candidatesIn(tree: ManifestTree, { kustomizations, objects, root }: FluxTree): Candidate[] {
  const byOwner = new Map<FluxKustomization, AppliedObject[]>();
  for (const object of objects) {
    if (object.owner === undefined) continue;
    byOwner.set(object.owner, [...(byOwner.get(object.owner) ?? []), object]);
  }
  const own = new Map<string, FluxKustomization[]>();
  const candidates: Candidate[] = [];
  for (const kustomization of kustomizations) {
    const made = byOwner.get(kustomization) ?? [];
    // What applies further Kustomizations is a part of the way to the apps.
    if (made.some(isFluxKustomization) || root.folders.includes(kustomization.folder)) continue;
    const folder = ownFolder(tree, root.folders, kustomization);
    if (folder !== undefined) own.set(folder, [...(own.get(folder) ?? []), kustomization]);
    else if (!kustomization.isElsewhere) candidates.push(...partsOf(kustomization, made));
  }
  for (const [folder, group] of own) {
    candidates.push({ folder, kustomizations: group, objects: group.flatMap((one) => byOwner.get(one) ?? []) });
  }
  return candidates;
}

/**
 * The folder of an app that has a Kustomization to itself: the one in which that lies (`echo/ks.yaml` for `echo/app`), or the one that it
 * applies, where others lie in the same folder. Undefined where it lies elsewhere.
 */
function ownFolder(
  tree: ManifestTree,
  roots: readonly string[],
  { document, folder, isElsewhere }: FluxKustomization,
): string | undefined {
  const { file } = document;
  const home = posix.dirname(file.path);
  const others = tree.documents.filter((one) => isFluxKustomization(one) && one.file !== file);
  const isAlone = !roots.includes(home) && others.every((one) => !isBelow(one.file.path, home));
  const isNamed = /^ks(?:-[\w-]+)?\.ya?ml$/.test(posix.basename(file.path));
  if (isElsewhere || !isBelow(folder, home)) return isAlone && isNamed ? home : undefined;
  if (isAlone) return home;
  const isParted = others.some(
    (one) => isBelow(posix.dirname(one.file.path), home) && posix.dirname(one.file.path) !== home,
  );
  if (isParted || folder === home) return undefined;
  return isNamed ? home : folder;
}

/** The folders of one Kustomization that run something, each as an app. */
function partsOf(kustomization: FluxKustomization, made: readonly AppliedObject[]): Candidate[] {
  const running = made.filter(({ kind }) => WORKLOADS.has(kind));
  const folders = [...new Set(running.map(({ document }) => posix.dirname(document.file.path)))].sort();
  // Of a folder in another one the outer counts.
  const outer = folders.filter((folder) => !folders.some((other) => folder.startsWith(`${other}/`)));
  return outer.flatMap((folder) => {
    const inside = made.filter(({ document }) => isBelow(document.file.path, folder));
    const files = new Set(running.filter((one) => inside.includes(one)).map(({ document }) => document.file.path));
    // Several releases in files of one folder have no folder of their own.
    if (files.size > 1 && folder === kustomization.folder) {
      return [...files].sort().map((path) => ({
        folder: path,
        kustomizations: [],
        objects: inside.filter(({ document }) => document.file.path === path),
      }));
    }
    return [{ folder, kustomizations: [], objects: inside }];
  });
}

/** Whether a path is a folder or lies in it. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
