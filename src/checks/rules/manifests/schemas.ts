import { createHash } from 'node:crypto';
import { originKey } from '../../../manifests/document.ts';
import { substitute } from '../../../manifests/flux/substitution.ts';
import { type AppliedObject, type FluxTree, resolverOf } from '../../../manifests/flux/tree.ts';
import {
  type KindName,
  type KindState,
  type Kinds,
  kindsOf,
  minorIn,
  originOfSource,
} from '../../../manifests/kinds.ts';
import type { Misfit } from '../../../manifests/structural.ts';
import { suggestNearest } from '../../../text/suggest.ts';
import { at, type Fields, isFields } from '../../../text/values.ts';
import { atObject, type CheckTools, type Complaint, defineCheck, once, type Rule, type Told } from '../../rule.ts';
import { APPLIED, object as example } from './examples.ts';

/** Kinds of files that no API server ever sees: kustomize and helmfile read them. */
const NOT_APPLIED = 'kustomize.config.k8s.io/';

/** How many objects of a tree were looked at. */
export interface SchemaCoverage {
  /** Objects that were checked by the schema of their kind. */
  readonly checked: number;
  /** All objects. */
  readonly objects: number;
  /** Kinds without a schema, as `apiVersion/kind`, sorted, with how many objects are of them. */
  readonly without: readonly { readonly kind: string; readonly objects: number }[];
}

/** What the schemas say of a tree. */
interface SchemaCheck {
  readonly told: readonly Told[];
  readonly coverage: SchemaCoverage;
  /** Hashes of the objects that fit. Secrets are left out, as the hash of a plain secret could be guessed from. */
  readonly fitting: readonly string[];
}

/**
 * Checks every object that Flux or the bootstrap applies by the schema of its kind, variables replaced, and those of components
 * that wait for an app with the defaults of their variables.
 *
 * @param kinds - what is known of kinds in the tree, and for which version of Kubernetes it is
 */
async function checkSchemas(
  { objects, library }: Pick<FluxTree, 'objects' | 'library'>,
  { schemas: checker, passed }: Pick<CheckTools, 'schemas' | 'passed'>,
  kinds: Kinds,
): Promise<SchemaCheck> {
  const waiting = new Set(library);
  const complaints: Told[] = [];
  const without = new Map<string, number>();
  const seen = new Set<string>();
  const fitting = new Set<string>();
  let checked = 0;
  for (const object of [...objects, ...library]) {
    const { document, apiVersion, kind } = object;
    const key = originKey(object.originOf([]));
    if (seen.has(key) || apiVersion.startsWith(NOT_APPLIED)) continue;
    seen.add(key);
    const resolve = waiting.has(object) ? defaultsOnly : resolverOf(object);
    const applied = asApplied(named(object), resolve);
    // What a definition in the tree says of a kind may be another thing in the next tree.
    const isKept = !document.file.isSecret && !kinds.isDefinedHere(object);
    const hash = isKept ? hashOf([kinds.minor, applied]) : undefined;
    const isKnown = hash !== undefined && passed.has(hash);
    const misfits = isKnown ? [] : await checker.check(applied, object, kinds);
    const complaint = isKnown ? undefined : complainOfKind(object, kinds, misfits !== undefined);
    if (complaint !== undefined) complaints.push(atObject(object, complaint.path, complaint));
    if (misfits !== undefined) checked += 1;
    else without.set(`${apiVersion}/${kind}`, (without.get(`${apiVersion}/${kind}`) ?? 0) + 1);
    if (hash !== undefined && misfits?.length === 0 && complaint === undefined) fitting.add(hash);
    // What waits for an app has its last name there.
    const told = waiting.has(object)
      ? (misfits ?? []).filter(({ path }) => path.join('.') !== 'metadata.name')
      : misfits;
    const known = (told ?? []).filter(({ path }) => !isOpen(at(applied, ...path)));
    complaints.push(...known.map((misfit) => misfitOf(object, applied, misfit)));
  }
  const objectsWithout = [...without.values()].reduce((sum, count) => sum + count, 0);
  return {
    told: complaints,
    coverage: {
      checked,
      objects: checked + objectsWithout,
      without: [...without].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, count]) => ({ kind, objects: count })),
    },
    fitting: [...fitting].sort(),
  };
}

function definitionsIn(objects: readonly AppliedObject[]): Parameters<typeof kindsOf>[0] {
  return objects
    .filter(({ kind }) => kind === 'CustomResourceDefinition')
    .map(({ document, fields }) => ({ file: document.file.path, fields }));
}

/** What is wrong with the kind or the version of an object. */
function complainOfKind(
  { apiVersion, kind }: KindName,
  kinds: Kinds,
  isChecked: boolean,
): (Complaint & { readonly path: readonly string[] }) | undefined {
  const found = kinds.stateOf({ apiVersion, kind });
  const code = 'manifests/kind';
  // A list is taken apart before it is applied.
  if (kind.endsWith('List')) return undefined;
  if (found.state === 'served') {
    if (found.version.deprecated !== true) return undefined;
    const message = `${apiVersion} of ${kind} is deprecated by ${originOfSource(found.source)}`;
    const remedy = 'take a newer version before the project removes it';
    return { code, severity: 'note', path: ['apiVersion'], message, remedy };
  }
  // A schema that the user has given says that there is such a kind, where nothing says which Kubernetes there is.
  if (isChecked && kinds.minor === undefined) return undefined;
  const ofVersion = complainOfVersion({ apiVersion, kind }, found, kinds.minor);
  if (ofVersion !== undefined) return { code, path: ['apiVersion'], ...ofVersion };
  if (isChecked) return undefined;
  switch (found.state) {
    case 'unserved':
      return {
        code,
        severity: found.mayBeOlder ? 'warning' : 'error',
        path: ['apiVersion'],
        message: `${originOfSource(found.source)} does not serve ${kind} as ${apiVersion}`,
        remedy: `it serves ${found.served.join(', ')}`,
      };
    case 'no-kind': {
      const { near, source, isComplete } = found;
      if (near === undefined && !isComplete) return undefined;
      const message = `${originOfSource(source)} has no kind ${kind} in ${apiVersion}`;
      return {
        code,
        path: ['kind'],
        message,
        remedy: near === undefined ? 'correct the kind' : `did you mean ${near}?`,
      };
    }
    case 'gone':
    case 'early':
    case 'unknown':
      return undefined;
  }
}

/** What is wrong with a version that Kubernetes itself serves in some of its releases. */
function complainOfVersion(
  { apiVersion, kind }: KindName,
  found: KindState,
  minor = '',
): Pick<Complaint, 'message' | 'remedy'> | undefined {
  const kubernetes = `Kubernetes${minor === '' ? '' : ` ${minor}`}`;
  if (found.state === 'gone') {
    const { until, to } = found;
    return {
      message: `${kubernetes} no longer serves ${apiVersion} of ${kind}: ${until} was the last one`,
      remedy:
        to === undefined ? 'remove it: nothing took its place' : `take ${to}, and look what changed in its fields`,
    };
  }
  if (found.state !== 'early') return undefined;
  return {
    message: `${kubernetes} does not serve ${apiVersion} of ${kind} yet: ${found.since} is the first one`,
    remedy:
      found.served.length === 0 ? 'raise Kubernetes first' : `take ${found.served.join(' or ')}, or raise Kubernetes`,
  };
}

/** kustomize gives a Namespace the name that it gives the namespace of everything else. */
function named({ fields, kind, name }: AppliedObject): Fields {
  const { metadata } = fields;
  return kind === 'Namespace' && isFields(metadata) ? { ...fields, metadata: { ...metadata, name } } : fields;
}

/** Whether a value still holds a variable, which another rule tells of where it is a mistake, or is encrypted. */
export function isOpen(value: unknown): boolean {
  return typeof value === 'string' && (value.includes('${') || value.startsWith('ENC[AES256_GCM,'));
}

function hashOf(object: unknown): string {
  return createHash('sha256').update(JSON.stringify(object)).digest('base64');
}

function defaultsOnly(text: string): string {
  return substitute(text, new Map());
}

/**
 * The object with variables replaced and without what SOPS adds to it, which Flux takes away.
 *
 * @param isNullKept - whether a key without a value stays; for the API it counts as absent
 */
export function asApplied(object: Fields, resolve: (text: string) => string, isNullKept = false): Fields {
  const { sops: _sops, ...fields } = object;
  const replace = (value: unknown): unknown => {
    if (typeof value === 'string') return retyped(value, resolve(value));
    if (Array.isArray(value)) return value.map(replace);
    return isFields(value) ? replaceIn(value) : value;
  };
  const replaceIn = (value: Fields): Fields => {
    const entries = Object.entries(value).filter(([, inner]) => isNullKept || inner !== null);
    return Object.fromEntries(entries.map(([key, inner]) => [resolve(key), replace(inner)]));
  };
  return replaceIn(fields);
}

/** Flux replaces variables in the text of an object: what stands there without quotes is a number or a boolean afterwards. */
function retyped(written: string, resolved: string): unknown {
  if (written === resolved || !written.startsWith('${')) return resolved;
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(resolved)) return Number(resolved);
  return resolved === 'true' || resolved === 'false' ? resolved === 'true' : resolved;
}

function misfitOf(object: AppliedObject, applied: Fields, misfit: Misfit): Told {
  return atObject(object, misfit.path, {
    code: 'manifests/schema',
    message: misfit.message,
    remedy: remedyOf(misfit, at(applied, ...misfit.path), `the fields of ${object.kind}`),
  });
}

/**
 * What would be right: the nearest name or value that is known, else what the schema says of it.
 *
 * @param value - the one that does not fit
 * @param fields - where its fields are explained
 */
export function remedyOf({ path, remedy, known, allowed }: Misfit, value: unknown, fields: string): string {
  if (known !== undefined) {
    const near = suggestNearest(String(path.at(-1) ?? ''), known);
    if (near !== undefined) return `did you mean ${near}?`;
    return known.length === 0 ? 'nothing may stand here' : `known here: ${known.join(', ')}`;
  }
  const near = allowed === undefined || typeof value !== 'string' ? undefined : suggestNearest(value, allowed);
  return near === undefined ? (remedy ?? `see ${fields}`) : `did you mean ${near}?`;
}

/** Finds releases with two charts or none: https://fluxcd.io/flux/components/helm/helmreleases/#chart-reference. */
function checkCharts({ objects }: FluxTree): Told[] {
  return objects
    .filter(({ kind, group }) => kind === 'HelmRelease' && group === 'helm.toolkit.fluxcd.io')
    .flatMap((object): Told[] => {
      const charts = ['chart', 'chartRef'].filter((key) => at(object.fields, 'spec', key) !== undefined);
      if (charts.length === 1) return [];
      const message =
        charts.length === 0
          ? 'the HelmRelease names no chart'
          : 'the HelmRelease names its chart twice, which is refused';
      const remedy = 'write either `chart` or `chartRef`';
      const path = charts.length === 0 ? ['spec'] : ['spec', 'chartRef'];
      return [atObject(object, path, { code: 'manifests/schema', message, remedy })];
    });
}

/** What the schemas say of the objects of a tree. */
export const schemaCheck = once(({ flux, tree, tools }) =>
  checkSchemas(flux, tools, kindsOf(definitionsIn(flux.objects), tools.kubernetes ?? minorIn(tree))),
);

/** What the API takes. */
export const SCHEMA_RULES: readonly Rule[] = [
  defineCheck({
    id: 'manifests/schema',
    isOfEach: true,
    description: 'Every object has the fields that its kind must have, no others, and values of their types.',
    rationale:
      'The API refuses an object that does not fit, and Flux a field that is not known. Schemas come with the program; of kinds without one nothing is said, and how many these are.',
    source: 'https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/custom-resources/#validation',
    walk: async (context) => [...(await schemaCheck(context)).told, ...context.clusters.flatMap(checkCharts)],
    examples: {
      good: [
        {
          files: { 'site/service.yaml': example('v1', 'Service', 'site', 'spec:\n  ports:\n    - port: 80\n') },
          beside: APPLIED,
        },
      ],
      bad: [
        {
          files: {
            'site/service.yaml': example('v1', 'Service', 'site', 'spec:\n  ports:\n    - port: http # <- here\n'),
          },
          beside: APPLIED,
        },
      ],
    },
  }),
  defineCheck({
    id: 'manifests/kind',
    isOfEach: true,
    description: 'Every object is of a kind and version that the API serves.',
    rationale: 'A kind that is not known, or a version of it that is gone, stops the Kustomization.',
    source: 'https://kubernetes.io/docs/reference/using-api/deprecation-guide/',
    walk: async (context) => (await schemaCheck(context)).told,
    examples: {
      good: [{ files: { 'site/job.yaml': example('batch/v1', 'CronJob', 'site') }, beside: APPLIED }],
      bad: [
        { files: { 'site/job.yaml': example('batch/v1beta1 # <- here', 'CronJob', 'site') }, beside: APPLIED },
        { files: { 'site/job.yaml': example('batch/v1', 'CronJobs # <- here', 'site') }, beside: APPLIED },
      ],
    },
  }),
];
