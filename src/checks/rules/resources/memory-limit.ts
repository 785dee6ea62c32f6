import { at } from '../../../text/values.ts';
import { defineRule, texts } from '../../rule.ts';
import { containersOf } from '../objects.ts';

export const memoryLimit = defineRule({
  id: 'resources/memory-limit',
  description: 'Every container has a limit for its memory, init containers too; one for the CPU is left to you.',
  rationale: 'A container without one takes the memory of the node, and the kernel then kills whatever it likes.',
  source: 'https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/',
  options: { exceptions: texts('Names of objects that need none.', ['rook-ceph-cluster', 'alertmanager']) },
  severity: 'off',
  profiles: { strict: 'warning', 'external-secrets': 'error' },
  *check({ objects }, { exceptions }) {
    for (const { object, name, fields, path } of objects.flatMap(containersOf)) {
      if (exceptions.includes(object.name) || at(fields, 'resources', 'limits', 'memory') !== undefined) continue;
      yield {
        at: object.spotOf(path),
        message: `the container ${name} of ${object.name} has no limit for its memory`,
        remedy: 'set resources.limits.memory',
      };
    }
  },
  examples: {
    good: [
      { files: { 'pod.yaml': pod('      resources:\n        limits:\n          memory: 64Mi\n') } },
      { files: { 'pod.yaml': pod('') }, options: { exceptions: ['site'] } },
    ],
    bad: [
      { files: { 'pod.yaml': pod('      resources:\n        limits:\n          cpu: 1\n', ' # <- here') } },
      {
        files: {
          'helmrelease.yaml':
            'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: site\nspec:\n  values:\n    controllers:\n      site:\n        initContainers:\n          migrate: # <- here\n            image: {repository: a, tag: 1.0.0}\n        containers:\n          app:\n            resources:\n              limits:\n                memory: 64Mi\n',
        },
      },
    ],
  },
});

function pod(rest: string, mark = ''): string {
  return `apiVersion: v1\nkind: Pod\nmetadata:\n  name: site\nspec:\n  containers:\n    - name: site${mark}\n${rest}`;
}
