import { listAt, textAt } from '../../../text/values.ts';
import { choice, defineRule } from '../../rule.ts';
import { fluxKustomizations } from '../objects.ts';

export const dependsOnNamespace = defineRule({
  id: 'ks/depends-on-namespace',
  description: 'Each entry of `dependsOn` names its namespace, or none does that need not.',
  rationale:
    'Without a namespace Flux looks in that of the Kustomization itself. Where the namespace of a Kustomization comes from a parent, what it means changes with the parent.',
  source: 'https://fluxcd.io/flux/components/kustomize/kustomizations/#dependencies',
  options: {
    namespace: choice(
      'Whether it is written always, only where it is another one, or never.',
      ['always', 'if-different', 'never'],
      'always',
    ),
  },
  severity: 'off',
  profiles: {
    template: 'warning',
    'single-cluster': 'warning',
    overlays: { severity: 'warning', options: { namespace: 'if-different' } },
  },
  *check(context, { namespace: wanted }) {
    for (const { document, fields, namespace } of fluxKustomizations(context)) {
      for (const [index, dependency] of listAt(fields, 'spec', 'dependsOn').entries()) {
        const own = textAt(dependency, 'namespace');
        const name = textAt(dependency, 'name') ?? '';
        const path = ['spec', 'dependsOn', index];
        if (wanted === 'always' && own === undefined) {
          const message = `the dependency on ${name} names no namespace`;
          yield {
            at: { document, path: [...path, 'name'] },
            message,
            remedy: `add \`namespace: ${namespace ?? 'flux-system'}\``,
          };
        }
        const isNeedless = wanted === 'never' || (wanted === 'if-different' && own === namespace);
        if (own !== undefined && isNeedless) {
          const message = `the dependency on ${name} names the namespace ${own}, which it need not`;
          yield { at: { document, path: [...path, 'namespace'] }, message, remedy: 'leave it out' };
        }
      }
    }
  },
  examples: {
    good: [
      { files: { 'ks.yaml': dependent('cilium\n      namespace: kube-system') } },
      { files: { 'ks.yaml': dependent('store') }, options: { namespace: 'if-different' } },
    ],
    bad: [
      { files: { 'ks.yaml': dependent('cilium # <- here') } },
      {
        files: { 'ks.yaml': dependent('store\n      namespace: flux-system # <- here') },
        options: { namespace: 'if-different' },
      },
      { files: { 'ks.yaml': dependent('store\n      namespace: web # <- here') }, options: { namespace: 'never' } },
    ],
  },
});

function dependent(name: string): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: site\n  namespace: flux-system\nspec:\n  dependsOn:\n    - name: ${name}\n`;
}
