import { defineRule } from '../../rule.ts';
import { ofKind } from '../objects.ts';

export const noRawManifests = defineRule({
  id: 'helm/no-raw-manifests',
  description: 'Workloads come out of charts.',
  rationale:
    'A chart brings Service, probes and rules along, and is updated as a whole. Where there is none a general chart such as app-template does.',
  source: 'https://fluxcd.io/flux/components/helm/helmreleases/',
  severity: 'off',
  profiles: { 'external-secrets': 'note' },
  *check(context) {
    for (const { kind, name, apiVersion, spotOf } of ofKind(context, [
      'Deployment',
      'StatefulSet',
      'DaemonSet',
      'CronJob',
    ])) {
      if (!/^(?:apps|batch)\//.test(apiVersion)) continue;
      yield {
        at: spotOf(['kind']),
        message: `the ${kind} ${name} is written out`,
        remedy: 'take a chart, if there is one',
      };
    }
  },
  examples: {
    good: [
      {
        files: {
          'helmrelease.yaml': 'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: site\n',
        },
      },
    ],
    bad: [
      { files: { 'deployment.yaml': 'apiVersion: apps/v1\nkind: Deployment # <- here\nmetadata:\n  name: site\n' } },
    ],
  },
});
