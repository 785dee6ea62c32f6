import type { SharedService, StyleValues } from '../../checks/style.ts';
import type { AppliedObject, FluxTree } from '../../manifests/flux/tree.ts';
import { at, textAt, walk } from '../../text/values.ts';
import { ofKind, ranked } from './objects.ts';

// What runs in a cluster that apps make use of.

/** https://bjw-s-labs.github.io/helm-charts/docs/app-template/ */
export function appTemplateIn(flux: FluxTree): { readonly url: string; readonly tag: string } | undefined {
  const sources = ofKind(flux, 'OCIRepository').flatMap(({ fields }) => {
    const [url, tag] = [textAt(fields, 'spec', 'url'), textAt(fields, 'spec', 'ref', 'tag')];
    return url?.endsWith('/app-template') === true && tag !== undefined ? [`${url} ${tag}`] : [];
  });
  const [url, tag] = ranked(sources)[0]?.split(' ') ?? [];
  return url === undefined || tag === undefined ? undefined : { url, tag };
}

/** Servers of operators whose Services have names that can be told. */
export function servicesIn(flux: FluxTree): Partial<Record<'postgres' | 'redis', SharedService>> {
  const [postgres] = ofKind(flux, 'Cluster').filter(({ group }) => group === 'postgresql.cnpg.io');
  const [redis] = ofKind(flux, 'Dragonfly');
  const of = (object: AppliedObject | undefined, suffix: string, port: number): SharedService | undefined =>
    object === undefined
      ? undefined
      : {
          host: `${object.name}${suffix}.${object.namespace ?? ''}.svc.cluster.local:${String(port)}`,
          ...(object.owner === undefined ? {} : { dependsOn: `${object.owner.namespace}/${object.owner.name}` }),
        };
  const [database, cache] = [of(postgres, '-rw', 5432), of(redis, '', 6379)];
  return {
    ...(database === undefined ? {} : { postgres: database }),
    ...(cache === undefined ? {} : { redis: cache }),
  };
}

/** The identity provider: one that an operator runs makes the clients of apps, too; else a release of Pocket ID tells its address. */
export function providerIn(flux: FluxTree): Partial<StyleValues> {
  const [instance] = ofKind(flux, 'PocketIDInstance');
  const url = textAt(instance?.fields, 'spec', 'appUrl');
  if (url !== undefined) return { oidcIssuer: url, oidcClient: 'pocket-id' };
  const found: string[] = [];
  for (const { fields, name } of ofKind(flux, 'HelmRelease')) {
    if (!name.startsWith('pocket-id')) continue;
    walk(at(fields, 'spec', 'values'), (value, path) => {
      if (path.at(-1) === 'APP_URL' && typeof value === 'string') found.push(value);
    });
  }
  return found[0] === undefined ? {} : { oidcIssuer: found[0] };
}

/** Operators by the API group of their kinds, and how their releases are called. */
const OPERATORS: Readonly<Record<string, RegExp>> = {
  'barmancloud.cnpg.io': /^(?:plugin-)?barman-cloud(?:-plugin)?$|^cloudnative-pg-barman/,
  'pocketid.internal': /^pocket-id-operator$/,
  'postgresql.cnpg.io': /^(?:cloudnative-pg|cnpg)(?:-operator)?$/,
  'tailscale.com': /^tailscale(?:-operator)?$/,
};

/** Who brings an operator, as `namespace/name`, by the API group of its kinds. */
export function operatorsIn(flux: FluxTree): Map<string, string> {
  const releases = ofKind(flux, 'HelmRelease');
  // A client of Pocket ID needs the instance that it is made at, which waits for the operator.
  const instances = new Map([['pocketid.internal', ofKind(flux, 'PocketIDInstance')[0]?.owner]]);
  return new Map(
    Object.entries(OPERATORS).flatMap(([group, pattern]) => {
      const owner = instances.get(group) ?? releases.find(({ name }) => pattern.test(name))?.owner;
      return owner === undefined ? [] : [[group, `${owner.namespace}/${owner.name}`] as const];
    }),
  );
}
