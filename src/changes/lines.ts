import { createTwoFilesPatch } from 'diff';
import { stringify } from 'yaml';
import { redactValue } from '../report/redaction.ts';
import { type Fields, isFields } from '../text/values.ts';
import { contentOf } from './compare.ts';
import type { ObjectChange } from './model.ts';

/** Equal lines around a change. */
const CONTEXT = 3;

/**
 * The lines of an object that change, as a unified diff of its YAML without head. Of a Secret it shows which values differ, and none of
 * them.
 */
export function changedLines(change: ObjectChange): string {
  const { before, after, isSecret } = change;
  const [old, young] = [before, after].map((object) => (object === undefined ? {} : contentOf(object)));
  const patch = createTwoFilesPatch(
    'a',
    'b',
    text(isSecret ? masked(old, young, '') : old),
    text(isSecret ? masked(young, old, ' (changed)') : young),
    '',
    '',
    {
      context: CONTEXT,
    },
  );
  return patch.split('\n').slice(3).join('\n');
}

function text(fields: Fields | undefined): string {
  return fields === undefined || Object.keys(fields).length === 0
    ? ''
    : stringify(redactValue(fields), { lineWidth: 0, aliasDuplicateObjects: false });
}

const DATA = ['data', 'stringData'];

/** Values of a Secret by what becomes of them. */
function masked(fields: Fields = {}, other: Fields = {}, word: string): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      if (!DATA.includes(key) || !isFields(value)) return [key, value];
      const there = isFields(other[key]) ? other[key] : {};
      const shown = Object.keys(value).map((name) => [
        name,
        value[name] === there[name] ? '[secret]' : `[secret]${word}`,
      ]);
      return [key, Object.fromEntries(shown)];
    }),
  );
}
