import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composedCatalogue, composedSchema, json, MADE } from '../../../scripts/catalogue.mjs';
import { schemaTypes } from '../../../scripts/compile-schemas.mjs';
import { cataloguePage, configurationReference } from '../../../scripts/make-docs.mjs';
import { catalogueInputs } from '../../../scripts/make-samples.mjs';
import { parseAddress, parseNetwork } from '../../../src/cluster/addresses.ts';
import { OLD_NAMES } from '../../../src/cluster/config/migrations.ts';
import { COMPUTED_NAMES } from '../../../src/cluster/computed.ts';
import { validateCluster, validateNodes } from '../../../src/cluster/config/generated/validators.js';
import { CLUSTER_FIELDS, NODE_FIELDS, schemaAt, SECRET_FIELDS } from '../../../src/cluster/config/schemas.ts';

const ROOT = join(import.meta.dirname, '../../..');

describe('the schemas', () => {
  it('say which fields are secret', () => {
    const base = SECRET_FIELDS.filter((name) => CLUSTER_FIELDS[name]?.['x-entry'] === undefined);
    expect(base).toEqual(['cloudflare_token', 'cilium_bgp_password']);
    const ofForm = Object.keys(CLUSTER_FIELDS).filter((name) => CLUSTER_FIELDS[name]?.$ref === '#/$defs/secret');
    expect(ofForm).toEqual(SECRET_FIELDS);
  });
});

describe('every field', () => {
  const fields = [
    ...Object.keys(CLUSTER_FIELDS).map((name) => ({ name, path: [name], file: 'cluster' as const })),
    ...Object.keys(NODE_FIELDS).map((name) => ({ name, path: ['nodes', 0, name], file: 'nodes' as const })),
  ];

  it.each(fields)('$name says what it is, in what form, and shows examples that are valid', ({ file, path, name }) => {
    const schema = schemaAt(file, path);
    expect(schema?.title).toBeTruthy();
    expect(schema?.description).toMatch(/\.$/);
    expect(schema?.['x-form']).toBeTruthy();
    for (const example of [...(schema?.examples ?? []), ...(schema?.default === undefined ? [] : [schema.default])]) {
      expect(errorsAt(name, file, example)).toEqual([]);
    }
    expect(schema?.examples?.length).toBeGreaterThan(0);
  });
});

/** The errors about one field of an otherwise empty file. */
function errorsAt(name: string, file: 'cluster' | 'nodes', value: unknown): unknown[] {
  const validate = file === 'cluster' ? validateCluster : validateNodes;
  validate(file === 'cluster' ? { [name]: value } : { nodes: [{ [name]: value }] });
  const pointer = file === 'cluster' ? `/${name}` : `/nodes/0/${name}`;
  return (validate.errors ?? []).filter(({ instancePath }) => instancePath.startsWith(pointer));
}

describe('the formats of the schemas', () => {
  const isAddress = (text: string): boolean => errorsAt('node_dns_servers', 'cluster', [text]).length === 0;

  it('take the addresses that the code reads', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => isAddress(text) === (parseAddress(text) !== undefined)),
    );
  });

  it('take no others', () => {
    const letters = fc.string({ unit: fc.constantFrom(...Array.from('0123456789abf:.%/')), maxLength: 40 });
    fc.assert(
      fc.property(letters, (text) => !isAddress(text) || parseAddress(text) !== undefined),
      { numRuns: 2000 },
    );
  });

  it('take the networks that the code reads, and no others', () => {
    const prefix = fc.integer({ min: 0, max: 140 });
    const texts = fc
      .tuple(fc.oneof(fc.ipV4(), fc.ipV6()), prefix)
      .map(([address, bits]) => `${address}/${String(bits)}`);
    fc.assert(
      fc.property(texts, (text) => {
        const isNetwork = parseNetwork(text) !== undefined;
        expect(errorsAt('node_cidr', 'cluster', text).length === 0).toBe(isNetwork);
        expect(errorsAt('cilium_lb_pool_cidr', 'cluster', text).length === 0).toBe(isNetwork);
      }),
    );
  });

  it.each([
    [0, false],
    [1, true],
    [4094, true],
    [4095, false],
  ])('take the VLAN tag %d as number and as text: %s', (tag, expected) => {
    expect(errorsAt('node_vlan_tag', 'cluster', tag).length === 0).toBe(expected);
    expect(errorsAt('node_vlan_tag', 'cluster', String(tag)).length === 0).toBe(expected);
  });

  it('take the same AS numbers as numbers and as text', () => {
    const near = fc.integer({ min: 4294967000, max: 4294967600 });
    fc.assert(
      fc.property(fc.oneof(fc.nat(), near, fc.constantFrom(0, 1, 4294967295, 4294967296)), (asn) => {
        const expected = asn >= 1 && asn <= 4294967295;
        expect(errorsAt('cilium_bgp_node_asn', 'cluster', asn).length === 0).toBe(expected);
        expect(errorsAt('cilium_bgp_node_asn', 'cluster', String(asn)).length === 0).toBe(expected);
      }),
    );
  });
});

describe('what is made from the schemas is up to date', () => {
  let made: Promise<string> | undefined;
  const reference = (): Promise<string> => (made ??= configurationReference());

  it('the types (node scripts/compile-schemas.mjs)', async () => {
    expect(await readFile(join(ROOT, 'src/cluster/config/generated/types.ts'), 'utf8')).toBe(await schemaTypes());
  });

  it('docs/configuration.md and docs/catalogue.md (node scripts/make-docs.mjs)', async () => {
    expect(await readFile(join(ROOT, 'docs/configuration.md'), 'utf8')).toBe(await reference());
    expect(await readFile(join(ROOT, 'docs/catalogue.md'), 'utf8')).toBe(await cataloguePage());
  });

  it('the schema of cluster.yaml and the catalogue (node scripts/catalogue.mjs)', async () => {
    expect(await readFile(join(ROOT, MADE.schema), 'utf8')).toBe(json(await composedSchema()));
    expect(await readFile(join(ROOT, MADE.catalogue), 'utf8')).toBe(json(await composedCatalogue()));
  });

  it('the input of the golden trees of the catalogue (npm run golden)', async () => {
    for (const { name, cluster, nodes } of await catalogueInputs()) {
      const input = join(ROOT, 'tests/golden', name, 'input');
      expect(await readFile(join(input, 'cluster.yaml'), 'utf8')).toBe(cluster);
      expect(await readFile(join(input, 'nodes.yaml'), 'utf8')).toBe(nodes);
    }
  });

  it('the computed values and the earlier names in docs/configuration.md', async () => {
    const page = await reference();
    const names = [...COMPUTED_NAMES, ...OLD_NAMES.keys(), ...OLD_NAMES.values()];
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
