import { Command, CommanderError, Option } from 'commander';
import { Failure } from '../report/finding.ts';
import { VERSION } from './version.ts';
import { exitCodeOf, EXIT } from './exit-codes.ts';
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
    if (!(error instanceof Failure)) throw error;
    printFailure(error, { json: arguments_.includes('--json') });
    return exitCodeOf(error.kind);
  }
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
    'validate, render, encrypt and write kubernetes/, talos/, bootstrap/ and .sops.yaml',
  )
    .option('-y, --yes', 'answer every question with yes')
    .option('--check', 'write nothing; exit with 2 where something would change')
    .action(async (options: RootOptions & { yes?: boolean; check?: boolean }) => {
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
