import { posix } from 'node:path';
import type { ManifestDocument, Origin } from '../document.ts';
import { asFields, at, type Fields, isFields, listAt, type Path, textAt } from '../../text/values.ts';
import type { ManifestTree } from '../tree.ts';
import { mergeAllSpecs, readSpecs } from './configurations.ts';
import { DEFAULT_FIELD_SPECS, type FieldSpec } from './field-specs.ts';
import { FILE_NAMES, Files, kustomizationIn, type Target } from './files.ts';
import { absorb, generate } from './generators.ts';
import { entriesAt, type Kustomization, readKustomization } from './kustomization.ts';
import { addHashes, setNamespace, updateReferences } from './names.ts';
import { type BuiltObject, builtObject, isLocal, objectsIn, writeAnnotations } from './objects.ts';
import { inLegacyOrder } from './order.ts';
import { type BuildProblem, Problems } from './problems.ts';
import { idKey, isSameId, labelOf, NothingFound, Provenance, Refusal, type Resource, textOf } from './resource.ts';
import { type Accumulator, Transformations } from './transformations.ts';
import { declareVariable, resolveVariables } from './vars.ts';

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

/** Resources that are added, and what adds them. */
interface Addition {
  readonly resources: readonly Resource[];
  readonly place: Origin;
}

class Builder {
  readonly #tree: ManifestTree;
  readonly #isCommand: boolean;
  readonly #provenance = new Provenance();
  readonly #problems = new Problems();
  readonly #files: Files;
  readonly #transformations: Transformations;

  constructor(tree: ManifestTree, { asCommand = false }: BuildOptions) {
    [this.#tree, this.#isCommand] = [tree, asCommand];
    this.#files = new Files(tree, this.#problems, asCommand);
    const made = { provenance: this.#provenance, valuesOf: tree.valuesOf };
    this.#transformations = new Transformations(this.#files, this.#problems, made);
  }

  build(folder: string, additions: Additions | undefined): Build {
    const gathered = emptyAccumulator();
    const document = kustomizationIn(this.#tree, folder);
    if (document === undefined) this.#scan(folder, gathered, additions);
    else this.#accumulate(this.#targetOf(folder, document, additions), gathered);
    const outermost = document === undefined ? undefined : readKustomization(document).fields;
    const resources = this.#finish(gathered, outermost);
    const { all: problems, isOpen } = this.#problems;
    return { objects: resources.map(builtObject), used: this.#files.used, problems, isOpen };
  }

  /** What is done once all is gathered: names, vars, what is for kustomize alone, the order. */
  #finish(gathered: Accumulator, outermost: Fields | undefined): readonly Resource[] {
    const place = (resource: Resource): Origin => resource.origin;
    const [first] = gathered.resources;
    if (first === undefined) return [];
    addHashes(gathered.resources);
    this.#problems.attempt(place(first), () => {
      updateReferences(gathered.resources, gathered.specs.nameReference);
    });
    this.#problems.attempt(place(first), () => {
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
    for (const { path, message, remedy } of own.misfits) this.#problems.refuse(place(path), message, remedy);
    const names = FILE_NAMES.filter((name) => this.#tree.files.has(posix.join(folder, name)));
    if (names.length > 1) this.#problems.refuse(place([]), `the folder has ${names.join(' and ')}`, 'keep one of them');
    if (additions === undefined) return { folder, kustomization: own, place };
    return { folder, ...withAdditions(own, place, additions) };
  }

  #accumulate(target: Target, gathered: Accumulator): void {
    this.#files.used.add(target.kustomization.document.file.path);
    this.#files.within(target.folder, () => {
      this.#addResources(target, gathered);
      this.#addConfigurations(target, gathered);
      this.#addGenerated(target, gathered);
      this.#addComponents(target, gathered);
      this.#transformations.apply(target, gathered);
      this.#runTransformers(target, gathered);
      this.#addVariables(target, gathered);
      this.#nameUnread(target);
    });
  }

  #addResources(target: Target, gathered: Accumulator): void {
    const seen = new Set<string>();
    const added: Addition[] = [];
    for (const key of ['resources', 'bases']) {
      for (const [index, entry] of listAt(target.kustomization.fields, key).entries()) {
        const [name, place] = [textOf(entry), target.place([key, index])];
        const found = this.#files.resolve(target.folder, name, place, seen);
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
      const found = this.#files.resolve(target.folder, name, place, seen);
      if (found === undefined) continue;
      if (!found.isFile) this.#addFolder(found.path, place, gathered, true);
      else
        this.#problems.refuse(
          place,
          `${found.path} is a file, and components are folders`,
          'list the folder, or the file under resources',
        );
    }
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
      this.#problems.refuse(place, message, isComponent ? 'list it under resources' : 'list it under components');
    }
    if (isComponent) {
      this.#accumulate(target, gathered);
      return [];
    }
    const inner = emptyAccumulator();
    this.#accumulate(target, inner);
    this.#problems.attempt(place, () => {
      gathered.specs = mergeAllSpecs(gathered.specs, inner.specs);
    });
    for (const [name, variable] of inner.variables) {
      if (gathered.variables.has(name))
        this.#problems.refuse(variable.origin, `the var ${name} is declared already`, 'give it another name');
      else gathered.variables.set(name, variable);
    }
    return inner.resources;
  }

  #resourcesIn(path: string, place: Origin): readonly Resource[] {
    if (!this.#files.mayRead(path, place)) return [];
    this.#files.used.add(path);
    const resources: Resource[] = [];
    for (const document of this.#tree.documentsOf(path)) {
      this.#problems.attempt({ document, path: [] }, () => {
        resources.push(...objectsIn(document.value, { document, path: [] }, this.#provenance));
      });
    }
    return resources;
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
          this.#problems.refuse(
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
      for (const { fields, file } of this.#files.documents(target, textOf(entry), path) ?? []) {
        this.#problems.attempt(target.place(path), () => {
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
      read: (file: string, path: Path) => this.#files.read(target, file, path),
      options: asFields(kustomization.fields.generatorOptions),
    };
    for (const [key, kind] of GENERATORS) {
      for (const entry of entriesAt(kustomization, key)) {
        this.#problems.attempt(place(entry.path), () => {
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

  #addVariables({ kustomization, place }: Target, gathered: Accumulator): void {
    for (const entry of entriesAt(kustomization, 'vars')) {
      this.#problems.attempt(place(entry.path), () => {
        declareVariable(gathered.resources, gathered.variables, entry, place(entry.path));
      });
    }
  }

  /** Transformers that stand in files of their own: the built-in one of namespaces is run, others are not. */
  #runTransformers({ kustomization, folder, place }: Target, gathered: Accumulator): void {
    const seen = new Set<string>();
    for (const [index, entry] of listAt(kustomization.fields, 'transformers').entries()) {
      const origin = place(['transformers', index]);
      const name = textOf(entry);
      // One may stand in the list itself.
      if (/[\n{]/.test(name)) {
        this.#problems.notRead(origin, 'transformers');
        continue;
      }
      const found = this.#files.resolve(folder, name, origin, seen);
      if (found === undefined) continue;
      const transformers = found.isFile
        ? this.#resourcesIn(found.path, origin)
        : this.#addFolder(found.path, origin, gathered, false);
      for (const { type, namespace, fields } of transformers) {
        if (type.kind !== 'NamespaceTransformer') this.#problems.notRead(origin, 'transformers');
        else
          this.#problems.attempt(origin, () => {
            const specs = listAt(fields, 'fieldSpecs').filter(isFields) as unknown as readonly FieldSpec[];
            setNamespace(gathered.resources, namespace, { specs, origin, onlyUnset: fields.unsetOnly === true });
          });
      }
    }
  }

  /** What a kustomization asks other programs for. */
  #nameUnread({ kustomization, folder, place }: Target): void {
    for (const key of UNREAD) {
      for (const [index, entry] of listAt(kustomization.fields, key).entries()) {
        this.#problems.notRead(place([key, index]), key);
        const path = posix.normalize(posix.join(folder, textOf(entry)));
        if (this.#tree.files.has(path)) this.#files.used.add(path);
      }
    }
    const schema = at(kustomization.fields, 'openapi', 'path');
    if (schema === undefined) return;
    this.#problems.notRead(place(['openapi', 'path']), 'openapi');
    this.#files.used.add(posix.normalize(posix.join(folder, textOf(schema))));
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
    this.#files.within(folder, () => {
      this.#addComponents(target, gathered);
      this.#transformations.apply(target, gathered);
      this.#runTransformers(target, gathered);
    });
  }

  /** What is no object is nothing to Flux. */
  #objectsIn(path: string): readonly Addition[] {
    const added: Addition[] = [];
    this.#files.used.add(path);
    for (const document of this.#tree.documentsOf(path)) {
      if (textAt(document.fields, 'apiVersion') === undefined || textAt(document.fields, 'kind') === undefined)
        continue;
      const place = { document, path: [] };
      this.#problems.attempt(place, () => {
        added.push({ resources: objectsIn(document.value, place, this.#provenance), place });
      });
    }
    return added;
  }
}

const GENERATORS = [
  ['configMapGenerator', 'ConfigMap'],
  ['secretGenerator', 'Secret'],
] as const;

/** Fields that call other programs or carry schemas of their own. */
const UNREAD = ['helmCharts', 'helmChartInflationGenerator', 'generators', 'validators', 'crds'];

function emptyAccumulator(): Accumulator {
  return { resources: [], specs: DEFAULT_FIELD_SPECS, variables: new Map() };
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
