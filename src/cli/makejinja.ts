import { CommanderError } from 'commander';
import type { LoadedSettings } from '../makejinja/load-settings.ts';
import type { ProjectOptions } from '../makejinja/project.ts';
import type { Settings } from '../makejinja/settings.ts';
import { failure } from '../report/finding.ts';
import { countFindings } from '../report/text.ts';
import { environment } from '../system/environment.ts';
import { printError, printResult } from '../system/terminal.ts';
import { openUserCache } from '../system/user-folders.ts';
import { exitCodeOf, EXIT } from './exit-codes.ts';
import { findRoot, findStart, processFacts } from './invocation.ts';
import { asFailure, printFindings, printMistake } from './output.ts';
import { makejinjaCommand, withFlags, withoutAliases, type Flags } from './makejinja-flags.ts';

export { printMistake } from './output.ts';

/**
 * Runs the command line `makejinja`, whose options have the names of the Python program of that name.
 *
 * @param arguments_ - what follows the program's name
 * @returns the exit code
 */
export async function main(arguments_: readonly string[]): Promise<number> {
  const root = await findRoot(process.cwd());
  const command = makejinjaCommand(await findStart('makejinja', { root, isNamed: false, ...processFacts() }));
  const progress = { hasWritten: false };
  try {
    command.parse(withoutAliases(arguments_), { from: 'user' });
    const flags: Flags = command.opts();
    if (flags.watch === true) {
      const { runWatch } = await import('./makejinja-watch.ts');
      return await runWatch(() => settingsFor(flags));
    }
    const { settings } = await settingsFor(flags);
    const { runProject } = await import('../makejinja/project.ts');
    await runProject(
      settings,
      projectOptions(() => (progress.hasWritten = true)),
    );
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const ending = asFailure(error);
    if (ending === undefined) {
      printMistake(error);
      return EXIT.findings;
    }
    printFindings(ending.findings);
    printError(`${countFindings(ending.findings)}${progress.hasWritten ? '' : '; nothing was written'}\n`);
    return exitCodeOf(ending.kind);
  }
}

/** Settings of the files and the environment with the flags over them, and where they came from. */
async function settingsFor(flags: Flags): Promise<LoadedSettings> {
  const warn = (message: string): void => {
    printError(`${message}\n`);
  };
  const { loadSettings } = await import('../makejinja/load-settings.ts');
  const loaded = await loadSettings({ folder: process.cwd(), env: environment(), warn });
  return { ...loaded, settings: complete(withFlags(loaded.settings, flags)) };
}

function complete(settings: Settings): Settings {
  const missing = settings.inputs.length === 0 ? 'input' : settings.output === '' ? 'output' : undefined;
  if (missing === undefined) return settings;
  const key = missing === 'input' ? 'inputs' : 'output';
  const message = `no ${missing} is named: give --${missing} or \`${key}\` in makejinja.toml`;
  throw failure('usage', { code: 'usage/argument', message });
}

/** Paths are relative to the current folder, and messages show them so. */
function projectOptions(onWrite: () => void): ProjectOptions {
  return {
    folder: process.cwd(),
    cache: openUserCache(),
    onWrite,
    warn: (finding) => {
      printFindings([finding]);
    },
    // Standard output may be where the result goes.
    log: (line) => {
      printError(`${line}\n`);
    },
    print: (bytes) => {
      printResult(Buffer.from(bytes).toString('utf8'));
    },
  };
}
