import type { Command } from 'commander';
import { clusterCommand, commandGroup, renderingCommand, repeatable, withVerbose } from '../cluster-command.ts';
import type { Finish } from '../exit-codes.ts';
import type { RootOptions } from '../root.ts';
import type { ConfigShowOptions } from './config-show.ts';

/** Adds the commands that look at the configuration and its rendering and write nothing into the tree. */
export function registerLook(program: Command, finish: Finish): void {
  renderingCommand(
    program,
    'explain',
    'tell where a generated file comes from, what comes from a key, or what a code means',
  )
    .argument(
      '<place>',
      'a generated file or a line of it, as in talos/talconfig.yaml:4; a key of the configuration or its line, as in node_cidr or cluster.yaml:11; a code, as in config/host-bits',
    )
    .action(async (place: string, options: RootOptions) => {
      const { runExplain } = await import('./explain.ts');
      finish(await runExplain(place, options));
    });

  repeatable(
    renderingCommand(program, 'validate', 'check the configuration and the whole rendered tree, and write nothing'),
  ).action(async (options: RootOptions) => {
    const { runValidate } = await import('./validate.ts');
    finish(await runValidate(options));
  });

  const config = commandGroup(program, 'config', 'look at the configuration');
  withVerbose(
    clusterCommand(config, 'show', 'list every value that templates see, and where it comes from; secrets are masked'),
  )
    .option('--computed', 'only what follows from cluster.yaml and nodes.yaml')
    .argument('[key...]', 'names of values, such as node_cidr, nodes[0] or "cilium_*"; all where none is given')
    .action(async (keys: string[], options: ConfigShowOptions) => {
      const { runConfigShow } = await import('./config-show.ts');
      finish(await runConfigShow(keys, options));
    });

  withVerbose(
    renderingCommand(program, 'render', 'render the templates into another folder, or one file to standard output'),
  )
    .argument('[file]', 'path of one result, such as talos/talconfig.yaml')
    .option(
      '-o, --output <folder>',
      'folder for the results; secrets are left out, as they are only ever written encrypted',
    )
    .action(async (file: string | undefined, options: RootOptions & { output?: string }) => {
      const { runRender } = await import('./render.ts');
      finish(await runRender(file, options));
    });

  withVerbose(
    renderingCommand(
      program,
      'watch',
      'show the plan again after every change of what it is made from, and write nothing',
    ),
  ).action(async (options: RootOptions) => {
    const { runWatch } = await import('./watch.ts');
    finish(await runWatch(options));
  });
}
