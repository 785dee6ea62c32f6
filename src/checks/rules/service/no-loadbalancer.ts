import { isFields, type Path, walk } from '../../../text/values.ts';
import { defineRule, type RuleObject, texts } from '../../rule.ts';
import { helmValues } from '../objects.ts';

export const noLoadbalancer = defineRule({
  id: 'service/no-loadbalancer',
  description: 'No Service takes a load balancer address but those that are named.',
  rationale:
    'Each of them is a door to the network beside the gateways, without their certificates, policies and logs.',
  source: 'https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer',
  options: { allowed: texts('Names of Services and HelmReleases that may, as `name` or `namespace/name`.', []) },
  severity: 'off',
  profiles: { guarded: 'error' },
  *check({ objects }, { allowed }) {
    for (const object of objects) {
      const { name, namespace, spotOf } = object;
      if (allowed.includes(name) || allowed.includes(`${namespace ?? ''}/${name}`)) continue;
      for (const path of [...services(object), ...chartServices(object)]) {
        yield {
          at: spotOf(path),
          message: `${name} takes a load balancer address`,
          remedy: 'publish it by a route of a gateway, or name it among those that may',
        };
      }
    }
  },
  examples: {
    good: [
      { files: { 'service.yaml': service('ClusterIP') } },
      { files: { 'service.yaml': service('LoadBalancer') }, options: { allowed: ['site'] } },
    ],
    bad: [{ files: { 'service.yaml': service('LoadBalancer # <- here') } }],
  },
});

function services({ kind, apiVersion, fields }: RuleObject): Path[] {
  const spec = kind === 'Service' && apiVersion === 'v1' ? fields.spec : undefined;
  return isFields(spec) && spec.type === 'LoadBalancer' ? [['spec', 'type']] : [];
}

function chartServices(object: RuleObject): Path[] {
  const found: Path[] = [];
  walk(helmValues(object), (value, path) => {
    if (value === 'LoadBalancer' && /^(?:type|serviceType)$/.test(String(path.at(-1))))
      found.push(['spec', 'values', ...path]);
  });
  return found;
}

function service(type: string): string {
  return `apiVersion: v1\nkind: Service\nmetadata:\n  name: site\nspec:\n  type: ${type}\n`;
}
