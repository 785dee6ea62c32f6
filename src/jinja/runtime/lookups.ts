import { lookupAttribute, lookupItem } from '../python/attributes.ts';
import { isText, plain } from '../python/markup.ts';
import { dictMethods } from '../python/methods/containers.ts';
import { NOT_FOUND } from '../python/object.ts';

/** Names that are methods of every dict: as attributes they win over its keys. */
export const DICT_METHODS: ReadonlySet<string> = new Set(dictMethods().keys());

/** `value.name` in a template: the attribute, then the item; NOT_FOUND where there is neither. */
export function findAttribute(value: unknown, name: string): unknown {
  const attribute = lookupAttribute(value, name);
  return attribute === NOT_FOUND ? lookupItem(value, name) : attribute;
}

/**
 * The item of a dict for a name that is no method of dicts, which is what most lookups are about; undefined where it
 * takes more to find out.
 */
export function quickField(value: unknown, name: string): unknown {
  if (value instanceof Map) return value.get(name);
  if (isRecord(value) && Object.prototype.propertyIsEnumerable.call(value, name)) return value[name];
  return undefined;
}

/** `value[key]` in a template: the item, then the attribute; NOT_FOUND where there is neither. */
export function findSubscript(value: unknown, key: unknown): unknown {
  const item = lookupItem(value, key);
  return item === NOT_FOUND && isText(key) ? lookupAttribute(value, plain(key)) : item;
}

/** A plain object of this realm, the usual data of a program. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
