import { at, isFields } from '../../../text/values.ts';
import { defineRule, text } from '../../rule.ts';
import { fluxKustomizations } from '../objects.ts';

export const variableNames = defineRule({
  id: 'naming/variable',
  description: 'Variables that Flux substitutes are named by one pattern.',
  rationale:
    'In capitals they are seen among everything else that begins with a dollar sign, such as variables of shells in scripts.',
  source: 'https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution',
  options: { pattern: text('Regular expression.', '^[A-Z][A-Z0-9_]*$') },
  severity: 'off',
  profiles: { strict: 'warning', template: 'warning', 'external-secrets': 'warning', guarded: 'warning' },
  *check(context, { pattern }) {
    for (const { document, fields } of fluxKustomizations(context)) {
      const values = at(fields, 'spec', 'postBuild', 'substitute');
      for (const name of Object.keys(isFields(values) ? values : {})) {
        if (new RegExp(pattern).test(name)) continue;
        yield {
          at: { document, path: ['spec', 'postBuild', 'substitute', name], part: 'key' },
          message: `the variable ${name} does not match ${pattern}`,
          remedy: 'name it in capitals, here and where it is used',
        };
      }
    }
  },
  examples: {
    good: [{ files: { 'ks.yaml': ks('APP: site') } }],
    bad: [{ files: { 'ks.yaml': ks('app: site # <- here') } }],
  },
});

function ks(line: string): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: site\nspec:\n  postBuild:\n    substitute:\n      ${line}\n`;
}
