import type { ConfigDocument } from './document.ts';
import { isError, type Issue, pathOf } from './issue.ts';
import { CLUSTER_FIELDS, type FieldSchema, NODE_FIELDS, schemaAt, SECRET_FIELDS } from './schemas.ts';
import { isWithin, type Path, valueAt } from '../../text/values.ts';
import type { Cluster, ClusterNode, SecretText, WrittenSecret } from './generated/types.ts';

/** A type whose members may be broken: each is undefined where its value cannot be relied on. */
type Sound<T> = { readonly [K in keyof T]: T[K] | undefined };

/** The fields of cluster.yaml that hold no secret. */
type PlainFields = { readonly [K in keyof Cluster as Cluster[K] extends SecretText | null ? never : K]: Cluster[K] };

/** What of the configuration can be relied on, with defaults applied. */
export interface SoundConfiguration {
  readonly cluster: Sound<PlainFields>;
  /** Undefined where the list itself is broken. */
  readonly nodes: readonly Sound<ClusterNode>[] | undefined;
  /** The secrets as they are written. */
  readonly secrets: Readonly<Record<string, WrittenSecret>>;
  /** Whether a field of cluster.yaml is written there, rather than a default. */
  readonly isWritten: (field: string) => boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/** The sound values of both files; `issues` says which values are not. */
export function soundConfiguration(
  documents: { readonly cluster: ConfigDocument; readonly nodes: ConfigDocument },
  issues: readonly Issue[],
): SoundConfiguration {
  const isSound = soundness(issues.filter(isError));
  const cluster = soundFields(documents.cluster, [], isSound);
  const secrets = SECRET_FIELDS.filter((name) => cluster[name] !== undefined && cluster[name] !== null).map((name) => [
    name,
    cluster[name],
  ]);
  return {
    // The schema has been met, and schema and types are compared by a test.
    cluster: cluster as unknown as SoundConfiguration['cluster'],
    nodes: soundNodes(documents.nodes, isSound),
    secrets: Object.fromEntries(secrets) as Record<string, WrittenSecret>,
    isWritten: (field) => valueAt(documents.cluster.value, [field]) !== undefined,
  };
}

type IsSound = (document: ConfigDocument, path: Path) => boolean;

/** A value is sound when no error is known at it, in it or around it. */
function soundness(issues: readonly Issue[]): IsSound {
  return ({ file, value }, path) =>
    value !== undefined &&
    !issues.some((issue) => {
      const broken = issue.file === file ? pathOf(issue) : undefined;
      return broken !== undefined && (isWithin(broken, path) || isWithin(path, broken));
    });
}

function soundNodes(document: ConfigDocument, isSound: IsSound): SoundConfiguration['nodes'] {
  const written = valueAt(document.value, ['nodes']);
  if (!Array.isArray(written) || written.length === 0) return undefined;
  return written.map((_, index) => soundFields(document, ['nodes', index], isSound) as unknown as Sound<ClusterNode>);
}

function soundFields(document: ConfigDocument, path: Path, isSound: IsSound): Fields {
  const names = Object.keys(path.length === 0 ? CLUSTER_FIELDS : NODE_FIELDS);
  const entries = names.map((name) => {
    const place = [...path, name];
    return [name, isSound(document, place) ? effectiveValue(document, place) : undefined];
  });
  return Object.fromEntries(entries) as Fields;
}

function effectiveValue({ file, value }: ConfigDocument, path: Path): unknown {
  const written = valueAt(value, path);
  const schema = schemaAt(file, path) ?? {};
  // Missing, though no issue says so: the one about a misspelt name does.
  const isRequired = schemaAt(file, path.slice(0, -1))?.required?.includes(String(path.at(-1))) === true;
  if (written === undefined) return isRequired ? undefined : structuredClone(schema.default ?? null);
  return typeof written === 'string' && takesNumbers(schema) ? Number(written) : written;
}

/** Upstream wants some numbers as text; here they are numbers however they are written. */
function takesNumbers({ type }: FieldSchema): boolean {
  return Array.isArray(type) && type.includes('integer');
}

/**
 * One thing that must hold between fields. A rule sees sound values only (undefined where a field is broken, which has
 * been said) and returns what it finds wrong; it looks at nothing else.
 */
export type Rule = (configuration: SoundConfiguration) => readonly Issue[];
