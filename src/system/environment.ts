/** The process's environment variables as they are now. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
