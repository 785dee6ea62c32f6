import { posix } from 'node:path';
import { textAt } from '../../../text/values.ts';
import { defineRule, texts } from '../../rule.ts';
import { FLUX_GROUP, manifestDocuments } from '../objects.ts';

export const noNamespaceInResources = defineRule({
  id: 'resource/no-namespace',
  description: 'The manifests of an app do not name their namespace.',
  rationale:
    'Where it goes is said once, by the Kustomization that applies it; the app can then be moved or installed twice.',
  source: 'https://fluxcd.io/flux/components/kustomize/kustomizations/#target-namespace',
  options: {
    exceptions: texts('Kinds that may.', ['ReferenceGrant', 'RoleBinding', 'Namespace']),
  },
  severity: 'off',
  profiles: { guarded: 'error', template: 'warning' },
  *check({ tree }, { exceptions }) {
    for (const document of manifestDocuments(tree)) {
      const { fields, file } = document;
      const written = textAt(fields, 'metadata', 'namespace');
      const kind = textAt(fields, 'kind') ?? '';
      // Those of Flux lie beside the app, and in a namespace of their own.
      const isFlux = textAt(fields, 'apiVersion')?.startsWith(`${FLUX_GROUP}/`) === true;
      if (written === undefined || isFlux || exceptions.includes(kind) || !/(?:^|\/)apps\//.test(file.path)) continue;
      if (posix.dirname(file.path).startsWith('bootstrap')) continue;
      yield {
        at: { document, path: ['metadata', 'namespace'] },
        message: `the ${kind} names the namespace ${written}`,
        remedy: 'leave it out, and set targetNamespace of the Kustomization',
      };
    }
  },
  examples: {
    good: [
      {
        files: {
          'kubernetes/apps/web/site/app/service.yaml': 'apiVersion: v1\nkind: Service\nmetadata:\n  name: site\n',
        },
      },
      {
        files: {
          'kubernetes/apps/web/site/app/grant.yaml':
            'apiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\nmetadata:\n  name: site\n  namespace: store\n',
        },
      },
    ],
    bad: [
      {
        files: {
          'kubernetes/apps/web/site/app/service.yaml':
            'apiVersion: v1\nkind: Service\nmetadata:\n  name: site\n  namespace: web # <- here\n',
        },
      },
    ],
  },
});
