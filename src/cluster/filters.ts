import { failure, type Failure } from '../report/finding.ts';
import { formatAddress, nthHost, parseNetwork, size } from './addresses.ts';

/**
 * The last element of a path without its last extension, as Python's `PurePath.stem` has it:
 * `patches/global/machine-time.yaml.j2` gives `machine-time.yaml`, `.sops` stays as it is.
 *
 * @throws Failure for anything that is no text
 */
export function basename(value: unknown): string {
  if (typeof value !== 'string') throw badArgument(`basename takes a text, not ${show(value)}`, 'pipe a path into it');
  const name = value.split('/').findLast((part) => part !== '' && part !== '.') ?? '';
  const dot = name.lastIndexOf('.');
  return dot > 0 && dot < name.length - 1 ? name.slice(0, dot) : name;
}

/**
 * The n-th address of a network, IPv4 or IPv6, counted from the network address, which is number 0. Host bits of the
 * network are ignored.
 *
 * @throws Failure for what is no network, and for a number outside of it. (Upstream's filter gives `False` then, which ends up in a manifest.)
 */
export function nthhost(cidr: unknown, index: unknown): string {
  const network = typeof cidr === 'string' ? parseNetwork(cidr) : undefined;
  const number = toInteger(index);
  if (network === undefined) {
    const message = `nthhost(${show(index)}) of ${show(cidr)}: it is not a network`;
    throw badArgument(message, 'pipe a network in CIDR notation into it, for example 192.0.2.0/24');
  }
  const address = number === undefined ? undefined : nthHost(network, number);
  if (address === undefined) {
    const last = size(network) - 1n;
    throw badArgument(
      `nthhost(${show(index)}) of ${show(cidr)}: the network has no such address`,
      `take a whole number from 0 to ${String(last)}`,
    );
  }
  return formatAddress(address);
}

/** A template's whole number: a JavaScript number or, beyond what those hold, a bigint. */
function toInteger(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : undefined;
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return value === null || ['number', 'bigint', 'boolean', 'undefined'].includes(typeof value)
    ? String(value)
    : `a ${typeof value}`;
}

function badArgument(message: string, remedy: string): Failure {
  return failure('input', { code: 'config/bad-argument', message, remedy });
}
