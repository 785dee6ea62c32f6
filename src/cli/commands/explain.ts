import { explain } from '../../pipeline/explain.ts';
import { failure } from '../../report/finding.ts';
import { print } from '../../system/terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { formatExplanation } from '../explain-output.ts';
import { printJson } from '../output.ts';
import { pathsInside } from '../paths.ts';
import { rootOf, type RootOptions } from '../root.ts';

/** `cluster-template explain FILE[:LINE]`; gives back the exit code. */
export async function runExplain(place: string, options: RootOptions): Promise<number> {
  const root = await rootOf(options);
  const { file, line } = parsePlace(place);
  const [path = file] = await pathsInside(root.path, [file]);
  const explanation = await explain(root, path, line);
  if (options.json === true) printJson({ status: 'done', ...explanation });
  else print(formatExplanation(explanation));
  return EXIT.done;
}

/** `talos/talconfig.yaml:12`; a column behind it, as editors and compilers write it, is passed over. */
function parsePlace(place: string): { file: string; line: number | undefined } {
  const [, file = place, number] = /^(.+?)(?::(\d+))?(?::\d+)?$/.exec(place) ?? [];
  const line = number === undefined ? undefined : Number(number);
  if (line !== 0) return { file, line };
  throw failure('usage', { code: 'usage/argument', message: 'lines count from 1', remedy: `write ${file}:1` });
}
