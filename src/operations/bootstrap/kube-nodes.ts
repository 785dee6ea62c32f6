import { failure } from '../../report/finding.ts';
import type { TalosCluster } from '../day2/talos-cluster.ts';
import { conditionOf, parseObjects } from '../day2/kubernetes.ts';
import type { OperationRun } from '../operation.ts';
import { foldOutput } from '../programs/output.ts';
import { waitFor, type Look, type Patience } from '../programs/patience.ts';
import type { StepReport } from '../reporter.ts';
import { LIST_NODES } from './apps-calls.ts';
import { isFinal } from './retry.ts';

/**
 * Waits until every node of the configuration is registered. Without a network they are NotReady, and that is enough: only what the
 * kubelet no longer reports about (Unknown) is waited for.
 *
 * @param patience - with a limit of 0 seconds the API is asked once, and no node is waited for
 * @throws Failure where the API refuses us, or the time is over
 */
export async function waitForNodes(
  { run, cluster, patience }: { run: OperationRun; cluster: TalosCluster; patience: Patience },
  report: StepReport,
): Promise<void> {
  const waiting = {
    what: 'the registration of every node',
    patience,
    signal: run.signal,
    say: report.note,
    remedy:
      'look at `kubectl get nodes` and the console of the machine; `cluster-template bootstrap talos` finishes what is missing there',
  };
  const wanted = cluster.nodes.map(({ name }) => name);
  const summary = await waitFor(waiting, async (): Promise<Look<string>> => {
    const { exitCode, stdout, stderr } = await run.programs.ask(LIST_NODES);
    if (exitCode !== 0) return { reason: reasonOf(foldOutput(stderr)) };
    const nodes = parseObjects(stdout);
    const lost = nodes.filter((node) => (conditionOf(node, 'Ready')?.status ?? 'Unknown') === 'Unknown');
    const known = nodes.filter((node) => !lost.includes(node)).map(({ name }) => name);
    const missing = wanted.filter((name) => !known.includes(name));
    const ready = nodes.filter((node) => conditionOf(node, 'Ready')?.status === 'True').length;
    if (missing.length > 0 && patience.limitSeconds > 0) {
      return {
        reason: `${String(wanted.length - missing.length)} of ${String(wanted.length)} registered, not yet ${missing.join(', ')}`,
      };
    }
    return {
      value: `${String(wanted.length - missing.length)} of ${String(wanted.length)} registered, ${String(ready)} ready`,
    };
  });
  report.say(summary);
}

function reasonOf(why: string): string {
  if (!isFinal(why)) return why === '' ? 'no answer' : why;
  throw failure('outside', {
    code: 'cluster/api',
    message: `the Kubernetes API refuses the kubeconfig: ${why}`,
    remedy: 'remove kubeconfig and run `cluster-template bootstrap talos`, which fetches it anew',
  });
}
