import fc from 'fast-check';

/**
 * Copies of a file, each with one bit turned over.
 *
 * @param count - how many of them, drawn by the seed of the property tests; all where there are not as many
 */
export function flips(bytes: Uint8Array, count: number): Buffer[] {
  const all = bytes.length * 8;
  const { seed = 1 } = fc.readConfigureGlobal();
  const places =
    count >= all
      ? Array.from({ length: all }, (_, index) => index)
      : fc.sample(fc.nat({ max: all - 1 }), { numRuns: count, seed });
  return places.map((place) => {
    const copy = Buffer.from(bytes);
    copy[place >> 3] = (copy[place >> 3] ?? 0) ^ (1 << (place & 7));
    return copy;
  });
}
