import { Failure, type Finding } from '../../report/finding.ts';
import type { OutputStream } from '../../system/programs.ts';

/**
 * One start of an external program. Arguments are a list, never a line for a shell, and never hold a secret: everybody on the
 * machine can read them. A secret goes through `input`.
 */
export interface ProgramCall {
  readonly program: ProgramName;
  readonly arguments: readonly string[];
  /** Folder that it is started in, relative to the cluster's root; the root itself where it is not given. */
  readonly folder?: string;
  /** Variables beside those that every program gets. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Text for its standard input; without it the program reads nothing. */
  readonly input?: string;
  /** A minute where it is not given. */
  readonly timeoutSeconds?: number;
  /** Whether the end of its time is an answer, with the exit code 124 that timeout(1) gives, and no Failure. */
  readonly toleratesTimeout?: boolean;
  /** Texts that are masked wherever the output is shown: the secrets that the call handles. */
  readonly secrets?: readonly string[];
  /** Whether the output is kept from the sink, as it is read by a program only. */
  readonly quiet?: boolean;
}

/** What a program gave back. */
export interface ProgramOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Told each line that a program writes, as it is written. */
export type LineSink = (line: string, origin: { readonly program: ProgramName; readonly stream: OutputStream }) => void;

/** The one way to external programs. */
export interface Programs {
  /**
   * Runs a program and expects it to succeed.
   *
   * @throws Failure of kind `outside` where it is missing, cannot be started, takes too long or gives back another exit code
   *   than 0; the message folds its standard error into one line. The reason of the signal where that is aborted.
   */
  run(call: ProgramCall): Promise<ProgramOutput>;
  /** As `run`, but any exit code is an answer. A program that a signal ended is a Failure all the same. */
  ask(call: ProgramCall): Promise<ProgramOutput>;
  /** Runs a program on our own terminal, for a person to talk to; gives back its exit code. Throws as `run` where it is missing. */
  attach(
    call: Omit<ProgramCall, 'input' | 'secrets' | 'quiet' | 'timeoutSeconds' | 'toleratesTimeout'>,
  ): Promise<number>;
  /** Where the program lies on PATH; undefined where it does not. */
  locate(program: ProgramName): Promise<string | undefined>;
}

/** What is known of an external program. */
interface ProgramFacts {
  /** What it is needed for, as the end of "needed …". */
  readonly purpose: string;
  /** Arguments that make it print its version. */
  readonly versionArguments: readonly string[];
  /** The oldest version that does what is asked of it. */
  readonly minimum: string;
  /** Where to read how it is installed. */
  readonly site: string;
}

/**
 * The programs that commands of ours start; .mise.toml pins the same ones. `talhelper` is new enough from 3.1.14, the first to
 * know Talos 1.13.7 (before 3.1.11 it lost the virtual address of a VLAN).
 */
export const PROGRAMS = {
  cloudflared: {
    purpose: 'to make the Cloudflare tunnel',
    versionArguments: ['--version'],
    minimum: '2024.1.0',
    site: 'https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/downloads/',
  },
  flux: {
    purpose: 'to reconcile and to look at what Flux does',
    versionArguments: ['--version'],
    minimum: '2.7.0',
    site: 'https://fluxcd.io/flux/installation/#install-the-flux-cli',
  },
  git: {
    purpose: 'to keep the repository',
    versionArguments: ['--version'],
    minimum: '2.30.0',
    site: 'https://git-scm.com/downloads',
  },
  helm: {
    purpose: 'by helmfile',
    versionArguments: ['version', '--short'],
    minimum: '3.18.0',
    site: 'https://helm.sh/docs/intro/install/',
  },
  helmfile: {
    purpose: 'to install the first releases',
    versionArguments: ['--version'],
    minimum: '1.1.0',
    site: 'https://helmfile.readthedocs.io/en/latest/#installation',
  },
  kubectl: {
    purpose: 'to talk to Kubernetes',
    versionArguments: ['version', '--client'],
    minimum: '1.30.0',
    site: 'https://kubernetes.io/docs/tasks/tools/#kubectl',
  },
  lefthook: {
    purpose: 'to install the git hooks',
    versionArguments: ['version'],
    minimum: '1.6.0',
    site: 'https://lefthook.dev/installation/',
  },
  sops: {
    purpose: 'to read and edit encrypted files by hand',
    versionArguments: ['--version', '--disable-version-check'],
    minimum: '3.9.0',
    site: 'https://getsops.io/docs/#download',
  },
  talhelper: {
    purpose: 'to generate the configuration of the nodes',
    versionArguments: ['--version'],
    minimum: '3.1.14',
    site: 'https://budimanjojo.github.io/talhelper/latest/installation/',
  },
  talosctl: {
    purpose: 'to talk to the nodes',
    versionArguments: ['version', '--client', '--short'],
    minimum: '1.12.0',
    site: 'https://www.talos.dev/latest/talos-guides/install/talosctl/',
  },
} as const satisfies Record<string, ProgramFacts>;

/** A program that may be started. */
export type ProgramName = keyof typeof PROGRAMS;

/** How to get a program, as the remedy of a finding. */
export function howToGet(program: ProgramName): string {
  return `run \`mise install\`, or see ${PROGRAMS[program].site}`;
}

/** A program as it is on this machine. */
export interface InstalledProgram {
  readonly program: ProgramName;
  readonly state: 'present' | 'too-old' | 'missing';
  /** The version that it says; undefined where it is missing or does not say one. */
  readonly version: string | undefined;
}

/**
 * Looks for programs and asks them for their versions. One that says no version (a build of one's own) counts as new enough.
 *
 * @returns one entry for each name, in their order
 */
export async function inspectPrograms(programs: Programs, names: readonly ProgramName[]): Promise<InstalledProgram[]> {
  return await Promise.all(names.map((name) => inspectProgram(programs, name)));
}

/**
 * Stops a command before it begins where a program is missing or too old: all of them are named at once.
 *
 * @throws Failure of kind `outside`
 */
export async function requirePrograms(programs: Programs, names: readonly ProgramName[]): Promise<void> {
  const installed = await inspectPrograms(programs, names);
  const findings = installed.flatMap((one) => programFinding(one) ?? []);
  if (findings.length > 0) throw new Failure('outside', findings);
}

/** What is wrong with a program; undefined where nothing is. */
export function programFinding({ program, state, version }: InstalledProgram): Finding | undefined {
  const { purpose, minimum } = PROGRAMS[program];
  const about = { severity: 'error', remedy: howToGet(program) } as const;
  if (state === 'missing') {
    return { ...about, code: 'programs/missing', message: `${program} is needed ${purpose} and was not found` };
  }
  if (state === 'present') return undefined;
  const message = `${program} ${version ?? ''} is too old: ${minimum} or newer is needed ${purpose}`;
  return { ...about, code: 'programs/version', message };
}

async function inspectProgram(programs: Programs, program: ProgramName): Promise<InstalledProgram> {
  if ((await programs.locate(program)) === undefined) return { program, state: 'missing', version: undefined };
  const { versionArguments, minimum } = PROGRAMS[program];
  const { stdout, stderr } = await programs.ask({
    program,
    arguments: versionArguments,
    quiet: true,
    timeoutSeconds: 20,
  });
  const version = /\bv?(\d+\.\d+(?:\.\d+)?)\b/.exec(`${stdout}\n${stderr}`)?.[1];
  const isOld = version !== undefined && version !== '0.0.0' && compareVersions(version, minimum) < 0;
  return { program, state: isOld ? 'too-old' : 'present', version };
}

/** Below zero where the first version is the older one; parts that are not written count as 0. */
export function compareVersions(one: string, other: string): number {
  const [first, second] = [one, other].map((version) => version.replace(/^v/, '').split('.').map(Number));
  for (let part = 0; part < 3; part += 1) {
    const difference = (first?.[part] ?? 0) - (second?.[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
