// The fields of both JSON Schemas in the shape that documentation and samples are made from.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the repository. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** One of the two schemas: `cluster` or `nodes`. */
export async function readSchema(name) {
  return JSON.parse(await readFile(join(ROOT, `schemas/${name}.schema.json`), 'utf8'));
}

/** The fields of cluster.yaml in their order, with `section` where a part begins and `entry` where an entry of the catalogue brings it. */
export async function clusterFields() {
  const schema = await readSchema('cluster');
  return fieldsOf(schema, schema).map((field) => ({ ...field, section: field['x-section'], entry: field['x-entry'] }));
}

/** The fields of a node in their order. */
export async function nodeFields() {
  const schema = await readSchema('nodes');
  return fieldsOf(schema, schema.$defs.node);
}

/** A value on one line as YAML takes it. */
export function flow(value) {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, member]) => `${key}: ${flow(member)}`)
      .join(', ')}}`;
  if (typeof value !== 'string') return String(value);
  return isPlain(value) ? value : JSON.stringify(value);
}

/** Whether a text means itself without quotes, also inside of brackets and for readers of YAML 1.1. */
function isPlain(text) {
  if (/^[0-9a-f]{64}$|^\d+(?:\.\d+){3}(?:\/\d+)?$/.test(text)) return !/^\d+(?:e\d+)?$/.test(text);
  return (
    /^[a-zA-Z/.][\w./@!-]*(?::\/\/[\w./:@-]+|:\d+)?$/.test(text) &&
    !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(text)
  );
}

function fieldsOf(root, schema) {
  return Object.entries(schema.properties).map(([name, field]) => ({
    name,
    ...(field.$ref === undefined ? field : { ...root.$defs[field.$ref.replace('#/$defs/', '')], ...field }),
    isRequired: schema.required.includes(name),
  }));
}
