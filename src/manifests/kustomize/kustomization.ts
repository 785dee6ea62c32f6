import type { ManifestDocument } from '../document.ts';
import { isPlain } from '../written.ts';
import { suggestNearest } from '../../text/suggest.ts';
import { asText, at, type Fields, isFields, listAt, type Path } from '../../text/values.ts';

/** What a field of a kustomization takes. */
type Shape =
  | 'text'
  | 'boolean'
  | 'integer'
  | 'any'
  | { readonly list: Shape }
  | { readonly map: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> };

const TEXTS: Shape = { list: 'text' };
const TEXT_MAP: Shape = { map: 'text' };

function texts<Name extends string>(...names: readonly Name[]): Record<Name, Shape> {
  return Object.fromEntries(names.map((name) => [name, 'text'])) as Record<Name, Shape>;
}

const KIND = texts('group', 'version', 'kind');
const OBJECT = { ...KIND, ...texts('name', 'namespace') };
const SELECTOR: Shape = { fields: { ...OBJECT, ...texts('annotationSelector', 'labelSelector') } };
const PATCHES: Shape = {
  list: {
    fields: {
      ...texts('path', 'patch'),
      target: SELECTOR,
      options: { fields: { allowNameChange: 'boolean', allowKindChange: 'boolean' } },
    },
  },
};
const GENERATOR_OPTIONS: Shape = {
  fields: { labels: TEXT_MAP, annotations: TEXT_MAP, disableNameSuffixHash: 'boolean', immutable: 'boolean' },
};
const GENERATOR = {
  ...texts('namespace', 'name', 'behavior', 'env'),
  literals: TEXTS,
  files: TEXTS,
  envs: TEXTS,
  options: GENERATOR_OPTIONS,
};
const IMAGES: Shape = { list: { fields: texts('name', 'newName', 'tagSuffix', 'newTag', 'digest') } };
const FIELD_OPTIONS: Shape = { fields: { ...texts('delimiter', 'encoding'), index: 'integer', create: 'boolean' } };

/** A replacement, in a kustomization or a file of its own. */
const REPLACEMENT: Readonly<Record<string, Shape>> = {
  source: { fields: { ...OBJECT, fieldPath: 'text', options: FIELD_OPTIONS } },
  sourceValue: 'text',
  targets: {
    list: { fields: { select: SELECTOR, reject: { list: SELECTOR }, fieldPaths: TEXTS, options: FIELD_OPTIONS } },
  },
};

const HELM_GLOBALS = texts('chartHome', 'configHome');
const HELM_CHART: Shape = {
  fields: {
    ...texts(
      'name',
      'version',
      'repo',
      'releaseName',
      'namespace',
      'valuesFile',
      'valuesMerge',
      'kubeVersion',
      'nameTemplate',
    ),
    additionalValuesFiles: TEXTS,
    apiVersions: TEXTS,
    valuesInline: { map: 'any' },
    includeCRDs: 'boolean',
    skipHooks: 'boolean',
    skipTests: 'boolean',
    debug: 'boolean',
    devel: 'boolean',
  },
};
const OLD_HELM_CHART: Shape = {
  fields: {
    ...texts(
      'chartName',
      'chartVersion',
      'chartRepoUrl',
      'chartHome',
      'chartRepoName',
      'helmBin',
      'helmHome',
      'values',
    ),
    ...texts('valuesMerge', 'releaseName', 'releaseNamespace'),
    valuesLocal: { map: 'any' },
    extraArgs: TEXTS,
  },
};

/** The fields of a kustomization: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/. */
const KUSTOMIZATION: Shape = {
  fields: {
    ...texts('apiVersion', 'kind', 'namePrefix', 'nameSuffix', 'namespace'),
    metadata: { fields: { ...texts('name', 'namespace'), labels: TEXT_MAP, annotations: TEXT_MAP } },
    openapi: TEXT_MAP,
    commonLabels: TEXT_MAP,
    labels: {
      list: {
        fields: {
          pairs: TEXT_MAP,
          includeSelectors: 'boolean',
          includeTemplates: 'boolean',
          fields: { list: { fields: { ...KIND, path: 'text', create: 'boolean' } } },
        },
      },
    },
    commonAnnotations: TEXT_MAP,
    patchesStrategicMerge: TEXTS,
    patchesJson6902: PATCHES,
    patches: PATCHES,
    images: IMAGES,
    imageTags: IMAGES,
    replacements: { list: { fields: { ...REPLACEMENT, path: 'text' } } },
    replicas: { list: { fields: { name: 'text', count: 'integer' } } },
    vars: {
      list: {
        fields: {
          name: 'text',
          objref: { fields: { apiVersion: 'text', ...OBJECT } },
          fieldref: { fields: { fieldPath: 'text' } },
        },
      },
    },
    sortOptions: { fields: { order: 'text', legacySortOptions: { fields: { orderFirst: TEXTS, orderLast: TEXTS } } } },
    resources: TEXTS,
    components: TEXTS,
    crds: TEXTS,
    bases: TEXTS,
    configMapGenerator: { list: { fields: GENERATOR } },
    secretGenerator: { list: { fields: { ...GENERATOR, type: 'text' } } },
    helmGlobals: { fields: HELM_GLOBALS },
    helmCharts: { list: HELM_CHART },
    helmChartInflationGenerator: { list: OLD_HELM_CHART },
    generatorOptions: GENERATOR_OPTIONS,
    configurations: TEXTS,
    generators: TEXTS,
    transformers: TEXTS,
    validators: TEXTS,
    buildMetadata: TEXTS,
  },
};

/** What is wrong with a value of a kustomization, and what would be right. */
export interface Misfit {
  readonly path: Path;
  readonly message: string;
  readonly remedy: string;
  /** Whether it is none where the value is written in quotes. */
  readonly isOnlyPlain?: boolean;
}

/** A kustomization as kustomize takes it. */
export interface Kustomization {
  readonly document: ManifestDocument;
  readonly fields: Fields;
  readonly isComponent: boolean;
  /** Why kustomize refuses it. */
  readonly misfits: readonly Misfit[];
}

/** Reads a kustomization: its keys in any case of letters, as kustomize takes them, and what it would refuse of it. */
export function readKustomization(document: ManifestDocument): Kustomization {
  const found: Misfit[] = [];
  const fields = fitted(document.fields, KUSTOMIZATION, [], found) as Fields;
  const misfits = found.filter(({ isOnlyPlain, path }) => isOnlyPlain !== true || isPlain(document, path));
  const kind = asText(fields.kind);
  const isComponent = kind === 'Component';
  misfits.push(...headMisfits(fields, kind, isComponent));
  return { document, fields, isComponent, misfits };
}

const HEAD = ['apiVersion', 'kind'];

function headMisfits(fields: Fields, kind: string, isComponent: boolean): Misfit[] {
  const misfits: Misfit[] = [];
  if (!['', 'Component', 'Kustomization'].includes(kind)) {
    misfits.push({
      path: ['kind'],
      message: `kustomize reads no ${kind} here`,
      remedy: 'write Kustomization, or Component for one that others list under components',
    });
  }
  const wanted = `kustomize.config.k8s.io/${isComponent ? 'v1alpha1' : 'v1beta1'}`;
  const apiVersion = asText(fields.apiVersion);
  if (apiVersion !== '' && apiVersion !== wanted) {
    const message = `the apiVersion of a ${isComponent ? 'Component' : 'Kustomization'} is not ${apiVersion}`;
    misfits.push({ path: ['apiVersion'], message, remedy: `write ${wanted}` });
  }
  misfits.push(...orderMisfits(fields));
  const isEmpty = Object.entries(fields).every(([key, value]) => HEAD.includes(key) || isZero(value));
  if (isEmpty) {
    const message = 'the kustomization has no entries, which kustomize refuses';
    const [key] = Object.keys(fields).filter((one) => !HEAD.includes(one));
    misfits.push({
      path: key === undefined ? [] : [key],
      message,
      remedy: 'list its resources, or leave the folder out where it has nothing to apply',
    });
  }
  return misfits;
}

function orderMisfits(fields: Fields): Misfit[] {
  if (!isFields(fields.sortOptions)) return [];
  const order = asText(fields.sortOptions.order);
  if (order === 'legacy') return [];
  const path = ['sortOptions', ...(order === '' ? [] : ['order'])];
  if (order !== 'fifo') return [{ path, message: `kustomize knows no order ${order}`, remedy: 'write legacy or fifo' }];
  if (!isFields(fields.sortOptions.legacySortOptions)) return [];
  const message = 'legacySortOptions is for the order legacy alone';
  return [{ path: ['sortOptions', 'legacySortOptions'], message, remedy: 'leave it out, or write `order: legacy`' }];
}

/** Whether a value counts as not written. A list without entries counts as written. */
function isZero(value: unknown): boolean {
  return value === null || value === '' || value === undefined;
}

/** A list of replacements in a file of their own, or one; what kustomize would refuse of it is added. */
export function readReplacements(value: unknown, misfits: Misfit[]): readonly Fields[] {
  const shape: Shape = { fields: REPLACEMENT };
  if (Array.isArray(value)) return value.map((one, index) => fitted(one, shape, [index], misfits) as Fields);
  return [fitted(value, shape, [], misfits) as Fields];
}

/** The value with what fits its shape: unknown fields and values of other types are left out and told. */
function fitted(value: unknown, shape: Shape, path: Path, misfits: Misfit[]): unknown {
  if (value === null || value === undefined || shape === 'any') return value;
  if (typeof shape === 'string') return fittedScalar(value, shape, path, misfits);
  if ('list' in shape) {
    if (!Array.isArray(value)) {
      misfits.push(misfit(path, 'a list', value));
      return undefined;
    }
    return value.map((item, index) => fitted(item, shape.list, [...path, index], misfits) ?? zeroOf(shape.list));
  }
  if (!isFields(value)) {
    misfits.push(misfit(path, 'a map', value));
    return {};
  }
  if ('map' in shape) {
    const entries = Object.entries(value).map(([key, inner]) => [
      key,
      fitted(inner, shape.map, [...path, key], misfits) ?? '',
    ]);
    return Object.fromEntries(entries) as Fields;
  }
  return fittedFields(value, shape.fields, path, misfits);
}

function fittedFields(value: Fields, shapes: Readonly<Record<string, Shape>>, path: Path, misfits: Misfit[]): Fields {
  const fields: Record<string, unknown> = {};
  for (const [written, inner] of Object.entries(value)) {
    const key = Object.hasOwn(shapes, written)
      ? written
      : Object.keys(shapes).find((one) => one.toLowerCase() === written.toLowerCase());
    const shape = key === undefined ? undefined : shapes[key];
    if (key === undefined || shape === undefined) {
      const near = suggestNearest(written, Object.keys(shapes));
      const message = `kustomize knows no field ${written} here, and refuses the kustomization`;
      const known = `known here: ${Object.keys(shapes).sort().join(', ')}`;
      misfits.push({ path: [...path, written], message, remedy: near === undefined ? known : `did you mean ${near}?` });
    } else fields[key] = fitted(inner, shape, [...path, written], misfits);
  }
  return fields;
}

/** Words and numbers of YAML 1.1, which kustomize reads a kustomization by, that are texts in YAML 1.2. */
const WORD = /^(?:y|n|yes|no|on|off)$/i;
const NUMBER = /^[-+]?(?:0b[01_]+|[0-9]+_[0-9_]*)$/;

function zeroOf(shape: Shape): unknown {
  if (shape === 'text') return '';
  return typeof shape === 'string' ? null : {};
}

function fittedScalar(value: unknown, shape: 'text' | 'boolean' | 'integer', path: Path, misfits: Misfit[]): unknown {
  if (shape === 'text' && typeof value === 'string') {
    const isWord = WORD.test(value);
    if (isWord || NUMBER.test(value)) misfits.push({ ...misfit(path, 'a text', isWord || 0), isOnlyPlain: true });
    return value;
  }
  if (shape === 'boolean' && typeof value === 'boolean') return value;
  if (shape === 'integer' && typeof value === 'number' && Number.isInteger(value)) return value;
  const words = { text: 'a text', boolean: 'true or false', integer: 'a whole number' };
  misfits.push(misfit(path, words[shape], value));
  return undefined;
}

function misfit(path: Path, wanted: string, value: unknown): Misfit {
  const isScalar = typeof value === 'number' || typeof value === 'boolean';
  const remedy = wanted === 'a text' && isScalar ? 'write it in quotes' : `write ${wanted}`;
  const field = path.findLast((step) => typeof step === 'string') ?? 'this';
  return { path, message: `${field} has to be ${wanted}, and is ${sortOf(value)}`, remedy };
}

function sortOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isFields(value)) return 'a map';
  return typeof value === 'string' ? 'a text' : typeof value === 'number' ? 'a number' : 'true or false';
}

/** An entry of a list of a kustomization with the way to it. */
export interface Entry {
  readonly fields: Fields;
  readonly path: Path;
}

/** The maps of a list of a kustomization. */
export function entriesAt(kustomization: Kustomization, key: string): Entry[] {
  return listAt(kustomization.fields, key).map((one, index) => ({
    fields: isFields(one) ? one : {},
    path: [key, index],
  }));
}

/** A text of an entry; empty where there is none. */
export function entryText({ fields }: Entry, ...path: Path): string {
  return asText(at(fields, ...path));
}
