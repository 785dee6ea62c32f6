import type { Origin } from '../document.ts';
import { asText, at, isFields, listAt, type Path, textAt } from '../../text/values.ts';
import { labelSpecs } from './configurations.ts';
import { addEntries, type FieldSpec, type FieldSpecs } from './field-specs.ts';
import type { Files, Target } from './files.ts';
import { entriesAt, type Entry, entryText, type Misfit, readReplacements } from './kustomization.ts';
import { affixNames, setNamespace } from './names.ts';
import { applyOldJson, applyOldMerge, applyPatch, type PatchContext } from './patches.ts';
import type { Problems } from './problems.ts';
import { applyReplacement } from './replacements.ts';
import { idKey, labelOf, type Provenance, Refusal, type Resource, textOf } from './resource.ts';
import { readSelector, selected } from './selectors.ts';
import { setImages, setReplicas } from './transformers.ts';
import type { Variable } from './vars.ts';

/** What a kustomization has gathered so far. */
export interface Accumulator {
  resources: readonly Resource[];
  specs: FieldSpecs;
  readonly variables: Map<string, Variable>;
}

/** Changes what a kustomization has gathered by its patches and the fields that stand for some, in the order of kustomize. */
export class Transformations {
  readonly #files: Files;
  readonly #problems: Problems;
  readonly #provenance: Provenance;
  readonly #valuesOf: PatchContext['valuesOf'];

  constructor(files: Files, problems: Problems, made: Pick<PatchContext, 'provenance' | 'valuesOf'>) {
    [this.#files, this.#problems] = [files, problems];
    [this.#provenance, this.#valuesOf] = [made.provenance, made.valuesOf];
  }

  apply(target: Target, gathered: Accumulator): void {
    const { kustomization, place } = target;
    const context: PatchContext = {
      provenance: this.#provenance,
      place,
      documents: (file, path) => this.#files.documents(target, file, path),
      valuesOf: this.#valuesOf,
    };
    const each = (key: string, apply: (entry: Entry) => void): void => {
      for (const entry of entriesAt(kustomization, key)) {
        this.#problems.attempt(place(entry.path), () => {
          apply(entry);
        });
      }
    };
    for (const [index, text] of listAt(kustomization.fields, 'patchesStrategicMerge').entries()) {
      const path = ['patchesStrategicMerge', index];
      this.#problems.attempt(place(path), () => {
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
    if (
      !isFields(target) ||
      this.#problems.isOpen ||
      selected(gathered.resources, readSelector(target, origin)).length > 0
    )
      return;
    const wanted = ['kind', 'name'].flatMap((key) => textAt(target, key) ?? []).join(' ');
    this.#problems.all.push({ kind: 'patch-target', ...origin, target: wanted });
  }

  #refuseTwins({ resources }: Accumulator, place: Origin): void {
    const seen = new Set<string>();
    for (const { id } of resources) {
      const key = idKey(id);
      if (seen.has(key))
        this.#problems.refuse(place, `the patch makes a second ${labelOf(id)}`, 'leave the names as they are');
      seen.add(key);
    }
  }

  #rename({ kustomization, place }: Target, gathered: Accumulator): void {
    const { resources, specs } = gathered;
    const namespace = asText(kustomization.fields.namespace);
    if (namespace !== '') {
      const origin = place(['namespace']);
      this.#problems.attempt(origin, () => {
        setNamespace(resources, namespace, { specs: specs.namespace, origin });
      });
    }
    for (const key of ['namePrefix', 'nameSuffix'] as const) {
      const text = asText(kustomization.fields[key]);
      if (text === '') continue;
      const origin = place([key]);
      this.#problems.attempt(origin, () => {
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
      this.#problems.attempt(place(path), () => {
        add(fields.pairs, labelSpecs(fields, specs), [...path, 'pairs']);
      });
    }
    this.#problems.attempt(place(['commonLabels']), () => {
      add(kustomization.fields.commonLabels, specs.commonLabels, ['commonLabels']);
    });
    this.#problems.attempt(place(['commonAnnotations']), () => {
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
    for (const document of this.#files.documents(target, file, [...entry.path, 'path'])?.slice(0, 1) ?? []) {
      const misfits: Misfit[] = [];
      const replacements = readReplacements(document.value, misfits);
      for (const { path, message, remedy } of misfits) this.#problems.refuse({ document, path }, message, remedy);
      for (const [index, fields] of replacements.entries()) {
        const outer = Array.isArray(document.value) ? [index] : [];
        applyReplacement(resources, { fields, place: (path) => ({ document, path: [...outer, ...path] }) });
      }
    }
  }
}
