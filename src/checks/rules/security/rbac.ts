import { listAt, textAt } from '../../../text/values.ts';
import { defineRule, texts } from '../../rule.ts';
import { ofKind } from '../objects.ts';

export const rbac = defineRule({
  id: 'security/rbac',
  description: 'No app is bound to cluster-admin, and no role of an app allows everything.',
  rationale: 'What breaks into the app has the whole cluster then. Most charts have a role that suffices.',
  source: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/',
  options: { exceptions: texts('Names of bindings and roles that may.', []) },
  severity: 'off',
  profiles: { strict: 'warning', guarded: 'warning', 'external-secrets': 'note' },
  *check(context, { exceptions }) {
    for (const { kind, name, fields, spotOf } of ofKind(context, ['ClusterRoleBinding', 'RoleBinding'])) {
      if (textAt(fields, 'roleRef', 'name') !== 'cluster-admin' || exceptions.includes(name)) continue;
      yield {
        at: spotOf(['roleRef', 'name']),
        message: `the ${kind} ${name} gives cluster-admin`,
        remedy: 'bind a role with what is needed',
      };
    }
    for (const { kind, name, fields, spotOf } of ofKind(context, ['ClusterRole', 'Role'])) {
      if (exceptions.includes(name)) continue;
      for (const [index, rule] of listAt(fields, 'rules').entries()) {
        if (!['verbs', 'resources'].every((key) => listAt(rule, key).includes('*'))) continue;
        yield {
          at: spotOf(['rules', index]),
          message: `the ${kind} ${name} allows everything`,
          remedy: 'name verbs and resources',
        };
      }
    }
  },
  examples: {
    good: [
      {
        files: {
          'role.yaml':
            'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: site\nrules:\n  - apiGroups: [""]\n    resources: [pods]\n    verbs: [get]\n',
        },
      },
    ],
    bad: [
      {
        files: {
          'role.yaml':
            'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: site\nrules:\n  - apiGroups: ["*"] # <- here\n    resources: ["*"]\n    verbs: ["*"]\n',
        },
      },
      {
        files: {
          'binding.yaml':
            'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata:\n  name: site\nroleRef:\n  kind: ClusterRole\n  name: cluster-admin # <- here\n',
        },
      },
    ],
  },
});
