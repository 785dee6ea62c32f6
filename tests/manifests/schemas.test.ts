import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import index from '../../schemas/kubernetes/index.json' with { type: 'json' };
import sources from '../../scripts/kubernetes-sources.json' with { type: 'json' };
import { hasSchema, isNamespaced, kindsOf } from '../../src/manifests/kinds.ts';
import { schemaChecker } from '../../src/manifests/schemas.ts';
import { PROVIDED } from '../../src/pipeline/schema-sources.ts';

interface Entry {
  readonly source: string;
  readonly licence?: string;
  readonly kinds: Readonly<Record<string, { scope: string; versions: Readonly<Record<string, { served?: boolean }>> }>>;
}

const groups = Object.entries(index.groups as Readonly<Record<string, Entry>>);
const all = groups.flatMap(([group, { kinds, licence }]) =>
  Object.entries(kinds).flatMap(([kind, { versions }]) =>
    Object.entries(versions).map(([version, { served }]) => ({
      apiVersion: group === 'core' ? version : `${group}/${version}`,
      kind,
      isHere: served !== false && licence === undefined,
    })),
  ),
);
const none = kindsOf([]);

describe('the schemas in schemas/kubernetes', () => {
  const checker = schemaChecker(PROVIDED);

  it('are those of all kinds that are served, can be read whole, and ask for a name', async () => {
    expect(all.length).toBeGreaterThan(380);
    for (const { isHere, ...name } of all) {
      expect(hasSchema(name), JSON.stringify(name)).toBe(isHere);
      const misfits = await checker.check(name, name, none);
      expect(
        misfits?.map(({ message }) => message).includes('the field metadata is missing'),
        JSON.stringify(name),
      ).toBe(isHere ? true : undefined);
    }
  });

  it('have no definition that leads nowhere', async () => {
    const files = new Map<string, Record<'kinds' | 'definitions', object> & { readonly uses: readonly string[] }>();
    for (const name of await readdir('schemas/kubernetes')) {
      if (!name.endsWith('.json') || name === 'index.json') continue;
      files.set(name.slice(0, -5), JSON.parse(await readFile(`schemas/kubernetes/${name}`, 'utf8')) as never);
    }
    for (const [name, file] of files) {
      for (const [, reference = ''] of JSON.stringify(file).matchAll(/"\$ref":"([^"]+)"/g)) {
        const [place, definition] = reference.includes('#') ? reference.split('#') : [name, reference];
        if (place !== name) expect(file.uses, `${name}: ${reference}`).toContain(place);
        expect(Object.keys(files.get(place ?? '')?.definitions ?? {}), `${name}: ${reference}`).toContain(definition);
      }
    }
  });

  it('say which kinds belong to a namespace', () => {
    for (const [apiVersion, kind, expected] of [
      ['v1', 'Namespace', false],
      ['apps/v1', 'Deployment', true],
      ['rbac.authorization.k8s.io/v1', 'ClusterRole', false],
      ['cert-manager.io/v1', 'ClusterIssuer', false],
      ['cilium.io/v2', 'CiliumNetworkPolicy', true],
      ['fluxcd.controlplane.io/v1', 'FluxInstance', true],
    ] as const)
      expect(isNamespaced({ apiVersion, kind }), kind).toBe(expected);
  });

  it('are what the list of their sources says, each file as the index knows it', async () => {
    const named = new Map(sources.operators.map((one) => [one.name, one]));
    expect(index.minors).toEqual(sources.kubernetes.versions.map((version) => /^v(\d+\.\d+)/.exec(version)?.[1]));
    expect(index.removed).toEqual(sources.removed);
    expect(index.introduced).toEqual(sources.introduced);
    expect(Object.keys(index.sources).sort()).toEqual([...named.keys()].sort());
    const notice = await readFile('schemas/kubernetes/NOTICE.md', 'utf8');
    for (const [name, { version, licence, ...place }] of named) {
      const origin = 'module' in place ? place.module : `github.com/${place.repository}`;
      expect(index.sources[name as keyof typeof index.sources]).toBe(`${origin}@${version}`);
      expect(notice).toContain(`| ${name} | ${version} | `);
      expect(notice).toContain(licence);
    }
    const digests = Object.entries({ ...index.groups, shared: { digest: index.shared } } as Record<
      string,
      { digest?: string; licence?: string; source?: string }
    >);
    for (const [name, { digest, licence, source }] of digests) {
      if (source !== undefined && source !== 'Kubernetes') expect(named.has(source), source).toBe(true);
      if (licence !== undefined) expect(named.get(source ?? '')?.namesOnly, name).toBe(true);
      if (digest === undefined) expect(licence, name).toBe('AGPL-3.0');
      else
        expect(
          createHash('sha256')
            .update(await readFile(`schemas/kubernetes/${name}.json`))
            .digest('hex')
            .slice(0, 16),
          name,
        ).toBe(digest);
    }
    const files = (await readdir('schemas/kubernetes')).filter((name) => name.endsWith('.json'));
    const expected = digests.filter(([, { digest }]) => digest !== undefined).map(([name]) => `${name}.json`);
    expect(files.sort()).toEqual([...expected, 'index.json'].sort());
  });

  it('know no others', async () => {
    const other = { apiVersion: 'example.com/v1', kind: 'Other' };
    expect(await checker.check({}, other, none)).toBeUndefined();
    expect(isNamespaced(other)).toBeUndefined();
    expect(none.stateOf(other)).toEqual({ state: 'unknown' });
  });
});
