import { at, isFields } from '../../../text/values.ts';
import { defineRule, texts } from '../../rule.ts';
import { isKustomizationFile, ofKind } from '../objects.ts';

export const noRaw = defineRule({
  id: 'configmap/no-raw',
  description: 'ConfigMaps are made by a configMapGenerator out of files.',
  rationale:
    'The file keeps its own format, which editors and linters know, and the name that the generator gives changes with the content, so that Pods are replaced.',
  source: 'https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/configmapgenerator/',
  options: { labels: texts('Labels of ConfigMaps that may be written: others look for them.', ['grafana_dashboard']) },
  severity: 'off',
  profiles: { guarded: 'warning' },
  *check(context, { labels }) {
    for (const { document, fields, name, apiVersion, spotOf } of ofKind(context, 'ConfigMap')) {
      if (apiVersion !== 'v1') continue;
      if (isKustomizationFile(document.file.path)) continue;
      const own = at(fields, 'metadata', 'labels');
      if (isFields(own) && labels.some((label) => own[label] !== undefined)) continue;
      yield {
        at: spotOf(['kind']),
        message: `the ConfigMap ${name} is written out`,
        remedy: 'put its entries into files, and list those in configMapGenerator of the kustomization',
      };
    }
  },
  examples: {
    good: [
      {
        files: {
          'dashboard.yaml':
            'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: site\n  labels:\n    grafana_dashboard: "1"\n',
        },
      },
    ],
    bad: [{ files: { 'configmap.yaml': 'apiVersion: v1\nkind: ConfigMap # <- here\nmetadata:\n  name: site\n' } }],
  },
});
