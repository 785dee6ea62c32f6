import { parseAddress, parseNetwork } from './addresses.ts';
import type { OneOrMore } from './config/types.ts';

/** A family of IP addresses. */
export type Family = 4 | 6;

/** The texts of a field that takes one or a list: none where it was not set. */
export function textsOf(value: OneOrMore | null | undefined): readonly string[] {
  if (value === null || value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

/** Addresses or networks with those of IPv4 first, as Kubernetes lists two families. */
export function byFamily(value: OneOrMore | null | undefined): readonly string[] {
  const texts = textsOf(value);
  return [...texts.filter((text) => familyOf(text) === 4), ...texts.filter((text) => familyOf(text) !== 4)];
}

/** The address or network of one family among several; null where there is none. */
export function ofFamily(value: OneOrMore | null | undefined, family: Family): string | null {
  return textsOf(value).find((text) => familyOf(text) === family) ?? null;
}

/** The family of an address, a network or a range `first-last`; undefined where the text is none of them. */
export function familyOf(text: string): Family | undefined {
  const [first = ''] = text.split('-');
  return (parseNetwork(first) ?? parseAddress(first))?.family;
}
