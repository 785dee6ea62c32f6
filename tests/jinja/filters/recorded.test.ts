import { describe, expect, it } from 'vitest';
import { differences, loadTable } from '../python/recorded.ts';

describe('filters as recorded from Python', () => {
  it.each([
    ['every-type', {}],
    ['parameters', {}],
    ['autoescape', { autoescape: true }],
  ])('%s', (name, options) => {
    const rows = loadTable(new URL(`${name}.json`, import.meta.url));
    expect(rows.length).toBeGreaterThan(100);
    expect(differences(rows, options)).toEqual([]);
  });
});
