import { regenerate } from '../../operations/talos/configuration.ts';
import { SILENT } from '../../report/progress.ts';
import { print } from '../../system/terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { resumable } from '../operation-end.ts';
import { showSteps } from '../progress.ts';
import { count, printJson } from '../output.ts';
import { rootOf, type RootOptions } from '../root.ts';

/** `cluster-template talos generate-config`; gives back the exit code. */
export async function runGenerateConfig(options: RootOptions): Promise<number> {
  const root = await rootOf(options);
  const reporter = options.json === true ? SILENT : showSteps();
  return await resumable(options, async (signal) => {
    const files = await regenerate({ root, reporter, signal });
    if (options.json === true) printJson({ status: 'written', files });
    else print(`${count(files.length, 'file')} written to talos/clusterconfig/, which git ignores\n`);
    return EXIT.done;
  });
}
