import { at } from '../../../text/values.ts';
import { defineRule } from '../../rule.ts';
import { fluxKustomizations } from '../objects.ts';

export const crdPrune = defineRule({
  id: 'ks/crd-prune',
  description: 'A Kustomization that applies CustomResourceDefinitions has `prune: false` and `wait: true`.',
  rationale:
    'With a CustomResourceDefinition all objects of its kind are deleted, and a Kustomization that is removed by mistake would take them along. Whoever depends on it must find the kinds served.',
  source: 'https://fluxcd.io/flux/components/kustomize/kustomizations/#prune',
  severity: 'off',
  profiles: { strict: 'warning', 'single-cluster': 'warning' },
  *check(context) {
    for (const { document, fields } of fluxKustomizations(context)) {
      const crd = context.objects.find(
        ({ kind, owner }) => kind === 'CustomResourceDefinition' && owner?.document === document,
      );
      if (crd === undefined) continue;
      for (const [key, wanted, why] of [
        ['prune', false, 'its objects would be deleted with it'],
        ['wait', true, 'nothing can depend on its kinds'],
      ] as const) {
        if (at(fields, 'spec', key) === wanted) continue;
        yield {
          at: { document, path: ['spec', key] },
          message: `${key} is not ${String(wanted)}, and this applies the CustomResourceDefinition ${crd.name}: ${why}`,
          remedy: `write \`${key}: ${String(wanted)}\``,
        };
      }
    }
  },
  examples: { good: [{ files: crds('false', 'true') }], bad: [{ files: crds('true # <- here', 'false # <- here') }] },
});

function crds(prune: string, wait: string): Record<string, string> {
  return {
    'kubernetes/flux/cluster/ks.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: crds\n  namespace: flux-system\nspec:\n  path: ./kubernetes/crds\n  prune: ${prune}\n  wait: ${wait}\n`,
    'kubernetes/crds/kustomization.yaml':
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - ./crd.yaml\n',
    'kubernetes/crds/crd.yaml':
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: sites.example.com\n',
  };
}
