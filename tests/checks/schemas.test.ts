import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkTools, examine } from '../../src/checks/run.ts';
import { schemaChecker } from '../../src/manifests/schemas.ts';
import { PROVIDED } from '../../src/pipeline/schema-sources.ts';
import type { Finding } from '../../src/report/finding.ts';
import { manifestFilesOf, SMALL_TREE } from '../manifests/support.ts';

const APP = 'kubernetes/apps/web/site/app';
const OBJECT = `${APP}/object.yaml`;
const tools = checkTools(schemaChecker(PROVIDED));
const known = new Map<string, readonly unknown[]>();

/** What the schemas say of files beside the app of the small tree. */
async function schemaFindings(files: Readonly<Record<string, string>>): Promise<readonly Finding[]> {
  const list = Object.keys(files).map((name) => `\n  - ./${name}`);
  const kustomization = (SMALL_TREE[`${APP}/kustomization.yaml`] ?? '').replace(
    'resources:',
    `resources:${list.join('')}`,
  );
  const own = Object.fromEntries(Object.entries(files).map(([name, text]) => [`${APP}/${name}`, text]));
  const tree = { ...SMALL_TREE, [`${APP}/kustomization.yaml`]: kustomization, ...own };
  const { findings } = await examine(manifestFilesOf(tree), { tools, known });
  return findings.filter(({ code }) => code === 'manifests/schema' || code === 'manifests/kind');
}

const fixture = fileURLToPath(new URL('fixtures/misfits.yaml', import.meta.url));
const cases = (await readFile(fixture, 'utf8')).split(/^---\n/m).map((text) => {
  const lines = text.split('\n');
  const heading = lines.findLast((line) => line.startsWith('# ')) ?? '';
  const [message = '', remedy = ''] = heading.slice(2).split(' | ');
  return { text, message, remedy, line: lines.findIndex((line) => line.endsWith(' #!')) + 1 };
});

describe('an object with one mistake', () => {
  it('is there of many kinds', () => {
    const kinds = new Set(cases.map(({ text }) => /^apiVersion: .*\nkind: \w+/m.exec(text)?.[0]));
    expect(cases.length).toBeGreaterThanOrEqual(55);
    expect(kinds.size).toBeGreaterThanOrEqual(35);
  });

  it.each(cases.map((one) => [one.message, one] as const))('%s', async (_, { text, message, remedy, line }) => {
    const [finding, ...others] = await schemaFindings({ 'object.yaml': text });
    expect(others).toEqual([]);
    expect(finding?.place).toMatchObject({ file: OBJECT, line });
    expect(finding?.message).toContain(message);
    expect(finding?.remedy).toContain(remedy);
  });
});

describe('definitions in the tree', () => {
  const definition = (more: string): string => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things.example.com
spec:
  group: example.com
  scope: Namespaced
  names: { kind: Thing, plural: things, singular: thing, listKind: ThingList }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          required: [spec]
          properties:
            spec:
              type: object
              required: [size, mode]
              properties:
                size: { type: integer, minimum: 1 }
                mode: { type: string, default: fast, enum: [fast, slow] }
                port: { x-kubernetes-int-or-string: true }
                names: { type: array, x-kubernetes-list-type: set, items: { type: string } }
                ports: { type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [port], items: { type: object, properties: { port: { type: integer } } } }
                any: { type: object, x-kubernetes-preserve-unknown-fields: true }
              oneOf: [{ required: [port] }, { required: [names] }]
            status: { type: object }
${more}`;
  const thing = (spec: string, version = 'v1'): string =>
    `apiVersion: example.com/${version}\nkind: Thing\nmetadata:\n  name: thing\nspec:\n${spec}`;
  const said = async (spec: string, version?: string, more = ''): Promise<string[]> => {
    const found = await schemaFindings({ 'crd.yaml': definition(more), 'thing.yaml': thing(spec, version) });
    return found.map(({ message, place }) => `${String(place?.line)}: ${message}`);
  };

  it('serve for objects of their kind', async () => {
    expect(await said('  size: 1\n  port: 80\n  any: { x: 1 }\nstatus: { x: 1 }\n')).toEqual([]);
    expect(await said('  size: 0\n  port: http\n')).toEqual(['6: size must be at least 1']);
    expect(await said('  port: 80\n  sise: 1\n')).toEqual([
      '5: the field size is missing',
      '7: the field sise is not known',
    ]);
    expect(await said('  size: 1\n')).toEqual(['5: spec must have one of port, names']);
    expect(await said('  size: 1\n  port: 1\n  names: []\n')).toEqual(['5: spec must have only one of port, names']);
    expect(await said('  size: 1\n  names: [a, b, a]\n')).toEqual(['7: names[2] stands there twice']);
    expect(await said('  size: 1\n  port: 1\n  ports: [{ port: 1 }, { port: 1 }]\n')).toEqual([
      '8: ports[1] has the same port as another entry',
    ]);
  });

  it('say which versions there are', async () => {
    const more =
      '    - name: v1alpha1\n      served: false\n      storage: false\n      schema: { openAPIV3Schema: { type: object } }\n';
    const expected = [`1: ${APP}/crd.yaml does not serve Thing as example.com/v1alpha1`];
    expect(await said('  size: 1\n', 'v1alpha1', more)).toEqual(expected);
    expect(await said('  size: 1\n', 'v2')).toEqual([`1: ${APP}/crd.yaml does not serve Thing as example.com/v2`]);
  });

  it('count before what came with the program', async () => {
    const crd = definition('').replaceAll('example.com', 'cert-manager.io').replaceAll('Thing', 'Issuer');
    const text = thing('  size: 1\n  port: 1\n').replace('example.com', 'cert-manager.io').replace('Thing', 'Issuer');
    expect(await schemaFindings({ 'crd.yaml': crd, 'issuer.yaml': text })).toEqual([]);
  });
});

describe('what is found in a Secret', () => {
  it('is told without its line and its values', async () => {
    const text =
      'apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\nstringData:\n  token: 987654321\ntyp: hidden-value\n';
    const found = await schemaFindings({ 'object.sops.yaml': text });
    expect(found.map(({ message }) => message)).toEqual([
      'token must be a text, and is a number',
      'the field typ is not known',
    ]);
    expect(JSON.stringify(found)).not.toMatch(/987654321|hidden-value/);
  });
});
