import { hold, ITEM, spend } from '../python/budget.ts';
import type { Context } from './context.ts';
import { decodePlace } from './located.ts';

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
  adopt(offset: number, context: Context): void {
    const marks = context.environment.state.marks ?? [];
    spend(marks.length * ITEM);
    hold(marks.length * MARK);
    for (const mark of marks) this.all.push({ ...mark, offset: mark.offset + offset });
    context.environment.state.marks = undefined;
  }

  /** Hands the marks to whoever asked for the output; gives the output. */
  finish(context: Context, output: string): string {
    context.environment.state.marks = this.all;
    return output;
  }
}
