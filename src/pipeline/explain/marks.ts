import type { RenderRequest } from '../../makejinja/render.ts';
import type { DataPath } from './reads.ts';
import type { Spot } from './walk.ts';

/** Private characters, which no text of a cluster holds; a text that does is not marked. */
const [OPEN, CLOSE] = ['\u{E000}', '\u{E001}'];
const MARK = new RegExp(`${OPEN}(\\d+)${CLOSE}`, 'g');
const FUNCTION = '__explain_mark__';

/** A line of a template that took part in a line of the output. */
export interface Hit {
  readonly template: string;
  readonly line: number;
  /** Parts of the data that names stood for there. */
  readonly bound: ReadonlyMap<string, DataPath>;
  /** Index of the item of the innermost loop. */
  readonly index: number | undefined;
}

/** The places whose line ends can be marked: by template and line. */
export type Markable = ReadonlyMap<string, ReadonlyMap<number, Pick<Spot, 'locals' | 'loop'>>>;

/**
 * Renders a template whose lines tell where they are, macros and blocks that are collected first among them: at the end of
 * each line of text stands a call that leaves a mark. Undefined where the marks changed what the template makes (it may
 * look at its own output), so that they cannot be relied on.
 *
 * @param render - renders the template from other sources
 * @param text - what the template makes without marks
 * @returns for each line of the text the lines of templates that took part
 */
export function renderMarked(
  { request, markable, data }: MarkedRequest,
  render: (request: RenderRequest) => string,
  text: string,
): readonly (readonly Hit[])[] | undefined {
  if (text.includes(OPEN)) return undefined;
  const marked = { request, markable, data };
  return (
    renderWithMarks(marked, render, text) ??
    // A line that prints a value and nothing else may be empty, and a template may ask whether it is.
    renderWithMarks({ ...marked, markable: withoutBareLines(marked) }, render, text)
  );
}

function renderWithMarks(
  { request, markable, data }: MarkedRequest,
  render: (request: RenderRequest) => string,
  text: string,
): readonly (readonly Hit[])[] | undefined {
  const hits: Hit[] = [];
  const places = objectPaths(data);
  const mark = (template: unknown, line: unknown, index: unknown, ...names: unknown[]): string => {
    const bound = new Map<string, DataPath>();
    for (let at = 0; at < names.length; at += 2) {
      const path = places.get(names[at + 1]);
      if (path !== undefined) bound.set(String(names[at]), path);
    }
    hits.push({
      template: String(template),
      line: Number(line),
      bound,
      index: typeof index === 'number' ? index : undefined,
    });
    return `${OPEN}${String(hits.length - 1)}${CLOSE}`;
  };
  const plugins = [...request.plugins, { name: 'explain', functions: { [FUNCTION]: mark } }];
  const marked = renderOrUndefined(() => render({ ...request, plugins, inputs: withMarks(request, markable) }));
  if (marked?.replaceAll(MARK, '') !== text) return undefined;
  return marked.split('\n').map((line) => [...line.matchAll(MARK)].flatMap(([, number]) => hits[Number(number)] ?? []));
}

/** What marking needs. */
interface MarkedRequest {
  readonly request: RenderRequest;
  readonly markable: Markable;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A template that fails with marks has its reasons; what it makes without them is known already. */
function renderOrUndefined(render: () => string): string | undefined {
  try {
    return render();
  } catch {
    return undefined;
  }
}

function withMarks({ inputs, settings }: RenderRequest, markable: Markable): RenderRequest['inputs'] {
  const files = new Map(inputs.files);
  const { variableStart, variableEnd } = settings.delimiter;
  for (const [name, lines] of markable) {
    const file = files.get(name);
    if (file === undefined) continue;
    const source = file.bytes.toString('utf8').split('\n');
    for (const [line, { locals, loop }] of lines) {
      const passed = [...new Set(locals)].map((local) => `, '${local}', ${local}`).join('');
      const index = loop === undefined ? 'none' : 'loop.index0';
      const call = `${variableStart} ${FUNCTION}(${JSON.stringify(name)}, ${String(line)}, ${index}${passed}) ${variableEnd}`;
      source[line - 1] = (source[line - 1] ?? '').replace(/\r?$/, (end) => call + end);
    }
    files.set(name, { ...file, bytes: Buffer.from(source.join('\n'), 'utf8') });
  }
  return { ...inputs, files };
}

function withoutBareLines({ request: { inputs, settings }, markable }: MarkedRequest): Markable {
  const { variableStart, variableEnd } = settings.delimiter;
  return new Map(
    [...markable].map(([name, lines]) => {
      const source = inputs.files.get(name)?.bytes.toString('utf8').split('\n') ?? [];
      const isBare = (line: number): boolean => {
        const text = source[line - 1]?.trim() ?? '';
        return text.startsWith(variableStart) && text.indexOf(variableEnd) === text.length - variableEnd.length;
      };
      return [name, new Map([...lines].filter(([line]) => !isBare(line)))];
    }),
  );
}

/** Where each map and list of the data stands. */
function objectPaths(data: Readonly<Record<string, unknown>>): ReadonlyMap<unknown, DataPath> {
  const paths = new Map<unknown, DataPath>();
  const visit = (value: unknown, path: DataPath): void => {
    if (typeof value !== 'object' || value === null || paths.has(value)) return;
    paths.set(value, path);
    for (const [key, item] of Object.entries(value)) visit(item, [...path, key]);
  };
  for (const [name, value] of Object.entries(data)) visit(value, [name]);
  return paths;
}
