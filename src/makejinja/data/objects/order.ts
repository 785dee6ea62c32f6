import { NOT_FOUND, type Operator } from '../../../jinja/python/object.ts';

/** The result of a comparison of two values with an order, NOT_FOUND for other operators. */
export function compareBy<T extends bigint | number>(operator: Operator, left: T, right: T): unknown {
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      return NOT_FOUND;
  }
}
