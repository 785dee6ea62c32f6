import { Failure } from '../report/finding.ts';
import { decrypt, isEncrypted, readSealed } from '../sops/decrypt.ts';
import { readPlain } from '../sops/encrypt.ts';
import { redact } from '../sops/redact.ts';
import type { Rule } from '../sops/rules.ts';
import { selects, type Selection } from '../sops/selection.ts';
import type { Tree } from '../sops/tree.ts';
import { visitLeaves } from '../sops/walk.ts';
import type { SecretChange } from '../workspace/entry.ts';
import type { SettledAccess } from './access.ts';

/** A secret on its way from one text to another. */
export interface SecretVersions {
  readonly path: string;
  /** The file as it lies on disk, encrypted or not; undefined where there is none. */
  readonly present: string | undefined;
  /** The plain text that was rendered; undefined where the file is no longer generated. */
  readonly plain: string | undefined;
  readonly rule: Pick<Rule, 'selection'>;
}

/** How a secret changes: both texts redacted, and the paths of the keys whose values differ. The previous one is decrypted in memory. */
export async function secretChange(versions: SecretVersions, access: SettledAccess): Promise<SecretChange> {
  const { path, plain, rule } = versions;
  if (access.kind === 'none') return unknown('there is no key to read it with');
  try {
    const before = await readPresent(versions, access);
    const after = plain === undefined ? undefined : { tree: readPlain(path, plain), shown: redact(path, plain, rule) };
    const keys = changedKeys(before?.tree ?? [], after?.tree ?? []);
    return { before: before?.shown, after: after?.shown, keys };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return unknown(error.findings[0]?.message ?? 'it cannot be read');
  }
}

/** Whether everything in a secret file that its metadata say is encrypted really is: somebody may have added a value in plain text. */
export function isWhollyEncrypted(path: string, text: string): boolean {
  try {
    if (!isEncrypted(path, text)) return false;
    const { tree, metadata } = readSealed(path, text);
    return !holdsPlainValue(tree, metadata.selection);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return false;
  }
}

function holdsPlainValue(tree: Tree, selection: Selection): boolean {
  const isSelected = selects(selection);
  let found = false;
  visitLeaves(tree, (leaf, position) => {
    if (leaf.kind === 'null' || !isSelected(leaf, position)) return;
    const text = leaf.kind === 'comment' ? leaf.text.trim() : leaf.kind === 'str' ? leaf.value : 'a plain value';
    // The sops program leaves an empty text as it is.
    if (text !== '' && !/^ENC\[.*\]$/.test(text)) found = true;
  });
  return found;
}

async function readPresent(
  { path, present, rule }: SecretVersions,
  access: Extract<SettledAccess, { kind: 'owner' }>,
): Promise<{ tree: Tree; shown: string } | undefined> {
  if (present === undefined) return undefined;
  if (!isEncrypted(path, present)) return { tree: readPlain(path, present), shown: redact(path, present, rule) };
  const { text, tree, metadata } = await decrypt({ path, text: present, identities: access.key.identities });
  return { tree, shown: redact(path, text, metadata) };
}

function changedKeys(before: Tree, after: Tree): string[] {
  const [old, fresh] = [valuesOf(before), valuesOf(after)];
  const paths = [...new Set([...old.keys(), ...fresh.keys()])];
  return paths.filter((path) => old.get(path) !== fresh.get(path));
}

/** Values by the keys that lead to them; those of a list stand under one path. */
function valuesOf(tree: Tree): Map<string, string> {
  const values = new Map<string, string>();
  visitLeaves(tree, (leaf, { path }) => {
    if (leaf.kind === 'comment') return;
    const key = path.join('.');
    const value = leaf.kind === 'null' ? 'null' : `${leaf.kind} ${String(leaf.value)}`;
    values.set(key, `${values.get(key) ?? ''}\n${value}`);
  });
  return values;
}

function unknown(reason: string): SecretChange {
  return { before: undefined, after: undefined, keys: [], unknown: reason };
}
