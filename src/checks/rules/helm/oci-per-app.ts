import { posix } from 'node:path';
import { textAt } from '../../../text/values.ts';
import { choice, defineRule } from '../../rule.ts';
import { ofKind } from '../objects.ts';

export const ociPerApp = defineRule({
  id: 'helm/oci-per-app',
  description: 'Charts come from where the repository keeps its sources: beside each app, or in one folder for all.',
  rationale:
    'An OCIRepository beside the HelmRelease is updated with its app and by one commit. A HelmRepository has an index of all its charts, which Flux reads anew each time.',
  source: 'https://fluxcd.io/flux/components/helm/helmreleases/#chart-reference',
  options: {
    source: choice(
      '`oci-per-app` is an OCIRepository in the folder of the app, `helmrepository-fallback` a HelmRepository there as well, `central` sources in folders without HelmReleases.',
      ['oci-per-app', 'helmrepository-fallback', 'central'],
      'oci-per-app',
    ),
  },
  severity: 'off',
  profiles: {
    template: 'warning',
    guarded: 'warning',
    'external-secrets': 'warning',
    'single-cluster': { severity: 'warning', options: { source: 'helmrepository-fallback' } },
    overlays: { severity: 'warning', options: { source: 'central' } },
  },
  *check(context, { source }) {
    const sources = ofKind(
      context,
      ['OCIRepository', 'HelmRepository', 'GitRepository', 'Bucket', 'HelmChart'],
      'source.toolkit.fluxcd.io',
    );
    for (const { document, name, namespace, fields, spotOf } of ofKind(
      context,
      'HelmRelease',
      'helm.toolkit.fluxcd.io',
    )) {
      const path =
        textAt(fields, 'spec', 'chartRef', 'name') !== undefined
          ? ['spec', 'chartRef']
          : ['spec', 'chart', 'spec', 'sourceRef'];
      const [kind, wanted] = [textAt(fields, ...path, 'kind'), textAt(fields, ...path, 'name')];
      if (kind === undefined || wanted === undefined) continue;
      const home = textAt(fields, ...path, 'namespace') ?? namespace;
      const found = sources.find((one) => one.kind === kind && one.name === wanted && one.namespace === home);
      const isBeside =
        found !== undefined && posix.dirname(found.document.file.path) === posix.dirname(document.file.path);
      if (source === 'central') {
        if (!isBeside) continue;
        yield {
          at: spotOf([...path, 'name']),
          message: `the source of ${name} lies beside it`,
          remedy: 'move it to the folder of all sources',
        };
      } else if (kind !== 'OCIRepository' && (source === 'oci-per-app' || kind !== 'HelmRepository')) {
        yield {
          at: spotOf([...path, 'kind']),
          message: `the chart of ${name} comes from a ${kind}`,
          remedy: 'take an OCIRepository where the chart is in a registry',
        };
      } else if (found !== undefined && !isBeside) {
        yield {
          at: spotOf([...path, 'name']),
          message: `the source of ${name} lies in ${found.document.file.path}`,
          remedy: 'give the app one of its own beside its HelmRelease',
        };
      }
    }
  },
  examples: {
    good: [
      { files: release('OCIRepository', 'site/') },
      { files: release('HelmRepository', 'sources/'), options: { source: 'central' } },
      { files: release('HelmRepository', 'site/'), options: { source: 'helmrepository-fallback' } },
    ],
    bad: [
      { files: release('HelmRepository # <- here', 'site/') },
      { files: release('OCIRepository', 'sources/', ' # <- here') },
      { files: release('OCIRepository', 'site/', ' # <- here'), options: { source: 'central' } },
    ],
  },
});

function release(kind: string, folder: string, mark = ''): Record<string, string> {
  return {
    'site/helmrelease.yaml': `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: site\nspec:\n  chartRef:\n    kind: ${kind}\n    name: site${mark}\n`,
    [`${folder}source.yaml`]: `apiVersion: source.toolkit.fluxcd.io/v1\nkind: ${kind.split(' ')[0] ?? ''}\nmetadata:\n  name: site\n`,
  };
}
