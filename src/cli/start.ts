/**
 * Answers what needs nothing of the program but its list of commands: a bundle of its own, as small as can be, that is asked at every
 * start.
 *
 * @param arguments_ - what follows the program's name
 * @returns the exit code; undefined where the whole program has to be asked
 */
export async function start(arguments_: readonly string[]): Promise<number | undefined> {
  const [first] = arguments_;
  if (first !== undefined && first !== 'help' && !arguments_.includes('--help') && !arguments_.includes('-h'))
    return undefined;
  const { help } = await import('./main.ts');
  return await help(arguments_);
}
