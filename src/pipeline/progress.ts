/** Tells somebody how a run gets on. A run names its stages before it begins. */
export interface Progress {
  /**
   * Does one stage's work.
   *
   * @param title - one of the titles that the run named
   * @param work - gets a function that takes one line of what was found or done
   * @returns what the work returns; what it throws is passed on
   */
  stage<T>(title: string, work: (say: (summary: string) => void) => Promise<T>): Promise<T>;
}

/** Does the work and tells nobody. */
export const SILENT: Progress = {
  stage: (_, work) => work(() => undefined),
};
