import { it } from 'vitest';

/**
 * Rows of a table in two parts: one of so many, for every run of the tests, and the others, which have the tag `long`.
 *
 * @param step - how many of them one stands for
 */
export function parted<T>(
  rows: readonly T[],
  step: number,
): { readonly usual: readonly T[]; readonly others: readonly T[] } {
  return {
    usual: rows.filter((_, index) => index % step === 0),
    others: rows.filter((_, index) => index % step !== 0),
  };
}

/** As `it.each`, for a table whose rows are parted. */
export function eachOf<T extends readonly unknown[]>(
  rows: readonly T[],
  step: number,
): (title: string, test: (...row: T) => void | Promise<void>) => void;
export function eachOf<T>(
  rows: readonly T[],
  step: number,
): (title: string, test: (row: T) => void | Promise<void>) => void;
export function eachOf(
  rows: readonly unknown[],
  step: number,
): (title: string, test: (...row: never[]) => void | Promise<void>) => void {
  const { usual, others } = parted(rows, step);
  return (title, test) => {
    const meet = async (...row: unknown[]): Promise<void> => {
      await (Reflect.apply(test, undefined, row) as Promise<void> | undefined);
    };
    it.each(usual)(title, meet);
    it.each(others)(title, { tags: 'long' }, meet);
  };
}
