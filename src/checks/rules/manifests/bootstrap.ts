import { posix } from 'node:path';
import { type ManifestDocument, textsIn } from '../../../manifests/document.ts';
import type { AppliedObject, FluxTree } from '../../../manifests/flux/tree.ts';
import { entriesOf } from '../../../manifests/objects.ts';
import type { ManifestTree } from '../../../manifests/tree.ts';
import { at, listAt, type Path, textAt } from '../../../text/values.ts';
import { atDocument, atObject, defineCheck, type Rule, type Told } from '../../rule.ts';

/**
 * Finds releases of the bootstrap's helmfiles that Flux would not take over as they are: their chart and values are read from
 * kubernetes/apps/<namespace>/<name>/app/, before anything substitutes variables, and in the order of `needs`.
 */
function checkBootstrap(tree: ManifestTree): Told[] {
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
function checkAgeKey({ objects }: FluxTree): Told[] {
  const secrets = objects.filter(({ kind }) => kind === 'Secret');
  return objects.flatMap((object) =>
    textsIn(object.fields.spec).flatMap(({ text, path }) => {
      const name = /--sops-age-secret=([\w.-]+)/.exec(text)?.[1];
      if (name === undefined || holdsKey(secrets, object, name)) return [];
      return [
        atObject(object, ['spec', ...path], {
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
): Told[] {
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

function variablesOf(document: ManifestDocument, label: string): Told[] {
  return textsIn(at(document.fields, 'spec', 'values'))
    .filter(({ text }) => /(?<!\$)\$\{/.test(text))
    .map(({ path }) =>
      complain(document, ['spec', 'values', ...path], {
        message: `the bootstrap reads the values of ${label} as they are: nothing substitutes variables there`,
        remedy: 'let the template write the value itself',
      }),
    );
}

function checkNeeds(document: ManifestDocument, index: number, labels: readonly string[]): Told[] {
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

function complain(document: ManifestDocument, path: Path, complaint: { message: string; remedy: string }): Told {
  return atDocument(document, path, { code: 'manifests/bootstrap', ...complaint });
}

function labelOf(release: unknown): string {
  return `${textAt(release, 'namespace') ?? 'default'}/${textAt(release, 'name') ?? ''}`;
}

/** What installs a cluster before Flux is there. */
export const BOOTSTRAP_RULES: readonly Rule[] = [
  defineCheck({
    id: 'manifests/bootstrap',
    isForOurs: true,
    description:
      'The bootstrap installs what Flux takes over later, with the same values, in an order in which each release finds what it needs.',
    rationale:
      'What differs is installed anew as soon as Flux comes up, which takes the network of the cluster with it in the worst case.',
    source: 'https://helmfile.readthedocs.io/en/latest/#dag-aware-installationdeletion-ordering-with-needs',
    walk: ({ tree, flux }) => [...checkBootstrap(tree), ...checkAgeKey(flux)],
    examples: {
      good: [{ files: helmfile('kube-system/cilium') }],
      bad: [{ files: helmfile('kube-system/calico # <- here') }],
    },
  }),
];

function helmfile(need: string): Readonly<Record<string, string>> {
  return {
    'bootstrap/helmfile.d/apps.yaml': `releases:\n  - name: cilium\n    namespace: kube-system\n    chart: oci://example.com/charts/cilium\n  - name: coredns\n    namespace: kube-system\n    chart: oci://example.com/charts/coredns\n    needs:\n      - ${need}\n`,
  };
}
