import type { Command } from 'commander';
import { clusterCommand, renderingCommand, repeatable } from '../cluster-command.ts';
import type { Finish } from '../exit-codes.ts';
import type { RootOptions } from '../root.ts';
import type { ConfigureCommandOptions } from './configure.ts';

/** Adds `configure`, `plan`, `diff` and `adopt` to the command line. */
export function registerConfigure(program: Command, finish: Finish): void {
  const what = 'kubernetes/, talos/, bootstrap/, .sops.yaml and AGENTS.md';
  repeatable(renderingCommand(program, 'configure', `validate, render, encrypt and write ${what}`))
    .option('-y, --yes', 'answer every question with yes')
    .option('--dry-run, --check', 'write nothing; exit with 2 where something would change, with 1 where it would stop')
    .option('--force', 'overwrite files that were changed by hand, and keep copies under .private/backup/')
    .option('--keep', 'leave files that were changed by hand as they are, and go on with the others')
    .option(
      '--without-key',
      'look for no age key: write everything but secrets, and stop where one would have to change',
    )
    .option(
      '--rotate <name...>',
      'replace a credential that the tree holds by the one that lies here, or by a new one: deploy-key, webhook-token, tunnel',
    )
    .action(async (options: ConfigureCommandOptions) => {
      const { runConfigure } = await import('./configure.ts');
      finish(await runConfigure(options));
    });

  repeatable(renderingCommand(program, 'plan', 'list what configure would do to each file, and write nothing'))
    .option('--all', 'list unchanged files too')
    .option('--exit-code', 'exit with 2 where configure would change something, with 1 where it would stop')
    .action(async (options: RootOptions & { all?: boolean; exitCode?: boolean }) => {
      const { runPlan } = await import('./plan.ts');
      finish(await runPlan(options));
    });

  repeatable(renderingCommand(program, 'diff', 'show what configure would change, line by line, and write nothing'))
    .argument('[file...]', 'only these files, or those below these folders')
    .option('--exit-code', 'exit with 2 where configure would change something, with 1 where it would stop')
    .action(async (files: string[], options: RootOptions & { exitCode?: boolean }) => {
      const { runDiff } = await import('./diff.ts');
      finish(await runDiff(files, options));
    });

  clusterCommand(program, 'adopt', 'make generated files your own: they are never written, removed or compared again')
    .argument('<file...>', 'generated files')
    .option('--release', 'give adopted files back: the next configure generates them again')
    .action(async (files: string[], options: RootOptions & { release?: boolean }) => {
      const { runAdopt } = await import('./adopt.ts');
      finish(await runAdopt(files, options));
    });
}
