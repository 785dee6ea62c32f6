import { textAt } from '../../../text/values.ts';
import { defineRule } from '../../rule.ts';
import { controllersOf, ofKind } from '../objects.ts';

export const statefulsetRolling = defineRule({
  id: 'storage/statefulset-rolling',
  description: 'A StatefulSet is updated by RollingUpdate.',
  rationale:
    'It has no strategy Recreate, as it replaces one Pod after the other by itself; with OnDelete nobody updates it.',
  source: 'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#update-strategies',
  severity: 'warning',
  *check(context) {
    for (const { fields, spotOf } of ofKind(context, 'StatefulSet', 'apps')) {
      const strategy = textAt(fields, 'spec', 'updateStrategy', 'type') ?? 'RollingUpdate';
      if (strategy === 'RollingUpdate') continue;
      yield {
        at: spotOf(['spec', 'updateStrategy', 'type']),
        message: `the strategy is ${strategy}`,
        remedy: 'write RollingUpdate',
      };
    }
    for (const { object, name, fields, path } of context.objects.flatMap(controllersOf)) {
      const strategy = textAt(fields, 'strategy') ?? 'RollingUpdate';
      if (textAt(fields, 'type') !== 'statefulset' || strategy === 'RollingUpdate') continue;
      const message = `the StatefulSet of the controller ${name} has the strategy ${strategy}`;
      yield { at: object.spotOf([...path, 'strategy']), message, remedy: 'write RollingUpdate' };
    }
  },
  examples: {
    good: [{ files: { 'statefulset.yaml': statefulset('RollingUpdate') } }],
    bad: [
      { files: { 'statefulset.yaml': statefulset('OnDelete # <- here') } },
      {
        files: {
          'helmrelease.yaml':
            'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: site\nspec:\n  values:\n    controllers:\n      site:\n        type: statefulset\n        strategy: Recreate # <- here\n        containers:\n          app: {}\n',
        },
      },
    ],
  },
});

function statefulset(strategy: string): string {
  return `apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: site\nspec:\n  updateStrategy:\n    type: ${strategy}\n`;
}
