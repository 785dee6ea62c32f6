import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { at, textAt } from '../golden/trees.ts';
import { temporaryFolder } from '../support/folders.ts';
import { output, type RunOptions } from './support/run.ts';
import { findTools, titled } from './support/tools.ts';
import { copyOf, treeCases } from './support/trees.ts';

const { paths, missing } = findTools('helm', 'helmfile');
const trees = await treeCases();

interface Release {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly version: string;
}

describe.skipIf(missing !== undefined)(titled('helmfile', missing), () => {
  it.each(trees)('lists the releases of %s with the charts of its OCIRepositories', async (_, tree) => {
    const { files, options } = await prepare(tree);
    let compared = 0;
    for (const file of files) {
      for (const release of await releasesOf(file, options)) {
        const folder = `kubernetes/apps/${release.namespace}/${release.name}/app`;
        const repository = tree.documents.find(({ path }) => path === `${folder}/ocirepository.yaml`);
        if (repository === undefined) continue;
        expect(release).toMatchObject({
          chart: textAt(repository.fields, 'spec', 'url'),
          version: textAt(repository.fields, 'spec', 'ref', 'tag'),
        });
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(3);
  });

  it.each(trees)('gives the apps of %s the values of their HelmReleases', async (_, tree) => {
    const { files, options } = await prepare(tree);
    let compared = 0;
    for (const file of files) {
      const template = join(dirname(file), 'values/{{ .Release.Namespace }}/{{ .Release.Name }}.yaml');
      await output(paths.helmfile, [...base(file), 'write-values', '--output-file-template', template], options);
      for (const { name, namespace } of await releasesOf(file, options)) {
        const path = `kubernetes/apps/${namespace}/${name}/app/helmrelease.yaml`;
        const release = tree.documents.find((document) => document.path === path);
        if (release === undefined) continue;
        const written = join(dirname(file), 'values', namespace, `${name}.yaml`);
        const values: unknown = parse(await readFile(written, 'utf8'));
        expect({ name, values: values ?? {} }).toEqual({ name, values: at(release.fields, 'spec', 'values') ?? {} });
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(3);
  });
});

async function prepare(tree: (typeof trees)[number][1]): Promise<{ files: string[]; options: RunOptions }> {
  const folder = join(await copyOf(tree), 'bootstrap/helmfile.d');
  const files = (await readdir(folder)).filter((name) => /\.ya?ml(\.gotmpl)?$/.test(name)).sort();
  // Nothing of the user's own helm is read or written.
  const home = await temporaryFolder();
  const env = { HOME: home, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home };
  return { files: files.map((name) => join(folder, name)), options: { cwd: folder, env } };
}

function base(file: string): string[] {
  return ['--helm-binary', paths.helm, '--file', file];
}

async function releasesOf(file: string, options: RunOptions): Promise<readonly Release[]> {
  return JSON.parse(await output(paths.helmfile, [...base(file), 'list', '--output', 'json'], options)) as Release[];
}
