import { posix } from 'node:path';
import type { ManifestFile } from '../manifests/document.ts';
import { failure } from '../report/finding.ts';
import { listAt } from '../text/values.ts';
import type { Edit } from './edit.ts';
import type { App, AppRepository } from './repository.ts';

// The lists that an app stands in, and the folder of its namespace.

/**
 * The folder of the apps of a namespace; one beside that of the app where the namespace has none.
 *
 * @throws Failure of kind `usage` where the app does not lie in a folder of its namespace
 */
export function namespaceFolder({ apps }: AppRepository, app: App, namespace: string): string {
  const home = posix.dirname(app.folder);
  const counts = new Map<string, number>();
  for (const one of apps) {
    if (one.namespace !== namespace || one.cluster !== app.cluster || one.kustomizations.length === 0) continue;
    const folder = posix.dirname(one.folder);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, one], [, other]) => other - one);
  if (most !== undefined) return most[0];
  const beside = apps.filter((one) => posix.dirname(one.folder) === home && one.cluster === app.cluster);
  if (beside.some((one) => one.namespace !== app.namespace)) {
    throw failure('usage', {
      code: 'usage/argument',
      message: `${home} holds apps of several namespaces, so that where those of ${namespace} go cannot be told`,
      remedy: `make a first app in ${namespace} by hand`,
    });
  }
  return posix.join(posix.dirname(home), namespace);
}

/** What lists an app where it lies afterwards; a namespace that is not there yet gets what its sibling has. */
export function registrationEdits(
  repository: AppRepository,
  app: App,
  { folder, namespace }: { readonly folder: string; readonly namespace: string },
): Edit[] {
  const home = posix.dirname(folder);
  const old = posix.dirname(app.folder);
  const listed = kustomizationOf(repository, home);
  const entries = app.registrations
    .filter(({ file }) => posix.dirname(file.path) === old)
    .map(({ target, list }) => ({ list, target: target.replace(app.folder, () => folder) }));
  // A list further up names the folder itself.
  const further = app.registrations
    .filter(({ file }) => posix.dirname(file.path) !== old)
    .map(({ file, list, target }) => ({ file, list, target: target.replace(app.folder, () => folder) }));
  const isThere = home === old || listed !== undefined;
  const own = isThere && listed !== undefined ? entries.map((one) => ({ ...one, file: listed })) : [];
  const made = isThere
    ? []
    : newNamespace(repository, {
        old,
        home,
        app,
        namespace,
        entries: entries.map(({ target }) => posix.relative(home, target)),
      });
  return [
    ...made,
    ...[...own, ...further].map(({ file, list, target }): Edit => ({
      kind: 'list',
      file,
      list: [list],
      entry: posix.relative(posix.dirname(file.path), target),
    })),
  ];
}

/** The folder of a namespace as its sibling has it, with nothing but one app. */
function newNamespace(
  repository: AppRepository,
  wanted: { old: string; home: string; app: App; namespace: string; entries: readonly string[] },
): Edit[] {
  const { old, home, app, namespace, entries } = wanted;
  const sibling = kustomizationOf(repository, old);
  if (sibling === undefined) return [];
  const own = filesOfNamespace(repository, old).filter(({ path }) => path !== sibling.path);
  const apps = new Set(
    repository.apps
      .filter((one) => one.cluster === app.cluster)
      .flatMap((one) => one.registrations.filter(({ file }) => file === sibling).map(({ entry }) => entry)),
  );
  const parent = listingOf(repository, old);
  return [
    {
      kind: 'copy',
      file: sibling,
      to: `${home}/${posix.basename(sibling.path)}`,
      without: [...apps],
      entries,
      replace: [app.namespace, namespace],
    },
    ...own.map((file): Edit => ({
      kind: 'copy',
      file,
      to: `${home}/${posix.basename(file.path)}`,
      without: [],
      entries: [],
      replace: [app.namespace, namespace],
    })),
    ...parent.map(({ file, list, entry }): Edit => ({
      kind: 'list',
      file,
      list: [list],
      entry: posix.join(posix.dirname(posix.normalize(entry)), namespace),
    })),
  ];
}

/**
 * What takes an app out of the lists that it stands in. A namespace that has no app left goes with it, where nothing else lies in its folder.
 *
 * @param isLeaving - whether it leaves its namespace; else the lists alone change
 */
export function unregisterEdits(repository: AppRepository, app: App, isLeaving: boolean): Edit[] {
  const home = posix.dirname(app.folder);
  if (isLeaving && isLastOf(repository, app)) {
    return [
      ...filesOfNamespace(repository, home).map(({ path }): Edit => ({ kind: 'remove', path })),
      ...listingOf(repository, home).map(({ file, list, entry }): Edit => ({
        kind: 'unlist',
        file,
        list: [list],
        entry,
      })),
    ];
  }
  return app.registrations.map(({ file, list, entry }) => ({ kind: 'unlist', file, list: [list], entry }));
}

/** Whether nothing of a namespace is left without an app: its folder holds its kustomization and its Namespace alone. */
export function isLastOf(repository: AppRepository, app: App): boolean {
  const home = posix.dirname(app.folder);
  const kustomization = kustomizationOf(repository, home);
  if (kustomization === undefined || app.kustomizations.length === 0) return false;
  const rest = repository.files.filter(({ path }) => path.startsWith(`${home}/`) && !path.startsWith(`${app.folder}/`));
  const own = new Set(filesOfNamespace(repository, home));
  return kustomization.source === kustomization.path || kustomization.source.startsWith('templates/overrides/')
    ? rest.every((file) => own.has(file))
    : false;
}

/** The kustomization of a namespace, and the Namespace itself. */
function filesOfNamespace(repository: AppRepository, home: string): ManifestFile[] {
  return repository.files.filter(({ path }) => {
    if (posix.dirname(path) !== home) return false;
    const kinds = repository.tree.documentsOf(path).map(({ fields }) => fields.kind);
    return (
      kustomizationOf(repository, home)?.path === path ||
      (kinds.length > 0 && kinds.every((kind) => kind === 'Namespace'))
    );
  });
}

function kustomizationOf({ files }: AppRepository, folder: string): ManifestFile | undefined {
  return files.find(
    ({ path }) =>
      posix.dirname(path) === folder && /^(?:kustomization\.ya?ml|Kustomization)$/.test(posix.basename(path)),
  );
}

/** Kustomizations that list the folder of a namespace. */
function listingOf({ tree }: AppRepository, folder: string): { file: ManifestFile; list: string; entry: string }[] {
  return tree.documents.flatMap(({ file, fields }) => {
    if (!/(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/.test(file.path)) return [];
    return listAt(fields, 'resources').flatMap((entry) =>
      typeof entry === 'string' && posix.join(posix.dirname(file.path), entry).replace(/\/$/, '') === folder
        ? [{ file, list: 'resources', entry }]
        : [],
    );
  });
}
