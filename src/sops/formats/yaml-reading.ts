import type { LineCounter, Node as YamlNode } from 'yaml';
import { Failure, type Finding } from '../../report/finding.ts';
import { commentColumns, type CommentPlace } from './yaml-places.ts';

const ALIAS_LIMIT = 10_000;

/** The text, its places and what was found wrong in it. */
export class Reading {
  readonly text: string;
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #findings: Finding[] = [];
  #aliases = 0;
  #comments: readonly CommentPlace[] | undefined;

  constructor(text: string, file: string, lines: LineCounter) {
    this.text = text;
    this.#file = file;
    this.#lines = lines;
  }

  report(node: YamlNode, message: string, remedy: string): void {
    this.reportAt(node.range?.[0] ?? 0, message, remedy);
  }

  /** False once so many aliases were followed that the text would grow without bounds. */
  mayFollowAlias(alias: YamlNode): boolean {
    this.#aliases += 1;
    if (this.#aliases === ALIAS_LIMIT) this.report(alias, 'The aliases multiply beyond bounds', 'write the values out');
    return this.#aliases < ALIAS_LIMIT;
  }

  reportAt(offset: number, message: string, remedy?: string): void {
    const { line, col } = this.#lines.linePos(offset);
    const place = { file: this.#file, line: Math.max(1, line), column: Math.max(1, col) };
    this.#findings.push({
      code: 'sops/yaml',
      severity: 'error',
      message,
      place,
      ...(remedy === undefined ? {} : { remedy }),
    });
  }

  /** The comments on lines of their own between two offsets. */
  commentsBetween(start: number, end: number): CommentPlace[] {
    this.#comments ??= commentColumns(this.text).filter(({ isAlone }) => isAlone);
    return this.#comments.filter(({ offset }) => offset >= start && offset < end);
  }

  throwIfBad(): void {
    if (this.#findings.length > 0) throw new Failure('input', this.#findings);
  }
}
