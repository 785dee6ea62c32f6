import type { StyleValues } from '../../checks/style.ts';
import type { FluxTree } from '../../manifests/flux/tree.ts';
import { listAt, textAt, walk } from '../../text/values.ts';
import { ofKind, partsOf, ranked } from './objects.ts';

// How apps are reached: gateways and domains.

/** The gateways that routes are attached to. */
export function parentsIn(flux: FluxTree, withSection = false): string[] {
  return ofKind(flux, 'HTTPRoute', 'HelmRelease').flatMap((object) => {
    const found: string[] = [];
    walk(partsOf(object), (value, path) => {
      const name = textAt(value, 'name');
      if (path.at(-2) !== 'parentRefs' || name === undefined) return;
      const section = withSection ? textAt(value, 'sectionName') : undefined;
      // What sends everybody on to HTTPS is no route of an app.
      if (section === 'http') return;
      found.push(
        [textAt(value, 'namespace') ?? object.namespace ?? '', name, ...(section === undefined ? [] : [section])].join(
          '/',
        ),
      );
    });
    return found;
  });
}

/** Names of gateways that are reached from everywhere. */
const PUBLIC = /external|public|internet|wan/i;

/**
 * The gateway that most routes from home have, and that of those from the Internet, each with its listener where one is named. One whose class
 * no other has while others share theirs is for something of its own, as a gateway of models is.
 */
export function gatewaysIn(flux: FluxTree): Partial<StyleValues> {
  const gateways = ofKind(flux, 'Gateway').map(({ namespace, name, fields }) => ({
    label: `${namespace ?? ''}/${name}`,
    className: textAt(fields, 'spec', 'gatewayClassName'),
  }));
  const [usual] = ranked(gateways.map(({ className }) => className));
  const isShared = gateways.filter(({ className }) => className === usual).length > 1;
  const known = isShared ? gateways.filter(({ className }) => className === usual) : gateways;
  const special = gateways.filter((one) => !known.includes(one)).map(({ label }) => label);
  const used = parentsIn(flux, true).filter(
    (parent) => !special.some((label) => parent === label || parent.startsWith(`${label}/`)),
  );
  const all = ranked(used.length === 0 ? known.map(({ label }) => label) : used);
  const [gateway] = all.filter((one) => !PUBLIC.test(one));
  const [externalGateway] = all.filter((one) => PUBLIC.test(one));
  return {
    ...(gateway === undefined ? {} : { gateway }),
    ...(externalGateway === undefined ? {} : { externalGateway }),
  };
}

/** Of a host name everything behind its first part: `${SECRET_DOMAIN}`, `example.com`. */
export function domainsIn(flux: FluxTree): string[] {
  const hosts = ofKind(flux, 'HTTPRoute', 'HelmRelease', 'Gateway', 'Ingress').flatMap((object) => {
    const found: string[] = [];
    walk(partsOf(object), (value, path) => {
      const isHost =
        path.at(-2) === 'hostnames' ||
        path.at(-1) === 'hostname' ||
        (path.at(-1) === 'host' && object.kind === 'Ingress');
      if (isHost && typeof value === 'string') found.push(value);
    });
    return found;
  });
  return ranked(hosts.map((host) => /^(?:\*|[a-z0-9-]+)\.((?:\$\{\w+\}|[a-z0-9-]+\.)[a-z0-9.-]*)$/i.exec(host)?.[1]));
}

/** Variables whose value is a domain. */
export function variablesIn({ kustomizations }: FluxTree): Map<string, string> {
  const values = kustomizations.flatMap(({ substitution }) => [...(substitution?.values ?? [])]);
  return new Map(
    values
      .filter(([name, value]) => name.includes('DOMAIN') && /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(value))
      .map(([name, value]) => [value, name]),
  );
}

/** Whether apps with a route wait for what brings their gateway. */
export function routesWaitIn(flux: FluxTree): boolean {
  const owners = new Set(ofKind(flux, 'Gateway').flatMap(({ owner }) => owner ?? []));
  const names = new Set([...owners].map(({ namespace, name }) => `${namespace}/${name}`));
  const published = flux.objects.filter(
    (object) =>
      !owners.has(object.owner ?? ([...owners][0] as never)) && parentsIn({ ...flux, objects: [object] }).length > 0,
  );
  const waiting = published.filter(({ owner }) =>
    listAt(owner?.fields, 'spec', 'dependsOn').some((one) =>
      names.has(`${textAt(one, 'namespace') ?? owner?.namespace ?? ''}/${textAt(one, 'name') ?? ''}`),
    ),
  );
  return published.length > 0 && waiting.length * 2 >= published.length;
}
