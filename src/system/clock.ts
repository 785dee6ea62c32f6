/** The present moment. */
export function now(): Date {
  return new Date();
}

/** Waits that long, or until the signal is aborted, whose reason is thrown then. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const interrupt = (): void => {
      clearTimeout(timer);
      // The reason is whatever the caller wants to have thrown.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', interrupt);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', interrupt, { once: true });
  });
}
