import { failure, type Finding } from '../report/finding.ts';
import { isBelow } from './candidates.ts';
import type { Edit } from './edit.ts';
import { copyNotes, moveNotes } from './moving/notes.ts';
import { followFiles, followGrants, followReferrers, tellMentions } from './moving/others.ts';
import { moveDocument, moveKustomization, tellStaying } from './moving/own.ts';
import { type Destination, Move } from './moving/plan.ts';
import { registrationEdits, unregisterEdits } from './registration.ts';
import { type App, appLabel, type AppRepository } from './repository.ts';

export type { Destination } from './moving/plan.ts';

/** What a command makes of an app. */
export interface AppEdits {
  readonly edits: readonly Edit[];
  /** What people alone can decide, each with its place. */
  readonly findings: readonly Finding[];
  /** What it means for the cluster, a line each. */
  readonly notes: readonly string[];
}

/**
 * Moves an app to another namespace, gives it another name, or both: its folder, its Kustomizations, what its own objects say of their
 * names and their namespace, the lists that it stands in, and whoever waits for it, names it or calls its Services.
 *
 * @throws Failure of kind `usage` where there is such an app already, or this one has no folder of its own
 */
export function moveApp(repository: AppRepository, app: App, to: Destination): AppEdits {
  refuseTaken(repository, app, to);
  const move = new Move(repository, app, to);
  const { folder } = move;
  moveOwn(move);
  followReferrers(move);
  followFiles(move);
  followGrants(move);
  tellMentions(move);
  const lists = [
    ...registrationEdits(repository, app, { folder, namespace: to.namespace }),
    ...unregisterEdits(repository, app, move.isMoved),
  ];
  return {
    edits: [...move.edits, ...move.keys, ...lists, { kind: 'move', from: app.folder, to: folder }],
    findings: uniqueFindings(move.findings),
    notes: moveNotes(move),
  };
}

/**
 * Makes an app like another one: a copy of all that is written of it, with its name and its namespace replaced wherever they stand. Encrypted
 * files cannot be copied, as nothing but their keys is known. Whoever refers to the other one goes on doing so.
 *
 * @returns the edits, and the folder of the copy
 * @throws Failure of kind `usage` where there is such an app already, or the other one has no folder of its own
 */
export function copyApp(repository: AppRepository, app: App, to: Destination): AppEdits & { readonly folder: string } {
  refuseTaken(repository, app, to);
  const move = new Move(repository, app, to, true);
  const { folder } = move;
  moveOwn(move);
  const without = new Set(move.ownSealed().map(({ document }) => document.file.path));
  return {
    folder,
    edits: [
      { kind: 'copy-app', from: app.folder, to: folder, rename: (text) => move.tokens(text), name: to.name, without },
      ...move.edits,
      ...registrationEdits(repository, app, { folder, namespace: to.namespace }),
    ],
    findings: uniqueFindings(move.findings),
    notes: copyNotes(move),
  };
}

/** What the app says of itself. */
function moveOwn(move: Move): void {
  for (const kustomization of move.app.kustomizations) moveKustomization(move, kustomization);
  for (const document of move.documents()) moveDocument(move, document);
  for (const file of move.generatorFiles()) if (isBelow(file.path, move.app.folder)) move.hostsOf(file);
  for (const object of move.app.objects) tellStaying(move, object);
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names. */
const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * @throws Failure of kind `usage` where the destination is no name, is taken, or the app is one file among others
 */
function refuseTaken({ apps }: AppRepository, app: App, to: Destination): void {
  const wrong = [to.namespace, to.name].find((one) => !LABEL.test(one));
  const label = appLabel(to);
  const taken = apps.find((one) => appLabel(one) === label && one.cluster === app.cluster);
  const refusal =
    wrong !== undefined
      ? [`${JSON.stringify(wrong)} is no name of Kubernetes`, 'write lower-case letters, digits and dashes, at most 63']
      : taken !== undefined
        ? [`there is an app ${label} already: ${taken.folder}`, 'choose another name, or remove it']
        : /\.ya?ml$/.test(app.folder) || app.kustomizations.length === 0
          ? [
              `${appLabel(app)} has no Kustomization of Flux and no folder to itself: ${app.folder}`,
              'move its files by hand',
            ]
          : undefined;
  if (refusal === undefined) return;
  const [message = '', remedy = ''] = refusal;
  throw failure('usage', { code: 'usage/argument', message, remedy });
}

function uniqueFindings(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((one) => [JSON.stringify([one.message, one.place]), one])).values()];
}
