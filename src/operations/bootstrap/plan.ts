import { shellQuoted } from '../../system/programs.ts';
import type { ProgramCall } from '../programs/call.ts';

/** One step of a bootstrap as `--dry-run` shows it. */
export interface PlannedStep {
  readonly title: string;
  /** What is looked at first, and what is skipped. */
  readonly condition: string;
  /** What is started where nothing is done yet. */
  readonly calls: readonly ProgramCall[];
}

/** A call as a line for people; what goes through the standard input is named, never shown. */
export function formatCall({ program, arguments: words, folder, input }: ProgramCall): string {
  const where = folder === undefined ? '' : `cd ${folder} && `;
  return `${where}${[program, ...words.map(shellQuoted)].join(' ')}${input === undefined ? '' : ` < ${input}`}`;
}
