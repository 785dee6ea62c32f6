import type { TemplateError } from './errors.ts';

/** Adds the line of source that an error is about, with a caret below the place. */
export function addExcerpt(error: TemplateError, source: string | undefined): void {
  if (error.excerpt !== undefined || error.line === undefined || source === undefined) return;
  const line = source.split(/\r\n|\r|\n/)[error.line - 1];
  if (line === undefined) return;
  // Tabs stay tabs, so that the caret stands below its character.
  const indent = line.slice(0, Math.max(0, (error.column ?? 1) - 1)).replace(/[^\t]/g, ' ');
  error.excerpt = error.column === undefined ? line : `${line}\n${indent}^`;
}
