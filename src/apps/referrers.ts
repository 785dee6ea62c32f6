import { isFluxKustomization } from '../manifests/flux/roots.ts';
import { type AppliedObject, resolverOf } from '../manifests/flux/tree.ts';
import { referencesOf } from '../manifests/references.ts';
import { listAt, type Path, textAt, walk } from '../text/values.ts';
import type { App } from './repository.ts';

/** Somebody who refers to an app. */
interface Referrer {
  /** Who says so. */
  readonly from: AppliedObject;
  readonly path: Path;
  /** As a `dependsOn`, by a field that names an object, or in a host name of a Service. */
  readonly how: 'depends on' | 'names' | 'calls';
  /** What is named. */
  readonly target: string;
}

/** Everything outside of an app that refers to it: what waits for it, what names objects of it, and what calls its Services. */
export function referrersOf(app: App): Referrer[] {
  const { flux, index } = app.cluster;
  const own = new Set(app.objects);
  const waits = new Set(app.kustomizations.map(({ namespace, name }) => `${namespace}/${name}`));
  const services = servicesOf(app);
  const found: Referrer[] = [];
  for (const from of flux.objects) {
    if (own.has(from) || (isFluxKustomization(from) && waits.has(`${from.namespace ?? ''}/${from.name}`))) continue;
    const resolve = resolverOf(from);
    for (const [position, one] of listAt(from.fields, 'spec', 'dependsOn').entries()) {
      const name = resolve(textAt(one, 'name') ?? '');
      const target = `${resolve(textAt(one, 'namespace') ?? from.namespace ?? '')}/${name}`;
      const isRelease =
        from.kind === 'HelmRelease' &&
        app.objects.some(
          (object) => object.kind === 'HelmRelease' && `${object.namespace ?? ''}/${object.name}` === target,
        );
      if (isRelease || (isFluxKustomization(from) && waits.has(target)))
        found.push({ from, path: ['spec', 'dependsOn', position, 'name'], how: 'depends on', target });
    }
    for (const reference of referencesOf(from)) {
      if (reference.path.includes('dependsOn')) continue;
      const resolution = index.resolve(reference);
      const object =
        resolution.kind === 'object' ? resolution.object : resolution.kind === 'product' ? resolution.maker : undefined;
      if (object === undefined || !own.has(object)) continue;
      found.push({ from, path: reference.path, how: 'names', target: `${reference.kind} ${reference.writtenName}` });
    }
    walk(from.fields, (value, path) => {
      if (typeof value !== 'string' || path[0] === 'status') return;
      const host = hostsIn(value, services, app.namespace)[0];
      if (host !== undefined) found.push({ from, path, how: 'calls', target: host });
    });
  }
  return found;
}

/** Names that the Services of an app may have: those that are written, its releases, and what a chart adds to that. */
export function servicesOf({ objects, name }: Pick<App, 'objects' | 'name'>): string[] {
  const written = objects.filter(({ kind }) => kind === 'Service' || kind === 'HelmRelease').map((one) => one.name);
  return [...new Set([name, ...written])];
}

/** Hosts in a text that are Services of a namespace: `echo.default`, `echo-http.default.svc.cluster.local`. */
export function hostsIn(text: string, services: readonly string[], namespace: string): string[] {
  const hosts = [
    ...text.matchAll(/(?<![\w.-])([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)\.([a-z0-9-]+)(\.svc(?:\.[a-z0-9.-]+)?)?(?![\w-])/g),
  ];
  return hosts.flatMap(([whole, service = '', home = '', rest]) => {
    const isOurs = services.some((one) => service === one || (service.startsWith(`${one}-`) && rest !== undefined));
    // Without `.svc` anything may be meant: `app.yaml`.
    const isHost = rest !== undefined || new RegExp(`${whole.replace(/[.]/g, '\\.')}:\\d`).test(text) || text === whole;
    return home === namespace && isOurs && isHost ? [whole] : [];
  });
}
