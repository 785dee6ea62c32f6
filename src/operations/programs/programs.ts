import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { ClusterRoot } from '../../cluster/root.ts';
import { failure, type Failure } from '../../report/finding.ts';
import { environment, programVariables } from '../../system/environment.ts';
import { askGitForPaths } from '../../system/git.ts';
import { findProgram, runAttached, type WatchedResult, watchProgram } from '../../system/programs.ts';
import { kindAt } from '../../system/tree.ts';
import {
  howToGet,
  type LineSink,
  type ProgramCall,
  type ProgramName,
  type ProgramOutput,
  type Programs,
  PROGRAMS,
} from './catalogue.ts';

/** What a command that starts programs says of itself. */
export interface ProgramsOptions {
  readonly root: ClusterRoot;
  /** Aborted where somebody interrupts the command: the program that runs is ended, and no other one is started. */
  readonly signal: AbortSignal;
  /** Told what the programs write. */
  readonly sink?: LineSink;
  /** The environment to take from; the process's own where it is not given. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const DEFAULT_TIMEOUT_SECONDS = 60;
/** As timeout(1) reports it. */
const TIMED_OUT = 124;

/** The one way to external programs, for one cluster. Every program sees the cluster's own kubeconfig, talosconfig, age key and rules. */
export function openPrograms({ root, signal, sink, env = environment() }: ProgramsOptions): Programs {
  const files = accessFiles(root, env);
  const variables = programEnvironment(files, env);
  const { SOPS_AGE_KEY: text = '', SOPS_AGE_KEY_CMD: command = '' } = root.keys === root.path ? env : {};
  const given = {
    ...(text === '' ? {} : { SOPS_AGE_KEY: text }),
    ...(command === '' ? {} : { SOPS_AGE_KEY_CMD: command }),
  };
  const environmentOf = (call: Pick<ProgramCall, 'program' | 'environment'>): Record<string, string> => ({
    ...variables,
    ...ageKeyVariables(call.program, { files, given, isThere: kindAt(files.ageKey) === 'file' }),
    ...call.environment,
  });
  let tracked: Promise<readonly string[]> | undefined;
  const refuseTracked = async ({ program, arguments: words }: ProgramCall): Promise<void> => {
    const file = ACCESS_FILES[program];
    // What asks a program for its version alone reaches no cluster.
    if (file === undefined || words.join(' ') === PROGRAMS[program].versionArguments.join(' ')) return;
    tracked ??= trackedAccessFiles(root);
    const found = (await tracked).find((path) => path === file || file.startsWith(`${path}/`));
    if (found !== undefined) throw strangeAccess(found, file);
  };
  const ask = async (call: ProgramCall): Promise<ProgramOutput> => {
    signal.throwIfAborted();
    await refuseTracked(call);
    const result = await watchProgram(call.program, call.arguments, {
      cwd: join(root.path, call.folder ?? '.'),
      environment: environmentOf(call),
      timeoutSeconds: call.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
      signal,
      ...(call.input === undefined ? {} : { input: call.input }),
      onLine: (line, stream) => {
        if (call.quiet !== true) sink?.(mask(line, call.secrets), { program: call.program, stream });
      },
    });
    signal.throwIfAborted();
    return outputOf(call, result);
  };
  return {
    ask,
    async run(call) {
      const output = await ask(call);
      if (output.exitCode === 0) return output;
      throw unsuccessful(call, output);
    },
    async attach(call) {
      signal.throwIfAborted();
      await refuseTracked(call);
      if ((await findProgram(call.program, variables.PATH ?? '')) === undefined) throw missingProgram(call.program);
      const cwd = join(root.path, call.folder ?? '.');
      const code = await runAttached(call.program, call.arguments, { cwd, environment: environmentOf(call) });
      return code ?? 1;
    },
    locate: (program) => findProgram(program, variables.PATH ?? ''),
  };
}

/** Through which file a program reaches the cluster, relative to the repository. */
const ACCESS_FILES: Readonly<Partial<Record<ProgramName, string>>> = {
  flux: 'kubeconfig',
  helm: 'kubeconfig',
  helmfile: 'kubeconfig',
  kubectl: 'kubeconfig',
  talosctl: 'talos/clusterconfig/talosconfig',
};

/** Those files, and folders or links in the place of their folders, that git tracks; in lower case, as they may lie on any disk. */
async function trackedAccessFiles({ path }: ClusterRoot): Promise<readonly string[]> {
  const names = ['kubeconfig', 'talos', 'talos/clusterconfig', 'talos/clusterconfig/talosconfig'];
  const patterns = names.map((name) => `:(icase)${name}`);
  const listed = (await askGitForPaths(path, ['ls-files', '-z', '--', ...patterns])) ?? [];
  return listed.map((one) => one.toLowerCase()).filter((one) => names.includes(one));
}

function strangeAccess(found: string, file: string): Failure {
  return failure('input', {
    code: 'trust/access-file',
    message: `git tracks ${found}: ${file} may have come with the repository, and name a program to run or a cluster of somebody else`,
    place: { file: found },
    remedy: `ask \`git log -- ${found}\` who put it there; where it is yours run \`git rm --cached ${found}\` and commit: it gives access to the cluster`,
  });
}

/** The end of a run that lacks a program. */
export function missingProgram(program: ProgramName): Failure {
  return failure('outside', {
    code: 'programs/missing',
    message: `${program} is needed ${PROGRAMS[program].purpose} and was not found`,
    remedy: howToGet(program),
  });
}

/** The end of a run whose program gave back another exit code than it should. */
export function unsuccessful(call: ProgramCall, { exitCode, stdout, stderr }: ProgramOutput): Failure {
  // What is quiet may be a secret: it is not shown where standard error says nothing.
  const said = stderr.trim() === '' && call.quiet !== true ? stdout : stderr;
  const why = foldOutput(mask(said, call.secrets));
  return failure('outside', {
    code: 'programs/failed',
    message: `${describeCall(call)} ended with exit code ${String(exitCode)}${why === '' ? '' : `: ${why}`}`,
  });
}

/** A call in a message: the program with the first words of its arguments, which say what it was to do. */
function describeCall(call: Pick<ProgramCall, 'program' | 'arguments'>): string {
  const words = call.arguments.slice(0, 2).filter((word) => /^[a-z][a-z0-9-]*$/.test(word));
  return [call.program, ...words].join(' ');
}

function outputOf(call: ProgramCall, result: WatchedResult): ProgramOutput {
  const { exitCode, stdout, stderr } = result;
  if (exitCode !== undefined) return { exitCode, stdout, stderr };
  if (result.missing) throw missingProgram(call.program);
  if (result.timedOut && call.toleratesTimeout === true) return { exitCode: TIMED_OUT, stdout, stderr };
  if (result.timedOut) throw tookTooLong(call, stderr);
  const why = result.refusal === undefined ? `was ended by ${result.signal ?? 'a signal'}` : `cannot be started`;
  const said = result.refusal ?? foldOutput(mask(stderr, call.secrets));
  throw failure('outside', {
    code: 'programs/failed',
    message: `${describeCall(call)} ${why}${said === '' ? '' : `: ${said}`}`,
  });
}

function tookTooLong(call: ProgramCall, stderr: string): Failure {
  const last = foldOutput(mask(stderr, call.secrets));
  const seconds = call.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  return failure('outside', {
    code: 'programs/timeout',
    message: `${describeCall(call)} did not end within ${String(seconds)} s${last === '' ? '' : `: ${last}`}`,
    remedy: 'run the command again: what is done is not done twice',
  });
}

/** Paths of the files through which programs reach the cluster. */
export interface AccessFiles {
  readonly kubeconfig: string;
  readonly talosconfig: string;
  readonly ageKey: string;
  readonly sopsConfig: string;
}

/**
 * The files that every program is pointed at: always those of this cluster, whatever the shell says, so that nothing is ever done
 * to another one. Only the age key may lie elsewhere, where SOPS_AGE_KEY_FILE says so, as for `configure`.
 */
export function accessFiles(root: ClusterRoot, env: Readonly<Record<string, string | undefined>>): AccessFiles {
  const named = env.SOPS_AGE_KEY_FILE;
  const isNamed = named !== undefined && named !== '' && root.keys === root.path;
  return {
    kubeconfig: join(root.path, 'kubeconfig'),
    talosconfig: join(root.path, 'talos/clusterconfig/talosconfig'),
    ageKey: isNamed ? resolve(named) : join(root.keys, 'age.key'),
    sopsConfig: join(root.path, '.sops.yaml'),
  };
}

/** Programs that decrypt files. */
const DECRYPTING = new Set(['sops', 'talhelper']);

/**
 * The variables by which a program that decrypts finds the age key. Where the key is given in SOPS_AGE_KEY, by a command or in the user's
 * folder alone there is no file to name, and sops refuses a name that leads nowhere; no other program gets the key itself.
 *
 * @param keys.given - the variables that give a key, of those that the user has set
 * @param keys.isThere - whether the file of the age key is there
 */
function ageKeyVariables(
  program: string,
  keys: { readonly files: AccessFiles; readonly given: Readonly<Record<string, string>>; readonly isThere: boolean },
): Record<string, string> {
  const file = { SOPS_AGE_KEY_FILE: keys.files.ageKey };
  return DECRYPTING.has(program) ? { ...keys.given, ...(keys.isThere ? file : {}) } : file;
}

/** The environment of every program: what it may inherit, and the files of the cluster. */
function programEnvironment(
  files: AccessFiles,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return {
    ...programVariables(env),
    KUBECONFIG: files.kubeconfig,
    SOPS_CONFIG: files.sopsConfig,
    TALOSCONFIG: files.talosconfig,
  };
}

const LONGEST = 400;

/** A text in which the secrets, and every line of a secret of several lines, are masked. */
export function mask(text: string, secrets: readonly string[] = []): string {
  const parts = secrets.flatMap((secret) => secret.split('\n')).map((part) => part.trim());
  const wanted = [...new Set(parts)].filter((part) => part.length >= 4).sort((a, b) => b.length - a.length);
  return wanted.reduce((masked, part) => masked.replaceAll(part, '***'), text);
}

/** What a program wrote as one line without escapes; of a long text only the end, where programs say why they stopped. */
export function foldOutput(text: string): string {
  const lines = stripVTControlCharacters(text)
    .split(/\r?\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const folded = [...new Set(lines)].join('; ');
  return folded.length > LONGEST ? `… ${folded.slice(folded.length - LONGEST)}` : folded;
}
