import {
  type CodeCache,
  Environment,
  type EnvironmentOptions,
  Exhausted,
  FunctionLoader,
  type PassedArgument,
  type Policies,
  pyError,
  pythonFunction,
  type SharedModule,
  TemplateError,
  templatePath,
} from '../jinja/index.ts';
import { Failure, failure, type Finding, type Place } from '../report/finding.ts';
import { decodeUtf8 } from '../report/source.ts';
import type { InputFile, Inputs, Output } from './inputs.ts';
import { type RenderMemory, RenderReads } from './render-memory.ts';
import { isSigned } from './plugin-functions.ts';
import type { Plugin, SignedFunction } from './plugin.ts';
import type { JinjaExtension, Settings } from './settings.ts';
import { randomNumber } from '../system/environment.ts';

/** A file of the result. */
export interface RenderedFile {
  /** Relative to the output folder, with forward slashes. */
  readonly path: string;
  /** The template or plain file that it came from, relative to the settings' folder. */
  readonly source: string;
  readonly bytes: Buffer;
  /** Permission bits: the template's where the settings copy them, else 0o644. */
  readonly mode: number;
  /** Whether it was rendered; a file without the template's ending is copied as it is. */
  readonly isRendered: boolean;
}

/** What a rendering needs. */
export interface RenderRequest {
  readonly settings: Settings;
  /** Every file by the name that templates include it under, and those that become output. */
  readonly inputs: Pick<Inputs, 'files' | 'outputs'>;
  /** In the order of their weight: a later one wins. */
  readonly plugins: readonly Plugin[];
  /** Variables of single templates, by the template's name. */
  readonly fileData?: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
  /** Where compiled templates are kept between runs. */
  readonly codeCache?: CodeCache;
  /** Whether the environment's templates can tell where their output comes from. */
  readonly origins?: boolean;
  /** Takes over what an earlier rendering gave, and keeps what this one gives; not asked where single templates have variables. */
  readonly memory?: RenderMemory;
}

/**
 * Renders all inputs in memory. A template whose result is only white space gives no file, unless the settings keep empty
 * ones.
 *
 * @returns the files in the order of their paths
 * @throws Failure of kind `input` with a finding for every template that is wrong
 */
export function renderInputs(request: RenderRequest): RenderedFile[] {
  const results = [...renderEach(request).values()];
  const findings = results.flatMap(({ finding }) => finding ?? []);
  if (findings.length > 0) throw new Failure('input', withoutRepeats(findings));
  return results.flatMap(({ file }) => file ?? []).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** What became of one output. */
export interface RenderResult {
  /** Absent where the output is empty, or its template is wrong. */
  readonly file?: RenderedFile;
  /** What is wrong with its template. */
  readonly finding?: Finding;
  /** Names of all templates that it asked for, itself and those that do not exist among them. */
  readonly templates: ReadonlySet<string>;
}

/** Renders each output for itself, by its path: what is wrong with one template keeps no other from being rendered. */
export function renderEach(request: RenderRequest): Map<string, RenderResult> {
  const environment = createEnvironment(request);
  request.memory?.begin({ ...request, environment });
  const results = new Map<string, RenderResult>();
  for (const [path, output] of request.inputs.outputs) {
    const reads = new RenderReads();
    reads.templates.add(output.file.name);
    environment.reads = reads;
    const { templates } = reads;
    try {
      const file = renderOutput(path, output, environment, request);
      results.set(path, { ...(file === undefined ? {} : { file }), templates });
    } catch (error) {
      results.set(path, { finding: templateFinding(error, output.file, request.inputs), templates });
    }
  }
  return results;
}

/** An environment of templates in folders that notes what is read while one of them is rendered. */
class NotingEnvironment extends Environment {
  declare files: Inputs['files'];
  reads = new RenderReads();
  /** What was read for the modules that imports share: whoever imports one later has read it too. */
  readonly #modules = new Map<LoadedTemplate, RenderReads>();

  constructor(options: EnvironmentOptions) {
    super(options);
    this.globalVariables = new NotedVariables(this.globalVariables, this);
  }

  /** One template has one name here, however it is asked for: that is the name that errors and caches know it by. */
  override load(name: string): LoadedTemplate {
    const path = templatePath(name);
    this.reads.templates.add(path ?? name);
    if (path === undefined || !this.files.has(path)) throw pyError('TemplateNotFound', name);
    return super.load(path);
  }

  override sharedModule<Module extends SharedModule>(template: LoadedTemplate, find: () => Module): Module {
    const importer = this.reads;
    const reads = this.#modules.get(template) ?? new RenderReads();
    this.#modules.set(template, reads);
    this.reads = reads;
    try {
      const module = super.sharedModule(template, find);
      // What one importer changes in it the next one finds changed.
      reads.isOpaque ||= module.hasState;
      return module;
    } finally {
      this.reads = importer;
      importer.add(reads);
    }
  }
}

/** The global variables of an environment, which notes each name that is asked for. */
class NotedVariables extends Map<string, unknown> {
  readonly #environment: NotingEnvironment;

  constructor(variables: ReadonlyMap<string, unknown>, environment: NotingEnvironment) {
    super();
    this.#environment = environment;
    for (const [name, value] of variables) super.set(name, value);
  }

  override get(name: string): unknown {
    this.#environment.reads.names.add(name);
    return super.get(name);
  }

  override has(name: string): boolean {
    this.#environment.reads.names.add(name);
    return super.has(name);
  }

  override entries(): MapIterator<[string, unknown]> {
    this.#environment.reads.isOpaque = true;
    return super.entries();
  }

  override [Symbol.iterator](): MapIterator<[string, unknown]> {
    return this.entries();
  }

  override keys(): MapIterator<string> {
    this.#environment.reads.isOpaque = true;
    return super.keys();
  }

  override values(): MapIterator<unknown> {
    this.#environment.reads.isOpaque = true;
    return super.values();
  }

  override forEach(visit: (value: unknown, name: string, map: Map<string, unknown>) => void): void {
    this.#environment.reads.isOpaque = true;
    super.forEach(visit);
  }
}

type LoadedTemplate = ReturnType<Environment['load']>;

function renderOutput(
  path: string,
  { file, isTemplate }: Output,
  environment: NotingEnvironment,
  { settings, fileData, memory }: RenderRequest,
): RenderedFile | undefined {
  const mode = settings.copyMetadata || !isTemplate ? file.mode : 0o644;
  if (!isTemplate) return { path, source: file.source, bytes: file.bytes, mode, isRendered: false };
  let text = memory?.recall(path, file.name);
  if (text === undefined) {
    text = environment.getTemplate(file.name).render(fileData?.get(file.name) ?? {});
    memory?.keep(path, environment.reads, text);
  }
  if (text.trim() === '' && !settings.keepEmpty) return undefined;
  return { path, source: file.source, bytes: Buffer.from(text, 'utf8'), mode, isRendered: true };
}

/** The extensions of the engine by the import paths that makejinja takes. */
const EXTENSIONS = {
  'jinja2.ext.debug': 'debug',
  'jinja2.ext.do': 'do',
  'jinja2.ext.i18n': 'i18n',
  'jinja2.ext.loopcontrols': 'loopcontrols',
} as const satisfies Record<JinjaExtension, string>;

/** How the settings and the plugins have templates written. */
export function syntaxOptions({ settings, plugins }: Pick<RenderRequest, 'settings' | 'plugins'>): SyntaxOptions {
  const { delimiter, prefix, whitespace } = settings;
  return {
    ...delimiter,
    ...whitespace,
    lineStatementPrefix: prefix.lineStatement ?? undefined,
    lineCommentPrefix: prefix.lineComment ?? undefined,
    extensions: [
      ...settings.extensions.map((name) => EXTENSIONS[name]),
      ...plugins.flatMap((plugin) => plugin.extensions ?? []),
    ],
  };
}

type SyntaxOptions = EnvironmentOptions & Required<Pick<EnvironmentOptions, 'extensions'>>;

/** The engine as the settings, inputs and plugins want it. */
export function createEnvironment(request: RenderRequest): NotingEnvironment {
  const { settings, inputs, plugins, codeCache, origins } = request;
  const environment: NotingEnvironment = new NotingEnvironment({
    ...syntaxOptions(request),
    loader: new FunctionLoader((name) => textOf(inputs.files.get(name))),
    autoescape: settings.internal.autoescape,
    random: () => {
      environment.reads.isOpaque = true;
      return randomNumber();
    },
    undefined: settings.undefined,
    limits: settings.limits,
    policies: Object.assign({}, ...plugins.map((plugin) => plugin.policies)) as Partial<Policies>,
    filters: gather(plugins, ({ filters }) => functionsOf(filters)),
    tests: gather(plugins, ({ tests }) => functionsOf(tests)),
    // Data are globals, as in makejinja: a macro that is imported without context sees them too.
    globals: gather(plugins, globalsOf),
    ...(codeCache === undefined ? {} : { codeCache }),
    ...(origins === undefined ? {} : { origins }),
  });
  environment.files = inputs.files;
  return environment;
}

/**
 * Whether each of some expressions holds, as `if` in a template has it; they see the global variables.
 *
 * @throws TemplateError for the first that is wrong
 */
export function conditionsHold(
  environment: Environment,
  { delimiter }: Settings,
  expressions: readonly string[],
): boolean[] {
  const { blockStart, blockEnd } = delimiter;
  const tag = (words: string): string => `${blockStart} ${words} ${blockEnd}`;
  const text = expressions.map((one) => `${tag(`if (${one})`)}1${tag('else')}0${tag('endif')}`).join('');
  return Array.from(environment.fromString(text).render({}).trim(), (digit) => digit === '1');
}

function gather<T>(plugins: readonly Plugin[], entriesOf: (plugin: Plugin) => readonly [string, T][]): Map<string, T> {
  return new Map(plugins.flatMap((plugin) => entriesOf(plugin)));
}

function globalsOf({ data, globals, functions }: Plugin): [string, unknown][] {
  const entries = data instanceof Map ? [...(data as ReadonlyMap<string, unknown>)] : Object.entries(data ?? {});
  // In makejinja's order: data win over functions of the same name.
  return [...functionsOf(globals), ...functionsOf(functions), ...entries.map(templateEntry)];
}

function functionsOf(table: Readonly<Record<string, unknown>> | undefined): [string, TemplateFunction][] {
  return Object.entries(table ?? {}).map(templateEntry) as [string, TemplateFunction][];
}

function templateEntry([name, value]: [string, unknown]): [string, unknown] {
  return [name, isSigned(value) ? pythonFunction(value.signature, value.run, passOption(value)) : value];
}

function passOption({ pass }: SignedFunction): { readonly pass?: PassedArgument } {
  return pass === undefined ? {} : { pass };
}

type TemplateFunction = (...values: unknown[]) => unknown;

function textOf(file: InputFile | undefined): string | undefined {
  if (file === undefined) return undefined;
  const decoded = decodeUtf8(file.bytes);
  if ('text' in decoded) return decoded.text;
  throw failure('input', {
    code: 'render/encoding',
    message: 'the template is not UTF-8 text',
    place: { file: file.source, ...decoded },
    remedy: 'save it as UTF-8, or take the template ending off its name to copy it as it is',
  });
}

/** A mistake in a file that many templates include is told once. */
export function withoutRepeats(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    const key = JSON.stringify([finding.place, withoutTrail(finding.message)]);
    return !seen.has(key) && seen.add(key);
  });
}

/** What an error of the engine is to the user: a finding at the line of the template where it arose. */
export function templateFinding(error: unknown, file: InputFile, inputs: Pick<Inputs, 'files'>): Finding {
  if (error instanceof Failure && error.findings[0] !== undefined) return error.findings[0];
  if (!(error instanceof TemplateError)) throw error;
  const origin = inputs.files.get(error.template ?? file.name) ?? file;
  const place: Place = {
    file: origin.source,
    ...(error.line === undefined ? {} : { line: error.line }),
    ...(error.column === undefined ? {} : { column: error.column }),
  };
  const sourceLine = error.line === undefined ? undefined : origin.bytes.toString('utf8').split('\n')[error.line - 1];
  const remedy = remedyFor(error);
  return {
    code: 'render/template',
    severity: 'error',
    message: `${error.kind}: ${error.message}${trailOf(error, origin, file)}`,
    ...(remedy === undefined ? {} : { remedy }),
    // What a function or filter of a plugin has to say is better than what the engine makes of it.
    ...insideOf(error.cause),
    place,
    ...(sourceLine === undefined ? {} : { sourceLine: sourceLine.replace(/\r$/, '') }),
  };
}

function remedyFor(error: TemplateError): string | undefined {
  if (error instanceof Exhausted) {
    return `\`${error.bound}\` under [makejinja.limits] in makejinja.toml raises the bound, if the template needs so much`;
  }
  return error.suggestion === undefined ? undefined : `did you mean \`${error.suggestion}\`?`;
}

function insideOf(cause: unknown): Partial<Finding> {
  const inner = cause instanceof Failure ? cause.findings[0] : undefined;
  if (inner === undefined) return {};
  return { code: inner.code, message: inner.message, ...(inner.remedy === undefined ? {} : { remedy: inner.remedy }) };
}

/** A message without the way that led to the mistake: what is left is the same for all who came to it. */
function withoutTrail(message: string): string {
  return message.replace(/ \(reached from .*\)$/s, '');
}

/** How a template that is not itself the mistake came to it. */
function trailOf(error: TemplateError, origin: InputFile, file: InputFile): string {
  if (origin === file) return '';
  const steps = error.trail.filter(({ template }) => template !== undefined && template !== error.template);
  const names = [...new Set(steps.map(({ template, line }) => `${template ?? ''}:${String(line ?? '?')}`))];
  return ` (reached from ${names.length === 0 ? file.name : names.join(', ')})`;
}
