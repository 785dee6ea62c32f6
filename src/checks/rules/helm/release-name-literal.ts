import { textAt } from '../../../text/values.ts';
import { defineRule } from '../../rule.ts';
import { manifestDocuments } from '../objects.ts';

export const releaseNameLiteral = defineRule({
  id: 'helm/release-name-literal',
  description: 'Names of manifests hold no expressions of Helm.',
  rationale:
    'Helm fills in `{{ .Release.Name }}` in charts, and in values where the chart asks for it. kustomize and Flux leave it as it is, and the API server refuses the name.',
  source: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/names/',
  severity: 'error',
  *check({ tree }) {
    for (const document of manifestDocuments(tree)) {
      for (const key of ['name', 'namespace']) {
        const written = textAt(document.fields, 'metadata', key) ?? '';
        if (!/\{\{.*\}\}/s.test(written)) continue;
        yield {
          at: { document, path: ['metadata', key] },
          message: `nothing fills in ${written} here`,
          remedy: 'write the name itself, or a variable such as ${APP} that the Kustomization substitutes',
        };
      }
    }
  },
  examples: {
    good: [
      {
        files: {
          'helmrelease.yaml':
            'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: site\nspec:\n  values:\n    claim: "{{ .Release.Name }}"\n',
        },
      },
    ],
    bad: [
      {
        files: {
          'pvc.yaml':
            'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: "{{ .Release.Name }}" # <- here\n',
        },
      },
    ],
  },
});
