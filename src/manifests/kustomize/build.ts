import { posix } from 'node:path';
import type { ManifestDocument, Origin } from '../document.ts';
import { asFields, asText, at, type Fields, isFields, listAt, type Path, textAt } from '../../text/values.ts';
import type { ManifestTree } from '../tree.ts';
import {
  addEntries,
  DEFAULT_FIELD_SPECS,
  type FieldSpec,
  type FieldSpecs,
  mergeSpecs,
  type NameReference,
} from './field-specs.ts';
import { absorb, generate } from './generators.ts';
import {
  entriesAt,
  type Entry,
  entryText,
  type Kustomization,
  type Misfit,
  readKustomization,
  readReplacements,
} from './kustomization.ts';
import { addHashes, affixNames, setNamespace, updateReferences } from './names.ts';
import { applyOldJson, applyOldMerge, applyPatch, type PatchContext } from './patches.ts';
import { applyReplacement } from './replacements.ts';
import { idKey, isSameId, labelOf, NothingFound, Provenance, Refusal, Resource, textOf } from './resource.ts';
import { readSelector, selected } from './selectors.ts';
import { inLegacyOrder } from './order.ts';
import { setImages, setReplicas } from './transformers.ts';
import { declareVariable, resolveVariables, type Variable } from './vars.ts';

/** An object that a kustomization gives. */
export interface BuiltObject {
  /** The whole object as it would be applied. */
  readonly fields: Fields;
  /** Where it is written; the kustomization for one that a generator makes. */
  readonly document: ManifestDocument;
  /** Which text the value at a path of `fields` came from: the resource, a patch, a generator. */
  readonly originOf: (path: Path) => Origin;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
}

/** Something that kustomize would refuse, or that is not read here. */
export type BuildProblem = Origin &
  (
    | {
        readonly kind: 'missing' | 'repeated' | 'cycle' | 'no-kustomization' | 'patch-target' | 'not-read';
        /** The file or folder, relative to the cluster's root, what a patch looks for, or what is not read. */
        readonly target: string;
      }
    | { readonly kind: 'refused'; readonly message: string; readonly remedy: string }
  );

/** What building a folder gives. */
export interface Build {
  readonly objects: readonly BuiltObject[];
  /** Every file that was read. */
  readonly used: ReadonlySet<string>;
  readonly problems: readonly BuildProblem[];
  /** Whether something was not read, so that there may be more objects. */
  readonly isOpen: boolean;
}

/** Fields that are written over those of the outermost kustomization, as Flux does it: lists are appended. */
interface Additions {
  readonly fields: Fields;
  readonly originOf: (path: Path) => Origin;
}

/** What is different in programs that build with kustomize. */
interface BuildOptions {
  readonly additions?: Additions;
  /**
   * Whether to build as the command line `kustomize build` does: it sorts the objects and reads no file outside of the folder of a
   * kustomization. Flux does neither.
   */
  readonly asCommand?: boolean;
}

/**
 * Builds a folder the way kustomize does. A folder without a kustomization.yaml is built as Flux does it: every kustomization below it
 * and every other YAML file. What kustomize would refuse is told, and the rest is built all the same.
 */
export function buildFolder(tree: ManifestTree, folder: string, options: BuildOptions = {}): Build {
  const builder = new Builder(tree, options);
  return builder.build(posix.normalize(folder).replace(/\/$/, ''), options.additions);
}

const FILE_NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** The kustomization.yaml of a folder, undefined where it has none. */
export function kustomizationIn(tree: ManifestTree, folder: string): ManifestDocument | undefined {
  return FILE_NAMES.flatMap((name) => tree.documentsOf(posix.join(folder, name)))[0];
}

/** What a kustomization has gathered so far. */
interface Accumulator {
  resources: readonly Resource[];
  specs: FieldSpecs;
  readonly variables: Map<string, Variable>;
}

/** Resources that are added, and what adds them. */
interface Addition {
  readonly resources: readonly Resource[];
  readonly place: Origin;
}

/** A kustomization that is being built. */
interface Target {
  readonly folder: string;
  readonly kustomization: Kustomization;
  /** Where a value of it is written. */
  readonly place: (path: Path) => Origin;
}

class Builder {
  readonly #tree: ManifestTree;
  readonly #isCommand: boolean;
  readonly #provenance = new Provenance();
  readonly #used = new Set<string>();
  readonly #problems: BuildProblem[] = [];
  /** Folders that are being built, outermost first. */
  readonly #open: string[] = [];
  #isOpen = false;

  constructor(tree: ManifestTree, { asCommand = false }: BuildOptions) {
    [this.#tree, this.#isCommand] = [tree, asCommand];
  }

  build(folder: string, additions: Additions | undefined): Build {
    const gathered = emptyAccumulator();
    const document = kustomizationIn(this.#tree, folder);
    if (document === undefined) this.#scan(folder, gathered, additions);
    else this.#accumulate(this.#targetOf(folder, document, additions), gathered);
    const outermost = document === undefined ? undefined : readKustomization(document).fields;
    const resources = this.#finish(gathered, outermost);
    return { objects: resources.map(builtObject), used: this.#used, problems: this.#problems, isOpen: this.#isOpen };
  }

  /** What is done once all is gathered: names, vars, what is for kustomize alone, the order. */
  #finish(gathered: Accumulator, outermost: Fields | undefined): readonly Resource[] {
    const place = (resource: Resource): Origin => resource.origin;
    const [first] = gathered.resources;
    if (first === undefined) return [];
    addHashes(gathered.resources);
    this.#attempt(place(first), () => {
      updateReferences(gathered.resources, gathered.specs.nameReference);
    });
    this.#attempt(place(first), () => {
      resolveVariables(gathered.resources, gathered.variables, gathered.specs.varReference);
    });
    const applied = gathered.resources.filter(({ fields }) => !isLocal(fields));
    for (const resource of applied) writeAnnotations(resource);
    const given = at(outermost, 'sortOptions') ?? undefined;
    const order = given === undefined ? (this.#isCommand ? 'legacy' : 'fifo') : at(given, 'order');
    return order === 'legacy' ? inLegacyOrder(applied, at(outermost, 'sortOptions', 'legacySortOptions')) : applied;
  }

  #targetOf(folder: string, document: ManifestDocument, additions: Additions | undefined): Target {
    const own = readKustomization(document);
    const place = (path: Path): Origin => ({ document, path });
    for (const { path, message, remedy } of own.misfits) this.#refuse(place(path), message, remedy);
    const names = FILE_NAMES.filter((name) => this.#tree.files.has(posix.join(folder, name)));
    if (names.length > 1) this.#refuse(place([]), `the folder has ${names.join(' and ')}`, 'keep one of them');
    if (additions === undefined) return { folder, kustomization: own, place };
    return { folder, ...withAdditions(own, place, additions) };
  }

  #accumulate(target: Target, gathered: Accumulator): void {
    this.#used.add(target.kustomization.document.file.path);
    this.#open.push(target.folder);
    this.#addResources(target, gathered);
    this.#addConfigurations(target, gathered);
    this.#addGenerated(target, gathered);
    this.#addComponents(target, gathered);
    this.#transform(target, gathered);
    this.#addVariables(target, gathered);
    this.#nameUnread(target);
    this.#open.pop();
  }

  #addResources(target: Target, gathered: Accumulator): void {
    const seen = new Set<string>();
    const added: Addition[] = [];
    for (const key of ['resources', 'bases']) {
      for (const [index, entry] of listAt(target.kustomization.fields, key).entries()) {
        const [name, place] = [textOf(entry), target.place([key, index])];
        const found = this.#resolve(target.folder, name, place, seen);
        if (found === undefined) continue;
        const resources = found.isFile
          ? this.#resourcesIn(found.path, place)
          : this.#addFolder(found.path, place, gathered, false);
        added.push({ resources, place });
      }
    }
    this.#append(added, gathered);
  }

  #addComponents(target: Target, gathered: Accumulator): void {
    const seen = new Set<string>();
    for (const [index, entry] of listAt(target.kustomization.fields, 'components').entries()) {
      const [name, place] = [textOf(entry), target.place(['components', index])];
      const found = this.#resolve(target.folder, name, place, seen);
      if (found === undefined) continue;
      if (!found.isFile) this.#addFolder(found.path, place, gathered, true);
      else
        this.#refuse(
          place,
          `${found.path} is a file, and components are folders`,
          'list the folder, or the file under resources',
        );
    }
  }

  /** The file or folder that an entry names; undefined where it is told to be none. */
  #resolve(
    folder: string,
    name: string,
    place: Origin,
    seen: Set<string>,
  ): { path: string; isFile: boolean } | undefined {
    if (name === '') {
      this.#refuse(place, 'the entry names nothing', 'name a file or a folder');
      return undefined;
    }
    if (isRemote(name)) {
      this.#notRead(place, name);
      return undefined;
    }
    const path = posix.normalize(posix.join(folder, name)).replace(/\/$/, '');
    const isFile = this.#tree.files.has(path);
    const problem = seen.has(path) ? 'repeated' : this.#folderProblem(path, isFile);
    seen.add(path);
    if (problem === undefined) return { path, isFile };
    this.#problems.push({ kind: problem, ...place, target: path });
    return undefined;
  }

  #folderProblem(path: string, isFile: boolean): 'missing' | 'no-kustomization' | 'cycle' | undefined {
    if (isFile) return undefined;
    if (path !== '.' && !this.#tree.folders.has(path)) return 'missing';
    if (this.#open.some((open) => open === path || open.startsWith(`${path}/`) || path === '.')) return 'cycle';
    return kustomizationIn(this.#tree, path) === undefined ? 'no-kustomization' : undefined;
  }

  /** Builds a folder that another one lists; gives the resources that are to be added, none for a component, which changes those that are there. */
  #addFolder(path: string, place: Origin, gathered: Accumulator, isComponent: boolean): readonly Resource[] {
    const document = kustomizationIn(this.#tree, path);
    if (document === undefined) return [];
    const target = this.#targetOf(path, document, undefined);
    if (target.kustomization.isComponent !== isComponent) {
      const message = isComponent
        ? `${path} is no component: its kind is Kustomization`
        : `${path} is a component, which kustomize does not take as a resource`;
      this.#refuse(place, message, isComponent ? 'list it under resources' : 'list it under components');
    }
    if (isComponent) {
      this.#accumulate(target, gathered);
      return [];
    }
    const inner = emptyAccumulator();
    this.#accumulate(target, inner);
    this.#attempt(place, () => {
      gathered.specs = mergeAllSpecs(gathered.specs, inner.specs);
    });
    for (const [name, variable] of inner.variables) {
      if (gathered.variables.has(name))
        this.#refuse(variable.origin, `the var ${name} is declared already`, 'give it another name');
      else gathered.variables.set(name, variable);
    }
    return inner.resources;
  }

  #resourcesIn(path: string, place: Origin): readonly Resource[] {
    if (!this.#mayRead(path, place)) return [];
    this.#used.add(path);
    const resources: Resource[] = [];
    for (const document of this.#tree.documentsOf(path)) {
      this.#attempt({ document, path: [] }, () => {
        resources.push(...objectsIn(document.value, { document, path: [] }, this.#provenance));
      });
    }
    return resources;
  }

  /** kustomize reads no file above a kustomization, lest one that came from elsewhere reads what it must not; Flux guards another way. */
  #mayRead(path: string, place: Origin): boolean {
    const root = this.#open[this.#open.length - 1] ?? '.';
    if (!this.#isCommand || root === '.' || path.startsWith(`${root}/`)) return true;
    this.#refuse(
      place,
      `${path} lies outside of the folder of the kustomization`,
      'move it into the folder, or make a base of it',
    );
    return false;
  }

  #append(additions: readonly Addition[], gathered: Accumulator): void {
    const present = new Map(gathered.resources.map((resource) => [idKey(resource.id), resource]));
    const added: Resource[] = [];
    for (const { resources, place } of additions) {
      for (const resource of resources) {
        const { id } = resource;
        const twin = present.get(idKey(id));
        if (twin === undefined) {
          present.set(idKey(id), resource);
          added.push(resource);
        } else
          this.#refuse(
            place,
            `the ${labelOf(id)} is there already, from ${twin.document.file.path}`,
            'leave one of the two out',
          );
      }
    }
    gathered.resources = [...gathered.resources, ...added];
  }

  #addConfigurations(target: Target, gathered: Accumulator): void {
    for (const [index, entry] of listAt(target.kustomization.fields, 'configurations').entries()) {
      const path = ['configurations', index];
      for (const { fields, file } of this.#documents(target, textOf(entry), path) ?? []) {
        this.#attempt(target.place(path), () => {
          gathered.specs = mergeAllSpecs(gathered.specs, readSpecs(fields, file.path));
        });
      }
    }
  }

  #addGenerated(target: Target, gathered: Accumulator): void {
    const { kustomization, place } = target;
    const context = {
      provenance: this.#provenance,
      place,
      read: (file: string, path: Path) => this.#read(target, file, path),
      options: asFields(kustomization.fields.generatorOptions),
    };
    for (const [key, kind] of GENERATORS) {
      for (const entry of entriesAt(kustomization, key)) {
        this.#attempt(place(entry.path), () => {
          this.#absorb(generate(kind, entry, context), gathered);
        });
      }
    }
  }

  #absorb(made: Resource, gathered: Accumulator): void {
    const { id } = made;
    const found = gathered.resources.filter((resource) =>
      [...resource.previous, resource.id].some((one) => isSameId(one, id)),
    );
    const [old] = found;
    const joins = made.behavior === 'merge' || made.behavior === 'replace';
    if (found.length > 1)
      throw new Refusal(`the generated ${labelOf(id)} could mean several objects`, 'give it another name');
    if (old === undefined) {
      if (joins)
        throw new NothingFound(`there is no ${labelOf(id)} to ${String(made.behavior)}`, 'leave `behavior` out');
      gathered.resources = [...gathered.resources, made];
      return;
    }
    if (!joins) throw new Refusal(`the ${labelOf(id)} is there already`, 'set `behavior` to merge or replace');
    absorb(made, old);
    gathered.resources = gathered.resources.map((resource) => (resource === old ? made : resource));
  }

  #transform(target: Target, gathered: Accumulator): void {
    const { kustomization, place } = target;
    const context: PatchContext = {
      provenance: this.#provenance,
      place,
      documents: (file, path) => this.#documents(target, file, path),
      valuesOf: this.#tree.valuesOf,
    };
    const each = (key: string, apply: (entry: Entry) => void): void => {
      for (const entry of entriesAt(kustomization, key)) {
        this.#attempt(place(entry.path), () => {
          apply(entry);
        });
      }
    };
    for (const [index, text] of listAt(kustomization.fields, 'patchesStrategicMerge').entries()) {
      const path = ['patchesStrategicMerge', index];
      this.#attempt(place(path), () => {
        gathered.resources = applyOldMerge(gathered.resources, { text: textOf(text), path }, context);
      });
    }
    each('patches', (entry) => {
      this.#checkTarget(entry, gathered, place);
      gathered.resources = applyPatch(gathered.resources, entry, context);
      this.#refuseTwins(gathered, place(entry.path));
    });
    this.#rename(target, gathered);
    this.#label(target, gathered);
    each('patchesJson6902', (entry) => {
      applyOldJson(gathered.resources, entry, context);
    });
    each('replicas', (entry) => {
      setReplicas(gathered.resources, entry, gathered.specs.replicas, place([...entry.path, 'count']));
    });
    for (const key of ['images', 'imageTags']) {
      each(key, (entry) => {
        const changed =
          ['newTag', 'newName', 'digest', 'tagSuffix'].find((part) => entryText(entry, part) !== '') ?? 'name';
        setImages(gathered.resources, entry, gathered.specs.images, place([...entry.path, changed]));
      });
    }
    each('replacements', (entry) => {
      this.#replace(target, entry, gathered);
    });
  }

  /** A selector that meets nothing is no mistake to kustomize; it is one to whoever wrote it. */
  #checkTarget(entry: Entry, gathered: Accumulator, place: Target['place']): void {
    const target = at(entry.fields, 'target');
    const origin = place([...entry.path, 'target']);
    if (!isFields(target) || this.#isOpen || selected(gathered.resources, readSelector(target, origin)).length > 0)
      return;
    const wanted = ['kind', 'name'].flatMap((key) => textAt(target, key) ?? []).join(' ');
    this.#problems.push({ kind: 'patch-target', ...origin, target: wanted });
  }

  #refuseTwins({ resources }: Accumulator, place: Origin): void {
    const seen = new Set<string>();
    for (const { id } of resources) {
      const key = idKey(id);
      if (seen.has(key)) this.#refuse(place, `the patch makes a second ${labelOf(id)}`, 'leave the names as they are');
      seen.add(key);
    }
  }

  #rename({ kustomization, place }: Target, gathered: Accumulator): void {
    const { resources, specs } = gathered;
    const namespace = asText(kustomization.fields.namespace);
    if (namespace !== '') {
      const origin = place(['namespace']);
      this.#attempt(origin, () => {
        setNamespace(resources, namespace, { specs: specs.namespace, origin });
      });
    }
    for (const key of ['namePrefix', 'nameSuffix'] as const) {
      const text = asText(kustomization.fields[key]);
      if (text === '') continue;
      const origin = place([key]);
      this.#attempt(origin, () => {
        affixNames(resources, { text, isPrefix: key === 'namePrefix', specs: specs[key], origin });
      });
    }
  }

  #label({ kustomization, place }: Target, gathered: Accumulator): void {
    const { resources, specs } = gathered;
    const add = (entries: unknown, wanted: readonly FieldSpec[], path: Path): void => {
      if (!isFields(entries)) return;
      addEntries(resources, wanted, entries, (key) => place([...path, key]));
    };
    for (const { fields, path } of entriesAt(kustomization, 'labels')) {
      this.#attempt(place(path), () => {
        add(fields.pairs, labelSpecs(fields, specs), [...path, 'pairs']);
      });
    }
    this.#attempt(place(['commonLabels']), () => {
      add(kustomization.fields.commonLabels, specs.commonLabels, ['commonLabels']);
    });
    this.#attempt(place(['commonAnnotations']), () => {
      add(kustomization.fields.commonAnnotations, specs.commonAnnotations, ['commonAnnotations']);
    });
  }

  #replace(target: Target, entry: Entry, { resources }: Accumulator): void {
    const file = entryText(entry, 'path');
    if (file === '') {
      applyReplacement(resources, { fields: entry.fields, place: (path) => target.place([...entry.path, ...path]) });
      return;
    }
    if (isFields(entry.fields.source) || Array.isArray(entry.fields.targets)) {
      throw new Refusal('a replacement is in a file or here, not both', 'leave `path` out, or the rest');
    }
    for (const document of this.#documents(target, file, [...entry.path, 'path'])?.slice(0, 1) ?? []) {
      const misfits: Misfit[] = [];
      const replacements = readReplacements(document.value, misfits);
      for (const { path, message, remedy } of misfits) this.#refuse({ document, path }, message, remedy);
      for (const [index, fields] of replacements.entries()) {
        const outer = Array.isArray(document.value) ? [index] : [];
        applyReplacement(resources, { fields, place: (path) => ({ document, path: [...outer, ...path] }) });
      }
    }
  }

  #addVariables({ kustomization, place }: Target, gathered: Accumulator): void {
    for (const entry of entriesAt(kustomization, 'vars')) {
      this.#attempt(place(entry.path), () => {
        declareVariable(gathered.resources, gathered.variables, entry, place(entry.path));
      });
    }
  }

  /** What a kustomization asks other programs for. */
  #nameUnread({ kustomization, folder, place }: Target): void {
    for (const key of UNREAD) {
      for (const [index, entry] of listAt(kustomization.fields, key).entries()) {
        this.#notRead(place([key, index]), key);
        const path = posix.normalize(posix.join(folder, textOf(entry)));
        if (this.#tree.files.has(path)) this.#used.add(path);
      }
    }
    const schema = at(kustomization.fields, 'openapi', 'path');
    if (schema === undefined) return;
    this.#notRead(place(['openapi', 'path']), 'openapi');
    this.#used.add(posix.normalize(posix.join(folder, textOf(schema))));
  }

  #read(target: Target, file: string, path: Path): string | undefined {
    const found = this.#file(target, file, path);
    return found === undefined ? undefined : this.#tree.files.get(found)?.text;
  }

  #documents(target: Target, file: string, path: Path): readonly ManifestDocument[] | undefined {
    const found = this.#file(target, file, path);
    return found === undefined ? undefined : this.#tree.documentsOf(found);
  }

  /** The file that a kustomization names beside its resources. */
  #file({ folder, place }: Target, file: string, path: Path): string | undefined {
    const origin = place(path);
    if (isRemote(file)) {
      this.#notRead(origin, file);
      return undefined;
    }
    const found = posix.normalize(posix.join(folder, file));
    if (!this.#tree.files.has(found)) {
      this.#problems.push({ kind: 'missing', ...origin, target: found });
      return undefined;
    }
    if (!this.#mayRead(found, origin)) return undefined;
    this.#used.add(found);
    return found;
  }

  #scan(folder: string, gathered: Accumulator, additions: Additions | undefined): void {
    const isInside = (path: string): boolean => folder === '.' || path.startsWith(`${folder}/`);
    const inside = [...this.#tree.folders].filter((one) => one === folder || isInside(one)).sort();
    const kustomized = inside.filter((one) => kustomizationIn(this.#tree, one) !== undefined);
    const isBelow = (path: string): boolean => kustomized.some((one) => path.startsWith(`${one}/`));
    const plain = [...this.#tree.files.keys()].filter(
      (path) => isInside(path) && /\.ya?ml$/.test(path) && !isBelow(path),
    );
    const added: Addition[] = kustomized
      .filter((one) => !isBelow(one))
      .flatMap((path) => {
        const document = kustomizationIn(this.#tree, path);
        if (document === undefined) return [];
        const place = { document, path: [] };
        return [{ resources: this.#addFolder(path, place, gathered, false), place }];
      });
    this.#append([...added, ...plain.flatMap((path) => this.#objectsIn(path))], gathered);
    if (additions === undefined) return;
    const document = additions.originOf([]).document;
    const kustomization = { document, fields: additions.fields, isComponent: false, misfits: [] };
    const target = { folder, kustomization, place: additions.originOf };
    this.#open.push(folder);
    this.#addComponents(target, gathered);
    this.#transform(target, gathered);
    this.#open.pop();
  }

  /** What is no object is nothing to Flux. */
  #objectsIn(path: string): readonly Addition[] {
    const added: Addition[] = [];
    this.#used.add(path);
    for (const document of this.#tree.documentsOf(path)) {
      if (textAt(document.fields, 'apiVersion') === undefined || textAt(document.fields, 'kind') === undefined)
        continue;
      const place = { document, path: [] };
      this.#attempt(place, () => {
        added.push({ resources: objectsIn(document.value, place, this.#provenance), place });
      });
    }
    return added;
  }

  #refuse(place: Origin, message: string, remedy: string): void {
    this.#problems.push({ kind: 'refused', ...place, message, remedy });
  }

  #notRead(place: Origin, target: string): void {
    this.#isOpen = true;
    this.#problems.push({ kind: 'not-read', ...place, target });
  }

  /** Tells what kustomize refuses, at its place. */
  #attempt(place: Origin, step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error instanceof NothingFound && this.#isOpen) return;
      this.#refuse(error.origin ?? place, error.message, error.remedy);
    }
  }
}

const GENERATORS = [
  ['configMapGenerator', 'ConfigMap'],
  ['secretGenerator', 'Secret'],
] as const;

/** Fields that call other programs or carry schemas of their own. */
const UNREAD = ['helmCharts', 'helmChartInflationGenerator', 'generators', 'transformers', 'validators', 'crds'];

function emptyAccumulator(): Accumulator {
  return { resources: [], specs: DEFAULT_FIELD_SPECS, variables: new Map() };
}

/** What `kustomize` takes for a URL or a repository. */
function isRemote(name: string): boolean {
  return name.includes('://') || /^(?:git@|git::|gh:|github\.com[/:]|[\w.-]+@[\w.-]+:)/.test(name);
}

function withAdditions(
  own: Kustomization,
  place: Target['place'],
  { fields, originOf }: Additions,
): Pick<Target, 'kustomization' | 'place'> {
  const merged = Object.entries(fields).map(([key, value]): [string, unknown] =>
    Array.isArray(value) ? [key, [...listAt(own.fields, key), ...(value as readonly unknown[])]] : [key, value],
  );
  return {
    kustomization: { ...own, fields: { ...own.fields, ...Object.fromEntries(merged) } },
    place: (path) => {
      const [key = '', index, ...rest] = path;
      if (!Object.hasOwn(fields, key)) return place(path);
      const before = listAt(own.fields, String(key)).length;
      if (typeof index !== 'number') return originOf(path);
      return index < before ? place(path) : originOf([key, index - before, ...rest]);
    },
  };
}

/** The objects in a document; a list gives those inside of it. */
function objectsIn(value: unknown, origin: Origin, provenance: Provenance): Resource[] {
  if (value === null || value === undefined) return [];
  if (!isFields(value) || Object.keys(value).length === 0) {
    if (isFields(value)) return [];
    throw new Refusal('this is no object: it is no map', 'write an object, or leave the file out', origin);
  }
  const kind = textAt(value, 'kind');
  if (kind === undefined && !isFields(value.metadata)) {
    throw new Refusal(
      'this is no object: it has no kind and no metadata',
      'write an object, or leave the file out',
      origin,
    );
  }
  if (kind?.endsWith('List') === true && Object.hasOwn(value, 'items')) {
    return listAt(value, 'items').flatMap((item, index) =>
      objectsIn(item, { document: origin.document, path: [...origin.path, 'items', index] }, provenance),
    );
  }
  if (kind === undefined) throw new Refusal('the object has no kind', 'say what it is', origin);
  if (textOf(at(value, 'metadata', 'name')) === '' && !kind.endsWith('List')) {
    const place = { document: origin.document, path: [...origin.path, 'metadata'] };
    throw new Refusal(`the ${kind} has no name`, 'give it metadata.name', place);
  }
  return [new Resource(value, origin, provenance)];
}

/** A document as an object; a List gives those inside of it. What is no object is left out. */
export function objectOf(document: ManifestDocument): BuiltObject[] {
  const { fields } = document;
  if (textAt(fields, 'apiVersion') === undefined || textAt(fields, 'kind') === undefined) return [];
  const origin = { document, path: [] };
  const provenance = new Provenance();
  if (textAt(fields, 'metadata', 'name') === undefined && !String(fields.kind).endsWith('List')) {
    return [builtObject(new Resource(fields, origin, provenance))];
  }
  return objectsIn(fields, origin, provenance).map(builtObject);
}

function builtObject(resource: Resource): BuiltObject {
  const { fields, document, name } = resource;
  const kind = asText(fields.kind);
  const namespace = isClusterScoped(kind) || resource.namespace === '' ? undefined : resource.namespace;
  const originOf = (path: Path): Origin => resource.originOf(path);
  return { fields, document, originOf, apiVersion: asText(fields.apiVersion), kind, name, namespace };
}

function isLocal(fields: Fields): boolean {
  const mark = at(fields, 'metadata', 'annotations', 'config.kubernetes.io/local-config');
  return mark !== undefined && textOf(mark) !== 'false';
}

/** kustomize writes annotations as texts, and leaves out a map without any. */
function writeAnnotations(resource: Resource): void {
  const annotations = at(resource.fields, 'metadata', 'annotations');
  if (annotations === undefined) return;
  if (!isFields(annotations) || Object.keys(annotations).length === 0) {
    resource.remove(['metadata', 'annotations']);
    return;
  }
  for (const [key, value] of Object.entries(annotations)) {
    if (typeof value !== 'string') resource.set(['metadata', 'annotations', key], textOf(value), undefined);
  }
}

/** The fields that the labels of an entry are written to. */
function labelSpecs(fields: Fields, specs: FieldSpecs): readonly FieldSpec[] {
  const own = mergeSpecs(listAt(fields, 'fields').filter(isFields) as unknown as readonly FieldSpec[], specs.labels);
  if (fields.includeSelectors === true) return mergeSpecs(own, specs.commonLabels);
  const withTemplates = fields.includeTemplates === true ? mergeSpecs(own, specs.templateLabels) : own;
  return mergeSpecs(withTemplates, [{ path: 'metadata/labels', create: true }]);
}

function mergeAllSpecs(own: FieldSpecs, more: FieldSpecs): FieldSpecs {
  if (own === more || more === DEFAULT_FIELD_SPECS) return own;
  const keys = Object.keys(DEFAULT_FIELD_SPECS) as (keyof FieldSpecs)[];
  const merged = keys.map((key): [string, unknown] =>
    key === 'nameReference'
      ? [key, mergeReferences(own.nameReference, more.nameReference)]
      : [key, mergedSpecs(own[key], more[key])],
  );
  return Object.fromEntries(merged) as unknown as FieldSpecs;
}

function mergedSpecs(own: readonly FieldSpec[], more: readonly FieldSpec[]): readonly FieldSpec[] {
  try {
    return mergeSpecs(own, more);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Refusal(error.message, 'say the same in both');
  }
}

function mergeReferences(own: readonly NameReference[], more: readonly NameReference[]): readonly NameReference[] {
  return more.reduce<readonly NameReference[]>((all, one) => {
    const isSame = ({ kind = '', group = '', version = '' }: NameReference): boolean =>
      kind === (one.kind ?? '') && group === (one.group ?? '') && version === (one.version ?? '');
    if (!all.some(isSame)) return [...all, one];
    return all.map((other) =>
      isSame(other) ? { ...other, fieldSpecs: mergedSpecs(other.fieldSpecs, one.fieldSpecs) } : other,
    );
  }, own);
}

/** The specs of a file of `configurations`. */
function readSpecs(fields: Fields, file: string): FieldSpecs {
  const known = Object.keys(DEFAULT_FIELD_SPECS);
  const unknown = Object.keys(fields).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new Refusal(`${file} has a field ${unknown} that kustomize does not know`, `known are ${known.join(', ')}`);
  }
  return Object.fromEntries(known.map((key) => [key, listAt(fields, key).filter(isFields)])) as unknown as FieldSpecs;
}

/** Kinds of the tree that belong to no namespace; the API server's own list and those of the CRDs in use. */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  'APIService',
  'CSIDriver',
  'CiliumBGPAdvertisement',
  'CiliumBGPClusterConfig',
  'CiliumBGPNodeConfigOverride',
  'CiliumBGPPeerConfig',
  'CiliumCIDRGroup',
  'CiliumClusterwideNetworkPolicy',
  'CiliumEgressGatewayPolicy',
  'CiliumL2AnnouncementPolicy',
  'CiliumLoadBalancerIPPool',
  'ClusterIssuer',
  'ClusterRole',
  'ClusterRoleBinding',
  'ClusterSecretStore',
  'ClusterExternalSecret',
  'CustomResourceDefinition',
  'GatewayClass',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PriorityClass',
  'RuntimeClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
  'VolumeAttributesClass',
  'VolumeSnapshotClass',
]);

/** Whether objects of a kind belong to no namespace. */
export function isClusterScoped(kind: string): boolean {
  return CLUSTER_SCOPED.has(kind);
}
