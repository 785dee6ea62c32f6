import { scanText } from './budget.ts';
import { replaceCharacters } from './characters.ts';
import { Markup } from './markup.ts';
import { PyObject } from './object.ts';
import { str } from './text.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&#34;',
};

/** A text with the five characters that mean something in HTML replaced. */
export function escapeText(text: string): string {
  scanText(text.length);
  return /[&<>'"]/.test(text) ? replaceCharacters(text, /[&<>'"]/g, (char) => ENTITIES[char] ?? char) : text;
}

/** `markupsafe.escape(value)` as plain characters: what is safe already stays as it is. */
export function escapedString(value: unknown): string {
  if (typeof value === 'string') return escapeText(value);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return htmlOf(value) ?? escapeText(str(value));
}

/** `markupsafe.escape(value)`. */
export function escape(value: unknown): Markup {
  return value instanceof Markup ? value : new Markup(escapedString(value));
}

/** `value.__html__()`; `undefined` where the class has none. */
export function htmlOf(value: unknown): string | undefined {
  if (value instanceof Markup) return value.value;
  return value instanceof PyObject ? value.html() : undefined;
}

/** True where the value has `__html__`. */
export function hasHtml(value: unknown): boolean {
  return value instanceof Markup || (value instanceof PyObject && value.html() !== undefined);
}

/** `markupsafe.soft_str(value)`: a text as it is, safe or not, and `str` of everything else. */
export function softText(value: unknown): string | Markup {
  return typeof value === 'string' || value instanceof Markup ? value : str(value);
}
