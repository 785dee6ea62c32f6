import { join } from 'node:path';
import type { ClusterRoot } from '../../cluster/root.ts';
import type { Inputs, Output } from '../../makejinja/inputs.ts';
import { createEnvironment, type RenderRequest, templateFinding } from '../../makejinja/render.ts';
import { Failure, failure } from '../../report/finding.ts';
import { redact as redactSecrets } from '../../report/redaction.ts';
import { redact } from '../../sops/redact.ts';
import { parseRules, requireRule } from '../../sops/rules.ts';
import { inspect, readBytesIfPresent } from '../../system/files.ts';
import { suggestNearest } from '../../text/suggest.ts';
import type { Inventory } from '../../workspace/inventory.ts';
import { keysOf, type KeyUse, type KeyWorld } from './keys.ts';
import {
  conditionSteps,
  type FileTrace,
  type LineTrace,
  type TemplateLine,
  traceFile,
  type TraceRequest,
} from './trace.ts';
import type { Step } from './walk.ts';

/** A line of a template. */
export interface SourceLine {
  /** Relative to the cluster's root. */
  readonly file: string;
  readonly line: number;
  /** Its text; absent where the result is a secret, as the template may hold one too. */
  readonly text?: string;
}

/** A statement around what is printed, and the keys that it reads. */
export interface Reason extends SourceLine {
  readonly kind: Step['kind'];
  readonly keys: readonly KeyUse[];
}

/** What a generated file, or a line of it, comes from. */
export interface Explanation {
  readonly file: string;
  /** From 1; absent where the whole file was asked about. For a secret a line of its redacted text. */
  readonly line?: number;
  /** The text of the line, redacted in a secret. */
  readonly text?: string;
  /** Whether the file is only ever written encrypted. */
  readonly secret: boolean;
  /** Whether the file on disk is another one than the inputs give now; secrets are not looked at. */
  readonly differs: boolean;
  /** The template, or the plain file that is copied as it is. */
  readonly source: string;
  readonly isRendered: boolean;
  /** Files of the same name in the input folders that do not win. */
  readonly hidden: readonly string[];
  /** Templates that are included, imported or extended on the way. */
  readonly templates: readonly string[];
  /** The lines of templates that print the line. */
  readonly made: readonly SourceLine[];
  /** Macros whose result is printed. */
  readonly macros: readonly (SourceLine & { readonly name: string })[];
  /** Conditions, loops and includes around it. */
  readonly because: readonly Reason[];
  /** What was read for it. */
  readonly keys: readonly KeyUse[];
}

/** What an answer takes. */
interface Question {
  readonly root: ClusterRoot;
  readonly request: TraceRequest;
  readonly output: Output;
  readonly keys: KeyWorld;
}

/** Explains a file, or one line of it. Throws a Failure of kind `usage` where there is no such line or file. */
export async function answer(question: Question, path: string, line: number | undefined): Promise<Explanation> {
  const { output, request, root } = question;
  const file = output.isTemplate ? render(question, path) : copy(question);
  const whole = {
    file: path,
    secret: question.keys.hideAll,
    differs: !question.keys.hideAll && (await isDifferent(join(root.path, path), file.bytes)),
    source: output.file.source,
    isRendered: output.isTemplate,
    hidden: await shadowed(question),
    templates: file.templates.map((name) => sourceOf(name, request)).filter((source) => source !== output.file.source),
  };
  if (line === undefined)
    return { ...whole, made: [], macros: [], because: [], keys: keysOf(file.reads, question.keys) };
  requireLine(path, line, file.lines.length);
  const { text = '', trace } = file.lines[line - 1] ?? {};
  return { ...whole, line, text, ...explainLine(trace?.(), question) };
}

/** A file as it is asked about. */
interface Asked {
  readonly bytes: Uint8Array;
  readonly templates: readonly string[];
  readonly reads: FileTrace['reads'];
  readonly lines: readonly { readonly text: string; readonly trace: (() => LineTrace) | undefined }[];
}

function render({ request, output, keys }: Question, path: string): Asked {
  const trace = told({ request, output }, () => traceFile(request, output.file.name, keys.data));
  const { text, reads, templates } = trace;
  if (text.trim() === '' && !request.settings.keepEmpty) throw rendersNothing(path, output.file.source);
  const plain = linesOf(text);
  const shown = keys.hideAll ? linesOf(redactedText(path, text, request)) : plain;
  const places = keys.hideAll ? alignRedacted(shown, plain) : shown.map((_, index) => index);
  const lines = shown.map((line, index) => {
    const place = places[index];
    return { text: line, trace: place === undefined ? undefined : () => trace.line(place) };
  });
  return { bytes: Buffer.from(text, 'utf8'), reads, templates, lines };
}

/** Copied as it is: every line comes from the same line. */
function copy({ request, output: { file }, keys }: Question): Asked {
  const steps = conditionSteps(request, file.name);
  const reads = { paths: [], functions: [], macros: [] };
  const lines = linesOf(file.bytes.toString('utf8')).map((text, index) => ({
    text: keys.hideAll ? '[secret]' : text,
    trace: (): LineTrace => ({ made: [{ template: file.name, line: index + 1 }], macros: [], steps, reads }),
  }));
  return { bytes: file.bytes, templates: [], reads, lines };
}

function explainLine(
  trace: LineTrace | undefined,
  { request, keys }: Question,
): Pick<Explanation, 'made' | 'macros' | 'because' | 'keys'> {
  if (trace === undefined) return { made: [], macros: [], because: [], keys: [] };
  const at = (place: TemplateLine): SourceLine => sourceLine(place, request, keys.hideAll);
  return {
    made: trace.made.map(at),
    macros: trace.macros.map((macro) => ({ name: macro.name, ...at(macro) })),
    // Where a macro is walked into, its own lines are named as what makes the line.
    because: trace.steps
      .filter(({ kind }) => kind !== 'macro')
      .map((step) => ({ kind: step.kind, ...at(step), keys: keysOf(step.reads, keys) })),
    keys: keysOf(trace.reads, keys),
  };
}

function sourceLine({ template, line }: TemplateLine, request: RenderRequest, isSecret: boolean): SourceLine {
  const file = request.inputs.files.get(template);
  const place = { file: sourceOf(template, request), line };
  const text = file?.bytes.toString('utf8').split('\n')[line - 1];
  return isSecret || text === undefined ? place : { ...place, text };
}

function sourceOf(template: string, { inputs }: RenderRequest): string {
  return inputs.files.get(template)?.source ?? template;
}

/** As `diff` shows it. */
function redactedText(path: string, text: string, request: RenderRequest): string {
  const rules = request.inputs.outputs.get('.sops.yaml');
  const source =
    rules === undefined
      ? ''
      : told({ request, output: rules }, () => createEnvironment(request).getTemplate(rules.file.name).render());
  return redactSecrets(redact(path, text, requireRule(parseRules(source, rules?.file.source ?? '.sops.yaml'), path)));
}

/** Does what renders a template; what goes wrong there is told as in every other run. */
function told<T>({ request, output }: Pick<Question, 'request' | 'output'>, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Failure('input', [templateFinding(error, output.file, request.inputs)]);
  }
}

function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n');
}

async function isDifferent(path: string, bytes: Uint8Array): Promise<boolean> {
  const present = await readBytesIfPresent(path);
  return present !== undefined && Buffer.compare(present, bytes) !== 0;
}

/** Files of the same name in the other input folders, which lose against the one that is used. */
async function shadowed({ root, request, output: { file } }: Question): Promise<string[]> {
  const candidates = request.settings.inputs.map((input) => `${input.replace(/(?<!\/)\/+$/, '')}/${file.name}`);
  const found = await Promise.all(
    candidates.map(async (path) => ((await inspect(join(root.path, path)))?.kind === 'file' ? path : undefined)),
  );
  return found.filter((path) => path !== undefined && path !== file.source).filter((path) => path !== undefined);
}

/**
 * The template or plain file behind a generated file.
 *
 * @throws Failure of kind `usage` for a path that nothing is generated to
 */
export function outputAt(
  path: string,
  { inputs, conditions = [] }: Pick<TraceRequest, 'inputs' | 'conditions'>,
  inventory: Inventory | undefined,
): Output {
  if (inventory?.adopted.includes(path) === true) {
    throw refuse(
      `${path} was adopted: it is yours, and no template makes it`,
      `give it back with \`cluster-template adopt --release ${path}\``,
    );
  }
  const output = inputs.outputs.get(path);
  if (output !== undefined) return output;
  const off = conditions.find(({ folder }) => path.startsWith(`${folder}/`) && !isRendered(folder, inputs));
  if (off !== undefined) throw refuse(`${path} is not generated with this configuration: it takes \`${off.when}\``);
  if (inventory?.files.has(path) === true) {
    throw refuse(`${path} is no longer generated`, 'the next `cluster-template configure` removes it');
  }
  const near = suggestNearest(path, inputs.outputs.keys()) ?? sameName(path, inputs);
  throw refuse(
    `${path} is not a generated file`,
    near === undefined ? 'list them with `cluster-template plan --all`' : `did you mean ${near}?`,
  );
}

function isRendered(folder: string, { outputs }: Pick<Inputs, 'outputs'>): boolean {
  return [...outputs.keys()].some((path) => path.startsWith(`${folder}/`));
}

/** Throws a Failure of kind `usage` for a line that the text does not have. */
function requireLine(path: string, line: number, count: number): void {
  if (line <= count) return;
  const lines = count === 1 ? '1 line' : `${String(count)} lines`;
  throw refuse(`${path} has ${lines}, so there is no line ${String(line)}`, `give a line from 1 to ${String(count)}`);
}

/** The template gives nothing but white space, so that no file is written. */
function rendersNothing(path: string, source: string): Failure {
  return refuse(`${path} is not generated: its template ${source} renders to nothing with this configuration`);
}

/** A file is often asked for by the end of its path. */
function sameName(path: string, { outputs }: Pick<Inputs, 'outputs'>): string | undefined {
  const found = [...outputs.keys()].filter((one) => one.endsWith(`/${path}`));
  return found.length === 1 ? found[0] : undefined;
}

function refuse(message: string, remedy?: string): Failure {
  return failure('usage', { code: 'usage/argument', message, ...(remedy === undefined ? {} : { remedy }) });
}

const HIDDEN = '[secret]';

/**
 * For each line of a redacted text the index of the line of the plain text that it stands for; undefined where none is
 * found. Redacting writes a file anew, so that quotes may differ and a text of several lines becomes one.
 */
function alignRedacted(redacted: readonly string[], plain: readonly string[]): (number | undefined)[] {
  let next = 0;
  return redacted.map((line) => {
    const start = line.indexOf(HIDDEN);
    const wanted = bare(start < 0 ? line : line.slice(0, start));
    const offset = plain
      .slice(next)
      .findIndex((one) => (start < 0 ? bare(one) === wanted : bare(one).startsWith(wanted)));
    if (offset < 0) return undefined;
    next += offset + 1;
    return next - 1;
  });
}

function bare(line: string): string {
  return line.replaceAll(/["'\s]/g, '');
}
