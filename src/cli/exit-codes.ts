import type { FailureKind } from '../report/finding.ts';

/** What the process answers; docs/operations.md lists the same. The only place that knows these numbers. */
export const EXIT = {
  /** Done, or nothing wrong. */
  done: 0,
  /** The input is wrong, or a check found something. */
  findings: 1,
  /** There are changes, and the command was asked to say so. */
  changes: 2,
  /** Something around us failed: a program, the network, the disk. */
  outside: 3,
  /** The command was called wrongly (EX_USAGE of sysexits.h). */
  usage: 64,
} as const;

/** The exit code for a run that a Failure ended. */
export function exitCodeOf(kind: FailureKind): number {
  return { input: EXIT.findings, outside: EXIT.outside, usage: EXIT.usage }[kind];
}

/** Told the exit code of a command that came to its end. */
export type Finish = (exitCode: number) => void;
