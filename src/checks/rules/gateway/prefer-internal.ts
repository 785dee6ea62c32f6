import { isFields, listAt, type Path, textAt, walk } from '../../../text/values.ts';
import { defineRule, type RuleObject, texts } from '../../rule.ts';
import { helmValues } from '../objects.ts';

export const preferInternal = defineRule({
  id: 'gateway/prefer-internal',
  description: 'A route is attached to an external gateway on purpose.',
  rationale:
    'What is reachable from the Internet is tried by everybody within hours. A comment that switches this rule off with its reason is the sign that somebody wanted it.',
  source: 'https://gateway-api.sigs.k8s.io/api-types/httproute/#attaching-to-gateways',
  options: {
    external: texts('Names of the gateways that are reached from the Internet.', ['envoy-external', 'external']),
  },
  severity: 'off',
  profiles: { 'external-secrets': 'note', 'single-cluster': 'note' },
  *check({ objects }, { external }) {
    for (const object of objects) {
      for (const path of parents(object)) {
        const name = textAt(object.fields, ...path, 'name') ?? '';
        if (!external.includes(name)) continue;
        yield {
          at: object.spotOf([...path, 'name']),
          message: `${object.name} is published on the Internet by the gateway ${name}`,
          remedy:
            'take the internal gateway, or write `# cluster-template: ignore gateway/prefer-internal -- reason` above the line',
        };
      }
    }
  },
  examples: {
    good: [
      { files: { 'route.yaml': route('envoy-internal') } },
      {
        files: {
          'route.yaml': route('envoy-external # cluster-template: ignore gateway/prefer-internal -- the public site'),
        },
      },
    ],
    bad: [{ files: { 'route.yaml': route('envoy-external # <- here') } }],
  },
});

/** Paths of the gateways that a route names, in the values of a chart too. */
function parents(object: RuleObject): Path[] {
  if (object.kind.endsWith('Route') && object.apiVersion.startsWith('gateway.networking.k8s.io/')) {
    return listAt(object.fields, 'spec', 'parentRefs').map((_, index) => ['spec', 'parentRefs', index]);
  }
  const found: Path[] = [];
  walk(helmValues(object), (value, path) => {
    if (path.at(-2) === 'parentRefs' && isFields(value)) found.push(['spec', 'values', ...path]);
  });
  return found;
}

function route(gateway: string): string {
  return `apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata:\n  name: site\nspec:\n  parentRefs:\n    - name: ${gateway}\n`;
}
