import { posix } from 'node:path';
import { type AccessMode, ACCESS_MODES, type SharedService, type StyleValues } from '../checks/style.ts';
import type { ManifestDocument } from '../manifests/document.ts';
import type { AppliedObject, FluxTree } from '../manifests/flux/tree.ts';
import { kustomizationIn } from '../manifests/kustomize/files.ts';
import type { ManifestTree } from '../manifests/tree.ts';
import { asFields, at, isFields, listAt, textAt, walk } from '../text/values.ts';

/** A component that makes a volume and backs it up, as VolSync's custom is. */
interface BackupComponent {
  readonly folder: string;
  /** The Secret that an app has to bring for it, `${APP}` standing for its name; undefined where the component brings one itself. */
  readonly secret: string | undefined;
  /** The Kustomization that brings VolSync, as `namespace/name`. */
  readonly dependsOn: string | undefined;
  /** What fills the repository of a backup: restic or kopia. */
  readonly engine: 'restic' | 'kopia';
  /** Variables that it takes. */
  readonly variables: ReadonlySet<string>;
}

/** What a repository has already, as far as a new app has to fit to it. */
export interface Surroundings {
  /** What the repository does, where it does it. */
  readonly style: Partial<StyleValues>;
  /** Gateways as `namespace/name`, the most used first. */
  readonly gateways: readonly string[];
  /** Domains of routes and of the listeners of gateways, the most used first. */
  readonly domains: readonly string[];
  /** Domains with the variables that Flux puts them in the place of. */
  readonly variables: ReadonlyMap<string, string>;
  /** ClusterSecretStores, the most used first. */
  readonly stores: readonly string[];
  /** Chart of app-template as most releases have it. */
  readonly appTemplate: { readonly url: string; readonly tag: string } | undefined;
  readonly backup: BackupComponent | undefined;
  /** Whether most Kustomizations of apps begin with their target namespace; undefined where there are none. */
  readonly startsWithTarget: boolean | undefined;
  /** Whether apps with a route wait for their gateway. */
  readonly routesWait: boolean;
  /** The kustomization.yaml of a namespace. */
  readonly namespaces: ReadonlyMap<string, ManifestDocument>;
  /** All Kustomizations of Flux, as `namespace/name`. */
  readonly kustomizations: ReadonlySet<string>;
  /** Whether a Kustomization that applies encrypted files says so itself, or a patch of the one above it does. */
  readonly asksForDecryption: boolean;
  /** Where the Kustomizations of apps have their source. */
  readonly sourceRef: { readonly kind: string; readonly name: string; readonly namespace: string };
  /** Who applies an object, as `namespace/name`; undefined where nobody does. */
  readonly ownerOf: (kind: string, namespace: string | undefined, name: string) => string | undefined;
  /** API groups of the objects that there are. */
  readonly groups: ReadonlySet<string>;
  /** Who brings an operator, as `namespace/name`, by the API group of its kinds. */
  readonly operators: ReadonlyMap<string, string>;
  /** Who makes a storage class, as `namespace/name`. */
  readonly makerOfClass: (name: string) => string | undefined;
  /** The kustomization that lists the folders of namespaces; undefined where Flux finds them by itself. */
  readonly namespaceList: string | undefined;
}

/** Reads what a repository has, out of what Flux makes of it. */
export function surroundingsOf(tree: ManifestTree, flux: FluxTree): Surroundings {
  const backup = backupIn(tree, flux);
  const classes = storageClassesIn(flux);
  const folder = appsFolderIn(flux);
  const services = servicesIn(flux);
  const substituteFrom = substitutionsIn(flux);
  const stores = [
    ...ranked(ofKind(flux, 'ExternalSecret').map(({ fields }) => textAt(fields, 'spec', 'secretStoreRef', 'name'))),
    ...ofKind(flux, 'ClusterSecretStore').map(({ name }) => name),
  ];
  const gateways = ranked([
    ...parentsIn(flux),
    ...ofKind(flux, 'Gateway').map(({ namespace, name }) => `${namespace ?? ''}/${name}`),
  ]);
  const domains = domainsIn(flux);
  const [variable] = domains.filter((one) => one.startsWith('${'));
  return {
    style: {
      ...(folder === undefined ? {} : { folder }),
      ...(substituteFrom.length === 0 ? {} : { substituteFrom }),
      ...(backup === undefined ? {} : { backup: backup.folder }),
      ...kustomizationsIn(flux),
      ...gatewaysIn(flux),
      ...(Object.keys(classes.modes).length === 0
        ? {}
        : { storageClasses: classes.modes, ...(classes.usual === '' ? {} : { storageClass: classes.usual }) }),
      ...(Object.keys(services).length === 0 ? {} : { services }),
      ...prefixIn(tree),
      ...providerIn(flux),
      ...(domains[0] === undefined ? {} : { domain: variable ?? domains[0] }),
    },
    gateways,
    domains,
    variables: variablesIn(flux),
    stores: [...new Set(stores)],
    appTemplate: appTemplateIn(flux),
    backup,
    startsWithTarget: startsWithTarget(flux),
    routesWait: routesWaitIn(flux),
    namespaces: namespacesIn(tree, folder),
    kustomizations: new Set(flux.kustomizations.map(({ namespace, name }) => `${namespace}/${name}`)),
    asksForDecryption: !flux.kustomizations.some(({ fields }) =>
      listAt(fields, 'spec', 'patches').some((one) => /^[ \t]*decryption:/m.test(textAt(one, 'patch') ?? '')),
    ),
    sourceRef: sourceIn(flux),
    ownerOf: (kind, namespace, name) => {
      const found = flux.objects.find(
        (one) => one.kind === kind && one.name === name && (namespace === undefined || one.namespace === namespace),
      );
      return found?.owner === undefined ? undefined : `${found.owner.namespace}/${found.owner.name}`;
    },
    groups: new Set(flux.objects.map(({ group }) => group)),
    operators: operatorsIn(flux),
    makerOfClass: (name) => classes.makers.get(name),
    namespaceList: folder === undefined ? undefined : kustomizationIn(tree, folder)?.file.path,
  };
}

function ofKind({ objects }: FluxTree, ...kinds: readonly string[]): AppliedObject[] {
  return objects.filter(({ kind }) => kinds.includes(kind));
}

/** Each text once, those that come most often first. */
function ranked(texts: readonly (string | undefined)[]): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) if (text !== undefined && text !== '') counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].toSorted(([, one], [, other]) => other - one).map(([text]) => text);
}

/** Values of releases, and the fields of everything else. */
function partsOf({ kind, fields }: AppliedObject): unknown {
  return kind === 'HelmRelease' ? at(fields, 'spec', 'values') : fields.spec;
}

/** The gateways that routes are attached to. */
function parentsIn(flux: FluxTree, withSection = false): string[] {
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

/** The gateway that most routes from home have, and that of those from the Internet, each with its listener where one is named. */
function gatewaysIn(flux: FluxTree): Partial<StyleValues> {
  const used = parentsIn(flux, true);
  const known = ofKind(flux, 'Gateway').map(({ namespace, name }) => `${namespace ?? ''}/${name}`);
  const all = ranked(used.length === 0 ? known : used);
  const [gateway] = all.filter((one) => !PUBLIC.test(one));
  const [externalGateway] = all.filter((one) => PUBLIC.test(one));
  return {
    ...(gateway === undefined ? {} : { gateway }),
    ...(externalGateway === undefined ? {} : { externalGateway }),
  };
}

function startsWithTarget({ kustomizations }: FluxTree): boolean | undefined {
  const apps = kustomizations.filter(({ fields }) => textAt(fields, 'spec', 'targetNamespace') !== undefined);
  const first = apps.filter(({ fields }) => Object.keys(asFields(fields.spec))[0] === 'targetNamespace');
  return apps.length === 0 ? undefined : first.length * 2 > apps.length;
}

function kustomizationsIn({ kustomizations }: FluxTree): Partial<StyleValues> {
  const apps = kustomizations.filter(({ document }) => /\/ks\.ya?ml$/.test(document.file.path));
  const outside = apps.filter(({ namespace, fields }) => {
    const target = textAt(fields, 'spec', 'targetNamespace');
    return target !== undefined && target !== namespace && namespace === 'flux-system';
  });
  return apps.length === 0 ? {} : { kustomizations: outside.length * 2 > apps.length ? 'flux-system' : 'app' };
}

/** Of a host name everything behind its first part: `${SECRET_DOMAIN}`, `example.com`. */
function domainsIn(flux: FluxTree): string[] {
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
function variablesIn({ kustomizations }: FluxTree): Map<string, string> {
  const values = kustomizations.flatMap(({ substitution }) => [...(substitution?.values ?? [])]);
  return new Map(
    values
      .filter(([name, value]) => name.includes('DOMAIN') && /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(value))
      .map(([name, value]) => [value, name]),
  );
}

/** The folder that most apps lie below, as `<folder>/<namespace>/<app>`. */
function appsFolderIn({ kustomizations }: FluxTree): string | undefined {
  const parents = kustomizations.map(({ document, namespace }) => {
    const [, above, home] = /^(.+)\/([^/]+)\/[^/]+\/ks\.ya?ml$/.exec(document.file.path) ?? [];
    return home === namespace || home !== undefined ? above : undefined;
  });
  return ranked(parents)[0];
}

/** By the folder of each namespace below that of all apps. */
function namespacesIn(tree: ManifestTree, folder: string | undefined): Map<string, ManifestDocument> {
  const found = new Map<string, ManifestDocument>();
  if (folder === undefined) return found;
  for (const path of tree.folders) {
    if (posix.dirname(path) !== folder) continue;
    const document = kustomizationIn(tree, path);
    if (document !== undefined) found.set(posix.basename(path), document);
  }
  return found;
}

function substitutionsIn({ kustomizations }: FluxTree): string[] {
  const apps = kustomizations.filter(({ document }) => /\/ks\.ya?ml$/.test(document.file.path));
  const lists = apps.map(({ fields }) =>
    listAt(fields, 'spec', 'postBuild', 'substituteFrom')
      .map((one) => `${textAt(one, 'kind') ?? ''}/${textAt(one, 'name') ?? ''}`)
      .join(','),
  );
  const [usual] = ranked(lists);
  return usual === undefined || lists.filter((one) => one === usual).length * 2 < apps.length ? [] : usual.split(',');
}

function sourceIn({ kustomizations }: FluxTree): Surroundings['sourceRef'] {
  const refs = kustomizations.map(({ fields, namespace }) => {
    const [kind, name] = [textAt(fields, 'spec', 'sourceRef', 'kind'), textAt(fields, 'spec', 'sourceRef', 'name')];
    return `${kind ?? ''}/${name ?? ''}/${textAt(fields, 'spec', 'sourceRef', 'namespace') ?? namespace}`;
  });
  const [kind = 'GitRepository', name = 'flux-system', namespace = 'flux-system'] = ranked(refs)[0]?.split('/') ?? [];
  return { kind, name, namespace };
}

function routesWaitIn(flux: FluxTree): boolean {
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

/** https://bjw-s-labs.github.io/helm-charts/docs/app-template/ */
function appTemplateIn(flux: FluxTree): Surroundings['appTemplate'] {
  const sources = ofKind(flux, 'OCIRepository').flatMap(({ fields }) => {
    const [url, tag] = [textAt(fields, 'spec', 'url'), textAt(fields, 'spec', 'ref', 'tag')];
    return url?.endsWith('/app-template') === true && tag !== undefined ? [`${url} ${tag}`] : [];
  });
  const [url, tag] = ranked(sources)[0]?.split(' ') ?? [];
  return url === undefined || tag === undefined ? undefined : { url, tag };
}

/** What makes block devices is mounted by one node; file systems by as many as want to. */
const SHARED_STORAGE = /nfs|cephfs|filesystem|efs|smb|gluster|seaweed|juicefs|rwx/i;

function storageClassesIn(flux: FluxTree): {
  readonly modes: Record<string, readonly AccessMode[]>;
  readonly usual: string;
  readonly makers: ReadonlyMap<string, string>;
} {
  const modes: Record<string, readonly AccessMode[]> = {};
  const makers = new Map<string, string>();
  let usual = '';
  const note = (name: string, provisioner: string, isDefault: boolean, { owner }: AppliedObject): void => {
    if (owner !== undefined) makers.set(name, `${owner.namespace}/${owner.name}`);
    modes[name] = SHARED_STORAGE.test(`${name} ${provisioner}`)
      ? ['ReadWriteMany', 'ReadWriteOnce']
      : ['ReadWriteOnce'];
    if (isDefault) usual = name;
  };
  for (const object of ofKind(flux, 'StorageClass')) {
    const { fields, name } = object;
    const annotation = at(fields, 'metadata', 'annotations', 'storageclass.kubernetes.io/is-default-class');
    note(name, textAt(fields, 'provisioner') ?? '', String(annotation) === 'true', object);
  }
  for (const object of ofKind(flux, 'HelmRelease')) {
    walk(at(object.fields, 'spec', 'values'), (value, path) => {
      if (!isFields(value) || !/^storageClass(?:es)?$/.test(String(path.findLast((step) => typeof step === 'string'))))
        return;
      if (typeof value.name !== 'string' || value.name === '') return;
      const annotation = at(value, 'annotations', 'storageclass.kubernetes.io/is-default-class');
      note(
        value.name,
        '',
        value.isDefault === true || value.isDefaultClass === true || String(annotation) === 'true',
        object,
      );
    });
  }
  // What claims name is there as well, and what they ask of it can be done.
  for (const { fields } of ofKind(flux, 'PersistentVolumeClaim')) {
    const name = textAt(fields, 'spec', 'storageClassName');
    if (name === undefined || name.includes('${')) continue;
    const asked = listAt(fields, 'spec', 'accessModes').filter((one): one is AccessMode =>
      ACCESS_MODES.includes(one as AccessMode),
    );
    modes[name] = [...new Set([...(modes[name] ?? []), ...asked])];
  }
  return { modes, usual, makers };
}

/** Servers of operators whose Services have names that can be told. */
function servicesIn(flux: FluxTree): Partial<Record<'postgres' | 'redis', SharedService>> {
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
function providerIn(flux: FluxTree): Partial<StyleValues> {
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

function operatorsIn(flux: FluxTree): Map<string, string> {
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

/** A component whose ReplicationSource is named after the app that takes it. */
function backupIn(tree: ManifestTree, flux: FluxTree): BackupComponent | undefined {
  const sources = tree.documents.filter(
    ({ fields }) =>
      fields.kind === 'ReplicationSource' && textAt(fields, 'metadata', 'name')?.includes('${APP') === true,
  );
  const found = sources.flatMap((document) => {
    let folder = posix.dirname(document.file.path);
    for (; folder !== '.'; folder = posix.dirname(folder)) {
      const top = kustomizationIn(tree, folder);
      if (top?.fields.kind === 'Component') return [{ folder, fields: document.fields }];
    }
    return [];
  });
  const uses = new Set(
    flux.kustomizations.flatMap(({ fields, folder }) =>
      listAt(fields, 'spec', 'components').map((one) => posix.join(folder, String(one))),
    ),
  );
  const best = found.find(({ folder }) => uses.has(folder)) ?? found[0];
  if (best === undefined) return undefined;
  const { folder, fields } = best;
  const engine = at(fields, 'spec', 'kopia') === undefined ? 'restic' : 'kopia';
  const secret = textAt(fields, 'spec', engine, 'repository');
  const own = tree.documents.filter(({ file }) => file.path.startsWith(`${folder}/`));
  const isBrought = own.some(
    ({ fields: one }) =>
      [textAt(one, 'metadata', 'name'), textAt(one, 'spec', 'target', 'name')].includes(secret) &&
      String(one.kind).endsWith('Secret'),
  );
  const operator = ofKind(flux, 'HelmRelease').find(({ name }) => name === 'volsync')?.owner;
  return {
    folder,
    secret: isBrought ? undefined : secret,
    dependsOn: operator === undefined ? undefined : `${operator.namespace}/${operator.name}`,
    engine,
    variables: new Set(own.flatMap(({ file }) => [...file.text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name))),
  };
}

/** Whether most entries of kustomizations are written with `./` before them. */
function prefixIn({ documents }: ManifestTree): Partial<StyleValues> {
  const entries = documents
    .filter(({ fields }) => fields.kind === 'Kustomization' && Array.isArray(fields.resources))
    .flatMap(({ fields }) => listAt(fields, 'resources'))
    .filter((one): one is string => typeof one === 'string' && !/^\.\.\/|:\/\//.test(one));
  const dotted = entries.filter((one) => one.startsWith('./'));
  return entries.length === 0 ? {} : { resourcePrefix: dotted.length * 2 >= entries.length ? './' : 'none' };
}
