import { posix } from 'node:path';
import { textAt } from '../../../text/values.ts';
import { defineRule } from '../../rule.ts';
import { FLUX_GROUP, isKustomizationFile } from '../objects.ts';

const KUSTOMIZE = 'kustomize.config.k8s.io';

export const apiGroup = defineRule({
  id: 'kustomize/api-group',
  description: 'A kustomization.yaml is one of kustomize, and a Kustomization of Flux lies in another file.',
  rationale:
    'Two kinds are called Kustomization. kustomize refuses that of Flux in the place of its own file, and the API server has no kind `Kustomization` of kustomize.',
  source: 'https://fluxcd.io/flux/components/kustomize/kustomizations/',
  severity: 'error',
  *check({ tree }) {
    for (const document of tree.documents) {
      const { file, fields } = document;
      const apiVersion = textAt(fields, 'apiVersion') ?? '';
      const [group = ''] = apiVersion.split('/');
      const at = { document, path: ['apiVersion'] };
      if (isKustomizationFile(file.path)) {
        if (apiVersion === '' || group === KUSTOMIZE) continue;
        const isFlux = group === FLUX_GROUP;
        yield {
          at,
          message: isFlux
            ? 'this is a Kustomization of Flux in the file that kustomize reads'
            : `${apiVersion} is no API of kustomize`,
          remedy: isFlux ? 'move it to a file such as ks.yaml, and list it there' : `write ${KUSTOMIZE}/v1beta1`,
        };
      } else if (group === KUSTOMIZE && /^(?:Kustomization|Component)$/.test(textAt(fields, 'kind') ?? '')) {
        yield {
          at,
          message: `kustomize reads this in kustomization.yaml alone, not in ${posix.basename(file.path)}`,
          remedy: `write ${FLUX_GROUP}/v1 for a Kustomization of Flux, or name the file kustomization.yaml`,
        };
      }
    }
  },
  examples: {
    good: [
      {
        files: {
          'site/ks.yaml': 'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n',
          'site/app/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n',
        },
      },
    ],
    bad: [
      {
        files: {
          'site/ks.yaml': 'apiVersion: kustomize.config.k8s.io/v1beta1 # <- here\nkind: Kustomization\n',
          'site/app/kustomization.yaml': 'apiVersion: kustomize.toolkit.fluxcd.io/v1 # <- here\nkind: Kustomization\n',
        },
      },
    ],
  },
});
