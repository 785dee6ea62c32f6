import { posix } from 'node:path';
import type { StyleValues } from '../../checks/style.ts';
import type { ManifestDocument } from '../../manifests/document.ts';
import type { FluxTree } from '../../manifests/flux/tree.ts';
import { kustomizationIn } from '../../manifests/kustomize/files.ts';
import type { ManifestTree } from '../../manifests/tree.ts';
import { asFields, listAt, textAt } from '../../text/values.ts';
import { ranked } from './objects.ts';

// How the files of a repository are laid out, and how its Kustomizations are written.

/** Whether most Kustomizations of apps begin with their target namespace; undefined where there are none. */
export function startsWithTarget({ kustomizations }: FluxTree): boolean | undefined {
  const apps = kustomizations.filter(({ fields }) => textAt(fields, 'spec', 'targetNamespace') !== undefined);
  const first = apps.filter(({ fields }) => Object.keys(asFields(fields.spec))[0] === 'targetNamespace');
  return apps.length === 0 ? undefined : first.length * 2 > apps.length;
}

/** Whether Kustomizations lie in the namespace of their app or in that of Flux. */
export function kustomizationsIn({ kustomizations }: FluxTree): Partial<StyleValues> {
  const apps = kustomizations.filter(({ document }) => /\/ks\.ya?ml$/.test(document.file.path));
  const outside = apps.filter(({ namespace, fields }) => {
    const target = textAt(fields, 'spec', 'targetNamespace');
    return target !== undefined && target !== namespace && namespace === 'flux-system';
  });
  return apps.length === 0 ? {} : { kustomizations: outside.length * 2 > apps.length ? 'flux-system' : 'app' };
}

/** The folder that most apps lie below, as `<folder>/<namespace>/<app>`. */
export function appsFolderIn({ kustomizations }: FluxTree): string | undefined {
  const parents = kustomizations.map(({ document, namespace }) => {
    const [, above, home] = /^(.+)\/([^/]+)\/[^/]+\/ks\.ya?ml$/.exec(document.file.path) ?? [];
    return home === namespace || home !== undefined ? above : undefined;
  });
  return ranked(parents)[0];
}

/** By the folder of each namespace below that of all apps. */
export function namespacesIn(tree: ManifestTree, folder: string | undefined): Map<string, ManifestDocument> {
  const found = new Map<string, ManifestDocument>();
  if (folder === undefined) return found;
  for (const path of tree.folders) {
    if (posix.dirname(path) !== folder) continue;
    const document = kustomizationIn(tree, path);
    if (document !== undefined) found.set(posix.basename(path), document);
  }
  return found;
}

/** What most Kustomizations of apps take variables out of. */
export function substitutionsIn({ kustomizations }: FluxTree): string[] {
  const apps = kustomizations.filter(({ document }) => /\/ks\.ya?ml$/.test(document.file.path));
  const lists = apps.map(({ fields }) =>
    listAt(fields, 'spec', 'postBuild', 'substituteFrom')
      .map((one) => `${textAt(one, 'kind') ?? ''}/${textAt(one, 'name') ?? ''}`)
      .join(','),
  );
  const [usual] = ranked(lists);
  return usual === undefined || lists.filter((one) => one === usual).length * 2 < apps.length ? [] : usual.split(',');
}

/** Where Kustomizations have their manifests from. */
export interface SourceRef {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** The source that most Kustomizations have. */
export function sourceIn({ kustomizations }: FluxTree): SourceRef {
  const refs = kustomizations.map(({ fields, namespace }) => {
    const [kind, name] = [textAt(fields, 'spec', 'sourceRef', 'kind'), textAt(fields, 'spec', 'sourceRef', 'name')];
    return `${kind ?? ''}/${name ?? ''}/${textAt(fields, 'spec', 'sourceRef', 'namespace') ?? namespace}`;
  });
  const [kind = 'GitRepository', name = 'flux-system', namespace = 'flux-system'] = ranked(refs)[0]?.split('/') ?? [];
  return { kind, name, namespace };
}

/** Whether most entries of kustomizations are written with `./` before them. */
export function prefixIn({ documents }: ManifestTree): Partial<StyleValues> {
  const entries = documents
    .filter(({ fields }) => fields.kind === 'Kustomization' && Array.isArray(fields.resources))
    .flatMap(({ fields }) => listAt(fields, 'resources'))
    .filter((one): one is string => typeof one === 'string' && !/^\.\.\/|:\/\//.test(one));
  const dotted = entries.filter((one) => one.startsWith('./'));
  return entries.length === 0 ? {} : { resourcePrefix: dotted.length * 2 >= entries.length ? './' : 'none' };
}
