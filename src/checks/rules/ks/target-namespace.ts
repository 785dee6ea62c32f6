import { at, textAt } from '../../../text/values.ts';
import { isClusterScoped } from '../../../manifests/kustomize/objects.ts';
import { choice, defineRule } from '../../rule.ts';
import { FLUX_GROUP, fluxKustomizations } from '../objects.ts';

export const targetNamespace = defineRule({
  id: 'ks/target-namespace',
  description: 'A Kustomization of Flux says by `spec.targetNamespace` where its objects go.',
  rationale:
    'Objects without a namespace land in that of the Kustomization, which is often flux-system. With `targetNamespace` the manifests of an app say nothing of it, and can be used in another namespace.',
  source: 'https://fluxcd.io/flux/components/kustomize/kustomizations/#target-namespace',
  options: {
    when: choice(
      'Only where an object has no namespace of its own, or for every Kustomization that applies objects in one.',
      ['needed', 'always'],
      'needed',
    ),
  },
  severity: 'off',
  profiles: {
    strict: 'warning',
    'single-cluster': 'warning',
    guarded: 'warning',
    template: 'warning',
  },
  *check(context, { when }) {
    for (const kustomization of fluxKustomizations(context)) {
      const { document, fields } = kustomization;
      if (at(fields, 'spec', 'targetNamespace') !== undefined) continue;
      // What a kustomization moves elsewhere needs no word of Flux.
      const home = kustomization.namespace ?? 'flux-system';
      const placed = context.objects.find(
        ({ owner, kind, apiVersion, namespace, fields: own }) =>
          owner?.document === document &&
          !isClusterScoped(kind) &&
          !apiVersion.startsWith(`${FLUX_GROUP}/`) &&
          (when === 'always' || (textAt(own, 'metadata', 'namespace') === undefined && namespace === home)),
      );
      if (placed === undefined) continue;
      yield {
        at: { document, path: ['spec'], part: 'key' },
        message: `no targetNamespace: the ${placed.kind} ${placed.name} lands in ${placed.namespace ?? 'the namespace of the Kustomization'}`,
        remedy: 'add spec.targetNamespace',
      };
    }
  },
  examples: {
    good: [{ files: appWith('  targetNamespace: web\n') }],
    bad: [
      { files: appWith('', ' # <- here') },
      { files: appWith('', ' # <- here', '  namespace: web\n'), options: { when: 'always' } },
    ],
  },
});

/** A repository with one app. */
function appWith(line: string, mark = '', own = ''): Record<string, string> {
  return {
    'kubernetes/flux/cluster/ks.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: site\n  namespace: flux-system\nspec:${mark}\n  interval: 1h\n  path: ./kubernetes/apps/site\n  prune: true\n${line}`,
    'kubernetes/apps/site/kustomization.yaml':
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - ./configmap.yaml\n',
    'kubernetes/apps/site/configmap.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: site\n${own}`,
  };
}
