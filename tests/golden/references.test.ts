import { dirname, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allTrees, at, listAt, textAt, type Fields, type Tree, type TreeDocument } from './trees.ts';

const trees = await allTrees();

describe.each(trees.map((tree) => [tree.name, tree] as const))('the tree of %s', (_, tree) => {
  it('lists every file of an app or namespace exactly once', () => {
    const listed = kustomizations(tree).flatMap(listedPaths).sort();
    const folders = new Set(kustomizations(tree).map(({ path }) => dirname(path)));
    const present = tree.paths.filter((path) => folders.has(dirname(path)) && !path.endsWith('/kustomization.yaml'));
    expect(listed.filter((path) => !tree.paths.includes(path) && !folders.has(path))).toEqual([]);
    expect(present.filter((path) => !listed.includes(path))).toEqual([]);
    expect(listed.filter((path, index) => !folders.has(path) && listed.indexOf(path) !== index)).toEqual([]);
  });

  it('lets Flux reach every app once, from the root', () => {
    const root = only(fluxKustomizations(tree).filter(({ path }) => path.startsWith('kubernetes/flux/')));
    expect(folderOf(root)).toBe('kubernetes/apps');
    const apps = fluxKustomizations(tree).filter((document) => document !== root);
    const folders = apps.map(folderOf);
    expect(new Set(folders).size).toBe(folders.length);
    for (const folder of folders) expect(tree.paths).toContain(`${folder}/kustomization.yaml`);
    const present = tree.paths.filter((path) => /^kubernetes\/apps\/[^/]+\/[^/]+\/[^/]+\/kustomization\.yaml$/.test(path));
    expect(present.map((path) => dirname(path)).sort()).toEqual(folders.sort());
  });

  it('gives every child decryption without a secretRef, from the root', () => {
    const root = only(fluxKustomizations(tree).filter(({ path }) => path.startsWith('kubernetes/flux/')));
    expect(at(root.fields, 'spec', 'decryption')).toEqual({ provider: 'sops' });
    const patch = listAt(root.fields, 'spec', 'patches').map((one) => textAt(one, 'patch')).join('\n');
    expect(patch).toMatch(/decryption:\s+provider: sops/);
    expect(patch).not.toContain('secretRef');
  });

  it('resolves every dependency, source and chart', () => {
    const names = new Set(fluxKustomizations(tree).map((document) => `${namespaceOf(document)}/${nameOf(document)}`));
    for (const document of fluxKustomizations(tree)) {
      expect(at(document.fields, 'spec', 'sourceRef')).toMatchObject({ kind: 'GitRepository', name: 'flux-system', namespace: 'flux-system' });
      for (const dependency of listAt(document.fields, 'spec', 'dependsOn')) {
        expect(names).toContain(`${textAt(dependency, 'namespace')}/${textAt(dependency, 'name')}`);
      }
    }
    for (const release of ofKind(tree, 'HelmRelease')) {
      const source = ofKind(tree, 'OCIRepository').find(({ path }) => dirname(path) === dirname(release.path));
      expect(at(release.fields, 'spec', 'chartRef')).toEqual({ kind: 'OCIRepository', name: nameOf(source) });
      expect(nameOf(release)).toBe(release.path.split('/')[3]);
    }
    expect(hasCycle(tree)).toBe(false);
  });

  it('installs at the bootstrap what Flux applies later, with the same chart, version and values', () => {
    const helmfile = only(tree.documents.filter(({ path }) => path === 'bootstrap/helmfile.d/01-apps.yaml'));
    const releases = listAt(helmfile.fields, 'releases') as readonly Fields[];
    const names = releases.map((release) => `${textAt(release, 'namespace')}/${textAt(release, 'name')}`);
    for (const [index, release] of releases.entries()) {
      const folder = `kubernetes/apps/${names[index] ?? ''}/app`;
      expect(tree.paths).toContain(`${folder}/helmrelease.yaml`);
      expect(tree.paths).toContain(`${folder}/ocirepository.yaml`);
      // Read raw by the bootstrap: nothing substitutes variables there.
      const values = tree.documents.find(({ path }) => path === `${folder}/helmrelease.yaml`);
      expect(JSON.stringify(values?.fields)).not.toContain('${');
      for (const need of listAt(release, 'needs')) expect(names.slice(0, index)).toContain(need);
    }
    const order = ['cilium', 'coredns', 'spegel', 'cert-manager', 'flux-operator', 'flux-instance'];
    const installed = releases.map((release) => textAt(release, 'name'));
    expect(installed).toEqual(order.filter((name) => name !== 'spegel' || installed.includes('spegel')));
  });

  it('lists every Talos patch that is there', () => {
    const talconfig = only(tree.documents.filter(({ path }) => path === 'talos/talconfig.yaml'));
    const listed = [...JSON.stringify(talconfig.fields).matchAll(/@\.\/(patches\/[^"\\]+)/g)].map(([, path]) => `talos/${path ?? ''}`);
    const present = tree.paths.filter((path) => /^talos\/patches\/.*\.yaml$/.test(path));
    expect([...new Set(listed)].sort()).toEqual([...present].sort());
  });
});

function kustomizations(tree: Tree): readonly TreeDocument[] {
  return tree.documents.filter(({ path, fields }) => path.endsWith('/kustomization.yaml') && 'kind' in fields);
}

function listedPaths({ path, fields }: TreeDocument): string[] {
  return [...listAt(fields, 'resources'), ...listAt(fields, 'components')].map((entry) =>
    posix.join(dirname(path), String(entry)),
  );
}

function fluxKustomizations(tree: Tree): readonly TreeDocument[] {
  return tree.documents.filter(({ fields }) => textAt(fields, 'apiVersion').startsWith('kustomize.toolkit.fluxcd.io/'));
}

function ofKind(tree: Tree, kind: string): readonly TreeDocument[] {
  return tree.documents.filter(({ fields }) => fields.kind === kind);
}

function folderOf({ fields }: TreeDocument): string {
  return posix.normalize(textAt(fields, 'spec', 'path'));
}

function nameOf(document: TreeDocument | undefined): string {
  return textAt(document?.fields, 'metadata', 'name');
}

/** The kustomization of the namespace folder sets it. */
function namespaceOf({ path }: TreeDocument): string {
  return path.split('/')[2] ?? '';
}

function hasCycle(tree: Tree): boolean {
  const edges = new Map(
    fluxKustomizations(tree).map((document) => [
      `${namespaceOf(document)}/${nameOf(document)}`,
      listAt(document.fields, 'spec', 'dependsOn').map((one) => `${textAt(one, 'namespace')}/${textAt(one, 'name')}`),
    ]),
  );
  const leadsTo = (from: string, seen: readonly string[]): boolean =>
    seen.includes(from) || (edges.get(from) ?? []).some((next) => leadsTo(next, [...seen, from]));
  return [...edges.keys()].some((name) => leadsTo(name, []));
}

function only<T>(values: readonly T[]): T {
  expect(values).toHaveLength(1);
  return values[0] as T;
}
