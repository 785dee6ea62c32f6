import { isAlias, isCollection, isMap, isScalar, isSeq, type Node, parseAllDocuments, type Scalar } from 'yaml';
import type { Path } from '../../text/values.ts';

// Places in texts of YAML. Templates are edited as manifests are: a line of Jinja is a comment of YAML.

/** A text as a file without a name, for what reads files. */
export function documentOf(text: string) {
  const file = { path: '', source: '', text, isGenerated: false, isSecret: false };
  return { file, index: 0, value: undefined, fields: {} };
}

export function nodeIn(text: string, index: number, path: Path): Node | Scalar | undefined {
  const document = parseAllDocuments(text, { merge: true, logLevel: 'silent' })[index];
  if (document === undefined || !('contents' in document)) return undefined;
  let node: unknown = document.contents;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      node = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))?.value;
    } else node = isSeq(node) && typeof step === 'number' ? node.items[step] : undefined;
  }
  if (isAlias(node)) node = node.resolve(document);
  return isScalar(node) || isCollection(node) ? node : undefined;
}

/** Where an entry itself begins, behind the comments above it. */
export function startOf(
  text: string,
  { lines }: { readonly lines: { readonly start: number; readonly end: number } },
): number {
  const own = /^(?:[ \t]*#.*\n)*/.exec(text.slice(lines.start, lines.end))?.[0].length ?? 0;
  return lines.start + own;
}

export function insertLine(text: string, offset: number, line: string): string {
  const [before, after] = [text.slice(0, offset), text.slice(offset)];
  const lead = before === '' || before.endsWith('\n') ? '' : lineBreak(text);
  const isLast = after === '' && lead !== '';
  return `${before}${lead}${line}${isLast ? '' : lineBreak(text)}${after}`;
}

export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

export function lineBreak(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

export function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
