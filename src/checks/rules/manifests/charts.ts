import { type Chart, coalesced, enabledDependencies } from '../../../manifests/charts.ts';
import { type AppliedObject, type FluxTree, resolverOf } from '../../../manifests/flux/tree.ts';
import { indexObjects, type ObjectIndex } from '../../../manifests/objects.ts';
import { type ReleaseValues, releaseValues } from '../../../manifests/release-values.ts';
import type { Misfit } from '../../../manifests/structural.ts';
import { Failure } from '../../../report/finding.ts';
import { asFields, at, type Fields, isFields, listAt, type Path, textAt } from '../../../text/values.ts';
import { atObject, type ChartStore, defineCheck, once, type Rule, type Told } from '../../rule.ts';
import { APPLIED, object } from './examples.ts';
import { asApplied, isOpen, remedyOf } from './schemas.ts';

/** How many releases were looked at. */
export interface ChartCoverage {
  /** Releases whose values were checked by the schema of their chart. */
  readonly checked: number;
  readonly releases: number;
  /** The others, sorted: `NAMESPACE/NAME`, and why. */
  readonly without: readonly { readonly release: string; readonly why: string }[];
}

/**
 * Checks the values of every HelmRelease by the `values.schema.json` of its chart, as Helm does before it renders one: put together with
 * the defaults of the chart, those of its dependencies too.
 */
async function checkChartValues(
  flux: FluxTree,
  charts: ChartStore,
): Promise<{ readonly told: readonly Told[]; readonly coverage: ChartCoverage }> {
  const { objects } = flux;
  const index = indexObjects(flux);
  const told: Told[] = [];
  const without: { release: string; why: string }[] = [];
  let checked = 0;
  const releases = objects.filter(({ kind, group }) => kind === 'HelmRelease' && group === 'helm.toolkit.fluxcd.io');
  for (const release of releases) {
    const outcome = await checkRelease(release, index, charts);
    if (typeof outcome === 'string')
      without.push({ release: `${release.namespace ?? ''}/${release.name}`, why: outcome });
    else {
      checked += 1;
      told.push(...outcome);
    }
  }
  without.sort((a, b) => (a.release < b.release ? -1 : 1));
  return { told, coverage: { checked, releases: releases.length, without } };
}

/** Complaints, or why the release was not checked. */
async function checkRelease(
  release: AppliedObject,
  index: ObjectIndex,
  charts: ChartStore,
): Promise<readonly Told[] | string> {
  // A value that is null takes the chart's default away.
  const applied = asApplied(release.fields, resolverOf(release), true);
  if (at(applied, 'spec', 'install', 'disableSchemaValidation') === true) return 'it asks Helm for no validation';
  const named = chartOf(release, applied, index);
  if (named === undefined) return 'its chart is not named in the tree';
  const chart = await charts.find(named.name, named.version);
  if (chart === undefined)
    return `the chart ${[named.name, ...(named.version === undefined ? [] : [named.version])].join(' ')} is not here`;
  const values = releaseValues(release, applied, index.find);
  const misfits = await chartMisfits(chart, coalesced(chart, values.all), []);
  if (typeof misfits === 'string') return misfits;
  return misfits.flatMap((misfit) => {
    const value = at(values.all, ...misfit.path);
    // What could come from a Secret, or is still a variable, nobody can say here.
    if (isOpen(value) || (!values.isWhole && misfit.message.endsWith(' is missing'))) return [];
    const { object, path } = placeOfValue(release, values.sources, misfit.path);
    return [
      atObject(object, path, {
        code: 'manifests/chart-values',
        message: `${misfit.message}, says the chart ${chart.name} ${chart.version}`,
        remedy: remedyOf(misfit, value, `values.schema.json in ${chart.place}`),
      }),
    ];
  });
}

/** What does not fit the schema of a chart or of one of its dependencies; why nothing can be said. */
async function chartMisfits(chart: Chart, values: Fields, path: Path): Promise<readonly Misfit[] | string> {
  const misfits: Misfit[] = [];
  let isChecked = false;
  if (chart.schema !== undefined) {
    const { compileForeign } = await import('../../../manifests/json-schema.ts');
    try {
      const validate = compileForeign(chart.schema, `${chart.place}: values.schema.json`);
      misfits.push(...validate(values).map((one) => ({ ...one, path: [...path, ...one.path] })));
      isChecked = true;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return `the schema of the chart ${chart.name} leads elsewhere, or is none`;
    }
  }
  for (const { key, chart: sub } of enabledDependencies(chart, values)) {
    const inside = await chartMisfits(sub, asFields(values[key]), [...path, key]);
    if (typeof inside === 'string') continue;
    misfits.push(...inside);
    isChecked = true;
  }
  return isChecked ? misfits : `the chart ${chart.name} has no schema`;
}

/** Name and version of the chart of a release. */
export function chartOf(
  release: AppliedObject,
  applied: Fields,
  index: ObjectIndex,
): { readonly name: string; readonly version: string | undefined } | undefined {
  const inline = at(applied, 'spec', 'chart', 'spec');
  if (isFields(inline)) return named(textAt(inline, 'chart'), textAt(inline, 'version'));
  const reference = at(applied, 'spec', 'chartRef');
  const kind = textAt(reference, 'kind') ?? '';
  const source = index.find(kind, textAt(reference, 'namespace') ?? release.namespace, textAt(reference, 'name') ?? '');
  if (source === undefined) return undefined;
  const spec = at(asApplied(source.fields, resolverOf(source)), 'spec');
  return kind === 'OCIRepository'
    ? named(textAt(spec, 'url'), textAt(spec, 'ref', 'tag'))
    : named(textAt(spec, 'chart'), textAt(spec, 'version'));
}

/** A version that is none, as a range is, leaves it open. */
function named(place: string | undefined, version: string | undefined): ReturnType<typeof chartOf> {
  const name = place
    ?.split('/')
    .filter((part) => part !== '')
    .pop();
  if (name === undefined) return undefined;
  const isExact = version !== undefined && /^v?\d+\.\d+\.\d+(?:[-+].*)?$/.test(version);
  return { name, version: isExact ? version.replace(/^v/, '') : undefined };
}

/** Where a value was written: in the release, in a ConfigMap, or nowhere, which is told at the values of the release. */
function placeOfValue(
  release: AppliedObject,
  sources: ReleaseValues['sources'],
  path: Path,
): { readonly object: AppliedObject; readonly path: Path } {
  if (at(release.fields, 'spec', 'values', ...path) === undefined) {
    const source = sources.find(({ values }) => at(values, ...path) !== undefined);
    if (source !== undefined) return source;
  }
  return { object: release, path: ['spec', 'values', ...path] };
}

/** Where a list in a chart's values replaces the chart's own, and what that has to hold all the same. */
interface ReplacedList {
  readonly path: Path;
  /** Names of entries. */
  readonly required: readonly string[];
  readonly why: string;
}

const LISTS: readonly ReplacedList[] = [
  {
    // k8s-gateway: the probes ask health and ready, and forward takes what is not ours.
    path: ['spec', 'values', 'extraZonePlugins'],
    required: ['errors', 'health', 'ready', 'forward'],
    why: 'extraZonePlugins replaces the list of the chart',
  },
];

/** Finds lists in the values of charts that leave out what the replaced default had and the chart cannot do without. */
function checkReplacedDefaults({ objects }: FluxTree): Told[] {
  return objects
    .filter(({ kind }) => kind === 'HelmRelease')
    .flatMap((object) =>
      LISTS.flatMap(({ path, required, why }) => {
        if (at(object.fields, ...path) === undefined) return [];
        const names = listAt(object.fields, ...path).map((entry) => textAt(entry, 'name'));
        const missing = required.filter((name) => !names.includes(name));
        if (missing.length === 0) return [];
        const message = `${why}, and has no ${missing.join(', ')}`;
        const remedy = `write the list in full, with ${required.join(', ')}`;
        return [atObject(object, path, { code: 'manifests/replaced-default', message, remedy })];
      }),
    );
}

/** What the schemas of charts say of the releases of a tree; undefined where no chart is looked for. */
export const chartCheck = once(({ flux, tools: { charts } }) =>
  charts === undefined ? undefined : checkChartValues(flux, charts),
);

/** A release with its values. */
function release(values: string): Readonly<Record<string, string>> {
  const spec = `spec:\n  chartRef:\n    kind: OCIRepository\n    name: site\n  interval: 1h\n  values:\n${values}`;
  return { 'site/release.yaml': object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'site', spec) };
}

const CHART = object(
  'source.toolkit.fluxcd.io/v1',
  'OCIRepository',
  'site',
  'spec:\n  interval: 1h\n  url: oci://example.com/charts/site\n  ref:\n    tag: 1.0.0\n',
);

/** What charts take. */
export const CHART_RULES: readonly Rule[] = [
  defineCheck({
    id: 'manifests/chart-values',
    isOfEach: true,
    description:
      'The values of a HelmRelease fit the `values.schema.json` of its chart, where the chart is given by `--charts`.',
    rationale: 'Helm refuses to install or upgrade a release whose values do not fit.',
    source: 'https://helm.sh/docs/topics/charts/#schema-files',
    walk: async (context) => (await chartCheck(context))?.told ?? [],
    examples: {
      good: [{ files: release('    replicas: 2\n'), beside: { ...APPLIED, 'site/chart.yaml': CHART } }],
      bad: [{ files: release('    replicas: two # <- here\n'), beside: { ...APPLIED, 'site/chart.yaml': CHART } }],
    },
  }),
  defineCheck({
    id: 'manifests/replaced-default',
    description: 'A list in the values of a chart that replaces a default keeps what the chart cannot do without.',
    rationale: 'Helm merges maps and replaces lists: what the list of the chart held is gone.',
    source: 'https://helm.sh/docs/chart_template_guide/values_files/',
    walk: ({ clusters }) => clusters.flatMap(checkReplacedDefaults),
    examples: {
      good: [
        {
          files: release(
            '    extraZonePlugins:\n      - name: errors\n      - name: health\n      - name: ready\n      - name: forward\n',
          ),
          beside: APPLIED,
        },
      ],
      bad: [{ files: release('    extraZonePlugins: # <- here\n      - name: errors\n'), beside: APPLIED }],
    },
  }),
];
