/** The present moment. */
export function now(): Date {
  return new Date();
}

/** Lets that much time go by. */
export async function pause(milliseconds: number): Promise<void> {
  await new Promise((done) => setTimeout(done, milliseconds));
}
