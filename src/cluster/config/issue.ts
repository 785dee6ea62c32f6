import type { FindingCode } from '../../report/codes.ts';
import type { Severity } from '../../report/finding.ts';
import type { Path } from './path.ts';
import type { FileName } from './schemas.ts';

/** What an issue points at: a value or its key by path, or a stretch of the text. */
export type Spot =
  { readonly path: Path; readonly part?: 'key' | 'value' } | { readonly offset: number; readonly end?: number };

/** Something to report before its place in the text has been looked up. */
export interface Issue {
  readonly code: FindingCode;
  /** An error where it is not given. */
  readonly severity?: Severity;
  readonly file: FileName;
  readonly at: Spot;
  readonly message: string;
  readonly remedy?: string;
}

/** Whether an issue says that its value cannot be used. */
export function isError({ severity = 'error' }: Issue): boolean {
  return severity === 'error';
}

/** The path that an issue is about; undefined where it is about a stretch of text. */
export function pathOf(issue: Issue): Path | undefined {
  return 'path' in issue.at ? issue.at.path : undefined;
}
