import { init } from '../../pipeline/init.ts';
import { print } from '../../system/terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { printFindings, printJson } from '../output.ts';
import { rootOf, type RootOptions } from '../root.ts';

/** `cluster-template init`; gives back the exit code. */
export async function runInit(options: RootOptions & { postQuantum?: boolean }): Promise<number> {
  const root = await rootOf(options);
  const kind = options.postQuantum === true ? 'post-quantum' : 'x25519';
  const made = await interruptible(async (signal) => await init(root, kind, signal));
  const { credentials, recipient, findings } = made;
  if (options.json === true) {
    printJson({ status: 'done', files: credentials, recipient, findings });
    return EXIT.done;
  }
  printFindings(findings);
  print(credentials.map(({ file, outcome }) => `${outcome.padEnd(8)} ${file}\n`).join(''));
  print(`public age key: ${recipient}\n`);
  return EXIT.done;
}
