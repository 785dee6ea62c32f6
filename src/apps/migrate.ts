import { posix } from 'node:path';
import { stringify } from 'yaml';
import { dataKeysOf, type ManifestDocument } from '../manifests/document.ts';
import type { AppliedObject } from '../manifests/flux/tree.ts';
import { placeOf } from '../manifests/written.ts';
import type { Finding } from '../report/finding.ts';
import { asFields, at, type Fields, isFields, listAt, type Path, textAt } from '../text/values.ts';
import type { Edit } from './edit.ts';
import type { AppEdits } from './move.ts';
import { type App, appLabel, type AppRepository } from './repository.ts';

/** What an app is to be brought to. */
interface MigrationTarget {
  /** `NAMESPACE/NAME` of the gateway for routes; the one that most routes of the repository hang on where it is not given. */
  readonly gateway?: string | undefined;
  /** The store of ExternalSecrets; the one that most of them read where it is not given. */
  readonly store?: string | undefined;
}

/**
 * Brings an app to the patterns of today, as far as that is mechanical: an Ingress becomes an HTTPRoute, a chart out of a HelmRepository with
 * an `oci://` address gets an OCIRepository of its own, an encrypted Secret becomes an ExternalSecret.
 *
 * @returns the edits, and as notes what is left to people in the order in which it is to be done
 */
export function migrateApp(repository: AppRepository, app: App, target: MigrationTarget): AppEdits {
  const migration = new Migration(repository, app, target);
  return migration.edits();
}

/** Whatever YAML 1.1 takes for no text gets quotes: kubectl and Flux read that. */
const WRITTEN = { lineWidth: 0, compat: 'yaml-1.1' } as const;

class Migration {
  readonly #edits: Edit[] = [];
  readonly #findings: Finding[] = [];
  readonly #steps: string[] = [];
  readonly #repository: AppRepository;
  readonly #app: App;
  readonly #target: MigrationTarget;

  constructor(repository: AppRepository, app: App, target: MigrationTarget) {
    this.#repository = repository;
    this.#app = app;
    this.#target = target;
  }

  edits(): AppEdits {
    for (const object of this.#app.objects) {
      if (object.kind === 'HelmRelease') {
        this.#chart(object);
        this.#ingressInValues(object);
      }
      if (object.kind === 'Ingress') this.#ingress(object);
      if (object.kind === 'Secret' && isFields(object.document.fields.sops)) this.#secret(object);
    }
    if (this.#edits.length > 0)
      this.#steps.push('commit, push, and look at it with `flux get all` before you remove what it replaces');
    return { edits: this.#edits, findings: this.#findings, notes: this.#steps };
  }

  /** https://fluxcd.io/flux/components/helm/helmreleases/#chart-reference */
  #chart(release: AppliedObject): void {
    const { fields, document, namespace } = release;
    const chart = at(fields, 'spec', 'chart', 'spec');
    if (!isFields(chart) || (textAt(chart, 'sourceRef', 'kind') ?? 'HelmRepository') !== 'HelmRepository') return;
    const [name, version] = [textAt(chart, 'chart') ?? '', textAt(chart, 'version')];
    const source = this.#app.cluster.index.find(
      'HelmRepository',
      textAt(chart, 'sourceRef', 'namespace') ?? namespace,
      textAt(chart, 'sourceRef', 'name') ?? '',
    );
    const url = textAt(source?.fields, 'spec', 'url');
    const isExact = version !== undefined && /^v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/.test(version);
    if (url?.startsWith('oci://') !== true || !isExact) {
      const why =
        url === undefined
          ? 'its repository is not written here'
          : url.startsWith('oci://')
            ? `its version is ${version ?? 'not said'}, and a tag is one version`
            : `${url} is no registry`;
      this.#undecided(
        document,
        ['spec', 'chart'],
        `the chart ${name} has no OCIRepository made of it: ${why}`,
        'look for the chart in a registry, and write its address in an OCIRepository',
      );
      return;
    }
    const own = { kind: 'OCIRepository', name: release.name };
    this.#create(release, 'ocirepository.yaml', {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: own.kind,
      metadata: { name: own.name },
      spec: {
        interval: textAt(source?.fields, 'spec', 'interval') ?? '1h',
        layerSelector: { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', operation: 'copy' },
        ref: { tag: version },
        url: `${url.replace(/\/$/, '')}/${name}`,
      },
    });
    this.#edits.push({ kind: 'block', document, path: ['spec', 'chart'], text: stringify({ chartRef: own }, WRITTEN) });
    if (source !== undefined) this.#sourceLeft(source);
  }

  /** A repository that nothing else reads goes; one that lies elsewhere is told. */
  #sourceLeft(source: AppliedObject): void {
    const users = this.#app.cluster.flux.objects.filter(
      (one) =>
        one.kind === 'HelmRelease' &&
        textAt(one.fields, 'spec', 'chart', 'spec', 'sourceRef', 'name') === source.name &&
        (textAt(one.fields, 'spec', 'chart', 'spec', 'sourceRef', 'namespace') ?? one.namespace) === source.namespace,
    );
    if (users.length > 1) return;
    const isOwn = this.#app.objects.includes(source);
    if (isOwn && this.#isAlone(source.document)) this.#dropFile(source);
    else
      this.#steps.push(
        `remove the HelmRepository ${source.name} (${source.document.file.path}), which nothing else reads`,
      );
  }

  /** https://gateway-api.sigs.k8s.io/guides/getting-started/migrating-from-ingress/ */
  #ingress(ingress: AppliedObject): void {
    const { fields, document } = ingress;
    const gateway = this.#target.gateway ?? this.#usual('parentRefs');
    const rules = listAt(fields, 'spec', 'rules');
    if (gateway === undefined) {
      this.#undecided(
        document,
        ['kind'],
        `the Ingress ${ingress.name} has no gateway to go to`,
        'name one by --gateway NAMESPACE/NAME',
      );
      return;
    }
    const [name = gateway, namespace] = gateway.split('/').reverse();
    const backends = rules.flatMap((rule) => listAt(rule, 'http', 'paths').map((path) => this.#backend(ingress, path)));
    if (backends.length === 0 || backends.includes(undefined)) {
      this.#undecided(
        document,
        ['spec', 'rules'],
        `where the Ingress ${ingress.name} leads cannot be told`,
        'write the number of the port of its Service, or make the HTTPRoute by hand',
      );
      return;
    }
    const hostnames = rules.flatMap((rule) => textAt(rule, 'host') ?? []);
    this.#create(ingress, 'httproute.yaml', {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: ingress.name },
      spec: {
        ...(hostnames.length === 0 ? {} : { hostnames: [...new Set(hostnames)] }),
        parentRefs: [{ name, ...(namespace === undefined ? {} : { namespace }) }],
        rules: backends,
      },
    });
    this.#dropFile(ingress);
    this.#leftOfIngress(ingress.name, name, {
      annotations: at(fields, 'metadata', 'annotations'),
      tls: listAt(fields, 'spec', 'tls'),
    });
  }

  /** The Ingresses that app-template makes become routes: https://bjw-s-labs.github.io/helm-charts/docs/common-library/resources/route/ */
  #ingressInValues(release: AppliedObject): void {
    const { document } = release;
    const values = at(document.fields, 'spec', 'values');
    const ingresses = Object.entries(asFields(at(values, 'ingress')));
    if (!isFields(at(values, 'controllers')) || ingresses.length === 0) return;
    const path = ['spec', 'values', 'ingress'];
    const gateway = this.#target.gateway ?? this.#usual('parentRefs');
    const routes = ingresses.map(([name, one]) => [name, routeOfIngress(asFields(one))] as const);
    const open = routes.find(([, route]) => route === undefined);
    const remedy = 'write `route` in its place by hand';
    if (gateway === undefined || open !== undefined || at(values, 'route') !== undefined) {
      const why =
        gateway === undefined
          ? 'no gateway is known'
          : open === undefined
            ? 'the values have routes already'
            : `${open[0]} has no hosts, or other paths for each of them`;
      this.#undecided(
        document,
        path,
        `the Ingresses in the values of ${release.name} have no routes made of them: ${why}`,
        gateway === undefined ? 'name one by --gateway NAMESPACE/NAME' : remedy,
      );
      return;
    }
    const [name = gateway, namespace] = gateway.split('/').reverse();
    const parentRefs = [{ name, ...(namespace === undefined ? {} : { namespace }) }];
    const made = Object.fromEntries(routes.map(([key, route]) => [key, { ...route, parentRefs }]));
    this.#edits.push({ kind: 'block', document, path, text: stringify({ route: made }, WRITTEN) });
    for (const [key, one] of ingresses)
      this.#leftOfIngress(`${key} of ${release.name}`, name, {
        annotations: at(one, 'annotations'),
        tls: listAt(one, 'tls'),
      });
  }

  /** What an Ingress says that its route cannot. */
  #leftOfIngress(
    ingress: string,
    gateway: string,
    { annotations, tls }: { readonly annotations: unknown; readonly tls: readonly unknown[] },
  ): void {
    for (const key of Object.keys(asFields(annotations))) {
      this.#steps.push(
        `the annotation ${key} of the Ingress ${ingress} has no place in an HTTPRoute: look what stands for it in your gateway`,
      );
    }
    for (const one of tls) {
      const hosts = listAt(one, 'hosts').join(', ');
      this.#steps.push(
        `the certificate ${textAt(one, 'secretName') ?? ''} is the gateway's now: ${gateway} needs one for ${hosts}`,
      );
    }
  }

  #backend(ingress: AppliedObject, path: unknown): Fields | undefined {
    const service = textAt(path, 'backend', 'service', 'name');
    const port =
      at(path, 'backend', 'service', 'port', 'number') ??
      this.#portNamed(ingress, service, textAt(path, 'backend', 'service', 'port', 'name'));
    if (service === undefined || typeof port !== 'number') return undefined;
    const type = textAt(path, 'pathType') === 'Exact' ? 'Exact' : 'PathPrefix';
    const value = textAt(path, 'path') ?? '/';
    const matches = value === '/' && type === 'PathPrefix' ? {} : { matches: [{ path: { type, value } }] };
    return { backendRefs: [{ name: service, port }], ...matches };
  }

  #portNamed({ namespace }: AppliedObject, service: string | undefined, name: string | undefined): unknown {
    if (service === undefined || name === undefined) return undefined;
    const found = this.#app.cluster.index.find('Service', namespace, service);
    return at(
      listAt(found?.fields, 'spec', 'ports').find((one) => textAt(one, 'name') === name),
      'port',
    );
  }

  /** https://external-secrets.io/latest/guides/templating/ */
  #secret(secret: AppliedObject): void {
    const { document, fields } = secret;
    const store = this.#target.store ?? this.#usual('secretStoreRef');
    const keys = dataKeysOf(fields).sort();
    if (store === undefined) {
      this.#undecided(
        document,
        ['kind'],
        `the Secret ${secret.name} has no store to go to`,
        'name a ClusterSecretStore by --store',
      );
      return;
    }
    const type = textAt(fields, 'type');
    this.#create(secret, 'externalsecret.yaml', {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name: secret.name },
      spec: {
        dataFrom: [{ extract: { key: this.#app.name } }],
        secretStoreRef: { kind: 'ClusterSecretStore', name: store },
        target: {
          name: secret.name,
          template: {
            data: Object.fromEntries(keys.map((key) => [key, `{{ .${field(key)} }}`])),
            ...(type === undefined || type === 'Opaque' ? {} : { type }),
          },
        },
      },
    });
    this.#dropFile(secret);
    this.#steps.unshift(
      `put into the item ${this.#app.name} of ${store} before you go on: ${keys.map(field).join(', ')}; \`sops decrypt ${document.file.path}\` shows them, and the file goes`,
    );
    for (const { document: ks, fields: own } of this.#app.kustomizations) {
      if (isFields(at(own, 'spec', 'decryption')) && at(ks.fields, 'spec', 'decryption') !== undefined)
        this.#steps.push(`take \`decryption\` out of ${ks.file.path} once nothing in it is encrypted`);
      if (listAt(ks.fields, 'spec', 'postBuild', 'substituteFrom').length > 0)
        this.#steps.push(
          `take what is encrypted out of \`substituteFrom\` in ${ks.file.path} where ${appLabel(this.#app)} needs it no more`,
        );
    }
  }

  /** The gateway or store that most objects of the cluster name. */
  #usual(kind: 'parentRefs' | 'secretStoreRef'): string | undefined {
    const counts = new Map<string, number>();
    for (const { fields, kind: own, namespace } of this.#app.cluster.flux.objects) {
      const found =
        kind === 'secretStoreRef' && own === 'ExternalSecret'
          ? [textAt(fields, 'spec', 'secretStoreRef', 'name')]
          : kind === 'parentRefs'
            ? gatewaysIn(fields, namespace)
            : [];
      for (const name of found) if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const [most] = [...counts].sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1));
    return most?.[0];
  }

  /** A file beside that of an object, listed in its place. */
  #create(object: AppliedObject, name: string, fields: Fields): void {
    const folder = posix.dirname(object.document.file.path);
    const isTaken =
      this.#repository.tree.files.has(`${folder}/${name}`) ||
      this.#edits.some((one) => one.kind === 'create' && one.path === `${folder}/${name}`);
    const path = `${folder}/${isTaken ? `${object.name}-${name}` : name}`;
    const isRendered = object.document.file.isGenerated;
    const text = `---\n${stringify(fields, WRITTEN)}`;
    this.#edits.push({ kind: 'create', path: isRendered ? `templates/overrides/${path}.j2` : path, text });
    const list = this.#listOf(folder);
    if (list !== undefined)
      this.#edits.push({ kind: 'list', file: list.file, list: ['resources'], entry: posix.basename(path) });
  }

  #dropFile(object: AppliedObject): void {
    const { document } = object;
    if (!this.#isAlone(document)) {
      this.#undecided(
        document,
        ['kind'],
        `${object.kind} ${object.name} stands in a file with others`,
        'take it out of the file',
      );
      return;
    }
    const { path } = document.file;
    const list = this.#listOf(posix.dirname(path));
    this.#edits.push({ kind: 'remove', path });
    if (list !== undefined)
      this.#edits.push({ kind: 'unlist', file: list.file, list: ['resources'], entry: posix.basename(path) });
  }

  #isAlone({ file }: ManifestDocument): boolean {
    return this.#repository.tree.documentsOf(file.path).length === 1;
  }

  #listOf(folder: string): ManifestDocument | undefined {
    return ['kustomization.yaml', 'kustomization.yml'].flatMap((name) =>
      this.#repository.tree.documentsOf(`${folder}/${name}`),
    )[0];
  }

  #undecided(document: ManifestDocument, path: Path, message: string, remedy: string): void {
    this.#findings.push({ code: 'apps/undecided', severity: 'warning', message, ...placeOf(document, path), remedy });
  }
}

/** What a route of app-template is of one of its Ingresses, but for its gateway; undefined where that cannot be told. */
function routeOfIngress(ingress: Fields): Fields | undefined {
  const hosts = listAt(ingress, 'hosts');
  const rules = hosts.map((host) => listAt(host, 'paths').map(ruleOfPath));
  const [first] = rules;
  const isOne = rules.every((one) => JSON.stringify(one) === JSON.stringify(first));
  if (first === undefined || first.length === 0 || !isOne) return undefined;
  const isWhole = first.length === 1 && Object.keys(first[0] ?? {}).length === 0;
  return {
    ...(at(ingress, 'enabled') === undefined ? {} : { enabled: at(ingress, 'enabled') }),
    hostnames: hosts.flatMap((host) => textAt(host, 'host') ?? []),
    ...(isWhole ? {} : { rules: first }),
  };
}

/** A rule for one path; none for everything of the service that the chart takes by itself. */
function ruleOfPath(path: unknown): Fields {
  const service = at(path, 'service');
  const type = textAt(path, 'pathType') === 'Exact' ? 'Exact' : 'PathPrefix';
  const value = textAt(path, 'path') ?? '/';
  return {
    ...(isFields(service) ? { backendRefs: [service] } : {}),
    ...(value === '/' && type === 'PathPrefix' ? {} : { matches: [{ path: { type, value } }] }),
  };
}

/** A key as templates name it. */
function field(key: string): string {
  return key.replace(/[^\w]/g, '_');
}

function gatewaysIn(fields: Fields, namespace: string | undefined): string[] {
  const parents = [
    ...listAt(fields, 'spec', 'parentRefs'),
    ...Object.values(asFields(at(fields, 'spec', 'values', 'route'))).flatMap((route) => listAt(route, 'parentRefs')),
  ];
  return parents.flatMap((one) => {
    const name = textAt(one, 'name');
    return name === undefined ? [] : [`${textAt(one, 'namespace') ?? namespace ?? ''}/${name}`];
  });
}
