import { describe, expect, it } from 'vitest';
import { committedErrorReference, errorReference } from '../../scripts/error-reference.ts';
import { FINDING_CODES } from '../../src/report/codes.ts';

describe('docs/errors.md', () => {
  it('explains every code (npm run docs makes it anew)', async () => {
    expect(await committedErrorReference()).toBe(await errorReference());
  });

  it('leaves out no area', async () => {
    const page = await errorReference();
    expect(Object.keys(FINDING_CODES).filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
  });
});
