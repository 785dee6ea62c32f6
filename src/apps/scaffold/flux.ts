import { posix } from 'node:path';
import type { ChartOrigin } from '../answer-values.ts';
import type { AppRequest } from '../request.ts';
import type { Style } from '../style.ts';
import type { Surroundings } from '../surroundings.ts';
import { Aliased, Anchored, type Content, type Manifest, manifestText } from './yaml.ts';

// What Flux and kustomize read of an app: ks.yaml, the kustomizations of its folders, its chart sources and its namespace.

/** Everything that a file of an app is made from. */
export interface Making {
  readonly request: AppRequest;
  readonly style: Style;
  readonly surroundings: Surroundings;
}

/** A file as it will lie in the repository. */
export interface MadeFile {
  /** Relative to the top, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** The folders of an app, relative to the top. */
export function foldersOf({ request, style }: Making): {
  readonly base: string;
  readonly app: string;
  readonly cluster: string;
  readonly crds: string;
} {
  const base = `${style.folder}/${request.namespace}/${request.name}`;
  return { base, app: `${base}/app`, cluster: `${base}/cluster`, crds: `${base}/crds` };
}

/** The address of the schema of a kind in the catalogue of the repository: custom resources alone have one there. */
function schemaOf({ catalogue }: Style, apiVersion: string, kind: string): string | undefined {
  const [group = '', version] = apiVersion.split('/');
  if (version === undefined || !group.includes('.') || /^(?:[\w-]+\.)?k8s\.io$/.test(group)) return undefined;
  return `${catalogue}/${group}/${kind.toLowerCase()}_${version}.json`;
}

/** An object as a manifest, with the schema of its kind; it names no namespace, as its Kustomization does. */
export function objectOf(
  style: Style,
  apiVersion: string,
  kind: string,
  {
    metadata,
    ...fields
  }: { readonly metadata: Readonly<Record<string, Content | undefined>>; readonly [key: string]: Content | undefined },
): Manifest {
  return { schema: schemaOf(style, apiVersion, kind), content: { apiVersion, kind, metadata, ...fields } };
}

/** Whether the Kustomization of an app replaces variables. */
export function hasVariables({ request, style }: Making): boolean {
  return style.appVariable || style.substituteFrom.length > 0 || request.volumes.some(({ isBackedUp }) => isBackedUp);
}

/** A Kustomization of Flux. */
interface FluxPart {
  readonly name: string;
  readonly folder: string;
  readonly prune: boolean;
  readonly wait: boolean;
  readonly dependsOn: readonly string[];
  readonly components: readonly string[];
  readonly substitute: Readonly<Record<string, string>>;
  readonly isEncrypted: boolean;
}

/**
 * The text of ks.yaml: the definitions of kinds before the app, its database beside it.
 *
 * @param parts - in the order in which they are written
 */
export function ksText(making: Making, parts: readonly FluxPart[]): string {
  return manifestText(parts.map((part) => fluxKustomization(making, part)));
}

function fluxKustomization({ request, style, surroundings }: Making, part: FluxPart): Manifest {
  const home = style.kustomizations === 'app' ? request.namespace : 'flux-system';
  const substituteFrom = style.substituteFrom.map((one) => {
    const [kind = '', name = ''] = one.split('/');
    return { kind, name };
  });
  const usesName = part.substitute.APP === part.name;
  const substitute = Object.fromEntries(
    Object.entries(part.substitute).map(([name, value]): [string, Content] => [
      name,
      usesName && name === 'APP' ? new Aliased('app') : value,
    ]),
  );
  const isNamed = Object.keys(substitute).length > 0;
  const fields: Record<string, Content | undefined> = {
    components:
      part.components.length === 0 ? undefined : part.components.map((one) => posix.relative(part.folder, one)),
    decryption: part.isEncrypted && surroundings.asksForDecryption ? decryption(style) : undefined,
    dependsOn: part.dependsOn.length === 0 ? undefined : part.dependsOn.map((one) => dependency(one, home, style)),
    interval: '1h',
    path: `./${part.folder}`,
    postBuild:
      isNamed || substituteFrom.length > 0
        ? {
            substitute: isNamed ? substitute : undefined,
            substituteFrom: substituteFrom.length > 0 ? substituteFrom : undefined,
          }
        : undefined,
    prune: part.prune,
    retryInterval: style.retryInterval === '' ? undefined : style.retryInterval,
    sourceRef: { ...surroundings.sourceRef },
    targetNamespace: request.namespace,
    wait: part.wait,
  };
  const first = style.firstFields.filter((name) => fields[name] !== undefined);
  const names = [
    ...first,
    ...Object.keys(fields)
      .filter((name) => !first.includes(name))
      .sort(),
  ];
  return objectOf(style, 'kustomize.toolkit.fluxcd.io/v1', 'Kustomization', {
    metadata: {
      name: usesName ? new Anchored('app', part.name) : part.name,
      namespace: style.kustomizations === 'app' ? undefined : 'flux-system',
    },
    spec: Object.fromEntries(names.map((name) => [name, fields[name]])),
  });
}

function decryption({ namesKey }: Style): Content {
  return { provider: 'sops', secretRef: namesKey ? { name: 'sops-age' } : undefined };
}

function dependency(text: string, home: string, { dependencyNamespace }: Style): Content {
  const [namespace = '', name = ''] = text.split('/');
  const isNamed = dependencyNamespace === 'always' || namespace !== home;
  return { name, namespace: isNamed ? namespace : undefined };
}

/** A ConfigMap that kustomize makes out of files. */
export interface Generator {
  readonly name: string;
  /** Relative to the folder of the kustomization. */
  readonly files: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Whether Flux leaves `${…}` in it alone. */
  readonly isLiteral: boolean;
  /** Where the values of the HelmRelease name it, a path of kustomize; undefined where nobody does. */
  readonly namedAt: string | undefined;
}

/** The files of kustomize in a folder, in the order and with the prefix of the repository. */
export function kustomizationFiles(
  { style }: Making,
  folder: string,
  {
    resources,
    generators = [],
    components = [],
    patches = [],
  }: {
    readonly resources: readonly string[];
    readonly generators?: readonly Generator[];
    readonly components?: readonly string[];
    readonly patches?: readonly Content[];
  },
): MadeFile[] {
  const prefix = prefixOf(style);
  // Names inside of the values of a chart are none that kustomize knows of by itself.
  const named = style.keepsHash ? generators.flatMap(({ namedAt }) => namedAt ?? []) : [];
  const configurations = named.length === 0 ? undefined : [`${prefix}kustomizeconfig.yaml`];
  const maps = generators.map(({ name, files, labels, isLiteral }): Content => ({
    name,
    files: files.map((file) => (file.includes('=') ? file : `${prefix}${file}`)),
    options:
      labels === undefined && !isLiteral
        ? undefined
        : {
            annotations: isLiteral ? { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' } : undefined,
            labels: labels === undefined ? undefined : { ...labels },
          },
  }));
  const kustomization: Manifest = {
    schema: 'https://json.schemastore.org/kustomization',
    content: {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      components: components.length === 0 ? undefined : components.map((one) => posix.relative(folder, one)),
      configMapGenerator: maps.length === 0 ? undefined : maps,
      configurations,
      generatorOptions: maps.length === 0 || style.keepsHash ? undefined : { disableNameSuffixHash: true },
      patches: patches.length === 0 ? undefined : patches,
      resources: inOrder(style, resources).map((one) => (/^\.\.\/|^https:/.test(one) ? one : `${prefix}${one}`)),
    },
  };
  const config: Manifest = {
    content: {
      nameReference: [
        { kind: 'ConfigMap', version: 'v1', fieldSpecs: named.map((path) => ({ kind: 'HelmRelease', path })) },
      ],
    },
  };
  return [
    { path: `${folder}/kustomization.yaml`, text: manifestText([kustomization]) },
    ...(configurations === undefined ? [] : [{ path: `${folder}/kustomizeconfig.yaml`, text: manifestText([config]) }]),
  ];
}

/** What stands before a file in a list of kustomize. */
export function prefixOf({ resourcePrefix }: Style): string {
  return resourcePrefix === 'none' ? '' : './';
}

/** Files in the order of the repository. */
function inOrder({ resources: { order, functions } }: Style, names: readonly string[]): string[] {
  const rank = (name: string): string => {
    if (order === 'alphabetical') return name;
    const place = functions.findIndex((one) => name.startsWith(one));
    return `${String(place === -1 ? functions.length : place).padStart(3, '0')} ${name}`;
  };
  return names.toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1));
}

/** How the entries of a kustomization are ordered, for what is added to one. */
export function entryOrder(style: Style): ((one: string, other: string) => number) | undefined {
  if (style.resources.order !== 'alphabetical') return undefined;
  return (one, other) => (one < other ? -1 : one > other ? 1 : 0);
}

/** A source of a chart, and how a release names it. */
export function sourceOf(
  { style }: Making,
  { kind, url, version }: ChartOrigin,
  name: string,
): { readonly file: string; readonly manifest: Manifest } {
  const isCentral = style.sources === 'central';
  const metadata = { name, namespace: isCentral ? 'flux-system' : undefined };
  const manifest =
    kind === 'HelmRepository'
      ? objectOf(style, 'source.toolkit.fluxcd.io/v1', kind, {
          metadata,
          spec: { interval: style.sourceInterval, url },
        })
      : objectOf(style, 'source.toolkit.fluxcd.io/v1', kind, {
          metadata,
          spec: {
            interval: style.sourceInterval,
            layerSelector: { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', operation: 'copy' },
            ref: { tag: version },
            url,
          },
        });
  return { file: isCentral ? `${name}.yaml` : `${kind.toLowerCase()}.yaml`, manifest };
}

/** The fields of a HelmRelease that name its chart. */
export function chartFields(
  { style }: Making,
  { kind, chart, version }: ChartOrigin,
  name: string,
): Readonly<Record<string, Content>> {
  const namespace = style.sources === 'central' ? 'flux-system' : undefined;
  if (kind === 'OCIRepository') return { chartRef: { kind, name, namespace } };
  return { chart: { spec: { chart, sourceRef: { kind, name, namespace }, version } } };
}

/** The files of a namespace that is not there yet, as its siblings have them. */
export function namespaceFiles(making: Making): MadeFile[] {
  const { request, style } = making;
  const folder = `${style.folder}/${request.namespace}`;
  const sibling = siblingOf(making);
  const components =
    sibling?.components ?? (style.namespaceComponent === '' ? [] : [posix.relative(folder, style.namespaceComponent)]);
  const hasFile = sibling?.hasFile ?? style.namespaceComponent === '';
  const prefix = prefixOf(style);
  const entry = `${request.name}/ks.yaml`;
  const resources = [...(hasFile ? ['namespace.yaml'] : []), entry];
  const kustomization: Manifest = {
    schema: 'https://json.schemastore.org/kustomization',
    content: {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      namespace: style.kustomizations === 'app' ? request.namespace : undefined,
      components: components.length === 0 ? undefined : [...components],
      resources: (style.resources.order === 'alphabetical' ? resources.toSorted() : resources).map(
        (one) => `${prefix}${one}`,
      ),
    },
  };
  const namespace: Manifest = {
    content: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: request.namespace, annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } },
    },
  };
  return [
    { path: `${folder}/kustomization.yaml`, text: manifestText([kustomization]) },
    ...(hasFile ? [{ path: `${folder}/namespace.yaml`, text: manifestText([namespace]) }] : []),
  ];
}

/** What most namespaces of the repository have. */
function siblingOf({
  surroundings,
}: Making): { readonly components: readonly string[]; readonly hasFile: boolean } | undefined {
  const counts = new Map<string, number>();
  for (const { fields } of surroundings.namespaces.values()) {
    const components = Array.isArray(fields.components) ? fields.components.map(String) : [];
    // A namespace whose Pods may do more is none to take after.
    if (components.some((one) => one.includes('privileged'))) continue;
    const resources = Array.isArray(fields.resources) ? fields.resources.map(String) : [];
    const key = JSON.stringify({ components, hasFile: resources.some((one) => /(?:^|\/)namespace\.ya?ml$/.test(one)) });
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const [best] = [...counts].toSorted(([, one], [, other]) => other - one);
  return best === undefined ? undefined : (JSON.parse(best[0]) as { components: string[]; hasFile: boolean });
}
