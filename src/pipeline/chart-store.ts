import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ChartStore } from '../checks/rule.ts';
import { type Chart, type ChartFiles, filesInTar, readChart, readPackedChart } from '../manifests/charts.ts';
import { failure } from '../report/finding.ts';
import { environment } from '../system/environment.ts';
import { inspectTarget, LARGEST_INPUT, listFolder, listTree, readBytesIfPresent } from '../system/files.ts';

/**
 * Charts in folders of the user's, each a folder or packed, and in Helm's own cache, where only a packed chart of exactly the version
 * counts. Nothing is ever fetched.
 *
 * @param folders - absolute paths
 * @throws Failure of kind `usage` where a folder is none
 */
export async function chartStore(folders: readonly string[]): Promise<ChartStore> {
  const given = new Map<string, Chart[]>();
  for (const folder of folders) {
    if ((await inspectTarget(folder))?.kind !== 'folder')
      throw failure('usage', { code: 'usage/folder', message: `--charts: ${folder} is not a folder` });
    for (const chart of await chartsIn(folder)) given.set(chart.name, [...(given.get(chart.name) ?? []), chart]);
  }
  return {
    async find(name, version) {
      const charts = given.get(name) ?? [];
      const exact = charts.find((chart) => version !== undefined && chart.version.replace(/^v/, '') === version);
      if (exact !== undefined) return exact;
      if (version === undefined) return charts.length === 1 ? charts[0] : undefined;
      return await readPacked(join(helmCache(), `${name}-${version}.tgz`));
    },
  };
}

/** https://helm.sh/docs/helm/helm/: where Helm keeps what it has downloaded. */
function helmCache(): string {
  const { HELM_REPOSITORY_CACHE, HELM_CACHE_HOME, XDG_CACHE_HOME, HOME = '' } = environment();
  const home = HELM_CACHE_HOME ?? join(XDG_CACHE_HOME ?? join(HOME, '.cache'), 'helm');
  return HELM_REPOSITORY_CACHE ?? join(home, 'repository');
}

/** The charts of a folder: the folder itself, the folders in it and the packed ones. */
async function chartsIn(folder: string): Promise<Chart[]> {
  const entries = await listFolder(folder);
  const found = await Promise.all([
    readFolder(folder),
    ...entries.map(async ({ name, kind }) => {
      if (kind === 'folder') return await readFolder(join(folder, name));
      return name.endsWith('.tgz') ? await readPacked(join(folder, name)) : undefined;
    }),
  ]);
  return found.filter((chart) => chart !== undefined);
}

/** What a chart is read from; templates may be many. */
const READ = /(?:^|\/)(?:Chart\.yaml|values\.yaml|values\.schema\.json)$|^charts\/[^/]+\.tgz$/;

async function readFolder(folder: string): Promise<Chart | undefined> {
  if ((await inspectTarget(join(folder, 'Chart.yaml')))?.kind !== 'file') return undefined;
  const paths = (await listTree(folder)).filter((path) => READ.test(path));
  const files = await Promise.all(
    paths.map(async (path): Promise<[string, Uint8Array]> => [
      path,
      (await readBytesIfPresent(join(folder, path))) ?? EMPTY,
    ]),
  );
  return readChart(new Map(files), folder, unpacked(folder));
}

async function readPacked(path: string): Promise<Chart | undefined> {
  const bytes = await readBytesIfPresent(path);
  return bytes === undefined ? undefined : readPackedChart(unpacked(path)(bytes), path, unpacked(path));
}

const EMPTY = new Uint8Array();

/** Reads a packed chart, which may unpack to no more than a file may hold. */
function unpacked(file: string): (bytes: Uint8Array) => ChartFiles {
  return (bytes) => {
    try {
      return filesInTar(gunzipSync(bytes, { maxOutputLength: LARGEST_INPUT }));
    } catch (error) {
      throw failure(
        'input',
        {
          code: 'manifests/chart-file',
          message: 'this is no packed chart that can be read',
          place: { file },
          remedy: 'pack it anew with helm package',
        },
        error,
      );
    }
  };
}
