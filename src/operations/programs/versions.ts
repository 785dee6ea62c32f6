import { Failure, type Finding } from '../../report/finding.ts';
import type { Programs } from './call.ts';
import { howToGet, PROGRAMS, type ProgramName } from './catalogue.ts';

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
