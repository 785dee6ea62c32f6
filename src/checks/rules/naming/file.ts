import { posix } from 'node:path';
import { textAt } from '../../../text/values.ts';
import { defineRule, text } from '../../rule.ts';
import { FLUX_GROUP, manifestDocuments } from '../objects.ts';

export const fileNames = defineRule({
  id: 'naming/file',
  description: 'Files with manifests are named by one pattern, and those with the Kustomization of an app alike.',
  rationale: 'Who looks for something finds it by name, on systems that tell `A` from `a` and on those that do not.',
  source: 'https://fluxcd.io/flux/guides/repository-structure/',
  options: {
    pattern: text('Regular expression for names of files.', '^[a-z0-9][a-z0-9._-]*\\.ya?ml$'),
    kustomization: text(
      'Regular expression for names of files with a Kustomization of Flux.',
      '^[a-z0-9][a-z0-9._-]*\\.ya?ml$',
    ),
  },
  severity: 'off',
  profiles: {
    strict: 'warning',
    template: { severity: 'warning', options: { kustomization: '^ks\\.yaml$' } },
    'external-secrets': { severity: 'warning', options: { kustomization: '^(ks|cluster)\\.yaml$' } },
  },
  *check({ tree }, { pattern, kustomization }) {
    for (const document of manifestDocuments(tree)) {
      const name = posix.basename(document.file.path);
      const isFlux = textAt(document.fields, 'apiVersion')?.startsWith(`${FLUX_GROUP}/`) === true;
      const wanted = isFlux ? kustomization : pattern;
      if (document.index > 0 || name === 'Kustomization' || new RegExp(wanted).test(name)) continue;
      yield {
        at: { document, path: ['kind'] },
        message: `the name ${name} does not match ${wanted}`,
        remedy: 'rename the file, and what lists it',
      };
    }
  },
  examples: {
    good: [{ files: { 'site.yaml': 'apiVersion: v1\nkind: Service\n' } }],
    bad: [
      { files: { 'Site.yaml': 'apiVersion: v1\nkind: Service # <- here\n' } },
      {
        files: { 'site.yaml': 'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization # <- here\n' },
        options: { kustomization: '^ks\\.yaml$' },
      },
    ],
  },
});
