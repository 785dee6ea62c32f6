import { createHmac } from 'node:crypto';
import type { ClusterRoot } from '../../cluster/root.ts';
import { Failure, failure, type Finding } from '../../report/finding.ts';
import { Secret } from '../../report/redaction.ts';
import { decrypt, type Opened } from '../../sops/decrypt.ts';
import { encryptTree } from '../../sops/encrypt.ts';
import { formatFor } from '../../sops/formats/format.ts';
import { mergeTrees } from '../../sops/merge.ts';
import { selects } from '../../sops/selection.ts';
import { mapLeaves, type Tree, visitLeaves } from '../../sops/tree.ts';
import { textOfScalar } from '../../sops/values.ts';
import { now } from '../../system/environment.ts';
import { askGit } from '../../system/git.ts';
import { committedText } from '../../pipeline/git.ts';
import { indentIn, isWrongKey, openText, ruleOf, type Vault } from './vault.ts';

/**
 * The text of an encrypted file that git compares in its place: each encrypted value as `[secret 1a2b3c4d]`, a keyed hash of it, so that a
 * value that changed is seen to have changed and nobody learns what it is. Without a key the text is what it was.
 *
 * @param options.plain - whether values are shown
 */
export async function comparableText(
  vault: Vault,
  { path, text }: { readonly path: string; readonly text: string },
  { plain }: { readonly plain: boolean },
): Promise<Secret> {
  try {
    const opened = await openText(vault, path, text);
    if (plain)
      return await vault.keyring.try(
        async (identities) => new Secret((await decrypt({ path, text, identities })).text),
      );
    return new Secret(formatFor(path).write(await masked(vault, opened), 2));
  } catch (error) {
    // What is not encrypted, half merged or somebody else's is compared as it stands there.
    if (error instanceof Failure && (isWrongKey(error) || error.kind === 'input')) return new Secret(text);
    throw error;
  }
}

async function masked({ keyring }: Vault, { tree, metadata }: Opened): Promise<Tree> {
  const isSelected = selects(metadata.selection);
  // Nobody without the key can try values until the hash is the same one.
  const key = (await keyring.identities()).map((identity) => identity.reveal()).join();
  return mapLeaves(tree, (leaf, position) => {
    if (!isSelected(leaf, position) || leaf.kind === 'null') return leaf;
    const text = leaf.kind === 'comment' ? leaf.text : textOfScalar(leaf);
    const hash = createHmac('sha256', key)
      .update(JSON.stringify([position.path, text]))
      .digest('hex')
      .slice(0, 8);
    return leaf.kind === 'comment'
      ? { ...leaf, text: ` [secret ${hash}]` }
      : { kind: 'str', value: `[secret ${hash}]` };
  });
}

/** The versions of a file that git wants merged. */
interface Versions {
  /** Of the file in the repository. */
  readonly path: string;
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
}

/** What came of a merge of encrypted files. */
interface MergedFile {
  readonly text: string;
  /** What both sides changed in two ways, as messages name it: ours stands there. */
  readonly conflicts: readonly string[];
}

/**
 * Merges two versions of an encrypted file by what they say: decrypted in memory, merged key by key and encrypted again, with the ciphertext
 * of every value that either side has. Nothing plain is written. Where both changed one key ours stays, and the key is told.
 *
 * @throws Failure where one of them cannot be opened
 */
export async function mergeFiles(vault: Vault, { path, base, ours, theirs }: Versions): Promise<MergedFile> {
  const open = (text: string): Promise<Opened> => openText(vault, path, text);
  const mine = await open(ours);
  const others = await open(theirs);
  const before = base.trim() === '' ? undefined : await open(base);
  const { tree, conflicts } = mergeTrees(before?.tree ?? [], mine.tree, others.tree);
  const [own, other, old] = [recipientsOf(mine), recipientsOf(others), recipientsOf(before)];
  // Whoever changed who can read the file, or rotated its data key, did that for good.
  const isTheirs = own === old && (other !== old || (before !== undefined && hasKeyOf(mine, before)));
  const [kept, rest] = isTheirs ? [others, mine] : [mine, others];
  if (hasKeyOf(kept, rest)) kept.vectors.takeOver(rest.vectors);
  // One side changed who can read it, the other one rotated its data key: what has both is encrypted under a key of its own.
  const isOutdated =
    before !== undefined && hasKeyOf(kept, before) && !hasKeyOf(rest, before) && kept.metadata.others.length === 0;
  const options = { path, rule: ruleOf(kept.metadata), indent: indentIn(path, isTheirs ? theirs : ours), now: now() };
  const text = await vault.keyring.try((identities) =>
    encryptTree(tree, { ...options, identities }, isOutdated ? undefined : kept),
  );
  const named = conflicts.map((key) => (key.startsWith('the ') ? key : `\`${key}\``));
  return { text, conflicts: own === other || own === old || other === old ? named : [...named, 'its recipients'] };
}

function hasKeyOf(one: Opened, other: Opened): boolean {
  return Buffer.from(one.dataKey).equals(Buffer.from(other.dataKey));
}

function recipientsOf(opened: Opened | undefined): string {
  return JSON.stringify(opened?.metadata.age.map(({ recipient }) => recipient).sort());
}

/** What a person is told where git cannot finish a merge. */
export function conflictFinding(path: string, what: string): Finding {
  return {
    code: 'workspace/merge-conflict',
    severity: 'error',
    message: `both sides changed ${what} of ${path}: ours stands there`,
    place: { file: path },
    remedy: `see theirs (\`cluster-template secrets show ${path} --commit :3\`), set what it is to be (\`cluster-template secrets edit ${path}\`), then \`git add ${path}\``,
  };
}

/** Adds to what a merge failed for what git has made of it, and how it is done again. */
export function notMerged(path: string, { kind, findings }: Failure): Failure {
  return new Failure(kind, [
    ...findings,
    {
      code: 'workspace/merge-conflict',
      severity: 'error',
      message: `${path} was not merged: ours stands there`,
      place: { file: path },
      remedy: `mend that, then merge it again: \`git checkout --merge -- ${path}\``,
    },
  ]);
}

/** Whether a text holds anything that is encrypted: .sops.yaml and templates, which are named so as well, do not. */
export function holdsCiphertext(text: string): boolean {
  return text.includes('ENC[AES256_GCM,');
}

/**
 * Merges texts that are not encrypted line by line, as git does without a driver.
 *
 * @param files - absolute paths; ours becomes the result, with the marks of git where both changed the same lines
 * @returns whether there are none
 */
export async function mergeLines(
  root: ClusterRoot,
  { base, ours, theirs }: Readonly<Record<'base' | 'ours' | 'theirs', string>>,
): Promise<boolean> {
  const labels = ['-L', 'ours', '-L', 'base', '-L', 'theirs'];
  const { exitCode } = await askGit(root.path, ['merge-file', ...labels, ours, base, theirs]);
  // Up to 127 it is the number of conflicts.
  if (exitCode === undefined || exitCode > 127)
    throw failure('outside', {
      code: 'workspace/merge-conflict',
      message: 'git cannot merge the file line by line: ours stands there',
      remedy: 'take one side with `git checkout --ours` or `git checkout --theirs`, then `git add` it',
    });
  return exitCode === 0;
}

/** What differs between a file and its last commit, by key. */
export interface KeyDiff {
  readonly path: string;
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** How a file differs from the one in a commit, by keys alone; undefined where it says the same. */
export async function diffFile(vault: Vault, path: string, text: string, commit: string): Promise<KeyDiff | undefined> {
  const before = await committedText(vault.root, commit, path);
  const [old, fresh] = [
    before === undefined ? [] : (await openText(vault, path, before)).tree,
    (await openText(vault, path, text)).tree,
  ];
  const [was, is] = [valuesOf(old), valuesOf(fresh)];
  const added = [...is.keys()].filter((key) => !was.has(key));
  const removed = [...was.keys()].filter((key) => !is.has(key));
  const changed = [...is.keys()].filter((key) => was.has(key) && was.get(key) !== is.get(key));
  return added.length + removed.length + changed.length === 0 ? undefined : { path, added, changed, removed };
}

function valuesOf(tree: Tree): Map<string, string> {
  const values = new Map<string, string>();
  visitLeaves(tree, (leaf, { path }) => {
    if (leaf.kind === 'comment') return;
    const key = path.join('.');
    values.set(key, `${values.get(key) ?? ''}\n${leaf.kind} ${textOfScalar(leaf)}`);
  });
  return values;
}
