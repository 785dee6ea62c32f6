import type { Command } from 'commander';
import type { RootOptions } from '../root.ts';
import { clusterCommand, commandGroup, renderingCommand } from '../cluster-command.ts';
import type { Finish } from '../exit-codes.ts';
import type { TemplateOptions } from './template.ts';

/** Adds `template reset|tidy|debug|validate` and `flux validate` to the command line. */
export function registerTemplate(program: Command, finish: Finish): void {
  const template = commandGroup(program, 'template', 'work on what is generated, and on what generates it');
  clusterCommand(template, 'reset', 'remove every generated file, and nothing else')
    .option('-y, --yes', 'answer every question with yes')
    .option('--force', 'remove files that were changed by hand too, and keep copies under .private/backup/')
    .option('--keep', 'leave files that were changed by hand as they are')
    .option('--dry-run', 'print what would be removed')
    .action(async (options: TemplateOptions) => {
      const { runTemplateReset } = await import('./template.ts');
      finish(await runTemplateReset(options));
    });
  clusterCommand(template, 'tidy', 'archive what serves the rendering, so that a plain GitOps repository is left')
    .option('-y, --yes', 'answer every question with yes')
    .option('--dry-run', 'print what would be archived')
    .action(async (options: TemplateOptions) => {
      const { runTemplateTidy } = await import('./template.ts');
      finish(await runTemplateTidy(options));
    });
  clusterCommand(template, 'debug', 'list the resources that tell how the cluster is').action(
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
  const flux = commandGroup(program, 'flux', 'look at what Flux is given');
  renderingCommand(
    flux,
    'validate',
    'check the configuration and everything that Flux is given, as validate does',
  ).action(async (options: RootOptions) => {
    const { runValidate } = await import('./validate.ts');
    finish(await runValidate(options));
  });
}
