import { typeOfPlain } from './yaml11.ts';

// Which texts YAML needs no quotes for. Readers of cluster.yaml and of manifests are of both versions: kubectl and Flux take YAML 1.1 for what
// 1.2 takes for a text (`yes`, `1_000`, `12:30`), and the other way round (`1e3`, `0o17`).

/** Numbers of YAML 1.2, https://yaml.org/spec/1.2.2/#103-core-schema, and what the packages of Go take for a truth value. */
const OTHERS = /^(?:[-+]?(?:\.\d[\d_]*|\d[\d_]*(?:\.[\d_]*)?)(?:[eE][-+]?[\d_]+)?|[-+]?0[bBoOxX][\da-fA-F_]+|[yYnN])$/;

/** What a reader of YAML folds, refuses or drops even in single quotes. */
const UNSEEN = /[\p{Cc}\u2028\u2029\ufeff]/u;

/** Whether a text without quotes is a text to every reader, whatever stands around it: no truth value, number, date or nothing. */
export function isWordOfYaml(text: string): boolean {
  return typeOfPlain(text) === 'str' && !OTHERS.test(text);
}

/**
 * Whether a text can stand without quotes as a value, a key or an item of a list.
 *
 * @param inFlow - whether it stands in `[…]` or `{…}`
 * @see https://yaml.org/spec/1.2.2/#733-plain-style
 */
export function isPlainInYaml(text: string, inFlow = false): boolean {
  if (UNSEEN.test(text) || /^\s|\s$|:(?:\s|$)|\s#/.test(text)) return false;
  if (/^[,[\]{}#&*!|>'"%@`]|^[-?:](?:\s|$)|^(?:---|\.\.\.)(?:\s|$)/.test(text)) return false;
  if (inFlow && /[,[\]{}]|^[-?:]/.test(text)) return false;
  return isWordOfYaml(text);
}

/** A text as a value of YAML, in single quotes where it needs some, in double ones where it has what is not seen; it has no line breaks. */
export function yamlWord(text: string, inFlow = false): string {
  if (UNSEEN.test(text))
    return JSON.stringify(text).replace(
      new RegExp(UNSEEN, 'gu'),
      (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  return isPlainInYaml(text, inFlow) ? text : `'${text.replaceAll("'", "''")}'`;
}
