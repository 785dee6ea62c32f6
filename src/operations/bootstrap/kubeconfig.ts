import { failure } from '../../report/finding.ts';
import { readTextIfPresent } from '../../system/files.ts';
import { below, replaceFile } from '../../system/writing.ts';
import { controllersOf } from '../day2/talos-cluster.ts';
import { foldOutput } from '../programs/output.ts';
import { waitFor, type Look } from '../programs/patience.ts';
import type { StepReport } from '../reporter.ts';
import { isFinal } from './retry.ts';
import { ASK_API, printKubeconfig } from './talos-calls.ts';
import type { TalosTask } from './talos.ts';

/** Fetches the kubeconfig into the root, in one piece and readable by its owner alone; skipped where the one that is there is of this cluster and works. */
export async function fetchKubeconfig(task: TalosTask, report: StepReport): Promise<void> {
  const { run, cluster, patience } = task;
  const place = below(run.root.path, 'kubeconfig');
  const present = await readTextIfPresent(place.path);
  if (present !== undefined && leadsTo(present, cluster.endpoint) && (await run.programs.ask(ASK_API)).exitCode === 0) {
    report.say('the one that is there works');
    return;
  }
  const [first] = controllersOf(cluster);
  const waiting = { what: 'the kubeconfig', patience, signal: run.signal, say: report.note };
  const text = await waitFor(waiting, async (): Promise<Look<string>> => {
    const { exitCode, stdout, stderr } = await run.programs.ask(printKubeconfig(first));
    if (exitCode !== 0) return { reason: foldOutput(stderr) };
    return /^kind: Config$/m.test(stdout) ? { value: stdout } : { reason: 'talosctl printed something else' };
  });
  await replaceFile(place, `${text.trimEnd()}\n`, 0o600);
  report.say('kubeconfig, which git ignores');
}

/** Whether a kubeconfig is of this cluster: another one may answer just as well. */
function leadsTo(kubeconfig: string, endpoint: string): boolean {
  const servers = [...kubeconfig.matchAll(/^[ -]*server: ["']?(\S+?)["']?$/gm)].map(([, server]) => server ?? '');
  return servers.every((server) => server.replace(/[[\]]/g, '').includes(`//${endpoint}:`));
}

/** Waits until the Kubernetes API says that it is ready. */
export async function waitForApi({ run, patience, cluster }: TalosTask, report: StepReport): Promise<void> {
  const waiting = {
    what: `the Kubernetes API at ${cluster.endpoint}`,
    patience,
    signal: run.signal,
    say: report.note,
    remedy: 'look at `talosctl health`; `cluster_api_addr` must be an unused address of the network of the nodes',
  };
  await waitFor(waiting, async (): Promise<Look<true>> => {
    const { exitCode, stdout, stderr } = await run.programs.ask(ASK_API);
    if (exitCode === 0) return { value: true };
    const why = foldOutput(stderr === '' ? stdout : stderr);
    if (isFinal(why)) throw strangeApi(why);
    return { reason: why === '' ? 'no answer' : why };
  });
  report.say('ready');
}

function strangeApi(why: string): Error {
  return failure('outside', {
    code: 'cluster/api',
    message: `the Kubernetes API refuses the kubeconfig: ${why}`,
    remedy: 'remove kubeconfig and run the command again; where that does not help, another cluster has the address',
  });
}
