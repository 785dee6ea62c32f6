import { failure } from '../../report/finding.ts';
import { now } from '../../system/environment.ts';
import type { ClusterAccess, OperationRun } from '../operation.ts';
import type { StepReport } from '../../report/progress.ts';
import type { ProgramCall } from '../programs/catalogue.ts';
import { type Look, type Patience, retrying, waitFor } from '../programs/waiting.ts';
import { asFieldsList, asText, type Fields, parseJson } from '../../text/values.ts';

/** A release as bootstrap/helmfile.d asks for it. */
interface WantedRelease {
  readonly name: string;
  readonly namespace: string;
  readonly version: string;
}

/** A release as it is in the cluster. */
interface InstalledRelease {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  readonly status: string;
  /** Name of the chart with its version behind it. */
  readonly chart: string;
  readonly updated: Date | undefined;
}

/** What a release step works with. */
interface ReleaseTask {
  readonly run: OperationRun;
  readonly patience: Patience;
}

/** Helm gives up on a release after five minutes: one that is still under way after that has nobody at work on it. */
const ABANDONED_SECONDS = 330;

/**
 * Installs the releases that are missing, or of another version, in the order of their needs. What an interrupted run left half
 * done is taken back first: Helm refuses to touch it otherwise.
 *
 * @throws Failure where helmfile fails three times, or for a reason that does not pass
 */
export async function syncAll(task: ReleaseTask, report: StepReport): Promise<void> {
  const { run, patience } = task;
  const attempts = { signal: run.signal, pauseSeconds: patience.pauseSeconds };
  const wanted = await readWanted(run);
  let installed: string[] = [];
  await retrying(attempts, report, async () => {
    await takeBackAbandoned(task, wanted, report);
    const missing = missingOf(wanted, await readInstalled(run));
    installed = [...new Set([...installed, ...missing.map(({ name }) => name)])];
    if (missing.length === 0) return;
    const names = missing.length === wanted.length ? [] : missing.map(({ name }) => name);
    await run.programs.run(syncReleases(names));
  });
  report.say(
    installed.length === 0 ? `all ${String(wanted.length)} are installed` : `installed ${installed.join(', ')}`,
  );
}

/** Names of the releases that are missing, or of another version, in the order of the list. */
export async function missingReleases(access: ClusterAccess): Promise<string[]> {
  return missingOf(await readWanted(access), await readInstalled(access)).map(({ name }) => name);
}

function missingOf(wanted: readonly WantedRelease[], installed: readonly InstalledRelease[]): WantedRelease[] {
  return wanted.filter((release) => {
    const found = installed.find((one) => isSame(one, release));
    return found?.status !== 'deployed' || !isVersion(found.chart, release.version);
  });
}

/** A chart's own version may come with a `v` or without, whatever the tag says. */
function isVersion(chart: string, version: string): boolean {
  const bare = version.replace(/^v/, '');
  return version !== '' && (chart.endsWith(`-${bare}`) || chart.endsWith(`-v${bare}`));
}

/** Waits for releases that somebody may be at work on, and takes back those that nobody is. */
async function takeBackAbandoned(
  { run, patience }: ReleaseTask,
  wanted: readonly WantedRelease[],
  report: StepReport,
): Promise<void> {
  const waiting = {
    what: 'the end of what another run of helm does',
    patience: { ...patience, limitSeconds: Math.max(patience.limitSeconds, ABANDONED_SECONDS) },
    signal: run.signal,
    say: report.note,
  };
  await waitFor(waiting, async (): Promise<Look<true>> => {
    const pending = (await readInstalled(run)).filter(
      (one) => /^(?:pending-|uninstalling)/.test(one.status) && wanted.some((release) => isSame(one, release)),
    );
    const abandoned = pending.filter(isAbandoned);
    for (const release of abandoned) {
      report.note(`${release.name} was left ${release.status} by an interrupted run and is taken back`);
      await run.programs.run(takeBack(release));
    }
    const busy = pending.filter((one) => !abandoned.includes(one));
    return busy.length === 0
      ? { value: true }
      : { reason: `${busy.map(({ name }) => name).join(', ')} still under way` };
  });
}

function takeBack({ name, namespace, revision, status }: InstalledRelease): ProgramCall {
  const wasInstalled = revision > 1 && status !== 'uninstalling';
  return wasInstalled ? rollbackRelease(name, namespace) : uninstallRelease(name, namespace);
}

function isAbandoned({ updated }: InstalledRelease): boolean {
  return updated === undefined || now().getTime() - updated.getTime() > ABANDONED_SECONDS * 1000;
}

function isSame(one: { name: string; namespace: string }, other: { name: string; namespace: string }): boolean {
  return one.name === other.name && one.namespace === other.namespace;
}

async function readWanted({ programs }: ClusterAccess): Promise<WantedRelease[]> {
  const { stdout } = await programs.run(LIST_WANTED);
  return records(stdout, 'helmfile list')
    .filter(({ enabled, installed }) => enabled !== false && installed !== false)
    .map(({ name, namespace, version }) => ({
      name: asText(name),
      namespace: asText(namespace),
      version: asText(version),
    }));
}

async function readInstalled({ programs }: ClusterAccess): Promise<InstalledRelease[]> {
  const { stdout } = await programs.run(LIST_RELEASES);
  return records(stdout, 'helm list').map(({ name, namespace, revision, status, chart, updated }) => ({
    name: asText(name),
    namespace: asText(namespace),
    revision: Number(revision),
    status: asText(status),
    chart: asText(chart),
    updated: timeOf(asText(updated)),
  }));
}

/** Helm prints Go's own form of a time: `2026-01-02 03:04:05.123456789 +0000 UTC`. */
function timeOf(text: string): Date | undefined {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? ([+-]\d\d)(\d\d)/.exec(text);
  return match === null
    ? undefined
    : new Date(`${match[1] ?? ''}T${match[2] ?? ''}${match[3] ?? ''}:${match[4] ?? ''}`);
}

function records(text: string, command: string): readonly Fields[] {
  const value = parseJson(text === '' ? '[]' : text);
  if (value !== undefined) return asFieldsList(value);
  const message = `${command} printed something else than JSON`;
  throw failure('outside', { code: 'programs/failed', message, remedy: 'run it by hand, and look at what it says' });
}

/** Where the releases of the bootstrap are listed. */
const APPS_FILE = 'bootstrap/helmfile.d/01-apps.yaml';

/** Lists the releases of the bootstrap with chart and version; needs no network. */
export const LIST_WANTED: ProgramCall = {
  program: 'helmfile',
  arguments: ['--file', APPS_FILE, 'list', '--output', 'json'],
  quiet: true,
};

/** Lists the releases that are in the cluster. Every state is named: Helm 4 has no --all, and Helm 3 leaves pending ones out without. */
export const LIST_RELEASES: ProgramCall = {
  program: 'helm',
  arguments: [
    'list',
    '--all-namespaces',
    ...['--deployed', '--failed', '--pending', '--uninstalling'],
    ...['--max', '0', '--output', 'json'],
  ],
  quiet: true,
};

/** Installs releases in the order of their needs; those that are named alone, where some are there already. */
export function syncReleases(names: readonly string[]): ProgramCall {
  const selectors = names.flatMap((name) => ['--selector', `name=${name}`]);
  const arguments_ = ['--file', APPS_FILE, ...selectors, 'sync', '--hide-notes'];
  return { program: 'helmfile', arguments: arguments_, timeoutSeconds: 3600 };
}

/** Takes back a first installation that was interrupted. */
function uninstallRelease(name: string, namespace: string): ProgramCall {
  const arguments_ = ['uninstall', name, '--namespace', namespace, '--wait', '--timeout', '5m'];
  return { program: 'helm', arguments: arguments_, timeoutSeconds: 330 };
}

/** Takes back an upgrade that was interrupted: the revision before it is in effect again. */
function rollbackRelease(name: string, namespace: string): ProgramCall {
  const arguments_ = ['rollback', name, '--namespace', namespace, '--wait', '--timeout', '5m'];
  return { program: 'helm', arguments: arguments_, timeoutSeconds: 330 };
}
