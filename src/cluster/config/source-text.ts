import { LineCounter } from 'yaml';
import type { Finding, Place } from '../../report/finding.ts';
import { secretLines } from './secret-lines.ts';

/** The text of a file, with lines and columns for its offsets. */
export interface SourceText {
  /** Path of the file as the user knows it. */
  readonly name: string;
  readonly text: string;
  /** Place and source line of a stretch of the text; the line is left out where it may hold a secret. */
  readonly excerpt: (start: number, end: number) => Pick<Finding, 'place' | 'sourceLine'>;
  /** Whether the line of an offset may hold a secret. */
  readonly mayHoldSecret: (offset: number) => boolean;
}

/** A file's text made ready for finding places in it. */
export function sourceText(name: string, text: string): SourceText {
  const counter = new LineCounter();
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) counter.addNewLine(index + 1);
  counter.lineStarts.unshift(0);
  const secret = secretLines(text);
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const lineOf = (offset: number): number => counter.linePos(offset).line;
  return {
    name,
    text,
    excerpt: (start, end) => {
      const { line, col } = counter.linePos(start);
      const sourceLine = lines[line - 1] ?? '';
      const length = Math.max(1, Math.min(end - start, sourceLine.length - col + 1));
      const place: Place = { file: name, line, column: col, length };
      return secret.has(line) || sourceLine.trim() === '' ? { place } : { place, sourceLine };
    },
    mayHoldSecret: (offset) => secret.has(lineOf(offset)),
  };
}
