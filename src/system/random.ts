import { randomBytes as nodeRandomBytes } from 'node:crypto';

/** That many bytes from the operating system's generator. */
export function randomBytes(length: number): Uint8Array {
  return new Uint8Array(nodeRandomBytes(length));
}
