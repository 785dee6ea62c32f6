import { at, textAt } from '../../../text/values.ts';
import { choice, defineRule } from '../../rule.ts';
import { fluxKustomizations } from '../objects.ts';

export const decryption = defineRule({
  id: 'ks/decryption',
  description: 'Kustomizations that decrypt name the key by `secretRef`, or leave it to the controller, all alike.',
  rationale:
    'The Secret of `secretRef` has to lie in the namespace of the Kustomization. With the argument `--sops-age-secret` the controller has the key for all of them, and a `secretRef` goes before it.',
  source: 'https://fluxcd.io/flux/components/kustomize/kustomizations/#decryption',
  options: { secretRef: choice('Whether it is written.', ['forbid', 'require'], 'forbid') },
  severity: 'off',
  profiles: { template: 'warning', overlays: { severity: 'warning', options: { secretRef: 'require' } } },
  *check(context, { secretRef }) {
    for (const { document, fields } of fluxKustomizations(context)) {
      if (at(fields, 'spec', 'decryption') === undefined) continue;
      const name = textAt(fields, 'spec', 'decryption', 'secretRef', 'name');
      const path = ['spec', 'decryption', 'secretRef'];
      if (secretRef === 'forbid' && name !== undefined) {
        yield {
          at: { document, path },
          message: `secretRef names the key ${name}, which the controller has`,
          remedy: 'leave secretRef out',
        };
      }
      if (secretRef === 'require' && name === undefined) {
        yield {
          at: { document, path, part: 'key' },
          message: 'no secretRef names the key',
          remedy: 'add `secretRef: {name: sops-age}`',
        };
      }
    }
  },
  examples: {
    good: [
      { files: { 'ks.yaml': decrypting('') } },
      { files: { 'ks.yaml': decrypting('    secretRef:\n      name: sops-age\n') }, options: { secretRef: 'require' } },
    ],
    bad: [
      { files: { 'ks.yaml': decrypting('    secretRef: # <- here\n      name: sops-age\n') } },
      {
        files: { 'ks.yaml': decrypting('').replace('decryption:', 'decryption: # <- here') },
        options: { secretRef: 'require' },
      },
    ],
  },
});

function decrypting(rest: string): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: site\nspec:\n  decryption:\n    provider: sops\n${rest}`;
}
