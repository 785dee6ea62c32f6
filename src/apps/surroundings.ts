import type { StyleValues } from '../checks/style.ts';
import type { ManifestDocument } from '../manifests/document.ts';
import type { FluxTree } from '../manifests/flux/tree.ts';
import { buildFolder } from '../manifests/kustomize/build.ts';
import { kustomizationIn } from '../manifests/kustomize/files.ts';
import type { ManifestTree } from '../manifests/tree.ts';
import { listAt, textAt } from '../text/values.ts';
import { catalogueIn, intervalsIn, remediatesIn, routePlaceIn, secretsIn } from './surroundings/habits.ts';
import {
  appsFolderIn,
  kustomizationsIn,
  namespacesIn,
  prefixIn,
  sourceIn,
  type SourceRef,
  startsWithTarget,
  substitutionsIn,
} from './surroundings/layout.ts';
import { ofKind, ranked } from './surroundings/objects.ts';
import { appTemplateIn, operatorsIn, providerIn, servicesIn } from './surroundings/operators.ts';
import { domainsIn, gatewaysIn, parentsIn, routesWaitIn, variablesIn } from './surroundings/routes.ts';
import { type BackupComponent, backupIn, storageClassesIn } from './surroundings/storage.ts';

/** What a repository has already, as far as a new app has to fit to it. */
export interface Surroundings {
  /** What the repository does, where it does it. */
  readonly style: Partial<StyleValues>;
  /** How most of its apps are written, for a repository that has chosen no profile: a profile says all of this itself. */
  readonly habits: {
    readonly style: Partial<StyleValues>;
    /** Whether releases say themselves what becomes of a failed one, and no patch does. */
    readonly remediates: boolean;
    /** The catalogue of schemas that most manifests name. */
    readonly catalogue: string | undefined;
  };
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
  readonly sourceRef: SourceRef;
  /** Who applies an object, as `namespace/name`; undefined where nobody does. */
  readonly ownerOf: (kind: string, namespace: string | undefined, name: string) => string | undefined;
  /** API groups of the objects that there are. */
  readonly groups: ReadonlySet<string>;
  /** Who brings an operator, as `namespace/name`, by the API group of its kinds. */
  readonly operators: ReadonlyMap<string, string>;
  /** Who makes a storage class, as `namespace/name`. */
  readonly makerOfClass: (name: string) => string | undefined;
  /** What a base of kustomize brings; undefined where there is none in a folder. */
  readonly baseAt: (folder: string) => readonly { readonly kind: string; readonly name: string }[] | undefined;
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
    habits: {
      style: { ...routePlaceIn(flux), ...secretsIn(flux), ...intervalsIn(flux) },
      remediates: remediatesIn(flux),
      catalogue: catalogueIn(flux),
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
    baseAt: (path) =>
      kustomizationIn(tree, path) === undefined
        ? undefined
        : buildFolder(tree, path).objects.map(({ kind, name }) => ({ kind, name })),
    namespaceList: folder === undefined ? undefined : kustomizationIn(tree, folder)?.file.path,
  };
}
