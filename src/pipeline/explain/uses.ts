import { isSecretPath } from '../../sops/rules.ts';
import { type ConfigFile, readDocument } from '../../cluster/config/document.ts';
import { CLUSTER_FIELDS, type FileName, NODE_FIELDS } from '../../cluster/config/schemas.ts';
import { formatPath, type Path } from '../../text/values.ts';
import { templateFinding } from '../../makejinja/render.ts';
import { Failure, failure } from '../../report/finding.ts';
import { suggestNearest } from '../../text/suggest.ts';
import { keysOf, type KeyUse, type KeyWorld } from './keys.ts';
import type { Reads } from './reads.ts';
import { traceFile, type TraceRequest } from './trace.ts';

/** Lines of a generated file that come from a key. */
export interface FileUse {
  readonly file: string;
  /** The template that renders it. */
  readonly source: string;
  readonly secret: boolean;
  /** Lines that print it, or what is computed from it; none of a secret, whose lines are not shown. */
  readonly printed: readonly number[];
  /** Lines that are there, or there in this number, because of it. */
  readonly decided: readonly number[];
}

/** What comes from a key of the configuration. */
export interface KeyExplanation {
  /** The key with its value and its place, as each file's answer has it too. */
  readonly use: KeyUse;
  readonly files: readonly FileUse[];
}

/** Finds every line of the generated files that a key has a part in. Throws a Failure for a key that is not known. */
export function usesOf(key: string, request: TraceRequest, world: Omit<KeyWorld, 'hideAll'>): KeyExplanation {
  const path = pathOfKey(key);
  const known = new Set([...Object.keys(CLUSTER_FIELDS), ...Object.keys(world.data), ...world.pluginNames]);
  if (!known.has(path[0] ?? '')) throw unknownKey(key, known);
  const open = { ...world, hideAll: false };
  const [use] = keysOf({ paths: [path.map(String)], functions: [], macros: [] }, open);
  if (use === undefined) throw unknownKey(key, known);
  const isMeant = (reads: Reads): boolean => keysOf(reads, open).some((one) => mentions(one, path));
  const files = [...request.inputs.outputs].flatMap(([file, output]): FileUse[] => {
    if (!output.isTemplate) return [];
    try {
      const trace = traceFile(request, output.file.name, world.data);
      if (trace.text.trim() === '' || !isMeant(trace.reads)) return [];
      const secret = isSecretPath(file);
      const lines = secret ? [] : trace.text.replace(/\n$/, '').split('\n');
      const traces = lines.map((_, index) => trace.line(index));
      const numbersOf = (are: (line: (typeof traces)[number]) => boolean): number[] =>
        traces.flatMap((line, index) => (are(line) ? [index + 1] : []));
      const printed = numbersOf(({ reads }) => isMeant(reads));
      const decided = numbersOf(({ reads, steps }) => !isMeant(reads) && steps.some((step) => isMeant(step.reads)));
      return [{ file, source: output.file.source, secret, printed, decided }];
    } catch (error) {
      throw new Failure('input', [templateFinding(error, output.file, request.inputs)]);
    }
  });
  return { use, files: files.sort((one, other) => (one.file < other.file ? -1 : 1)) };
}

/** Whether a key that was read is the one that is asked for, lies in it or around it, or is made from one that does. */
function mentions({ key, from = [] }: KeyUse, path: readonly string[]): boolean {
  return isAlong(pathOfKey(key), path) || from.some((one) => mentions(one, path));
}

/** What reads the list of nodes as a whole tells nothing of a single field of a node. */
function isAlong(one: readonly string[], asked: readonly string[]): boolean {
  if (one.length < asked.length && asked.length > 2) return false;
  return one.every((step, index) => {
    const there = asked[index];
    return there === undefined || there === step || there === '*' || step === '*';
  });
}

/** `nodes[0].address` as its steps; what stands in brackets may be quoted. */
function pathOfKey(key: string): string[] {
  return (key.match(/\["[^"]*"\]|\[[^\]]*\]|[^.[\]]+/g) ?? []).map((step) => step.replace(/^\["?|"?\]$/g, ''));
}

function unknownKey(key: string, known: ReadonlySet<string>): Failure {
  const near = suggestNearest(key, known);
  return refuse(
    `there is no value ${key}`,
    near === undefined ? '`cluster-template config show` lists them' : `did you mean ${near}?`,
  );
}

/**
 * The key that a line of a file sets. A field that is commented out counts: it has its default.
 *
 * @throws Failure of kind `usage` where the line sets nothing, or there is none
 */
export function keyOnLine(name: FileName, { file, text }: ConfigFile, line: number | undefined): string {
  const lines = text.split('\n');
  if (line === undefined) throw refuse(`${file} is no generated file`, `name one of its lines, such as ${file}:1`);
  const written = lines[line - 1];
  if (written === undefined)
    throw refuse(`${file} has ${String(lines.length)} lines, so there is no line ${String(line)}`);
  const commented = /^\s*# ?(\w+):/.exec(written)?.[1];
  if (commented !== undefined && Object.hasOwn(CLUSTER_FIELDS, commented)) return commented;
  if (commented !== undefined && Object.hasOwn(NODE_FIELDS, commented)) return `nodes[*].${commented}`;
  const document = readDocument(name, { file, text });
  const starts = pathsIn(document.value)
    .map((path) => ({ path, line: document.lineOf(path) ?? Infinity }))
    .filter((one) => one.line <= line)
    .sort((one, other) => one.line - other.line || one.path.length - other.path.length);
  const found = /^\s*(?:#|$)/.test(written) ? undefined : starts.at(-1)?.path;
  if (found !== undefined) return formatPath(found);
  throw refuse(`${file}:${String(line)} sets no field`, 'name a line that does, or the field itself');
}

/** The paths of all fields of a document; an item of a list of texts is no field. */
function pathsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const entries = Array.isArray(value)
    ? value.map((item, index) => [index, item as unknown] as const)
    : Object.entries(value);
  return entries.flatMap(([step, item]) => {
    const own = [...path, step];
    const isField = typeof step === 'string' || (typeof item === 'object' && item !== null);
    return [...(isField ? [own] : []), ...pathsIn(item, own)];
  });
}

function refuse(message: string, remedy?: string): Failure {
  return failure('usage', { code: 'usage/argument', message, ...(remedy === undefined ? {} : { remedy }) });
}
