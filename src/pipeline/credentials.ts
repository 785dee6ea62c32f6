import { join } from 'node:path';
import { isSecretPath } from '../sops/rules.ts';
import {
  cloudflareTunnelSecret,
  CREDENTIAL_FILES,
  type CredentialFile,
  parseTunnel,
} from '../cluster/credentials/read.ts';
import {
  afterRotation,
  credentialOf,
  otherCredential,
  TREE_CREDENTIALS,
  type CredentialName,
  type TreeCredential,
  type TreePlace,
} from '../cluster/credentials/tree.ts';
import type { ReadCredential } from '../cluster/extension.ts';
import type { ClusterRoot } from '../cluster/root.ts';
import type { RenderedFile } from '../makejinja/render.ts';
import { Failure, type Finding } from '../report/finding.ts';
import { keepSecrets } from '../report/redaction.ts';
import { isTelling, type KnownSecret } from '../report/secret-search.ts';
import { decrypt } from '../sops/decrypt.ts';
import { readPlain } from '../sops/encrypt.ts';
import { generateIdentity } from '../sops/identities.ts';
import { type Tree, visitLeaves } from '../sops/tree.ts';
import { environment } from '../system/environment.ts';
import { readTextSyncIfPresent } from '../system/files.ts';
import { readDisk } from '../workspace/disk.ts';
import type { Inventory } from '../workspace/inventory.ts';
import type { OwnerAccess, SettledAccess } from './access.ts';
import { versionsOf } from './git.ts';
import { workspaceOf } from './state.ts';

/** The credential files as templates ask for them, and all secrets that templates could come by without the configuration. */
export interface CredentialSource {
  readonly read: ReadCredential;
  /** Those of every credential file, whether a template asked for it or not, and of the environment. */
  readonly secrets: () => readonly KnownSecret[];
  /** What they have seen of each credential that the tree holds, stand-ins among it. */
  readonly printed: () => ReadonlyMap<CredentialName, string>;
  /** The credentials that were asked for and are not here; a stand-in that is nobody's took the place of each. */
  readonly absent: () => readonly TreeCredential[];
}

/**
 * Reads credential files from the folder of keys. Stand-ins take the place of files that are not there: whoever renders what is
 * to be written has to ask for them afterwards. Without the owner's key there is no need to, as what holds them is not compared.
 *
 * @param given - texts that go before those of the folder, by the names of their files
 */
export function credentialSource(
  root: ClusterRoot,
  access: SettledAccess,
  given: ReadonlyMap<string, string> = new Map(),
): CredentialSource {
  const texts = new Map<string, string>();
  const absent = new Set<TreeCredential>();
  const known = localSecrets(root);
  if (access.kind === 'owner') {
    known.push(...access.key.identities.map((one) => ageSecret(CREDENTIAL_FILES.ageKey, one.reveal())));
  }
  keepSecrets(known);
  const standIn = (file: string, kind: CredentialFile): string | undefined => {
    const credential = credentialOf(kind);
    if (access.kind === 'none') return credential?.make() ?? ageKeyStandIn(access.recipient);
    if (credential === undefined || file !== kind) return undefined;
    absent.add(credential);
    return credential.make();
  };
  return {
    read(file, kind) {
      const isOwn = file === CREDENTIAL_FILES.ageKey && access.kind === 'owner';
      const text =
        texts.get(file) ??
        given.get(file) ??
        (isOwn ? ageKeyText(access) : readTextSyncIfPresent(join(root.keys, file))) ??
        standIn(file, kind);
      if (text !== undefined && !texts.has(file)) {
        texts.set(file, text);
        keepSecrets(secretsOf(file, text));
      }
      return text;
    },
    secrets: () => [...known, ...[...texts].flatMap(([file, text]) => secretsOf(file, text))],
    printed: () =>
      new Map(
        TREE_CREDENTIALS.flatMap(({ name, file, printed }) => {
          const text = texts.get(file);
          return text === undefined ? [] : [[name, printed(text)] as const];
        }),
      ),
    absent: () => [...absent],
  };
}

function ageKeyText({ key }: OwnerAccess): string {
  return `# public key: ${key.recipient}\n${key.identities[0]?.reveal() ?? ''}\n`;
}

function ageKeyStandIn(recipient: string): string {
  return `# public key: ${recipient}\n${generateIdentity().reveal()}\n`;
}

/** What lies in the local files of keys and tokens, and in the environment: texts that must stand nowhere else. */
export function localSecrets(root: ClusterRoot): KnownSecret[] {
  const { ageKey, deployKey, pushToken, tunnel } = CREDENTIAL_FILES;
  const ofFiles = [ageKey, deployKey, pushToken, tunnel].flatMap((file) => {
    const text = readTextSyncIfPresent(join(root.keys, file));
    return text === undefined ? [] : secretsOf(file, text);
  });
  return [...ofFiles, ...environmentSecrets(environment())];
}

/** A file may hold more than its secret: public halves may stand anywhere. */
function secretsOf(file: string, text: string): KnownSecret[] {
  const identities = text.match(/^AGE-SECRET-KEY-\S+/gm);
  if (identities !== null) return identities.map((value) => ageSecret(file, value));
  const values = file === CREDENTIAL_FILES.tunnel ? tunnelSecrets(text) : undefined;
  if (values !== undefined) return values.map((value) => ({ name: `the secret of ${file}`, value }));
  return [{ name: `the content of ${file}`, value: text.trim() }];
}

/** Undefined for a file that holds no tunnel, which is told by whoever needs one. */
function tunnelSecrets(text: string): string[] | undefined {
  try {
    const tunnel = parseTunnel(text);
    return [tunnel.tunnelSecret, cloudflareTunnelSecret(tunnel)];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return undefined;
  }
}

function ageSecret(file: string, value: string): KnownSecret {
  return { name: `the private key of ${file}`, value };
}

/** Templates see the environment: a variable whose name says so holds a secret, unless it holds the path or the address of one. */
function environmentSecrets(env: Readonly<Record<string, string | undefined>>): KnownSecret[] {
  const names = Object.keys(env).filter((name) => SECRET_NAME.test(name));
  return names.flatMap((name) => {
    const value = env[name];
    if (value === undefined || !isTelling(value) || /^[.~]?\/|:\/\//.test(value)) return [];
    return [{ name: `the environment variable ${name}`, value: value.trim() }];
  });
}

const SECRET_NAME = /(?:TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY)$/i;

/** A credential as the tree holds it. */
export interface HeldCredential extends TreePlace {
  readonly credential: TreeCredential;
  /** What stands in the tree: a secret. */
  readonly printed: string;
  /** What else stands there: in a merge that is not finished the sides may differ. */
  readonly others: readonly string[];
}

/** What the encrypted files of the tree say of the credentials. */
export interface HeldCredentials {
  readonly held: readonly HeldCredential[];
  /** Why a file that should hold one could not be read. */
  readonly unreadable: readonly Finding[];
}

/**
 * Finds the credentials that the tree holds. Where in the tree each of them stands follows from what is rendered: the value at
 * the same place of the file on disk is the tree's. So a template of the user's own may put it wherever it likes.
 *
 * @param among - the rendered files to look at, in plain text
 * @param rendered - all of them
 * @param printed - what stands for each credential in them
 */
export async function heldCredentials(
  tree: { readonly root: ClusterRoot; readonly inventory: Inventory | undefined; readonly access: SettledAccess },
  among: readonly RenderedFile[],
  rendered: readonly RenderedFile[],
  printed: ReadonlyMap<CredentialName, string>,
): Promise<HeldCredentials> {
  if (tree.access.kind === 'none' || tree.access.takesOver) return { held: [], unreadable: [] };
  const spots = among.filter(({ path }) => isSecretPath(path)).flatMap((file) => spotsIn(file, printed));
  const wanted = new Set(rendered.map(({ path }) => path));
  // A file may have been rendered to another path before: what stood at the same keys there is the same value.
  const former = [...(tree.inventory?.files.keys() ?? [])].filter((path) => isSecretPath(path) && !wanted.has(path));
  const opened = new OpenedFiles(tree, tree.access);
  const held: HeldCredential[] = [];
  for (const spot of spots) {
    for (const path of [spot.path, ...former]) {
      const values = await opened.valuesAt(path, spot);
      const [value, ...others] = values.filter((one) => spot.credential.fileText(one) !== undefined);
      if (value === undefined) continue;
      held.push({ credential: spot.credential, path, key: spot.keys.join('.'), printed: value, others });
      break;
    }
  }
  return { held: onePerCredential(held), unreadable: opened.failures };
}

/** The findings about credentials that the tree holds and that others would take the place of. */
export function otherCredentials(
  held: readonly HeldCredential[],
  printed: ReadonlyMap<CredentialName, string>,
): Finding[] {
  return held
    .filter(({ credential, printed: value }) => !credential.isPlaceholder(value))
    .filter((one) => !isSame(one, printed.get(one.credential.name)))
    .map((one) => otherCredential(one.credential, one));
}

/** Says that what lies here was not compared with the tree, as something else is wrong. */
export function notCompared(): Finding {
  return {
    code: 'secrets/not-checked',
    severity: 'note',
    message:
      'the keys and tokens here were not compared with those of the tree: the configuration or a file has errors',
    remedy: 'run `cluster-template validate`, then `cluster-template init` again',
  };
}

/** Whether a text prints what the tree holds, however it is written. */
function isSame({ credential, printed, others }: HeldCredential, other: string | undefined): boolean {
  const text = other === undefined ? undefined : credential.fileText(other);
  return other === undefined || [printed, ...others].some((one) => credential.fileText(one) === text);
}

/** The finding where both sides of a merge hold another credential: only a person knows which one it is to be. */
export function undecided({ credential: { file, label }, path }: HeldCredential): Finding {
  return {
    code: 'workspace/merge-conflict',
    severity: 'error',
    message: `${file} does not exist, and the two sides of the merge in ${path} differ in ${label}`,
    place: { file: path },
    remedy: `take one side first: \`git checkout --ours ${path}\` or \`git checkout --theirs ${path}\``,
  };
}

/** Credentials of the tree that are replaced on purpose. */
export interface Rotation {
  /** What their files are to hold, by file. */
  readonly texts: ReadonlyMap<CredentialFile, string>;
  /** What has to be done elsewhere afterwards. */
  readonly findings: readonly Finding[];
}

/** Nothing is replaced. */
export const NO_ROTATION: Rotation = { texts: new Map(), findings: [] };

/**
 * The texts that are to take the place of credentials which the tree holds: the local file where it holds another one already, a
 * new one otherwise. Nothing is written.
 *
 * @throws Failure of kind `usage` where the tree holds no such credential, or a new one cannot be made here
 */
export function rotate(
  root: ClusterRoot,
  credentials: readonly TreeCredential[],
  { held, unreadable }: HeldCredentials,
): Rotation {
  const texts = new Map<CredentialFile, string>();
  const findings: Finding[] = [];
  for (const credential of credentials) {
    const one = held.find((other) => other.credential === credential);
    if (one === undefined) throw new Failure('usage', [...unreadable, notHeld(credential)]);
    const local = readTextSyncIfPresent(join(root.keys, credential.file));
    const isOther = local !== undefined && !isSame(one, credential.printed(local));
    if (!isOther && !credential.isMadeHere) throw new Failure('usage', [notMadeHere(credential)]);
    texts.set(credential.file, isOther ? local : credential.make());
    findings.push(afterRotation(credential, one));
  }
  return { texts, findings };
}

function notHeld({ label, file }: TreeCredential): Finding {
  return {
    code: 'usage/argument',
    severity: 'error',
    message: `the tree does not hold ${label}, so there is nothing to replace`,
    remedy: `without --rotate \`cluster-template configure\` takes what lies in ${file} where a template asks for it`,
  };
}

function notMadeHere({ label, file, name }: TreeCredential): Finding {
  return {
    code: 'usage/argument',
    severity: 'error',
    message: `${label} cannot be made here, and ${file} holds none but what the tree has already`,
    remedy: `move ${file} away, \`cloudflared tunnel create --credentials-file ${file} NAME\`, then \`cluster-template configure --rotate ${name}\` again`,
  };
}

/** Where a credential stands in a rendered file. */
interface Spot {
  readonly credential: TreeCredential;
  readonly path: string;
  readonly keys: readonly string[];
  /** Which of the values under the same keys, as those of a list and of several documents are. */
  readonly index: number;
  readonly isBase64: boolean;
  /** What stands around it in the same value. */
  readonly before: string;
  readonly after: string;
}

/** Shorter texts are only looked for as whole values: they would be found by chance. */
const SHORTEST_PART = 16;

function spotsIn({ path, bytes }: RenderedFile, printed: ReadonlyMap<CredentialName, string>): Spot[] {
  const wanted = TREE_CREDENTIALS.flatMap((credential) => {
    const text = printed.get(credential.name);
    if (text === undefined) return [];
    const encoded = Buffer.from(text, 'utf8').toString('base64');
    const withBreak = Buffer.from(`${text}\n`, 'utf8').toString('base64');
    return [
      { credential, form: text, isBase64: false },
      { credential, form: encoded, isBase64: true },
      { credential, form: withBreak, isBase64: true },
    ];
  });
  const text = bytes.toString('utf8');
  if (!wanted.some(({ form }) => text.includes(form.split('\n', 1)[0] ?? form))) return [];
  return leavesOf(readPlain(path, text)).flatMap(({ keys, index, value }) =>
    wanted.flatMap(({ credential, form, isBase64 }): Spot[] => {
      const start = form.length < SHORTEST_PART && value.trim() !== form ? -1 : value.indexOf(form);
      if (start === -1) return [];
      const around = { before: value.slice(0, start), after: value.slice(start + form.length) };
      return [{ credential, path, keys, index, isBase64, ...around }];
    }),
  );
}

interface TextLeaf {
  readonly keys: readonly string[];
  readonly index: number;
  readonly value: string;
}

function leavesOf(tree: Tree): TextLeaf[] {
  const leaves: TextLeaf[] = [];
  const counts = new Map<string, number>();
  visitLeaves(tree, (leaf, { path }) => {
    if (leaf.kind !== 'str') return;
    const key = JSON.stringify(path);
    const index = counts.get(key) ?? 0;
    counts.set(key, index + 1);
    leaves.push({ keys: path, index, value: leaf.value });
  });
  return leaves;
}

/** The encrypted files of the tree, each opened once. */
class OpenedFiles {
  readonly failures: Finding[] = [];
  readonly #tree: { readonly root: ClusterRoot };
  readonly #access: OwnerAccess;
  readonly #leaves = new Map<string, readonly (readonly TextLeaf[])[]>();

  constructor(tree: { readonly root: ClusterRoot }, access: OwnerAccess) {
    this.#tree = tree;
    this.#access = access;
  }

  /** What stands at a spot in a file, without what stands around it: in most files one value, or none. */
  async valuesAt(path: string, spot: Spot): Promise<readonly string[]> {
    const values = (await this.#open(path)).flatMap((leaves) => valueAt(leaves, spot) ?? []);
    return [...new Set(values)];
  }

  async #open(path: string): Promise<readonly (readonly TextLeaf[])[]> {
    const known = this.#leaves.get(path);
    if (known !== undefined) return known;
    const leaves = await this.#read(path);
    this.#leaves.set(path, leaves);
    return leaves;
  }

  /** The values of each version of the file that can be opened. */
  async #read(path: string): Promise<TextLeaf[][]> {
    const file = (await readDisk(workspaceOf(this.#tree.root), [path])).get(path);
    if (file === undefined) return [];
    const versions = await versionsOf(this.#tree.root, path, Buffer.from(file.bytes).toString('utf8'));
    const opened = await Promise.all(versions.map((text) => this.#decrypt(path, text)));
    const failures = opened.flatMap((one) => (one instanceof Failure ? one.findings : []));
    const leaves = opened.flatMap((one) => (one instanceof Failure ? [] : [one]));
    if (leaves.length === 0) this.failures.push(...failures);
    return leaves;
  }

  async #decrypt(path: string, text: string): Promise<TextLeaf[] | Failure> {
    try {
      return leavesOf((await decrypt({ path, text, identities: this.#access.key.identities })).tree);
    } catch (error) {
      if (error instanceof Failure) return error;
      throw error;
    }
  }
}

function valueAt(leaves: readonly TextLeaf[], { keys, index, isBase64, before, after }: Spot): string | undefined {
  const key = JSON.stringify(keys);
  const leaf = leaves.find((one) => one.index === index && JSON.stringify(one.keys) === key);
  if (leaf === undefined) return undefined;
  const text = leaf.value.trim();
  const [start, end] = [before.trimStart(), after.trimEnd()];
  if (text.length < start.length + end.length || !text.startsWith(start) || !text.endsWith(end)) return undefined;
  const value = text.slice(start.length, text.length - end.length);
  return (isBase64 ? Buffer.from(value, 'base64').toString('utf8') : value).trim();
}

function onePerCredential(held: readonly HeldCredential[]): HeldCredential[] {
  return held.filter(({ credential }, index) => held.findIndex((one) => one.credential === credential) === index);
}
