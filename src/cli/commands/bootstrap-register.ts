import type { Command } from 'commander';
import { clusterCommand, commandGroup } from '../cluster-command.ts';
import type { Finish } from '../exit-codes.ts';
import type { RootOptions } from '../root.ts';
import type { BootstrapCommandOptions } from './bootstrap.ts';

/** Adds `bootstrap talos`, `bootstrap apps` and `talos generate-config` to the command line. */
export function registerBootstrap(program: Command, finish: Finish): void {
  const bootstrap = commandGroup(program, 'bootstrap', 'from machines that wait to a cluster that Flux looks after');
  stage(clusterCommand(bootstrap, 'talos', 'configure the machines, start etcd and fetch the kubeconfig'))
    .option(
      '--maintenance-address <node=ip...>',
      'where a machine answers before it is configured, on a trunk for example',
    )
    .option('--wipe', 'install on disks that are not empty, too')
    .action(async (options: BootstrapCommandOptions) => {
      const { runBootstrapTalos } = await import('./bootstrap.ts');
      finish(await runBootstrapTalos(options));
    });
  stage(clusterCommand(bootstrap, 'apps', 'install what Flux needs, and Flux'))
    .option(
      '--diff',
      'list what is still to be done in the cluster, and change nothing; exit with 2 where there is something',
    )
    .option('--nodes-timeout <seconds>', 'how long nodes are waited for; 0 waits for none (default: as --timeout)')
    .action(async (options: BootstrapCommandOptions) => {
      const { runBootstrapApps } = await import('./bootstrap.ts');
      finish(await runBootstrapApps(options));
    });
  const talos = commandGroup(program, 'talos', 'work on the nodes');
  clusterCommand(
    talos,
    'generate-config',
    'generate the configuration of the nodes from talos/talconfig.yaml, by talhelper',
  ).action(async (options: RootOptions) => {
    const { runGenerateConfig } = await import('./talos-generate.ts');
    finish(await runGenerateConfig(options));
  });
}

function stage(command: Command): Command {
  return command
    .option('--dry-run', 'print every step and every command, and start nothing')
    .option('--timeout <seconds>', 'how long each thing is waited for (default: 900)')
    .option('--poll-interval <seconds>', 'how often what is waited for is looked at (default: 5)');
}
