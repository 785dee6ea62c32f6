import { failure } from '../report/finding.ts';
import { ask, confirm, isInteractive } from '../system/terminal.ts';

/** Options that answer a question before it is asked. */
interface ApprovalOptions {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/**
 * Whether the user wants it: `--yes` says so, a terminal is asked.
 *
 * @throws Failure of kind `usage` where nobody is there to be asked
 */
export async function approve({ yes, json }: ApprovalOptions, question: string): Promise<boolean> {
  if (yes === true) return true;
  if (json !== true && isInteractive()) return await confirm(question);
  throw failure('usage', {
    code: 'operations/not-confirmed',
    message: `this waits for an answer, and nobody can be asked: ${question}`,
    remedy: 'give --yes, or run it in a terminal',
  });
}

/**
 * Has the user type a word before something that cannot be taken back.
 *
 * @param given - what the command line says already
 * @throws Failure of kind `usage` where it is another word, or nobody is there to be asked
 */
export async function approveByTyping(word: string, given: string | undefined, question: string): Promise<void> {
  const typed = given ?? (isInteractive() ? await ask(`${question}\nType ${word} to go on: `) : undefined);
  if (typed === word) return;
  throw failure('usage', {
    code: 'operations/not-confirmed',
    message:
      typed === undefined
        ? 'this has to be confirmed, and nobody can be asked'
        : `${JSON.stringify(typed)} is not ${word}`,
    remedy: `type ${word}, or give --confirm ${word}`,
  });
}
