import { failure } from '../report/finding.ts';
import { redact, Secret } from '../report/redaction.ts';
import { visible, wrapWords } from '../report/text.ts';
import { noteObstacle, noteOutput } from './observation.ts';

/** Whether a person sits at the terminal: standard input and output are terminals and CI is not set. */
export function isInteractive(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY && !process.env.CI;
}

/** Whether standard output may carry colour: a terminal, and neither NO_COLOR nor TERM=dumb is set. */
export function wantsColour(stream: { isTTY?: boolean } = process.stdout): boolean {
  if (process.env.NO_COLOR || process.env.TERM === 'dumb') return false;
  return Boolean(process.env.FORCE_COLOR) || Boolean(stream.isTTY);
}

/** A text as it may be shown: no secret of the run is in it, and nothing that a terminal obeys but line breaks and tabs. */
export function shown(text: string): string {
  return visible(redact(text));
}

/** Writes a text for people to standard output, as `shown` gives it. */
export function print(text: string): void {
  write('stdout', shown(text));
}

/**
 * As `print`, for sentences: a line that a terminal would break inside of a word is broken before it. What stands in backticks stays
 * whole, so that it can be copied.
 */
export function printSentences(text: string): void {
  const { isTTY, columns } = process.stdout;
  const width = isTTY && columns > 0 ? columns : Infinity;
  const lines = shown(text).split('\n');
  write('stdout', lines.map((line) => wrapWords(line, width, '  ')).join('\n'));
}

/** As `print`, to standard error. */
export function printError(text: string): void {
  write('stderr', shown(text));
}

/** As `print`, for a text with our own colours; whoever made it has made visible what it quotes. */
export function printColoured(text: string): void {
  write('stdout', shownColoured(text));
}

/** As `printColoured`, to standard error. */
export function printColouredError(text: string): void {
  write('stderr', shownColoured(text));
}

/** Writes bytes to standard output as they are: the plain text of a secret that somebody asked for. */
export function printBytes(bytes: Uint8Array): void {
  noteObstacle();
  process.stdout.write(bytes);
}

/** Writes a result for programs as it is; where standard output is a terminal, a person reads it. */
export function printResult(text: string): void {
  write('stdout', process.stdout.isTTY ? visible(text) : text);
}

function write(stream: 'stdout' | 'stderr', text: string): void {
  noteOutput(stream, text);
  process[stream].write(text);
}

const COLOUR = new RegExp(`(${String.fromCharCode(27)}\\[\\d{1,2}m)`);

function shownColoured(text: string): string {
  return redact(text)
    .split(COLOUR)
    .map((part, index) => (index % 2 === 0 ? visible(part) : part))
    .join('');
}

/** Asks a yes-or-no question; anything but y or yes is a no. */
export async function confirm(question: string): Promise<boolean> {
  return /^y(es)?$/i.test(await ask(`${question} [y/N] `));
}

/**
 * Asks a question and gives back the answer without the white space around it.
 *
 * @throws Failure of kind `usage` where the input ends instead
 */
export async function ask(question: string): Promise<string> {
  return await answerTo(question, process.stdout);
}

/**
 * As `ask`, for a secret: what is typed is not shown.
 *
 * @throws Failure of kind `usage` where the input ends instead
 */
export async function askHidden(question: string): Promise<string> {
  const { Writable } = await import('node:stream');
  let isAsked = false;
  const muted = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (!isAsked) process.stdout.write(chunk);
      done();
    },
  });
  try {
    return await answerTo(question, muted, () => {
      isAsked = true;
    });
  } finally {
    print('\n');
  }
}

/** @param told - called once the question stands there */
async function answerTo(question: string, output: NodeJS.WritableStream, told?: () => void): Promise<string> {
  noteObstacle();
  const { createInterface } = await import('node:readline/promises');
  const prompt = createInterface({ input: process.stdin, output, terminal: process.stdin.isTTY });
  try {
    const answer = prompt.question(shown(question));
    told?.();
    return (await answer).trim();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    // Ctrl-D: whoever was asked has nothing to say.
    throw failure('usage', { code: 'operations/not-confirmed', message: 'the question was not answered' }, error);
  } finally {
    prompt.close();
  }
}

/**
 * Asks for a secret at the terminal, which shows nothing of the answer.
 *
 * @throws Failure of kind `usage` where the input ends instead
 */
export async function askSecret(question: string): Promise<Secret> {
  noteObstacle();
  // One at a time: the launcher knows `await import(` alone.
  const { createInterface } = await import('node:readline/promises');
  const { Writable } = await import('node:stream');
  printError(question);
  const silent = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const prompt = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    // The interface answers Ctrl-D by closing, and then its question never ends.
    const closed = new Promise<never>((_, refuse) => {
      prompt.once('close', () => {
        refuse(failure('usage', { code: 'operations/not-confirmed', message: 'the question was not answered' }));
      });
    });
    return new Secret(await Promise.race([prompt.question(''), closed]));
  } finally {
    prompt.close();
    printError('\n');
  }
}

/** Signals by which somebody ends a program in good order, with their numbers (signal(7)). */
export const ENDING_SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** One of them. */
export type EndingSignal = keyof typeof ENDING_SIGNALS;

/**
 * Listens for the signals that end a program while another one has the terminal: Ctrl-C is that one's. However many come, what is at work
 * is not ended before it has cleared away.
 *
 * @param told - called at each of SIGTERM and SIGHUP
 * @returns ends the listening
 */
export function onEndingSignalOfAttended(told: (signal: EndingSignal) => void): () => void {
  const handlers = (Object.keys(ENDING_SIGNALS) as EndingSignal[]).map((name) => {
    const listen = (): void => {
      if (name !== 'SIGINT') told(name);
    };
    process.on(name, listen);
    return { name, listen };
  });
  return () => {
    for (const { name, listen } of handlers) process.off(name, listen);
  };
}

/**
 * Listens for the signals that end a program. A second one ends the process at once, whatever it is at.
 *
 * @param told - called at the first
 * @returns ends the listening
 */
export function onEndingSignal(told: (signal: EndingSignal) => void): () => void {
  let isTold = false;
  const handlers = (Object.keys(ENDING_SIGNALS) as EndingSignal[]).map((name) => {
    const listen = (): void => {
      if (isTold) {
        process.off(name, listen);
        process.kill(process.pid, name);
      }
      isTold = true;
      told(name);
    };
    // Not once(): where a program runs, execa ends the process itself as soon as it is the only one that listens.
    process.on(name, listen);
    return { name, listen };
  });
  return () => {
    for (const { name, listen } of handlers) process.off(name, listen);
  };
}
