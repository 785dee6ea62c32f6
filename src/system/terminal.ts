import { createInterface } from 'node:readline/promises';

/** Whether a person sits at the terminal: standard input and output are terminals and CI is not set. */
export function isInteractive(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY && !process.env.CI;
}

/** Whether standard output may carry colour: a terminal, and neither NO_COLOR nor TERM=dumb is set. */
export function wantsColour(stream: { isTTY?: boolean } = process.stdout): boolean {
  if (process.env.NO_COLOR || process.env.TERM === 'dumb') return false;
  return Boolean(process.env.FORCE_COLOR) || Boolean(stream.isTTY);
}

/** Writes a text to standard output as it is. */
export function print(text: string): void {
  process.stdout.write(text);
}

/** Writes a text to standard error as it is. */
export function printError(text: string): void {
  process.stderr.write(text);
}

/** Asks a yes-or-no question; anything but y or yes is a no. */
export async function confirm(question: string): Promise<boolean> {
  return /^y(es)?$/i.test(await ask(`${question} [y/N] `));
}

/** Asks a question and gives back the answer without the white space around it. */
export async function ask(question: string): Promise<string> {
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await prompt.question(question)).trim();
  } finally {
    prompt.close();
  }
}
