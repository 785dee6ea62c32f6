import type { FindingCode } from './codes.ts';

/** How much a finding weighs: an error stops the run, a warning and a note do not. */
export type Severity = 'error' | 'warning' | 'note';

/** Where a finding stands. Lines and columns count from 1, columns in UTF-16 units. */
export interface Place {
  /** Path as the user knows it: relative to the cluster's root, with forward slashes. */
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** Length of the text to underline, in UTF-16 units; 1 where it is not given. */
  readonly length?: number;
}

/**
 * One thing that is wrong, or worth knowing, in what the user gave.
 *
 * The message says what could not be done or what is wrong, quotes the value and ends without a full stop;
 * the remedy says what would be right. Neither ever holds the value of a secret.
 */
export interface Finding {
  /** Stable code, explained in docs/errors.md. */
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly message: string;
  readonly place?: Place;
  /** The text of the line at `place`, to be shown with a caret. Absent where the line may hold a secret. */
  readonly sourceLine?: string;
  /** What would be right. */
  readonly remedy?: string;
  /** Where a generated line comes from: the line of the template that prints it, and the keys of the configuration that it reads. */
  readonly origin?: { readonly file: string; readonly line: number; readonly keys: readonly string[] };
  /** How several findings of this kind are told in one sentence; absent where each says something of its own. */
  readonly together?: Together;
}

/** The parts of `4 nodes have no disk: k8s-0, k8s-1, k8s-2, k8s-3`; findings with the same noun and predicate are of one kind. */
export interface Together {
  /** What this one is about: `k8s-0`. */
  readonly subject: string;
  /** What they are, in the plural: `nodes`. */
  readonly noun: string;
  /** What is said of them: `have no disk`. */
  readonly predicate: string;
}

/** What kind of trouble ended a run; the command line turns it into an exit code. */
export type FailureKind = 'input' | 'outside' | 'usage';

/**
 * An expected end of a run: it carries the findings that say why. `input` is what the user wrote, `outside` is what
 * failed around us (a program, the network, the disk), `usage` is a command that was called wrongly.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly kind: FailureKind;
  readonly findings: readonly Finding[];

  constructor(kind: FailureKind, findings: readonly Finding[], options?: ErrorOptions) {
    super(findings.map((finding) => finding.message).join('\n'), options);
    this.kind = kind;
    this.findings = findings;
  }
}

/** Shorthand for the common case: one error finding that ends the run. */
export function failure(kind: FailureKind, finding: Omit<Finding, 'severity'>, cause?: unknown): Failure {
  return new Failure(kind, [{ ...finding, severity: 'error' }], cause === undefined ? undefined : { cause });
}

/** Findings in the order of files, lines and columns. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) =>
      compare(a.place?.file ?? '', b.place?.file ?? '') ||
      (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
      (a.place?.column ?? 0) - (b.place?.column ?? 0),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
