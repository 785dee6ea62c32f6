import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkTools, examine } from '../../src/checks/run.ts';
import type { ManifestFile } from '../../src/manifests/document.ts';
import { schemaChecker } from '../../src/manifests/schemas.ts';
import type { Finding } from '../../src/report/finding.ts';
import { PROVIDED } from '../../src/pipeline/schema-sources.ts';
import { isSecretPath } from '../../src/sops/rules.ts';
import { listTree } from '../../src/system/files.ts';
import { readTree } from '../golden/trees.ts';
import { eachOf } from '../support/parted.ts';
import { configuredSample } from '../support/sample.ts';
import { type Mutation, MUTATIONS } from './mutations.ts';

/** The files of a good tree by path, as somebody wrote them by hand. */
const TREES: Readonly<Record<Mutation['tree'], ReadonlyMap<string, string>>> = {
  ours: await ours(),
  overlays: await written('overlays'),
  'two-clusters': await written('two-clusters'),
  'cluster-apps': await written('cluster-apps'),
};

async function ours(): Promise<Map<string, string>> {
  const { files } = await readTree('sample', configuredSample());
  return new Map(files.map(({ path, text }) => [path, text]));
}

async function written(name: string): Promise<Map<string, string>> {
  const folder = join(import.meta.dirname, 'trees', name);
  const paths = await listTree(folder);
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path), 'utf8')] as const)),
  );
}

/** What is read once serves all mutations. */
const tools = checkTools(schemaChecker(PROVIDED));
const known = new Map<string, readonly unknown[]>();

async function findingsIn(tree: Mutation['tree'], texts: ReadonlyMap<string, string>): Promise<readonly Finding[]> {
  const files = [...texts].map(([path, text]): ManifestFile => ({
    path,
    source: path,
    text,
    isGenerated: false,
    isSecret: isSecretPath(path),
  }));
  const { findings } = await examine(files, { tools, known, ...(tree === 'ours' ? {} : { paths: [] }) });
  return findings;
}

function mutated({ tree, file, from, to }: Mutation): Map<string, string> {
  const texts = new Map(TREES[tree]);
  if (to === undefined) texts.delete(file);
  else texts.set(file, from === undefined ? to : (texts.get(file) ?? '').replace(from, () => to));
  return texts;
}

/** The line that has to be told, from 1. */
function wantedLine({ at, to = '', file, toldIn }: Mutation, texts: ReadonlyMap<string, string>): number[] {
  const lines = (texts.get(toldIn ?? file) ?? '').split('\n');
  const text = at ?? to.split('\n')[0]?.trim() ?? '';
  return lines.flatMap((line, index) => (line.includes(text) ? [index + 1] : []));
}

describe('good trees', () => {
  it.each(Object.keys(TREES) as Mutation['tree'][])('%s has no finding', async (tree) => {
    expect(await findingsIn(tree, TREES[tree])).toEqual([]);
  });
});

describe('what is unusual and right has no finding but notes', () => {
  it.each<[string, Mutation['tree'], string, (text: string) => string]>([
    [
      'folders that an artifact from elsewhere has',
      'overlays',
      'clusters/production/infrastructure.yaml',
      (text) =>
        text
          .replaceAll(
            '    kind: GitRepository\n    name: flux-system',
            '    kind: ExternalArtifact\n    name: infrastructure',
          )
          .replaceAll('./infrastructure/', './'),
    ],
    [
      'a dependency that a variable names',
      'two-clusters',
      'apps/operators/cloudnative-pg.yaml',
      (text) =>
        `${text}---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: admin\nspec:\n  chartRef:\n    kind: OCIRepository\n    name: cloudnative-pg\n  dependsOn:\n    - name: \${OPERATOR:=cloudnative-pg}\n  interval: 1h\n`,
    ],
    [
      'a back end that a base on the network may bring',
      'overlays',
      'apps/base/podinfo/kustomization.yaml',
      (text) => text.replace('  - service.yaml', '  - https://example.org/base/service.yaml'),
    ],
    [
      'the kopia mover of VolSync',
      'two-clusters',
      'apps/databases/cluster.yaml',
      (text) =>
        `${text}---\napiVersion: volsync.backube/v1alpha1\nkind: ReplicationSource\nmetadata:\n  name: copy\nspec:\n  sourcePVC: data\n  kopia:\n    repository: kopia\n`,
    ],
  ])('%s', async (_, tree, file, change) => {
    const before = TREES[tree].get(file) ?? '';
    const texts = new Map(TREES[tree]).set(file, change(before));
    expect(texts.get(file)).not.toBe(before);
    const found = await findingsIn(tree, texts);
    expect(found.filter(({ severity }) => severity !== 'note')).toEqual([]);
  });
});

describe('a fault in a good tree is found at its line', () => {
  it('whatever the fault is: there are more than 120 of them', () => {
    expect(new Set(MUTATIONS.map(({ tree, what }) => `${tree} ${what}`)).size).toBe(MUTATIONS.length);
    expect(MUTATIONS.length).toBeGreaterThan(120);
  });

  eachOf(
    MUTATIONS.map((mutation) => [`${mutation.tree}: ${mutation.what}`, mutation] as const),
    4,
  )('%s', async (_, mutation) => {
    const texts = mutated(mutation);
    expect(texts, 'the fault is in the tree').not.toEqual(TREES[mutation.tree]);
    const found = await findingsIn(mutation.tree, texts);
    const file = mutation.toldIn ?? mutation.file;
    const lines = wantedLine(mutation, texts);
    expect(lines, 'the line is in the file').not.toEqual([]);
    expect(
      found.map(({ code, severity, place }) => ({ code, severity, file: place?.file, line: place?.line })),
    ).toContainEqual({
      code: mutation.code,
      severity: mutation.severity ?? 'error',
      file,
      line: expect.toSatisfy((line: number) => lines.includes(line)) as number,
    });
  });
});
