import { posix } from 'node:path';
import type { Finding } from '../report/finding.ts';
import { at, textAt } from '../text/values.ts';
import { placeOf } from '../manifests/written.ts';
import type { Edit } from './edit.ts';
import type { AppEdits } from './move.ts';
import { isLastOf, unregisterEdits } from './registration.ts';
import { factsOf } from './facts.ts';
import { referrersOf } from './referrers.ts';
import { type App, appLabel, type AppRepository } from './repository.ts';

/**
 * Removes an app: its files, what lists it, and its namespace where nothing else is in it.
 *
 * @returns the edits, who still refers to it, and what becomes of its objects and its data in the cluster
 */
export function removeApp(repository: AppRepository, app: App): AppEdits {
  const files: Edit[] = [{ kind: 'remove', path: app.folder }];
  return {
    edits: [...files, ...unregisterEdits(repository, app, true)],
    findings: referrersOf(app).map(({ from, path, how, target }): Finding => {
      const { document, path: place } = from.originOf(path);
      const named = `${from.kind} ${from.namespace === undefined ? '' : `${from.namespace}/`}${from.name}`;
      return {
        code: 'apps/undecided',
        severity: 'warning',
        message: `${named} ${WORDS[how]} ${target}, which goes`,
        ...placeOf(document, place),
        remedy:
          how === 'depends on'
            ? `take it out of dependsOn, or ${from.name} never becomes ready`
            : 'take it out, or give it another target',
      };
    }),
    notes: notesOf(repository, app),
  };
}

const WORDS = { 'depends on': 'waits for', names: 'names', calls: 'calls' } as const;

function notesOf(repository: AppRepository, app: App): string[] {
  const { objects, kustomizations, owners } = app;
  const applying = kustomizations.length > 0 ? kustomizations : owners;
  const isPruned = applying.every(({ fields }) => at(fields, 'spec', 'prune') === true);
  const pruned = objects.filter((object) => isPruned && !isKept(object.fields));
  const { volumes, backups } = factsOf(app);
  const claims = volumes.filter(({ kind }) => kind === 'claim' || kind === 'chart' || kind === 'database');
  return [
    isPruned
      ? `Flux removes ${String(pruned.length)} of ${String(objects.length)} objects of ${appLabel(app)} from the cluster${kindsIn(pruned.map(({ kind }) => kind))}`
      : `Flux removes nothing of ${appLabel(app)} from the cluster, as prune is not on: delete its objects by hand`,
    ...claims.map((claim) => volumeNote(app, claim, isPruned)),
    ...backups.map(({ kind, name }) => `the backups of ${name} (${kind}) stay where they are; none is made any more`),
    ...(isLastOf(repository, app)
      ? [`nothing else is in ${app.namespace}: its folder ${posix.dirname(app.folder)} goes too`]
      : []),
  ];
}

/** https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources */
function isKept(fields: Readonly<Record<string, unknown>>): boolean {
  return (
    textAt(fields, 'metadata', 'annotations', 'kustomize.toolkit.fluxcd.io/prune') === 'disabled' ||
    textAt(fields, 'metadata', 'labels', 'kustomize.toolkit.fluxcd.io/prune') === 'disabled'
  );
}

function kindsIn(kinds: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const named = [...counts].map(([kind, count]) => (count === 1 ? kind : `${String(count)} ${kind}`));
  return named.length === 0 ? '' : `: ${named.join(', ')}`;
}

function volumeNote(
  { objects }: App,
  { name, size, kind }: ReturnType<typeof factsOf>['volumes'][number],
  isPruned: boolean,
): string {
  const object = objects.find((one) => one.kind === 'PersistentVolumeClaim' && one.name === name);
  const what = size === undefined ? name : `${name} (${size})`;
  if (kind === 'database') return `the database ${what} goes with all its data, unless its volumes are retained`;
  if (kind === 'chart') return `the volume ${what} of the chart goes with its data, unless the chart keeps it`;
  const stays = !isPruned || (object !== undefined && isKept(object.fields));
  return stays
    ? `the volume ${what} stays`
    : `the volume ${what} goes, and with it its data where its class does not retain it`;
}
