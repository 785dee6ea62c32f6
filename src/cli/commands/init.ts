import { resolve } from 'node:path';
import { init, type InitResult } from '../../operations/init/init.ts';
import { openPrograms } from '../../operations/programs/programs.ts';
import { inspectTarget, realpath } from '../../system/files.ts';
import { print } from '../../system/terminal.ts';
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
}

/** `cluster-template init`; gives back the exit code. */
export async function runInit(options: InitCommandOptions): Promise<number> {
  const root = await rootOf(options);
  const ageKind = options.postQuantum === true ? 'post-quantum' : 'x25519';
  const launcher = await realpath(process.argv[1] ?? '');
  const result = await interruptible(async (signal) => {
    const programs = openPrograms({ root, signal });
    const from = options.from === undefined ? {} : { from: await placeOf(options.from) };
    const keysFrom = options.keysFrom === undefined ? {} : { keysFrom: resolve(options.keysFrom) };
    return await init(root, { ageKind, ...from, ...keysFrom, launcher, programs, signal });
  });
  if (options.json === true) printJson({ status: 'done', ...result });
  else printResult(result);
  return EXIT.done;
}

/** A folder as seen from the current one; an address as it is. */
async function placeOf(from: string): Promise<string> {
  return (await inspectTarget(resolve(from)))?.kind === 'folder' ? resolve(from) : from;
}

function printResult({ files, recipient, hook, findings }: InitResult): void {
  printFindings(findings);
  print(files.map(fileLine).join(''));
  print(hookLine(hook));
  print(`public age key: ${recipient}\n\n`);
  if (files.some(({ outcome }) => outcome === 'kept')) {
    print('kept files differ from those elsewhere: they were yours already\n');
  }
  print('Keep a copy of age.key in a safe place: without it nobody can read the secrets of the cluster.\n');
  print('Next: edit cluster.yaml and nodes.yaml, put secrets into cluster.sops.yaml (`sops cluster.sops.yaml`),\n');
  print(worded('then run `cluster-template configure`.\n'));
}

function fileLine({ file, outcome, from }: InitResult['files'][number]): string {
  return `${outcome.padEnd(8)} ${file}${from === undefined ? '' : ` from ${from}`}\n`;
}

function hookLine({ outcome, path, command }: InitResult['hook']): string {
  if (outcome === 'none') {
    return worded('no hook: this is no git repository yet; run `cluster-template init` again after `git init`\n');
  }
  if (outcome === 'lefthook') return 'created  the git hooks of lefthook\n';
  if (outcome === 'foreign') return `kept     ${path ?? ''}, a hook of your own: let it run \`${command}\` too\n`;
  return `${outcome.padEnd(8)} ${path ?? ''}, which refuses commits with secrets in plain text\n`;
}
