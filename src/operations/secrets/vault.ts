import { join } from 'node:path';
import { SECRET_KIND, secretsIn } from '../../checks/secrets.ts';
import { CREDENTIAL_FILES } from '../../cluster/credentials/read.ts';
import { variablesWithoutSecrets } from '../../cluster/config/secrets.ts';
import { type ClusterRoot, SAMPLE_RECIPIENT } from '../../cluster/root.ts';
import { readInventory, workspaceOf } from '../../pipeline/state.ts';
import { Failure, failure, type Finding } from '../../report/finding.ts';
import { keepSecrets } from '../../report/redaction.ts';
import { unmergedFindings } from '../../report/source.ts';
import { open, type Opened, readSealed } from '../../sops/decrypt.ts';
import { encryptTree } from '../../sops/encrypt.ts';
import { formatFor } from '../../sops/formats/format.ts';
import type { AgeIdentity } from '../../sops/identities.ts';
import { findKeys, keysByCommand } from '../../sops/key-sources.ts';
import type { Metadata } from '../../sops/metadata.ts';
import { isHidden, keptLeaves } from '../../sops/redact.ts';
import { indentFor, isSecretPath, parseRules, type Rule, ruleFor, type Rules } from '../../sops/rules.ts';
import type { Tree } from '../../sops/tree.ts';
import { environment, now } from '../../system/environment.ts';
import { inspect, listTree, permissions, readBytesIfPresent, readTextIfPresent } from '../../system/files.ts';
import { askGitForPaths } from '../../system/git.ts';
import { below, replaceFile } from '../../system/writing.ts';
import { recover, SECRETS_FOLDER } from '../../workspace/apply.ts';
import { readDisk } from '../../workspace/disk.ts';
import type { Inventory } from '../../workspace/inventory.ts';
import { exclusively } from '../../workspace/lock.ts';

/** A repository whose secrets are to be looked at or changed. */
export interface Vault {
  readonly root: ClusterRoot;
  /** What the last `configure` recorded; undefined in a repository that was never configured. */
  readonly inventory: Inventory | undefined;
  /** Undefined where there is no .sops.yaml. */
  readonly rules: Rules | undefined;
  readonly keyring: Keyring;
}

/** The name of the file that says how others are encrypted. */
export const RULES_FILE = '.sops.yaml';

/**
 * As `openVault`, for a command that writes: what an interrupted change of keys began is finished first, as half of it is nothing to go on
 * from.
 */
export async function openVaultToWrite(root: ClusterRoot): Promise<Vault> {
  const workspace = workspaceOf(root);
  if ((await inspect(join(root.state, SECRETS_FOLDER))) !== undefined) {
    await exclusively(workspace, new AbortController().signal, () => recover(workspace));
  }
  return await openVault(root);
}

/**
 * Reads what all commands on secrets need. No key is looked for yet.
 *
 * @throws Failure where .sops.yaml or the inventory cannot be read
 */
export async function openVault(root: ClusterRoot): Promise<Vault> {
  const [inventory, text] = await Promise.all([readInventory(root), readTextIfPresent(join(root.path, RULES_FILE))]);
  const rules = text === undefined ? undefined : parseRules(text);
  return { root, inventory, rules, keyring: new Keyring(root) };
}

/** The keys that are at hand, found when the first file is to be opened. */
class Keyring {
  readonly #root: ClusterRoot;
  #found: Promise<readonly AgeIdentity[]> | undefined;
  #asked: Promise<readonly AgeIdentity[]> | undefined;

  constructor(root: ClusterRoot) {
    this.#root = root;
  }

  /** Those that can be had without starting a program. With a folder of keys of its own only age.key in it counts. */
  identities(): Promise<readonly AgeIdentity[]> {
    this.#found ??= this.#find();
    return this.#found;
  }

  /**
   * Does work with the keys at hand; where none of them fits, once more with what SOPS_AGE_KEY_CMD prints.
   *
   * @throws what the work throws
   */
  async try<T>(work: (identities: readonly AgeIdentity[]) => Promise<T>): Promise<T> {
    const identities = await this.identities();
    try {
      return await work(this.#asked === undefined ? identities : [...identities, ...(await this.#asked)]);
    } catch (error) {
      if (!isWrongKey(error) || this.#asked !== undefined) throw error;
      this.#asked = this.#ask();
      const more = await this.#asked;
      if (more.length === 0) throw error;
      return await work([...identities, ...more]);
    }
  }

  async #find(): Promise<readonly AgeIdentity[]> {
    const { keys, path } = this.#root;
    const env = keys === path ? environment() : {};
    const found = await findKeys({ env, own: join(keys, CREDENTIAL_FILES.ageKey) });
    return found.flatMap(({ identities }) => identities);
  }

  async #ask(): Promise<readonly AgeIdentity[]> {
    const { keys, path } = this.#root;
    if (keys !== path) return [];
    const found = await keysByCommand(environment(), variablesWithoutSecrets(), path);
    return found.flatMap(({ identities }) => identities);
  }
}

/** Whether nothing but the key is what a file could not be opened for. */
export function isWrongKey(error: unknown): boolean {
  return error instanceof Failure && error.findings.every(({ code }) => code === 'sops/wrong-key');
}

/** An encrypted file that was opened. Its tree is a secret. */
export interface OpenFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly opened: Opened;
}

/**
 * Reads and decrypts a file. What it holds is kept from everything that is printed from then on.
 *
 * @throws Failure where it does not exist, is not encrypted, is half merged or damaged, or no key at hand opens it
 */
export async function openFile(vault: Vault, path: string): Promise<OpenFile> {
  const bytes = await readPresent(vault, path);
  const text = Buffer.from(bytes).toString('utf8');
  const opened = await openText(vault, path, text);
  return { path, bytes, text, opened };
}

/** As `openFile`, of a text that lies elsewhere. */
export async function openText({ keyring }: Vault, path: string, text: string): Promise<Opened> {
  const unmerged = unmergedFindings(
    path,
    text,
    'settle it with `cluster-template secrets merge`, or take one side whole',
  );
  if (unmerged.length > 0) throw new Failure('input', unmerged);
  // Before a key is looked for: what is not encrypted needs none.
  readSealed(path, text);
  const opened = await keyring.try((identities) => open({ path, text, identities }));
  keepTree(path, opened.tree);
  return opened;
}

/** Keeps the secrets of a decrypted tree from what is printed. */
export function keepTree(path: string, tree: Tree): void {
  keepSecrets(secretsIn(path, tree));
}

/** The bytes of a file that has to be there. */
export async function readPresent({ root }: Vault, path: string): Promise<Uint8Array> {
  const found = (await readDisk(workspaceOf(root), [path])).get(path);
  if (found !== undefined) return found.bytes;
  throw failure('input', {
    code: 'workspace/read',
    message: `${path} does not exist`,
    place: { file: path },
    remedy: 'list the encrypted files with `cluster-template secrets show`',
  });
}

/** How a file is encrypted by its own metadata, as a rule. */
export function ruleOf({ age, selection, macOnlyEncrypted }: Metadata): Rule {
  return { recipients: age.map(({ recipient }) => recipient), otherStores: [], selection, macOnlyEncrypted };
}

/** Encrypts a changed tree of an opened file: data key, recipients and the ciphertext of all that did not change stay. */
export async function sealChanged({ keyring, rules }: Vault, file: OpenFile, tree: Tree): Promise<string> {
  const { path, opened, text } = file;
  const rule = ruleOf(opened.metadata);
  const indent = indentIn(path, text) ?? (rules === undefined ? undefined : indentFor(rules, path));
  return await keyring.try((identities) => encryptTree(tree, { path, rule, indent, identities, now: now() }, opened));
}

/** The spaces a level that an encrypted text has, -1 for a tab; undefined where that is not to be seen. */
export function indentIn(path: string, text: string): number | undefined {
  const { name } = formatFor(path);
  if (name === 'yaml') return /^sops:\n( +)/m.exec(text)?.[1]?.length;
  if (name !== 'json' && name !== 'binary') return undefined;
  const space = /^\{\n([ \t]+)"/.exec(text)?.[1];
  return space === undefined ? undefined : space.startsWith('\t') ? -1 : space.length;
}

/** A file as it was when it was read, and what it is to say. */
export interface FileChange {
  readonly path: string;
  /** Undefined where there is none yet. */
  readonly before: Uint8Array | undefined;
  readonly text: string;
}

/**
 * Puts one file into its place in one step, while no other run writes.
 *
 * @throws Failure where somebody changed it meanwhile, another run does not end or the disk refuses
 */
export async function writeChange({ root }: Vault, change: FileChange, signal: AbortSignal): Promise<void> {
  const workspace = workspaceOf(root);
  await exclusively(workspace, signal, async (exclusive) => {
    await recover(workspace);
    await exclusive.uninterrupted(async () => {
      const present = (await readDisk(workspace, [change.path])).get(change.path);
      if (!isSame(present?.bytes, change.before)) throw changedMeanwhile(change.path);
      const mode = (await permissions(join(root.path, change.path))) ?? 0o644;
      await replaceFile(below(root.path, change.path), change.text, mode);
    });
  });
}

/** Whether bytes are the same, or both are not there. */
export function isSame(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return Buffer.compare(one, other) === 0;
}

/** What is said where a file is no longer as it was read. */
export function changedMeanwhile(path: string): Failure {
  return failure('input', {
    code: 'workspace/concurrent',
    message: `${path} was changed while the command was at work; nothing was written`,
    place: { file: path },
    remedy: 'run it again',
  });
}

/** Whether a file is no longer as it was read, and nothing else is wrong. */
export function isConcurrent(error: unknown): boolean {
  return error instanceof Failure && error.findings.every(({ code }) => code === 'workspace/concurrent');
}

/** A warning where a file is made from a template, so that the next `configure` stops at a change of it; none else. */
export function generatedFinding({ inventory }: Vault, path: string): Finding[] {
  if (inventory?.files.has(path) !== true || inventory.adopted.includes(path)) return [];
  return [
    {
      code: 'workspace/edited',
      severity: 'warning',
      message: `${path} is generated: the next \`cluster-template configure\` stops at a change that its template does not make`,
      place: { file: path },
      remedy: `change the value where it comes from (\`cluster-template explain ${path}\`), or make the file yours: \`cluster-template adopt ${path}\``,
    },
  ];
}

/** A file of the repository that is, or should be, encrypted. */
export interface Candidate {
  readonly path: string;
  readonly text: string;
  /** The rule that takes it; undefined where none does. */
  readonly rule: Rule | undefined;
}

/**
 * Every file that is encrypted or should be: those whose name says so, those that a rule with a `path_regex` takes and those that carry
 * metadata of SOPS. Files that git ignores are left out, and links, which hold nothing.
 */
export async function candidates(
  vault: Vault,
  {
    paths,
    read = readText,
  }: {
    readonly paths?: readonly string[];
    readonly read?: (vault: Vault, path: string) => Promise<string | undefined>;
  } = {},
): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const path of paths ?? (await pathsOf(vault))) {
    const rule = vault.rules === undefined ? undefined : ruleFor(vault.rules, path);
    const isWanted = isSecretPath(path) || rule?.pathRegex !== undefined;
    if (!isWanted && !MAY_BE_ENCRYPTED.test(path)) continue;
    const text = await read(vault, path);
    if (text !== undefined && (looksEncrypted(text) || (isWanted && !TEMPLATE.test(path) && isMeant(path, text, rule))))
      found.push({ path, text, rule });
  }
  return found;
}

/** How the patterns of rules mark what is to be encrypted. */
const MARKED =
  /sops|secret|vault|private|passw|token|tfvars|kubeconfig|crypted|credential|(?<![a-z])(?:enc|cred|env|age|keys?|pem)(?![a-z])/i;

/**
 * Whether a file that is not encrypted has to be: as its name says so, or the pattern of its rule does. Many rules take a whole tree of manifests,
 * so that whatever is encrypted in it finds its recipients: there a Secret has to be.
 */
function isMeant(path: string, text: string, rule: Rule | undefined): boolean {
  if (isSecretPath(path) || rule === undefined || MARKED.test(rule.pathRegex?.source ?? '')) return true;
  try {
    return (keptLeaves(formatFor(path).read(text, path)) ?? []).some(({ leaf }) => !isHidden(leaf));
  } catch (error) {
    // What cannot be read may hold a Secret all the same.
    if (error instanceof Failure) return SECRET_KIND.test(text);
    throw error;
  }
}

/** Formats that hold metadata of SOPS; of others the name has to say it. */
const MAY_BE_ENCRYPTED = /\.(?:ya?ml|json|env|ini)$/;

/** A cheap look, before a text is read as what it is. */
function looksEncrypted(text: string): boolean {
  return text.includes('ENC[AES256_GCM,') && /^[ \t]*"?(?:sops"?:|sops_|\[sops\])/m.test(text);
}

/** Where nothing of the user is looked for: sources and tests of the tool, and its rules. */
const PASSED_OVER = /^(?:tests|node_modules|dist)\/|^\.sops\.yaml$|(?:^|\/)\.git\//;

/** Templates give what is encrypted then, so that they count where they are encrypted themselves. */
const TEMPLATE = /\.(?:j2|tmpl|gotmpl|tpl)$/;

async function pathsOf({ root }: Vault): Promise<string[]> {
  const listed = await askGitForPaths(root.path, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  const paths = listed ?? (await listTree(root.path));
  return [...new Set(paths)].filter((path) => !PASSED_OVER.test(path)).sort();
}

/** The text of a file as it lies on disk; undefined where there is none, or a link. */
async function readText({ root }: Vault, path: string): Promise<string | undefined> {
  const found = await readDisk(workspaceOf(root), [path]).catch(() => undefined);
  return found === undefined ? undefined : textOrNone(found.get(path)?.bytes);
}

function textOrNone(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
}

/** The encrypted files of the repository, by path: those that a command on all of them works on. */
export async function encryptedFiles(vault: Vault): Promise<Candidate[]> {
  return (await candidates(vault)).filter(({ path, text }) => isSealed(path, text));
}

/** An encrypted file and who may read it. */
interface EncryptedFile {
  readonly path: string;
  readonly recipients: readonly string[];
  /** Whether `configure` writes it. */
  readonly generated: boolean;
  /** Whether the published key of the sample opens it. */
  readonly isOfSample: boolean;
}

/** The encrypted files of the repository with their recipients; no key is looked for. */
export async function listEncrypted(vault: Vault): Promise<EncryptedFile[]> {
  const { inventory } = vault;
  return (await encryptedFiles(vault)).map(({ path, text }) => {
    const recipients = readSealed(path, text).metadata.age.map(({ recipient }) => recipient);
    const generated = inventory?.files.has(path) === true && !inventory.adopted.includes(path);
    return { path, recipients, generated, isOfSample: recipients.includes(SAMPLE_RECIPIENT) };
  });
}

/** Whether a text is encrypted and whole as far as it can be told without a key. */
function isSealed(path: string, text: string): boolean {
  try {
    readSealed(path, text);
    return true;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}

/** Bytes of any file that the user named, wherever it lies. */
export async function readNamed(path: string, name: string): Promise<Uint8Array> {
  const bytes = await readBytesIfPresent(path);
  if (bytes !== undefined) return bytes;
  throw failure('usage', { code: 'usage/argument', message: `${name} does not exist` });
}
