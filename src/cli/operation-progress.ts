import type { Reporter, StepReport } from '../operations/operation.ts';
import { print, shown } from '../system/terminal.ts';
import { worded } from './invocation.ts';

/**
 * Shows the steps of an operation: on a terminal each is a listr2 line with the last line of its programs below it while it is at
 * work; elsewhere lines follow each other, notes indented below their step.
 */
export function showSteps(isTerminal: boolean = process.stdout.isTTY): Reporter {
  return isTerminal ? { step: drawStep } : { step: printStep };
}

async function printStep<T>(title: string, work: (report: StepReport) => Promise<T>): Promise<T> {
  print(`${title}\n`);
  let summary = '';
  const note = (line: string): void => {
    print(`  ${worded(line)}\n`);
  };
  const result = await work({ live: () => undefined, note, say: (text) => (summary = text) });
  if (summary !== '') note(summary);
  return result;
}

/** A line that is wider than the terminal would be drawn on two, of which only one is taken back. */
const MARGIN = 8;

async function drawStep<T>(title: string, work: (report: StepReport) => Promise<T>): Promise<T> {
  const { Listr } = await import('listr2');
  let result: { readonly value: T } | undefined;
  const notes: string[] = [];
  const list = new Listr(
    [
      {
        title: shown(title),
        task: async (_: unknown, task: { title: string; output: string }): Promise<void> => {
          let summary = '';
          const show = (line: string): void => {
            task.output = shown(line).slice(0, Math.max(20, process.stdout.columns - MARGIN));
          };
          const note = (line: string): void => {
            notes.push(line);
            show(line);
          };
          result = { value: await work({ live: show, note, say: (text) => (summary = text) }) };
          if (summary !== '') task.title = shown(`${title}: ${summary}`);
        },
      },
    ],
    { registerSignalListeners: false, rendererOptions: { showErrorMessage: false, collapseErrors: false } },
  );
  try {
    await list.run();
  } finally {
    print(notes.map((line) => `  ${worded(line)}\n`).join(''));
  }
  if (result === undefined) throw new Error(`the step "${title}" ended without a result`);
  return result.value;
}
