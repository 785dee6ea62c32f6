import { spawnSync } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { at, textAt, type Fields, type Tree } from '../../golden/trees.ts';
import { output } from './run.ts';
import { REPOSITORY, TOOLS } from './tools.ts';

/** A release of a tree that takes its chart from an OCIRepository beside it. */
export interface Release {
  readonly path: string;
  readonly name: string;
  readonly namespace: string;
  readonly chart: ChartReference;
  readonly values: Fields;
}

/** A chart as a template names it. */
export interface ChartReference {
  /** `oci://…` */
  readonly url: string;
  readonly version: string;
  /** The last part of the URL. */
  readonly name: string;
}

/** The releases of a tree. */
export function releasesOf(tree: Tree): Release[] {
  const sources = new Map(
    tree.documents
      .filter(({ fields }) => fields.kind === 'OCIRepository')
      .map(({ path, fields }) => [`${dirname(path)}/${textAt(fields, 'metadata', 'name')}`, referenceOf(fields)]),
  );
  return tree.documents.flatMap(({ path, fields }) => {
    const chart = sources.get(`${dirname(path)}/${textAt(fields, 'spec', 'chartRef', 'name')}`);
    if (fields.kind !== 'HelmRelease' || chart === undefined) return [];
    const [, , namespace = ''] = path.split('/');
    const values = (at(fields, 'spec', 'values') ?? {}) as Fields;
    return [{ path, name: textAt(fields, 'metadata', 'name'), namespace, chart, values }];
  });
}

/** The chart that an OCIRepository names. */
export function referenceOf(source: Fields): ChartReference {
  const url = textAt(source, 'spec', 'url');
  return { url, version: String(at(source, 'spec', 'ref', 'tag')), name: url.slice(url.lastIndexOf('/') + 1) };
}

/** Why no chart of scripts/charts.txt is there; undefined where all of them are. */
export function fetchCharts(): string | undefined {
  const { status, stderr } = spawnSync(join(REPOSITORY, 'scripts/fetch-charts.sh'), ['--strict'], { encoding: 'utf8' });
  return status === 0 ? undefined : `the charts are not all there: ${stderr.trim()}`;
}

/** The folder of a chart that scripts/fetch-charts.sh takes for this one; undefined where it could not be had. */
export async function folderOf({ url, version, name }: ChartReference): Promise<string | undefined> {
  const folder = join(TOOLS, 'charts', name);
  const file = join(folder, 'Chart.yaml');
  if (!(await exists(file))) return undefined;
  const source = await readFile(join(folder, '.source'), 'utf8').catch(() => '');
  if (source.trim() === `${url} ${version}` || (await isOfModule(name, source.trim()))) return folder;
  const chart = parse(await readFile(file, 'utf8')) as Fields;
  return bare(String(chart.version)) === bare(version) ? folder : undefined;
}

/** Whether a chart is that of its module in scripts/charts.txt, whose version may be another one than the template's. */
async function isOfModule(name: string, source: string): Promise<boolean> {
  const lines = (await readFile(join(REPOSITORY, 'scripts/charts.txt'), 'utf8')).split('\n');
  const [, module = ''] = lines.find((line) => line.startsWith(`${name} `))?.split(/ +/) ?? [];
  return module !== '' && source.startsWith(`${module}@`);
}

/** A version without the letter that some projects put before it. */
export function bare(version: string): string {
  return version.replace(/^v/, '');
}

/**
 * What helm makes of a release, with the definitions of its kinds.
 *
 * @param folder - of its chart
 * @throws Error where the chart refuses the values
 */
export async function rendered(helm: string, { name, namespace, values }: Release, folder: string): Promise<string> {
  // A helm that was built from its module takes Kubernetes for an old one.
  const words = ['template', name, folder, '--namespace', namespace, '--values', '-', '--kube-version', '1.35.0'];
  return await output(helm, [...words, '--include-crds'], { input: JSON.stringify(values) });
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
