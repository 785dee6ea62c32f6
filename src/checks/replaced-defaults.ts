import { at, listAt, textAt, type FieldPath } from '../manifests/fields.ts';
import type { FluxTree } from '../manifests/flux.ts';
import type { Finding } from '../report/finding.ts';
import { manifestFinding } from './manifest-finding.ts';

/** Where a list in a chart's values replaces the chart's own, and what that has to hold all the same. */
interface ReplacedList {
  readonly path: FieldPath;
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
export function checkReplacedDefaults({ objects }: FluxTree): Finding[] {
  return objects
    .filter(({ kind }) => kind === 'HelmRelease')
    .flatMap(({ document }) =>
      LISTS.flatMap(({ path, required, why }) => {
        if (at(document.fields, ...path) === undefined) return [];
        const names = listAt(document.fields, ...path).map((entry) => textAt(entry, 'name'));
        const missing = required.filter((name) => !names.includes(name));
        if (missing.length === 0) return [];
        const message = `${why}, and has no ${missing.join(', ')}`;
        const remedy = `write the list in full, with ${required.join(', ')}`;
        return [manifestFinding(document, path, { code: 'manifests/replaced-default', message, remedy })];
      }),
    );
}
