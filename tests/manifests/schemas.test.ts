import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import index from '../../schemas/kubernetes/index.json' with { type: 'json' };
import { isNamespaced, schemaChecker } from '../../src/manifests/schemas.ts';
import { isClusterScoped } from '../../src/manifests/kustomize/build.ts';

const kinds = Object.keys(index).map((name) => ({
  apiVersion: name.slice(0, name.lastIndexOf('/')),
  kind: name.slice(name.lastIndexOf('/') + 1),
}));

describe('the schemas in schemas/kubernetes', () => {
  const checker = schemaChecker();

  it.each(kinds)('compile and ask for a name: $apiVersion $kind', async ({ apiVersion, kind }) => {
    const misfits = await checker.check({ apiVersion, kind }, { apiVersion, kind });
    expect(misfits?.map(({ message }) => message)).toContain('the field metadata is missing');
  });

  it.each(kinds)('have the scope that the program takes: $apiVersion $kind', ({ apiVersion, kind }) => {
    expect(isClusterScoped(kind)).toBe(isNamespaced({ apiVersion, kind }) === false);
  });

  it('say where they came from, each with the version', async () => {
    const notice = await readFile('schemas/kubernetes/NOTICE.md', 'utf8');
    for (const [name, { module }] of Object.entries(index)) {
      expect(notice, name).toContain(`\`${module}\``);
      expect(module).toMatch(/@v\d+\.\d+\.\d+$/);
    }
  });

  it('know no others', async () => {
    expect(await checker.check({}, { apiVersion: 'example.com/v1', kind: 'Other' })).toBeUndefined();
    expect(isNamespaced({ apiVersion: 'example.com/v1', kind: 'Other' })).toBeUndefined();
  });

  it('say what is wrong, where, and what would be known', async () => {
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x', labels: { a: 1 } }, spec: { port: 1 } };
    const misfits = await checker.check(service, { apiVersion: 'v1', kind: 'Service' });
    expect(misfits?.map(({ path, message }) => [path, message])).toEqual([
      [['metadata', 'labels', 'a'], 'a must be string'],
      [['spec', 'port'], 'the field port is not known'],
    ]);
    expect(misfits?.[1]?.known).toContain('ports');
  });
});
