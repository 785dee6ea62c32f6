import { type Chart, coalesced, enabledDependencies, merged, readValues } from '../manifests/charts.ts';
import { objectFinding } from '../manifests/document.ts';
import type { AppliedObject, FluxTree } from '../manifests/flux/tree.ts';
import { resolverOf } from '../manifests/flux/tree.ts';
import { indexObjects, type ObjectIndex } from '../manifests/objects.ts';
import type { Misfit } from '../manifests/structural.ts';
import { Failure, type Finding } from '../report/finding.ts';
import { asFields, at, type Fields, isFields, listAt, type Path, textAt } from '../text/values.ts';
import { asApplied, isOpen, remedyOf } from './schemas.ts';

/** Finds charts that lie on this machine. */
export interface ChartStore {
  /**
   * @param version - exactly this one; undefined where the release takes any of a range
   */
  readonly find: (name: string, version: string | undefined) => Promise<Chart | undefined>;
}

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
export async function checkChartValues(
  flux: FluxTree,
  charts: ChartStore,
): Promise<{ readonly findings: readonly Finding[]; readonly coverage: ChartCoverage }> {
  const { objects } = flux;
  const index = indexObjects(flux);
  const findings: Finding[] = [];
  const without: { release: string; why: string }[] = [];
  let checked = 0;
  const releases = objects.filter(({ kind, group }) => kind === 'HelmRelease' && group === 'helm.toolkit.fluxcd.io');
  for (const release of releases) {
    const outcome = await checkRelease(release, index, charts);
    if (typeof outcome === 'string')
      without.push({ release: `${release.namespace ?? ''}/${release.name}`, why: outcome });
    else {
      checked += 1;
      findings.push(...outcome);
    }
  }
  without.sort((a, b) => (a.release < b.release ? -1 : 1));
  return { findings, coverage: { checked, releases: releases.length, without } };
}

/** Findings, or why the release was not checked. */
async function checkRelease(
  release: AppliedObject,
  index: ObjectIndex,
  charts: ChartStore,
): Promise<readonly Finding[] | string> {
  // A value that is null takes the chart's default away.
  const applied = asApplied(release.fields, resolverOf(release), true);
  if (at(applied, 'spec', 'install', 'disableSchemaValidation') === true) return 'it asks Helm for no validation';
  const named = chartOf(release, applied, index);
  if (named === undefined) return 'its chart is not named in the tree';
  const chart = await charts.find(named.name, named.version);
  if (chart === undefined)
    return `the chart ${[named.name, ...(named.version === undefined ? [] : [named.version])].join(' ')} is not here`;
  const values = valuesOf(release, applied, index);
  const misfits = await chartMisfits(chart, coalesced(chart, values.all), []);
  if (typeof misfits === 'string') return misfits;
  return misfits.flatMap((misfit) => {
    const value = at(values.all, ...misfit.path);
    // What could come from a Secret, or is still a variable, nobody can say here.
    if (isOpen(value) || (!values.isWhole && misfit.message.endsWith(' is missing'))) return [];
    const { object, path } = placeOfValue(release, values.sources, misfit.path);
    return [
      objectFinding(object, path, {
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
    const { compileForeign } = await import('../manifests/json-schema.ts');
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
function chartOf(
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

interface ReleaseValues {
  readonly all: Fields;
  /** Whether all of them are known. */
  readonly isWhole: boolean;
  /** ConfigMaps that they come from, the last one first. */
  readonly sources: readonly { readonly object: AppliedObject; readonly path: Path; readonly values: Fields }[];
}

/** https://fluxcd.io/flux/components/helm/helmreleases/#values: later ones go over earlier ones, those of the release over all. */
function valuesOf(release: AppliedObject, applied: Fields, index: ObjectIndex): ReleaseValues {
  let all: Fields = {};
  let isWhole = true;
  const sources: { object: AppliedObject; path: Path; values: Fields }[] = [];
  for (const reference of listAt(applied, 'spec', 'valuesFrom')) {
    const kind = textAt(reference, 'kind') ?? '';
    const key = textAt(reference, 'valuesKey') ?? 'values.yaml';
    const object =
      kind === 'ConfigMap' ? index.find(kind, release.namespace, textAt(reference, 'name') ?? '') : undefined;
    const text = object === undefined ? undefined : textAt(object.fields, 'data', key);
    const isPlain = textAt(reference, 'targetPath') === undefined;
    const values = text === undefined || !isPlain ? undefined : readValues(text);
    if (object === undefined || values === undefined) isWhole = false;
    else {
      all = merged(all, values, true);
      sources.unshift({ object, path: ['data', key], values });
    }
  }
  return { all: merged(all, asFields(at(applied, 'spec', 'values')), true), isWhole, sources };
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
