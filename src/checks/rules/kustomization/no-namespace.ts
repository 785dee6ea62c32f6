import { at, textAt } from '../../../text/values.ts';
import { choice, defineRule } from '../../rule.ts';
import { fluxKustomizations } from '../objects.ts';
import { kustomizationIn } from '../../../manifests/kustomize/files.ts';
import { posix } from 'node:path';

export const noNamespace = defineRule({
  id: 'kustomization/no-namespace',
  description:
    'The kustomization of an app says nothing of its namespace where `targetNamespace` does, or always says it.',
  rationale: 'A namespace that stands in two places is changed in one of them.',
  source: 'https://fluxcd.io/flux/components/kustomize/kustomizations/#target-namespace',
  options: { namespace: choice('Whether `namespace` is written.', ['forbid', 'require'], 'forbid') },
  severity: 'off',
  profiles: { template: 'warning', 'single-cluster': 'warning', strict: 'note' },
  *check(context, { namespace: wanted }) {
    for (const { fields } of fluxKustomizations(context)) {
      const target = textAt(fields, 'spec', 'targetNamespace');
      const folder = posix.normalize(textAt(fields, 'spec', 'path') ?? '.').replace(/\/$/, '');
      const document = kustomizationIn(context.tree, folder);
      if (document === undefined) continue;
      const written = at(document.fields, 'namespace');
      if (wanted === 'forbid' && target !== undefined && written !== undefined) {
        const message = `targetNamespace is ${target} already`;
        yield { at: { document, path: ['namespace'] }, message, remedy: 'leave `namespace` out' };
      }
      if (wanted === 'require' && written === undefined) {
        yield {
          at: { document, path: ['kind'] },
          message: 'the kustomization names no namespace',
          remedy: 'add `namespace`',
        };
      }
    }
  },
  examples: {
    good: [{ files: app('') }, { files: app('namespace: web\n'), options: { namespace: 'require' } }],
    bad: [
      { files: app('namespace: web # <- here\n') },
      { files: app('', ' # <- here'), options: { namespace: 'require' } },
    ],
  },
});

function app(line: string, mark = ''): Record<string, string> {
  return {
    'site/ks.yaml':
      'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: site\nspec:\n  path: ./site/app\n  targetNamespace: web\n',
    'site/app/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization${mark}\n${line}resources:\n  - ./a.yaml\n`,
    'site/app/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n',
  };
}
