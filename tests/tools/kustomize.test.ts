import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { describe, expect, it } from 'vitest';
import { at } from '../golden/trees.ts';
import { buildFolder } from '../../src/manifests/kustomize/build.ts';
import { readTree } from '../../src/manifests/tree.ts';
import { manifestFilesOf } from '../manifests/support.ts';
import { kustomizeCases, RECORDED, runKustomize } from '../manifests/kustomize/cases.ts';
import { run } from './support/run.ts';
import { findTools, titled } from './support/tools.ts';
import { copyOf, treeCases } from './support/trees.ts';

const { paths, missing } = findTools('kubectl', 'kustomize');
const alone = findTools('kustomize');
const trees = await treeCases();

describe.skipIf(missing !== undefined)(titled('kustomize', missing), () => {
  it.each(trees)('builds every kustomization of %s, in both versions alike', async (_, tree) => {
    const folders = tree.documents
      .filter(({ path, fields }) => path.endsWith('/kustomization.yaml') && at(fields, 'kind') === 'Kustomization')
      .map(({ path }) => dirname(path));
    expect(folders.length).toBeGreaterThan(5);
    const copy = await copyOf(tree);
    const texts = Object.fromEntries(tree.files.map(({ path, text }) => [path, text]));
    const manifests = readTree(manifestFilesOf(texts)).tree;
    for (const folder of folders) {
      const path = join(copy, folder);
      const built = await run(paths.kubectl, ['kustomize', path]);
      expect({ folder, ...built }).toMatchObject({ code: 0, stderr: '' });
      const objects = parseAllDocuments(built.stdout).map((document) => document.toJS() as unknown);
      expect(objects.length, folder).toBeGreaterThan(0);
      for (const object of objects) expect(at(object, 'metadata', 'name'), folder).toBeTypeOf('string');
      const ours = buildFolder(manifests, folder, { asCommand: true });
      expect(ours.problems, folder).toEqual([]);
      expect(ours.objects.map(({ fields }) => fields)).toEqual(objects);
      // Flux has a newer one than kubectl.
      expect((await run(paths.kustomize, ['build', path])).stdout).toBe(built.stdout);
    }
  });
});

describe.skipIf(alone.missing !== undefined)(titled('the awkward kustomizations', alone.missing), () => {
  it('are built by kustomize as it is recorded', async () => {
    const recorded: Record<string, unknown> = {};
    for (const one of await kustomizeCases()) recorded[one.name] = await runKustomize(alone.paths.kustomize, one);
    await expect(`${JSON.stringify(recorded, null, 1)}\n`).toMatchFileSnapshot(RECORDED);
  });
});
