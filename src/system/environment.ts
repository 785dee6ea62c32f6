/** The process's environment variables as they are now, in a plain object of their own. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return { ...process.env };
}
