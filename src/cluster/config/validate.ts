import type { ErrorObject } from 'ajv';
import { suggestNearest } from '../../text/suggest.ts';
import { parseAddress, parseNetwork } from '../addresses.ts';
import { COMPUTED_NAMES } from '../computed.ts';
import type { ConfigDocument } from './document.ts';
import { validateCluster, validateNodes } from './generated/validators.js';
import { formatFlow, isError, type Issue, missingField, pathOf, type Proposals } from './issue.ts';
import { OLD_NAMES } from './migrations.ts';
import { type FieldSchema, type FileName, isSecret, propertiesOf, schemaAt, SCHEMAS } from './schemas.ts';
import { formatPath, fromPointer, isWithin, type Path, valueAt } from '../../text/values.ts';

const VALIDATORS = { cluster: validateCluster, nodes: validateNodes };

/** Everything that the schema has against a file, one issue for each value; what reading it already found is left out. */
export function validateDocument(document: ConfigDocument): Issue[] {
  if (document.value === undefined) return [];
  const whole = wholeFileIssue(document);
  if (whole !== undefined) return [whole];
  const validate = VALIDATORS[document.file];
  if (validate(document.value)) return [];
  const known = document.issues
    .filter(isError)
    .map(pathOf)
    .filter((path) => path !== undefined);
  return groupsOf(document, validate.errors ?? [])
    .flatMap((group) => groupIssues(document, group))
    .filter((issue) => !known.some((path) => isWithin(pathOf(issue) ?? [], path)));
}

function wholeFileIssue({ file, name, value }: ConfigDocument): Issue | undefined {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return undefined;
  const at = { path: [] };
  if (value === null) {
    return {
      code: 'config/empty-value',
      file,
      at,
      message: `${name} is empty`,
      remedy: 'start from the sample of the template',
    };
  }
  const remedy =
    file === 'nodes' && Array.isArray(value)
      ? 'write `nodes:` on the first line and the list below it'
      : 'write a field on each line, as `name: value`';
  return {
    code: 'config/invalid-value',
    file,
    at,
    message: `${name} holds ${Array.isArray(value) ? 'a list' : 'a text'} in place of fields`,
    remedy,
  };
}

/** The errors about one value. */
interface Group {
  readonly path: Path;
  readonly errors: readonly ErrorObject[];
}

function groupsOf(document: ConfigDocument, errors: readonly ErrorObject[]): Group[] {
  const groups = new Map<string, ErrorObject[]>();
  for (const error of errors) {
    // What is wrong with the name of a key is said again, and with the name, by `propertyNames`.
    if (error.propertyName !== undefined) continue;
    groups.set(error.instancePath, [...(groups.get(error.instancePath) ?? []), error]);
  }
  return [...groups].map(([pointer, members]) => ({ path: fromPointer(pointer, document.value), errors: members }));
}

function groupIssues(document: ConfigDocument, { path, errors }: Group): Issue[] {
  const { file } = document;
  const unknown = paramsOf(errors, 'additionalProperties', 'additionalProperty');
  const badNames = paramsOf(errors, 'propertyNames', 'propertyName');
  const meant = new Set(unknown.map((name) => nearestField(file, path, name)));
  // What a merge key would bring in is not missing: the merge key itself has been reported.
  const merges = valueAt(document.value, [...path, '<<']) !== undefined;
  const missing = merges ? [] : paramsOf(errors, 'required', 'missingProperty').filter((name) => !meant.has(name));
  const rest = errors.filter(({ keyword }) => !['additionalProperties', 'propertyNames', 'required'].includes(keyword));
  return [
    ...unknown.map((name) => unknownKey(file, path, name)),
    ...badNames.map((name) => badLabelKey(file, path, name)),
    ...missing.map((name) => missingField(file, [...path, name])),
    ...(rest.length === 0 ? [] : [invalidValue(document, path, rest)]),
  ];
}

function paramsOf(errors: readonly ErrorObject[], keyword: string, param: string): string[] {
  return errors
    .filter((error) => error.keyword === keyword)
    .map((error) => String((error.params as Record<string, unknown>)[param]));
}

function unknownKey(file: FileName, path: Path, name: string): Issue {
  const at = { path: [...path, name], part: 'key' } as const;
  const foreign = path.length === 0 ? foreignKey(file, name) : undefined;
  if (foreign !== undefined) return { file, at, ...foreign };
  const nearest = nearestField(file, path, name);
  const known = Object.keys(propertiesOf(file, path));
  const inSecret = isSecret(path);
  const others =
    known.length < 5
      ? `write ${known.map((key) => `\`${key}\``).join(' or ')}`
      : 'remove it; docs/configuration.md lists the fields';
  return {
    code: 'config/unknown-key',
    file,
    at,
    message: inSecret
      ? `\`${formatPath(path)}\` has an unknown key`
      : `\`${formatPath(at.path)}\` is not a known field`,
    remedy: nearest === undefined ? others : `did you mean \`${nearest}\`?`,
    ...(nearest === undefined || inSecret ? {} : { fix: { op: 'rename', path: at.path, name: nearest } as const }),
  };
}

/** Names that are known, only not here: computed ones, and those of the other file. */
function foreignKey(file: FileName, name: string): Pick<Issue, 'code' | 'message' | 'remedy' | 'fix'> | undefined {
  if (COMPUTED_NAMES.has(name)) {
    const message = `\`${name}\` is computed and cannot be set`;
    const fix = { op: 'remove', path: [name] } as const;
    return { code: 'config/computed-key', message, remedy: 'remove it; it follows from the other fields', fix };
  }
  const newName = OLD_NAMES.get(name);
  if (newName !== undefined && file === 'cluster') {
    const message = `\`${name}\` is the earlier name of \`${newName}\`, which is set as well`;
    return { code: 'config/old-name', message, remedy: 'keep the new name' };
  }
  const other: FileName = file === 'cluster' ? 'nodes' : 'cluster';
  if (!Object.hasOwn(SCHEMAS[other].properties ?? {}, name)) return undefined;
  const message = `\`${name}\` stands in the wrong file`;
  return { code: 'config/misplaced-key', message, remedy: `move it to ${other}.yaml` };
}

/** The field that a misspelt key most likely stands for. */
function nearestField(file: FileName, path: Path, name: string): string | undefined {
  return suggestNearest(name, Object.keys(propertiesOf(file, path)));
}

function badLabelKey(file: FileName, path: Path, name: string): Issue {
  const at = { path: [...path, name], part: 'key' } as const;
  const message = `${JSON.stringify(name)} in \`${formatPath(path)}\` is not ${schemaAt(file, path)?.propertyNames?.['x-form'] ?? 'a key'}`;
  return { code: 'config/invalid-label', file, at, message, remedy: 'for example `topology.kubernetes.io/zone`' };
}

/** The one issue about a value that its schema does not take, whatever keywords it failed at. */
function invalidValue(document: ConfigDocument, path: Path, errors: readonly ErrorObject[]): Issue {
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
    ...fixFor(document, path, schema),
  };
}

/** A value that is told as the one that was meant. */
function fixFor(document: ConfigDocument, path: Path, schema: FieldSchema): Pick<Issue, 'fix'> {
  const value = valueAt(document.value, path);
  if (isSecret(path)) return {};
  const meant =
    correctionFor(value, schema) ?? (isTextWithoutQuotes(value, schema) ? document.source(path) : undefined);
  return meant === undefined ? {} : { fix: { op: 'set', path, value: meant } };
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
  const fix = { op: 'remove', path: at.path } as const;
  return { code: 'config/duplicate-entry', file: document.file, at, message, remedy: 'keep one of the two', fix };
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

/** The usual slips, each undone; two of them may have met in one value. */
const MENDS: readonly ((text: string) => string)[] = [
  (text) => text.trim(),
  (text) => text.toLowerCase(),
  (text) => text.replaceAll('-', ':'),
  (text) => text.replaceAll('_', '-'),
  (text) => text.replace(/^[0-9a-f]{12}$/i, (digits) => digits.match(/../g)?.join(':') ?? digits),
  (text) => text.replace(/^(?:https?:\/\/github\.com\/|(?:ssh:\/\/)?git@github\.com[:/])/, ''),
  (text) => text.replace(/^(https?:\/\/)[^\s/@]*@/, '$1'),
  (text) => text.replace(/^(?:ssh:\/\/)?git@([^:/]+):(?!\/)/, 'ssh://git@$1/'),
  (text) => text.replace(/^ssh:\/\/(?!git@)(?:[^@/]*@)?/, 'ssh://git@'),
  (text) => text.replace(/\.git\/?$/, ''),
  (text) => text.replace(/^https?:\/\//, '').replace(/\/$/, ''),
  (text) => text.replace(/\/\d+$/, ''),
  (text) => (/^[\d.]+$/.test(text) ? `${text}${text.endsWith('.0.0') ? '/16' : '/24'}` : text),
  (text) => text.replace(/\b0+(?=\d)/g, ''),
];

/** A value near to what was written that the schema takes; undefined where none comes to mind. */
function correctionFor(value: unknown, schema: FieldSchema): string | number | boolean | undefined {
  if (typeof value !== 'string') return undefined;
  if (schema.type === 'boolean') return booleanMeantBy(value);
  if (schema.type === 'integer') return /^[1-9]\d*$/.test(value) ? Number(value) : undefined;
  const choices = schema.enum?.filter((choice) => typeof choice === 'string');
  if (choices !== undefined) return suggestNearest(value, choices);
  const once = MENDS.map((mend) => mend(value));
  const twice = once.flatMap((text) => MENDS.map((mend) => mend(text)));
  return [...once, ...twice].find((text) => text !== value && fits(text, schema));
}

function fits(text: string, schema: FieldSchema): boolean {
  const { pattern } = schema;
  const formats = [schema, ...(schema.anyOf ?? [])].flatMap(({ format }) => format ?? []);
  if (formats.length > 0) return formats.some((format) => isOfFormat(text, format));
  return pattern !== undefined && new RegExp(pattern).test(text);
}

function isOfFormat(text: string, format: string): boolean {
  return format.endsWith('-network')
    ? parseNetwork(text)?.family === Number(format.slice(3, 4))
    : parseAddress(text)?.family === Number(format.slice(3, 4));
}

function booleanMeantBy(text: string): boolean | undefined {
  if (/^(?:true|yes|on|y)$/i.test(text)) return true;
  return /^(?:false|no|off|n)$/i.test(text) ? false : undefined;
}

/**
 * The fields that are there though not under their names, as formatted paths: those that a misspelt key stands for, and
 * `<<` in a map whose fields a merge key would bring in.
 */
export function impliedPaths(
  documents: Readonly<Record<FileName, ConfigDocument>>,
  issues: readonly Issue[],
): ReadonlySet<string> {
  const paths = issues.flatMap((issue) => {
    const path = pathOf(issue);
    const name = path?.at(-1);
    if (path === undefined || typeof name !== 'string') return [];
    const parent = path.slice(0, -1);
    if (valueAt(documents[issue.file].value, [...parent, '<<']) !== undefined) return [[...parent, '<<']];
    if (issue.code !== 'config/unknown-key') return [];
    const nearest = nearestField(issue.file, parent, name);
    return nearest === undefined ? [] : [[...parent, nearest]];
  });
  return new Set(paths.map(formatPath));
}
