import { openValues, secretsIn } from '../checks/secrets.ts';
import { COMPANION_FILE } from '../cluster/root.ts';
import { Failure } from '../report/finding.ts';
import { keepSecrets, redact as maskSecrets } from '../report/redaction.ts';
import { decrypt, isEncrypted, readSealed } from '../sops/decrypt.ts';
import { readPlain } from '../sops/encrypt.ts';
import { isHidden, redact } from '../sops/redact.ts';
import type { Rule } from '../sops/rules.ts';
import { DEFAULT_SELECTION, selects, type Selection } from '../sops/selection.ts';
import { type Tree, visitLeaves } from '../sops/tree.ts';
import type { SecretChange } from '../workspace/inventory.ts';
import type { SettledAccess } from './access.ts';

/** A secret on its way from one text to another. */
interface SecretVersions {
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
    const after = plain === undefined ? undefined : shownAs(path, readPlain(path, plain), redact(path, plain, rule));
    const keys = changedKeys(before?.tree ?? [], after?.tree ?? []);
    return { before: before?.shown, after: after?.shown, keys };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return unknown(error.findings[0]?.message ?? 'it cannot be read');
  }
}

/** Files that are secret as a whole, whatever their metadata say. */
const WHOLLY_SECRET: ReadonlySet<string> = new Set(['talos/talsecret.sops.yaml', COMPANION_FILE]);

/**
 * Whether a secret file is encrypted as it has to be: what it is decides that, and what its metadata say besides. Somebody may have
 * added a value in plain text, or metadata that ask for nothing to be encrypted.
 */
export function isWhollyEncrypted(path: string, text: string): boolean {
  try {
    if (!isEncrypted(path, text)) return false;
    const { tree, metadata } = readSealed(path, text);
    const selection = WHOLLY_SECRET.has(path) ? DEFAULT_SELECTION : metadata.selection;
    return openValues(tree) === undefined && !holdsPlainValue(tree, selection);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return false;
  }
}

function holdsPlainValue(tree: Tree, selection: Selection): boolean {
  const isSelected = selects(selection);
  let found = false;
  visitLeaves(tree, (leaf, position) => {
    if (isSelected(leaf, position) && !isHidden(leaf)) found = true;
  });
  return found;
}

async function readPresent(
  { path, present, rule }: SecretVersions,
  access: Extract<SettledAccess, { kind: 'owner' }>,
): Promise<{ tree: Tree; shown: string } | undefined> {
  if (present === undefined) return undefined;
  if (!isEncrypted(path, present)) return shownAs(path, readPlain(path, present), redact(path, present, rule));
  const { text, tree, metadata } = await decrypt({ path, text: present, identities: access.key.identities });
  return shownAs(path, tree, redact(path, text, metadata));
}

/** What a rule leaves open may be a secret all the same: each is masked by its value too. */
function shownAs(path: string, tree: Tree, text: string): { tree: Tree; shown: string } {
  keepSecrets(secretsIn(path, tree));
  return { tree, shown: maskSecrets(text) };
}

/** Paths of the keys whose values differ. */
export function changedKeys(before: Tree, after: Tree): string[] {
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
