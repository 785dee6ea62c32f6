import { at } from '../../../text/values.ts';
import { defineRule } from '../../rule.ts';
import { ofKind } from '../objects.ts';

export const template = defineRule({
  id: 'externalsecret/template',
  description: 'An ExternalSecret says by `target.template` which keys its Secret has.',
  rationale:
    'With `dataFrom` alone the Secret has whatever the store has: nobody sees from the manifest what the app gets, and everything else is there too.',
  source: 'https://external-secrets.io/latest/guides/templating/',
  severity: 'off',
  profiles: { 'external-secrets': 'warning', 'single-cluster': 'note' },
  *check(context) {
    for (const { name, fields, spotOf } of ofKind(context, 'ExternalSecret', 'external-secrets.io')) {
      if (at(fields, 'spec', 'dataFrom') === undefined || at(fields, 'spec', 'target', 'template') !== undefined)
        continue;
      yield {
        at: spotOf(['spec', 'dataFrom']),
        message: `${name} has no template`,
        remedy: 'add spec.target.template.data with the keys that the app reads',
      };
    }
  },
  examples: {
    good: [
      {
        files: {
          'a.yaml': secret(
            '  target:\n    template:\n      data:\n        TOKEN: "{{ .token }}"\n  dataFrom:\n    - extract:\n        key: site\n',
          ),
        },
      },
      { files: { 'a.yaml': secret('  data:\n    - secretKey: token\n') } },
    ],
    bad: [{ files: { 'a.yaml': secret('  dataFrom: # <- here\n    - extract:\n        key: site\n') } }],
  },
});

function secret(rest: string): string {
  return `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: site\nspec:\n${rest}`;
}
