import type { Command } from 'commander';
import { clusterCommand } from '../cluster-command.ts';
import type { Finish } from '../exit-codes.ts';
import type { RootOptions } from '../root.ts';
import type { ReconcileOptions } from './reconcile.ts';

/** Small, has a shell, and is what most people know. */
const BROWSER_IMAGE = 'docker.io/library/alpine:3.22';

/** Adds `reconcile`, `unstick`, `prune-pods`, `browse-pvc`, `sync-es` and `debug` to the command line. */
export function registerReconcile(program: Command, finish: Finish): void {
  inNamespace(clusterCommand(program, 'reconcile', 'have Flux fetch the repository and apply it'))
    .argument('[target...]', 'name of a Kustomization, `ks NAME` or `hr NAME`; all where none is given')
    .option('--force', 'upgrade a release although nothing changed')
    .option('--reset', 'count the failures of a release anew')
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
  clusterCommand(program, 'prune-pods', 'delete pods that failed, never started or are done')
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
  clusterCommand(program, 'sync-es', 'have External Secrets read its secrets anew')
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
      const { runDebug } = await import('./debug.ts');
      finish(await runDebug(name, options));
    });
}

function inNamespace(command: Command): Command {
  return command.option('-n, --namespace <namespace>', 'namespace of the target', 'flux-system');
}
