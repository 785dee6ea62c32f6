/** What a step tells while it is at work. */
export interface StepReport {
  /** What goes on right now: the line of a program, say. Shown in the step's line on a terminal and nowhere else. */
  readonly live: (line: string) => void;
  /** Something that is worth keeping: shown as a line of its own, in a log as well. */
  readonly note: (line: string) => void;
  /** What came of the step, behind its title; the last one counts. */
  readonly say: (summary: string) => void;
}

/** Tells somebody how a run gets on. Steps follow each other, and do not lie in each other. */
export interface Progress {
  /**
   * Does one step's work.
   *
   * @returns what the work returns; what it throws is passed on
   */
  step<T>(title: string, work: (report: StepReport) => Promise<T>): Promise<T>;
}

/** Does the work and tells nobody. */
export const SILENT: Progress = {
  step: (_, work) => work({ live: () => undefined, note: () => undefined, say: () => undefined }),
};
