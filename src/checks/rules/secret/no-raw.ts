import { at, isFields, textAt } from '../../../text/values.ts';
import { defineRule, texts } from '../../rule.ts';
import { globMatcher } from '../../../text/glob.ts';

export const noRawSecret = defineRule({
  id: 'secret/no-raw',
  description: 'A Secret lies in git encrypted, or not at all.',
  rationale:
    'Base64 hides nothing: whoever reads the repository, a copy of it or its history has the value, and what was pushed once has to be replaced.',
  source: 'https://fluxcd.io/flux/security/secrets-management/',
  options: {
    encrypted: texts('Patterns of further files that are encrypted otherwise than by SOPS.', []),
  },
  severity: 'error',
  *check({ tree }, { encrypted }) {
    const isExempt = encrypted.map(globMatcher);
    for (const document of tree.documents) {
      const { file, fields } = document;
      // Files that are to be encrypted are looked at as a whole by secret/not-encrypted.
      if (fields.kind !== 'Secret' || fields.apiVersion !== 'v1' || file.isSecret) continue;
      if (textAt(fields, 'sops', 'mac') !== undefined || isExempt.some((matches) => matches(file.path))) continue;
      for (const part of ['data', 'stringData']) {
        const values = at(fields, part);
        const plain = Object.entries(isFields(values) ? values : {}).find(([, value]) => isPlain(value));
        if (plain === undefined) continue;
        yield {
          at: { document, path: [part, plain[0]], part: 'key' },
          message: `the Secret ${textAt(fields, 'metadata', 'name') ?? ''} holds ${plain[0]} in plain text`,
          remedy:
            'write an ExternalSecret, or name the file *.sops.yaml and encrypt it with SOPS; replace the value if it was ever pushed',
        };
      }
    }
  },
  examples: {
    good: [
      { files: { 'secret.yaml': secret('token: ${TOKEN}') } },
      { files: { 'secret.yaml': secret('token: op://Cluster/site/token') } },
      { files: { 'secret.yaml': secret('url: s3://backup/${APP}') } },
      { files: { 'secret.age.yaml': secret('token: hunter2') }, options: { encrypted: ['*.age.yaml'] } },
    ],
    bad: [{ files: { 'secret.yaml': secret('token: hunter2 # <- here') } }],
  },
});

/** What is filled in later: variables of Flux and of templates, and references that a tool replaces (`op://…` of 1Password, `ref+…` of vals). */
const REFERENCE = /\$\{|\{\{|^(?:op|vault|bws|doppler|awssm|gcpsm|azurekv|secretref|ref\+\w+):/;

/** An empty value hides nothing. */
function isPlain(value: unknown): boolean {
  const text = typeof value === 'string' ? value.trim() : JSON.stringify(value ?? null);
  return text !== '' && text !== 'null' && !REFERENCE.test(text) && !text.startsWith('ENC[');
}

function secret(line: string): string {
  return `apiVersion: v1\nkind: Secret\nmetadata:\n  name: site\nstringData:\n  ${line}\n`;
}
