import { isClusterScoped } from '../../../manifests/kustomize/objects.ts';
import { textAt } from '../../../text/values.ts';
import { defineRule, texts } from '../../rule.ts';
import { FLUX_GROUP } from '../objects.ts';

export const referenceGrantNamespace = defineRule({
  id: 'ks/reference-grant-namespace',
  description: 'No object is written for one namespace and moved to another by `targetNamespace`.',
  rationale:
    'Flux sets the namespace of everything that it builds to `targetNamespace`. A ReferenceGrant or a RoleBinding that is meant for another namespace does nothing where it lands.',
  source: 'https://fluxcd.io/flux/components/kustomize/kustomizations/#target-namespace',
  options: { kinds: texts('Kinds that are looked at; all where the list is empty.', []) },
  severity: 'warning',
  *check({ objects }, { kinds }) {
    for (const { kind, name, document, owner, apiVersion } of objects) {
      const target = textAt(owner?.document.fields, 'spec', 'targetNamespace');
      const written = textAt(document.fields, 'metadata', 'namespace');
      if (target === undefined || written === undefined || written === target || isClusterScoped(kind)) continue;
      if (
        (kinds.length > 0 && !kinds.includes(kind)) ||
        written.includes('${') ||
        apiVersion.startsWith(`${FLUX_GROUP}/`)
      )
        continue;
      yield {
        at: { document, path: ['metadata', 'namespace'] },
        message: `the ${kind} ${name} is written for ${written} and lands in ${target}`,
        remedy: `give it to a Kustomization whose targetNamespace is ${written}, or to one without`,
      };
    }
  },
  examples: { good: [{ files: grant('web') }], bad: [{ files: grant('store # <- here') }] },
});

function grant(namespace: string): Record<string, string> {
  return {
    'kubernetes/flux/cluster/ks.yaml':
      'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: site\n  namespace: flux-system\nspec:\n  path: ./kubernetes/apps/site\n  prune: true\n  targetNamespace: web\n',
    'kubernetes/apps/site/kustomization.yaml':
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - ./grant.yaml\n',
    'kubernetes/apps/site/grant.yaml': `apiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\nmetadata:\n  name: site\n  namespace: ${namespace}\n`,
  };
}
