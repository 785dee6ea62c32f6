import { shellQuoted } from '../../system/programs.ts';
import type { Progress } from '../../report/progress.ts';
import type { ProgramCall } from '../programs/catalogue.ts';
import type { Patience } from '../programs/waiting.ts';

/** Whether something takes connections at an address and port, within that many seconds. */
export type PortProbe = (address: string, port: number, timeoutSeconds: number) => Promise<boolean>;

/** How a bootstrap is done. */
export interface BootstrapOptions {
  readonly reporter: Progress;
  /** Aborted where somebody interrupts the command. */
  readonly signal: AbortSignal;
  /** How long each thing is waited for. */
  readonly patience: Patience;
  /** The environment for programs; the process's own where it is not given. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where machines answer in maintenance mode, by the names of their nodes, where that is not their address. */
  readonly maintenance?: ReadonlyMap<string, string>;
  /** Whether what lies on the disks may be lost. */
  readonly wipe?: boolean;
  /** How ports are looked at; over the network where it is not given. */
  readonly isPortOpen?: PortProbe;
}

/** Installing Talos takes minutes on slow disks, and a first start pulls images. */
export const DEFAULT_PATIENCE: Patience = { limitSeconds: 900, pauseSeconds: 5 };

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
