import type { Command } from 'commander';
import { clusterCommand, commandGroup } from '../cluster-command.ts';
import type { Finish } from '../exit-codes.ts';
import type { NodesCommandOptions } from './nodes.ts';
import type { SchematicCommandOptions } from './nodes-schematic.ts';

/** Adds `nodes import|discover|schematic` to the command line. */
export function registerNodes(program: Command, finish: Finish): void {
  const nodes = commandGroup(program, 'nodes', 'take machines into nodes.yaml, and compute the ids of their images');
  choices(
    clusterCommand(nodes, 'import', 'take machines into nodes.yaml from what talosctl printed, and keep its comments'),
  )
    .argument('<file...>', 'output of `talosctl get disks|links|addresses -o json`; - for standard input')
    .action(async (files: string[], options: NodesCommandOptions) => {
      const { runNodesImport } = await import('./nodes.ts');
      finish(await runNodesImport(files, options));
    });
  choices(clusterCommand(nodes, 'discover', 'ask machines that have booted Talos, and take them into nodes.yaml'))
    .argument('<address...>', 'addresses of the machines')
    .action(async (addresses: string[], options: NodesCommandOptions) => {
      const { runNodesDiscover } = await import('./nodes.ts');
      finish(await runNodesDiscover(addresses, options));
    });
  clusterCommand(nodes, 'schematic', 'compute the schematic id of an image, without the network')
    .argument('[extension...]', 'official extensions such as siderolabs/iscsi-tools, in their order')
    .option('--kernel-arg <argument>', 'kernel argument; may be given several times', collect)
    .option('--file <file>', 'a schematic as https://factory.talos.dev takes it')
    .option('--show', 'print the schematic itself')
    .action(async (extensions: string[], options: SchematicCommandOptions) => {
      const { runSchematic } = await import('./nodes-schematic.ts');
      finish(await runSchematic(extensions, options));
    });
}

function choices(command: Command): Command {
  return command
    .option('--name <name>', 'name of the node')
    .option('--address <address>', 'static address of the node')
    .option('--disk <disk>', 'path or serial number of the disk to install to')
    .option('--link <link>', 'name or MAC address of the network interface')
    .option('--controller', 'a new node is a controller')
    .option('--schematic <id>', 'schematic of a new node (default: that of the others, or the plain image)')
    .option('--dry-run', 'print what would change, and write nothing');
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}
