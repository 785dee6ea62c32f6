import { basename, dirname, extname, join, relative } from 'node:path';
import { describeOpen, openValues } from '../../checks/secrets.ts';
import { SECRET_FIELDS } from '../../cluster/config/schemas.ts';
import { COMPANION_FILE, OUTPUT_ROOTS } from '../../cluster/root.ts';
import { Failure, failure, type Finding } from '../../report/finding.ts';
import { keepSecrets, Secret } from '../../report/redaction.ts';
import { decrypt } from '../../sops/decrypt.ts';
import { encryptTree, readPlain } from '../../sops/encrypt.ts';
import { formatFor } from '../../sops/formats/format.ts';
import { hideSelected, redact } from '../../sops/redact.ts';
import { indentFor, requireRule, type Rule, ruleFor } from '../../sops/rules.ts';
import { DEFAULT_SELECTION, selects } from '../../sops/selection.ts';
import { type Branch, sameTree, type Tree, type Value, visitLeaves } from '../../sops/tree.ts';
import {
  lineOfKey,
  scalarLike,
  textOfScalar,
  type UnfitValue,
  unfitValues,
  valueAtPath,
  withValue,
} from '../../sops/values.ts';
import { now } from '../../system/environment.ts';
import { inspect, inspectTarget, readBytesIfPresent } from '../../system/files.ts';
import { askGit } from '../../system/git.ts';
import { below, makeMemoryFolder, type MemoryFolder, removeTree, replaceFile } from '../../system/writing.ts';
import { keepBackup, readDisk } from '../../workspace/disk.ts';
import { requireForm } from '../../pipeline/companion.ts';
import { committedText } from '../../pipeline/git.ts';
import { workspaceOf } from '../../pipeline/state.ts';
import { formatPath, type Path } from '../../text/values.ts';
import { mergeFiles } from './git.ts';
import {
  type FileChange,
  generatedFinding,
  isConcurrent,
  isSame,
  keepTree,
  openFile,
  type OpenFile,
  openText,
  RULES_FILE,
  sealChanged,
  type Vault,
  writeChange,
} from './vault.ts';

/** What a decrypted file, or a value of it, says. */
interface Shown {
  readonly path: string;
  /** Where in the file; undefined for the whole of it. */
  readonly key: string | undefined;
  readonly content: Secret<Uint8Array>;
}

/**
 * Decrypts a file in memory.
 *
 * @param at - the value that is wanted, or what lies below it; everything where it is not given
 * @param options.masked - whether every value that is encrypted is replaced by `[secret]`
 * @param options.decode - whether a value below `data` is taken out of its base64
 * @param options.commit - whose file it is, in git's words: `:3` is the other side of a merge that goes on
 */
export async function show(
  vault: Vault,
  path: string,
  at: Path | undefined,
  options: { readonly masked?: boolean; readonly decode?: boolean; readonly commit?: string } = {},
): Promise<Shown> {
  const file = options.commit === undefined ? await openFile(vault, path) : await openAt(vault, path, options.commit);
  const { text, bytes } = await vault.keyring.try((identities) => decrypt({ path, text: file.text, identities }));
  if (options.masked === true) {
    const masked = redact(path, text, file.opened.metadata);
    return { path, key: undefined, content: new Secret(Buffer.from(masked, 'utf8')) };
  }
  if (at === undefined) return { path, key: undefined, content: new Secret(bytes) };
  const value = valueAtPath(file.opened.tree, at);
  if (value === undefined) throw noValue(path, at, file.opened.tree);
  return { path, key: formatPath(at), content: new Secret(contentOf(path, at, value, options.decode === true)) };
}

async function openAt(vault: Vault, path: string, commit: string): Promise<OpenFile> {
  const text = await committedText(vault.root, commit, path);
  if (text === undefined)
    throw failure('usage', {
      code: 'usage/argument',
      message: `git has no ${path} in ${JSON.stringify(commit)}`,
      place: { file: path },
      remedy: 'name a commit that has the file, as HEAD; :2 and :3 are the sides of a merge that is not finished',
    });
  return { path, text, bytes: Buffer.from(text, 'utf8'), opened: await openText(vault, path, text) };
}

function contentOf(path: string, at: Path, value: Value, decode: boolean): Uint8Array {
  if (value.kind === 'map' || value.kind === 'list') {
    const branch: Branch =
      value.kind === 'map' ? value : { kind: 'map', items: [{ kind: 'entry', key: String(at.at(-1)), value }] };
    const { name } = formatFor(path);
    return Buffer.from(formatFor(name === 'json' ? 'a.json' : 'a.yaml').write([branch], 2), 'utf8');
  }
  if (value.kind === 'bytes') return Buffer.from(value.value, 'base64');
  return decode ? Buffer.from(textOfScalar(value), 'base64') : Buffer.from(textOfScalar(value), 'utf8');
}

function noValue(path: string, at: Path, tree: Tree): Failure {
  const keys = new Set<string>();
  visitLeaves(tree, (leaf, position) => {
    if (leaf.kind !== 'comment') keys.add(position.path.join('.'));
  });
  const some = [...keys].slice(0, 8).join(', ');
  return failure('usage', {
    code: 'usage/argument',
    message: `${path} has nothing at ${formatPath(at)}`,
    remedy: keys.size === 0 ? 'it holds no value' : `it has ${some}${keys.size > 8 ? ' and more' : ''}`,
  });
}

/** What became of a file. */
export interface Changed {
  readonly path: string;
  readonly outcome: 'created' | 'changed' | 'unchanged';
  /** Keys whose values changed. */
  readonly keys: readonly string[];
  readonly findings: readonly Finding[];
}

/** What a value is written with. */
interface SetOptions {
  /** Whether a blank value or a placeholder is taken as it is. */
  readonly asIs?: boolean;
  /** Whether a value below `data` of a Secret is written as it is, rather than in base64. */
  readonly raw?: boolean;
  readonly signal: AbortSignal;
}

/**
 * Sets one value of an encrypted file. Comments, order and the ciphertext of every other value stay.
 *
 * @throws Failure where the file cannot be opened, the value is none or the path leads nowhere; nothing is written then
 */
export async function setValue(
  vault: Vault,
  { path, at }: { readonly path: string; readonly at: Path },
  value: Secret,
  options: SetOptions,
): Promise<Changed & { readonly encoded: boolean }> {
  keepSecrets([{ name: `a value of ${path}`, value: value.reveal() }]);
  return await onceMore(() => setOnce(vault, { path, at }, value, options));
}

/** Does work that reads a file and writes it; anew where somebody changed the file in between, as what was typed counts for that one, too. */
async function onceMore<T>(work: () => Promise<T>): Promise<T> {
  for (let left = 3; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      if (left === 0 || !isConcurrent(error)) throw error;
    }
  }
}

async function setOnce(
  vault: Vault,
  { path, at }: { readonly path: string; readonly at: Path },
  value: Secret,
  options: SetOptions,
): Promise<Changed & { readonly encoded: boolean }> {
  const file = await openFile(vault, path);
  const { tree } = file.opened;
  const encoded = options.raw !== true && isDataOfSecret(tree, at);
  const text = encoded ? Buffer.from(value.reveal(), 'utf8').toString('base64') : value.reveal();
  const before = valueAtPath(tree, at);
  const scalar = encoded ? ({ kind: 'str', value: text } as const) : scalarLike(text, before);
  const plain: Tree = [
    { kind: 'map', items: [{ kind: 'entry', key: 'value', value: { kind: 'str', value: value.reveal() } }] },
  ];
  const unfit = options.asIs === true ? [] : unfitValues(plain, DEFAULT_SELECTION);
  if (unfit.length > 0)
    throw new Failure(
      'input',
      unfit.map((one) => unfitFinding(path, { ...one, path: at.map(String) })),
    );
  const field = formatPath(at);
  const companion = relative(vault.root.path, join(dirname(vault.root.clusterFile), COMPANION_FILE));
  if (options.asIs !== true && path === companion && SECRET_FIELDS.includes(field)) requireForm(field, value.reveal());
  const next = withValue(tree, at, scalar);
  refuseOpen(path, file, next, at);
  const findings = generatedFinding(vault, path);
  if (sameTree(tree, next)) return { path, outcome: 'unchanged', keys: [], findings, encoded };
  await writeChange(vault, { path, before: file.bytes, text: await sealChanged(vault, file, next) }, options.signal);
  return { path, outcome: 'changed', keys: [formatPath(at)], findings, encoded };
}

function isDataOfSecret(tree: Tree, at: Path): boolean {
  const [first, ...rest] = at;
  const path = typeof first === 'number' ? rest : at;
  const document =
    typeof first === 'number'
      ? tree[first]
      : (tree.find((branch) => valueAtPath([branch], at) !== undefined) ?? tree[0]);
  const kind = document === undefined ? undefined : valueAtPath([document], ['kind']);
  return path[0] === 'data' && path.length === 2 && kind?.kind === 'str' && kind.value === 'Secret';
}

/** Throws where the value that was set would stay in plain text, as the file's own rule does not take its key. */
function refuseOpen(path: string, { opened }: OpenFile, next: Tree, at: Path): void {
  const isSelected = selects(opened.metadata.selection);
  const keys = at.filter((step): step is string => typeof step === 'string');
  const open: string[] = [];
  visitLeaves(next, (leaf, position) => {
    if (leaf.kind === 'comment' || isSelected(leaf, position) || position.path.length !== keys.length) return;
    if (keys.every((key, index) => position.path[index] === key)) open.push(formatPath(at));
  });
  if (open.length === 0) return;
  const { by, pattern } = opened.metadata.selection;
  throw failure('input', {
    code: 'secrets/plain-text',
    message: `\`${formatPath(at)}\` of ${path} would stay in plain text: the file is encrypted by ${by} ${pattern}`,
    place: { file: path },
    remedy: 'set a value below `stringData`; what is no secret is edited with `cluster-template secrets edit`',
  });
}

/** The error about a value that nobody can mean to encrypt. */
function unfitFinding(file: string, { path, why }: UnfitValue, line?: number): Finding {
  return {
    code: 'secrets/unfit-value',
    severity: 'error',
    message: `\`${path.join('.')}\` ${why}, and nothing was encrypted`,
    place: { file, ...(line === undefined ? {} : { line }) },
    remedy: 'enter the value; --as-is takes it as it is',
  };
}

/** Those of the unfit values of a new tree that were not there before. */
function newUnfit(before: Tree, after: Tree, rule: Pick<Rule, 'selection'>): UnfitValue[] {
  const known = new Set(unfitValues(before, rule.selection).map((one) => JSON.stringify(one)));
  return unfitValues(after, rule.selection).filter((one) => !known.has(JSON.stringify(one)));
}

/** How files are encrypted or decrypted. */
interface CipherOptions {
  /** Absolute path of the result; the file itself where it is not given. */
  readonly output?: string;
  /** Whether what lies at the output is replaced, and plain text may be written where git would see it. */
  readonly force?: boolean;
  readonly asIs?: boolean;
  readonly signal: AbortSignal;
}

/** A plain file that is to be encrypted. */
export interface PlainFile {
  readonly plain: Uint8Array;
  /** Of the result, relative to the root: its rule is the one that counts. */
  readonly path: string;
  /** The file that holds the plain text, relative to the root; undefined for one that lies elsewhere. */
  readonly source: string | undefined;
}

/**
 * Encrypts plain files by the rules of .sops.yaml. Nothing is written before all of them are encrypted.
 *
 * @throws Failure where one of them cannot be encrypted, or would stay in plain text
 */
export async function encryptFiles(
  vault: Vault,
  files: readonly PlainFile[],
  options: CipherOptions,
): Promise<Changed[]> {
  const changes: FileChange[] = [];
  for (const file of files) changes.push(await encryptedChange(vault, file, options));
  for (const change of changes) await writeChange(vault, change, options.signal);
  return changes.map(({ path, before }) => ({
    path,
    outcome: before === undefined ? 'created' : 'changed',
    keys: [],
    findings: generatedFinding(vault, path),
  }));
}

async function encryptedChange(
  vault: Vault,
  { plain, path, source }: PlainFile,
  { asIs, force }: CipherOptions,
): Promise<FileChange> {
  const rule = ruleOfNew(vault, path);
  const tree = readPlain(path, plain);
  keepTree(path, tree);
  const text = Buffer.from(plain).toString('utf8');
  const unfit = asIs === true ? [] : unfitValues(tree, rule.selection);
  const wrong = [
    ...unfit.map((one) => unfitFinding(source ?? path, one, lineOfKey(text, one.path))),
    ...openFinding(path, tree, rule),
  ];
  if (wrong.length > 0) throw new Failure('input', wrong);
  const before = (await readDisk(workspaceOf(vault.root), [path])).get(path)?.bytes;
  if (before !== undefined && source !== path && force !== true) throw taken(path);
  return { path, before, text: await encryptNew(vault, path, rule, tree) };
}

async function encryptNew({ rules, keyring }: Vault, path: string, rule: Rule, tree: Tree): Promise<string> {
  const indent = rules === undefined ? undefined : indentFor(rules, path);
  // Whoever has no key may encrypt; where he has one it has to open the result.
  return await keyring.try((identities) => encryptTree(tree, { path, rule, indent, identities, now: now() }));
}

function ruleOfNew({ rules }: Vault, path: string): Rule {
  if (rules !== undefined) {
    try {
      return requireRule(rules, path);
    } catch (error) {
      const ending = extname(path);
      const named = `${path.slice(0, path.length - ending.length)}.sops${ending}`;
      const isUnnamed =
        error instanceof Failure && error.findings[0]?.code === 'sops/no-rule' && !path.includes('.sops.');
      if (!isUnnamed || ruleFor(rules, named) === undefined) throw error;
      throw failure('input', {
        code: 'sops/no-rule',
        message: `no creation rule in ${RULES_FILE} matches ${path}, so it cannot be encrypted`,
        place: { file: path },
        remedy: `\`cluster-template secrets encrypt ${path} --output ${named}\` gives it a name that rules take`,
      });
    }
  }
  throw failure('input', {
    code: 'sops/rules',
    message: `there is no ${RULES_FILE}, so nobody knows to whom ${path} is to be encrypted`,
    place: { file: RULES_FILE },
    remedy: 'run `cluster-template configure`, which makes it, or write one',
  });
}

function taken(path: string): Failure {
  return failure('input', {
    code: 'workspace/foreign',
    message: `${path} is there already, and nothing was written`,
    place: { file: path },
    remedy: 'give another name to --output, or --force to replace it',
  });
}

/**
 * Writes the plain text of an encrypted file, for its owner alone.
 *
 * @throws Failure where git would see the plain text, it would lie among generated files, or something lies there already, unless that
 *   is forced
 */
export async function decryptFile(
  vault: Vault,
  path: string,
  { output, force }: Required<Pick<CipherOptions, 'output'>> & Pick<CipherOptions, 'force'>,
): Promise<void> {
  const { content } = await show(vault, path, undefined);
  await writePlain({ output, root: vault.root.path }, content.reveal(), force === true);
}

/**
 * Writes plain text for its owner alone.
 *
 * @param root - the repository, below whose output folders none is written; undefined outside of any
 * @throws Failure as `decryptFile` does
 */
export async function writePlain(
  { output, root }: { readonly output: string; readonly root: string | undefined },
  content: Uint8Array,
  force: boolean,
): Promise<void> {
  const near = relative(root ?? output, output).replaceAll('\\', '/');
  const isOutputRoot = OUTPUT_ROOTS.some((one) => near === one || near.startsWith(`${one}/`));
  const present = await inspect(output);
  if (present !== undefined && present.kind !== 'file') throw notAFile(output);
  if (!force) {
    if (isOutputRoot) throw plainPlace(output, 'lies among the files that Flux and git take');
    if (await wouldBeTracked(output)) throw plainPlace(output, 'is a file that git would take into the next commit');
    if (present !== undefined) throw taken(output);
  }
  await replaceFile(below(dirname(output), basename(output)), content, 0o600);
}

function notAFile(path: string): Failure {
  const message = `${path} is no file, and nothing was written`;
  return failure('usage', { code: 'usage/argument', message });
}

function plainPlace(path: string, why: string): Failure {
  return failure('input', {
    code: 'secrets/plain-text',
    message: `${path} ${why}: the plain text was not written`,
    remedy:
      'look at it with `cluster-template secrets show`, change it with `cluster-template secrets edit`, or name a file that git ignores; --force writes it all the same',
  });
}

/** Whether a file lies in a work tree of git and is not ignored. */
async function wouldBeTracked(path: string): Promise<boolean> {
  const folder = await nearestFolder(dirname(path));
  const { exitCode, stdout } = await askGit(folder, ['rev-parse', '--is-inside-work-tree']);
  if (exitCode !== 0 || stdout.trim() !== 'true') return false;
  const tracked = await askGit(folder, ['ls-files', '--error-unmatch', '--', path]);
  if (tracked.exitCode === 0) return true;
  const ignored = await askGit(folder, ['check-ignore', '--quiet', '--', path]);
  return ignored.exitCode !== 0;
}

async function nearestFolder(path: string): Promise<string> {
  const found = await inspectTarget(path);
  return found?.kind === 'folder' || dirname(path) === path ? path : await nearestFolder(dirname(path));
}

/** Who talks to the person while a file is edited. */
export interface Editor {
  /**
   * Opens a file and waits until it is closed.
   *
   * @returns the exit code; undefined where a signal ended it
   */
  readonly open: (file: string, folder: string) => Promise<number | undefined>;
  /** Tells what is wrong with what came back; whether it is to be opened again. */
  readonly again: (findings: readonly Finding[]) => Promise<boolean>;
  /** Tells something before the editor opens. */
  readonly tell: (findings: readonly Finding[]) => void;
  /** Aborted where the process is to end. */
  readonly signal: AbortSignal;
}

/**
 * Has a person edit the plain text of a file, which lies in a folder of its own for as long as that takes: in memory where the system has
 * such a place, readable by its owner alone, and gone whatever happens. What comes back is checked before it is encrypted.
 *
 * @param options.asIs - whether blank values and placeholders are taken as they are
 * @throws Failure where the file cannot be opened, the editor fails, or what came back is wrong and is not to be mended; nothing is written
 *   then
 */
export async function editFile(
  vault: Vault,
  path: string,
  editor: Editor,
  options: { readonly asIs?: boolean } = {},
): Promise<Changed> {
  const present = (await readDisk(workspaceOf(vault.root), [path])).get(path);
  const file = present === undefined ? undefined : await openFile(vault, path);
  const findings = generatedFinding(vault, path);
  editor.tell(findings);
  const asIs = options.asIs === true;
  return await inPrivate(editor, async (folder) => {
    if (!folder.isMemory) editor.tell([onDisk(folder.path)]);
    const result =
      file === undefined
        ? await editNew(vault, path, { editor, folder, asIs })
        : await editOpened(vault, file, { editor, folder, asIs });
    return { path, ...result, findings: [...findings, ...(result.findings ?? [])] };
  });
}

/** Where a file is edited. */
interface Desk {
  readonly editor: Editor;
  readonly folder: MemoryFolder;
  readonly asIs: boolean;
}

type Edited = Pick<Changed, 'outcome' | 'keys'> & { readonly findings?: readonly Finding[] };

async function editNew(vault: Vault, path: string, desk: Desk): Promise<Edited> {
  const rule = ruleOfNew(vault, path);
  const tree = await typed(path, skeleton(path), { ...desk, old: [], selection: rule });
  if (tree === undefined) return { outcome: 'unchanged', keys: [] };
  const text = await encryptNew(vault, path, rule, tree);
  await kept(vault, { path, text }, desk, () =>
    writeChange(vault, { path, before: undefined, text }, desk.editor.signal),
  );
  return { outcome: 'created', keys: [] };
}

async function editOpened(vault: Vault, file: OpenFile, desk: Desk): Promise<Edited> {
  const { path, opened } = file;
  const tree = await typed(path, await plainOf(vault, file), {
    ...desk,
    old: opened.tree,
    selection: opened.metadata,
  });
  if (tree === undefined || sameTree(opened.tree, tree)) return { outcome: 'unchanged', keys: [] };
  const keys = changedKeysOf(opened.tree, tree);
  const text = await sealChanged(vault, file, tree);
  const findings = await kept(vault, { path, text }, desk, async () => {
    try {
      await writeChange(vault, { path, before: file.bytes, text }, desk.editor.signal);
      return [];
    } catch (error) {
      if (!isConcurrent(error)) throw error;
      return await writeMerged(vault, { file, text }, desk);
    }
  });
  return { outcome: 'changed', keys, findings };
}

/**
 * Merges what was typed with a file that somebody changed meanwhile, as the merge driver of git does. Where both changed the same, the person
 * sees the merged text once more, his own values in it.
 */
async function writeMerged(
  vault: Vault,
  { file, text }: { readonly file: OpenFile; readonly text: string },
  desk: Desk,
): Promise<readonly Finding[]> {
  const { path } = file;
  const current = await openFile(vault, path);
  const merged = await mergeFiles(vault, { path, base: file.text, ours: text, theirs: current.text });
  let result = merged.text;
  if (merged.conflicts.length > 0) {
    const wrong = merged.conflicts.map((what) => bothChanged(path, what));
    if (!(await orAborted(desk.editor.signal, desk.editor.again(wrong)))) throw new Failure('input', wrong);
    const sealed = { ...current, text: result, opened: await openText(vault, path, result) };
    const context = { ...desk, old: current.opened.tree, selection: sealed.opened.metadata };
    const tree = await typed(path, await plainOf(vault, sealed), context);
    if (tree !== undefined) result = await sealChanged(vault, sealed, tree);
  }
  try {
    await writeChange(vault, { path, before: current.bytes, text: result }, desk.editor.signal);
    return [mergedFinding(path)];
  } catch (error) {
    // What was settled counts from here on.
    if (!isConcurrent(error)) throw error;
    return await writeMerged(vault, { file: current, text: result }, desk);
  }
}

function bothChanged(path: string, what: string): Finding {
  return {
    code: 'workspace/merge-conflict',
    severity: 'error',
    message: `${path} was changed while it was edited, and both changed ${what}`,
    place: { file: path },
    remedy: 'open the editor again, where yours stands, and settle it',
  };
}

function mergedFinding(path: string): Finding {
  return {
    code: 'workspace/concurrent',
    severity: 'warning',
    message: `${path} was changed while it was edited: both changes stand in it now`,
    place: { file: path },
    remedy: `see what differs from the last commit: \`cluster-template secrets diff ${path}\``,
  };
}

/** Does the writing; what was typed is kept, encrypted, where that fails. */
async function kept<T>(
  { root }: Vault,
  { path, text }: { readonly path: string; readonly text: string },
  { editor }: Desk,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const folder = await keepBackup(root.path, [{ path, bytes: text }]).catch((other: unknown) => {
      if (other instanceof Failure) editor.tell(other.findings);
      throw error;
    });
    editor.tell([keptFinding(path, `${folder}/${path}`)]);
    throw error;
  }
}

function keptFinding(path: string, copy: string): Finding {
  return {
    code: 'secrets/kept',
    severity: 'warning',
    message: `what was typed is kept, encrypted, in ${copy}`,
    place: { file: copy },
    remedy: `read it with \`cluster-template secrets show ${copy}\`, enter it with \`cluster-template secrets edit ${path}\`, then remove the copy`,
  };
}

/** What a person makes of a plain text, checked; undefined where it was closed as it was. */
async function typed(
  path: string,
  before: Secret<Uint8Array>,
  { editor, folder, ...context }: Desk & { readonly old: Tree; readonly selection: Pick<Rule, 'selection'> },
): Promise<Tree | undefined> {
  const name = basename(path);
  await replaceFile({ ...below(folder.path, name), isOfWork: true }, before.reveal(), 0o600);
  let last = before.reveal();
  for (;;) {
    const code = await orAborted(editor.signal, editor.open(join(folder.path, name), folder.path));
    if (code !== 0) throw editorFailed(code);
    const bytes = await readBytesIfPresent(join(folder.path, name));
    if (bytes === undefined) throw vanished(path);
    if (isSame(bytes, before.reveal())) return undefined;
    const { tree, wrong } = readEdited(path, bytes, context);
    if (tree !== undefined) return tree;
    // Who closed it without a change has nothing to add.
    if (isSame(bytes, last) && !isSame(last, before.reveal())) throw new Failure('input', wrong);
    last = bytes;
    if (!(await orAborted(editor.signal, editor.again(wrong)))) throw new Failure('input', wrong);
  }
}

async function plainOf(vault: Vault, { path, text }: OpenFile): Promise<Secret<Uint8Array>> {
  return await vault.keyring.try(async (identities) => new Secret((await decrypt({ path, text, identities })).bytes));
}

/** What a new file begins with: of a manifest its head, so that no key is misspelt. */
function skeleton(path: string): Secret<Uint8Array> {
  const isManifest = /^(?:kubernetes|bootstrap)\/.*\.ya?ml$/.test(path);
  const name = basename(path).replace(/\.sops\..*$/, '');
  const text = isManifest
    ? `---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: ${name}\nstringData:\n  key: <value>\n`
    : '';
  return new Secret(Buffer.from(text, 'utf8'));
}

/** The tree of what came back, or what is wrong with it. */
function readEdited(
  path: string,
  bytes: Uint8Array,
  context: { readonly old: Tree; readonly selection: Pick<Rule, 'selection'>; readonly asIs: boolean },
):
  | { readonly tree: Tree; readonly wrong?: undefined }
  | { readonly tree?: undefined; readonly wrong: readonly Finding[] } {
  try {
    const tree = readPlain(path, bytes);
    keepTree(path, tree);
    const unfit = context.asIs ? [] : newUnfit(context.old, tree, context.selection);
    const text = Buffer.from(bytes).toString('utf8');
    const open = openFinding(path, tree, context.selection);
    const wrong = [...unfit.map((one) => unfitFinding(path, one, lineOfKey(text, one.path))), ...open];
    return wrong.length === 0 ? { tree } : { wrong };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { wrong: error.findings };
  }
}

/** An error where the rule would leave what has to be encrypted in plain text: all that a Secret keeps, of any other file something. */
function openFinding(path: string, tree: Tree, { selection }: Pick<Rule, 'selection'>): Finding[] {
  const open = openValues(hideSelected(tree, selection));
  if (open === undefined) return [];
  const { by, pattern } = selection;
  return [
    {
      code: 'secrets/plain-text',
      severity: 'error',
      message: `${path} would ${open.isWhole ? 'be written' : 'hold values'} in plain text: ${describeOpen(open)} (${by} ${pattern})`,
      place: { file: path },
      remedy: 'write secrets below `stringData` of a Secret, or correct the rule in .sops.yaml',
    },
  ];
}

function changedKeysOf(before: Tree, after: Tree): string[] {
  const values = (tree: Tree): Map<string, string> => {
    const found = new Map<string, string>();
    visitLeaves(tree, (leaf, { path }) => {
      if (leaf.kind === 'comment') return;
      const key = path.join('.');
      found.set(key, `${found.get(key) ?? ''}\n${leaf.kind} ${textOfScalar(leaf)}`);
    });
    return found;
  };
  const [old, fresh] = [values(before), values(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])].filter((key) => old.get(key) !== fresh.get(key));
}

/** Does work with a folder of its own, which is gone whatever comes of it. */
async function inPrivate<T>({ signal }: Editor, work: (folder: MemoryFolder) => Promise<T>): Promise<T> {
  const folder = await makeMemoryFolder();
  try {
    signal.throwIfAborted();
    return await work(folder);
  } finally {
    await removeTree({ ...below(folder.path), isOfWork: true });
  }
}

/** What a promise gives, unless the signal comes first: a question that nobody answers never ends. */
async function orAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, refuse) => {
    stop = () => {
      refuse(signal.reason instanceof Error ? signal.reason : new Error('the command was ended'));
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
}

function onDisk(folder: string): Finding {
  return {
    code: 'secrets/on-disk',
    severity: 'warning',
    message: `this system has no folder in memory: the plain text lies in ${folder} while it is edited, and is removed then`,
  };
}

function editorFailed(code: number | undefined): Failure {
  return failure('outside', {
    code: 'programs/failed',
    message: `the editor ended with ${code === undefined ? 'a signal' : `exit code ${String(code)}`}, and nothing was written`,
    remedy: 'name another one in EDITOR: it has to wait until the file is closed, as `code --wait` does',
  });
}

function vanished(path: string): Failure {
  const message = `the editor removed the plain text of ${path}, and nothing was written`;
  return failure('outside', { code: 'programs/failed', message, remedy: 'name another editor in EDITOR' });
}
