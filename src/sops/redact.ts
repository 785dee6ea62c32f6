import { formatFor } from './formats/format.ts';
import type { Rule } from './rules.ts';
import { selects } from './selection.ts';
import { mapLeaves } from './walk.ts';

const HIDDEN = '[secret]';

/**
 * The plain text of a file as it may be shown: every value and comment that the rule encrypts is replaced by `[secret]`. Throws a Failure where
 * the text cannot be read.
 */
export function redact(path: string, plain: string, rule: Pick<Rule, 'selection'>): string {
  const format = formatFor(path);
  const isSelected = selects(rule.selection);
  const shown = mapLeaves(format.read(plain, path), (leaf, position) => {
    if (leaf.kind === 'null' || !isSelected(leaf, position)) return leaf;
    return leaf.kind === 'comment' ? { ...leaf, text: ` ${HIDDEN}` } : { kind: 'str', value: HIDDEN };
  });
  return format.write(shown, 2);
}
