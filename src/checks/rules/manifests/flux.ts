import { at, isFields, listAt, type Path, textAt } from '../../../text/values.ts';
import {
  type AppliedObject,
  type FluxKustomization,
  type FluxTree,
  resolverOf,
  type Unread,
} from '../../../manifests/flux/tree.ts';
import { suggestNearest } from '../../../text/suggest.ts';
import { atDocument, atObject, type Complaint, defineCheck, type Rule, type Told } from '../../rule.ts';
import { APPLIED, applied, kustomization, object } from './examples.ts';
import { builds } from './kustomizations.ts';

/** Finds Kustomizations of Flux, and an instance, whose folder is missing, or is applied by another one too. */
function checkFluxFolders({ root, kustomizations }: FluxTree): Told[] {
  const owners = new Map<string, FluxKustomization>();
  const ofInstance =
    root.missing === undefined
      ? []
      : [atDocument(root.missing.document, root.missing.path, missingFolder(root.folders.join(', ')))];
  const read = kustomizations.filter(({ isElsewhere }) => !isElsewhere);
  const ofKustomizations = read.flatMap((kustomization): Told[] => {
    const { folder, hasFolder } = kustomization;
    const path = ['spec', 'path'];
    if (!hasFolder) return [atObject(kustomization, path, missingFolder(folder))];
    const key = JSON.stringify([folder, ...OUTCOME.map((way) => at(kustomization.fields, 'spec', ...way))]);
    const owner = owners.get(key);
    owners.set(key, kustomization);
    if (owner === undefined) return [];
    const message = `${folder} is applied by ${labelOf(owner)} already`;
    const remedy = 'leave it to one of the two';
    const severity = kustomization.document.file.isGenerated ? 'error' : 'warning';
    return [atObject(kustomization, path, { code: 'manifests/flux-folder', severity, message, remedy })];
  });
  return [...ofInstance, ...ofKustomizations];
}

/** With another namespace, name or variable the same folder gives other objects: that is how an app is installed twice. */
const OUTCOME = [['targetNamespace'], ['namePrefix'], ['nameSuffix'], ['patches'], ['postBuild', 'substitute']];

function missingFolder(folder: string): Complaint {
  return {
    code: 'manifests/flux-folder',
    message: `the folder ${folder} does not exist`,
    remedy: 'name the folder that holds what shall be applied',
  };
}

/** What a build does not read is told with its other problems. */
const UNREAD: Readonly<Record<Exclude<Unread['what'], 'remote'>, (target: string) => string>> = {
  kustomization: (target) => `the Kustomization ${target} applies a folder of another repository, which was not read`,
  'resource-set': (target) => `what the ResourceSet ${target} makes was not looked at`,
};

/** Tells what a cluster gets from elsewhere: it was not looked at, and may bring what would be missed otherwise. */
function noteUnread({ unread }: FluxTree): Told[] {
  return unread.flatMap(({ what, origin, target }) =>
    what === 'remote'
      ? []
      : atDocument(origin.document, origin.path, {
          code: 'manifests/not-read',
          severity: 'note',
          message: UNREAD[what](target),
          remedy: 'look after it where it lies',
        }),
  );
}

/** Finds dependencies of Kustomizations and HelmReleases that do not exist, and those that lead back to themselves. */
function checkDependencies({ objects }: FluxTree): Told[] {
  const dependants = objects.filter(({ kind, group }) => DEPENDANTS.get(kind) === group);
  const byLabel = new Map(dependants.map((object) => [keyOf(object), object]));
  const graph = new Map(dependants.map((object) => [keyOf(object), dependenciesOf(object)]));
  return dependants.flatMap((object) =>
    dependenciesOf(object).flatMap((dependency): Told[] => {
      if (!byLabel.has(dependency.key)) return [unknownDependency(object, dependency, byLabel)];
      const way = wayBack(graph, dependency.key, keyOf(object));
      return way === undefined ? [] : [cycle(object, dependency, way)];
    }),
  );
}

const DEPENDANTS: ReadonlyMap<string, string> = new Map([
  ['Kustomization', 'kustomize.toolkit.fluxcd.io'],
  ['HelmRelease', 'helm.toolkit.fluxcd.io'],
]);

/**
 * Finds Kustomizations that hold a secret and would not decrypt it: neither they nor a patch of the one that applies them ask
 * for it. A `secretRef` cannot reach the key, which lies in the namespace of Flux.
 */
function checkDecryption({ kustomizations, objects }: FluxTree): Told[] {
  const encrypted = objects.filter(({ kind, document }) => kind === 'Secret' && document.file.isSecret);
  const holders = new Set(encrypted.map(({ owner }) => owner));
  return kustomizations
    .filter((kustomization) => holders.has(kustomization))
    .flatMap((kustomization): Told[] => {
      const decryption = decryptionOf(kustomization, objects);
      if (decryption === undefined) {
        const message = `${labelOf(kustomization)} applies an encrypted file and does not ask for its decryption`;
        const remedy = 'set spec.decryption.provider to sops';
        return [atObject(kustomization, ['spec'], { code: 'manifests/decryption', message, remedy })];
      }
      return [];
    });
}

/** Finds a `decryption.secretRef` outside of the namespace of the key, which Flux could never read. */
function checkDecryptionKeys({ kustomizations }: FluxTree): Told[] {
  return kustomizations
    .filter(({ namespace }) => namespace !== 'flux-system')
    .filter(({ fields }) => at(fields, 'spec', 'decryption', 'secretRef') !== undefined)
    .map((kustomization) =>
      atObject(kustomization, ['spec', 'decryption', 'secretRef'], {
        code: 'manifests/decryption',
        message: `the key lies in flux-system, where a Kustomization of ${kustomization.namespace} cannot read it`,
        remedy: 'leave secretRef out: kustomize-controller is given the key by its arguments',
      }),
    );
}

/** A dependency with the way to its name. */
interface Dependency {
  readonly key: string;
  readonly label: string;
  readonly path: Path;
}

function dependenciesOf(object: AppliedObject): Dependency[] {
  const resolve = resolverOf(object);
  return listAt(object.fields, 'spec', 'dependsOn').flatMap((one, index) => {
    const name = textAt(one, 'name');
    if (name === undefined) return [];
    // As it is written: what a variable stands for may be a secret.
    const label = `${textAt(one, 'namespace') ?? object.namespace ?? ''}/${name}`;
    return [{ key: `${object.kind}/${resolve(label)}`, label, path: ['spec', 'dependsOn', index, 'name'] }];
  });
}

function unknownDependency(
  object: AppliedObject,
  { label, path }: Dependency,
  known: ReadonlyMap<string, AppliedObject>,
): Told {
  const labels = [...known.values()].filter((one) => one.kind === object.kind).map(labelOf);
  const near = suggestNearest(label, labels);
  return atObject(object, path, {
    code: 'manifests/dependency',
    message: `there is no ${object.kind} ${label}, so this one would wait for ever`,
    remedy: near === undefined ? 'depend on one that is rendered' : `did you mean ${near}?`,
  });
}

function cycle(object: AppliedObject, { path }: Dependency, way: readonly string[]): Told {
  const shown = way.map((key) => key.slice(key.indexOf('/') + 1)).join(' -> ');
  return atObject(object, path, {
    code: 'manifests/dependency',
    message: `the dependencies lead back to where they began: ${shown}`,
    remedy: 'remove one of them',
  });
}

/** The shortest way along dependencies from one object to another, both ends among it. */
function wayBack(
  graph: ReadonlyMap<string, readonly Dependency[]>,
  from: string,
  to: string,
): readonly string[] | undefined {
  const open: string[][] = [[to, from]];
  const seen = new Set<string>();
  for (let way = open.shift(); way !== undefined; way = open.shift()) {
    const last = way[way.length - 1] ?? '';
    if (last === to) return way;
    if (seen.has(last)) continue;
    seen.add(last);
    for (const { key } of graph.get(last) ?? []) open.push([...way, key]);
  }
  return undefined;
}

/** What the Kustomization says itself, or what the patches of those above it add to all of theirs. */
function decryptionOf({ document, fields }: FluxKustomization, objects: readonly AppliedObject[]): unknown {
  const own = at(fields, 'spec', 'decryption');
  if (own !== undefined) return own;
  const applier = objects.find((object) => object.document === document)?.owner;
  const patches = listAt(applier?.fields, 'spec', 'patches').filter((patch) => {
    const target = at(patch, 'target');
    return isFields(target) && textAt(target, 'kind') === 'Kustomization';
  });
  return patches.some((patch) => /^[ \t]*decryption:[ \t]*\r?$/m.test(textAt(patch, 'patch') ?? '')) ? {} : undefined;
}

function keyOf(object: AppliedObject): string {
  return `${object.kind}/${labelOf(object)}`;
}

function labelOf({ namespace, name }: { readonly namespace: string | undefined; readonly name: string }): string {
  return `${namespace ?? ''}/${name}`;
}

const DEPENDENT = object(
  'kustomize.toolkit.fluxcd.io/v1',
  'Kustomization',
  'shop',
  'spec:\n  dependsOn:\n    - name: NAME\n  interval: 1h\n  path: ./shop\n  prune: true\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n',
).replace('name: shop', 'name: shop\n  namespace: flux-system');

const SECRET = object(
  'v1',
  'Secret',
  'token',
  'stringData:\n  token: ENC[AES256_GCM,data:c2VjcmV0,iv:aQ==,tag:dA==,type:str]\n',
);

/** What Flux is told to apply, and in which order. */
export const FLUX_RULES: readonly Rule[] = [
  defineCheck({
    id: 'manifests/flux-folder',
    description:
      'The path of a Kustomization of Flux, and of a FluxInstance, leads to a folder that no other one applies.',
    rationale:
      'Without the folder nothing is applied, and what was applied before stays as it is. Two that apply the same folder change each other’s labels for ever.',
    source: 'https://fluxcd.io/flux/components/kustomize/kustomizations/#path',
    walk: ({ clusters }) => clusters.flatMap(checkFluxFolders),
    examples: {
      good: [{ files: { ...APPLIED, 'site/service.yaml': object('v1', 'Service', 'site') } }],
      bad: [
        {
          files: {
            'clusters/home/site.yaml': applied('').replace('path: ./site', 'path: ./sites # <- here'),
            'site/service.yaml': object('v1', 'Service', 'site'),
          },
        },
      ],
    },
  }),
  defineCheck({
    id: 'manifests/not-read',
    severity: 'note',
    description: 'Everything that a cluster gets lies in the repository.',
    rationale:
      'What lies in another repository or on the network, and what an operator makes, is not looked at; what could lie there is not told as missing.',
    source: 'https://fluxcd.io/flux/components/kustomize/kustomizations/#source-reference',
    walk: (context) => [...context.clusters.flatMap(noteUnread), ...builds(context)],
    examples: {
      good: [{ files: { 'site/kustomization.yaml': kustomization('resources: []\n') }, beside: APPLIED }],
      bad: [
        {
          files: {
            'site/kustomization.yaml': kustomization('resources:\n  - https://example.com/crds.yaml # <- here\n'),
          },
          beside: APPLIED,
        },
      ],
    },
  }),
  defineCheck({
    id: 'manifests/dependency',
    description: 'What a Kustomization or HelmRelease depends on is there, and does not lead back to where it began.',
    rationale: 'Flux waits for what it depends on without end, and says no more than that it waits.',
    source: 'https://fluxcd.io/flux/components/kustomize/kustomizations/#dependencies',
    walk: ({ clusters }) => clusters.flatMap(checkDependencies),
    examples: {
      good: [{ files: { 'site/shop.yaml': DEPENDENT.replace('NAME', 'site') }, beside: APPLIED }],
      bad: [
        { files: { 'site/shop.yaml': DEPENDENT.replace('NAME', 'sites # <- here') }, beside: APPLIED },
        { files: { 'site/shop.yaml': DEPENDENT.replace('NAME', 'shop # <- here') }, beside: APPLIED },
      ],
    },
  }),
  defineCheck({
    id: 'manifests/decryption',
    description: 'A Kustomization that applies encrypted files asks for their decryption, with a key that it can read.',
    rationale: 'Flux would apply the ciphertext, which the API refuses for the field `sops`.',
    source: 'https://fluxcd.io/flux/components/kustomize/kustomizations/#decryption',
    walk: ({ clusters, isOurs }) => [
      ...clusters.flatMap(checkDecryption),
      ...(isOurs ? clusters.flatMap(checkDecryptionKeys) : []),
    ],
    examples: {
      good: [
        {
          files: { 'clusters/home/site.yaml': applied('  decryption:\n    provider: sops\n') },
          beside: { 'site/token.sops.yaml': SECRET },
        },
      ],
      bad: [
        {
          files: { 'clusters/home/site.yaml': applied('').replace('spec:', 'spec: # <- here') },
          beside: { 'site/token.sops.yaml': SECRET },
        },
      ],
    },
  }),
];
