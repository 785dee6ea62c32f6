import type { Command } from 'commander';

/** Told the exit code of a command that came to its end. */
export type Finish = (exitCode: number) => void;

/** How commands are added to the command line, so that all of them take the options of a cluster. */
export interface CommandMaker {
  /** A command that works on a cluster: with --root, --keys and --json. */
  readonly make: (parent: Command, name: string, description: string) => Command;
  /** A name that stands before further commands. */
  readonly group: (parent: Command, name: string, description: string) => Command;
}

/** The usual maker. */
export const COMMAND_MAKER: CommandMaker = { make: clusterCommand, group };

function clusterCommand(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .option('--root <folder>', 'the repository of the cluster', process.cwd())
    .option('--keys <folder>', 'folder of age.key and the other local keys (default: the repository)')
    .option('--json', 'print the result as JSON')
    .exitOverride();
}

function group(parent: Command, name: string, description: string): Command {
  const existing = parent.commands.find((command) => command.name() === name);
  return existing ?? parent.command(name).description(description).helpCommand(false).exitOverride();
}
