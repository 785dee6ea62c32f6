/** The present moment. */
export function now(): Date {
  return new Date();
}
