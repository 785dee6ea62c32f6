/** Signals by which somebody ends a program in good order, with their numbers (signal(7)). */
export const ENDING_SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** One of them. */
export type EndingSignal = keyof typeof ENDING_SIGNALS;

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
