import { defineRule } from '../../rule.ts';
import { ofKind } from '../objects.ts';

export const noVelero = defineRule({
  id: 'backup/no-velero',
  description: 'Volumes are backed up by VolSync, each with its app, and not by Velero.',
  rationale:
    'A ReplicationSource lies beside the claim that it backs up and comes back with the app. Velero keeps objects, which are in git already.',
  source: 'https://volsync.readthedocs.io/',
  severity: 'off',
  profiles: { 'external-secrets': 'warning', 'single-cluster': 'note' },
  *check(context) {
    const own = context.objects.filter(({ apiVersion }) => apiVersion.startsWith('velero.io/'));
    const releases = ofKind(context, 'HelmRelease', 'helm.toolkit.fluxcd.io').filter(({ name }) => name === 'velero');
    for (const { kind, name, spotOf } of [...own, ...releases]) {
      yield {
        at: spotOf(['metadata', 'name']),
        message: `the ${kind} ${name} is one of Velero`,
        remedy: 'back volumes up with VolSync',
      };
    }
  },
  examples: {
    good: [
      {
        files: { 'a.yaml': 'apiVersion: volsync.backube/v1alpha1\nkind: ReplicationSource\nmetadata:\n  name: site\n' },
      },
    ],
    bad: [{ files: { 'a.yaml': 'apiVersion: velero.io/v1\nkind: Schedule\nmetadata:\n  name: daily # <- here\n' } }],
  },
});
