import { pyError } from '../../errors.ts';
import { ITEM, makeText, repeatText, spend } from '../budget.ts';
import { codeLength } from '../characters.ts';
import { toCount, toSize, toSmall } from '../numeric.ts';
import { textArgument } from './arguments.ts';

function fillOf(fillchar: unknown): string {
  const fill = fillchar === undefined ? ' ' : textArgument(fillchar, 'The fill character');
  if (codeLength(fill) !== 1) throw pyError('TypeError', 'The fill character must be exactly one character long');
  return fill;
}

function missing(text: string, width: unknown): number {
  return Math.max(0, toCount(width) - codeLength(text));
}

/** `str.ljust`. */
export function ljust(text: string, width: unknown, fillchar?: unknown): string {
  makeText(text.length);
  return text + repeatText(fillOf(fillchar), missing(text, width));
}

/** `str.rjust`. */
export function rjust(text: string, width: unknown, fillchar?: unknown): string {
  makeText(text.length);
  return repeatText(fillOf(fillchar), missing(text, width)) + text;
}

/** `str.center`: an odd space goes to the left where the width is odd. */
export function center(text: string, width: unknown, fillchar?: unknown): string {
  const fill = fillOf(fillchar);
  const total = missing(text, width);
  makeText(text.length);
  const left = Math.floor(total / 2) + (total % 2 === 1 && toSize(width) % 2 === 1 ? 1 : 0);
  return repeatText(fill, left) + text + repeatText(fill, total - left);
}

/** `str.zfill`: zeros go behind a sign. */
export function zfill(text: string, width: unknown): string {
  const sign = /^[+-]/.test(text) ? text.charAt(0) : '';
  makeText(text.length);
  return sign + repeatText('0', missing(text, width)) + text.slice(sign.length);
}

/** `str.expandtabs`. */
export function expandTabs(text: string, tabsize: unknown = 8): string {
  const size = toSmall(tabsize);
  spend(text.length * ITEM * 2);
  makeText(text.length);
  let output = '';
  let column = 0;
  for (const char of text) {
    if (char === '\t') {
      const spaces = size > 0 ? size - (column % size) : 0;
      output += repeatText(' ', spaces);
      column += spaces;
    } else {
      output += char;
      column = char === '\n' || char === '\r' ? 0 : column + 1;
    }
  }
  return output;
}
