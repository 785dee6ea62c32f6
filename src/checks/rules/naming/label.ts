import { at } from '../../../text/values.ts';
import { defineRule, texts } from '../../rule.ts';
import { ofKind } from '../objects.ts';

export const labelNames = defineRule({
  id: 'naming/label',
  description: 'Pods of workloads that are written out carry the common labels.',
  rationale:
    'Dashboards, network policies and `kubectl get -l` find every app by `app.kubernetes.io/name`; charts set it too.',
  source: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/',
  options: { labels: texts('Labels that the template of a Pod must have.', ['app.kubernetes.io/name']) },
  severity: 'off',
  profiles: { strict: 'note', 'external-secrets': 'warning' },
  *check(context, { labels }) {
    for (const { kind, name, apiVersion, fields, spotOf } of ofKind(context, [
      'Deployment',
      'StatefulSet',
      'DaemonSet',
    ])) {
      if (!apiVersion.startsWith('apps/')) continue;
      const path = ['spec', 'template', 'metadata', 'labels'];
      const missing = labels.filter((label) => at(fields, ...path, label) === undefined);
      if (missing.length === 0) continue;
      yield {
        at: spotOf(path),
        message: `the Pods of the ${kind} ${name} lack the label ${missing.join(', ')}`,
        remedy: 'add it',
      };
    }
  },
  examples: {
    good: [{ files: { 'a.yaml': deployment('app.kubernetes.io/name: site') } }],
    bad: [{ files: { 'a.yaml': deployment('app: site', ' # <- here') } }],
  },
});

function deployment(label: string, mark = ''): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: site\nspec:\n  template:\n    metadata:\n      labels:${mark}\n        ${label}\n`;
}
