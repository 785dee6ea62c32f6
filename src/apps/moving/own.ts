import { posix } from 'node:path';
import type { ManifestDocument } from '../../manifests/document.ts';
import { isFluxKustomization } from '../../manifests/flux/roots.ts';
import type { AppliedObject, FluxKustomization } from '../../manifests/flux/tree.ts';
import { referencesOf } from '../../manifests/references.ts';
import { formatPath, isFields, listAt, type Path, textAt, walk } from '../../text/values.ts';
import { hostsIn, servicesOf } from '../referrers.ts';
import { appLabel } from '../repository.ts';
import { CROSSING, isKustomizeFile, type Move } from './plan.ts';

// What an app says of itself: its folder, its names, its namespace.

/** Fields by which an object of the same app is named, wherever they stand. */
const NAMING =
  /^(?:name|existingClaim|claimName|claim|secretName|serviceAccountName|controller|identifier|releaseName|forceRename|fullnameOverride|nameOverride|app|app\.kubernetes\.io\/(?:name|instance))$/;

/** Whether a value is said to others, or is the software's own, so that it is no name of an object here. */
function isForeign(path: Path): boolean {
  const [first] = path;
  if (first === 'data' || first === 'stringData' || first === 'sops') return true;
  if (/^(?:repository|image|url|chart|path)$/.test(String(path.at(-1)))) return true;
  return path.some((step) => /^(?:remoteRef|extract|find|args|command)$/.test(String(step)));
}

/** The path, the target and the components of a Kustomization of the app, and what it waits for. */
export function moveKustomization(move: Move, kustomization: FluxKustomization): void {
  const { document, folder: applied, namespace: home } = kustomization;
  const { namespace, folder } = move.app;
  const path = textAt(document.fields, 'spec', 'path');
  if (path !== undefined)
    move.value(
      document,
      ['spec', 'path'],
      path,
      path.replace(folder, () => move.folder),
    );
  const target = textAt(document.fields, 'spec', 'targetNamespace');
  if (target === namespace) move.value(document, ['spec', 'targetNamespace'], namespace, move.to.namespace);
  const after = applied.replace(folder, () => move.folder);
  for (const [index, entry] of listAt(document.fields, 'spec', 'components').entries()) {
    move.relative(document, ['spec', 'components', index], entry, { before: applied, after });
  }
  // It lies in the namespace of its app, or in one that all have in common.
  if (home !== namespace || !move.isMoved) return;
  for (const [index, one] of listAt(document.fields, 'spec', 'dependsOn').entries()) {
    const name = textAt(one, 'name') ?? '';
    const isOwn = move.app.kustomizations.some((other) => other.name === name);
    if (textAt(one, 'namespace') === undefined && !isOwn)
      move.add(document, ['spec', 'dependsOn', index], 'namespace', namespace);
  }
}

/** Names, namespaces and paths that lead out of the app. */
export function moveDocument(move: Move, document: ManifestDocument): void {
  const { fields, file } = document;
  const { namespace, folder } = move.app;
  if (isKustomizeFile(file)) {
    const home = {
      before: posix.dirname(file.path),
      after: posix.dirname(file.path).replace(folder, () => move.folder),
    };
    for (const list of ['resources', 'components', 'bases']) {
      for (const [index, entry] of listAt(fields, list).entries()) move.relative(document, [list, index], entry, home);
    }
    if (fields.namespace === namespace) move.value(document, ['namespace'], namespace, move.to.namespace);
  }
  if (isFields(fields.sops)) return;
  const names = isFluxKustomization(document) ? move.names : move.objectNames;
  walk(fields, (value, path) => {
    const key = String(path.at(-1));
    if (typeof value === 'string') renameHosts(move, document, path, value);
    if (isForeign(path)) return;
    if (isFields(value) && path[0] === 'spec' && path[1] === 'values') renameKeys(move, document, path, value);
    if (typeof value !== 'string') return;
    if (key === 'namespace' && value === namespace && isOwnNamespace(move, fields, path)) {
      move.value(document, path, namespace, move.to.namespace);
      return;
    }
    const isNaming = NAMING.test(key) || isLabel(path) || path.includes('substitute');
    const name = isSealed(move, fields, path, value) ? undefined : names.get(value);
    if (name !== undefined && isNaming && !path.includes('dependsOn')) move.value(document, path, value, name);
    else if (name !== undefined && path.includes('dependsOn') && isOwnDependency(move, fields, path))
      move.value(document, path, value, name);
    else if (name !== undefined && !isNaming && key !== 'namespace') {
      move.undecided(
        document,
        path,
        `${/^\d+$/.test(key) ? formatPath(path) : key} is ${value}, which may be the old name of the app`,
        `write ${name} there if it is`,
      );
    }
  });
}

/** Whether a value is that of a label, or is compared with one. */
function isLabel(path: Path): boolean {
  return path.some((step) => step === 'labels' || step === 'matchLabels' || step === 'matchExpressions');
}

/** Whether a field names an encrypted Secret, which keeps its name: its MAC covers that. */
function isSealed(move: Move, fields: unknown, path: Path, value: string): boolean {
  const isSecret =
    path.some((step) => /secret/i.test(String(step))) || textAt(fields, ...path.slice(0, -1), 'type') === 'secret';
  return isSecret && move.sealed().some(({ name }) => name === value);
}

/** Whether the namespace that a field says is that of what moves: the object itself, or one of the app. */
function isOwnNamespace(move: Move, fields: unknown, path: Path): boolean {
  if (path.length === 2 && path[0] === 'metadata') return true;
  const name = textAt(fields, ...path.slice(0, -1), 'name');
  return (
    name !== undefined &&
    (move.names.has(name) || move.app.objects.some((one) => one.name === name) || isOwnDependency(move, fields, path))
  );
}

function isOwnDependency(move: Move, fields: unknown, path: Path): boolean {
  const name = textAt(fields, ...path.slice(0, -1), 'name');
  const home = textAt(fields, ...path.slice(0, -1), 'namespace');
  return move.app.kustomizations.some((one) => one.name === name && (home === undefined || home === one.namespace));
}

/** Parts of a chart that bear the name of the app: `controllers.films`. */
function renameKeys(
  move: Move,
  document: ManifestDocument,
  path: Path,
  value: Readonly<Record<string, unknown>>,
): void {
  const key = move.app.name;
  // The values of an object of a base are called as they are there.
  if (move.isCopy || !move.objectNames.has(key)) return;
  const isPart = [
    'controllers',
    'service',
    'route',
    'ingress',
    'advancedMounts',
    'persistence',
    'configMaps',
    'serviceAccount',
  ];
  if (key === move.to.name || !Object.hasOwn(value, key) || !isPart.includes(String(path.at(-1)))) return;
  move.keys.unshift({ kind: 'key', document, path: [...path, key], to: move.to.name });
}

/** Host names of the app: of its Services, and those that begin with its name. */
function renameHosts(move: Move, document: ManifestDocument, path: Path, value: string): void {
  for (const host of hostsIn(value, servicesOf(move.app), move.app.namespace)) move.text(document.file, host);
  const [label, ...rest] = value.split('.');
  const isHost =
    path.includes('hostnames') || path.includes('hosts') || path.at(-1) === 'host' || path.at(-1) === 'hostname';
  if (isHost && !move.isCopy && label === move.app.name && rest.length > 0)
    move.value(document, path, value, [move.to.name, ...rest].join('.'));
}

/** What an object names that stays where it is. */
export function tellStaying(move: Move, object: AppliedObject): void {
  const { namespace, cluster } = move.app;
  if (!move.isMoved) return;
  for (const reference of referencesOf(object)) {
    const around = reference.path.slice(0, -1);
    const isSaid = textAt(object.fields, ...around, 'namespace') !== undefined;
    if (isSaid || reference.namespace !== namespace) continue;
    const resolution = cluster.index.resolve(reference);
    const target =
      resolution.kind === 'object' ? resolution.object : resolution.kind === 'product' ? resolution.maker : undefined;
    if (target?.namespace === undefined || move.app.objects.includes(target)) continue;
    if (cluster.index.find(reference.kind, move.to.namespace, reference.name) !== undefined) continue;
    const { document, path } = object.originOf(reference.path);
    const field = [...around].reverse().find((step) => typeof step === 'string');
    if (CROSSING.test(String(field)) && path.at(-1) === 'name')
      move.add(document, path.slice(0, -1), 'namespace', namespace);
    else
      move.undecided(
        document,
        path,
        `${reference.kind} ${reference.writtenName} stays in ${namespace}, where ${appLabel(move.to)} cannot name it`,
        `bring one to ${move.to.namespace} as well`,
      );
  }
}
