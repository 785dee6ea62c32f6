import { posix } from 'node:path';
import { dataKeysOf, type ManifestDocument, type ManifestFile } from '../manifests/document.ts';
import { isFluxKustomization } from '../manifests/flux/roots.ts';
import type { AppliedObject, FluxKustomization } from '../manifests/flux/tree.ts';
import { referencesOf } from '../manifests/references.ts';
import { placeOf } from '../manifests/written.ts';
import { failure, type Finding } from '../report/finding.ts';
import { at, isFields, listAt, type Path, textAt, walk } from '../text/values.ts';
import { withName } from './change.ts';
import type { Edit } from './edit.ts';
import { namespaceFolder, registrationEdits, unregisterEdits } from './registration.ts';
import { type App, appLabel, type AppRepository, factsOf, hostsIn, referrersOf, servicesOf } from './repository.ts';

/** What a command makes of an app. */
export interface AppEdits {
  readonly edits: readonly Edit[];
  /** What people alone can decide, each with its place. */
  readonly findings: readonly Finding[];
  /** What it means for the cluster, a line each. */
  readonly notes: readonly string[];
}

/** Where an app is to be, and under which name. */
export interface Destination {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Moves an app to another namespace, gives it another name, or both: its folder, its Kustomizations, what its own objects say of their
 * names and their namespace, the lists that it stands in, and whoever waits for it, names it or calls its Services.
 *
 * @throws Failure of kind `usage` where there is such an app already, or this one has no folder of its own
 */
export function moveApp(repository: AppRepository, app: App, to: Destination): AppEdits {
  refuseTaken(repository, app, to);
  return new Moving(repository, app, to).edits();
}

/**
 * Makes an app like another one: a copy of all that is written of it, with its name and its namespace replaced wherever they stand. Encrypted
 * files cannot be copied, as nothing but their keys is known.
 *
 * @returns the edits, and the folder of the copy
 * @throws Failure of kind `usage` where there is such an app already, or the other one has no folder of its own
 */
export function copyApp(repository: AppRepository, app: App, to: Destination): AppEdits & { readonly folder: string } {
  refuseTaken(repository, app, to);
  return new Moving(repository, app, to, true).copy();
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names. */
const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * @throws Failure of kind `usage` where the destination is no name, is taken, or the app is one file among others
 */
function refuseTaken({ apps }: AppRepository, app: App, to: Destination): void {
  const wrong = [to.namespace, to.name].find((one) => !LABEL.test(one));
  const label = appLabel(to);
  const taken = apps.find((one) => appLabel(one) === label && one.cluster === app.cluster);
  const refusal =
    wrong !== undefined
      ? [`${JSON.stringify(wrong)} is no name of Kubernetes`, 'write lower-case letters, digits and dashes, at most 63']
      : taken !== undefined
        ? [`there is an app ${label} already: ${taken.folder}`, 'choose another name, or remove it']
        : /\.ya?ml$/.test(app.folder) || app.kustomizations.length === 0
          ? [
              `${appLabel(app)} has no Kustomization of Flux and no folder to itself: ${app.folder}`,
              'move its files by hand',
            ]
          : undefined;
  if (refusal === undefined) return;
  const [message = '', remedy = ''] = refusal;
  throw failure('usage', { code: 'usage/argument', message, remedy });
}

/** Fields by which an object of the same app is named, wherever they stand. */
const NAMING =
  /^(?:name|existingClaim|claimName|claim|secretName|serviceAccountName|controller|identifier|releaseName|fullnameOverride|nameOverride|app|app\.kubernetes\.io\/(?:name|instance))$/;

/** Whether a value is said to others, or is the software's own, so that it is no name of an object here. */
function isForeign(path: Path): boolean {
  const [first] = path;
  if (first === 'data' || first === 'stringData' || first === 'sops') return true;
  if (/^(?:repository|image|url|chart|path)$/.test(String(path.at(-1)))) return true;
  return path.some((step) => /^(?:remoteRef|extract|find|args|command)$/.test(String(step)));
}

/** Fields that name an object of another namespace where they say so. */
const CROSSING = /^(?:chartRef|sourceRef|parentRefs|dependsOn)$/;

class Moving {
  readonly #edits: Edit[] = [];
  readonly #keys: Edit[] = [];
  readonly #findings: Finding[] = [];
  readonly #repository: AppRepository;
  readonly #app: App;
  readonly #to: Destination;
  readonly #folder: string;
  /** New names of its Kustomizations, and of what they substitute. */
  readonly #names: ReadonlyMap<string, string>;
  /** New names of its objects: one that is written elsewhere, in a base that others share, keeps its own. */
  readonly #objectNames: ReadonlyMap<string, string>;
  readonly #isMoved: boolean;
  readonly #isCopy: boolean;

  /** @param isCopy - whether the app stays as it is, and another one is made of it */
  constructor(repository: AppRepository, app: App, to: Destination, isCopy = false) {
    this.#repository = repository;
    this.#app = app;
    this.#to = to;
    this.#isMoved = to.namespace !== app.namespace;
    const base = posix.basename(app.folder);
    const home = this.#isMoved ? namespaceFolder(repository, app, to.namespace) : posix.dirname(app.folder);
    this.#folder = posix.join(home, base === app.name ? to.name : base);
    this.#isCopy = isCopy;
    this.#names = isCopy ? new Map() : renamed(app, to.name);
    const shared = new Set(sharedObjects(app).map(({ name }) => name));
    this.#objectNames = new Map([...this.#names].filter(([name]) => !shared.has(name)));
  }

  edits(): AppEdits {
    const [repository, app, folder] = [this.#repository, this.#app, this.#folder];
    for (const kustomization of app.kustomizations) this.#kustomization(kustomization);
    for (const document of this.#documents()) this.#document(document);
    for (const object of app.objects) this.#staying(object);
    this.#referrers();
    this.#grants();
    this.#mentions();
    const lists = [
      ...registrationEdits(repository, app, { folder, namespace: this.#to.namespace }),
      ...unregisterEdits(repository, app, this.#isMoved),
    ];
    return {
      edits: [...this.#edits, ...this.#keys, ...lists, { kind: 'move', from: app.folder, to: folder }],
      findings: uniqueFindings(this.#findings),
      notes: this.#notes(),
    };
  }

  /** What the other app is made of; whoever refers to this one goes on doing so. */
  copy(): AppEdits & { readonly folder: string } {
    const [repository, app, folder] = [this.#repository, this.#app, this.#folder];
    for (const kustomization of app.kustomizations) this.#kustomization(kustomization);
    for (const document of this.#documents()) this.#document(document);
    for (const object of app.objects) this.#staying(object);
    // What a component brings is shared, and the copy has it already.
    const sealed = this.#sealed().filter(({ document }) => document.file.path.startsWith(`${app.folder}/`));
    const without = new Set(sealed.map(({ document }) => document.file.path));
    return {
      folder,
      edits: [
        { kind: 'copy-app', from: app.folder, to: folder, rename: (text) => this.#tokens(text), without },
        ...this.#edits,
        ...registrationEdits(repository, app, { folder, namespace: this.#to.namespace }),
      ],
      findings: uniqueFindings(this.#findings),
      notes: [
        ...sealed.map(({ document, fields }) => {
          const path = this.#tokens(document.file.path.replace(app.folder, () => folder));
          const keys = dataKeysOf(fields).join(', ');
          return `${path} is encrypted and is not copied: it needs values of its own for ${keys}`;
        }),
        ...factsOf(app)
          .images.filter(({ repository: image }) => this.#tokens(image) !== image)
          .map(
            ({ repository: image }) => `the image ${this.#tokens(image)} is a guess, and its version that of ${image}`,
          ),
      ],
    };
  }

  /** A text of the app as it is in the copy, where the old name stands nowhere any more. */
  #tokens(text: string): string {
    return this.#isCopy && this.#app.name !== this.#to.name ? withName(text, this.#app.name, this.#to.name) : text;
  }

  /** Manifests of the app, as they are written. */
  #documents(): ManifestDocument[] {
    const { tree } = this.#repository;
    return tree.documents.filter(
      ({ file, fields }) =>
        file.path.startsWith(`${this.#app.folder}/`) &&
        ((textAt(fields, 'apiVersion') !== undefined && textAt(fields, 'kind') !== undefined) || isKustomizeFile(file)),
    );
  }

  #kustomization(kustomization: FluxKustomization): void {
    const { document, folder: applied, namespace: home } = kustomization;
    const { namespace, folder } = this.#app;
    const path = textAt(document.fields, 'spec', 'path');
    if (path !== undefined)
      this.#value(
        document,
        ['spec', 'path'],
        path,
        path.replace(folder, () => this.#folder),
      );
    const target = textAt(document.fields, 'spec', 'targetNamespace');
    if (target === namespace) this.#value(document, ['spec', 'targetNamespace'], namespace, this.#to.namespace);
    const after = applied.replace(folder, () => this.#folder);
    for (const [index, entry] of listAt(document.fields, 'spec', 'components').entries()) {
      this.#relative(document, ['spec', 'components', index], entry, { before: applied, after });
    }
    // It lies in the namespace of its app, or in one that all have in common.
    if (home !== namespace || !this.#isMoved) return;
    for (const [index, one] of listAt(document.fields, 'spec', 'dependsOn').entries()) {
      const name = textAt(one, 'name') ?? '';
      const isOwn = this.#app.kustomizations.some((other) => other.name === name);
      if (textAt(one, 'namespace') === undefined && !isOwn)
        this.#add(document, ['spec', 'dependsOn', index], 'namespace', namespace);
    }
  }

  /** Names, namespaces and paths that lead out of the app. */
  #document(document: ManifestDocument): void {
    const { fields, file } = document;
    const { namespace, folder } = this.#app;
    if (isKustomizeFile(file)) {
      const home = {
        before: posix.dirname(file.path),
        after: posix.dirname(file.path).replace(folder, () => this.#folder),
      };
      for (const list of ['resources', 'components', 'bases']) {
        for (const [index, entry] of listAt(fields, list).entries())
          this.#relative(document, [list, index], entry, home);
      }
      if (fields.namespace === namespace) this.#value(document, ['namespace'], namespace, this.#to.namespace);
    }
    if (isFields(fields.sops)) return;
    const names = isFluxKustomization(document) ? this.#names : this.#objectNames;
    walk(fields, (value, path) => {
      const key = String(path.at(-1));
      if (typeof value === 'string') this.#hosts(document, path, value);
      if (isForeign(path)) return;
      if (isFields(value) && path[0] === 'spec' && path[1] === 'values') this.#renameKeys(document, path, value);
      if (typeof value !== 'string') return;
      if (key === 'namespace' && value === namespace && this.#isOwnNamespace(fields, path)) {
        this.#value(document, path, namespace, this.#to.namespace);
        return;
      }
      const isNaming =
        NAMING.test(key) || path.includes('labels') || path.includes('matchLabels') || path.includes('substitute');
      const name = this.#isSealed(fields, path, value) ? undefined : names.get(value);
      if (name !== undefined && isNaming && !path.includes('dependsOn')) this.#value(document, path, value, name);
      else if (name !== undefined && path.includes('dependsOn') && this.#isOwnDependency(fields, path))
        this.#value(document, path, value, name);
      else if (name !== undefined && !isNaming && key !== 'namespace') {
        this.#undecided(
          document,
          path,
          `${key} is ${value}, which may be the old name of the app`,
          `write ${name} there if it is`,
        );
      }
    });
  }

  /** Whether a field names an encrypted Secret, which keeps its name: its MAC covers that. */
  #isSealed(fields: unknown, path: Path, value: string): boolean {
    const isSecret =
      path.some((step) => /secret/i.test(String(step))) || textAt(fields, ...path.slice(0, -1), 'type') === 'secret';
    return isSecret && this.#sealed().some(({ name }) => name === value);
  }

  #sealed(): AppliedObject[] {
    return this.#app.objects.filter(({ document }) => isFields(document.fields.sops));
  }

  /** Whether the namespace that a field says is that of what moves: the object itself, or one of the app. */
  #isOwnNamespace(fields: unknown, path: Path): boolean {
    if (path.length === 2 && path[0] === 'metadata') return true;
    const name = textAt(fields, ...path.slice(0, -1), 'name');
    return (
      name !== undefined &&
      (this.#names.has(name) ||
        this.#app.objects.some((one) => one.name === name) ||
        this.#isOwnDependency(fields, path))
    );
  }

  #isOwnDependency(fields: unknown, path: Path): boolean {
    const name = textAt(fields, ...path.slice(0, -1), 'name');
    const home = textAt(fields, ...path.slice(0, -1), 'namespace');
    return this.#app.kustomizations.some((one) => one.name === name && (home === undefined || home === one.namespace));
  }

  /** Parts of a chart that bear the name of the app: `controllers.films`. */
  #renameKeys(document: ManifestDocument, path: Path, value: Readonly<Record<string, unknown>>): void {
    const key = this.#app.name;
    // The values of an object of a base are called as they are there.
    if (this.#isCopy || !this.#objectNames.has(key)) return;
    const isPart = [
      'controllers',
      'service',
      'route',
      'ingress',
      'advancedMounts',
      'persistence',
      'configMaps',
      'serviceAccount',
    ];
    if (key === this.#to.name || !Object.hasOwn(value, key) || !isPart.includes(String(path.at(-1)))) return;
    this.#keys.unshift({ kind: 'key', document, path: [...path, key], to: this.#to.name });
  }

  /** Host names of the app: of its Services, and those that begin with its name. */
  #hosts(document: ManifestDocument, path: Path, value: string): void {
    for (const host of hostsIn(value, servicesOf(this.#app), this.#app.namespace)) this.#text(document.file, host);
    const [label, ...rest] = value.split('.');
    const isHost =
      path.includes('hostnames') || path.includes('hosts') || path.at(-1) === 'host' || path.at(-1) === 'hostname';
    if (isHost && !this.#isCopy && label === this.#app.name && rest.length > 0)
      this.#value(document, path, value, [this.#to.name, ...rest].join('.'));
  }

  #text(file: ManifestFile, host: string): void {
    const [service = '', , ...rest] = host.split('.');
    const prefix = [...this.#objectNames].find(([name]) => service === name || service.startsWith(`${name}-`));
    const name = prefix === undefined ? this.#tokens(service) : prefix[1] + service.slice(prefix[0].length);
    const [from, to] = [this.#tokens(host), [name, this.#to.namespace, ...rest].join('.')];
    const isKnown = this.#edits.some((one) => one.kind === 'text' && one.file === file && one.from === from);
    if (to !== from && !isKnown) this.#edits.push({ kind: 'text', file, from, to });
  }

  /** What an object names that stays where it is. */
  #staying(object: AppliedObject): void {
    const { namespace, cluster } = this.#app;
    if (!this.#isMoved) return;
    for (const reference of referencesOf(object)) {
      const around = reference.path.slice(0, -1);
      const isSaid = textAt(object.fields, ...around, 'namespace') !== undefined;
      if (isSaid || reference.namespace !== namespace) continue;
      const resolution = cluster.index.resolve(reference);
      const target =
        resolution.kind === 'object' ? resolution.object : resolution.kind === 'product' ? resolution.maker : undefined;
      if (target?.namespace === undefined || this.#app.objects.includes(target)) continue;
      if (cluster.index.find(reference.kind, this.#to.namespace, reference.name) !== undefined) continue;
      const { document, path } = object.originOf(reference.path);
      const field = [...around].reverse().find((step) => typeof step === 'string');
      if (CROSSING.test(String(field)) && path.at(-1) === 'name')
        this.#add(document, path.slice(0, -1), 'namespace', namespace);
      else
        this.#undecided(
          document,
          path,
          `${reference.kind} ${reference.writtenName} stays in ${namespace}, where ${appLabel(this.#to)} cannot name it`,
          `bring one to ${this.#to.namespace} as well`,
        );
    }
  }

  #referrers(): void {
    const { namespace } = this.#app;
    for (const { from, path, how } of referrersOf(this.#app)) {
      const origin = from.originOf(path);
      const { document } = origin;
      if (how === 'calls') {
        const value = at(document.fields, ...origin.path);
        for (const host of hostsIn(String(value), servicesOf(this.#app), namespace)) this.#text(document.file, host);
        continue;
      }
      const value = at(document.fields, ...origin.path);
      const name = (how === 'depends on' ? this.#names : this.#objectNames).get(String(value));
      if (name !== undefined) this.#value(document, origin.path, String(value), name);
      if (!this.#isMoved || (how === 'depends on' && this.#staysHome(from, String(value)))) continue;
      const around = origin.path.slice(0, -1);
      const said = textAt(document.fields, ...around, 'namespace');
      const field = [...around].reverse().find((step) => typeof step === 'string');
      if (said === namespace) this.#value(document, [...around, 'namespace'], said, this.#to.namespace);
      else if (from.namespace === this.#to.namespace) continue;
      else if (origin.path.at(-1) === 'name' && CROSSING.test(String(field)))
        this.#add(document, around, 'namespace', this.#to.namespace);
      else
        this.#undecided(
          document,
          origin.path,
          `${from.kind} ${from.namespace ?? ''}/${from.name} names ${String(value)}, which goes to ${this.#to.namespace}`,
          'objects of another namespace cannot be named there: move both, or make one there',
        );
    }
  }

  /** Whether what is waited for is a Kustomization that lies in a namespace for all, as flux-system: its app alone moves. */
  #staysHome(from: Pick<AppliedObject, 'fields' | 'apiVersion' | 'kind'>, name: string): boolean {
    const { kustomizations, namespace } = this.#app;
    return isFluxKustomization(from) && kustomizations.some((one) => one.name === name && one.namespace !== namespace);
  }

  /** Who lets routes of the old namespace in. */
  #grants(): void {
    const { cluster, namespace, objects } = this.#app;
    if (!this.#isMoved) return;
    const grants = cluster.flux.objects.filter(({ kind }) => kind === 'ReferenceGrant');
    const others = cluster.flux.objects.filter((one) => one.namespace === namespace && !objects.includes(one));
    for (const grant of grants.filter((one) => !objects.includes(one) || one.namespace !== namespace)) {
      for (const [index, from] of listAt(grant.fields, 'spec', 'from').entries()) {
        if (textAt(from, 'namespace') !== namespace) continue;
        const { document, path } = grant.originOf(['spec', 'from', index, 'namespace']);
        const kind = textAt(from, 'kind');
        const isShared = others.some((one) => one.kind === kind || one.kind === 'HelmRelease');
        const isUsed = objects.some((one) => one.kind === kind || one.kind === 'HelmRelease');
        if (!isUsed) continue;
        if (!isShared) this.#value(document, path, namespace, this.#to.namespace);
        else
          this.#undecided(
            document,
            path,
            `the ReferenceGrant ${grant.name} lets in ${kind ?? 'objects'} of ${namespace}, which others use too`,
            `add an entry for ${this.#to.namespace} if ${appLabel(this.#app)} needs it`,
          );
      }
    }
  }

  /** Texts that Flux does not read and that name the folder: owners of code, workflows, pages. */
  #mentions(): void {
    const { folder, namespace } = this.#app;
    const services = servicesOf(this.#app).filter((one) => this.#isMoved || this.#objectNames.has(one));
    const needles = [folder, ...services.map((one) => `${one}.${namespace}.svc`)];
    const isRead = (path: string): boolean => this.#repository.clusters.some(({ flux }) => flux.used.has(path));
    for (const file of this.#repository.files) {
      if (file.path.startsWith(`${folder}/`) || file.isSecret || isRead(file.path)) continue;
      for (const [index, line] of file.text.split('\n').entries()) {
        const found = needles.find((one) => new RegExp(`${one.replace(/[.]/g, '\\.')}(?![\\w-])`).test(line));
        if (found === undefined) continue;
        const isFolder = found === folder;
        this.#findings.push({
          code: 'apps/undecided',
          severity: 'warning',
          message: `${file.path} speaks of ${found}`,
          place: { file: file.path, line: index + 1, column: line.indexOf(found) + 1, length: found.length },
          sourceLine: line,
          remedy: isFolder ? `it becomes ${this.#folder}` : `it becomes ${this.#to.name}.${this.#to.namespace}.svc`,
        });
      }
    }
  }

  #notes(): string[] {
    const { volumes, backups, secrets } = factsOf(this.#app);
    const kept = volumes.filter(({ kind }) => kind === 'claim' || kind === 'chart' || kind === 'database');
    const claims = kept.filter(({ name }) => this.#isMoved || this.#objectNames.has(name));
    const where = this.#isMoved ? `in ${this.#to.namespace}` : 'under the new name';
    const sealed = this.#sealed().filter(({ name }) => this.#names.has(name));
    const shared = this.#names.size === 0 ? [] : sharedObjects(this.#app).filter(({ name }) => this.#names.has(name));
    return [
      ...shared.map(
        ({ kind, name, document }) =>
          `the ${kind} ${name} keeps its name: it is written in ${document.file.path}, outside of the app`,
      ),
      ...sealed.map(
        ({ name }) => `the encrypted Secret ${name} keeps its name, and so does what reads it: sops edit renames it`,
      ),
      ...claims.map(({ name, size }) => {
        const what = `the data of ${name}${size === undefined ? '' : ` (${size})`} does not go along: a new, empty volume is made ${where}, and Flux removes the old one`;
        return backups.length === 0 ? what : `${what}; bring it back from its backup`;
      }),
      ...(this.#isMoved && secrets.some(({ from }) => from === 'elsewhere')
        ? [
            `secrets that something else makes have to be in ${this.#to.namespace} too: ${secrets
              .filter(({ from }) => from === 'elsewhere')
              .map(({ name }) => name)
              .join(', ')}`,
          ]
        : []),
    ];
  }

  #relative(document: ManifestDocument, path: Path, entry: unknown, home: { before: string; after: string }): void {
    if (typeof entry !== 'string' || !entry.startsWith('../') || /^\w+:\/\//.test(entry)) return;
    const target = posix.join(home.before, entry);
    const isInside = target === this.#app.folder || target.startsWith(`${this.#app.folder}/`);
    if (!isInside) this.#value(document, path, entry, posix.relative(home.after, target));
  }

  #value(document: ManifestDocument, path: Path, written: string, wanted: string): void {
    const [from, to] = [this.#tokens(written), wanted];
    if (from === to) return;
    this.#edits.push({ kind: 'value', document, path, from, to });
  }

  #add(document: ManifestDocument, path: Path, key: string, value: string): void {
    this.#edits.push({ kind: 'add', document, path, key, value });
  }

  #undecided(document: ManifestDocument, path: Path, message: string, remedy: string): void {
    this.#findings.push({ code: 'apps/undecided', severity: 'warning', message, ...placeOf(document, path), remedy });
  }
}

/** Objects that are written outside of the folder of an app, in a base that others take, too; what is called by a variable follows the app. */
function sharedObjects({ objects, folder }: App): AppliedObject[] {
  return objects.filter(
    ({ document }) =>
      !document.file.path.startsWith(`${folder}/`) &&
      textAt(document.fields, 'metadata', 'name')?.includes('${') !== true,
  );
}

/** What objects of an app are called once it has another name: those that are called after it. */
function renamed({ name, kustomizations, objects }: App, to: string): ReadonlyMap<string, string> {
  if (name === to) return new Map();
  const made = objects.flatMap(({ fields }) => [
    textAt(fields, 'spec', 'target', 'name') ?? [],
    textAt(fields, 'spec', 'secretName') ?? [],
  ]);
  const all = [name, ...kustomizations.map((one) => one.name), ...objects.map((one) => one.name), ...made.flat()];
  const own = all.filter((one) => one === name || one.startsWith(`${name}-`));
  return new Map(own.map((one) => [one, to + one.slice(name.length)]));
}

function isKustomizeFile({ path }: ManifestFile): boolean {
  return /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/.test(path);
}

function uniqueFindings(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((one) => [JSON.stringify([one.message, one.place]), one])).values()];
}
