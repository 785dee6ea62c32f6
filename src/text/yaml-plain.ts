import { typeOfPlain } from './yaml11.ts';

// Which texts YAML needs no quotes for. Readers of cluster.yaml and of manifests are of both versions: kubectl and Flux take YAML 1.1 for what
// 1.2 takes for a text (`yes`, `1_000`, `12:30`), and the other way round (`1e3`, `0o17`).

/** Numbers of YAML 1.2, https://yaml.org/spec/1.2.2/#103-core-schema, and what the packages of Go take for a truth value. */
const OTHERS = /^(?:[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?|0o[0-7]+|[yYnN])$/;

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
  if (/[\n\r\t]|^\s|\s$|:(?:\s|$)|\s#/.test(text)) return false;
  if (/^[,[\]{}#&*!|>'"%@`]|^[-?:](?:\s|$)|^(?:---|\.\.\.)(?:\s|$)/.test(text)) return false;
  if (inFlow && /[,[\]{}]|^[-?:]/.test(text)) return false;
  return isWordOfYaml(text);
}

/** A text as a value of YAML, in single quotes where it needs some; it has no line breaks. */
export function yamlWord(text: string, inFlow = false): string {
  return isPlainInYaml(text, inFlow) ? text : `'${text.replaceAll("'", "''")}'`;
}
