import { isDeepStrictEqual } from 'node:util';
import { COMPANION_FILE } from '../root.ts';
import type { ConfigDocument } from './document.ts';
import { type Issue, pathOf } from './issue.ts';
import { isSecret } from './schemas.ts';
import { formatPath, isWithin, type Path, valueAt } from '../../text/values.ts';
import { NotEditable, type WrittenScalar, YamlText } from './yaml-text.ts';
import migrations from '../../../schemas/migrations.json' with { type: 'json' };

/** A file whose fields a migration changes; fields of cluster.yaml are looked for in its encrypted companion too. */
type MigratedFile = 'cluster.yaml' | 'nodes.yaml';

/** The way to fields: a key of each map, and `*` for every entry of a list. */
type Pattern = readonly string[];

/** What a step does to each field that it finds. */
type Change =
  | { readonly kind: 'rename'; readonly at: Pattern; readonly to: string }
  | {
      readonly kind: 'move';
      readonly from: Pattern;
      readonly to: Pattern;
      readonly file: MigratedFile;
      readonly toFile: MigratedFile;
    }
  | { readonly kind: 'convert'; readonly at: Pattern; readonly convert: (value: unknown) => WrittenScalar | undefined };

/** One small change of the configuration that a version asks for. Done again where it was done before it changes nothing. */
export interface MigrationStep {
  readonly name: string;
  /** The version that brought it. */
  readonly version: string;
  readonly file: MigratedFile;
  readonly change: Change;
}

/** The steps of this version, in their order. */
export const MIGRATIONS: readonly MigrationStep[] = readMigrations(migrations).steps;

/**
 * Reads steps as schemas/migrations.json has them. Those of a kind that is not known here are named: a newer version may have some.
 */
export function readMigrations(value: unknown): {
  readonly steps: readonly MigrationStep[];
  readonly unknown: readonly string[];
} {
  const list = valueAt(value, ['steps']);
  const steps: MigrationStep[] = [];
  const unknown: string[] = [];
  for (const entry of Array.isArray(list) ? (list as readonly unknown[]) : []) {
    const step = readStep(entry);
    if (step === undefined) unknown.push(nameOf(entry));
    else steps.push(step);
  }
  return { steps, unknown };
}

function nameOf(entry: unknown): string {
  const name = valueAt(entry, ['name']);
  return typeof name === 'string' ? name : JSON.stringify(entry);
}

function readStep(entry: unknown): MigrationStep | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { name, version, file, ...rest } = entry as Partial<Record<string, unknown>>;
  if (typeof name !== 'string' || typeof version !== 'string' || !isMigratedFile(file)) return undefined;
  const change = readChange(file, rest);
  return change === undefined ? undefined : { name, version, file, change };
}

function readChange(file: MigratedFile, fields: Partial<Record<string, unknown>>): Change | undefined {
  const { rename, move, convert, to, toFile = file, values, pattern, replacement, ...others } = fields;
  if (Object.keys(others).length > 0) return undefined;
  if (typeof rename === 'string' && typeof to === 'string') return { kind: 'rename', at: patternOf(rename), to };
  if (typeof move === 'string' && typeof to === 'string' && isMigratedFile(toFile)) {
    return { kind: 'move', from: patternOf(move), to: patternOf(to), file, toFile };
  }
  if (typeof convert !== 'string') return undefined;
  const at = patternOf(convert);
  if (typeof values === 'object' && values !== null) {
    const scalars = new Map(
      Object.entries(values).filter((pair): pair is [string, WrittenScalar] => isScalar(pair[1])),
    );
    return { kind: 'convert', at, convert: (value) => (isScalar(value) ? scalars.get(String(value)) : undefined) };
  }
  if (typeof pattern !== 'string' || typeof replacement !== 'string') return undefined;
  const expression = expressionOf(pattern);
  if (expression === undefined) return undefined;
  return {
    kind: 'convert',
    at,
    convert: (value) =>
      typeof value === 'string' && expression.test(value) ? value.replace(expression, replacement) : undefined,
  };
}

/** A newer version may use what this Node's regular expressions do not have. */
function expressionOf(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern);
  } catch {
    return undefined;
  }
}

/** `nodes[].disk` as a pattern. */
function patternOf(text: string): Pattern {
  return text.split('.').flatMap((key) => (key.endsWith('[]') ? [key.slice(0, -2), '*'] : [key]));
}

function isMigratedFile(value: unknown): value is MigratedFile {
  return value === 'cluster.yaml' || value === 'nodes.yaml';
}

function isScalar(value: unknown): value is WrittenScalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** The names that a file's fields had earlier, by their pattern; a renamed field is still read under its earlier name. */
function earlierNames(
  file: MigratedFile,
  steps: readonly MigrationStep[] = MIGRATIONS,
): readonly { readonly at: Pattern; readonly to: string }[] {
  return steps.flatMap(({ file: of, change }) => (of === file && change.kind === 'rename' ? [change] : []));
}

/** The paths of the values that a pattern leads to. */
export function pathsOf(pattern: Pattern, value: unknown): Path[] {
  const [step, ...rest] = pattern;
  if (step === undefined) return [[]];
  if (step === '*') {
    const entries = Array.isArray(value) ? (value as readonly unknown[]) : [];
    return entries.flatMap((entry, index) => pathsOf(rest, entry).map((path) => [index, ...path]));
  }
  const found = valueAt(value, [step]);
  return found === undefined ? [] : pathsOf(rest, found).map((path) => [step, ...path]);
}

/** Texts of the configuration by the name of their file; the companion's is its decrypted one. */
type MigratedTexts = ReadonlyMap<string, string>;

/** What became of a field that a step is about. */
export interface MigratedField {
  readonly step: string;
  readonly version: string;
  readonly file: string;
  readonly from: string;
  /** Where it is now, or the value that it has now; no value of a secret is in it. */
  readonly to: string;
  /** Why it has to be done by hand; undefined where it was done. */
  readonly reason?: string;
}

/** What migrating came to. */
interface Migrated {
  readonly texts: MigratedTexts;
  readonly fields: readonly MigratedField[];
}

/**
 * Takes the steps through the texts, in their order. Comments, quotes and everything that no step is about stay byte for byte. A field
 * that cannot be changed by editing its lines, or whose new place is taken, stays and is told.
 *
 * @param texts - by file name; a file that is left out is not there. Each has to be YAML without errors
 */
export function migrate(texts: MigratedTexts, steps: readonly MigrationStep[] = MIGRATIONS): Migrated {
  const current = new Map(texts);
  const fields = steps.flatMap((step) => {
    const files = step.file === 'cluster.yaml' ? [step.file, COMPANION_FILE] : [step.file];
    return files.flatMap((file) => migrateFile(current, file, step));
  });
  return { texts: current, fields };
}

function migrateFile(texts: Map<string, string>, file: string, step: MigrationStep): MigratedField[] {
  const { name, version, change } = step;
  const pattern = change.kind === 'move' ? change.from : change.at;
  return pathsOf(pattern, valueOf(texts, file)).flatMap((path): MigratedField[] => {
    const edit = editOf(change, { file, path, value: valueAt(valueOf(texts, file), path) });
    if (edit === undefined) return [];
    const field = { step: name, version, file, from: formatPath(path), to: edit.told };
    try {
      for (const [changed, text] of editedTexts(texts, edit)) texts.set(changed, text);
      return [field];
    } catch (error) {
      if (!(error instanceof NotEditable)) throw error;
      return [{ ...field, reason: error.message }];
    }
  });
}

/** What is to be done to one field. */
interface Edit {
  readonly file: string;
  readonly from: Path;
  readonly toFile: string;
  readonly to: Path;
  /** The value that it gets; undefined where it keeps its own. */
  readonly value: WrittenScalar | undefined;
  readonly told: string;
}

/** Undefined where there is nothing to do. */
function editOf(
  change: Change,
  { file, path, value }: { readonly file: string; readonly path: Path; readonly value: unknown },
): Edit | undefined {
  const edit = { file, from: path, toFile: file, value: undefined };
  if (change.kind === 'rename') {
    const to = [...path.slice(0, -1), change.to];
    return { ...edit, to, told: formatPath(to) };
  }
  if (change.kind === 'convert') {
    const converted = change.convert(value);
    if (converted === undefined || converted === value) return undefined;
    const isHidden = file === COMPANION_FILE || isSecret(path);
    return { ...edit, to: path, value: converted, told: isHidden ? 'another form' : JSON.stringify(converted) };
  }
  // The entries of the lists on the way are the same ones.
  const indexes = path.filter((step) => typeof step === 'number');
  const to = change.to.map((step) => (step === '*' ? (indexes.shift() ?? 0) : step));
  const toFile = change.toFile === change.file ? file : change.toFile;
  return { ...edit, to, toFile, told: `${toFile === file ? '' : `${toFile}: `}${formatPath(to)}` };
}

/** The texts after an edit. Throws NotEditable where it cannot be made, or where more than it would change. */
function editedTexts(texts: MigratedTexts, edit: Edit): [file: string, text: string][] {
  const { file, from, toFile, to, value } = edit;
  const source = new YamlText(texts.get(file) ?? '');
  if (value !== undefined) {
    const expected = withValue(source.value(), from, value);
    source.replaceScalar(from, value);
    return [checked(file, source, expected)];
  }
  const target = toFile === file ? source : openTarget(texts, edit);
  if (valueAt(target.value(), to) !== undefined) throw new NotEditable(`\`${formatPath(to)}\` is set as well`);
  const moved = valueAt(source.value(), from);
  const left = without(source.value(), from);
  if (target === source) {
    const isRenamed = from.length === to.length && from.slice(0, -1).every((step, index) => step === to[index]);
    if (isRenamed) source.rename(from, String(to.at(-1)));
    else source.move(from, to);
    return [checked(file, source, withValue(left, to, moved))];
  }
  const expected = withValue(target.value(), to, moved);
  target.paste(source.cut(from), to);
  return [checked(file, source, left), checked(toFile, target, expected)];
}

function openTarget(texts: MigratedTexts, { file, toFile }: Edit): YamlText {
  const text = texts.get(toFile);
  if (file === COMPANION_FILE) throw new NotEditable(`a secret cannot stand in ${toFile}`);
  if (text === undefined) throw new NotEditable(`there is no ${toFile}`);
  return new YamlText(text);
}

/** Editing lines is guarded by comparing what the text says with what it should say. */
function checked(file: string, text: YamlText, expected: unknown): [string, string] {
  if (isDeepStrictEqual(text.value() ?? {}, expected ?? {})) return [file, text.text];
  throw new NotEditable('its lines cannot be changed without changing others');
}

function valueOf(texts: MigratedTexts, file: string): unknown {
  const text = texts.get(file);
  return text === undefined ? undefined : new YamlText(text).value();
}

function withValue(root: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value;
  const inner = withValue(valueAt(root, [step]), rest, value);
  if (Array.isArray(root)) return (root as readonly unknown[]).map((entry, index) => (index === step ? inner : entry));
  return { ...(root as object | null | undefined), [step]: inner };
}

/** A value without a field of it, and without the maps that are empty then. */
function without(root: unknown, [step, ...rest]: Path): unknown {
  if (step === undefined) return undefined;
  if (Array.isArray(root)) {
    return (root as readonly unknown[]).map((entry, index) => (index === step ? without(entry, rest) : entry));
  }
  const { [step]: gone, ...others } = root as Record<string | number, unknown>;
  const left = rest.length === 0 ? undefined : without(gone, rest);
  const isEmpty = left === undefined || (typeof left === 'object' && left !== null && Object.keys(left).length === 0);
  return isEmpty ? others : { ...others, [step]: left };
}

/** Names that fields of cluster.yaml had in earlier versions of the template and in its forks, with those that they have now. */
export const OLD_NAMES: ReadonlyMap<string, string> = new Map(
  earlierNames('cluster.yaml').flatMap(({ at, to }) => (at.length === 1 ? [[at[0] ?? '', to] as const] : [])),
);

/**
 * The document with its fields under the names that they have now. Each old name becomes a note; one that stands beside its
 * new name is left for validation to refuse. Places in the text are found under the name that is written there.
 */
export function withNewNames(document: ConfigDocument, steps: readonly MigrationStep[] = MIGRATIONS): ConfigDocument {
  const file = document.file === 'cluster' ? 'cluster.yaml' : 'nodes.yaml';
  // One after the other, as a field may have been renamed more than once.
  return earlierNames(file, steps).reduce((current, { at, to }) => {
    const paths = pathsOf(at, current.value).filter(
      (path) => valueAt(current.value, [...path.slice(0, -1), to]) === undefined,
    );
    return paths.reduce((one, path) => withNewName(one, path, to), current);
  }, document);
}

/** The document with one field under another name; `path` is where it is written. */
function withNewName(document: ConfigDocument, path: Path, name: string): ConfigDocument {
  const current = [...path.slice(0, -1), name];
  const inText = (at: Path): Path => (isWithin(at, current) ? [...path, ...at.slice(path.length)] : at);
  const inValue = (at: Path): Path => (isWithin(at, path) ? [...current, ...at.slice(path.length)] : at);
  return {
    ...document,
    value: renamedIn(document.value, path, name),
    issues: [...document.issues.map((issue) => moved(issue, inValue)), noteOn(document, path, current)],
    quote: (at) => document.quote(inText(at)),
    lineOf: (at) => document.lineOf(inText(at)),
    finding: (issue, own) => document.finding(moved(issue, inText), own),
  };
}

/** A value with a key renamed; the order of the keys stays. */
function renamedIn(value: unknown, [step, ...rest]: Path, name: string): unknown {
  if (step === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return (value as readonly unknown[]).map((entry, index) => (index === step ? renamedIn(entry, rest, name) : entry));
  }
  const entries = Object.entries(value).map(([key, inner]: [string, unknown]) => {
    if (key !== step) return [key, inner] as const;
    return rest.length === 0 ? ([name, inner] as const) : ([key, renamedIn(inner, rest, name)] as const);
  });
  return Object.fromEntries(entries);
}

function moved(issue: Issue, to: (path: Path) => Path): Issue {
  const path = pathOf(issue);
  return path === undefined ? issue : { ...issue, at: { ...issue.at, path: to(path) } };
}

function noteOn({ file }: ConfigDocument, path: Path, current: Path): Issue {
  const name = formatPath(current);
  return {
    code: 'config/old-name',
    severity: 'note',
    file,
    at: { path: current, part: 'key' },
    message: `\`${formatPath(path)}\` is called \`${name}\` now`,
    remedy: `write \`${name}\`; the old name is still read`,
  };
}
