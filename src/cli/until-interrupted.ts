/** Signals that end what would go on for ever. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Does something that goes on until the user ends it: the signal that it gets is set by Ctrl-C and its like. */
export async function untilInterrupted(run: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
  };
  for (const name of SIGNALS) process.once(name, stop);
  try {
    await run(controller.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, stop);
  }
}
