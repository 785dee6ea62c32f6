import { at, isFields, type Path, textAt, walk } from '../../../text/values.ts';
import { choice, defineRule, type RuleObject } from '../../rule.ts';
import { helmValues, ofKind } from '../objects.ts';

export const noIngress = defineRule({
  id: 'gateway/no-ingress',
  description: 'Apps are published in one way: by HTTPRoutes of a gateway, or by Ingresses of Tailscale.',
  rationale:
    'The Ingress API is frozen, and what it cannot say goes into annotations of one controller. With Tailscale an Ingress is a machine of the tailnet, and needs no gateway.',
  source: 'https://gateway-api.sigs.k8s.io/guides/getting-started/migrating-from-ingress/',
  options: { route: choice('How.', ['httproute', 'tailscale-ingress', 'both'], 'httproute') },
  severity: 'off',
  profiles: {
    guarded: 'error',
    'external-secrets': 'error',
    template: 'warning',
    overlays: { severity: 'warning', options: { route: 'tailscale-ingress' } },
  },
  *check(context, { route }) {
    if (route === 'both') return;
    for (const object of context.objects) {
      for (const path of ingresses(object)) {
        const inner = path.length === 0 ? at(object.fields, 'spec') : at(object.fields, ...path);
        const className = textAt(inner, 'ingressClassName') ?? textAt(inner, 'className');
        if (route === 'tailscale-ingress' && className === 'tailscale') continue;
        yield {
          at: object.spotOf(path.length === 0 ? ['kind'] : path),
          message: `${object.name} is published by an Ingress${className === undefined ? '' : ` of the class ${className}`}`,
          remedy: route === 'httproute' ? 'write an HTTPRoute' : 'set `ingressClassName: tailscale`',
        };
      }
    }
    if (route !== 'tailscale-ingress') return;
    for (const { name, spotOf } of ofKind(context, 'HTTPRoute', 'gateway.networking.k8s.io')) {
      yield {
        at: spotOf(['kind']),
        message: `${name} is published by an HTTPRoute`,
        remedy: 'write an Ingress of Tailscale',
      };
    }
  },
  examples: {
    good: [
      {
        files: { 'route.yaml': 'apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata:\n  name: site\n' },
      },
      { files: { 'ingress.yaml': ingress('tailscale') }, options: { route: 'tailscale-ingress' } },
      { files: { 'ingress.yaml': ingress('nginx') }, options: { route: 'both' } },
    ],
    bad: [
      { files: { 'ingress.yaml': ingress('nginx', ' # <- here') } },
      { files: { 'ingress.yaml': ingress('nginx', ' # <- here') }, options: { route: 'tailscale-ingress' } },
      {
        files: {
          'helmrelease.yaml':
            'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: site\nspec:\n  values:\n    ingress: # <- here\n      enabled: true\n',
        },
      },
    ],
  },
});

/** Of an Ingress the empty path; in the values of a chart where one is switched on. */
function ingresses(object: RuleObject): Path[] {
  if (object.kind === 'Ingress' && object.apiVersion.startsWith('networking.k8s.io/')) return [[]];
  const found: Path[] = [];
  walk(helmValues(object), (value, path) => {
    const isIngress = path.at(-1) === 'ingress' || path.at(-2) === 'ingress';
    if (isIngress && isFields(value) && value.enabled === true) found.push(['spec', 'values', ...path]);
  });
  return found;
}

function ingress(className: string, mark = ''): string {
  return `apiVersion: networking.k8s.io/v1\nkind: Ingress${mark}\nmetadata:\n  name: site\nspec:\n  ingressClassName: ${className}\n`;
}
