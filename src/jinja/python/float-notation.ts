import { exponentialText, fixedText, generalText } from './numbers.ts';

/**
 * The absolute value of a finite float in one of the notations `e`, `f` and `g`.
 *
 * @param type The letter of the notation, in lower case or upper case.
 * @param precision Digits after the point, for `g` significant ones.
 * @param alternate The `#` flag: keep the point, for `g` trailing zeros too.
 */
export function floatNotation(value: number, type: string, precision: number, alternate: boolean): string {
  switch (type.toLowerCase()) {
    case 'e':
      return exponentialText(value, precision, alternate);
    case 'g':
      return generalText(value, Math.max(1, precision), alternate);
    default:
      return fixedText(value, precision) + (alternate && precision === 0 ? '.' : '');
  }
}
