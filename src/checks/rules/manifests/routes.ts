import { type AppliedObject, type FluxTree, resolverOf } from '../../../manifests/flux/tree.ts';
import { at, listAt, type Path, search, textAt } from '../../../text/values.ts';
import { atObject, defineCheck, type Rule, type Told } from '../../rule.ts';
import { APPLIED, object } from './examples.ts';

/**
 * Finds routes that their gateway would not take: none of the listeners that they name accepts their namespace, or serves one of
 * their host names. Routes in the values of charts count too.
 */
function checkRoutes({ objects }: FluxTree): Told[] {
  const gateways = objects.filter(({ kind }) => kind === 'Gateway');
  return objects.flatMap((object) => {
    const resolve = resolverOf(object);
    return routesIn(object).flatMap((route) =>
      route.parents.flatMap(({ parent, path }): Told[] => {
        const namespace = textAt(parent, 'namespace') ?? object.namespace;
        const gateway = gateways.find(
          (one) => one.namespace === namespace && one.name === resolve(textAt(parent, 'name') ?? ''),
        );
        if (gateway === undefined) return [];
        const message = misfit({
          object,
          gateway,
          section: textAt(parent, 'sectionName'),
          hostnames: route.hostnames.map(resolve),
        });
        if (message === undefined) return [];
        const remedy = 'attach the route to another listener, or let the listener accept it';
        return [atObject(object, path, { code: 'manifests/route', message, remedy })];
      }),
    );
  });
}

interface Route {
  readonly hostnames: readonly string[];
  readonly parents: readonly { readonly parent: unknown; readonly path: Path }[];
}

function routesIn({ fields }: AppliedObject): Route[] {
  const routes: Route[] = [];
  search(fields, (value, _, way) => {
    const parents = listAt(value, 'parentRefs');
    if (parents.length === 0) return;
    const path = way();
    if (path[0] === 'status') return;
    routes.push({
      // Helm's own templates are filled in later: they stand for one label here.
      hostnames: listAt(value, 'hostnames').map((name) => String(name).replace(/\{\{.*?\}\}/g, 'name')),
      parents: parents.map((parent, index) => ({ parent, path: [...path, 'parentRefs', index, 'name'] })),
    });
  });
  return routes;
}

function misfit(attachment: {
  readonly object: AppliedObject;
  readonly gateway: AppliedObject;
  readonly section: string | undefined;
  readonly hostnames: readonly string[];
}): string | undefined {
  const { object, gateway, section, hostnames } = attachment;
  const all = listAt(gateway.fields, 'spec', 'listeners');
  const resolve = resolverOf(gateway);
  const listeners = all.filter((listener) => section === undefined || textAt(listener, 'name') === section);
  // A listener that does not exist is a dangling reference, which another rule tells.
  if (listeners.length === 0) return undefined;
  const open = listeners.filter((listener) => acceptsNamespace(listener, gateway, object));
  const named = `${gateway.name}${section === undefined ? '' : `, listener ${section},`}`;
  if (open.length === 0) return `the gateway ${named} accepts no routes of the namespace ${object.namespace ?? ''}`;
  const served = open
    .map((listener) => textAt(listener, 'hostname'))
    .map((name) => (name === undefined ? undefined : resolve(name)));
  if (hostnames.length === 0 || served.includes(undefined)) return undefined;
  const isServed = hostnames.some((name) => served.some((pattern) => pattern !== undefined && covers(pattern, name)));
  return isServed ? undefined : `the gateway ${named} serves none of the host names of the route`;
}

function acceptsNamespace(listener: unknown, gateway: AppliedObject, { namespace }: AppliedObject): boolean {
  const from = at(listener, 'allowedRoutes', 'namespaces', 'from') ?? 'Same';
  return from === 'Same' ? gateway.namespace === namespace : from !== 'None';
}

/** A wildcard stands for one or more labels: https://gateway-api.sigs.k8s.io/reference/spec/ under Hostname. */
function covers(pattern: string, name: string): boolean {
  // What a variable stands for that is not known may be anything.
  if (pattern === name || pattern.includes('${') || name.includes('${')) return true;
  const [wide, narrow] = [pattern.replace(/^\*/, ''), name.replace(/^\*/, '')];
  return (pattern.startsWith('*.') && narrow.endsWith(wide)) || (name.startsWith('*.') && wide.endsWith(narrow));
}

const GATEWAY = object(
  'gateway.networking.k8s.io/v1',
  'Gateway',
  'door',
  "spec:\n  gatewayClassName: door\n  listeners:\n    - name: https\n      hostname: '*.example.com'\n      port: 443\n      protocol: HTTPS\n",
);

function route(host: string, gateway: string): Readonly<Record<string, string>> {
  const spec = `spec:\n  hostnames:\n    - ${host}\n  parentRefs:\n    - name: ${gateway}\n`;
  return { 'site/route.yaml': object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'site', spec) };
}

/** What gateways take. */
export const ROUTE_RULES: readonly Rule[] = [
  defineCheck({
    id: 'manifests/route',
    description:
      'A route fits a listener of its gateway: one that takes its namespace and serves one of its host names.',
    rationale: 'A route that no listener takes is accepted by the API, and never answers.',
    source: 'https://gateway-api.sigs.k8s.io/concepts/api-overview/#attaching-routes-to-gateways',
    walk: ({ clusters }) => clusters.flatMap(checkRoutes),
    examples: {
      good: [{ files: route('www.example.com', 'door'), beside: { ...APPLIED, 'site/gateway.yaml': GATEWAY } }],
      bad: [
        { files: route('www.example.org', 'door # <- here'), beside: { ...APPLIED, 'site/gateway.yaml': GATEWAY } },
      ],
    },
  }),
];
