import { distance } from 'fastest-levenshtein';

/**
 * The candidate nearest to a misspelt name, or undefined where none is near enough: at most a third of the name's
 * letters (and always one) may differ, letter case aside.
 */
export function suggestNearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const found = distance(wanted, candidate.toLowerCase());
    if (found < bestDistance) {
      best = candidate;
      bestDistance = found;
    }
  }
  return best;
}
