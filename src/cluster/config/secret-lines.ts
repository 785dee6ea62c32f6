import { suggestNearest } from '../../text/suggest.ts';
import { CLUSTER_FIELDS, NODE_FIELDS, SECRET_FIELDS } from './schemas.ts';

const KNOWN_NAMES = [...Object.keys(CLUSTER_FIELDS), ...Object.keys(NODE_FIELDS)];
const TELLTALE = /token|secret|passw|(?:api|private)[-_]?key|credential/i;
/** A name and a password in a URL, as in https://name:password@host. */
const URL_WITH_PASSWORD = /:\/\/[^\s/@]*:[^\s/@]*@/;
const KEY_LINE = /^(?<indent>\s*(?:-\s+)*)(?<quote>["']?)(?<key>[^\s"'#:{}[\],][^\s"':{}[\],]*)\k<quote>\s*:(?:\s|$)/;

/**
 * The numbers of the lines that may hold part of a secret, from 1. It looks at the text alone, so that it also
 * answers for a file that is no YAML, and rather names a line too many: an excerpt can be left out, a secret that was shown cannot be taken back.
 */
export function secretLines(text: string): ReadonlySet<number> {
  const lines = new Set<number>();
  let indentOfSecret: number | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const match = KEY_LINE.exec(line);
    if (startsNewEntry(line, match, indentOfSecret)) indentOfSecret = undefined;
    if (isSecretName(match?.groups?.key ?? '') || (TELLTALE.test(line) && !/^\s*#/.test(line))) {
      indentOfSecret ??= match?.groups?.indent?.length ?? 0;
    }
    if (indentOfSecret !== undefined || TELLTALE.test(line) || URL_WITH_PASSWORD.test(line)) lines.add(index + 1);
  }
  return lines;
}

/** Whether a key is that of a secret, or looks like one that was misspelt. */
export function isSecretName(name: string): boolean {
  if (TELLTALE.test(name)) return true;
  // Comparing letters takes long, and most names are right.
  if (name === '' || KNOWN_NAMES.includes(name)) return SECRET_FIELDS.includes(name);
  const nearest = suggestNearest(name, KNOWN_NAMES);
  return nearest !== undefined && SECRET_FIELDS.includes(nearest);
}

/** A key that stands no deeper than the secret's ends it; anything else may be the rest of a text of several lines. */
function startsNewEntry(line: string, match: RegExpExecArray | null, indentOfSecret: number | undefined): boolean {
  if (indentOfSecret === undefined) return false;
  if (/^(?:---|\.\.\.)\s*$/.test(line)) return true;
  return match?.groups !== undefined && (match.groups.indent?.length ?? 0) <= indentOfSecret;
}
