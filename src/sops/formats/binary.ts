import { Failure, failure } from '../../report/finding.ts';
import { isMetadata, METADATA_KEY } from '../metadata.ts';
import { textOrBytes } from '../scalars.ts';
import type { Branch, Entry, Scalar, Tree } from '../tree.ts';
import { readJson, writeJson } from './json.ts';

/** The key below which the sops program keeps a file of no other format: its bytes are the one value of a JSON file. */
const DATA_KEY = 'data';

/**
 * The tree of a file of any other kind: its text is the one value. One that is encrypted is JSON with metadata of SOPS.
 */
export function readBinary(text: string, file: string): Tree {
  return sealedBinary(text, file) ?? [binaryBranch({ kind: 'str', value: text })];
}

/** As `readBinary`, of bytes, which need not be text. */
export function readBinaryBytes(bytes: Uint8Array, file: string): Tree {
  return readBinary(Buffer.from(bytes).toString('utf8'), file).map((branch) =>
    branch.items.some(isMetadata) ? branch : binaryBranch(textOrBytes(Buffer.from(bytes))),
  );
}

function binaryBranch(value: Scalar): Branch {
  return { kind: 'map', items: [{ kind: 'entry', key: DATA_KEY, value }] };
}

function sealedBinary(text: string, file: string): Tree | undefined {
  if (!/^\s*\{/.test(text) || !text.includes(`"${METADATA_KEY}"`)) return undefined;
  try {
    const tree = readJson(text, file);
    return tree[0]?.items.some(isMetadata) === true ? tree : undefined;
  } catch (error) {
    // What is no JSON is no encrypted file: it is the content of a plain one.
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** The text of a file of any other kind, or the JSON of one that is encrypted. */
export function writeBinary(tree: Tree, indent: number): string {
  if (tree[0]?.items.some(isMetadata) === true) return writeJson(tree, indent);
  return bytesOfBinary(tree).toString('utf8');
}

/** The bytes of a plain file of any other kind. Throws a Failure where the tree holds none. */
export function bytesOfBinary(tree: Tree): Buffer {
  const data = tree[0]?.items.find((item): item is Entry => item.kind === 'entry' && item.key === DATA_KEY)?.value;
  if (data?.kind === 'str') return Buffer.from(data.value, 'utf8');
  if (data?.kind === 'bytes') return Buffer.from(data.value, 'base64');
  const message = `An encrypted file of this kind keeps its text below the key \`${DATA_KEY}\`, and there is none`;
  throw failure('input', { code: 'sops/syntax', message, remedy: 'restore the file from Git' });
}
