import { type Complaint, manifestFinding, objectFinding, textsIn } from '../manifests/document.ts';
import { at, type Path, isFields, listAt, textAt } from '../text/values.ts';
import {
  type AppliedObject,
  type FluxKustomization,
  type FluxTree,
  isSubstituted,
  type Substitution,
  type Unread,
  resolverOf,
} from '../manifests/flux/tree.ts';
import { losesDollar, SUBSTITUTE_KEY, type Variable, variablesIn } from '../manifests/flux/substitution.ts';
import type { Finding } from '../report/finding.ts';
import { suggestNearest } from '../text/suggest.ts';

/** Finds Kustomizations of Flux, and an instance, whose folder is missing, or is applied by another one too. */
export function checkFluxFolders({ root, kustomizations }: FluxTree): Finding[] {
  const owners = new Map<string, FluxKustomization>();
  const ofInstance =
    root.missing === undefined
      ? []
      : [manifestFinding(root.missing.document, root.missing.path, missingFolder(root.folders.join(', ')))];
  const read = kustomizations.filter(({ isElsewhere }) => !isElsewhere);
  const ofKustomizations = read.flatMap((kustomization): Finding[] => {
    const { folder, hasFolder } = kustomization;
    const path = ['spec', 'path'];
    if (!hasFolder) return [objectFinding(kustomization, path, missingFolder(folder))];
    const key = JSON.stringify([folder, ...OUTCOME.map((way) => at(kustomization.fields, 'spec', ...way))]);
    const owner = owners.get(key);
    owners.set(key, kustomization);
    if (owner === undefined) return [];
    const message = `${folder} is applied by ${labelOf(owner)} already`;
    const remedy = 'leave it to one of the two';
    const severity = kustomization.document.file.isGenerated ? 'error' : 'warning';
    return [objectFinding(kustomization, path, { code: 'manifests/flux-folder', severity, message, remedy })];
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

const UNREAD: Readonly<Record<Unread['what'], (target: string) => string>> = {
  kustomization: (target) => `the Kustomization ${target} applies a folder of another repository, which was not read`,
  remote: (target) => `${target} lies on the network, and was not read`,
  'resource-set': (target) => `what the ResourceSet ${target} makes was not looked at`,
};

/** Tells what a cluster gets from elsewhere: it was not looked at, and may bring what would be missed otherwise. */
export function noteUnread({ unread }: FluxTree): Finding[] {
  return unread.map(({ what, origin, target }) =>
    manifestFinding(origin.document, origin.path, {
      code: 'manifests/not-read',
      severity: 'note',
      message: UNREAD[what](target),
      remedy: 'look after it where it lies',
    }),
  );
}

/** Finds dependencies of Kustomizations and HelmReleases that do not exist, and those that lead back to themselves. */
export function checkDependencies({ objects }: FluxTree): Finding[] {
  const dependants = objects.filter(({ kind, group }) => DEPENDANTS.get(kind) === group);
  const byLabel = new Map(dependants.map((object) => [keyOf(object), object]));
  const graph = new Map(dependants.map((object) => [keyOf(object), dependenciesOf(object)]));
  return dependants.flatMap((object) =>
    dependenciesOf(object).flatMap((dependency): Finding[] => {
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
export function checkDecryption({ kustomizations, objects }: FluxTree): Finding[] {
  const encrypted = objects.filter(({ kind, document }) => kind === 'Secret' && document.file.isSecret);
  const holders = new Set(encrypted.map(({ owner }) => owner));
  return kustomizations
    .filter((kustomization) => holders.has(kustomization))
    .flatMap((kustomization): Finding[] => {
      const decryption = decryptionOf(kustomization, objects);
      if (decryption === undefined) {
        const message = `${labelOf(kustomization)} applies an encrypted file and does not ask for its decryption`;
        const remedy = 'set spec.decryption.provider to sops';
        return [objectFinding(kustomization, ['spec'], { code: 'manifests/decryption', message, remedy })];
      }
      return [];
    });
}

/** Finds a `decryption.secretRef` outside of the namespace of the key, which Flux could never read. */
export function checkDecryptionKeys({ kustomizations }: FluxTree): Finding[] {
  return kustomizations
    .filter(({ namespace }) => namespace !== 'flux-system')
    .filter(({ fields }) => at(fields, 'spec', 'decryption', 'secretRef') !== undefined)
    .map((kustomization) =>
      objectFinding(kustomization, ['spec', 'decryption', 'secretRef'], {
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
): Finding {
  const labels = [...known.values()].filter((one) => one.kind === object.kind).map(labelOf);
  const near = suggestNearest(label, labels);
  return objectFinding(object, path, {
    code: 'manifests/dependency',
    message: `there is no ${object.kind} ${label}, so this one would wait for ever`,
    remedy: near === undefined ? 'depend on one that is rendered' : `did you mean ${near}?`,
  });
}

function cycle(object: AppliedObject, { path }: Dependency, way: readonly string[]): Finding {
  const shown = way.map((key) => key.slice(key.indexOf('/') + 1)).join(' -> ');
  return objectFinding(object, path, {
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

/** Finds variables that nothing defines, expressions that Flux cannot read, and what it would change although nobody asked for it. */
export function checkSubstitutions({ kustomizations, objects }: FluxTree): Finding[] {
  return [...kustomizations.flatMap(refusedNames), ...objects.flatMap(findingsOf)];
}

/** Flux refuses the whole Kustomization because of one entry that cannot be a variable. */
function refusedNames(kustomization: FluxKustomization): Finding[] {
  return (kustomization.substitution?.refused ?? []).map(({ name, path }) =>
    objectFinding(kustomization, path, {
      code: 'manifests/variable',
      message: `${name} can be no variable: Flux refuses the Kustomization whose source of variables has such an entry`,
      remedy: 'take letters, digits and underscores, and no digit first',
    }),
  );
}

function findingsOf(object: AppliedObject): Finding[] {
  const substitution = object.owner?.substitution;
  return substitution === undefined || !isSubstituted(object.fields) ? [] : findingsIn(object, substitution);
}

function findingsIn(object: AppliedObject, substitution: Substitution): Finding[] {
  const { fields, kind, document } = object;
  return textsIn(fields).flatMap(({ text, path }) => {
    const isHidden = isSecretValue(kind, path) && (document.file.isGenerated || document.file.isSecret);
    const complaints = isHidden ? complainOfSecret(text) : complainOf(text, substitution);
    return complaints.map((complaint) => objectFinding(object, path, complaint));
  });
}

function complainOf(text: string, substitution: Substitution): Complaint[] {
  const complaints = variablesIn(text).flatMap((variable) => complain(variable, substitution) ?? []);
  if (complaints.length > 0 || !losesDollar(text)) return complaints;
  const message = 'Flux makes one dollar sign of two here';
  return [{ code: 'manifests/substitution', severity: 'warning', message, remedy: `write four where two are meant` }];
}

function isSecretValue(kind: string, path: Path): boolean {
  return kind === 'Secret' && (path[0] === 'data' || path[0] === 'stringData');
}

/** The value itself stands in no message. */
function complainOfSecret(text: string): Complaint[] {
  if (!/\$[${]/.test(text)) return [];
  return [
    {
      code: 'manifests/substitution',
      message: 'Flux would take a part of this value of a Secret for a variable, and change it or fail',
      remedy: `add the annotation \`${SUBSTITUTE_KEY}: disabled\` to the Secret`,
    },
  ];
}

function complain(
  { expression, name, hasDefault, problem }: Variable,
  { names, isOpen }: Substitution,
): Complaint | undefined {
  if (name === undefined) {
    return {
      code: 'manifests/substitution',
      message: `Flux cannot read the substitution ${expression}${problem === undefined ? '' : `: ${problem}`}`,
      remedy: `write $${expression} where it shall stay as it is`,
    };
  }
  if (hasDefault || names.has(name) || isOpen) return undefined;
  const near = suggestNearest(name, names);
  return {
    code: 'manifests/variable',
    message: `nothing defines the variable ${name}: Flux refuses the whole Kustomization because of ${expression}`,
    remedy:
      near === undefined ? `define it, or write $${expression} where it shall stay as it is` : `did you mean ${near}?`,
  };
}

/** Where a list in a chart's values replaces the chart's own, and what that has to hold all the same. */
interface ReplacedList {
  readonly path: Path;
  /** Names of entries. */
  readonly required: readonly string[];
  readonly why: string;
}

const LISTS: readonly ReplacedList[] = [
  {
    // k8s-gateway: the probes ask health and ready, and forward takes what is not ours.
    path: ['spec', 'values', 'extraZonePlugins'],
    required: ['errors', 'health', 'ready', 'forward'],
    why: 'extraZonePlugins replaces the list of the chart',
  },
];

/** Finds releases with two charts or none: https://fluxcd.io/flux/components/helm/helmreleases/#chart-reference. */
export function checkCharts({ objects }: FluxTree): Finding[] {
  return objects
    .filter(({ kind, group }) => kind === 'HelmRelease' && group === 'helm.toolkit.fluxcd.io')
    .flatMap((object): Finding[] => {
      const charts = ['chart', 'chartRef'].filter((key) => at(object.fields, 'spec', key) !== undefined);
      if (charts.length === 1) return [];
      const message =
        charts.length === 0
          ? 'the HelmRelease names no chart'
          : 'the HelmRelease names its chart twice, which is refused';
      const remedy = 'write either `chart` or `chartRef`';
      const path = charts.length === 0 ? ['spec'] : ['spec', 'chartRef'];
      return [objectFinding(object, path, { code: 'manifests/schema', message, remedy })];
    });
}

/** Finds lists in the values of charts that leave out what the replaced default had and the chart cannot do without. */
export function checkReplacedDefaults({ objects }: FluxTree): Finding[] {
  return objects
    .filter(({ kind }) => kind === 'HelmRelease')
    .flatMap((object) =>
      LISTS.flatMap(({ path, required, why }) => {
        if (at(object.fields, ...path) === undefined) return [];
        const names = listAt(object.fields, ...path).map((entry) => textAt(entry, 'name'));
        const missing = required.filter((name) => !names.includes(name));
        if (missing.length === 0) return [];
        const message = `${why}, and has no ${missing.join(', ')}`;
        const remedy = `write the list in full, with ${required.join(', ')}`;
        return [objectFinding(object, path, { code: 'manifests/replaced-default', message, remedy })];
      }),
    );
}
