import { failure } from '../../report/finding.ts';
import type { Tree } from '../tree.ts';
import { readYaml } from './yaml-reader.ts';
import { writeYaml } from './yaml-writer.ts';

/** A kind of file that SOPS can encrypt: text to tree and back. One file (or two) a format; a new one is a new entry below. */
export interface Format {
  readonly name: string;
  readonly extensions: readonly string[];
  /** The tree of a text; throws a Failure with places. `file` is only named in it. */
  readonly read: (text: string, file: string) => Tree;
  /** The text of a tree; reading it gives the tree again. */
  readonly write: (tree: Tree, indent: number) => string;
  /** Spaces a level where the rules do not say otherwise, as the sops program has it. */
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

const FORMATS: readonly Format[] = [YAML];

/** The format of a file by its extension; throws a Failure where it is none that can be encrypted. */
export function formatFor(path: string): Format {
  const found = FORMATS.find(({ extensions }) =>
    extensions.some((extension) => path.toLowerCase().endsWith(extension)),
  );
  if (found !== undefined) return found;
  throw failure('input', {
    code: 'sops/format',
    message: `${path} is of no format that can be encrypted or decrypted`,
    place: { file: path },
    remedy: `name it with one of the endings ${FORMATS.flatMap(({ extensions }) => extensions).join(', ')}`,
  });
}
