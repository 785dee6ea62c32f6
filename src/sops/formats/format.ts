import type { Tree } from '../tree.ts';
import { bytesOfBinary, readBinary, readBinaryBytes, readJson, writeBinary, writeJson } from './json.ts';
import { readDotenv, writeDotenv } from './dotenv.ts';
import { readIni, writeIni } from './ini.ts';
import { readYaml } from './yaml-reader.ts';
import { writeYaml } from './yaml-writer.ts';

/** The kinds of files that SOPS can encrypt. */
export type FormatName = 'yaml' | 'json' | 'dotenv' | 'ini' | 'binary';

/**
 * A kind of file that SOPS can encrypt: text to tree and back. In the tree of an encrypted file the metadata stand below the key `sops`,
 * however the format writes them.
 */
interface Format {
  readonly name: FormatName;
  readonly extensions: readonly string[];
  /** The tree of a text; throws a Failure with places. `file` is only named in it. */
  readonly read: (text: string, file: string) => Tree;
  /** The text of a tree; reading it gives the tree again. */
  readonly write: (tree: Tree, indent: number) => string;
  /** The same for files whose content need not be text. */
  readonly bytes?: {
    readonly read: (bytes: Uint8Array, file: string) => Tree;
    readonly write: (tree: Tree) => Buffer;
  };
  /** Spaces a level where the rules do not say otherwise, as the sops program has it; -1 for a tab. */
  readonly defaultIndent: number;
}

/** Characters of texts whose trees are kept for as long as the process lives. */
const KEPT_LENGTH = 2 ** 20;

/**
 * The same reader, which reads a text once: a run looks at every secret file several times, plain and encrypted. What is wrong in a text is
 * told each time, as its file is named then.
 */
function readOnce(read: Format['read']): Format['read'] {
  const known = new Map<string, Tree>();
  let length = 0;
  return (text, file) => {
    const present = known.get(text);
    if (present !== undefined) return present;
    const tree = read(text, file);
    length += text.length;
    if (length > KEPT_LENGTH) {
      known.clear();
      length = text.length;
    }
    known.set(text, tree);
    return tree;
  };
}

const YAML: Format = {
  name: 'yaml',
  extensions: ['.yaml', '.yml'],
  read: readOnce(readYaml),
  write: writeYaml,
  defaultIndent: 4,
};

const FORMATS: readonly Format[] = [
  YAML,
  { name: 'json', extensions: ['.json'], read: readOnce(readJson), write: writeJson, defaultIndent: -1 },
  { name: 'dotenv', extensions: ['.env'], read: readOnce(readDotenv), write: writeDotenv, defaultIndent: 0 },
  { name: 'ini', extensions: ['.ini'], read: readOnce(readIni), write: writeIni, defaultIndent: 0 },
];

const BINARY: Format = {
  name: 'binary',
  extensions: [],
  read: readOnce(readBinary),
  write: writeBinary,
  bytes: { read: readBinaryBytes, write: bytesOfBinary },
  defaultIndent: -1,
};

/** The format of a file by the ending of its name, letter by letter as the sops program compares it; one of no other is binary. */
export function formatFor(path: string): Format {
  return FORMATS.find(({ extensions }) => extensions.some((extension) => path.endsWith(extension))) ?? BINARY;
}
