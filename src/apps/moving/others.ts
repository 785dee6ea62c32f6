import { isFluxKustomization } from '../../manifests/flux/roots.ts';
import type { AppliedObject } from '../../manifests/flux/tree.ts';
import { at, listAt, textAt } from '../../text/values.ts';
import { escaped } from '../text/nodes.ts';
import { hostsIn, referrersOf, servicesOf } from '../referrers.ts';
import { isBelow } from '../candidates.ts';
import { appLabel } from '../repository.ts';
import { CROSSING, type Move } from './plan.ts';

// What others say of an app that moves.

/** Whoever waits for the app, names an object of it or calls its Services. */
export function followReferrers(move: Move): void {
  const { namespace } = move.app;
  for (const { from, path, how } of referrersOf(move.app)) {
    const origin = from.originOf(path);
    const { document } = origin;
    if (how === 'calls') {
      const value = at(document.fields, ...origin.path);
      for (const host of hostsIn(String(value), servicesOf(move.app), namespace)) move.text(document.file, host);
      continue;
    }
    const value = at(document.fields, ...origin.path);
    const name = (how === 'depends on' ? move.names : move.objectNames).get(String(value));
    if (name !== undefined) move.value(document, origin.path, String(value), name);
    if (!move.isMoved || (how === 'depends on' && staysHome(move, from, String(value)))) continue;
    const around = origin.path.slice(0, -1);
    const said = textAt(document.fields, ...around, 'namespace');
    const field = [...around].reverse().find((step) => typeof step === 'string');
    if (said === namespace) move.value(document, [...around, 'namespace'], said, move.to.namespace);
    else if (from.namespace === move.to.namespace) continue;
    else if (origin.path.at(-1) === 'name' && CROSSING.test(String(field)))
      move.add(document, around, 'namespace', move.to.namespace);
    else
      move.undecided(
        document,
        origin.path,
        `${from.kind} ${from.namespace ?? ''}/${from.name} names ${String(value)}, which goes to ${move.to.namespace}`,
        'objects of another namespace cannot be named there: move both, or make one there',
      );
  }
}

/** Files of other apps that a generator takes, and that call a Service of this one: the ConfigMap made of them says nothing of its file. */
export function followFiles(move: Move): void {
  for (const file of move.generatorFiles()) if (!isBelow(file.path, move.app.folder)) move.hostsOf(file);
}

/** Whether what is waited for is a Kustomization that lies in a namespace for all, as flux-system: its app alone moves. */
function staysHome(move: Move, from: Pick<AppliedObject, 'fields' | 'apiVersion' | 'kind'>, name: string): boolean {
  const { kustomizations, namespace } = move.app;
  return isFluxKustomization(from) && kustomizations.some((one) => one.name === name && one.namespace !== namespace);
}

/** Who lets routes of the old namespace in. */
export function followGrants(move: Move): void {
  const { cluster, namespace, objects } = move.app;
  if (!move.isMoved) return;
  const grants = cluster.flux.objects.filter(({ kind }) => kind === 'ReferenceGrant');
  const others = cluster.flux.objects.filter((one) => one.namespace === namespace && !objects.includes(one));
  for (const grant of grants.filter((one) => !objects.includes(one) || one.namespace !== namespace)) {
    for (const [index, from] of listAt(grant.fields, 'spec', 'from').entries()) {
      if (textAt(from, 'namespace') !== namespace) continue;
      const { document, path } = grant.originOf(['spec', 'from', index, 'namespace']);
      const kind = textAt(from, 'kind');
      const isShared = others.some((one) => one.kind === kind || one.kind === 'HelmRelease');
      const isUsed = objects.some((one) => one.kind === kind || one.kind === 'HelmRelease');
      if (!isUsed) continue;
      if (!isShared) move.value(document, path, namespace, move.to.namespace);
      else
        move.undecided(
          document,
          path,
          `the ReferenceGrant ${grant.name} lets in ${kind ?? 'objects'} of ${namespace}, which others use too`,
          `add an entry for ${move.to.namespace} if ${appLabel(move.app)} needs it`,
        );
    }
  }
}

/** Texts that Flux does not read and that name the folder: owners of code, workflows, pages. */
export function tellMentions(move: Move): void {
  const { folder, namespace } = move.app;
  const services = servicesOf(move.app).filter((one) => move.isMoved || move.objectNames.has(one));
  const needles = [folder, ...services.map((one) => `${one}.${namespace}.svc`)];
  const named = needles.map((one) => [one, new RegExp(`${escaped(one)}(?![\\w-])`)] as const);
  const isRead = (path: string): boolean => move.repository.clusters.some(({ flux }) => flux.used.has(path));
  for (const file of move.repository.files) {
    if (file.path.startsWith(`${folder}/`) || file.isSecret || isRead(file.path)) continue;
    for (const [index, line] of file.text.split('\n').entries()) {
      const [found] = named.find(([, pattern]) => pattern.test(line)) ?? [];
      if (found === undefined) continue;
      const isFolder = found === folder;
      move.findings.push({
        code: 'apps/undecided',
        severity: 'warning',
        message: `${file.path} speaks of ${found}`,
        place: { file: file.path, line: index + 1, column: line.indexOf(found) + 1, length: found.length },
        sourceLine: line,
        remedy: isFolder ? `it becomes ${move.folder}` : `it becomes ${move.to.name}.${move.to.namespace}.svc`,
      });
    }
  }
}
