import { textAt } from '../../../text/values.ts';
import { defineRule, texts } from '../../rule.ts';
import { ofKind } from '../objects.ts';

export const store = defineRule({
  id: 'externalsecret/store',
  description: 'ExternalSecrets read the stores that the repository uses.',
  rationale: 'A store that nobody else reads is forgotten when its token ends.',
  source: 'https://external-secrets.io/latest/api/externalsecret/',
  options: { stores: texts('Names of the stores; every one where the list is empty.', []) },
  severity: 'off',
  profiles: {
    'external-secrets': { severity: 'warning', options: { stores: ['doppler', 'onepassword', 'onepassword-connect'] } },
  },
  *check(context, { stores }) {
    if (stores.length === 0) return;
    for (const { name, fields, spotOf } of ofKind(context, 'ExternalSecret', 'external-secrets.io')) {
      const used = textAt(fields, 'spec', 'secretStoreRef', 'name');
      if (used === undefined || stores.includes(used)) continue;
      yield {
        at: spotOf(['spec', 'secretStoreRef', 'name']),
        message: `${name} reads the store ${used}`,
        remedy: `take one of ${stores.join(', ')}`,
      };
    }
  },
  examples: {
    good: [
      { files: { 'a.yaml': secret('doppler') }, options: { stores: ['doppler'] } },
      { files: { 'a.yaml': secret('other') } },
    ],
    bad: [{ files: { 'a.yaml': secret('other # <- here') }, options: { stores: ['doppler'] } }],
  },
});

function secret(name: string): string {
  return `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: site\nspec:\n  secretStoreRef:\n    name: ${name}\n`;
}
