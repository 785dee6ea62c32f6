import recorded from './substitutions.json' with { type: 'json' };

/** What becomes of a text: itself with its variables replaced, or why Flux refuses it. */
export type Outcome = string | { readonly unset: string } | { readonly unreadable: true };

/** The variables of the recorded texts. */
export const VALUES: ReadonlyMap<string, string> = new Map(Object.entries(recorded.values));

/** A text with what Flux' library makes of it: in strict mode, and with nothing for what is not set. */
export interface Recorded {
  readonly text: string;
  readonly strict: Outcome;
  readonly lenient: Outcome;
}

/** The results are recorded; tests/tools/envsubst.test.ts asks for them anew. */
export const RECORDED: readonly Recorded[] = (
  recorded.cases as unknown as readonly (readonly [string, Outcome, Outcome?])[]
).map(([text, strict, lenient = strict]) => ({ text, strict, lenient }));
