import { at, listAt } from '../../../text/values.ts';
import { defineRule, flag, texts } from '../../rule.ts';
import { asMap, type Container, containersOf } from '../objects.ts';

export const rootless = defineRule({
  id: 'security/rootless',
  description: 'Containers run as another user than root, without capabilities and without a way to more rights.',
  rationale:
    'Who breaks out of a container that runs as root is root on the node. These three settings are what the Pod Security Standard `restricted` asks for.',
  source: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/',
  options: {
    exceptions: texts(
      'Names of objects that may do as they like, such as images that begin as root and drop it (s6-overlay, gosu).',
      [],
    ),
    readOnlyRoot: flag('Whether the root file system has to be read-only too.', false),
  },
  severity: 'off',
  profiles: {
    strict: 'warning',
    guarded: { severity: 'error', options: { readOnlyRoot: true } },
    'external-secrets': 'warning',
  },
  *check({ objects }, { exceptions, readOnlyRoot }) {
    for (const container of objects.flatMap(containersOf)) {
      const { object, name, path } = container;
      if (exceptions.includes(object.name)) continue;
      const missing = missingIn(container, readOnlyRoot);
      if (missing.length === 0) continue;
      yield {
        at: object.spotOf(path),
        message: `the container ${name} of ${object.name} lacks ${missing.join(', ')}`,
        remedy: 'set them in securityContext, or name the object among the exceptions of the rule',
      };
    }
  },
  examples: {
    good: [{ files: { 'pod.yaml': pod('', secure()) } }],
    bad: [
      { files: { 'pod.yaml': pod(' # <- here', '') } },
      { files: { 'pod.yaml': pod(' # <- here', secure()) }, options: { readOnlyRoot: true } },
    ],
  },
});

function missingIn({ fields, pod: outer }: Container, readOnlyRoot: boolean): string[] {
  const [own, general] = [asMap(fields.securityContext), asMap(outer.securityContext)];
  const user = own.runAsUser ?? general.runAsUser;
  const isOther = (own.runAsNonRoot ?? general.runAsNonRoot) === true && user !== 0;
  const dropped = listAt(own, 'capabilities', 'drop').map((one) => String(one).toUpperCase());
  return [
    ...(isOther ? [] : ['runAsNonRoot: true']),
    ...(dropped.includes('ALL') ? [] : ['capabilities: {drop: [ALL]}']),
    ...(at(own, 'allowPrivilegeEscalation') === false ? [] : ['allowPrivilegeEscalation: false']),
    ...(readOnlyRoot && at(own, 'readOnlyRootFilesystem') !== true ? ['readOnlyRootFilesystem: true'] : []),
  ];
}

function secure(): string {
  return '      securityContext:\n        runAsNonRoot: true\n        allowPrivilegeEscalation: false\n        capabilities:\n          drop: [ALL]\n';
}

function pod(mark: string, rest: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata:\n  name: site\nspec:\n  containers:\n    - name: site${mark}\n${rest}`;
}
