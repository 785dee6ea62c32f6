import { createHash } from 'node:crypto';
import { type ManifestDocument, objectFinding } from '../manifests/document.ts';
import { at, type Fields, type Path, isFields } from '../text/values.ts';
import { type AppliedObject, type FluxTree, resolverOf } from '../manifests/flux/tree.ts';
import type { SchemaChecker } from '../manifests/schemas.ts';
import { substitute } from '../manifests/flux/substitution.ts';
import type { Finding } from '../report/finding.ts';
import { suggestNearest } from '../text/suggest.ts';

/** Kinds of files that no API server ever sees: kustomize and helmfile read them. */
const NOT_APPLIED = 'kustomize.config.k8s.io/';

/** What the schemas say of a tree. */
interface SchemaCheck {
  readonly findings: readonly Finding[];
  /** Kinds in the tree that there is no schema for, as `apiVersion/kind`, sorted. */
  readonly unknownKinds: readonly string[];
  /** Hashes of the objects that fit. Secrets are left out, as the hash of a plain secret could be guessed from. */
  readonly fitting: readonly string[];
  /** How many objects were checked. */
  readonly checked: number;
}

/**
 * Checks every object that Flux or the bootstrap applies by the schema of its kind, variables replaced, and those of components
 * that wait for an app with the defaults of their variables.
 *
 * @param passed - hashes of objects that are known to fit
 */
export async function checkSchemas(
  { objects, library }: FluxTree,
  checker: SchemaChecker,
  passed: ReadonlySet<string> = new Set(),
): Promise<SchemaCheck> {
  const findings: Finding[] = [];
  const unknown = new Set<string>();
  const seen = new Set<ManifestDocument>();
  const fitting = new Set<string>();
  let checked = 0;
  for (const object of [...objects, ...library]) {
    const { document, apiVersion, kind } = object;
    if (object.generatedKeys !== undefined || seen.has(document) || apiVersion.startsWith(NOT_APPLIED)) continue;
    seen.add(document);
    const resolve = library.includes(object) ? defaultsOnly : resolverOf(object);
    const applied = asApplied(object.fields, resolve);
    const hash = document.file.isSecret ? undefined : hashOf(applied);
    const isKnown = hash !== undefined && passed.has(hash);
    const misfits = isKnown ? [] : await checker.check(applied, { apiVersion, kind });
    if (misfits === undefined) unknown.add(`${apiVersion}/${kind}`);
    else checked += 1;
    if (hash !== undefined && misfits?.length === 0) fitting.add(hash);
    const known = (misfits ?? []).filter(({ path }) => !isOpen(at(applied, ...path)));
    findings.push(...known.map((misfit) => finding(object, misfit)));
  }
  return { findings, unknownKinds: [...unknown].sort(), fitting: [...fitting].sort(), checked };
}

/** Whether a value still holds a variable, which another gate tells of where it is a mistake. */
function isOpen(value: unknown): boolean {
  return typeof value === 'string' && value.includes('${');
}

function hashOf(object: unknown): string {
  return createHash('sha256').update(JSON.stringify(object)).digest('base64');
}

function defaultsOnly(text: string): string {
  return substitute(text, new Map());
}

/**
 * The object with variables replaced and without what SOPS adds to it, which Flux takes away. A key without a value counts as
 * absent, as it does for the API.
 */
function asApplied(object: Fields, resolve: (text: string) => string): unknown {
  const { sops: _sops, ...fields } = object;
  const replace = (value: unknown): unknown => {
    if (typeof value === 'string') return retyped(value, resolve(value));
    if (Array.isArray(value)) return value.map(replace);
    if (!isFields(value)) return value;
    const entries = Object.entries(value).filter(([, inner]) => inner !== null);
    return Object.fromEntries(entries.map(([key, inner]) => [resolve(key), replace(inner)]));
  };
  return replace(fields);
}

/** Flux replaces variables in the text of an object: what stands there without quotes is a number or a boolean afterwards. */
function retyped(written: string, resolved: string): unknown {
  if (written === resolved || !written.startsWith('${')) return resolved;
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(resolved)) return Number(resolved);
  return resolved === 'true' || resolved === 'false' ? resolved === 'true' : resolved;
}

function finding(
  object: AppliedObject,
  misfit: { readonly path: Path; readonly message: string; readonly known: readonly string[] },
): Finding {
  const key = String(misfit.path[misfit.path.length - 1] ?? '');
  const near = suggestNearest(key, misfit.known);
  const known =
    misfit.known.length === 0 ? `see the fields of ${object.kind}` : `known here: ${misfit.known.join(', ')}`;
  return objectFinding(object, misfit.path, {
    code: 'manifests/schema',
    message: misfit.message,
    remedy: near === undefined ? known : `did you mean ${near}?`,
  });
}
