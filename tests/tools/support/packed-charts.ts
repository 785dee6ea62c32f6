import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fields, Tree } from '../../golden/trees.ts';
import { folderOf, referenceOf } from './fetched-charts.ts';
import { output } from './run.ts';

/** The charts that a tree names. */
export interface PackedCharts {
  /** Archives by `HOST/NAME:TAG`. */
  readonly archives: ReadonlyMap<string, string>;
  /** Names of those that are the real ones; the others make a ConfigMap out of their values. */
  readonly real: readonly string[];
}

/**
 * Packs what the OCIRepositories of a tree name: the chart that scripts/fetch-charts.sh has fetched, or one of that name and version that
 * stands in for it.
 */
export async function packCharts(tree: Tree, folder: string, helm: string): Promise<PackedCharts> {
  const archives = new Map<string, string>();
  const real: string[] = [];
  const sources = tree.documents.map(({ fields }) => fields).filter((fields) => fields.kind === 'OCIRepository');
  for (const source of sources) {
    const reference = referenceOf(source);
    const { name, version: tag } = reference;
    const fetched = await folderOf(reference);
    if (fetched !== undefined) real.push(name);
    const chart = fetched ?? (await standIn(join(folder, 'stand-ins', name), name, tag));
    const words = ['package', chart, '--version', tag, '--destination', folder];
    const line = await output(helm, words, { env: { HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder } });
    archives.set(`${reference.url.replace('oci://', '')}:${tag}`, line.replace(/^.*: /s, '').trim());
  }
  return { archives, real: [...new Set(real)].sort() };
}

const VALUES: Fields = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'stand-in-{{ .Release.Name }}', namespace: '{{ .Release.Namespace }}' },
};

async function standIn(folder: string, name: string, tag: string): Promise<string> {
  await mkdir(join(folder, 'templates'), { recursive: true });
  await writeFile(join(folder, 'Chart.yaml'), JSON.stringify({ apiVersion: 'v2', name, version: tag }));
  const text = JSON.stringify(VALUES).replace(/\}$/, ',"data":{"values":{{ .Values | toJson | quote }}}}');
  await writeFile(join(folder, 'templates/values.yaml'), text);
  return folder;
}
