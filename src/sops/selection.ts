import { compileGoRegex } from '../text/go-regex.ts';
import type { Leaf, Position } from './tree.ts';

/** The ways to say which values are encrypted, in the order of the sops program. Only one may be used in a rule or a file. */
export const SELECTORS = [
  'unencrypted_suffix',
  'encrypted_suffix',
  'unencrypted_regex',
  'encrypted_regex',
  'unencrypted_comment_regex',
  'encrypted_comment_regex',
] as const;

/** The name of such a way, as .sops.yaml and a file's metadata write it. */
export type Selector = (typeof SELECTORS)[number];

/** Which values of a file are encrypted. */
export interface Selection {
  readonly by: Selector;
  readonly pattern: string;
}

/** What holds where a rule says nothing: all values but those below a key that ends so. */
export const DEFAULT_SELECTION: Selection = { by: 'unencrypted_suffix', pattern: '_unencrypted' };

/** Whether a leaf is (or is to be) encrypted. */
type Predicate = (leaf: Leaf, position: Position) => boolean;

/** The predicate of a selection, after `shouldBeEncrypted` in sops.go. Throws a SyntaxError on a pattern that is no regular expression. */
export function selects({ by, pattern }: Selection): Predicate {
  if (by === 'unencrypted_suffix') return (_leaf, { path }) => !path.some((key) => key.endsWith(pattern));
  if (by === 'encrypted_suffix') return (_leaf, { path }) => path.some((key) => key.endsWith(pattern));
  const regex = compileGoRegex(pattern);
  if (by === 'unencrypted_regex') return (_leaf, { path }) => !path.some((key) => regex.test(key));
  if (by === 'encrypted_regex') return (_leaf, { path }) => path.some((key) => regex.test(key));
  if (by === 'unencrypted_comment_regex')
    return (_leaf, { comments }) => !comments.flat().some((text) => regex.test(text));
  return (leaf, { comments }) => precedingComments(leaf, comments).some((text) => regex.test(text));
}

/** The comment that switches encryption on stays readable itself, so a comment is not counted among those before it. */
function precedingComments(leaf: Leaf, comments: Position['comments']): readonly string[] {
  const all = comments.flat();
  return leaf.kind === 'comment' ? all.slice(0, -1) : all;
}
