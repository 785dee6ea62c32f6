import type { Finding, Severity } from './finding.ts';
import { redact } from './redaction.ts';
import { visibleLine } from './visible.ts';

/** How the parts of a finding are coloured; each takes a text and gives it back wrapped. */
export interface Palette {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly note: (text: string) => string;
  readonly faint: (text: string) => string;
}

const identity = (text: string): string => text;

/** No colour at all. */
export const PLAIN: Palette = { error: identity, warning: identity, note: identity, faint: identity };

/** The usual colours by ANSI escapes. */
export const COLOURED: Palette = {
  error: ansi(31),
  warning: ansi(33),
  note: ansi(36),
  faint: ansi(2),
};

/**
 * A finding as text, without a final line break; what it quotes is shown, and never obeyed by a terminal:
 *
 *     cluster.yaml:3:12: error: `node_cidr` is 192.0.2.5/24, which has host bits set [config/host-bits]
 *       3 | node_cidr: 192.0.2.5/24
 *         |            ^^^^^^^^^^^^
 *       = did you mean 192.0.2.0/24?
 */
export function formatFinding(finding: Finding, palette: Palette = PLAIN): string {
  const head = `${formatPlace(finding)}${paint(finding.severity, palette)}: ${visibleLine(finding.message)} ${palette.faint(`[${finding.code}]`)}`;
  const remedy = finding.remedy === undefined ? [] : [`  = ${visibleLine(finding.remedy)}`];
  return [head, ...excerpt(finding, palette), ...remedy].join('\n');
}

/** Several findings, one after the other, each ended by a line break. */
export function formatFindings(findings: readonly Finding[], palette: Palette = PLAIN): string {
  return findings.map((finding) => `${formatFinding(finding, palette)}\n`).join('');
}

/** `2 errors and 1 warning`; an empty text where there is nothing. */
export function countFindings(findings: readonly Finding[]): string {
  const parts = (['error', 'warning', 'note'] as const)
    .map((severity) => ({ severity, count: findings.filter((finding) => finding.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${String(count)} ${severity}${count === 1 ? '' : 's'}`);
  const last = parts.pop() ?? '';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}

function formatPlace({ place }: Finding): string {
  if (place === undefined) return '';
  const line = place.line === undefined ? '' : `:${String(place.line)}`;
  const column = place.line === undefined || place.column === undefined ? '' : `:${String(place.column)}`;
  return `${visibleLine(place.file)}${line}${column}: `;
}

function excerpt({ place, sourceLine }: Finding, palette: Palette): string[] {
  // A caret below a line of which something is left out would point anywhere.
  if (sourceLine === undefined || place?.line === undefined || redact(sourceLine) !== sourceLine) return [];
  const number = String(place.line);
  const lines = [`  ${palette.faint(`${number} |`)} ${visibleLine(sourceLine)}`];
  if (place.column !== undefined) {
    const [start, end] = [place.column - 1, place.column - 1 + (place.length ?? 1)];
    // Tabs before the caret are kept, so that both lines are indented alike.
    const before = visibleLine(sourceLine.slice(0, start)).replace(/[^\t]/g, ' ');
    const carets = '^'.repeat(Math.max(1, visibleLine(sourceLine.slice(start, end)).length));
    lines.push(`  ${palette.faint(`${' '.repeat(number.length)} |`)} ${before}${palette.error(carets)}`);
  }
  return lines;
}

function paint(severity: Severity, palette: Palette): string {
  return palette[severity](severity);
}

function ansi(code: number): (text: string) => string {
  return (text) => `\u001b[${String(code)}m${text}\u001b[0m`;
}
