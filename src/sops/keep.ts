import { Failure, type Finding } from '../report/finding.ts';
import { type Opened, open, readSealed } from './decrypt.ts';
import { asWritten } from './as-written.ts';
import { encryptTree, type EncryptOptions, readPlain } from './encrypt.ts';
import type { Metadata } from './metadata.ts';
import type { Rule } from './rules.ts';
import { sameTree } from './tree.ts';

/** A plain text, how to encrypt it, and the encrypted file that it replaces. */
export interface KeepOptions extends EncryptOptions {
  /** Text of the encrypted file as it is; absent where there is none yet. */
  readonly previous?: string | undefined;
}

/** What became of a file. */
export interface Kept {
  readonly outcome: 'kept' | 'encrypted';
  /** The encrypted text; byte for byte the previous one where it was kept. */
  readonly text: string;
  /** Why a previous text could not be compared, and so was encrypted anew. */
  readonly warning?: Finding;
}

/**
 * The encrypted text of a plain one that changes as little as can be. Where the previous file says the same (values, comments and their
 * order, rule and recipients), it is kept byte for byte. Where only values differ, the data key and the ciphertext of the others stay, as with
 * `sops edit`; where rule or recipients differ, everything is encrypted anew under a new key.
 *
 * Throws what `encrypt` throws, and `sops/wrong-key` where the previous file is encrypted to the very recipients of the rule and none
 * of the identities opens it: encrypting it anew would overwrite what could not be compared.
 */
export async function keepOrEncrypt(options: KeepOptions): Promise<Kept> {
  const plain = asWritten(readPlain(options.path, options.plain), options);
  const { previous } = options;
  if (previous === undefined) return { outcome: 'encrypted', text: await encryptTree(plain, options) };
  const found = await openPrevious(previous, options);
  if (found instanceof Failure) {
    return { outcome: 'encrypted', text: await encryptTree(plain, options), warning: unreadable(found, options.path) };
  }
  const isReusable = found !== undefined && isUnder(found.metadata, options.rule);
  if (isReusable && sameTree(found.tree, plain)) return { outcome: 'kept', text: previous };
  return { outcome: 'encrypted', text: await encryptTree(plain, options, isReusable ? found : undefined) };
}

/** The previous file opened; undefined where it is under other recipients and need not be; a Failure where it is broken. */
async function openPrevious(
  text: string,
  { path, rule, identities }: KeepOptions,
): Promise<Opened | Failure | undefined> {
  try {
    if (!isUnder(readSealed(path, text).metadata, rule)) return undefined;
    return await open({ path, text, identities });
  } catch (error) {
    if (!(error instanceof Failure) || error.findings.some(({ code }) => code === 'sops/wrong-key')) throw error;
    return error;
  }
}

/** Whether a file was encrypted by this rule: the same recipients, values and MAC. */
export function isUnder({ age, selection, macOnlyEncrypted }: Metadata, rule: Rule): boolean {
  const recipients = new Set(age.map(({ recipient }) => recipient));
  if (recipients.size !== rule.recipients.length || !rule.recipients.every((recipient) => recipients.has(recipient)))
    return false;
  const isSameSelection = selection.by === rule.selection.by && selection.pattern === rule.selection.pattern;
  return isSameSelection && macOnlyEncrypted === rule.macOnlyEncrypted;
}

function unreadable({ findings }: Failure, path: string): Finding {
  const why = findings[0]?.message ?? '';
  return {
    code: 'sops/previous',
    severity: 'warning',
    message: `${path} was encrypted anew because the file that it replaces could not be read (${why})`,
    place: { file: path },
  };
}
