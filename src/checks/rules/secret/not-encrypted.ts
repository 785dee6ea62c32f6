import { defineRule } from '../../rule.ts';
import { isPublished, openValuesIn } from '../../secrets.ts';

export const notEncrypted = defineRule({
  id: 'secret/not-encrypted',
  description: 'A file that is named as an encrypted one is encrypted.',
  rationale:
    'Everybody takes `*.sops.*` for safe to commit. Flux applies a Secret that is not encrypted as it is, so that nothing tells.',
  source: 'https://fluxcd.io/flux/guides/mozilla-sops/',
  severity: 'error',
  *check({ texts }) {
    for (const file of texts) {
      if (!file.isSecret || isPublished(file.path)) continue;
      const open = openValuesIn(file.path, file.text);
      if (open === undefined) continue;
      yield {
        at: { file, start: 0, end: 0 },
        message: `${file.path} is named as an encrypted file, and ${open}`,
        remedy: `encrypt it with \`cluster-template secrets encrypt ${file.path}\`, and replace the secret if it was ever pushed`,
      };
    }
  },
  examples: {
    good: [
      {
        files: {
          'secret.sops.yaml':
            'apiVersion: v1\nkind: Secret\nmetadata:\n  name: site\nstringData:\n  token: ENC[AES256_GCM,data:eA==,iv:YQ==,tag:YQ==,type:str]\nsops:\n  mac: ENC[AES256_GCM,data:eA==,iv:YQ==,tag:YQ==,type:str]\n',
        },
      },
    ],
    bad: [
      {
        files: {
          'secret.sops.yaml':
            'apiVersion: v1 # <- here\nkind: Secret\nmetadata:\n  name: site\nstringData:\n  token: hunter2\n',
        },
      },
    ],
  },
});
