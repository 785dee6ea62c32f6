import ipaddr from 'ipaddr.js';
import type { OneOrMore } from './config/generated/types.ts';

/** An IP address as a number, so that the arithmetic is the same for IPv4 and IPv6. */
export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** A network in CIDR notation. `value` is the address as written, host bits and all. */
export interface Network extends Address {
  readonly prefix: number;
}

const WIDTHS = { 4: 32, 6: 128 } as const;

/** The address that a text names, or undefined where it names none. Leading zeros and zone names are not accepted. */
export function parseAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return fromBytes(4, ipaddr.IPv4.parse(text).toByteArray());
  if (ipaddr.IPv6.isValid(text) && !text.includes('%')) return fromBytes(6, ipaddr.IPv6.parse(text).toByteArray());
  return undefined;
}

/** Whether two texts name one address, however they are written; false where one of them names none. */
export function isSameAddress(one: string, other: string): boolean {
  const [first, second] = [parseAddress(one), parseAddress(other)];
  return first !== undefined && first.family === second?.family && first.value === second.value;
}

/** The network that a text names in CIDR notation, or undefined where it names none. */
export function parseNetwork(text: string): Network | undefined {
  const [, addressText, prefixText] = /^([^/]+)\/(0|[1-9][0-9]{0,2})$/.exec(text) ?? [];
  if (addressText === undefined) return undefined;
  const address = parseAddress(addressText);
  const prefix = Number(prefixText);
  return address === undefined || prefix > WIDTHS[address.family] ? undefined : { ...address, prefix };
}

/** An address as text: dotted decimals, or the canonical form of RFC 5952. */
export function formatAddress({ family, value }: Address): string {
  const bytes = Array.from({ length: WIDTHS[family] / 8 }, (_, index) =>
    Number((value >> BigInt(WIDTHS[family] - 8 * (index + 1))) & 0xffn),
  );
  const address = ipaddr.fromByteArray(bytes);
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
}

/** A network as text, without host bits. */
export function formatNetwork(network: Network): string {
  return `${formatAddress(firstAddress(network))}/${String(network.prefix)}`;
}

/** The first address of a network: the network address itself. */
export function firstAddress(network: Network): Address {
  return { family: network.family, value: network.value - hostBits(network) };
}

/** The last address of a network: the broadcast address in IPv4. */
export function lastAddress(network: Network): Address {
  return { family: network.family, value: firstAddress(network).value + size(network) - 1n };
}

/** What the address as written adds to the network address; 0 for a network that is written as it should be. */
export function hostBits(network: Network): bigint {
  return network.value % size(network);
}

/** How many addresses a network has. */
export function size(network: Network): bigint {
  return 1n << BigInt(WIDTHS[network.family] - network.prefix);
}

/** The n-th address of a network counted from the network address, which is number 0; undefined outside of it. */
export function nthHost(network: Network, index: bigint): Address | undefined {
  if (index < 0n || index >= size(network)) return undefined;
  return { family: network.family, value: firstAddress(network).value + index };
}

/** Whether an address lies in a network. */
export function contains(network: Network, address: Address): boolean {
  return (
    network.family === address.family &&
    firstAddress({ ...address, prefix: network.prefix }).value === firstAddress(network).value
  );
}

/** Whether two networks share an address: one then holds the other. */
export function overlaps(one: Network, other: Network): boolean {
  return one.prefix <= other.prefix ? contains(one, other) : contains(other, one);
}

/** Ranges of ipaddr.js that nobody reaches over the Internet. */
const LOCAL_RANGES: ReadonlySet<string> = new Set([
  'private',
  'uniqueLocal',
  'loopback',
  'linkLocal',
  'carrierGradeNat',
  'unspecified',
  'broadcast',
  'multicast',
]);

/** Whether an address can be reached over the Internet: not private, unique local, loopback, link-local or behind a carrier's NAT. */
export function isPublic(text: string): boolean {
  // An IPv4 address inside IPv6 (::ffff:192.168.1.1) is judged as what it holds.
  return ipaddr.isValid(text) && !LOCAL_RANGES.has(ipaddr.process(text).range());
}

function fromBytes(family: 4 | 6, bytes: readonly number[]): Address {
  return { family, value: bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n) };
}

/** RFC 5737, RFC 3849 and RFC 9637: networks for documentation, which nobody has. */
export const DOCUMENTATION = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '3fff::/20'];

/** Whether an address stands in examples only. */
export function isDocumentation(address: Address): boolean {
  return DOCUMENTATION.some((cidr) => {
    const network = parseNetwork(cidr);
    return network !== undefined && contains(network, address);
  });
}

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
