import { textAt } from '../../../text/values.ts';
import { defineRule, text } from '../../rule.ts';
import { fluxKustomizations, isVariable, ofKind } from '../objects.ts';

export const objectNames = defineRule({
  id: 'naming/object',
  description: 'Apps and namespaces are named by one pattern.',
  rationale:
    'Names come back as host names, folders and labels, where only lower-case letters, digits and hyphens are taken.',
  source: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names',
  options: {
    app: text('Regular expression for Kustomizations and HelmReleases.', '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'),
    namespace: text('Regular expression for namespaces.', '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'),
  },
  severity: 'off',
  profiles: { strict: 'warning', 'external-secrets': 'warning', guarded: 'warning' },
  *check(context, { app, namespace }) {
    const named = [
      ...[...fluxKustomizations(context), ...ofKind(context, 'HelmRelease', 'helm.toolkit.fluxcd.io')].map(
        (object) => ({ object, pattern: app }),
      ),
      ...ofKind(context, 'Namespace').map((object) => ({ object, pattern: namespace })),
    ];
    for (const { object, pattern } of named) {
      const name = textAt(object.fields, 'metadata', 'name');
      // A component gives its own namespace a name that is replaced.
      if (name === undefined || isVariable(name) || name === '_' || new RegExp(pattern).test(name)) continue;
      yield {
        at: object.spotOf(['metadata', 'name']),
        message: `the name ${name} does not match ${pattern}`,
        remedy: 'give it another name',
      };
    }
  },
  examples: {
    good: [{ files: { 'a.yaml': namespaced('web') } }],
    bad: [
      { files: { 'a.yaml': namespaced('Web # <- here') } },
      { files: { 'a.yaml': namespaced('web-site # <- here') }, options: { namespace: '^[a-z]+$' } },
    ],
  },
});

function namespaced(name: string): string {
  return `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n`;
}
