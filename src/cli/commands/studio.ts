import { dirname, join } from 'node:path';
import { failure } from '../../report/finding.ts';
import { type RunningStudio, startStudio, type StudioOptions } from '../../studio/server.ts';
import { errorCode, reasonOf } from '../../system/files.ts';
import { openWithSystem } from '../../system/programs.ts';
import { isInteractive, print, printSentences } from '../../system/terminal.ts';
import { realPathSync } from '../../system/tree.ts';
import { below, makeMemoryFolder, removeTree, replaceFile } from '../../system/writing.ts';
import { EXIT } from '../exit-codes.ts';
import { untilInterrupted } from '../interrupt.ts';
import { commandText, worded } from '../invocation.ts';
import { printJson, printMistake } from '../output.ts';
import { GENERATOR, rootOf, type RootOptions } from '../root.ts';

/** Options of `studio`. */
export interface StudioCommandOptions extends RootOptions {
  /** Undefined for one that is free. */
  readonly port?: number;
  readonly open: boolean;
}

/**
 * `cluster-template studio`: serves a page that shows the cluster and edits it, to this machine alone, until it is interrupted or the page
 * ends it; gives back the exit code.
 */
export async function runStudio({ port = 0, open, ...options }: StudioCommandOptions): Promise<number> {
  const root = await rootOf(options);
  // It lies beside the program.
  const page = join(dirname(dirname(realPathSync(process.argv[1] ?? ''))), 'dist');
  await untilInterrupted(async (signal) => {
    const studio = await started({
      root,
      generator: GENERATOR,
      commandText,
      worded,
      port,
      page,
      signal,
      fault: printMistake,
    });
    if (options.json === true) printJson({ status: 'started', address: studio.address, port: studio.port });
    else {
      print(`${studio.address}\n`);
      printSentences('Only programs on this machine reach it, and only with this address. Ctrl-C ends it\n');
    }
    const opened = open && options.json !== true && isInteractive() ? openPrivately(studio) : undefined;
    await Promise.all([studio.ended, opened]);
  });
  return EXIT.done;
}

async function started(options: StudioOptions): Promise<RunningStudio> {
  try {
    return await startStudio(options);
  } catch (error) {
    if (!['EADDRINUSE', 'EACCES'].includes(errorCode(error) ?? '')) throw error;
    throw failure('outside', {
      code: 'usage/port',
      message: `port ${String(options.port)} cannot be had: ${reasonOf(error)}`,
      remedy: 'name another one with --port, or none: one that is free is taken then',
    });
  }
}

/** Everybody on the machine sees the arguments of a program: the browser gets the address in a file that its owner alone may read. */
async function openPrivately({ address, ended }: RunningStudio): Promise<void> {
  const folder = await makeMemoryFolder();
  const file = below(folder.path, 'studio.html');
  try {
    await replaceFile(file, `<!doctype html><meta http-equiv="refresh" content="0; url=${address}">\n`, 0o600);
    if (!(await openWithSystem(file.path))) printSentences('No browser was opened: open the address above\n');
    await ended;
  } finally {
    await removeTree(below(folder.path));
  }
}
