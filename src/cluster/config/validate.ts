import type { ErrorObject } from 'ajv';
import { suggestNearest } from '../../text/suggest.ts';
import { COMPUTED_NAMES } from '../computed/names.ts';
import type { ConfigDocument } from './document.ts';
import { validateCluster, validateNodes } from './generated/validators.js';
import { invalidValue } from './invalid-value.ts';
import { isError, pathOf, type Issue } from './issue.ts';
import { missingField } from './missing.ts';
import { OLD_NAMES } from './old-names.ts';
import { formatPath, fromPointer, isWithin, valueAt, type Path } from './path.ts';
import { isSecret, propertiesOf, schemaAt, SCHEMAS, type FileName } from './schemas.ts';

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
  };
}

/** Names that are known, only not here: computed ones, and those of the other file. */
function foreignKey(file: FileName, name: string): Pick<Issue, 'code' | 'message' | 'remedy'> | undefined {
  if (COMPUTED_NAMES.has(name)) {
    const message = `\`${name}\` is computed and cannot be set`;
    return { code: 'config/computed-key', message, remedy: 'remove it; it follows from the other fields' };
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
export function nearestField(file: FileName, path: Path, name: string): string | undefined {
  return suggestNearest(name, Object.keys(propertiesOf(file, path)));
}

function badLabelKey(file: FileName, path: Path, name: string): Issue {
  const at = { path: [...path, name], part: 'key' } as const;
  const message = `${JSON.stringify(name)} in \`${formatPath(path)}\` is not ${schemaAt(file, path)?.propertyNames?.['x-form'] ?? 'a key'}`;
  return { code: 'config/invalid-label', file, at, message, remedy: 'for example `topology.kubernetes.io/zone`' };
}
