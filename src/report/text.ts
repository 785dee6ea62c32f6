import type { Finding } from './finding.ts';
import { redact } from './redaction.ts';

/** How the parts of a finding are coloured; each takes a text and gives it back wrapped. */
interface Palette {
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
export function formatFinding(finding: Finding, palette: Palette = PLAIN, width = Infinity): string {
  const lines = [headOf(finding, palette, width), ...excerpt(finding, palette), ...remedyOf(finding, width)];
  return lines.join('\n');
}

/**
 * Several findings, each ended by a line break. Those of one kind stand together, where the first of them stood: in one sentence where
 * they have one, and many of them a line each and their remedy once.
 *
 * @param width - columns of the terminal that it is for: lines are broken between words; without it they are left whole
 */
export function formatFindings(findings: readonly Finding[], palette: Palette = PLAIN, width = Infinity): string {
  const places = new Map(findings.map((finding, index) => [finding, index]));
  return kindsOf(findings)
    .flatMap((kind): Kind[] => (isToldOnce(kind) ? [kind] : kind.map((finding) => [finding])))
    .sort(([one], [other]) => (places.get(one) ?? 0) - (places.get(other) ?? 0))
    .map((kind) => `${formatKind(kind, palette, width)}\n`)
    .join('');
}

type Kind = readonly [Finding, ...Finding[]];

/** From how many findings of one kind on their lines are not quoted any more. */
const MANY = 3;

/** Whether it is shorter to tell them together: else each stays where it stands. */
function isToldOnce(kind: Kind): boolean {
  return kind.length >= MANY || (kind.length > 1 && kind[0].together !== undefined);
}

function formatKind(kind: Kind, palette: Palette, width: number): string {
  const [first] = kind;
  if (kind.length === 1) return formatFinding(first, palette, width);
  if (first.together !== undefined) return formatFinding(inOneSentence(kind), palette, width);
  return [...kind.map((finding) => headOf(finding, palette, width)), ...remedyOf(first, width)].join('\n');
}

/** Findings by their kind, in the order in which the kinds come: what is said together, and what has the same remedy. */
export function kindsOf(findings: readonly Finding[]): readonly Kind[] {
  const kinds = new Map<string, [Finding, ...Finding[]]>();
  for (const finding of findings) {
    const { code, severity, message, remedy, together, place } = finding;
    const common =
      together === undefined ? (remedy ?? { message }) : [together.noun, together.predicate, place?.file ?? ''];
    const key = JSON.stringify([code, severity, common]);
    const kind = kinds.get(key);
    if (kind === undefined) kinds.set(key, [finding]);
    else kind.push(finding);
  }
  return [...kinds.values()];
}

/** Several findings of one kind as one: `4 nodes have no disk: k8s-0, k8s-1, k8s-2, k8s-3 (lines 3, 9, 15 and 21)`. */
function inOneSentence(kind: Kind): Finding {
  const [{ code, severity, place, remedy, together }] = kind;
  const subjects = kind.map((finding) => finding.together?.subject ?? '').join(', ');
  const lines = kind.flatMap((finding) => finding.place?.line ?? []).map(String);
  const where = lines.length < kind.length ? '' : ` (lines ${listOf(lines)})`;
  return {
    code,
    severity,
    message: `${String(kind.length)} ${together?.noun ?? ''} ${together?.predicate ?? ''}: ${subjects}${where}`,
    ...(place === undefined || lines.length < kind.length ? {} : { place: { file: place.file } }),
    ...(remedy === undefined ? {} : { remedy }),
  };
}

/** `one, two and three`. */
export function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

function headOf(finding: Finding, palette: Palette, width: number): string {
  const { severity, message, code } = finding;
  const head = `${formatPlace(finding)}${palette[severity](severity)}: ${visibleLine(message)} ${palette.faint(`[${code}]`)}`;
  return wrapWords(head, width, '  ');
}

function remedyOf({ remedy }: Finding, width: number): string[] {
  return remedy === undefined ? [] : [wrapWords(`  = ${visibleLine(remedy)}`, width, '    ')];
}

/** Escape sequences take no column. */
const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[\\d{1,2}m`, 'g');

/** A command in backticks is one word, so that it can be copied. */
const WORD = /(?:`[^`\n]*`|\S)+/g;

/**
 * Breaks a line between words, so that a terminal does not break it inside of one; a word that is wider than the terminal is left whole.
 *
 * @param indent - what stands before every line but the first
 */
export function wrapWords(line: string, width: number, indent = ''): string {
  if (widthOf(line) <= width) return line;
  const [lead = ''] = /^ */.exec(line) ?? [];
  const lines: string[] = [];
  let current = lead;
  let isEmpty = true;
  for (const word of wordsOf(line, width - indent.length)) {
    if (!isEmpty && widthOf(current) + 1 + widthOf(word) > width) {
      lines.push(current);
      [current, isEmpty] = [indent, true];
    }
    current += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, current].join('\n');
}

/**
 * Breaks a line that ends with a path behind a slash, so that no part is wider than the terminal as far as the names of its folders allow it.
 *
 * @param indent - what stands before every line but the first
 */
export function wrapPath(line: string, width: number, indent = ''): string {
  if (widthOf(line) <= width) return line;
  const lines: string[] = [];
  let current = '';
  for (const part of line.match(/[^/]+\/?|\//g) ?? []) {
    if (current.trim() !== '' && widthOf(current) + widthOf(part) > width) {
      lines.push(current);
      current = indent;
    }
    current += part;
  }
  return [...lines, current].join('\n');
}

function wordsOf(line: string, room: number): string[] {
  return (line.match(WORD) ?? []).flatMap((word) => (widthOf(word) > room ? word.split(/\s+/) : [word]));
}

function widthOf(text: string): number {
  return text.replace(COLOUR, '').length;
}

/** `2 errors and 1 warning`; an empty text where there is nothing. */
export function countFindings(findings: readonly Finding[]): string {
  const parts = (['error', 'warning', 'note'] as const)
    .map((severity) => ({ severity, count: findings.filter((finding) => finding.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${String(count)} ${severity}${count === 1 ? '' : 's'}`);
  return listOf(parts);
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

function ansi(code: number): (text: string) => string {
  return (text) => `\u001b[${String(code)}m${text}\u001b[0m`;
}

/**
 * Characters that a terminal obeys, or that make it show something else than what is there: controls (C0, C1), marks and overrides of
 * bidirectional text, what has no width, line and paragraph separators, and halves of surrogate pairs. Joiners are left, as words and
 * emoji are made with them.
 */
const STEERING = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A text of several lines as it may be shown on a terminal: `\x1b` stands for an escape character. Tabs and line feeds stay. */
export function visible(text: string): string {
  return text.replace(STEERING, (character) =>
    character === '\n' || character === '\t' ? character : named(character),
  );
}

/** As `visible`, for what has to stay on one line: a file name, a value, a message. */
export function visibleLine(text: string): string {
  return text.replace(STEERING, (character) => (character === '\t' ? character : named(character)));
}

/** Text of JSON in which such characters stand by their numbers: the value is the same. */
export function visibleJson(json: string): string {
  return json.replace(STEERING, (character) =>
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, index) => hexadecimal('\\u', character.charCodeAt(index), 4)).join(
          '',
        ),
  );
}

function named(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return hexadecimal('\\x', code, 2);
  return code < 0x10000 ? hexadecimal('\\u', code, 4) : `\\u{${code.toString(16)}}`;
}

function hexadecimal(start: string, code: number, digits: number): string {
  return start + code.toString(16).padStart(digits, '0');
}
