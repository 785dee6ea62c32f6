import type { ErrorObject } from 'ajv';
import { correctionFor } from './corrections.ts';
import type { ConfigDocument } from './document.ts';
import { formatFlow } from './flow.ts';
import type { Issue, Proposals } from './issue.ts';
import { formatPath, valueAt, type Path } from './path.ts';
import { isSecret, schemaAt, type FieldSchema } from './schemas.ts';

/** The one issue about a value that its schema does not take, whatever keywords it failed at. */
export function invalidValue(document: ConfigDocument, path: Path, errors: readonly ErrorObject[]): Issue {
  const { file } = document;
  const schema = schemaAt(file, path) ?? {};
  const value = valueAt(document.value, path);
  const repeated = errors.find(({ keyword }) => keyword === 'uniqueItems');
  if (isEmpty(value, schema))
    return { code: 'config/empty-value', file, at: { path }, ...emptyWords(document, path, schema) };
  if (repeated !== undefined && errors.length === 1) return repeatedEntry(document, path, repeated);
  if (errors.every(({ keyword }) => keyword === 'not')) return reservedName(document, path);
  return {
    code: 'config/invalid-value',
    file,
    at: { path },
    message: `\`${formatPath(path)}\` ${isSecret(path) ? 'is' : `is ${document.quote(path)},`} not ${schema['x-form'] ?? 'valid'}`,
    remedy: (own) => remedyFor(document, path, schema, own),
  };
}

function isEmpty(value: unknown, schema: FieldSchema): boolean {
  if (value === '') return schema['x-may-be-empty'] !== true;
  return value === null || (Array.isArray(value) && value.length === 0);
}

function emptyWords(document: ConfigDocument, path: Path, schema: FieldSchema): Pick<Issue, 'message' | 'remedy'> {
  const name = path.at(-1);
  const required = schemaAt(document.file, path.slice(0, -1))?.required ?? [];
  const isOptional = typeof name === 'string' && !required.includes(name) && schema['x-required'] === undefined;
  const wayOut = isOptional ? ', or remove the line' : '';
  return {
    message: `\`${formatPath(path)}\` is empty`,
    remedy: (own) => `give ${schema['x-form'] ?? 'a value'}${exampleOf(schema, path, own, ', for example ')}${wayOut}`,
  };
}

function repeatedEntry(document: ConfigDocument, path: Path, { params }: ErrorObject): Issue {
  const { i, j } = params as { readonly i: number; readonly j: number };
  const at = { path: [...path, Math.max(i, j)] };
  const message = `\`${formatPath(path)}\` lists ${document.quote(at.path)} twice`;
  return { code: 'config/duplicate-entry', file: document.file, at, message, remedy: 'keep one of the two' };
}

function reservedName(document: ConfigDocument, path: Path): Issue {
  const message = `\`${formatPath(path)}\` is ${document.quote(path)}, a reserved name`;
  const remedy = 'take another name: this one is a folder of patches for several nodes';
  return { code: 'config/reserved-name', file: document.file, at: { path }, message, remedy };
}

function remedyFor(document: ConfigDocument, path: Path, schema: FieldSchema, own: Proposals): string {
  const value = valueAt(document.value, path);
  if (isSecret(path)) return 'write {env: NAME} with the name of an environment variable, or {file: PATH}';
  const correction = correctionFor(value, schema);
  if (correction !== undefined) return `did you mean ${formatFlow(correction)}?`;
  if (isTextWithoutQuotes(value, schema)) return `quote it: "${document.quote(path)}"`;
  return exampleOf(schema, path, own, 'for example ') || `give ${schema['x-form'] ?? 'another value'}`;
}

/** Whether quoting alone would do; it does not make an address out of a number. */
function isTextWithoutQuotes(value: unknown, { type, pattern }: FieldSchema): boolean {
  const isScalar = typeof value === 'number' || typeof value === 'boolean';
  return isScalar && type === 'string' && pattern !== undefined && new RegExp(pattern).test(String(value));
}

function exampleOf({ examples: [example] = [] }: FieldSchema, path: Path, own: Proposals, lead: string): string {
  return example === undefined ? '' : `${lead}${own.example(example, path)}`;
}
