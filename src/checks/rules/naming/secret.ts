import { textAt } from '../../../text/values.ts';
import { defineRule, text } from '../../rule.ts';
import { isVariable, ofKind } from '../objects.ts';

export const secretNames = defineRule({
  id: 'naming/secret',
  description: 'The Secret that an ExternalSecret makes is named by one pattern.',
  rationale: 'What reads the Secret is written without a look at what makes it.',
  source: 'https://external-secrets.io/latest/api/externalsecret/',
  options: { pattern: text('Regular expression.', '-secret$') },
  severity: 'off',
  profiles: { 'single-cluster': 'note', 'external-secrets': 'warning' },
  *check(context, { pattern }) {
    for (const { fields, name, spotOf } of ofKind(context, 'ExternalSecret', 'external-secrets.io')) {
      const target = textAt(fields, 'spec', 'target', 'name');
      const made = target ?? name;
      const wanted = new RegExp(pattern);
      if (wanted.test(made) || (isVariable(made) && wanted.test(made.replace(/\$\{[^}]*\}/g, 'x')))) continue;
      const path = target === undefined ? ['metadata', 'name'] : ['spec', 'target', 'name'];
      yield {
        at: spotOf(path),
        message: `the Secret ${made} does not match ${pattern}`,
        remedy: 'set spec.target.name',
      };
    }
  },
  examples: {
    good: [{ files: { 'a.yaml': secret('site-secret') } }],
    bad: [{ files: { 'a.yaml': secret('site # <- here') } }],
  },
});

function secret(name: string): string {
  return `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: site\nspec:\n  target:\n    name: ${name}\n`;
}
