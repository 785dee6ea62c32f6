import { pyError } from '../errors.ts';

/**
 * Longest text that an operator, method or filter makes (Python would stop at the size of the memory). Much longer ones
 * end the process: V8 keeps all matches of a pattern in one array of bounded size.
 */
export const MAX_TEXT_LENGTH = 2 ** 24;

/** Longest list that an operator, method or filter makes. */
export const MAX_LIST_LENGTH = 10_000_000;

/** Largest integer that a power or shift makes, in bits. */
export const MAX_INTEGER_BITS = 2 ** 20;

/** Longest decimal notation of an integer that is read or printed (`sys.int_info.default_max_str_digits`). */
export const MAX_INTEGER_DIGITS = 4300;

/** Longest range that a template can make unless the environment says otherwise. */
export const MAX_RANGE_LENGTH = 10_000_000;

/** `text` repeated; MemoryError where the result would be unreasonably long. */
export function repeatText(text: string, count: number | bigint): string {
  if (count <= 0 || text === '') return '';
  checkTextLength(typeof count === 'bigint' ? Infinity : text.length * count);
  return text.repeat(Number(count));
}

/** Raises MemoryError for a text longer than the limit. */
export function checkTextLength(length: number): void {
  if (length > MAX_TEXT_LENGTH) {
    throw pyError('MemoryError', `text of more than ${String(MAX_TEXT_LENGTH)} characters`);
  }
}

/** The text itself; MemoryError where it is longer than the limit. */
export function boundedText(text: string): string {
  if (text.length > MAX_TEXT_LENGTH) checkTextLength(text.length);
  return text;
}

/** Raises MemoryError for a list longer than the limit. */
export function checkListLength(length: number): void {
  if (length > MAX_LIST_LENGTH) {
    throw pyError('MemoryError', `list of more than ${String(MAX_LIST_LENGTH)} items`);
  }
}
