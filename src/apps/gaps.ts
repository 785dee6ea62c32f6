import { posix } from 'node:path';
import type { ManifestDocument } from '../manifests/document.ts';
import { folderOf, isFluxKustomization } from '../manifests/flux/roots.ts';
import type { FluxKustomization } from '../manifests/flux/tree.ts';
import { kustomizationIn } from '../manifests/kustomize/files.ts';
import { placeOf } from '../manifests/written.ts';
import { Failure, type Finding } from '../report/finding.ts';
import { textAt } from '../text/values.ts';
import { isBelow } from './candidates.ts';
import type { App, AppRepository } from './repository.ts';

// Apps that are there by half: a folder that nothing lists, a list of what is not there, a Kustomization without what it applies.

/** What is wrong with how apps are put together, or was not read, with the folder that it is about. */
interface Gap {
  readonly folder: string;
  /** Names that whoever looks for the app may give it, as `namespace/name` or the name alone. */
  readonly names: readonly string[];
  readonly finding: Finding;
}

/** What is wrong with how the apps of a repository are put together, and what of it lies elsewhere, in the order of their places. */
export function gapsOf(repository: AppRepository): Finding[] {
  return gapsIn(repository).map(({ finding }) => finding);
}

/** What is wrong with how one app is put together. */
export function gapsOfApp(repository: AppRepository, { folder }: Pick<App, 'folder'>): Finding[] {
  return gapsIn(repository).flatMap((gap) => (isBelow(gap.folder, folder) ? [gap.finding] : []));
}

/** What is there of an app that `findApps` did not find, as it is not applied. */
export function gapsNamed(repository: AppRepository, name: string): Finding[] {
  const [, own = name] = name.split('/');
  const all = gapsIn(repository);
  const exact = all.filter(({ names }) => names.includes(name));
  return (exact.length > 0 ? exact : all.filter(({ names }) => names.includes(own))).map(({ finding }) => finding);
}

/**
 * @throws Failure of kind `input` where what a Kustomization of the app applies is not there: there is nothing to build, copy or change
 */
export function refuseWithoutFolder(repository: AppRepository, app: App): void {
  const gaps = gapsOfApp(repository, app).filter(({ code }) => code === 'manifests/flux-folder');
  if (gaps.length > 0)
    throw new Failure(
      'input',
      gaps.map((one) => ({ ...one, severity: 'error' as const })),
    );
}

function gapsIn(repository: AppRepository): Gap[] {
  const { tree, clusters } = repository;
  const used = new Set(clusters.flatMap(({ flux }) => [...flux.used]));
  const known = clusters.flatMap(({ flux }) => flux.kustomizations);
  const isKnown = (document: ManifestDocument): boolean => known.some((one) => one.document === document);
  const unlisted = tree.documents.filter(
    (document) =>
      isFluxKustomization(document) &&
      !used.has(document.file.path) &&
      !isKnown(document) &&
      // What has variables or templates for a name is a mould of apps, and none itself.
      !/\$\{|\{\{/.test(textAt(document.fields, 'metadata', 'name') ?? ''),
  );
  const missing = clusters
    .flatMap(({ flux }) => flux.problems)
    .flatMap((problem) => (problem.kind === 'missing' ? [problem] : []));
  return [
    ...unlisted.map((document) => unlistedGap(repository, document)),
    ...missing.map(({ document, path, target }): Gap => ({
      folder: /\.ya?ml$/.test(target) ? posix.dirname(target) : target,
      names: namesOf(target),
      finding: {
        code: 'manifests/missing-file',
        severity: 'warning',
        message: `${target} is listed and does not exist, so that Flux can build nothing of ${posix.dirname(document.file.path)}`,
        ...placeOf(document, path),
        remedy: `take the line out, or restore ${target}`,
      },
    })),
    ...known.flatMap((kustomization) => unreadGap(kustomization)),
  ];
}

/** `media/films` and `films` for `kubernetes/apps/media/films/ks.yaml`. */
function namesOf(path: string): string[] {
  const parts = path.split('/').filter((part) => !/\.ya?ml$/.test(part) && part !== 'app');
  const [own = '', home = ''] = parts.reverse();
  return [`${home}/${own}`, own];
}

function unlistedGap({ tree }: AppRepository, document: ManifestDocument): Gap {
  const { file, fields } = document;
  const folder = posix.dirname(file.path);
  const name = textAt(fields, 'metadata', 'name') ?? '';
  const namespace = textAt(fields, 'spec', 'targetNamespace') ?? textAt(fields, 'metadata', 'namespace') ?? '';
  const list = kustomizationIn(tree, posix.dirname(folder))?.file.path;
  const remedy =
    list === undefined
      ? 'list it in the kustomization.yaml that Flux reads, or remove it'
      : `list ./${posix.relative(posix.dirname(list), file.path)} in ${list}, or remove ${folder}`;
  return {
    folder,
    names: [`${namespace}/${name}`, name, ...namesOf(file.path)],
    finding: {
      code: 'manifests/orphan-file',
      severity: 'note',
      message: `the Kustomization ${name} is not applied: no kustomization.yaml that Flux reads lists ${file.path}`,
      ...placeOf(document, ['metadata', 'name']),
      remedy,
    },
  };
}

function unreadGap({
  document,
  fields,
  namespace,
  name,
  folder,
  isElsewhere,
  hasFolder,
  originOf,
}: FluxKustomization): Gap[] {
  const about = { folder: posix.dirname(document.file.path), names: [`${namespace}/${name}`, name] };
  if (isElsewhere) {
    const kind = textAt(fields, 'spec', 'sourceRef', 'kind') ?? 'GitRepository';
    const source = textAt(fields, 'spec', 'sourceRef', 'name') ?? '';
    const origin = originOf(['spec', 'sourceRef', 'name']);
    return [
      {
        ...about,
        finding: {
          code: 'manifests/not-read',
          severity: 'note',
          message: `what the Kustomization ${namespace}/${name} applies was not read: it comes out of the ${kind} ${source}`,
          ...placeOf(origin.document, origin.path),
          remedy: 'look after it where it lies',
        },
      },
    ];
  }
  if (hasFolder) return [];
  const origin = originOf(['spec', 'path']);
  return [
    {
      ...about,
      finding: {
        code: 'manifests/flux-folder',
        severity: 'warning',
        message: `the Kustomization ${namespace}/${name} applies nothing: there is no folder ${folderOf(folder)}`,
        ...placeOf(origin.document, origin.path),
        remedy: `restore it, or remove ${document.file.path} and the line that lists it`,
      },
    },
  ];
}
