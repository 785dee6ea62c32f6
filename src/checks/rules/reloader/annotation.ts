import { at, isFields, textAt, walk } from '../../../text/values.ts';
import { defineRule } from '../../rule.ts';
import { controllersOf, ofKind } from '../objects.ts';

export const annotation = defineRule({
  id: 'reloader/annotation',
  description: 'A workload that reads a Secret or ConfigMap as variables is restarted when that changes.',
  rationale:
    'Environment variables are read when a container starts: without a restart the app goes on with the old password.',
  source: 'https://github.com/stakater/Reloader#usage',
  severity: 'off',
  profiles: { 'single-cluster': 'note', guarded: 'note', 'external-secrets': 'note' },
  *check(context) {
    for (const { object, name, fields, path } of context.objects.flatMap(controllersOf)) {
      if (!readsVariables(fields) || hasReloader(at(fields, 'annotations'))) continue;
      yield { at: object.spotOf(path), message: `nothing restarts ${name} when its variables change`, remedy: REMEDY };
    }
    for (const { name, apiVersion, fields, spotOf } of ofKind(context, ['Deployment', 'StatefulSet', 'DaemonSet'])) {
      if (
        !apiVersion.startsWith('apps/') ||
        !readsVariables(fields) ||
        hasReloader(at(fields, 'metadata', 'annotations'))
      )
        continue;
      yield {
        at: spotOf(['metadata', 'name']),
        message: `nothing restarts ${name} when its variables change`,
        remedy: REMEDY,
      };
    }
  },
  examples: {
    good: [{ files: { 'a.yaml': deployment('  annotations:\n    reloader.stakater.com/auto: "true"\n') } }],
    bad: [{ files: { 'a.yaml': deployment('', ' # <- here') } }],
  },
});

const REMEDY = 'add the annotation `reloader.stakater.com/auto: "true"`';

function readsVariables(fields: unknown): boolean {
  let reads = false;
  walk(fields, (value, path) => {
    const key = path.at(-1);
    reads ||=
      (key === 'secretRef' || key === 'configMapRef' || key === 'secretKeyRef') && textAt(value, 'name') !== undefined;
  });
  return reads;
}

function hasReloader(annotations: unknown): boolean {
  return isFields(annotations) && Object.keys(annotations).some((key) => key.includes('reloader.stakater.com/'));
}

function deployment(annotations: string, mark = ''): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: site${mark}\n${annotations}spec:\n  template:\n    spec:\n      containers:\n        - name: site\n          envFrom:\n            - secretRef:\n                name: site\n`;
}
