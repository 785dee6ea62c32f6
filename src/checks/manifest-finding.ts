import type { ManifestDocument } from '../manifests/document.ts';
import type { FieldPath } from '../manifests/fields.ts';
import { placeOf } from '../manifests/places.ts';
import type { FindingCode } from '../report/codes.ts';
import type { Finding, Severity } from '../report/finding.ts';

/** What a gate has to say about a value of a manifest. */
export interface Complaint {
  readonly code: FindingCode;
  /** An error where it is not given. */
  readonly severity?: Severity;
  readonly message: string;
  readonly remedy: string;
  /** Whether it is this run that makes it wrong, so that it is refused in a file of the user's as well. */
  readonly isMadeHere?: boolean;
}

/**
 * A finding at a value of a manifest. What somebody wrote by hand is not ours to refuse: there an error becomes a warning.
 */
export function manifestFinding(document: ManifestDocument, path: FieldPath, complaint: Complaint): Finding {
  const { file } = document;
  const wanted = complaint.severity ?? 'error';
  return {
    code: complaint.code,
    severity: wanted === 'error' && !file.isGenerated && complaint.isMadeHere !== true ? 'warning' : wanted,
    message: complaint.message,
    ...placeOf(document, path),
    remedy: file.source === file.path ? complaint.remedy : `${complaint.remedy} (${file.source})`,
  };
}
