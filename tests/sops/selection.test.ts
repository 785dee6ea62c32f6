import { expect, it } from 'vitest';
import { type Selection, selects } from '../../src/sops/selection.ts';
import type { Comment, Leaf } from '../../src/sops/tree.ts';

const VALUE: Leaf = { kind: 'str', value: 'x' };
const COMMENT = { kind: 'comment', text: ' hide' } as Comment;

/** Those whose keys say nothing. */
const OTHERS = ['plain', 'below plain', 'noted', 'behind two comments', 'comment', 'comment behind a comment'];

it.each<readonly [by: Selection['by'], pattern: string, taken: readonly string[]]>([
  ['unencrypted_suffix', '_open', OTHERS],
  ['encrypted_suffix', '_open', ['suffixed', 'below suffixed']],
  ['unencrypted_regex', '_op', OTHERS],
  ['encrypted_regex', '_op', ['suffixed', 'below suffixed']],
  ['unencrypted_comment_regex', 'hide', ['plain', 'suffixed', 'below plain', 'below suffixed']],
  ['encrypted_comment_regex', 'hide', ['noted', 'behind two comments', 'comment behind a comment']],
])('%s %s takes what it names', (by, pattern, taken) => {
  const isSelected = selects({ by, pattern });
  const leaves: Readonly<Record<string, readonly [Leaf, readonly string[], readonly (readonly string[])[]]>> = {
    plain: [VALUE, ['a'], [[]]],
    suffixed: [VALUE, ['a_open'], [[]]],
    'below plain': [VALUE, ['a', 'b'], [[' other'], []]],
    'below suffixed': [VALUE, ['a_open', 'b'], [[], []]],
    noted: [VALUE, ['a', 'b'], [[' hide'], []]],
    'behind two comments': [VALUE, ['a'], [[' hide', ' other']]],
    comment: [COMMENT, ['a'], [[], [' hide']]],
    'comment behind a comment': [{ ...COMMENT, text: ' x' }, ['a'], [[' hide', ' x']]],
  };
  const found = Object.entries(leaves).filter(([, [leaf, path, comments]]) => isSelected(leaf, { path, comments }));
  expect(found.map(([name]) => name)).toEqual(taken);
});
