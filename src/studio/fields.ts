import { CATALOGUE } from '../cluster/catalogue.ts';
import {
  CLUSTER_FIELDS,
  type FieldSchema,
  type FileName,
  NODE_FIELDS,
  schemaAt,
  SECRET_FIELDS,
} from '../cluster/config/schemas.ts';
import type { Path } from '../text/values.ts';
import type { Field, FieldGroup, Value } from './api.ts';

/** Id of the group that the fields of a node are in. */
const NODE_GROUP = 'node';

/** The groups of a form: the parts of cluster.yaml, then the optional parts of the template. */
export function fieldGroups(): FieldGroup[] {
  const sections = Object.values(CLUSTER_FIELDS).flatMap((field) => field['x-section'] ?? []);
  return [
    ...sections.map((title): FieldGroup => ({ id: idOf(title), title, kind: 'core' })),
    ...CATALOGUE.filter(({ fields }) => fields.length > 0).map((entry): FieldGroup => ({
      id: entry.name,
      title: entry.title,
      purpose: entry.purpose,
      kind: 'optional',
      category: entry.category,
      switch: entry.switch,
    })),
  ];
}

/** The fields of cluster.yaml. */
export function clusterFields(): Field[] {
  let section = '';
  return Object.entries(CLUSTER_FIELDS).map(([name, own]) => {
    section = own['x-section'] ?? section;
    return fieldOf('cluster', [name], own['x-entry'] ?? idOf(section));
  });
}

/** The fields of a node. */
export function nodeFields(): Field[] {
  return Object.keys(NODE_FIELDS).map((name) => fieldOf('nodes', ['nodes', 0, name], NODE_GROUP));
}

function idOf(title: string): string {
  return title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

function fieldOf(file: FileName, path: Path, group: string): Field {
  const name = String(path.at(-1));
  const schema = schemaAt(file, path) ?? {};
  const isSecret = file === 'cluster' && SECRET_FIELDS.includes(name);
  const members = Object.keys(schemaAt(file, [...path, 0])?.properties ?? {});
  return {
    name,
    title: schema.title ?? name,
    description: schema.description ?? '',
    group,
    control: isSecret ? 'secret' : controlOf(schema, members.length > 0),
    ...(schema['x-form'] === undefined ? {} : { form: schema['x-form'] }),
    ...(schema.enum === undefined ? {} : { choices: schema.enum as Value[] }),
    ...(schema.default === undefined ? {} : { default: schema.default as Value }),
    examples: (schema.examples ?? []) as Value[],
    isRequired: schemaAt(file, path.slice(0, -1))?.required?.includes(name) === true,
    ...(schema['x-required'] === undefined ? {} : { requiredWhen: schema['x-required'] }),
    isSecret,
    ...(members.length === 0 ? {} : { members: members.map((member) => fieldOf(file, [...path, 0, member], group)) }),
  };
}

function controlOf({ type, enum: choices, ...schema }: FieldSchema, hasMembers: boolean): Field['control'] {
  const types = [type ?? []].flat();
  if (choices !== undefined) return 'choice';
  if (types.includes('integer')) return 'number';
  if (types.includes('string')) return types.includes('array') ? 'one-or-more' : 'text';
  if (types.includes('boolean')) return 'switch';
  if (types.includes('array')) return hasMembers ? 'maps' : 'texts';
  return types.includes('object') && typeof schema.additionalProperties === 'object' ? 'map' : 'yaml';
}
