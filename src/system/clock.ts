/** The present moment. */
export function now(): Date {
  return new Date();
}

/** Milliseconds since some moment in the past, for measuring how long something takes: setting the clock does not change it. */
export function elapsedMilliseconds(): number {
  return performance.now();
}

/** Waits that long, or until the signal is aborted, whose reason is thrown then. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener('abort', end, { once: true });
  });
  signal?.throwIfAborted();
}
