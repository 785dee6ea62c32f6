import { parseTemplate } from '../../jinja/compiler/template.ts';
import type { Condition } from '../../cluster/catalogue.ts';
import { analyze, type LineOrigin } from '../../jinja/index.ts';
import type { ExpressionNode, RootNode, TemplateNode } from '../../jinja/nodes/nodes.ts';
import { childNodes } from '../../jinja/nodes/walk.ts';
import { bundledExtension, resolveSyntax } from '../../jinja/settings.ts';
import { createEnvironment, type RenderRequest, syntaxOptions } from '../../makejinja/render.ts';
import { type Hit, type Markable, renderMarked } from './marks.ts';
import { type DataPath, isBelow, joinReads, NOTHING, type Reads, unique } from './reads.ts';
import { type Spot, type Step, TemplateWalker, type TemplateWorld } from './walk.ts';

/** A line of a template, by the template's name. */
export interface TemplateLine {
  readonly template: string;
  readonly line: number;
}

/** Where a line of the output comes from. */
export interface LineTrace {
  /** The template line that prints it, and then those of macros and collected blocks that made what is printed. */
  readonly made: readonly TemplateLine[];
  /** The macros whose result is printed. */
  readonly macros: Reads['macros'];
  /** What decided that it is printed, from the outside in. */
  readonly steps: readonly Step[];
  /** What its values were read from. */
  readonly reads: Reads;
}

/** A rendered file that can be asked about. */
export interface FileTrace {
  readonly text: string;
  /** Names of the templates that it is made from, its own first. */
  readonly templates: readonly string[];
  /** Everything that is read for it. */
  readonly reads: Reads;
  /** The origin of a line, counted from 0. */
  readonly line: (index: number) => LineTrace;
}

/** Something that a template prints, and where. */
interface Printed {
  readonly node: ExpressionNode;
  readonly spot: Spot;
  readonly first: number;
  readonly last: number;
}

/** What a file is rendered from, with the conditions of the folders that templates lie in. */
export type TraceRequest = RenderRequest & { readonly conditions?: readonly Pick<Condition, 'folder' | 'when'>[] };

/**
 * Renders a template so that its output can be asked for its origins. It is rendered twice and read once more as it is
 * written; nothing of that happens in other runs.
 *
 * @param template - name of the template
 * @param data - the data of the cluster, without those of the user's plugins
 */
export function traceFile(request: TraceRequest, template: string, data: Readonly<Record<string, unknown>>): FileTrace {
  const { text, lines } = createEnvironment({ ...request, origins: true })
    .getTemplate(template)
    .renderWithOrigins();
  const reading = readTemplates(request, template);
  const own = reading.printed.filter(({ spot }) => spot.steps[0]?.kind !== 'macro');
  const hits = renderMarked(
    { request, markable: markableLines(reading.printed), data },
    (marked) => createEnvironment(marked).getTemplate(template).render(),
    text,
  );
  const conditions = conditionSteps(request, template);
  const reads = [
    ...conditions.map((step) => step.reads),
    ...own.flatMap((one) => [reading.readsAt(one), ...stepReads(one)]),
  ];
  return {
    text,
    templates: reading.templates,
    reads: tidy(joinReads(reads)),
    line: (index) => {
      const { steps, ...traced } = traceLine({ reading, lines, hits: hits ?? [], template }, index);
      return { ...traced, steps: [...conditions, ...steps] };
    },
  };
}

/** The conditions of the folders around a template: they decide of all of its lines. */
export function conditionSteps(request: TraceRequest, template: string): Step[] {
  const around = request.conditions?.filter(({ folder }) => template.startsWith(`${folder}/`)) ?? [];
  const kindOf = nameKinds(request);
  const { blockStart, blockEnd } = request.settings.delimiter;
  return around.map(({ folder, when }) => {
    const entry = `${folder}/entry.yaml`;
    const text = `${blockStart} if (${when}) ${blockEnd}${blockStart} endif ${blockEnd}`;
    const names = analyze(text, syntaxOptions(request)).variables.map(({ name }) => name);
    const paths = names.filter((name) => kindOf(name) === 'data').map((name) => [name]);
    const lines = request.inputs.files.get(entry)?.bytes.toString('utf8').split('\n') ?? [];
    const line = lines.findIndex((one) => one.startsWith('when:')) + 1;
    return { kind: 'if', template: entry, line, reads: { ...NOTHING, paths } };
  });
}

interface Reading {
  readonly printed: readonly Printed[];
  readonly templates: readonly string[];
  readonly readsAt: (printed: Printed) => Reads;
  readonly argumentsAt: (printed: Printed) => Reads;
  readonly kindOf: TemplateWorld['kindOf'];
}

function readTemplates(request: RenderRequest, template: string): Reading {
  const parse = templateParser(request);
  const kindOf = nameKinds(request);
  const templates = new Set<string>();
  const printed: Printed[] = [];
  const world: TemplateWorld = {
    kindOf,
    parse: (name) => {
      const root = parse(name);
      if (root !== undefined) templates.add(name);
      return root;
    },
  };
  const walker = new TemplateWalker(world, (node, spot) => printed.push({ node, spot, ...linesOf(node) }));
  walker.walkTemplate(template);
  return {
    printed,
    templates: [...templates],
    readsAt: ({ node, spot }) => walker.readsAt(node, spot),
    argumentsAt: ({ node, spot }) => walker.argumentsAt(node, spot),
    kindOf,
  };
}

/** Names of data and of functions; what the engine itself brings along is neither. */
function nameKinds({ plugins }: RenderRequest): TemplateWorld['kindOf'] {
  const functions = new Set(plugins.flatMap((plugin) => Object.keys(plugin.functions ?? {})));
  const data = new Set(
    plugins.flatMap(({ data: own, globals }) => [
      ...(own instanceof Map ? (own.keys() as Iterable<string>) : Object.keys(own ?? {})),
      ...Object.keys(globals ?? {}),
    ]),
  );
  return (name) => (functions.has(name) ? 'function' : data.has(name) ? 'data' : undefined);
}

function linesOf(node: ExpressionNode): { first: number; last: number } {
  if (node.typename === 'TemplateData') {
    return { first: node.lineno, last: node.lineno + node.value.replace(/\n$/, '').split('\n').length - 1 };
  }
  const lines = [node.lineno, ...linesBelow(node)];
  return { first: Math.min(...lines), last: Math.max(...lines) };
}

function linesBelow(node: TemplateNode): number[] {
  return childNodes(node).flatMap((child) => [child.lineno, ...linesBelow(child)]);
}

/** The lines whose break is text of the template, so that a mark before it is printed with the line. */
function markableLines(printed: readonly Printed[]): Markable {
  const found = new Map<string, Map<number, Pick<Spot, 'locals' | 'loop'>>>();
  for (const { node, spot } of printed) {
    if (node.typename !== 'TemplateData') continue;
    const lines = found.get(spot.template) ?? new Map<number, Pick<Spot, 'locals' | 'loop'>>();
    found.set(spot.template, lines);
    const breaks = node.value.split('\n').length - 1;
    for (let line = 0; line < breaks; line += 1) lines.set(node.lineno + line, spot);
  }
  return found;
}

interface LineQuestion {
  readonly reading: Reading;
  readonly lines: readonly LineOrigin[];
  readonly hits: readonly (readonly Hit[])[];
  readonly template: string;
}

function traceLine(question: LineQuestion, index: number): LineTrace {
  const { reading, hits, template } = question;
  const origin = question.lines[index];
  const outer: TemplateLine = { template: origin?.template ?? template, line: origin?.line ?? 1 };
  const inner = (hits[index] ?? []).filter((hit) => !isSame(hit, outer));
  const hit = ownHit(question, index, outer);
  const printed = printedAt(reading, outer);
  const values = printed.map((one) => rebind(reading.readsAt(one), one.spot, hit));
  const insides = inner.flatMap((one) =>
    printedAt(reading, one).map((place) => ({
      reads: rebind(reading.readsAt(place), place.spot, one),
      steps: stepsOf(place, one),
    })),
  );
  const named = printed.slice(0, 1).map(({ spot }) => rebind(namedReads(origin, spot, reading), spot, hit));
  // A parameter that is a plain value is not found again: it is one of what the call is given.
  const isGiven = insides.some(({ reads }) => reads.paths.some(isParameter));
  const given = isGiven ? printed.map((one) => rebind(reading.argumentsAt(one), one.spot, hit)) : [];
  const made = inner.length > 0 ? [...insides.map(({ reads }) => reads), ...given] : [...values, ...named];
  const steps = [...printed.flatMap((one) => stepsOf(one, hit)), ...insides.flatMap((one) => one.steps)];
  return {
    made: unique(
      [outer, ...inner].map(({ template: name, line }) => ({ template: name, line })),
      keyOf,
    ),
    macros: joinReads(values).macros,
    steps: unique(steps, (step) => step.kind + keyOf(step)),
    reads: tidy(joinReads(made)),
  };
}

/** A call may print several lines and is marked at the end of the last one. */
function ownHit({ lines, hits }: LineQuestion, index: number, outer: TemplateLine): Hit | undefined {
  for (let at = index; at < lines.length; at += 1) {
    const origin = lines[at];
    if (at > index && (origin?.template !== outer.template || origin.line !== outer.line)) return undefined;
    const found = hits[at]?.find((hit) => isSame(hit, outer));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The same line can be walked through more than once: where a partial is included from several places. */
function printedAt({ printed }: Reading, { template, line }: TemplateLine): Printed[] {
  return printed.filter(({ spot, first, last }) => spot.template === template && first <= line && line <= last);
}

function stepsOf({ spot }: Printed, hit: Hit | undefined): Step[] {
  return spot.steps.map((step) => ({ ...step, reads: rebind(step.reads, spot, hit) }));
}

function stepReads({ spot }: Printed): Reads[] {
  return spot.steps.map(({ reads }) => reads);
}

/** What the engine saw printed in the line beyond what stands in its first template line. */
function namedReads(origin: LineOrigin | undefined, { scope }: Spot, { kindOf }: Reading): Reads {
  const reads = (origin?.names ?? []).map((name): Reads => {
    const [root = '', ...rest] = name.split('.');
    const binding = scope.get(root);
    if (binding?.kind === 'data') return { ...NOTHING, paths: [[...binding.path, ...rest]] };
    if (binding?.kind === 'made') return binding.reads;
    return binding === undefined && kindOf(root) === 'data' ? { ...NOTHING, paths: [[root, ...rest]] } : NOTHING;
  });
  return joinReads(reads);
}

/** Without parameters that are not known, and without a list or map where what is read of it is named. */
function tidy(reads: Reads): Reads {
  const known = reads.paths.filter((path) => !isParameter(path));
  const paths = known.map((path) => (path.at(-1) === '*' ? path.slice(0, -1) : path));
  const deepest = paths.filter((path) => !paths.some((other) => isBelow(other, path)));
  return joinReads([{ ...reads, paths: deepest }]);
}

function isSame(one: TemplateLine, other: TemplateLine): boolean {
  return one.template === other.template && one.line === other.line;
}

function keyOf({ template, line }: TemplateLine): string {
  return `${template}:${String(line)}`;
}

/** What a path that is only known by its form turned out to be. */
interface Replacement {
  readonly general: DataPath;
  readonly actual: DataPath;
}

/** The reads of a place with the items of loops and the arguments of macros that they had in one line of the output. */
function rebind(reads: Reads, spot: Spot, hit: Pick<Hit, 'bound' | 'index'> | undefined): Reads {
  const replacements = hit === undefined ? [] : replacementsOf(spot, hit);
  const paths = reads.paths.map((path) => replaced(path, replacements));
  return { ...reads, paths: paths.filter((path) => !paths.some((other) => isBelow(other, path))) };
}

/** Whether a path starts at a parameter of a macro of which nobody knows what it was given. */
function isParameter(path: DataPath): boolean {
  return path[0]?.startsWith('<') === true;
}

function replacementsOf({ scope, loop }: Spot, { bound, index }: Pick<Hit, 'bound' | 'index'>): Replacement[] {
  const found: Replacement[] = [];
  for (const [name, actual] of bound) {
    const binding = scope.get(name);
    if (binding?.kind === 'data') found.push({ general: binding.path, actual });
  }
  const innermost = loop === undefined ? undefined : scope.get(loop);
  if (innermost?.kind === 'data' && index !== undefined && innermost.path.at(-1) === '*') {
    const general = innermost.path;
    const list = replaced(general.slice(0, -1), found);
    if (!found.some((one) => one.general === general)) found.push({ general, actual: [...list, String(index)] });
  }
  // The longest first: the item of an inner loop before that of the outer one.
  return found.sort((one, other) => other.general.length - one.general.length);
}

function replaced(path: DataPath, replacements: readonly Replacement[]): DataPath {
  const match = replacements.find(({ general }) => general.every((step, index) => path[index] === step));
  return match === undefined ? path : [...match.actual, ...path.slice(match.general.length)];
}

/** Gives the syntax tree of a template by its name, read once; undefined where there is no such template. */
function templateParser(request: RenderRequest): (name: string) => RootNode | undefined {
  const options = syntaxOptions(request);
  const syntax = resolveSyntax(options);
  const tagParsers = options.extensions.map((extension) =>
    typeof extension === 'string' ? bundledExtension(extension) : extension,
  );
  const parsed = new Map<string, RootNode>();
  return (name) => {
    const file = request.inputs.files.get(name);
    if (file === undefined) return undefined;
    const root = parsed.get(name) ?? parseTemplate(file.bytes.toString('utf8'), { syntax, tagParsers });
    parsed.set(name, root);
    return root;
  };
}
