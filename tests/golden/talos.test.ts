import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { allTrees, at, listAt, textAt, type Fields } from './trees.ts';

// The schemas are other projects' and are not carried here; where they are absent these tests skip.
const SCHEMAS = resolve(process.cwd(), '../shared/schemas');
const hasSchemas = existsSync(SCHEMAS);
const trees = await allTrees();

/** Still accepted by Talos, and left out of its schema because they are deprecated. */
const DEPRECATED = [['machine', 'network'], ['machine', 'time'], ['machine', 'systemDiskEncryption']] as const;

describe.skipIf(!hasSchemas)('talos/ by the schemas in ../shared/schemas (skipped where they are absent)', () => {
  it.each(trees.map((tree) => [tree.name, tree] as const))('of %s has a valid talconfig.yaml', async (_, tree) => {
    const schema = JSON.parse(await readFile(`${SCHEMAS}/talconfig.schema.json`, 'utf8')) as Fields;
    const validate = new Ajv2020({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
    const talconfig = tree.documents.find(({ path }) => path === 'talos/talconfig.yaml');
    validate(talconfig?.fields);
    expect(validate.errors ?? []).toEqual([]);
  });

  it.each(trees.map((tree) => [tree.name, tree] as const))('of %s has valid patches', async (_, tree) => {
    const validate = await patchValidator();
    const talconfig = tree.documents.find(({ path }) => path === 'talos/talconfig.yaml');
    const files = tree.documents.filter(({ path }) => path.startsWith('talos/patches/')).map(({ path, fields }) => ({ path, fields }));
    const inline = listAt(talconfig?.fields, 'nodes')
      .flatMap((node) => listAt(node, 'patches').map((patch) => ({ path: textAt(node, 'hostname'), patch: String(patch) })))
      .filter(({ patch }) => !patch.startsWith('@'))
      .map(({ path, patch }) => ({ path, fields: parse(patch) as Fields }));
    expect(files.length).toBeGreaterThan(0);
    for (const { path, fields } of [...files, ...inline]) {
      void validate(withoutDeletions(fields));
      expect({ path, errors: validate.errors ?? [] }).toEqual({ path, errors: [] });
    }
  });
});

describe('talos/', () => {
  it.each(trees.map((tree) => [tree.name, tree] as const))('of %s gives the virtual address to controllers alone', (_, tree) => {
    const talconfig = tree.documents.find(({ path }) => path === 'talos/talconfig.yaml');
    for (const node of listAt(talconfig?.fields, 'nodes')) {
      const hasAddress = JSON.stringify(node).includes('"vip"');
      expect(hasAddress, textAt(node, 'hostname')).toBe(at(node, 'controlPlane') === true);
    }
  });
});

/** A patch is a part of a v1alpha1 document: nothing is required. */
async function patchValidator(): Promise<ReturnType<Ajv2020['compile']>> {
  const schema = JSON.parse(await readFile(`${SCHEMAS}/talos-config.v1.13.schema.json`, 'utf8')) as Fields;
  const definitions = at(schema, '$defs') as Record<string, Record<string, unknown>>;
  const optional = withoutRequired(definitions) as Record<string, { properties?: Record<string, unknown> }>;
  const machine = optional['v1alpha1.MachineConfig'];
  for (const [, field] of DEPRECATED) if (machine?.properties) machine.properties[field] ??= {};
  const validator = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  return validator.compile({ $defs: optional, $ref: '#/$defs/v1alpha1.Config' });
}

function withoutRequired(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutRequired);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, inner]) => key !== 'required' || !Array.isArray(inner));
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutRequired(inner)]));
}

/** `$$patch: delete` is talhelper's spelling of Talos' own `$patch: delete`; it stands in the place of what is deleted. */
function withoutDeletions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDeletions);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => at(inner, '$$patch') !== 'delete');
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutDeletions(inner)]));
}
