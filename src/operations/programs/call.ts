import type { OutputStream } from '../../system/programs.ts';
import type { ProgramName } from './catalogue.ts';

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
