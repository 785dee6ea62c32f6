import { type Fields, listAt, textAt } from '../text/values.ts';
import type { ForeignSchema } from './json-schema.ts';
import { hasSchema, type KindName, type Kinds, partsOf } from './kinds.ts';
import { type Misfit, misfitsOf, type Reading, type StructuralSchema } from './structural.ts';

/** Where schemas are read from, beside those of the tree itself. */
export interface SchemaSources {
  /** A file of schemas/kubernetes/, which comes with the program: `apps`. */
  readonly builtIn: (name: string) => Promise<string>;
  /**
   * The text of a JSON Schema that the user has given, by its path in the layout of kubeconform and of datreeio's catalogue,
   * `GROUP/KIND_VERSION.json`; undefined where there is none.
   */
  readonly own?: (path: string) => Promise<{ readonly text: string; readonly file: string } | undefined>;
  /** The same from the network, where the user has asked for it. */
  readonly fetched?: (path: string) => Promise<{ readonly text: string; readonly file: string } | undefined>;
}

/** Checks objects by the schemas of their kinds; each file of schemas is read when one of its kinds comes first. */
export interface SchemaChecker {
  /**
   * What does not fit; undefined where there is no schema of the kind.
   *
   * @param kinds - what is known of kinds in the tree of the object, and for which version of Kubernetes it is
   * @throws Failure of kind `input` where a schema that the user has given cannot be read
   */
  readonly check: (object: Fields, kind: KindName, kinds: Kinds) => Promise<readonly Misfit[] | undefined>;
}

/** A file of schemas/kubernetes/. */
interface SchemaFile {
  /** Other files that its definitions lead to. */
  readonly uses: readonly string[];
  /** By kind and version. */
  readonly kinds: Readonly<Record<string, Readonly<Record<string, StructuralSchema>>>>;
  readonly definitions: Readonly<Record<string, StructuralSchema>>;
}

/**
 * Makes a checker. For a kind it takes the first of: a CustomResourceDefinition in the tree, a schema that the user has given, the one that
 * came with the program, one from the network.
 */
export function schemaChecker(sources: SchemaSources): SchemaChecker {
  const files = new Map<string, SchemaFile>();
  const loading = new Map<string, Promise<void>>();
  const foreign = new Map<string, Promise<ForeignSchema | undefined>>();

  const load = (name: string): Promise<void> => {
    const present = loading.get(name);
    if (present !== undefined) return present;
    const started = sources.builtIn(name).then(async (text) => {
      const file = JSON.parse(text) as SchemaFile;
      files.set(name, file);
      await Promise.all(file.uses.map(load));
    });
    loading.set(name, started);
    return started;
  };

  const resolve: Reading['resolve'] = (reference, file) => {
    const hash = reference.indexOf('#');
    const [place, name] = hash === -1 ? [file, reference] : [reference.slice(0, hash), reference.slice(hash + 1)];
    const schema = files.get(place)?.definitions[name];
    if (schema === undefined) throw new Error(`schemas/kubernetes/${place}.json has no definition ${name}`);
    return { schema, file: place };
  };

  const read = (path: string, from: SchemaSources['own']): Promise<ForeignSchema | undefined> => {
    const present = foreign.get(path);
    if (present !== undefined) return present;
    const started = from === undefined ? Promise.resolve(undefined) : readForeign(path, from);
    foreign.set(path, started);
    return started;
  };

  return {
    async check(object, name, kinds) {
      const { name: group, version } = partsOf(name.apiVersion);
      const { minor } = kinds;
      if (kinds.isDefinedHere(name)) {
        const definition = kinds.ownDefinition(name);
        const schema = definition === undefined ? undefined : schemaOf(definition.fields, version);
        return schema === undefined ? undefined : misfitsOf(object, schema, { resolve, file: '', minor });
      }
      const path = `${group}/${name.kind.toLowerCase()}_${version}.json`;
      const own = await read(path, sources.own);
      if (own !== undefined) return own(object);
      if (hasSchema(name)) {
        await load(group);
        const schema = files.get(group)?.kinds[name.kind]?.[version];
        if (schema === undefined) throw new Error(`schemas/kubernetes/${group}.json has no ${name.kind} of ${version}`);
        return misfitsOf(object, schema, { resolve, file: group, minor });
      }
      const fetched = await read(`fetched:${path}`, sources.fetched);
      return fetched?.(object);
    },
  };
}

async function readForeign(path: string, from: NonNullable<SchemaSources['own']>): Promise<ForeignSchema | undefined> {
  const found = await from(path.replace(/^fetched:/, ''));
  if (found === undefined) return undefined;
  // Most runs need none of it.
  const { compileForeign } = await import('./json-schema.ts');
  return compileForeign(found.text, found.file);
}

/** The schema of a version of a definition in the tree; undefined where it has none, as those of Kubernetes before 1.16. */
function schemaOf(definition: Fields, version: string): StructuralSchema | undefined {
  const found = listAt(definition, 'spec', 'versions').find((one) => textAt(one, 'name') === version);
  const schema = (found as { schema?: { openAPIV3Schema?: StructuralSchema } } | undefined)?.schema?.openAPIV3Schema;
  if (schema === undefined) return undefined;
  const { status, ...properties } = schema.properties ?? {};
  const open: StructuralSchema = { 'x-kubernetes-preserve-unknown-fields': true };
  return { ...schema, properties: { ...properties, ...(status === undefined ? {} : { status: open }) } };
}
