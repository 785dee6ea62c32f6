import { describe, expect, it } from 'vitest';
import { differences, loadTable } from '../python/recorded.ts';

describe('global functions as recorded from Python', () => {
  it('range, dict, lipsum, cycler, joiner and namespace', () => {
    const rows = loadTable(new URL('globals.json', import.meta.url));
    expect(rows.length).toBeGreaterThan(60);
    expect(differences(rows)).toEqual([]);
  });
});
