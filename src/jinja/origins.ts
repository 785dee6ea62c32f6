import { hold, ITEM, spend } from './python/budget.ts';
import { decodePlace } from './errors.ts';

/** Where one line of the output comes from. */
export interface LineOrigin {
  /** Name of the template; none for one from a string. */
  readonly template: string | undefined;
  /** Line in that template, from 1. */
  readonly line: number;
  /** Names and attribute chains, such as `node.address`, that the values in the line were made of. */
  readonly names: readonly string[];
}

/** A text with the origin of each of its lines. */
export interface RenderedWithOrigins {
  readonly text: string;
  /** One entry for each line of the text, in order. */
  readonly lines: readonly LineOrigin[];
}

/**
 * The origin of each line of an output.
 *
 * @param text The whole output.
 * @param marks Where its pieces begin, in order.
 */
export function lineOrigins(text: string, marks: readonly Mark[]): LineOrigin[] {
  const lines: LineOrigin[] = [];
  let index = 0;
  let start = 0;
  for (const line of text.split('\n')) {
    const end = start + line.length;
    while ((marks[index + 1]?.offset ?? Infinity) <= start) index += 1;
    lines.push(originOf(text, marks, { index, start, end }));
    start = end + 1;
  }
  return lines;
}

/** A line of the output, and the mark that it starts with. */
interface Span {
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

function originOf(text: string, marks: readonly Mark[], { index, start, end }: Span): LineOrigin {
  const first = marks[index];
  if (first === undefined) return { template: undefined, line: 1, names: [] };
  const names = new Set<string>();
  for (let next = index; (marks[next]?.offset ?? Infinity) <= end; next += 1) {
    for (const name of marks[next]?.names ?? []) names.add(name);
  }
  const passed = first.text ? text.slice(first.offset, start).split('\n').length - 1 : 0;
  return { template: first.template, line: first.line + passed, names: [...names] };
}

/** Where a piece of the output begins, and what it was made of. */
export interface Mark {
  readonly offset: number;
  readonly template: string | undefined;
  readonly line: number;
  /** Text of the template, whose line breaks are those of the template; otherwise a value. */
  readonly text: boolean;
  /** Names and attribute chains that the value was made of. */
  readonly names: readonly string[];
}

/** Where a root or block leaves its marks for whoever asked for its output. */
export interface MarkState {
  /** The origins of what has been rendered last, if its template notes them. */
  marks: readonly Mark[] | undefined;
}

/** The part of a context that marks are handed over in. */
interface Rendering {
  readonly environment: { readonly state: MarkState };
}

/** Bytes of a mark. */
const MARK = 72;

/** Collects the marks of one root or block while it renders. */
export class Marks {
  readonly all: Mark[] = [];
  private readonly template: string | undefined;

  constructor(template: string | undefined) {
    this.template = template;
  }

  /** Notes text of the template at this length of the output. */
  text(offset: number, at: number): void {
    hold(MARK);
    this.all.push({ offset, template: this.template, line: decodePlace(at).line, text: true, names: [] });
  }

  /** Notes a value at this length of the output. */
  value(offset: number, at: number, names: readonly string[]): void {
    hold(MARK);
    this.all.push({ offset, template: this.template, line: decodePlace(at).line, text: false, names });
  }

  /** Takes over what the root or block noted that has rendered last: its output comes at this length. */
  adopt(offset: number, context: Rendering): void {
    const marks = context.environment.state.marks ?? [];
    spend(marks.length * ITEM);
    hold(marks.length * MARK);
    for (const mark of marks) this.all.push({ ...mark, offset: mark.offset + offset });
    context.environment.state.marks = undefined;
  }

  /** Hands the marks to whoever asked for the output; gives the output. */
  finish(context: Rendering, output: string): string {
    context.environment.state.marks = this.all;
    return output;
  }
}
