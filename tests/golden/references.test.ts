import { describe, expect, it } from 'vitest';
import { checkTools, examine } from '../../src/checks/run.ts';
import { isSecretPath } from '../../src/sops/rules.ts';
import { schemaChecker } from '../../src/manifests/schemas.ts';
import { PROVIDED } from '../../src/pipeline/schema-sources.ts';
import { formatFindings } from '../../src/report/text.ts';
import { allTrees, at, listAt, textAt, type Tree, type TreeDocument } from './trees.ts';

const trees = await allTrees();
const known = new Map<string, readonly unknown[]>();
/** Kinds of which nobody publishes a schema: a fork of VolSync brings it. */
const WITHOUT_SCHEMA = ['volsync.backube/v1alpha1/KopiaMaintenance'];
const tools = checkTools(schemaChecker(PROVIDED));

describe.each(trees.map((tree) => [tree.name, tree] as const))('the tree of %s', (_, tree) => {
  it('passes every rule as it is committed, encrypted', async () => {
    const files = tree.files.map(({ path, text }) => ({
      path,
      source: path,
      text,
      isGenerated: true,
      isSecret: isSecretPath(path),
    }));
    const { findings, coverage, clusters } = await examine(files, { tools, known });
    // The values of variables are encrypted here: what is made of them is checked before.
    expect(formatFindings(findings)).toBe('');
    expect(coverage.without.filter(({ kind }) => !WITHOUT_SCHEMA.includes(kind))).toEqual([]);
    expect(clusters[0]?.kustomizations.length).toBeGreaterThan(5);
  });

  it('asks Flux for decryption from the root, without a secretRef', () => {
    const root = only(fluxKustomizations(tree).filter(({ path }) => path.startsWith('kubernetes/flux/')));
    expect(at(root.fields, 'spec', 'decryption')).toEqual({ provider: 'sops' });
    const patch = listAt(root.fields, 'spec', 'patches').map((one) => textAt(one, 'patch')).join('\n');
    expect(patch).toMatch(/decryption:\s+provider: sops/);
    expect(patch).not.toContain('secretRef');
  });

  it('names a HelmRelease and its chart like the folder of the app', () => {
    for (const { path, fields } of tree.documents.filter((document) => document.fields.kind === 'HelmRelease')) {
      const app = path.split('/')[3];
      expect(textAt(fields, 'metadata', 'name'), path).toBe(app);
      expect(at(fields, 'spec', 'chartRef'), path).toEqual({ kind: 'OCIRepository', name: app });
    }
  });

  it('installs at the bootstrap in an order in which each release finds what it needs', () => {
    const helmfile = only(tree.documents.filter(({ path }) => path === 'bootstrap/helmfile.d/01-apps.yaml'));
    const installed = listAt(helmfile.fields, 'releases').map((release) => textAt(release, 'name'));
    const order = ['cilium', 'coredns', 'spegel', 'cert-manager', 'flux-operator', 'flux-instance'];
    expect(installed).toEqual(order.filter((name) => name !== 'spegel' || installed.includes('spegel')));
    const names = listAt(helmfile.fields, 'releases').map((one) => `${textAt(one, 'namespace')}/${textAt(one, 'name')}`);
    for (const [index, release] of listAt(helmfile.fields, 'releases').entries()) {
      for (const need of listAt(release, 'needs')) expect(names.slice(0, index)).toContain(need);
    }
  });
});

function fluxKustomizations(tree: Tree): readonly TreeDocument[] {
  return tree.documents.filter(({ fields }) => textAt(fields, 'apiVersion').startsWith('kustomize.toolkit.fluxcd.io/'));
}

function only<T>(values: readonly T[]): T {
  expect(values).toHaveLength(1);
  return values[0] as T;
}
