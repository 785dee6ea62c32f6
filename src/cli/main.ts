import { Command, CommanderError, Option } from 'commander';
import { Failure, failure } from '../report/finding.ts';
import { errorCode } from '../system/files.ts';
import { VERSION } from './version.ts';
import { exitCodeOf, EXIT } from './exit-codes.ts';
import type { ConfigShowOptions } from './commands/config-show.ts';
import type { ConfigureCommandOptions } from './commands/configure.ts';
import { printFailure } from './output.ts';
import type { RootOptions } from './root.ts';

/**
 * Runs the command line `cluster-template`.
 *
 * @param arguments_ - what follows the program's name
 * @returns the exit code; see docs/operations.md
 */
export async function main(arguments_: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.done;
  const program = commands((code) => (exitCode = code));
  try {
    await program.parseAsync([...arguments_], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const ending = asFailure(error);
    printFailure(ending, { json: arguments_.includes('--json') });
    return exitCodeOf(ending.kind);
  }
}

/** What the system refused is an expected end; anything else is a mistake of ours and keeps its stack. */
function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error) || errorCode(error) === undefined || !('syscall' in error)) throw error;
  return failure('outside', { code: 'workspace/read', message: error.message }, error);
}

function commands(finish: (exitCode: number) => void): Command {
  const program = new Command('cluster-template')
    .description('Renders a Talos Linux and Flux GitOps repository from cluster.yaml and nodes.yaml')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    .showHelpAfterError('(--help lists commands and options)');

  clusterCommand(program, 'init', 'make the keys and tokens that are missing; nothing is ever replaced')
    .addOption(new Option('--post-quantum', 'make an age key that withstands quantum computers'))
    .action(async (options: RootOptions & { postQuantum?: boolean }) => {
      const { runInit } = await import('./commands/init.ts');
      finish(await runInit(options));
    });

  clusterCommand(
    program,
    'configure',
    'validate, render, encrypt and write kubernetes/, talos/, bootstrap/, .sops.yaml and AGENTS.md',
  )
    .option('-y, --yes', 'answer every question with yes')
    .option('--check', 'write nothing; exit with 2 where something would change')
    .option('--force', 'overwrite files that were changed by hand, and keep copies under .private/backup/')
    .option('--keep', 'leave files that were changed by hand as they are, and go on with the others')
    .action(async (options: ConfigureCommandOptions) => {
      const { runConfigure } = await import('./commands/configure.ts');
      finish(await runConfigure(options));
    });

  clusterCommand(program, 'plan', 'list what configure would do to each file, and write nothing')
    .option('--all', 'list unchanged files too')
    .option('--exit-code', 'exit with 2 where something would change')
    .action(async (options: RootOptions & { all?: boolean; exitCode?: boolean }) => {
      const { runPlan } = await import('./commands/plan.ts');
      finish(await runPlan(options));
    });

  clusterCommand(program, 'diff', 'show what configure would change, line by line, and write nothing')
    .argument('[file...]', 'only these files, or those below these folders')
    .option('--exit-code', 'exit with 2 where something would change')
    .action(async (files: string[], options: RootOptions & { exitCode?: boolean }) => {
      const { runDiff } = await import('./commands/diff.ts');
      finish(await runDiff(files, options));
    });

  clusterCommand(program, 'validate', 'check the configuration and the whole rendered tree, and write nothing').action(
    async (options: RootOptions) => {
      const { runValidate } = await import('./commands/validate.ts');
      finish(await runValidate(options));
    },
  );

  clusterCommand(program, 'adopt', 'make generated files your own: they are never written, removed or compared again')
    .argument('<file...>', 'generated files')
    .option('--release', 'give adopted files back: the next configure generates them again')
    .action(async (files: string[], options: RootOptions & { release?: boolean }) => {
      const { runAdopt } = await import('./commands/adopt.ts');
      finish(await runAdopt(files, options));
    });

  clusterCommand(program, 'render', 'render the templates into another folder, or one file to standard output')
    .argument('[file]', 'path of one result, such as talos/talconfig.yaml')
    .option(
      '-o, --output <folder>',
      'folder for the results; secrets are left out, as they are only ever written encrypted',
    )
    .action(async (file: string | undefined, options: RootOptions & { output?: string }) => {
      const { runRender } = await import('./commands/render.ts');
      finish(await runRender(file, options));
    });

  const config = program.command('config').description('look at the configuration').helpCommand(false).exitOverride();
  clusterCommand(config, 'show', 'list every value that templates see, and where it comes from; secrets are masked')
    .option('--computed', 'only what follows from cluster.yaml and nodes.yaml')
    .action(async (options: ConfigShowOptions) => {
      const { runConfigShow } = await import('./commands/config-show.ts');
      finish(await runConfigShow(options));
    });

  return program;
}

function clusterCommand(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--root <folder>', 'the repository of the cluster', process.cwd())
    .option('--keys <folder>', 'folder of age.key and the other local keys (default: the repository)')
    .option('--json', 'print the result as JSON')
    .exitOverride();
}
