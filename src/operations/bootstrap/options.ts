import type { Patience } from '../programs/patience.ts';
import type { Reporter } from '../reporter.ts';

/** Whether something takes connections at an address and port, within that many seconds. */
export type PortProbe = (address: string, port: number, timeoutSeconds: number) => Promise<boolean>;

/** How a bootstrap is done. */
export interface BootstrapOptions {
  readonly reporter: Reporter;
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
