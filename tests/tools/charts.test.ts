import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { describe, expect, it } from 'vitest';
import { isFields } from '../../src/text/values.ts';
import { at, textAt, type Fields } from '../golden/trees.ts';
import { output } from './support/run.ts';
import { findTools, REPOSITORY, titled, TOOLS } from './support/tools.ts';
import { treeCases } from './support/trees.ts';

const tools = findTools('helm');
const missing = tools.missing ?? fetchCharts();
const trees = await treeCases();

/** A line of scripts/charts.txt. */
interface Chart {
  readonly name: string;
  /** Folder of the app whose release uses it, below `kubernetes/apps`. */
  readonly app: string;
}

const charts: readonly Chart[] = (await readFile(join(REPOSITORY, 'scripts/charts.txt'), 'utf8'))
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(/ +/))
  .map(([name = '', app = '']) => ({ name, app }));

/** The chart of an app that can be had, by the path of its release. */
const CHARTS = new Map(charts.map(({ name, app }) => [`kubernetes/apps/${app}/app/helmrelease.yaml`, name]));

describe.skipIf(missing !== undefined)(titled('the real charts', missing), () => {
  it('refuse values that they do not know', async () => {
    await expect(render('cilium', 'kube-system', { ipam: { mode: 5 } })).rejects.toThrow(/values don't meet|schema/);
  });

  it.for(charts)('$name is of the version that its template names', async ({ name, app }, { skip }) => {
    const template = await readFile(
      join(REPOSITORY, `templates/config/kubernetes/apps/${app}/app/ocirepository.yaml.j2`),
      'utf8',
    );
    const wanted = /^ +tag: v?(.*)$/m.exec(template)?.[1];
    const { version } = parse(await readFile(join(TOOLS, 'charts', name, 'Chart.yaml'), 'utf8')) as {
      readonly version: string;
    };
    skip(/^v?0\.0\.[01]/.test(version), 'the project fills its version in when it releases');
    skip(NOT_HAD.has(name), `the proxy has ${version} alone, the template names ${wanted ?? 'none'}`);
    expect(version.replace(/^v/, '')).toBe(wanted);
  });

  it.each(trees)('render with the values of %s', async (_, tree) => {
    const releases = tree.documents.flatMap(({ path, fields }) => {
      const chart = CHARTS.get(path);
      return chart === undefined ? [] : [{ path, chart, fields }];
    });
    expect(releases.map(({ chart }) => chart)).toEqual(
      expect.arrayContaining(['cert-manager', 'cilium', 'gateway-helm']),
    );
    for (const { path, chart, fields } of releases) {
      const namespace = path.split('/')[2] ?? '';
      const values = (at(fields, 'spec', 'values') ?? {}) as Fields;
      const unknown = await unknownValues(chart, values);
      expect(unknown.filter((one) => !UNLISTED.includes(one))).toEqual([]);
      const text = await render(chart, namespace, values);
      const objects = parseAllDocuments(text).map((document) => document.toJS() as Fields | null);
      expect(objects.filter((one) => one !== null && textAt(one, 'kind') !== '').length, path).toBeGreaterThan(0);
    }
  });
});

/** Charts of which the proxy has an older version alone. */
const NOT_HAD = new Set(['alloy', 'volsync']);

/** Values that the charts read and list in comments only. */
const UNLISTED = [
  'cilium: loadBalancer.algorithm',
  'cilium: loadBalancer.dsrDispatch',
  'cilium: loadBalancer.mode',
  'gateway-helm: config.envoyGateway.provider.kubernetes',
];

/** Values that a chart has no default for beside others that it has: a misspelt one has no effect at all. */
async function unknownValues(chart: string, values: Fields): Promise<string[]> {
  const defaults = parse(await readFile(join(TOOLS, 'charts', chart, 'values.yaml'), 'utf8')) as Fields;
  return unknownBelow(values, defaults, []).map((path) => `${chart}: ${path}`);
}

function unknownBelow(values: unknown, defaults: unknown, path: readonly string[]): string[] {
  if (!isFields(values) || !isFields(defaults) || Object.keys(defaults).length === 0) return [];
  return Object.entries(values).flatMap(([key, value]) => {
    const inner = [...path, key];
    return Object.hasOwn(defaults, key) ? unknownBelow(value, defaults[key], inner) : [inner.join('.')];
  });
}

/** What helm makes of a chart. Throws an Error where the chart refuses the values. */
async function render(chart: string, namespace: string, values: Fields): Promise<string> {
  // A helm that was built from its module takes Kubernetes for an old one.
  const arguments_ = ['template', chart, join(TOOLS, 'charts', chart), '--namespace', namespace, '--values', '-'];
  return await output(tools.paths.helm, [...arguments_, '--kube-version', '1.35.0', '--include-crds'], {
    input: JSON.stringify(values),
  });
}

/** Why there are no charts; undefined where they are there. */
function fetchCharts(): string | undefined {
  const { status, stderr } = spawnSync(join(REPOSITORY, 'scripts/fetch-charts.sh'), ['--strict'], { encoding: 'utf8' });
  return status === 0 ? undefined : `the charts are not all there: ${stderr.trim()}`;
}
