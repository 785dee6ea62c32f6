import type { Command } from 'commander';
import { commonOption } from './help.ts';
import { NO_CACHE_FLAG } from './recall.ts';

/** Adds a command that works on a cluster: with --root, --keys and --json. */
export function clusterCommand(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .addOption(
      commonOption('--root <folder>', 'the repository of the cluster (default: the one around the current folder)'),
    )
    .addOption(commonOption('--keys <folder>', 'folder of age.key and the other local keys (default: the repository)'))
    .addOption(commonOption('--json', 'print the result as JSON'))
    .addHelpOption(commonOption('-h, --help', 'print this help'))
    .exitOverride();
}

/** Adds --verbose to a command that shows findings on its way to something else. */
export function withVerbose(command: Command): Command {
  return command.option('--verbose', 'show everything that is left of the sample');
}

/** Adds a command that renders, and so runs the plugins of the repository: with --trust too. */
export function renderingCommand(parent: Command, name: string, description: string): Command {
  return clusterCommand(parent, name, description).option(
    '--trust',
    "run the repository's own plugins, now and from now on: remembered for this folder",
  );
}

/** Adds --verbose, and the way round what is kept of earlier runs, to a command that says the same as long as nothing changes. */
export function repeatable(command: Command): Command {
  return withVerbose(command).option(NO_CACHE_FLAG, 'ignore what earlier runs have cached');
}

/** A name that stands before further commands; added where it is not there yet. */
export function commandGroup(parent: Command, name: string, description: string): Command {
  const existing = parent.commands.find((command) => command.name() === name);
  return existing ?? parent.command(name).description(description).helpCommand(false).exitOverride();
}

/** The value of an option that may be given several times. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}
