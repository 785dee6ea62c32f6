import { parseAddress } from '../../cluster/addresses.ts';
import type { ClusterRoot } from '../../cluster/root.ts';
import { appsObstacles, bootstrapApps, compareApps, planApps } from '../../operations/bootstrap/apps.ts';
import { DEFAULT_PATIENCE, formatCall, type PlannedStep } from '../../operations/bootstrap/options.ts';
import { bootstrapTalos, planTalos, talosObstacles } from '../../operations/bootstrap/talos.ts';
import { openPrograms } from '../../operations/programs/programs.ts';
import { regenerate } from '../../operations/talos/configuration.ts';
import { failure, type Failure } from '../../report/finding.ts';
import { SILENT } from '../../report/progress.ts';
import { countFindings } from '../../report/text.ts';
import { print, printSentences } from '../../system/terminal.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { interruptible, resumable } from '../interrupt.ts';
import { commandText, worded } from '../invocation.ts';
import { count, printFindings, printJson } from '../output.ts';
import { showSteps } from '../progress.ts';
import { rootOf, type RootOptions } from '../root.ts';

/** Options of both stages. */
export interface BootstrapCommandOptions extends RootOptions {
  readonly dryRun?: boolean;
  readonly timeout?: string;
  readonly pollInterval?: string;
  readonly nodesTimeout?: string;
  readonly diff?: boolean;
  readonly maintenanceAddress?: readonly string[];
  readonly wipe?: boolean;
}

/** `cluster-template bootstrap talos`; gives back the exit code. */
export async function runBootstrapTalos(options: BootstrapCommandOptions): Promise<number> {
  const root = await rootOf(options);
  const maintenance = new Map((options.maintenanceAddress ?? []).map(readMaintenanceAddress));
  if (options.dryRun === true) {
    return await interruptible(async (signal) =>
      showPlan(await planTalos(root, maintenance), await talosObstacles(root, openPrograms({ root, signal })), options),
    );
  }
  return await resumable(options, async (signal) => {
    await bootstrapTalos(root, { ...common(options), maintenance, wipe: options.wipe === true, signal });
    return tellDone(options, talosNext());
  });
}

/** `k8s-0=192.0.2.50` as name and address. */
function readMaintenanceAddress(text: string): [name: string, address: string] {
  const [, name, address] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name !== undefined && address !== undefined && parseAddress(address) !== undefined) return [name, address];
  throw failure('usage', {
    code: 'usage/argument',
    message: `--maintenance-address: ${text} is no node with an address`,
    remedy: 'write NODE=IP, for example k8s-0=192.0.2.50',
  });
}

/** `cluster-template bootstrap apps`; gives back the exit code. */
export async function runBootstrapApps(options: BootstrapCommandOptions): Promise<number> {
  const root = await rootOf(options);
  if (options.dryRun === true) {
    return await interruptible(async (signal) =>
      showPlan(await planApps(root), await appsObstacles(root, openPrograms({ root, signal })), options),
    );
  }
  if (options.diff === true) return await interruptible((signal) => showDifference(root, signal, options));
  const { patience, reporter } = common(options);
  const limitSeconds = seconds('--nodes-timeout', options.nodesTimeout, patience.limitSeconds);
  const nodePatience = { ...patience, limitSeconds };
  return await resumable(options, async (signal) => {
    await bootstrapApps(root, { patience, reporter, nodePatience, signal });
    return tellDone(options, appsNext());
  });
}

async function showDifference(root: ClusterRoot, signal: AbortSignal, options: RootOptions): Promise<number> {
  const difference = await compareApps({ root, signal, programs: openPrograms({ root, signal }) });
  const { namespaces, secrets, definitions, releases } = difference;
  const lines = [
    ...namespaces.map((name) => `namespace  ${name}\n`),
    ...secrets.map((name) => `secret     ${name}\n`),
    ...(definitions === 0 ? [] : [`apply      ${count(definitions, 'custom resource definition')}\n`]),
    ...releases.map((name) => `release    ${name}\n`),
  ];
  const isDone = lines.length === 0;
  if (options.json === true) printJson({ status: isDone ? 'done' : 'different', ...difference });
  else print(isDone ? 'nothing to do\n' : lines.join(''));
  return isDone ? EXIT.done : EXIT.changes;
}

function tellDone({ json }: RootOptions, next: string): number {
  if (json === true) printJson({ status: 'done' });
  else print(next);
  return EXIT.done;
}

function talosNext(): string {
  return `
Kubernetes is up, without a network for its pods yet. Next:
  1. commit talos/talsecret.sops.yaml and push: Flux reads the repository
  2. ${commandText('bootstrap apps')}
`;
}

function appsNext(): string {
  return worded(`
Flux looks after the cluster now: what is pushed is what runs. Next:
  1. watch it come up:        flux get kustomizations --all-namespaces --watch
  2. see what does not:       ${commandText('template debug')}
  3. let GitHub call Flux:    docs/getting-started.md, "Let GitHub call Flux"
`);
}

function common({ timeout, pollInterval, json }: BootstrapCommandOptions): {
  patience: { limitSeconds: number; pauseSeconds: number };
  reporter: ReturnType<typeof showSteps>;
} {
  const limitSeconds = seconds('--timeout', timeout, DEFAULT_PATIENCE.limitSeconds);
  const pauseSeconds = seconds('--poll-interval', pollInterval, DEFAULT_PATIENCE.pauseSeconds);
  return { patience: { limitSeconds, pauseSeconds }, reporter: json === true ? SILENT : showSteps() };
}

function seconds(option: string, text: string | undefined, absent: number): number {
  if (text === undefined) return absent;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw failure('usage', {
    code: 'usage/argument',
    message: `${option} takes a number of seconds, not ${JSON.stringify(text)}`,
  });
}

/** The steps, and what the first of them would stop at; the exit code is the one that the run would end with then. */
function showPlan(
  steps: readonly PlannedStep[],
  obstacle: Failure | undefined,
  { json }: BootstrapCommandOptions,
): number {
  const findings = obstacle?.findings ?? [];
  const exitCode = obstacle === undefined ? EXIT.done : exitCodeOf(obstacle.kind);
  if (json === true) {
    const plan = steps.map(({ title, condition, calls }) => ({ title, condition, commands: calls.map(formatCall) }));
    printJson({ status: 'planned', steps: plan, findings });
    return exitCode;
  }
  for (const [index, { title, condition, calls }] of steps.entries()) {
    printSentences(`${String(index + 1)}. ${title} (${condition})\n`);
    print(calls.map((call) => `     ${formatCall(call)}\n`).join(''));
  }
  printFindings(findings);
  const outlook = obstacle === undefined ? '' : `; the run would stop at step 1: ${countFindings(findings)}`;
  printSentences(`nothing was started${outlook}\n`);
  return exitCode;
}

/** `cluster-template talos generate-config`; gives back the exit code. */
export async function runGenerateConfig(options: RootOptions): Promise<number> {
  const root = await rootOf(options);
  const reporter = options.json === true ? SILENT : showSteps();
  return await resumable(options, async (signal) => {
    const files = await regenerate({ root, reporter, signal });
    if (options.json === true) printJson({ status: 'written', files });
    else print(`${count(files.length, 'file')} written to talos/clusterconfig/, which git ignores\n`);
    return EXIT.done;
  });
}
