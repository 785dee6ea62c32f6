import { describe, expect, it } from 'vitest';
import { differences, loadTable } from '../python/recorded.ts';

describe('tests as recorded from Python', () => {
  it('every test on every type', () => {
    const rows = loadTable(new URL('every-type.json', import.meta.url));
    expect(rows.length).toBeGreaterThan(500);
    expect(differences(rows)).toEqual([]);
  });
});
