import { debugApp, type DebugStep, type Subject } from '../../operations/debug/debug.ts';
import { openPrograms } from '../../operations/programs/programs.ts';
import { requirePrograms } from '../../operations/programs/catalogue.ts';
import { failure } from '../../report/finding.ts';
import { print } from '../../system/terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { worded } from '../invocation.ts';
import { printJson } from '../output.ts';
import { rootOf, type RootOptions } from '../root.ts';

/** `cluster-template debug [NAMESPACE[/APP]]`; gives back the exit code: 1 where a cause was found. */
export async function runDebug(name: string | undefined, options: RootOptions): Promise<number> {
  const root = await rootOf(options);
  const subject = subjectOf(name);
  return await interruptible(async (signal) => {
    const programs = openPrograms({ root, signal });
    await requirePrograms(programs, ['kubectl']);
    const show = (step: DebugStep): void => {
      if (options.json !== true) print(stepLines(step));
    };
    const steps = await debugApp(root, programs, subject, show);
    const cause = steps.find(({ outcome }) => outcome === 'cause');
    if (options.json === true)
      printJson({ status: cause === undefined ? 'fine' : 'findings', cause: cause?.check, steps });
    else if (cause === undefined) print('no cause was found\n');
    return cause === undefined ? EXIT.done : EXIT.findings;
  });
}

function subjectOf(name: string | undefined): Subject {
  if (name === undefined) return {};
  const [namespace, app, ...rest] = name.split('/');
  if (namespace === undefined || namespace === '' || app === '' || rest.length > 0) {
    throw failure('usage', {
      code: 'usage/argument',
      message: `${name} names neither a namespace nor an app in one`,
      remedy: 'write it as NAMESPACE or NAMESPACE/APP',
    });
  }
  return app === undefined ? { namespace } : { namespace, app };
}

const WORDS = { fine: 'nothing wrong', absent: 'nothing there', cause: 'here is the cause' } as const;

function stepLines({ check, outcome, lines, remedy }: DebugStep): string {
  const all = [...lines, ...(remedy === undefined ? [] : [`= ${remedy}`])];
  return `${check}: ${WORDS[outcome]}\n${all.map((line) => `  ${worded(line)}\n`).join('')}`;
}
