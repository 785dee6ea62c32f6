import { Option, type Command } from 'commander';
import { clusterCommand, commandGroup, renderingCommand } from '../cluster-command.ts';
import type { Finish } from '../exit-codes.ts';
import type { ApplyMode } from '../../operations/day2/apply-node.ts';
import type { RootOptions } from '../root.ts';
import type { TalosOptions } from './talos.ts';

/** In the words of `talosctl apply-config --mode`. */
const APPLY_MODES: readonly ApplyMode[] = ['auto', 'no-reboot', 'reboot', 'staged', 'try'];

const NODE = 'host name or address of a node';

/** Adds `talos plan|apply-node|upgrade-node|upgrade-k8s|reset|status` to the command line. */
export function registerTalos(program: Command, finish: Finish): void {
  const talos = commandGroup(program, 'talos', 'work on the machines');
  clusterCommand(
    talos,
    'plan',
    'tell which nodes have another configuration than the repository, and what to run',
  ).action(async (options: RootOptions) => {
    const { runTalosPlan } = await import('./talos-plan.ts');
    finish(await runTalosPlan(options));
  });
  change(
    renderingCommand(
      talos,
      'apply-node',
      'send nodes their configuration, one after the other; shows what it changes first',
    ),
  )
    .argument('[node...]', NODE)
    .option('--all', 'all nodes')
    .addOption(new Option('--mode <mode>', 'how talosctl applies it').choices(APPLY_MODES).default('auto'))
    .option('--wipe', 'install a new machine on a disk that is not empty, too')
    .alias('apply')
    .action(async (nodes: string[], options: TalosOptions & { mode: ApplyMode }) => {
      const { runApplyNode } = await import('./talos.ts');
      finish(await runApplyNode(nodes, options));
    });
  registerUpgrades(talos, finish);
  clusterCommand(
    talos,
    'reset',
    'put nodes back into maintenance; without a name all of them, which destroys the cluster',
  )
    .argument('[node...]', NODE)
    .option('--force', 'wipe whole disks, and not only what Talos and Kubernetes keep')
    .option('--confirm <word>', 'the word that has to be typed otherwise')
    .option('--dry-run', 'print what would be run')
    .action(async (nodes: string[], options: RootOptions & { force?: boolean; confirm?: string; dryRun?: boolean }) => {
      const { runTalosReset } = await import('./talos.ts');
      finish(await runTalosReset(nodes, options));
    });
  clusterCommand(talos, 'status', 'show how nodes, etcd, Kubernetes and Flux are')
    .option('--problems', 'show only what is wrong')
    .action(async (options: RootOptions & { problems?: boolean }) => {
      const { runTalosStatus } = await import('./talos-status.ts');
      finish(await runTalosStatus(options));
    });
}

function registerUpgrades(talos: Command, finish: Finish): void {
  change(clusterCommand(talos, 'upgrade-node', 'upgrade Talos on nodes, one after the other, while Flux holds still'))
    .argument('[node...]', NODE)
    .option('--all', 'all nodes')
    .alias('upgrade')
    .action(async (nodes: string[], options: TalosOptions) => {
      const { runUpgradeNode } = await import('./talos.ts');
      finish(await runUpgradeNode(nodes, options));
    });
  change(clusterCommand(talos, 'upgrade-k8s', 'upgrade Kubernetes to the configured version, by steps that it allows'))
    .option(
      '--via <version>',
      'version to stop at; may be given several times',
      (value: string, all: string[] | undefined) => [...(all ?? []), value],
    )
    .action(async (options: TalosOptions & { via?: readonly string[] }) => {
      const { runUpgradeKubernetes } = await import('./talos.ts');
      finish(await runUpgradeKubernetes(options));
    });
}

function change(command: Command): Command {
  return command
    .option('-y, --yes', 'answer every question with yes')
    .option('--dry-run', 'show what would be done, and change nothing');
}
