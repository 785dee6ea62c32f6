import { posix } from 'node:path';
import { type ManifestDocument, manifestFinding, objectFinding, textsIn } from '../manifests/document.ts';
import { at, type Path, listAt, textAt } from '../text/values.ts';
import type { AppliedObject, FluxTree } from '../manifests/flux/tree.ts';
import { entriesOf } from '../manifests/objects.ts';
import type { ManifestTree } from '../manifests/tree.ts';
import type { Finding } from '../report/finding.ts';

/**
 * Finds releases of the bootstrap's helmfiles that Flux would not take over as they are: their chart and values are read from
 * kubernetes/apps/<namespace>/<name>/app/, before anything substitutes variables, and in the order of `needs`.
 */
export function checkBootstrap(tree: ManifestTree): Finding[] {
  const helmfiles = tree.documents.filter(({ file }) => posix.dirname(file.path) === 'bootstrap/helmfile.d');
  return helmfiles.flatMap((document) => {
    const releases = listAt(document.fields, 'releases');
    const labels = releases.map(labelOf);
    // A helmfile that is only rendered, for the CRDs in its charts, installs no values.
    const installs = !listAt(document.fields, 'helmDefaults', 'args').includes('--include-crds');
    return releases.flatMap((release, index) => [
      ...(textAt(release, 'chart') === undefined
        ? checkRelease(tree, document, { label: labelOf(release), index, installs })
        : []),
      ...checkNeeds(document, index, labels),
    ]);
  });
}

/** Finds an age key that kustomize-controller is told to take and that the bootstrap does not bring. */
export function checkAgeKey({ objects }: FluxTree): Finding[] {
  const secrets = objects.filter(({ kind }) => kind === 'Secret');
  return objects.flatMap((object) =>
    textsIn(object.fields.spec).flatMap(({ text, path }) => {
      const name = /--sops-age-secret=([\w.-]+)/.exec(text)?.[1];
      if (name === undefined || holdsKey(secrets, object, name)) return [];
      return [
        objectFinding(object, ['spec', ...path], {
          code: 'manifests/bootstrap',
          message: `the bootstrap brings no Secret ${name} with an age key (*.agekey) for ${object.namespace ?? ''}`,
          remedy: 'add it to bootstrap/, or correct the name',
        }),
      ];
    }),
  );
}

function holdsKey(secrets: readonly AppliedObject[], { namespace }: AppliedObject, name: string): boolean {
  const found = secrets.find((secret) => secret.name === name && secret.namespace === namespace);
  return found !== undefined && entriesOf(found).some((entry) => entry.endsWith('.agekey'));
}

function checkRelease(
  tree: ManifestTree,
  document: ManifestDocument,
  { label, index, installs }: { label: string; index: number; installs: boolean },
): Finding[] {
  const path = ['releases', index, 'name'];
  const folder = posix.join('kubernetes/apps', label, 'app');
  const missing = ['helmrelease.yaml', 'ocirepository.yaml'].filter(
    (name) => !tree.files.has(posix.join(folder, name)),
  );
  const values = tree.documentsOf(posix.join(folder, 'helmrelease.yaml'))[0];
  return [
    ...missing.map((name) =>
      complain(document, path, {
        message: `the release ${label} reads ${posix.join(folder, name)}, which does not exist`,
        remedy: 'install it only where its app is rendered',
      }),
    ),
    ...(values === undefined || !installs ? [] : variablesOf(values, label)),
  ];
}

function variablesOf(document: ManifestDocument, label: string): Finding[] {
  return textsIn(at(document.fields, 'spec', 'values'))
    .filter(({ text }) => /(?<!\$)\$\{/.test(text))
    .map(({ path }) =>
      complain(document, ['spec', 'values', ...path], {
        message: `the bootstrap reads the values of ${label} as they are: nothing substitutes variables there`,
        remedy: 'let the template write the value itself',
      }),
    );
}

function checkNeeds(document: ManifestDocument, index: number, labels: readonly string[]): Finding[] {
  return listAt(document.fields, 'releases', index, 'needs')
    .map((need, position) => ({ need: String(need), path: ['releases', index, 'needs', position] }))
    .filter(({ need }) => !labels.includes(need))
    .map(({ need, path }) =>
      complain(document, path, {
        message: `the release ${labels[index] ?? ''} needs ${need}, which this helmfile does not install`,
        remedy: `it installs ${labels.join(', ')}`,
      }),
    );
}

function complain(document: ManifestDocument, path: Path, complaint: { message: string; remedy: string }): Finding {
  return manifestFinding(document, path, { code: 'manifests/bootstrap', ...complaint });
}

function labelOf(release: unknown): string {
  return `${textAt(release, 'namespace') ?? 'default'}/${textAt(release, 'name') ?? ''}`;
}
