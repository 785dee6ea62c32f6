import { textsIn } from '../../../manifests/document.ts';
import { defineRule, texts } from '../../rule.ts';
import { isRandomSecret } from '../../secrets.ts';
import { isVariable } from '../objects.ts';

export const named = defineRule({
  id: 'secret/named',
  description: 'No value whose key says that it is a secret looks like one.',
  rationale:
    'A password in the values of a chart or in an environment variable is in git as it would be in a Secret. Names and references are no alarm: only what nobody could remember is.',
  source: 'https://kubernetes.io/docs/concepts/configuration/secret/',
  options: { allowed: texts('Regular expressions of keys that may.', []) },
  severity: 'warning',
  *check({ tree }, { allowed }) {
    const patterns = allowed.map((source) => new RegExp(source));
    for (const document of tree.documents) {
      if (document.file.isSecret || document.fields.kind === 'Secret' || document.fields.sops !== undefined) continue;
      for (const { text, path } of textsIn(document.fields)) {
        const key = path.findLast((step): step is string => typeof step === 'string') ?? '';
        if (key === text || isVariable(text) || !isRandomSecret(key, text)) continue;
        if (patterns.some((pattern) => pattern.test(key))) continue;
        yield {
          at: { document: { ...document, file: { ...document.file, isSecret: true } }, path },
          message: `${key} looks like a secret in plain text`,
          remedy: 'keep it in a Secret that is encrypted, and name that here; replace it if it was ever pushed',
        };
      }
    }
  },
  examples: {
    good: [
      { files: { 'a.yaml': config('token: my-app-token-name-in-the-store') } },
      { files: { 'a.yaml': config('existingSecret: site-secret') } },
      { files: { 'a.yaml': config('publicKey: Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MEFCQ0RFRg') } },
      {
        files: { 'a.yaml': config('sessionToken: Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MEFCQ0RFRg') },
        options: { allowed: ['^session'] },
      },
    ],
    bad: [{ files: { 'a.yaml': config('apiToken: Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MEFCQ0RFRg # <- here') } }],
  },
});

function config(line: string): string {
  return `apiVersion: example.com/v1\nkind: Site\nmetadata:\n  name: site\nspec:\n  ${line}\n`;
}
