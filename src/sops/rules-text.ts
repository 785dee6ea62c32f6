import { type Document, isAlias, isMap, isScalar, isSeq, parseDocument, type Scalar, type YAMLSeq } from 'yaml';
import { failure, type Failure } from '../report/finding.ts';

/** What becomes of the recipients of a rule. */
export type RecipientChange = { readonly add: string } | { readonly remove: string };

/** An expression of a template: its text takes the place of a recipient. */
const EXPRESSION = /#<.*?>#/g;

/**
 * The text of .sops.yaml, or of the template that makes it, with a recipient more or less in each of its rules. Comments, order and the
 * way in which everything else is written stay.
 *
 * @throws Failure where it holds no rule that can be changed so, or a rule would be left without a recipient
 */
export function changeRecipients(text: string, file: string, change: RecipientChange): string {
  // Of the same length, so that every offset is the one in the text.
  const masked = text.replace(EXPRESSION, (expression) => 'x'.repeat(expression.length));
  const document = parseDocument(masked, { prettyErrors: false, logLevel: 'silent' });
  if (document.errors.length > 0) throw unreadable(file, 'it is not valid YAML');
  const nodes = recipientNodes(document);
  if (nodes.length === 0) throw unreadable(file, 'no rule in it names a recipient of age');
  const edits = nodes.flatMap((node) => (isSeq(node) ? editSeq(node, text, change) : editScalar(node, text, change)));
  return [...edits]
    .sort((one, other) => other.start - one.start)
    .reduce((result, { start, end, text: by }) => result.slice(0, start) + by + result.slice(end), text);
}

/** The nodes below `age` of all rules and of the groups in them, each once: several rules may share one by an alias. */
function recipientNodes(document: Document.Parsed): (Scalar | YAMLSeq)[] {
  const found = new Map<number, Scalar | YAMLSeq>();
  const resolve = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  const visit = (list: unknown): void => {
    for (const item of isSeq(list) ? list.items : []) {
      const map = resolve(item);
      for (const { key, value } of isMap(map) ? map.items : []) {
        const node = resolve(value);
        if (isScalar(key) && key.value === 'key_groups') visit(node);
        if (!isScalar(key) || key.value !== 'age') continue;
        if ((isScalar(node) || isSeq(node)) && node.range) found.set(node.range[0], node);
      }
    }
  };
  visit(resolve(document.get('creation_rules')));
  return [...found.values()];
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function editScalar(node: Scalar, text: string, change: RecipientChange): Edit[] {
  const [start, end] = node.range ?? [0, 0];
  const isBlock = node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL';
  const isQuoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE';
  const [from, to] = isQuoted ? [start + 1, end - 1] : [start, end];
  const inner = text.slice(from, to);
  if (isBlock) {
    const head = inner.slice(0, inner.indexOf('\n') + 1);
    const indent = /^ */.exec(inner.slice(head.length))?.[0] ?? '';
    const next = changed(recipientsIn(inner.slice(head.length)), change);
    if (next === undefined) return [];
    return [{ start, end, text: `${head}${next.map((one) => indent + one).join(',\n')}\n` }];
  }
  const next = changed(recipientsIn(inner), change);
  return next === undefined ? [] : [{ start: from, end: to, text: next.join(',') }];
}

/** Recipients in a text with commas between them; commas within an expression of a template part nothing. */
function recipientsIn(text: string): string[] {
  const parts = text.match(/(?:#<.*?>#|[^,])+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function editSeq(node: YAMLSeq, text: string, change: RecipientChange): Edit[] {
  const items = node.items.filter((item): item is Scalar => isScalar(item));
  const texts = items.map((item) => text.slice(item.range?.[0], item.range?.[1]).replace(/^["']|["']$/g, ''));
  if (changed(texts, change) === undefined) return [];
  const last = items.at(-1)?.range;
  if ('add' in change) {
    if (!last) return [];
    if (node.flow === true) return [{ start: last[1], end: last[1], text: `, ${change.add}` }];
    const line = text.lastIndexOf('\n', last[0]) + 1;
    const head = /^[ \t-]*- +/.exec(text.slice(line))?.[0] ?? '- ';
    const end = text.indexOf('\n', last[1]);
    const at = end === -1 ? text.length : end;
    return [{ start: at, end: at, text: `\n${head}${change.add}` }];
  }
  const at = texts.indexOf(change.remove);
  const [start, end] = items[at]?.range ?? [0, 0];
  if (node.flow === true) {
    const next = items[at + 1]?.range?.[0];
    const previous = items[at - 1]?.range?.[1];
    return [next === undefined ? { start: previous ?? start, end, text: '' } : { start, end: next, text: '' }];
  }
  // The comment on its line goes with it.
  const line = text.lastIndexOf('\n', start);
  const after = text.indexOf('\n', end);
  return [{ start: Math.max(line, 0), end: after === -1 ? text.length : after, text: '' }];
}

/** The recipients as they are to be; undefined where that is what they are. */
function changed(recipients: readonly string[], change: RecipientChange): string[] | undefined {
  if ('add' in change) return recipients.includes(change.add) ? undefined : [...recipients, change.add];
  if (!recipients.includes(change.remove)) return undefined;
  const left = recipients.filter((one) => one !== change.remove);
  if (left.length > 0) return left;
  throw failure('input', {
    code: 'sops/recipient',
    message: `${change.remove} is the only recipient of a rule: nobody could read its files any more`,
    remedy: 'add another one first, or take a new key for all of them: `cluster-template secrets rekey`',
  });
}

function unreadable(file: string, why: string): Failure {
  return failure('input', {
    code: 'sops/rules',
    message: `the recipients in ${file} cannot be changed: ${why}`,
    place: { file },
    remedy: 'change it by hand, then run `cluster-template secrets rotate`',
  });
}
