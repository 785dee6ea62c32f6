import { describe, expect, it } from 'vitest';
import { differences, loadTable } from './recorded.ts';

describe('values as recorded from Python', () => {
  it.each(['operators', 'formatting', 'values'])('%s', (name) => {
    const rows = loadTable(new URL(`${name}.json`, import.meta.url));
    expect(rows.length).toBeGreaterThan(500);
    expect(differences(rows)).toEqual([]);
  });
});
