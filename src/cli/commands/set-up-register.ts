import { type Command, Option } from 'commander';
import { clusterCommand, commandGroup, renderingCommand } from '../cluster-command.ts';
import type { Finish } from '../exit-codes.ts';
import type { RootOptions } from '../root.ts';
import type { CreateCommandOptions } from './create.ts';
import type { DoctorCommandOptions } from './doctor.ts';
import type { InitCommandOptions } from './init.ts';
import type { TemplateOptions } from './template.ts';
import type { UpgradeOptions } from './upgrade.ts';

/** Adds `create`, `init` and `doctor` to the command line. */
export function registerSetUp(program: Command, finish: Finish): void {
  program
    .command('create')
    .description('make a thin repository for a cluster, with this tool as its one dependency')
    .argument('<folder>', 'a folder that is empty or not there yet')
    .option(
      '--dependency <spec>',
      'what npm takes the tool from: a version, a URL or a tarball (default: this version)',
    )
    .option('--git', 'make a git repository, also inside of another one')
    .option('--no-git', 'make no git repository (default: make one where the folder is in none)')
    .option('--json', 'print the result as JSON')
    .exitOverride()
    .action(async (folder: string, options: CreateCommandOptions) => {
      const { runCreate } = await import('./create.ts');
      finish(await runCreate(folder, options));
    });

  renderingCommand(
    program,
    'init',
    'restore keys and tokens that the tree holds, and make those that are missing; none is ever replaced',
  )
    .addOption(new Option('--post-quantum', 'make an age key that withstands quantum computers'))
    .option(
      '--from <place>',
      'take cluster.yaml and nodes.yaml, or a cluster.toml in their place, from another folder, web address or git repository',
    )
    .option('--interactive', 'be asked for what must be your own, in the untouched sample')
    .option('-y, --yes', 'never ask')
    .option('--git-diff', 'have git compare and merge encrypted files by what they say, in this clone')
    .option('--keys-from <folder>', 'take the keys and tokens of an earlier cluster from a folder')
    .action(async (options: InitCommandOptions) => {
      const { runInit } = await import('./init.ts');
      finish(await runInit(options));
    });

  renderingCommand(program, 'doctor', 'check everything that the commands need, and say how to fix what is wrong')
    .argument(
      '[area...]',
      'tools, configuration, keys, secrets, repository or dns; all but the last where none is named',
    )
    .option('--staged', 'look only for plain secrets in what the next commit would hold, as the git hook does')
    .action(async (areas: string[], options: DoctorCommandOptions) => {
      const { runDoctor } = await import('./doctor.ts');
      finish(await runDoctor(areas, options));
    });
}

/** Adds `upgrade` and `config migrate` to the command line. */
export function registerUpgrade(program: Command, finish: Finish): void {
  clusterCommand(program, 'upgrade', 'merge a newer version of the template into the repository, and commit nothing')
    .argument('[version]', 'a version, or a branch or commit of the template (default: the newest version)')
    .option('--from <place>', 'URL or folder of the git repository of the template (default: the recorded one)')
    .option('--check', 'only say whether there is a newer version; exit with 2 where there is one')
    .option('--overrides', 'merge what changed in their originals into the files below templates/overrides/ too')
    .option('--dry-run', 'only say what would change')
    .option('--abort', 'take back an upgrade that is not committed yet')
    .option('-y, --yes', 'answer every question with yes')
    .action(async (version: string | undefined, options: UpgradeOptions) => {
      const { runUpgrade } = await import('./upgrade.ts');
      finish(await runUpgrade(version, options));
    });

  const config = commandGroup(program, 'config', 'look at the configuration');
  clusterCommand(
    config,
    'migrate',
    'write the fields of cluster.yaml and nodes.yaml under the names that they have now',
  )
    .option('-y, --yes', 'answer every question with yes')
    .option('--dry-run', 'only show what would change')
    .action(async (options: RootOptions & { yes?: boolean; dryRun?: boolean }) => {
      const { runConfigMigrate } = await import('./upgrade.ts');
      finish(await runConfigMigrate(options));
    });
}

/** Adds `template reset|tidy|debug|validate` and `flux validate` to the command line. */
export function registerTemplate(program: Command, finish: Finish): void {
  const template = commandGroup(program, 'template', 'remove what was generated, or archive what generates it');
  clusterCommand(template, 'reset', 'remove every generated file, and nothing else')
    .option('-y, --yes', 'answer every question with yes')
    .option('--force', 'remove files that were changed by hand too, and keep copies under .private/backup/')
    .option('--keep', 'leave files that were changed by hand as they are')
    .option('--dry-run', 'print what would be removed')
    .action(async (options: TemplateOptions) => {
      const { runTemplateReset } = await import('./template.ts');
      finish(await runTemplateReset(options));
    });
  clusterCommand(template, 'tidy', 'archive all that rendering needs, which leaves a plain GitOps repository')
    .option('-y, --yes', 'answer every question with yes')
    .option('--dry-run', 'print what would be archived')
    .action(async (options: TemplateOptions) => {
      const { runTemplateTidy } = await import('./template.ts');
      finish(await runTemplateTidy(options));
    });
  clusterCommand(template, 'debug', 'list the resources that show the state of the cluster').action(
    async (options: RootOptions) => {
      const { runTemplateDebug } = await import('./template.ts');
      finish(await runTemplateDebug(options));
    },
  );
  renderingCommand(
    template,
    'validate',
    'check the configuration, everything that is generated from it and that it is up to date',
  ).action(async (options: RootOptions) => {
    const { runConfigure } = await import('./configure.ts');
    finish(await runConfigure({ ...options, check: true }));
  });
  const flux = commandGroup(program, 'flux', 'check what Flux will apply');
  renderingCommand(
    flux,
    'validate',
    'check the configuration and everything that Flux will apply, as validate does',
  ).action(async (options: RootOptions) => {
    const { runValidate } = await import('./validate.ts');
    finish(await runValidate(undefined, options));
  });
}
