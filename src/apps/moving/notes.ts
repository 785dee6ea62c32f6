import { dataKeysOf } from '../../manifests/document.ts';
import { factsOf } from '../facts.ts';
import { type Move, sharedObjects } from './plan.ts';

// What a move or a copy means for the cluster.

/** What becomes of names, data and secrets of an app that moves, a line each. */
export function moveNotes(move: Move): string[] {
  const { volumes, backups, secrets } = factsOf(move.app);
  const kept = volumes.filter(({ kind }) => kind === 'claim' || kind === 'chart' || kind === 'database');
  const claims = kept.filter(({ name }) => move.isMoved || move.objectNames.has(name));
  const where = move.isMoved ? `in ${move.to.namespace}` : 'under the new name';
  const sealed = move.sealed().filter(({ name }) => move.names.has(name));
  const shared = move.names.size === 0 ? [] : sharedObjects(move.app).filter(({ name }) => move.names.has(name));
  return [
    ...shared.map(
      ({ kind, name, document }) =>
        `the ${kind} ${name} keeps its name: it is written in ${document.file.path}, outside of the app`,
    ),
    ...sealed.map(
      ({ name }) => `the encrypted Secret ${name} keeps its name, and so does what reads it: sops edit renames it`,
    ),
    ...claims.map(({ name, size }) => {
      const what = `the data of ${name}${size === undefined ? '' : ` (${size})`} does not go along: a new, empty volume is made ${where}, and Flux removes the old one`;
      return backups.length === 0 ? what : `${what}; bring it back from its backup`;
    }),
    ...(move.isMoved && secrets.some(({ from }) => from === 'elsewhere')
      ? [
          `secrets that something else makes have to be in ${move.to.namespace} too: ${secrets
            .filter(({ from }) => from === 'elsewhere')
            .map(({ name }) => name)
            .join(', ')}`,
        ]
      : []),
  ];
}

/** What a copy of an app needs before it runs, a line each. */
export function copyNotes(move: Move): string[] {
  const { app, folder } = move;
  return [
    ...move.ownSealed().map(({ document, fields }) => {
      const path = move.tokens(document.file.path.replace(app.folder, () => folder));
      const keys = dataKeysOf(fields).join(', ');
      return `${path} is encrypted and is not copied: it needs values of its own for ${keys}`;
    }),
    ...factsOf(app)
      .images.filter(({ repository: image }) => move.tokens(image) !== image)
      .map(({ repository: image }) => `the image ${move.tokens(image)} is a guess, and its version that of ${image}`),
  ];
}
