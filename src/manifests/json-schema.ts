import { Ajv, type AnySchemaObject, type ErrorObject, type Options } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { failure, type Failure } from '../report/finding.ts';
import { type Fields, fromPointer, parseFields } from '../text/values.ts';
import type { Misfit } from './structural.ts';

// JSON Schemas that others have written: those of a folder of the user's, of a catalogue in the network, of a chart's values.

/** Gives back what of a value does not fit. */
export type ForeignSchema = (value: unknown) => readonly Misfit[];

const OPTIONS: Options = {
  strict: false,
  allErrors: true,
  verbose: true,
  // What a format means differs from one validator to the next, and none refuses a chart for it.
  validateFormats: false,
  unicodeRegExp: false,
  logger: false,
};

/**
 * Compiles a schema of draft 4, 6, 7, 2019-09 or 2020-12.
 *
 * @param text - the file, JSON
 * @param file - how it is named to the user
 * @throws Failure of kind `input` where it is no JSON Schema, or leads to another file
 */
export function compileForeign(text: string, file: string): ForeignSchema {
  const schema = parseFields(text);
  if (schema === undefined) throw unreadable(file, 'it is no JSON that holds a map');
  const { $schema, id: _id, $id: _ownId, ...rest } = schema;
  const named = typeof $schema === 'string' ? $schema : '';
  const whole = modernised(rest) as AnySchemaObject;
  try {
    const ajv = named.includes('2020-12')
      ? new Ajv2020(OPTIONS)
      : named.includes('2019-09')
        ? new Ajv2019(OPTIONS)
        : new Ajv(OPTIONS);
    const validate = ajv.compile(whole);
    return (value) => (validate(value) ? [] : misfitsOfErrors(validate.errors ?? [], value));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw unreadable(file, error.message.split('\n')[0] ?? '');
  }
}

function unreadable(file: string, why: string): Failure {
  return failure('input', {
    code: 'manifests/schema-file',
    message: `this is no JSON Schema that can be read: ${why}`,
    place: { file },
    remedy: 'a schema must be one file that stands by itself',
  });
}

/** Exclusive bounds as numbers, as they are since draft 6: else what is used of draft 4 means the same. */
function modernised(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(modernised);
  if (typeof schema !== 'object' || schema === null) return schema;
  const fields = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, modernised(value)])) as Fields;
  return withExclusive(withExclusive(fields, 'minimum', 'exclusiveMinimum'), 'maximum', 'exclusiveMaximum');
}

function withExclusive(fields: Fields, bound: string, exclusive: string): Fields {
  if (typeof fields[exclusive] !== 'boolean') return fields;
  const others = Object.entries(fields).filter(
    ([key]) => key !== exclusive && !(key === bound && fields[exclusive] === true),
  );
  return Object.fromEntries(fields[exclusive] ? [...others, [exclusive, fields[bound]]] : others);
}

function misfitsOfErrors(errors: readonly ErrorObject[], root: unknown): Misfit[] {
  // Where a choice fails, its branches fail too: what is said of the choice is enough.
  const choices = errors.filter(({ keyword }) => ['anyOf', 'oneOf', 'if'].includes(keyword));
  const isBranch = (error: ErrorObject): boolean =>
    choices.some((choice) => choice !== error && error.schemaPath.startsWith(`${choice.schemaPath}/`));
  return errors.filter((error) => !isBranch(error)).map((error) => misfitOf(error, root));
}

function misfitOf(error: ErrorObject, root: unknown): Misfit {
  const path = fromPointer(error.instancePath, root);
  const parameters = error.params as Readonly<Record<string, unknown>>;
  const field = String(path.at(-1) ?? 'the whole');
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const key = String(parameters.additionalProperty ?? parameters.unevaluatedProperty);
      const properties = (error.parentSchema as { properties?: object } | undefined)?.properties ?? {};
      return { path: [...path, key], message: `the field ${key} is not known`, known: Object.keys(properties) };
    }
    case 'required':
      return { path, message: `the field ${String(parameters.missingProperty)} is missing` };
    case 'type':
      return { path, message: `${field} must be ${typesOf(parameters.type)}` };
    case 'enum': {
      const allowed = (parameters.allowedValues as readonly unknown[]).map(String);
      return { path, message: `${field} must be one of ${allowed.join(', ')}`, allowed };
    }
    case 'pattern':
      return {
        path,
        message: `${field} does not have the form that is asked for`,
        remedy: `it must match ${String(parameters.pattern)}`,
      };
    case 'anyOf':
    case 'oneOf':
      return { path, message: `${field} has none of the forms that it may have, or several of them` };
    default:
      return { path, message: `${field} ${error.message ?? 'is not valid'}` };
  }
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  null: 'empty',
};

function typesOf(types: unknown): string {
  const list: readonly unknown[] = Array.isArray(types) ? types : [types];
  return list.map((type) => WORDS[String(type)] ?? String(type)).join(' or ');
}
