import { globMatcher } from '../../../text/glob.ts';
import { choice, defineRule, texts } from '../../rule.ts';
import { manifestDocuments, ofKind } from '../objects.ts';
import { textAt } from '../../../text/values.ts';

export const backend = defineRule({
  id: 'secret/backend',
  description: 'Secrets of apps come all out of git, encrypted by SOPS, or all out of a store, by External Secrets.',
  rationale:
    'One way to rotate a secret, one place to look for it. A store keeps secrets out of git altogether, where a copy of the key would open all that was ever committed; SOPS needs nobody else.',
  source: 'https://fluxcd.io/flux/security/secrets-management/',
  options: {
    backend: choice('Where secrets live.', ['sops', 'external', 'both'], 'both'),
    bootstrap: texts('Paths of secrets that may lie in git all the same: the store itself needs one.', [
      'bootstrap/',
      '**/components/',
      '**/flux-system/',
      '**/external-secrets/',
      'talos/',
    ]),
  },
  severity: 'off',
  profiles: { 'external-secrets': { severity: 'error', options: { backend: 'external' } } },
  *check(context, { backend: wanted, bootstrap }) {
    if (wanted === 'both') return;
    if (wanted === 'sops') {
      for (const { name, spotOf } of ofKind(
        context,
        ['ExternalSecret', 'ClusterExternalSecret'],
        'external-secrets.io',
      )) {
        yield {
          at: spotOf(['kind']),
          message: `the secret ${name} comes out of a store`,
          remedy: 'keep it in a *.sops.yaml file',
        };
      }
      return;
    }
    const isBootstrap = bootstrap.map(globMatcher);
    for (const document of manifestDocuments(context.tree)) {
      const { file, fields } = document;
      if (textAt(fields, 'kind') !== 'Secret' || isBootstrap.some((matches) => matches(file.path))) continue;
      const message = `the Secret ${textAt(fields, 'metadata', 'name') ?? ''} lies in git`;
      yield { at: { document, path: ['kind'] }, message, remedy: 'keep it in the store, and write an ExternalSecret' };
    }
  },
  examples: {
    good: [
      { files: { 'apps/web/secret.sops.yaml': secret() } },
      { files: { 'bootstrap/secret.sops.yaml': secret() }, options: { backend: 'external' } },
    ],
    bad: [
      { files: { 'apps/web/secret.sops.yaml': secret(' # <- here') }, options: { backend: 'external' } },
      {
        files: {
          'apps/web/externalsecret.yaml':
            'apiVersion: external-secrets.io/v1\nkind: ExternalSecret # <- here\nmetadata:\n  name: site\n',
        },
        options: { backend: 'sops' },
      },
    ],
  },
});

function secret(mark = ''): string {
  return `apiVersion: v1\nkind: Secret${mark}\nmetadata:\n  name: site\nstringData:\n  token: ENC[AES256_GCM,data:eA==,type:str]\n`;
}
