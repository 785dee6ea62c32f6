import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { temporaryFolder } from '../../support/folders.ts';
import { findTool } from '../../support/tools.ts';

/** One answer of a stand-in: the first rule that fits a call is taken; a call that none fits ends with exit code 97. */
export interface StandInRule {
  readonly program: string;
  /** Regular expression for the arguments, joined by spaces; without it every call fits. */
  readonly match?: string;
  /** Flags that must be set, and those that must not be: set by earlier calls, so that stand-ins remember a state. */
  readonly when?: readonly string[];
  readonly unless?: readonly string[];
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
  /** Flags that the call sets. */
  readonly sets?: readonly string[];
  /** Files that the call writes, by path relative to the cluster's root. */
  readonly writes?: Readonly<Record<string, string>>;
}

/** How a whole run is disturbed; calls count from 1, those that ask for a version are not counted. */
export interface Disturbance {
  /** The call that fails with exit code 1. */
  readonly failAt?: number;
  /** The call that kills who called it (SIGKILL), and then goes on. */
  readonly killAt?: number;
  /** The call that does not come to an end. */
  readonly hangAt?: number;
}

/** A call as a stand-in recorded it. */
export interface RecordedCall {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  /** Variables that were named on purpose; the cluster's files, usually. */
  readonly environment: Readonly<Record<string, string>>;
  readonly input?: { readonly bytes: number; readonly sha256: string };
  /** Names of variables that look like secrets. */
  readonly secrets: readonly string[];
}

/** Stand-ins first on PATH. */
export interface StandIns {
  readonly folder: string;
  /** Environment for a command: PATH with the stand-ins first. */
  readonly env: Readonly<Record<string, string>>;
  /** All calls so far, those that ask for a version left out. */
  calls(): Promise<RecordedCall[]>;
  /** Forgets the calls; flags stay, as a cluster stays as it is between two runs. */
  forgetCalls(): Promise<void>;
  /** Disturbs the runs from now on. */
  disturb(disturbance: Disturbance): Promise<void>;
  /** True where a call kills who makes it. */
  mayKill(): boolean;
  /** The calls as a script to compare with a golden file. */
  script(): Promise<string>;
}

const STAND_IN = resolve(import.meta.dirname, 'stand-in.pl');

/** What programs say of themselves; a test that wants another answer puts its own rule first. */
const VERSIONS: readonly StandInRule[] = [
  { program: 'talhelper', match: '^--version$', stdout: 'talhelper version 3.1.16\n' },
  { program: 'talosctl', match: '^version ', stdout: 'Talos v1.13.7\n' },
  { program: 'kubectl', match: '^version --client', stdout: 'Client Version: v1.36.3\nKustomize Version: v5.8.1\n' },
  { program: 'helmfile', match: '^--version$', stdout: 'helmfile version 1.7.4\n' },
  { program: 'helm', match: '^version ', stdout: 'v4.2.4+g1a2b3c4\n' },
  { program: 'flux', match: '^--version$', stdout: 'flux version 2.9.4\n' },
  { program: 'sops', match: '^--version', stdout: 'sops 3.13.3\n' },
  { program: 'cloudflared', match: '^--version$', stdout: 'cloudflared version 2026.8.2 (built 2026-08-01)\n' },
];

/** Programs that are stood in for where a test names no others. */
export const STOOD_IN = ['talhelper', 'talosctl', 'kubectl', 'helmfile', 'helm', 'flux'] as const;

/**
 * Puts stand-ins for external programs into a folder of their own, which is gone after the test.
 *
 * @param root - the cluster's root, for paths in golden scripts and for files that calls write
 * @param options.programs - names of the programs; those of STOOD_IN where not given
 * @param options.environment - further variables to record
 */
export async function standIns(
  root: string,
  rules: readonly StandInRule[],
  options: { readonly programs?: readonly string[]; readonly environment?: readonly string[] } = {},
): Promise<StandIns> {
  const folder = await temporaryFolder();
  const source = await readFile(STAND_IN, 'utf8');
  const perl = await findTool('perl');
  if (perl === undefined) throw new Error('stand-ins are written in Perl, which is not on PATH');
  const programs = options.programs ?? STOOD_IN;
  for (const program of programs) {
    const file = join(folder, program);
    await writeFile(file, `#!${perl}\n${source}`);
    await chmod(file, 0o755);
  }
  const answers = [...rules, ...VERSIONS].map((rule) => ({
    ...rule,
    writes: Object.entries(rule.writes ?? {}).map(([path, text]) => [path, text].map(encodeURIComponent).join('=')),
  }));
  let isDeadly = false;
  const disturb = ({ failAt = -1, killAt = -1, hangAt = -1 }: Disturbance): Promise<void> => {
    isDeadly = killAt !== -1;
    const whole = { root, environment: options.environment ?? [], failAt, killAt, hangAt };
    return writeFile(join(folder, 'answers'), [whole, ...answers].map((one) => `${fieldsOf(one)}\n`).join(''));
  };
  await disturb({});
  await mkdir(join(folder, 'flags'));
  const calls = (): Promise<RecordedCall[]> => readCalls(folder);
  return {
    folder,
    env: { PATH: [folder, ...systemPath()].join(delimiter) },
    calls,
    forgetCalls: () => rm(join(folder, 'calls.jsonl'), { force: true }),
    disturb,
    mayKill: () => isDeadly,
    script: async () => formatScript(await calls(), root),
  };
}

/** Calls as lines of a script: folder, program and arguments, and whether there was an input; variables where they are others than before. */
export function formatScript(calls: readonly RecordedCall[], root: string): string {
  let before = '';
  const lines = calls.flatMap(({ program, args, folder, environment, input }) => {
    const where = folder === root ? '.' : folder.replace(`${root}/`, '');
    const variables = Object.entries(environment).map(([name, value]) => `# ${name}=${value}`);
    const source = input === undefined ? [] : ['< input'];
    const isNew = variables.join('\n') !== before;
    before = variables.join('\n');
    return [...(isNew ? variables : []), [`${where}$`, program, ...args.map(quoted), ...source].join(' ')];
  });
  return `${lines.join('\n').replaceAll(root, '<root>')}\n`;
}

/** Fields as a stand-in reads them: `name=text&name=text,text`, where every text is encoded as in a URL. */
function fieldsOf(record: object): string {
  const entries = Object.entries(record) as [string, string | number | readonly string[] | undefined][];
  return entries
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) =>
        `${name}=${[value]
          .flat()
          .map((one) => encodeURIComponent(String(one)))
          .join(',')}`,
    )
    .join('&');
}

async function readCalls(folder: string): Promise<RecordedCall[]> {
  const text = await readFile(join(folder, 'calls.jsonl'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RecordedCall & { readonly isVersion: boolean })
    .filter(({ isVersion }) => !isVersion)
    .map(({ isVersion: _, ...call }) => call);
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}

/** Node, git and the shell's own tools: what the stand-ins and we need ourselves. */
function systemPath(): string[] {
  return [dirname(process.execPath), '/usr/bin', '/bin'];
}
