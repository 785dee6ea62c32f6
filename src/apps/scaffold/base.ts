import { posix } from 'node:path';
import type { Base } from '../answer-values.ts';
import { type Content, manifestText } from './yaml.ts';

// What is laid over a base of kustomize that somebody else looks after: the base itself stays as it is.

/** Kinds whose Pods start anew when a Secret or a ConfigMap that they read changes: https://github.com/stakater/Reloader */
const RELOADED = ['DaemonSet', 'Deployment', 'StatefulSet'];

/** How the kustomization in a folder names a base. */
export function entryOfBase(folder: string, { path }: Base): string {
  return path.startsWith('https://') ? path : posix.relative(folder, path);
}

/**
 * The patches of kustomize for a base: the annotation of Reloader for everything that runs, by its kind, so that what a newer version of the
 * base adds has it too. Of a base at an address the kinds are not known, so that each gets one.
 */
export function patchesOf({ objects }: Base): Content[] {
  const kinds = objects === undefined ? RELOADED : RELOADED.filter((kind) => objects.some((one) => one.kind === kind));
  return kinds.map((kind) => ({
    patch: manifestText([
      {
        content: {
          apiVersion: 'apps/v1',
          kind,
          // The target says which ones; kustomize wants a name all the same.
          metadata: { name: 'all', annotations: { 'reloader.stakater.com/auto': 'true' } },
        },
      },
    ]).replace(/^---\n/, ''),
    target: { kind },
  }));
}
