import type { Explanation, Reason, SourceLine } from '../pipeline/explain/answer.ts';
import type { KeyUse } from '../pipeline/explain/keys.ts';
import type { FileUse, KeyExplanation } from '../pipeline/explain/uses.ts';
import { visibleLine, wrapWords } from '../report/text.ts';
import type { Place } from '../report/finding.ts';

const WIDTH = 80;

/** An explanation as text for a terminal of 80 columns. Only paths are ever longer than that. */
export function formatExplanation(explanation: Explanation): string {
  const sections = [head(explanation), ...origin(explanation), ...configuration(explanation)];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function head({ file, line, text, secret, differs }: Explanation): string[] {
  const lines = [line === undefined ? file : `${file}:${String(line)}`];
  if (text !== undefined) lines.push(excerpt(text));
  if (secret) lines.push('  A secret: values are hidden, and lines are those of the redacted text.');
  if (differs) lines.push('  The file on disk differs: lines are those that would be written now.');
  return lines;
}

function origin(explanation: Explanation): string[][] {
  const { line, source, isRendered, hidden, templates, made, macros, because } = explanation;
  if (line === undefined) {
    const sections = [[isRendered ? 'Template' : 'Copied as it is from', `  ${source}`, ...hidden.map(hides)]];
    if (templates.length > 0) sections.push(['With', ...templates.map((name) => `  ${name}`)]);
    return sections;
  }
  if (made.length === 0) return [['Template', `  ${source} (the line was not found in it)`]];
  const sections = [
    [isRendered ? 'Made by' : 'Copied from', ...made.flatMap((one) => sourceLines(one)), ...hidden.map(hides)],
  ];
  if (macros.length > 0) {
    sections.push(['Through', ...macros.flatMap((macro) => sourceLines(macro, `  macro ${macro.name}: `))]);
  }
  if (because.length > 0) sections.push(['Because of', ...because.flatMap(reason)]);
  return sections;
}

function configuration({ keys, line, isRendered }: Explanation): string[][] {
  if (!isRendered) return [];
  if (keys.length > 0) return [['Configuration', ...keys.flatMap((key) => keyLines(key, '  '))]];
  return [['Configuration', `  none: the ${line === undefined ? 'file' : 'line'} prints nothing of it`]];
}

function hides(path: string): string {
  return `  in the place of ${path}`;
}

function reason(one: Reason): string[] {
  return [...sourceLines(one), ...one.keys.flatMap((key) => keyLines(key, '      '))];
}

function sourceLines(one: SourceLine, before = '  '): string[] {
  const place = `${before}${visibleLine(one.file)}:${String(one.line)}`;
  return one.text === undefined ? [place] : [place, excerpt(one.text)];
}

function excerpt(text: string): string {
  return `    | ${shorten(visibleLine(text), WIDTH - 6)}`;
}

function keyLines(use: KeyUse, indent: string): string[] {
  const value = use.value === undefined ? '' : ` = ${visibleLine(use.value)}`;
  const lines = [shorten(`${indent}${use.key}${value}`, WIDTH), `${indent}  ${origins(use)}`];
  return [...lines, ...(use.from ?? []).flatMap((from) => keyLines(from, `${indent}  `))];
}

/** What comes from a key, as text for a terminal of 80 columns. */
export function formatKeyExplanation({ use, files }: KeyExplanation): string {
  const printed = files.filter((file) => file.secret || file.printed.length > 0);
  const decided = files.filter((file) => !file.secret && file.decided.length > 0);
  const sections = [
    keyLines(use, ''),
    ...(printed.length === 0 ? [] : [['Printed in', ...printed.flatMap((file) => useLines(file, file.printed))]]),
    ...(decided.length === 0 ? [] : [['Decides about', ...decided.flatMap((file) => useLines(file, file.decided))]]),
    ...(files.length === 0 ? [['Nothing that is generated comes from it as things stand.']] : []),
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function useLines({ file, secret }: FileUse, lines: readonly number[]): string[] {
  const words = secret
    ? ['(a secret: lines are not shown)']
    : [`${lines.length === 1 ? 'line' : 'lines'} ${rangesOf(lines)}`];
  return [`  ${visibleLine(file)}`, ...words.map((word) => wrapWords(`    ${word}`, WIDTH, '    '))];
}

/** `3, 5-7` for 3, 5, 6 and 7. */
function rangesOf(lines: readonly number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const line of lines) {
    const range = ranges.at(-1);
    if (range?.[1] === line - 1) range[1] = line;
    else ranges.push([line, line]);
  }
  return ranges
    .map(([first, last]) => (first === last ? String(first) : `${String(first)}-${String(last)}`))
    .join(', ');
}

/** Where a value comes from, in words. */
function origins({ kind, place, hidden }: KeyUse): string {
  switch (kind) {
    case 'written':
      return `${formatPlace(place)}${hidden ? ' (value hidden)' : ''}`;
    case 'default':
      return `not set in ${formatPlace(place)}: the default`;
    case 'unset':
      return `not set in ${formatPlace(place)}`;
    case 'computed':
      return 'computed from';
    case 'credential':
      return `reads ${formatPlace(place)} (value hidden)`;
    case 'plugin':
      return 'from templates/scripts/plugin.ts';
    case 'environment':
      return 'environment variable (value hidden)';
    case 'function':
      return 'a function of the templates';
  }
}

function formatPlace(place: Place | undefined): string {
  if (place === undefined) return 'the configuration';
  const parts = [place.file, place.line, place.column].filter((part) => part !== undefined);
  return parts.map(String).join(':');
}

function shorten(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}
