import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import index from '../../schemas/kubernetes/index.json' with { type: 'json' };
import type { Path } from '../text/values.ts';

/** Where an object does not fit its schema. */
interface Misfit {
  readonly path: Path;
  /** What is wrong there, without the value. */
  readonly message: string;
  /** The keys that could stand there, where one is not known. */
  readonly known: readonly string[];
}

/** Checks objects by the JSON Schemas of their kinds; each schema is loaded and compiled when its kind comes first. */
export interface SchemaChecker {
  /** What does not fit; undefined where there is no schema of the kind. */
  readonly check: (object: unknown, kind: KindName) => Promise<readonly Misfit[] | undefined>;
}

/** A kind as an object names it. */
interface KindName {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Makes a checker with the schemas in schemas/kubernetes/, which come with the program. */
export function schemaChecker(): SchemaChecker {
  // Go's patterns are not all valid under JavaScript's flag `u`. Each schema serves few objects: to optimize it takes longer than they do.
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    verbose: true,
    validateFormats: false,
    unicodeRegExp: false,
    inlineRefs: false,
    code: { optimize: false },
  });
  const compiled = new Map<string, Promise<ValidateFunction>>();
  return {
    async check(object, { apiVersion, kind }) {
      const name = `${apiVersion}/${kind}`;
      if (!Object.hasOwn(index, name)) return undefined;
      const compiling = compiled.get(name) ?? loadSchema(name).then((schema) => ajv.compile(schema));
      compiled.set(name, compiling);
      const validate = await compiling;
      return validate(object) ? [] : misfitsOf(validate.errors ?? []);
    },
  };
}

/** Whether a kind belongs to a namespace; undefined where the kind is not known. */
export function isNamespaced({ apiVersion, kind }: KindName): boolean | undefined {
  const known: Readonly<Record<string, { readonly scope: string }>> = index;
  return known[`${apiVersion}/${kind}`]?.scope === undefined
    ? undefined
    : known[`${apiVersion}/${kind}`]?.scope === 'Namespaced';
}

async function loadSchema(name: string): Promise<object> {
  const parts = name.toLowerCase().split('/');
  const [group = '', version = '', kind = ''] = parts.length === 2 ? ['core', ...parts] : parts;
  const loaded = (await import(`../../schemas/kubernetes/${group}/${version}/${kind}.json`)) as { default: object };
  return loaded.default;
}

function misfitsOf(errors: readonly ErrorObject[]): Misfit[] {
  // Where a choice fails, its branches fail too: what is said of the choice is enough.
  const choices = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
  const isBranch = (error: ErrorObject): boolean =>
    choices.some((choice) => choice !== error && error.schemaPath.startsWith(`${choice.schemaPath}/`));
  return errors.filter((error) => !isBranch(error)).map(misfitOf);
}

function misfitOf(error: ErrorObject): Misfit {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  const parameters = error.params as Readonly<Record<string, unknown>>;
  if (error.keyword === 'additionalProperties') {
    const key = String(parameters.additionalProperty);
    const properties = (error.parentSchema as { properties?: object } | undefined)?.properties ?? {};
    return { path: [...path, key], message: `the field ${key} is not known`, known: Object.keys(properties) };
  }
  if (error.keyword === 'required') {
    return { path, message: `the field ${String(parameters.missingProperty)} is missing`, known: [] };
  }
  const field = fieldOf(path);
  const allowed = Array.isArray(parameters.allowedValues) ? `: ${parameters.allowedValues.join(', ')}` : '';
  return { path, message: `${field} ${error.message ?? 'is not valid'}${allowed}`, known: [] };
}

/** The last key of a path, with the positions in lists that follow it. */
function fieldOf(path: Path): string {
  const start = path.findLastIndex((step) => typeof step === 'string');
  const [key = 'the object', ...positions] = path.slice(Math.max(0, start));
  return `${String(key)}${positions.map((position) => `[${String(position)}]`).join('')}`;
}
