import { type Command, Option } from 'commander';
import type { ApplyMode } from '../../operations/day2/apply-node.ts';
import { clusterCommand, collect, commandGroup, renderingCommand } from '../cluster-command.ts';
import type { Finish } from '../exit-codes.ts';
import type { RootOptions } from '../root.ts';
import type { BootstrapCommandOptions } from './bootstrap.ts';
import type { NodesCommandOptions, SchematicCommandOptions } from './nodes.ts';
import type { ReconcileOptions } from './reconcile.ts';
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
    const { runTalosPlan } = await import('./talos.ts');
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
    'put nodes back into maintenance mode; without a name all of them, which destroys the cluster',
  )
    .argument('[node...]', NODE)
    .option('--force', 'wipe whole disks, and not only what Talos and Kubernetes keep')
    .option('--confirm <word>', 'the word that has to be typed otherwise')
    .option('--dry-run', 'print what would be run')
    .action(async (nodes: string[], options: RootOptions & { force?: boolean; confirm?: string; dryRun?: boolean }) => {
      const { runTalosReset } = await import('./talos.ts');
      finish(await runTalosReset(nodes, options));
    });
  clusterCommand(talos, 'status', 'show the state of nodes, etcd, Kubernetes and Flux')
    .option('--problems', 'show only what is wrong')
    .action(async (options: RootOptions & { problems?: boolean }) => {
      const { runTalosStatus } = await import('./talos.ts');
      finish(await runTalosStatus(options));
    });
}

function registerUpgrades(talos: Command, finish: Finish): void {
  change(clusterCommand(talos, 'upgrade-node', 'upgrade Talos on nodes, one after the other, with Flux suspended'))
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

/** Adds `bootstrap talos`, `bootstrap apps` and `talos generate-config` to the command line. */
export function registerBootstrap(program: Command, finish: Finish): void {
  const bootstrap = commandGroup(
    program,
    'bootstrap',
    'take machines from maintenance mode to a cluster that Flux reconciles',
  );
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
  const talos = commandGroup(program, 'talos', 'apply, upgrade, reset and show the nodes');
  clusterCommand(
    talos,
    'generate-config',
    'generate the configuration of the nodes from talos/talconfig.yaml, by talhelper',
  ).action(async (options: RootOptions) => {
    const { runGenerateConfig } = await import('./bootstrap.ts');
    finish(await runGenerateConfig(options));
  });
}

function stage(command: Command): Command {
  return command
    .option('--dry-run', 'print every step and every command, and start nothing')
    .option('--timeout <seconds>', 'how long each thing is waited for (default: 900)')
    .option('--poll-interval <seconds>', 'how often what is waited for is looked at (default: 5)');
}

/** Adds `nodes import|discover|schematic` to the command line. */
export function registerNodes(program: Command, finish: Finish): void {
  const nodes = commandGroup(
    program,
    'nodes',
    'add machines to nodes.yaml, and compute the schematic IDs of their images',
  );
  choices(
    clusterCommand(nodes, 'import', 'add machines to nodes.yaml from what talosctl printed, and keep its comments'),
  )
    .argument('<file...>', 'output of `talosctl get disks|links|addresses -o json`; - for standard input')
    .action(async (files: string[], options: NodesCommandOptions) => {
      const { runNodesImport } = await import('./nodes.ts');
      finish(await runNodesImport(files, options));
    });
  choices(clusterCommand(nodes, 'discover', 'ask machines that have booted Talos, and add them to nodes.yaml'))
    .argument('<address...>', 'addresses of the machines')
    .action(async (addresses: string[], options: NodesCommandOptions) => {
      const { runNodesDiscover } = await import('./nodes.ts');
      finish(await runNodesDiscover(addresses, options));
    });
  clusterCommand(nodes, 'schematic', 'compute the schematic ID of an image, without the network')
    .argument('[extension...]', 'official extensions such as siderolabs/iscsi-tools, in their order')
    .option('--kernel-arg <argument>', 'kernel argument; may be given several times', collect)
    .option('--file <file>', 'a schematic as https://factory.talos.dev takes it')
    .option('--show', 'print the schematic itself')
    .action(async (extensions: string[], options: SchematicCommandOptions) => {
      const { runSchematic } = await import('./nodes.ts');
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

/** Small, has a shell, and is what most people know. */
const BROWSER_IMAGE = 'docker.io/library/alpine:3.22';

/** Adds `reconcile`, `unstick`, `prune-pods`, `browse-pvc`, `sync-es` and `debug` to the command line. */
export function registerReconcile(program: Command, finish: Finish): void {
  inNamespace(clusterCommand(program, 'reconcile', 'have Flux fetch the repository and apply it'))
    .argument('[target...]', 'name of a Kustomization, `ks NAME` or `hr NAME`; all where none is given')
    .option('--force', 'upgrade a release although nothing changed')
    .option('--reset', 'reset the failure count of a release')
    .action(async (words: string[], options: ReconcileOptions) => {
      const { runReconcile } = await import('./reconcile.ts');
      finish(await runReconcile(words, options));
    });
  inNamespace(clusterCommand(program, 'unstick', 'suspend and resume a Kustomization or release that is stuck'))
    .argument('<target...>', 'name of a Kustomization, `ks NAME` or `hr NAME`')
    .action(async (words: string[], options: ReconcileOptions) => {
      const { runUnstick } = await import('./reconcile.ts');
      finish(await runUnstick(words, options));
    });
  clusterCommand(program, 'prune-pods', 'delete pods that failed, never started or have completed')
    .option('-y, --yes', 'answer every question with yes')
    .option('--dry-run', 'print what would be deleted')
    .action(async (options: RootOptions & { yes?: boolean; dryRun?: boolean }) => {
      const { runPrunePods } = await import('./reconcile.ts');
      finish(await runPrunePods(options));
    });
  clusterCommand(
    program,
    'browse-pvc',
    'open a shell in a pod that mounts a volume claim; the pod is deleted at the end',
  )
    .argument('<namespace>', 'namespace of the claim')
    .argument('<claim>', 'name of the claim')
    .option('--image <image>', 'image of the pod', BROWSER_IMAGE)
    .action(async (namespace: string, claim: string, options: RootOptions & { image: string }) => {
      const { runBrowseClaim } = await import('./reconcile.ts');
      finish(await runBrowseClaim(namespace, claim, options));
    });
  clusterCommand(program, 'sync-es', 'have External Secrets fetch its secrets again')
    .argument('[secret]', 'NAMESPACE/NAME of one; all where it is not given')
    .action(async (name: string | undefined, options: RootOptions) => {
      const { runSyncSecrets } = await import('./reconcile.ts');
      finish(await runSyncSecrets(name, options));
    });
  clusterCommand(
    program,
    'debug',
    'look for the cause of a fault: Flux, pods, logs, events, objects, secrets, dependencies',
  )
    .argument('[app]', 'NAMESPACE or NAMESPACE/APP; the whole cluster where it is not given')
    .action(async (name: string | undefined, options: RootOptions) => {
      const { runDebug } = await import('./reconcile.ts');
      finish(await runDebug(name, options));
    });
}

function inNamespace(command: Command): Command {
  return command.option('-n, --namespace <namespace>', 'namespace of the target', 'flux-system');
}
