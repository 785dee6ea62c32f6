import { failure } from '../../report/finding.ts';
import { controllersOf, type TalosNode } from '../day2/talos-cluster.ts';
import { foldOutput } from '../programs/output.ts';
import { waitFor, type Look } from '../programs/patience.ts';
import type { StepReport } from '../reporter.ts';
import { isFinal } from './retry.ts';
import { bootstrapEtcd, etcdMembers } from './talos-calls.ts';
import type { TalosTask } from './talos.ts';

/**
 * Starts etcd on the first controller, once. Every controller is asked first: a cluster that has etcd anywhere is never given a
 * second one. talosctl answers with an error until the machine is ready for it, so it is tried until the time is over.
 *
 * @throws Failure where it is refused for good, or does not come about
 */
export async function startEtcd(task: TalosTask, report: StepReport): Promise<void> {
  const { run, patience, cluster } = task;
  const [first] = controllersOf(cluster);
  const waiting = {
    what: 'the start of etcd',
    patience,
    signal: run.signal,
    say: report.note,
    remedy: `look at \`talosctl --nodes ${first.address} service etcd\` and the console of ${first.name}`,
  };
  const outcome = await waitFor(waiting, async (): Promise<Look<string>> => {
    const running = await memberAmong(task);
    if (running !== undefined) return { value: `runs on ${running.name} already` };
    const { exitCode, stderr } = await run.programs.ask({ ...bootstrapEtcd(first), quiet: true });
    if (exitCode === 0) return { value: `started on ${first.name}` };
    const why = foldOutput(stderr);
    // What etcd left in an earlier run is there: it is on its way up.
    if (/AlreadyExists|data directory is not empty/i.test(why)) return { value: `was started on ${first.name} before` };
    if (isFinal(why)) throw refused(first, why);
    return { reason: why };
  });
  report.say(outcome);
}

async function memberAmong({ run, cluster }: TalosTask): Promise<TalosNode | undefined> {
  for (const node of controllersOf(cluster)) {
    if ((await run.programs.ask(etcdMembers(node))).exitCode === 0) return node;
  }
  return undefined;
}

function refused({ name }: TalosNode, why: string): Error {
  return failure('outside', {
    code: 'cluster/node',
    message: `${name} refuses to start etcd: ${why}`,
    remedy:
      'its certificates are of other secrets than talos/talsecret.sops.yaml: restore that file, or reset the machine',
  });
}
