export { Failure, failure, type FailureKind, type Finding, type Place, type Severity } from './finding.ts';
export { FINDING_CODES, type FindingCode } from './codes.ts';
export { COLOURED, PLAIN, countFindings, formatFinding, formatFindings, type Palette } from './text.ts';
