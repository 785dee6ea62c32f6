import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { committedRules, customs, rulesPage, settingsSchema } from '../../scripts/rules-reference.ts';
import { RULES } from '../../src/checks/rules/list.ts';
import { FINDING_CODES } from '../../src/report/codes.ts';

// Formatting takes a second each time.
const [page, schema] = await Promise.all([rulesPage(), settingsSchema()]);

describe('docs/rules.md', () => {
  it('is what the rules say: npm run docs makes it', async () => {
    expect((await committedRules()).page).toBe(page);
  });

  it('says of each custom which rule looks for it, or that people do', () => {
    const known = new Set<string>([...RULES.map(({ id }) => id), ...Object.keys(FINDING_CODES)]);
    const lists = customs();
    expect(lists.map(([, list]) => list.length)).toEqual([13, 12, 20]);
    expect(lists.flatMap(([, list]) => list.flatMap(([, rules]) => rules.filter((id) => !known.has(id))))).toEqual([]);
  });
});

describe('schemas/settings.schema.json', () => {
  it('is what the rules say', async () => {
    expect((await committedRules()).schema).toBe(schema);
  });

  it('takes the settings of the page, and refuses what is not known', () => {
    const validate = new Ajv2020({ strict: false }).compile(JSON.parse(schema) as object);
    const [, example = ''] = /```yaml\n(# yaml-language-server[^]*?)```/.exec(page) ?? [];
    expect(validate(parse(example))).toBe(true);
    expect(validate({ profil: 'strict' })).toBe(false);
    expect(validate({ rules: { 'image/no-latest': { options: { tags: 'all' } } } })).toBe(false);
    expect(validate({ rules: { 'image/latest': 'off' } })).toBe(false);
  });
});
