import { posix } from 'node:path';
import type { ManifestDocument, ManifestFile } from '../../manifests/document.ts';
import type { AppliedObject } from '../../manifests/flux/tree.ts';
import { placeOf } from '../../manifests/written.ts';
import type { Finding } from '../../report/finding.ts';
import { isFields, type Path, textAt } from '../../text/values.ts';
import type { Edit } from '../edit.ts';
import { hostsIn, servicesOf } from '../referrers.ts';
import { namespaceFolder } from '../registration.ts';
import type { App, AppRepository } from '../repository.ts';
import { withName } from '../text/names.ts';

/** Where an app is to be, and under which name. */
export interface Destination {
  readonly namespace: string;
  readonly name: string;
}

/** An app on its way to another name or namespace, or a copy of it: what it is called there, and what has to be done by now. */
export class Move {
  readonly edits: Edit[] = [];
  /** Keys that change after everything below them has. */
  readonly keys: Edit[] = [];
  readonly findings: Finding[] = [];
  readonly repository: AppRepository;
  readonly app: App;
  readonly to: Destination;
  readonly folder: string;
  /** New names of its Kustomizations, and of what they substitute. */
  readonly names: ReadonlyMap<string, string>;
  /** New names of its objects: one that is written elsewhere, in a base that others share, keeps its own. */
  readonly objectNames: ReadonlyMap<string, string>;
  readonly isMoved: boolean;
  readonly isCopy: boolean;

  /** @param isCopy - whether the app stays as it is, and another one is made of it */
  constructor(repository: AppRepository, app: App, to: Destination, isCopy = false) {
    this.repository = repository;
    this.app = app;
    this.to = to;
    this.isMoved = to.namespace !== app.namespace;
    const base = posix.basename(app.folder);
    const home = this.isMoved ? namespaceFolder(repository, app, to.namespace) : posix.dirname(app.folder);
    this.folder = posix.join(home, base === app.name ? to.name : base);
    this.isCopy = isCopy;
    this.names = isCopy ? new Map() : renamed(app, to.name);
    const shared = new Set(sharedObjects(app).map(({ name }) => name));
    this.objectNames = new Map([...this.names].filter(([name]) => !shared.has(name)));
  }

  /** A text of the app as it is in the copy, where the old name stands nowhere any more. */
  tokens(text: string): string {
    return this.isCopy && this.app.name !== this.to.name ? withName(text, this.app.name, this.to.name) : text;
  }

  /** Manifests of the app, as they are written. */
  documents(): ManifestDocument[] {
    const { tree } = this.repository;
    return tree.documents.filter(
      ({ file, fields }) =>
        file.path.startsWith(`${this.app.folder}/`) &&
        ((textAt(fields, 'apiVersion') !== undefined && textAt(fields, 'kind') !== undefined) || isKustomizeFile(file)),
    );
  }

  /** Files that Flux reads and that are no manifests: what generators take. */
  generatorFiles(): ManifestFile[] {
    const { files, tree, clusters } = this.repository;
    const isManifest = (path: string): boolean =>
      tree
        .documentsOf(path)
        .some(({ fields }) => textAt(fields, 'apiVersion') !== undefined && fields.kind !== undefined);
    return files.filter(
      ({ path, isSecret }) => !isSecret && clusters.some(({ flux }) => flux.used.has(path)) && !isManifest(path),
    );
  }

  /** Host names of the app in a text that is no manifest. */
  hostsOf(file: ManifestFile): void {
    for (const host of new Set(hostsIn(file.text, servicesOf(this.app), this.app.namespace))) this.text(file, host);
  }

  /** Encrypted objects of the app. */
  sealed(): AppliedObject[] {
    return this.app.objects.filter(({ document }) => isFields(document.fields.sops));
  }

  /** Those in the folder of the app: what a component brings is shared, and a copy has it already. */
  ownSealed(): AppliedObject[] {
    return this.sealed().filter(({ document }) => document.file.path.startsWith(`${this.app.folder}/`));
  }

  /** A host name of the app wherever it stands in a file. */
  text(file: ManifestFile, host: string): void {
    const [service = '', , ...rest] = host.split('.');
    const prefix = [...this.objectNames].find(([name]) => service === name || service.startsWith(`${name}-`));
    const name = prefix === undefined ? this.tokens(service) : prefix[1] + service.slice(prefix[0].length);
    const [from, to] = [this.tokens(host), [name, this.to.namespace, ...rest].join('.')];
    const isKnown = this.edits.some((one) => one.kind === 'text' && one.file === file && one.from === from);
    if (to !== from && !isKnown) this.edits.push({ kind: 'text', file, from, to });
  }

  /** A path that leads out of the app, from where the app lies afterwards. */
  relative(document: ManifestDocument, path: Path, entry: unknown, home: { before: string; after: string }): void {
    if (typeof entry !== 'string' || !entry.startsWith('../') || /^\w+:\/\//.test(entry)) return;
    const target = posix.join(home.before, entry);
    const isInside = target === this.app.folder || target.startsWith(`${this.app.folder}/`);
    if (!isInside) this.value(document, path, entry, posix.relative(home.after, target));
  }

  /** Another value of a text. */
  value(document: ManifestDocument, path: Path, written: string, wanted: string): void {
    const [from, to] = [this.tokens(written), wanted];
    if (from === to) return;
    this.edits.push({ kind: 'value', document, path, from, to });
  }

  /** One more member of a map. */
  add(document: ManifestDocument, path: Path, key: string, value: string): void {
    this.edits.push({ kind: 'add', document, path, key, value });
  }

  /** What people have to decide. */
  undecided(document: ManifestDocument, path: Path, message: string, remedy: string): void {
    this.findings.push({ code: 'apps/undecided', severity: 'warning', message, ...placeOf(document, path), remedy });
  }
}

/** Objects that are written outside of the folder of an app, in a base that others take, too; what is called by a variable follows the app. */
export function sharedObjects({ objects, folder }: App): AppliedObject[] {
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

/** Whether a file is the kustomization of a folder. */
export function isKustomizeFile({ path }: ManifestFile): boolean {
  return /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/.test(path);
}

/** Fields that name an object of another namespace where they say so. */
export const CROSSING = /^(?:chartRef|sourceRef|parentRefs|dependsOn)$/;
