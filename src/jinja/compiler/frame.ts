import { type ScopeCounter, Symbols } from './symbols.ts';

/** What is known about escaping while a template is compiled. */
export interface EvalState {
  autoescape: boolean;
  /** True where only the render knows whether output is escaped. */
  volatile: boolean;
}

/** What the compiler knows about the place that it is at. */
export class Frame {
  readonly state: EvalState;
  readonly symbols: Symbols;
  /** The variable that collects output here; none where it goes to the output of the function. */
  buffer: string | undefined;
  /** Whether output is written only while no parent template is known. */
  requireOutputCheck = false;
  /** The top of a template, conditions there included. */
  toplevel = false;
  /** The very top of a template, outside of all conditions. */
  rootlevel = false;
  /** Whether assignments belong to the variables of a loop. */
  loopFrame = false;
  /** Whether assignments belong to the variables of a block. */
  blockFrame = false;
  /** Whether a function that is called here may ask for the variables of the loop or block. */
  tracksVariables = false;
  /** In a condition, where an unknown filter is a mistake only when it is used. */
  softFrame = false;

  private constructor(state: EvalState, symbols: Symbols) {
    this.state = state;
    this.symbols = symbols;
  }

  /** The outermost frame of a function. */
  static root(state: EvalState, counter: ScopeCounter): Frame {
    return new Frame(state, new Symbols(counter));
  }

  /** The frame of a scope within this one. */
  inner(): Frame {
    const frame = new Frame(this.state, this.symbols.inner());
    frame.buffer = this.buffer;
    frame.requireOutputCheck = this.requireOutputCheck;
    return frame;
  }

  /** The frame of a condition: the same scope, but no longer the root. */
  soft(): Frame {
    const frame = new Frame(this.state, this.symbols);
    Object.assign(frame, {
      buffer: this.buffer,
      requireOutputCheck: this.requireOutputCheck,
      toplevel: this.toplevel,
      loopFrame: this.loopFrame,
      blockFrame: this.blockFrame,
      tracksVariables: this.tracksVariables,
      softFrame: true,
    });
    return frame;
  }
}
