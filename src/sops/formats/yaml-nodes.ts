import { isScalar, type Node as YamlNode, type Scalar as YamlScalar, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Scalar } from '../tree.ts';
import type { Reading } from './yaml-reading.ts';
import { resolvePlain } from './yaml-scalars.ts';

/** The text of a key; reports one that is something else than text. */
export function keyText(key: YamlNode, reading: Reading): string {
  if (!isScalar(key)) {
    reading.report(key, 'A key is no plain text, and SOPS takes text keys only', 'write the key as text');
    return '';
  }
  const text = sourceOf(key);
  if (isPlain(key) && text === '<<') {
    reading.report(key, 'The merge key << does not survive encryption', 'write the merged values out');
  } else if (scalarOf(key, reading).kind !== 'str') {
    reading.report(
      key,
      'A key is a number, a truth value, a time or null, and SOPS takes text keys only',
      'put the key in quotes',
    );
  }
  return text;
}

/** What a scalar stands for, by its quotes, its tag or the rules for plain ones. */
export function scalarOf(node: YamlScalar, reading: Reading): Scalar {
  const source = sourceOf(node);
  const tag = node.tag?.replace('tag:yaml.org,2002:', '');
  if (tag === 'str' || tag === '!' || (tag === undefined && !isPlain(node)))
    return { kind: 'str', value: wellFormed(node, source, reading) };
  const scalar = resolvePlain(source);
  if (/^[-+]?[1-9]\d*$/.test(source) && !isInt64(scalar)) {
    reading.report(node, 'The integer does not fit into 64 bits, and SOPS would round it', 'put it in quotes');
  }
  if (tag === undefined || tag === scalar.kind || (tag === 'timestamp' && scalar.kind === 'time')) return scalar;
  if (tag === 'float' && scalar.kind === 'int') return { kind: 'float', value: Number(scalar.value) };
  if (tag === 'binary') return binaryText(node, source, reading);
  reading.report(node, 'The tag is none that SOPS keeps, or does not fit its value', 'leave the tag away');
  return { kind: 'null' };
}

function isInt64(scalar: Scalar): boolean {
  return scalar.kind === 'int' && BigInt.asIntN(64, scalar.value) === scalar.value;
}

function wellFormed(node: YamlScalar, text: string, reading: Reading): string {
  if (/\p{Surrogate}/u.test(text))
    reading.report(
      node,
      'The text has half of a surrogate pair, which no UTF-8 text can hold',
      'write the character whole',
    );
  return text;
}

function binaryText(node: YamlScalar, source: string, reading: Reading): Scalar {
  const bytes = Buffer.from(source, 'base64');
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes)) {
    reading.report(
      node,
      'The binary value is no UTF-8 text, which SOPS cannot hold in YAML',
      'write it as base64 text without the tag',
    );
  }
  return { kind: 'str', value: text };
}

/** The text as it was written, quotes and escapes resolved: the package turns some tagged ones into other things. */
function sourceOf(node: YamlScalar): string {
  return node.source ?? String(node.value);
}

/** Whether a scalar was written without quotes. */
export function isPlain(node: YamlScalar): boolean {
  return node.type === undefined || node.type === 'PLAIN';
}

/** Reports the tag of a mapping or list unless it says what is plain to see. */
export function refuseTag(node: YAMLMap | YAMLSeq, reading: Reading): void {
  if (node.tag === undefined || /^tag:yaml\.org,2002:(?:map|seq)$/.test(node.tag)) return;
  reading.report(node, 'The tag is none that SOPS keeps', 'leave the tag away');
}
