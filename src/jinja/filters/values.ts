import { pyError } from '../errors.ts';
import { lookupAttribute } from '../python/attributes.ts';
import type { EnvironmentLike } from '../python/context.ts';
import { hashOf } from '../python/dict.ts';
import { isText, plain } from '../python/markup.ts';
import { NOT_FOUND } from '../python/object.ts';
import { truth } from '../python/operators.ts';
import { typeName } from '../python/types.ts';
import { Undefined } from '../undefined.ts';

/** The value, or another if it is undefined (or false, if asked for). */
export function defaultValue(value: unknown, fallback: unknown = '', boolean: unknown = false): unknown {
  return value instanceof Undefined || (truth(boolean) && !truth(value)) ? fallback : value;
}

/** An attribute, without falling back to an item of that name. */
export function attr(environment: EnvironmentLike, value: unknown, name: unknown): unknown {
  hashOf(name);
  if (!isText(name)) throw pyError('TypeError', `attribute name must be string, not '${typeName(name)}'`);
  const attribute = plain(name);
  if (lookupAttribute(value, attribute) === NOT_FOUND) return environment.undefined({ object: value, name: attribute });
  return environment.getAttribute(value, attribute);
}
