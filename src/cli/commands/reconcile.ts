import type { ClusterRoot } from '../../cluster/root.ts';
import { debugApp, type DebugStep, type Subject } from '../../operations/debug/debug.ts';
import { reconcile, targetOf, unstick } from '../../operations/flux/reconcile.ts';
import { resumeLeftovers } from '../../operations/flux/suspend.ts';
import { requireKubeconfig } from '../../operations/kubernetes/objects.ts';
import { browseClaim, deletePods, listIdlePods, syncSecrets } from '../../operations/kubernetes/tasks.ts';
import { type Programs, requirePrograms } from '../../operations/programs/catalogue.ts';
import { openPrograms } from '../../operations/programs/programs.ts';
import { unseenChanges } from '../../operations/repository/git.ts';
import { failure } from '../../report/finding.ts';
import { now, randomBytes } from '../../system/environment.ts';
import { isInteractive, print } from '../../system/terminal.ts';
import { approve } from '../approve.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptible, resumable } from '../interrupt.ts';
import { worded } from '../invocation.ts';
import { count, printFindings, printJson } from '../output.ts';
import { rootOf, type RootOptions } from '../root.ts';

/** Options of `reconcile` and `unstick`. */
export interface ReconcileOptions extends RootOptions {
  readonly namespace: string;
  readonly force?: boolean;
  readonly reset?: boolean;
}

/** `cluster-template reconcile [KIND] [NAME]`; gives back the exit code. */
export async function runReconcile(words: readonly string[], options: ReconcileOptions): Promise<number> {
  const target = targetOf(words, { ...options, force: options.force === true, reset: options.reset === true });
  return await inCluster(options, ['flux', 'kubectl'], async (programs, _, root, signal) => {
    const findings = await unseenChanges(root);
    if (options.json !== true) printFindings(findings);
    const resumed = await resumeLeftovers(root, programs, signal);
    if (resumed.length > 0 && options.json !== true)
      print(`resumed what an interrupted run left: ${resumed.join(', ')}\n`);
    await reconcile(programs, target);
    if (options.json === true) printJson({ status: 'done', target, resumed, findings });
    else print(`${target.kind} ${target.namespace}/${target.name} is reconciled\n`);
    return EXIT.done;
  });
}

/** `cluster-template unstick [KIND] NAME`; gives back the exit code. */
export async function runUnstick(words: readonly string[], options: ReconcileOptions): Promise<number> {
  const target = targetOf(words, { ...options, force: false, reset: false });
  return await inCluster(options, ['flux'], async (programs, afterwards) => {
    await unstick(programs, afterwards, target);
    if (options.json === true) printJson({ status: 'done', target });
    else print(`${target.kind} ${target.namespace}/${target.name} was suspended and goes on\n`);
    return EXIT.done;
  });
}

/** `cluster-template prune-pods`; gives back the exit code. */
export async function runPrunePods(
  options: RootOptions & { readonly yes?: boolean; readonly dryRun?: boolean },
): Promise<number> {
  return await inCluster(options, ['kubectl'], async (programs) => {
    const pods = await listIdlePods(programs);
    if (options.json !== true)
      print(pods.map(({ phase, namespace, name }) => `${phase.padEnd(9)} ${namespace}/${name}\n`).join(''));
    const goes = pods.length > 0 && options.dryRun !== true;
    const isWanted = goes && (await approve(options, `Delete ${count(pods.length, 'pod')}?`));
    if (isWanted) await deletePods(programs, pods);
    const status = options.dryRun === true ? 'dry-run' : goes && !isWanted ? 'refused' : 'done';
    if (options.json === true) printJson({ status, pods });
    else print(isWanted ? `${count(pods.length, 'pod')} deleted\n` : 'nothing was deleted\n');
    return status === 'refused' ? EXIT.findings : EXIT.done;
  });
}

/** `cluster-template browse-pvc NAMESPACE CLAIM`; gives back the exit code. */
export async function runBrowseClaim(
  namespace: string,
  claim: string,
  options: RootOptions & { readonly image: string },
): Promise<number> {
  return await inCluster(options, ['kubectl'], async (programs, afterwards) => {
    if (isInteractive()) print(`the claim lies in /claim; leave the shell with exit\n`);
    const suffix = Buffer.from(randomBytes(4)).toString('hex');
    const code = await browseClaim(programs, afterwards, { namespace, claim, image: options.image, suffix });
    return code === 0 ? EXIT.done : EXIT.outside;
  });
}

/** `cluster-template sync-es [NAMESPACE/NAME]`; gives back the exit code. */
export async function runSyncSecrets(name: string | undefined, options: RootOptions): Promise<number> {
  const target = name === undefined ? undefined : namespacedName(name);
  return await inCluster(options, ['kubectl'], async (programs) => {
    await syncSecrets(programs, target, String(Math.floor(now().getTime() / 1000)));
    if (options.json === true) printJson({ status: 'done', target: name ?? 'all' });
    else print(`${name ?? 'all external secrets'}: asked for a new read\n`);
    return EXIT.done;
  });
}

function namespacedName(text: string): { namespace: string; name: string } {
  const [namespace, name, ...rest] = text.split('/');
  if (namespace && name && rest.length === 0) return { namespace, name };
  throw failure('usage', {
    code: 'usage/argument',
    message: `${text} names no object in a namespace`,
    remedy: 'write it as NAMESPACE/NAME',
  });
}

async function inCluster(
  options: RootOptions,
  needed: Parameters<typeof requirePrograms>[1],
  work: (programs: Programs, afterwards: Programs, root: ClusterRoot, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const root = await rootOf(options);
  return await resumable(options, async (signal) => {
    await requireKubeconfig(root);
    const programs = openPrograms({ root, signal });
    await requirePrograms(programs, needed);
    const afterwards = openPrograms({ root, signal: new AbortController().signal });
    return await work(programs, afterwards, root, signal);
  });
}

/** `cluster-template debug [NAMESPACE[/APP]]`; gives back the exit code: 1 where a cause was found. */
export async function runDebug(name: string | undefined, options: RootOptions): Promise<number> {
  const root = await rootOf(options);
  const subject = subjectOf(name);
  return await interruptible(async (signal) => {
    const programs = openPrograms({ root, signal });
    await requirePrograms(programs, ['kubectl']);
    const show = (step: DebugStep): void => {
      if (options.json !== true) print(stepLines(step));
    };
    const steps = await debugApp(root, programs, subject, show);
    const cause = steps.find(({ outcome }) => outcome === 'cause');
    if (options.json === true)
      printJson({ status: cause === undefined ? 'fine' : 'findings', cause: cause?.check, steps });
    else if (cause === undefined) print('no cause was found\n');
    return cause === undefined ? EXIT.done : EXIT.findings;
  });
}

function subjectOf(name: string | undefined): Subject {
  if (name === undefined) return {};
  const [namespace, app, ...rest] = name.split('/');
  if (namespace === undefined || namespace === '' || app === '' || rest.length > 0) {
    throw failure('usage', {
      code: 'usage/argument',
      message: `${name} names neither a namespace nor an app in one`,
      remedy: 'write it as NAMESPACE or NAMESPACE/APP',
    });
  }
  return app === undefined ? { namespace } : { namespace, app };
}

const WORDS = { fine: 'nothing wrong', absent: 'nothing there', cause: 'here is the cause' } as const;

function stepLines({ check, outcome, lines, remedy }: DebugStep): string {
  const all = [...lines, ...(remedy === undefined ? [] : [`= ${remedy}`])];
  return `${check}: ${WORDS[outcome]}\n${all.map((line) => `  ${worded(line)}\n`).join('')}`;
}
