import clusterSchema from '../../../schemas/cluster.schema.json' with { type: 'json' };
import nodesSchema from '../../../schemas/nodes.schema.json' with { type: 'json' };
import type { Path } from '../../text/values.ts';

/** What the code reads of a JSON Schema; whether a value is valid is for the compiled validators to say. */
export interface FieldSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly additionalProperties?: boolean | FieldSchema;
  readonly items?: FieldSchema;
  readonly anyOf?: readonly FieldSchema[];
  readonly propertyNames?: FieldSchema;
  readonly $defs?: Readonly<Record<string, FieldSchema>>;
  /** What a value has to be, as it stands in a sentence: "an IPv4 address". */
  readonly 'x-form'?: string;
  /** The field holds a secret. */
  readonly 'x-secret'?: boolean;
  /** When a field is required that others may leave out, as it stands after "required". */
  readonly 'x-required'?: string;
  /** The entry of the catalogue that brings the field. */
  readonly 'x-entry'?: string;
  /** The entry cannot do without the field where it has an effect. */
  readonly 'x-needed'?: boolean;
  /** The fields with which it has an effect, each to a value, a list of values, or true for any: without it those that switch its entry on. */
  readonly 'x-with'?: Readonly<Record<string, unknown>>;
  /** How many characters a secret has that may be made up. */
  readonly 'x-generate'?: number;
  /** The part of cluster.yaml that begins with the field, as its heading names it. */
  readonly 'x-section'?: string;
  /** An empty text is a value, not a field that somebody forgot to fill in. */
  readonly 'x-may-be-empty'?: boolean;
}

/** The two files of the configuration. */
export type FileName = 'cluster' | 'nodes';

/** The schemas of both files. */
export const SCHEMAS: Readonly<Record<FileName, FieldSchema>> = { cluster: clusterSchema, nodes: nodesSchema };

/** The fields of cluster.yaml. */
export const CLUSTER_FIELDS = propertiesOf('cluster', []);

/** The fields of one node. */
export const NODE_FIELDS = propertiesOf('nodes', ['nodes', 0]);

/** The names of the fields that hold a secret. */
export const SECRET_FIELDS: readonly string[] = Object.entries(CLUSTER_FIELDS)
  .filter(([, field]) => field['x-secret'] === true)
  .map(([name]) => name);

/** The schema of the value at a path, with what its `$ref` says taken in; undefined where the schema knows no such value. */
export function schemaAt(file: FileName, path: Path): FieldSchema | undefined {
  const root = SCHEMAS[file];
  let schema: FieldSchema | undefined = root;
  for (const step of path) {
    schema = resolved(root, typeof step === 'number' ? schema?.items : memberOf(schema, step));
  }
  return schema;
}

/** The fields that a map may have at a path; none where the schema names none. */
export function propertiesOf(file: FileName, path: Path): Readonly<Record<string, FieldSchema>> {
  return schemaAt(file, path)?.properties ?? {};
}

/** Whether a path leads to a secret or into one. */
export function isSecret(path: Path): boolean {
  return path.some((step) => typeof step === 'string' && SECRET_FIELDS.includes(step));
}

function memberOf(schema: FieldSchema | undefined, name: string): FieldSchema | undefined {
  if (schema?.properties !== undefined && Object.hasOwn(schema.properties, name)) return schema.properties[name];
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

function resolved(root: FieldSchema, schema: FieldSchema | undefined): FieldSchema | undefined {
  const name = schema?.$ref?.replace('#/$defs/', '');
  return name === undefined ? schema : { ...root.$defs?.[name], ...schema };
}
