/**
 * Cases of a table in two parts: one of so many, for every run of the tests, and the others, which have the tag `long`.
 *
 * @param step - how many of them one stands for
 */
export function parted<T>(
  cases: readonly T[],
  step: number,
): { readonly usual: readonly T[]; readonly others: readonly T[] } {
  return {
    usual: cases.filter((_, index) => index % step === 0),
    others: cases.filter((_, index) => index % step !== 0),
  };
}
