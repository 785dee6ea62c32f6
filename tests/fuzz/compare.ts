import { BEYOND_BUDGET, type Case, type Outcome, run } from '../conformance/cases.ts';
import type { Answer } from './python.ts';

/** How the engine and Jinja2 stand to each other in one case. */
export interface Comparison {
  readonly verdict: 'same' | 'different' | 'skipped';
  /** A few words that two cases of the same difference share. */
  readonly sort: string;
  readonly expected: string;
  readonly got: string;
}

/** Addresses in memory differ from run to run, in Python too; filters may have cut them into pieces. */
const ADDRESS = /0x[57][0-9a-f]/i;

/** Runs the engine on a case and compares with what Jinja2 made of it; messages are not compared. */
export function compare(testCase: Case, answer: Answer): Comparison {
  if ('skipped' in answer) return { verdict: 'skipped', sort: answer.skipped, expected: answer.skipped, got: '' };
  const outcome = run(testCase);
  const [expected, got] = [show(answer), show(outcome)];
  if (isCrash(outcome)) return { verdict: 'different', sort: 'crash', expected, got };
  if ('text' in answer && ADDRESS.test(answer.text.replaceAll(/[^0-9a-z]/gi, ''))) {
    return { verdict: 'skipped', sort: 'address in memory', expected, got };
  }
  if (isExhausted(outcome)) return { verdict: 'skipped', sort: BEYOND_BUDGET, expected, got };
  if (same(answer, outcome)) return { verdict: 'same', sort: sortOf(outcome), expected, got };
  return { verdict: 'different', sort: `${sortOf(answer)} / ${sortOf(outcome)}`, expected, got };
}

/** The budget is ours (docs/compatibility.md): Jinja2 goes on for as long as it takes. */
function isExhausted(outcome: Outcome): boolean {
  return 'error' in outcome && outcome.error === BEYOND_BUDGET;
}

/** Whether something other than an error of the engine came out of it. */
export function isCrash(outcome: Outcome): boolean {
  return 'error' in outcome && outcome.error.startsWith('crash');
}

function same(answer: Exclude<Answer, { skipped: string }>, outcome: Outcome): boolean {
  if ('text' in answer || 'text' in outcome) {
    return 'text' in answer && 'text' in outcome && answer.text === outcome.text;
  }
  return answer.error === outcome.error && (answer.line === null || answer.line === outcome.line);
}

function sortOf(outcome: Outcome | Answer): string {
  if ('text' in outcome) return 'text';
  return 'error' in outcome ? outcome.error : outcome.skipped;
}

function show(outcome: Outcome | Answer): string {
  if ('text' in outcome) return JSON.stringify(outcome.text);
  if (!('error' in outcome)) return outcome.skipped;
  const line = outcome.line === null ? '' : ` in line ${String(outcome.line)}`;
  return `${outcome.error}${line}${'message' in outcome ? `: ${outcome.message ?? ''}` : ''}`;
}
