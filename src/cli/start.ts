import { writeDirectly } from '../system/direct-output.ts';
import { recall } from './recall.ts';

/**
 * Answers what needs nothing of the program but its list of commands, or what it said before: a bundle of its own, as small as can be,
 * that is asked at every start.
 *
 * @param arguments_ - what follows the program's name
 * @param prepareOutput - called before a stream is written to
 * @returns the exit code; undefined where the whole program has to be asked
 */
export async function start(arguments_: readonly string[], prepareOutput: () => void): Promise<number | undefined> {
  const [first] = arguments_;
  const asksForHelp =
    first === undefined || first === 'help' || arguments_.some((word) => word === '--help' || word === '-h');
  if (!asksForHelp)
    return recall(arguments_, (stream, text) => {
      writeDirectly(stream, text, prepareOutput);
    });
  prepareOutput();
  const { help } = await import('./main.ts');
  return await help(arguments_);
}
