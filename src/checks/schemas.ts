import { createHash } from 'node:crypto';
import { type Complaint, objectFinding, originKey } from '../manifests/document.ts';
import { type AppliedObject, type FluxTree, resolverOf } from '../manifests/flux/tree.ts';
import { substitute } from '../manifests/flux/substitution.ts';
import { type KindName, type KindState, kindsOf, originOfSource } from '../manifests/kinds.ts';
import type { SchemaChecker } from '../manifests/schemas.ts';
import type { Misfit } from '../manifests/structural.ts';
import type { Finding } from '../report/finding.ts';
import { suggestNearest } from '../text/suggest.ts';
import { at, type Fields, isFields } from '../text/values.ts';

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
  readonly findings: readonly Finding[];
  readonly coverage: SchemaCoverage;
  /** Hashes of the objects that fit. Secrets are left out, as the hash of a plain secret could be guessed from. */
  readonly fitting: readonly string[];
}

/**
 * Checks every object that Flux or the bootstrap applies by the schema of its kind, variables replaced, and those of components
 * that wait for an app with the defaults of their variables.
 *
 * @param passed - hashes of objects that are known to fit
 */
export async function checkSchemas(
  { objects, library }: Pick<FluxTree, 'objects' | 'library'>,
  checker: SchemaChecker,
  passed: ReadonlySet<string> = new Set(),
): Promise<SchemaCheck> {
  const kinds = kindsOf(definitionsIn(objects));
  const findings: Finding[] = [];
  const without = new Map<string, number>();
  const seen = new Set<string>();
  const fitting = new Set<string>();
  let checked = 0;
  for (const object of [...objects, ...library]) {
    const { document, apiVersion, kind } = object;
    const key = originKey(object.originOf([]));
    if (seen.has(key) || apiVersion.startsWith(NOT_APPLIED)) continue;
    seen.add(key);
    const resolve = library.includes(object) ? defaultsOnly : resolverOf(object);
    const applied = asApplied(named(object), resolve);
    // What a definition in the tree says of a kind may be another thing in the next tree.
    const isKept = !document.file.isSecret && !kinds.isDefinedHere(object);
    const hash = isKept ? hashOf(applied) : undefined;
    const isKnown = hash !== undefined && passed.has(hash);
    const misfits = isKnown ? [] : await checker.check(applied, object, kinds);
    const complaint = isKnown ? undefined : complainOfKind(object, kinds.stateOf(object), misfits !== undefined);
    if (complaint !== undefined) findings.push(objectFinding(object, complaint.path, complaint));
    if (misfits !== undefined) checked += 1;
    else without.set(`${apiVersion}/${kind}`, (without.get(`${apiVersion}/${kind}`) ?? 0) + 1);
    if (hash !== undefined && misfits?.length === 0 && complaint === undefined) fitting.add(hash);
    // What waits for an app has its last name there.
    const told = library.includes(object)
      ? (misfits ?? []).filter(({ path }) => path.join('.') !== 'metadata.name')
      : misfits;
    const known = (told ?? []).filter(({ path }) => !isOpen(at(applied, ...path)));
    findings.push(...known.map((misfit) => finding(object, applied, misfit)));
  }
  const objectsWithout = [...without.values()].reduce((sum, count) => sum + count, 0);
  return {
    findings,
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
  found: KindState,
  isChecked: boolean,
): (Complaint & { readonly path: readonly string[] }) | undefined {
  const code = 'manifests/kind';
  // A list is taken apart before it is applied.
  if (kind.endsWith('List')) return undefined;
  if (found.state === 'served') {
    if (found.version.deprecated !== true) return undefined;
    const message = `${apiVersion} of ${kind} is deprecated by ${originOfSource(found.source)}`;
    const remedy = 'take a newer version before the project removes it';
    return { code, severity: 'note', path: ['apiVersion'], message, remedy };
  }
  // A schema that the user has given says that there is such a kind.
  if (isChecked) return undefined;
  switch (found.state) {
    case 'moved':
      return {
        code,
        path: ['apiVersion'],
        message: `Kubernetes no longer serves ${apiVersion}`,
        remedy: `${kind} is in ${found.to}`,
      };
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
    case 'unknown':
      return undefined;
  }
}

/** kustomize gives a Namespace the name that it gives the namespace of everything else. */
function named({ fields, kind, name }: AppliedObject): Fields {
  const { metadata } = fields;
  return kind === 'Namespace' && isFields(metadata) ? { ...fields, metadata: { ...metadata, name } } : fields;
}

/** Whether a value still holds a variable, which another gate tells of where it is a mistake, or is encrypted. */
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

function finding(object: AppliedObject, applied: Fields, misfit: Misfit): Finding {
  return objectFinding(object, misfit.path, {
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
