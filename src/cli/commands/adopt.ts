import { adopt } from '../../pipeline/adopt.ts';
import { print } from '../../system/terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { printJson } from '../output.ts';
import { pathsInside } from '../paths.ts';
import { rootOf, type RootOptions } from '../root.ts';

/** `cluster-template adopt FILE...`; gives back the exit code. */
export async function runAdopt(
  files: readonly string[],
  options: RootOptions & { release?: boolean },
): Promise<number> {
  const root = await rootOf(options);
  const paths = await pathsInside(root.path, files);
  return await interruptible(async (signal) => {
    const adoptions = await adopt(root, { paths, release: options.release === true }, signal);
    if (options.json === true) printJson({ status: 'done', files: adoptions });
    else {
      print(adoptions.map(({ path, outcome }) => `${outcome.padEnd(9)} ${path}\n`).join(''));
      print('recorded in .cluster-template/manifest.json: commit it\n');
    }
    return EXIT.done;
  });
}
