import { BoundMethod, type PyFunction } from '../../../jinja/python/callable.ts';
import { NOT_FOUND, type Operator, PyObject } from '../../../jinja/python/object.ts';

/** The attributes and methods of a Python class; a method's first argument is the object. */
export interface Members<T> {
  readonly attributes: Readonly<Record<string, (self: T) => unknown>>;
  readonly methods: Readonly<Record<string, PyFunction>>;
}

/** An object of a class of Python's that has a fixed list of members. */
export abstract class NativeObject extends PyObject {
  /** The members of the class. */
  protected abstract members(): Members<never>;

  override getAttribute(name: string): unknown {
    const { attributes, methods } = this.members() as Members<this>;
    if (Object.hasOwn(attributes, name)) return attributes[name]?.(this);
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
    return method === undefined ? NOT_FOUND : new BoundMethod(this, method);
  }
}

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
