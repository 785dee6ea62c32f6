import { relative, resolve } from 'node:path';
import { init, type InitResult } from '../../operations/init/init.ts';
import { openPrograms } from '../../operations/programs/programs.ts';
import { armGitDrivers } from '../../operations/repository/hook.ts';
import { interview, type Hardware } from '../../operations/init/interview.ts';
import { isUntouchedSample } from '../../operations/init/source.ts';
import { chooseDisk, chooseLink, discoverMachines } from '../../operations/talos/hardware.ts';
import type { Programs } from '../../operations/programs/catalogue.ts';
import { type ClusterRoot, COMPANION_FILE } from '../../cluster/root.ts';
import { Failure, failure } from '../../report/finding.ts';
import { inspectTarget, readTextIfPresent } from '../../system/files.ts';
import { askGit } from '../../system/git.ts';
import { ask as askLine, confirm, isInteractive, print, printSentences } from '../../system/terminal.ts';
import { realPathSync } from '../../system/tree.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { worded } from '../invocation.ts';
import { printFindings, printJson } from '../output.ts';
import { rootOf, type RootOptions } from '../root.ts';

/** Options of `init`. */
export interface InitCommandOptions extends RootOptions {
  readonly postQuantum?: boolean;
  readonly from?: string;
  readonly keysFrom?: string;
  readonly interactive?: boolean;
  readonly yes?: boolean;
  readonly gitDiff?: boolean;
}

/** `cluster-template init`; gives back the exit code. */
export async function runInit(options: InitCommandOptions): Promise<number> {
  const root = await rootOf(options);
  const ageKind = options.postQuantum === true ? 'post-quantum' : 'x25519';
  const launcher = realPathSync(process.argv[1] ?? '');
  const result = await interruptible(async (signal) => {
    const programs = openPrograms({ root, signal });
    const from = options.from === undefined ? {} : { from: await placeOf(options.from) };
    const keysFrom = options.keysFrom === undefined ? {} : { keysFrom: resolve(options.keysFrom) };
    const texts = (await wantsInterview(root, options)) ? { texts: await ask(root, programs) } : {};
    return await init(root, { ageKind, ...from, ...texts, ...keysFrom, launcher, programs, signal });
  });
  const drivers = options.gitDiff === true ? await armGitDrivers(root, launcher) : undefined;
  if (options.json === true) printJson({ status: 'done', ...result, ...(drivers === undefined ? {} : { drivers }) });
  else {
    printResult(result, await nextStep(root, result));
    if (options.gitDiff === true) printSentences(driversLine(drivers));
  }
  return EXIT.done;
}

function driversLine(drivers: readonly string[] | undefined): string {
  if (drivers === undefined) return 'git compares nothing yet: this is no git repository\n';
  const what = 'git compares and merges encrypted files by what they say in this clone';
  return drivers.length === 0 ? `${what} already\n` : `${what}: ${drivers.join(', ')}\n`;
}

/** Both files are somebody's own after an interview, after `--from` and on a second machine, which has all secrets in its tree besides. */
async function nextStep(root: ClusterRoot, { files }: InitResult): Promise<string> {
  const isNew = files.some(({ file, outcome }) => file === COMPANION_FILE && outcome === 'created');
  const steps = [
    ...((await isSample(root)) ? ['edit cluster.yaml and nodes.yaml'] : []),
    ...(isNew
      ? [worded(`put secrets into ${COMPANION_FILE} (\`cluster-template secrets edit ${COMPANION_FILE}\`)`)]
      : []),
  ];
  const before = steps.length === 0 ? '' : `${steps.join(', ')}, then `;
  return worded(`Next: ${before}run \`cluster-template configure\`.\n`);
}

async function isSample(root: ClusterRoot): Promise<boolean> {
  return (await isUntouchedSample(root, 'cluster.yaml')) && (await isUntouchedSample(root, 'nodes.yaml'));
}

/** Whether the questions are to be put: where they are asked for, or where somebody at a terminal has the untouched sample. */
async function wantsInterview(root: ClusterRoot, options: InitCommandOptions): Promise<boolean> {
  const { interactive, yes, json, from } = options;
  if (interactive !== true && (yes === true || json === true || from !== undefined || !isInteractive())) return false;
  if (interactive !== true) {
    return (await isSample(root)) && (await confirm(`${OFFER}; answer some questions to make them yours?`));
  }
  if (yes === true || json === true || from !== undefined) {
    throw usage('--interactive asks, which --yes, --json and --from exclude');
  }
  if (!isInteractive()) throw usage('--interactive asks, and nobody can be asked here: run it in a terminal');
  if (!(await isSample(root)))
    throw usage('cluster.yaml or nodes.yaml is yours already: edit it, as it would have to be replaced');
  return true;
}

const OFFER = 'cluster.yaml and nodes.yaml are still the sample';

function usage(message: string): Error {
  return failure('usage', { code: 'usage/argument', message });
}

/** Puts the questions; gives back the texts of both files by name. */
async function ask(root: ClusterRoot, programs: Programs): Promise<Map<string, string>> {
  const [cluster = '', nodes = ''] = await Promise.all([root.clusterFile, root.nodesFile].map(readTextIfPresent));
  const look = async (address: string): Promise<Hardware | undefined> => {
    try {
      const [machine] = await discoverMachines(programs, [address]);
      return machine && { disk: chooseDisk(machine, undefined), mac: chooseLink(machine, undefined).mac };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      printFindings(error.findings);
      return undefined;
    }
  };
  print('Enter takes what stands in brackets; Ctrl-C ends, and nothing is written.\n');
  const own = await interview(
    { cluster, nodes },
    {
      ask: askLine,
      tell: (line) => {
        print(`${line}\n`);
      },
      look,
    },
    await originOf(root),
  );
  return new Map([
    ['cluster.yaml', own.cluster],
    ['nodes.yaml', own.nodes],
  ]);
}

/** The repository at GitHub that this one is pushed to, as `owner/name`. */
async function originOf(root: ClusterRoot): Promise<string | undefined> {
  const { exitCode, stdout } = await askGit(root.path, ['remote', 'get-url', 'origin']);
  return exitCode === 0 ? /github\.com[:/]([\w.-]+\/[\w.-]+?)(?:\.git)?\s*$/.exec(stdout)?.[1] : undefined;
}

/** A folder as seen from the current one; an address as it is. */
async function placeOf(from: string): Promise<string> {
  return (await inspectTarget(resolve(from)))?.kind === 'folder' ? resolve(from) : from;
}

function printResult({ files, recipient, hook, findings }: InitResult, next: string): void {
  printFindings(findings);
  print(files.map(fileLine).join(''));
  printSentences(hookLine(hook));
  print(`public age key: ${recipient}\n\n`);
  if (files.some(({ outcome }) => outcome === 'kept')) {
    printSentences('kept files differ from those elsewhere: they were yours already\n');
  }
  printSentences('Keep a copy of age.key in a safe place: without it nobody can read the secrets of the cluster.\n');
  printSentences(next);
}

function fileLine({ file, outcome, from }: InitResult['files'][number]): string {
  return `${outcome.padEnd(8)} ${file}${from === undefined ? '' : ` from ${from}`}\n`;
}

function hookLine({ outcome, path, command }: InitResult['hook']): string {
  if (outcome === 'none') {
    return worded('no hook: this is no git repository yet; run `cluster-template init` again after `git init`\n');
  }
  if (outcome === 'lefthook') return 'created  the git hooks of lefthook\n';
  const place = path === undefined ? '' : nearPath(path);
  if (outcome === 'foreign') return `kept     ${place}, a hook of your own: let it run \`${command}\` too\n`;
  return `${outcome.padEnd(8)} ${place}, which refuses commits with secrets in plain text and with manifests that are wrong\n`;
}

/** A path from the current folder, where it does not lead out of that. */
function nearPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}
