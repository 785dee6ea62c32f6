import { join } from 'node:path';
import { secretsIn } from '../../checks/secrets.ts';
import { CREDENTIAL_FILES, parseTunnelSecret } from '../../cluster/credentials/read.ts';
import { COMPANION_FILE, SAMPLE_RECIPIENT } from '../../cluster/root.ts';
import { uncommittedBelow } from '../../pipeline/git.ts';
import { INVENTORY_FILE, workspaceOf } from '../../pipeline/state.ts';
import { Failure, failure, type Finding } from '../../report/finding.ts';
import { keepSecrets } from '../../report/redaction.ts';
import { readSealed } from '../../sops/decrypt.ts';
import { encryptTree, isUnder, rewrap } from '../../sops/encrypt.ts';
import {
  type AgeIdentity,
  generateIdentity,
  type KeyKind,
  parseIdentityFile,
  recipientKind,
} from '../../sops/identities.ts';
import { indentFor, parseRules, type Rule, ruleFor, type Rules } from '../../sops/rules.ts';
import { changeRecipients, type RecipientChange } from '../../sops/rules-text.ts';
import { type Branch, mapLeaves, type Tree, visitLeaves } from '../../sops/tree.ts';
import { textOfScalar, valueAtPath } from '../../sops/values.ts';
import { now } from '../../system/environment.ts';
import { readTextIfPresent } from '../../system/files.ts';
import { askGit } from '../../system/git.ts';
import { below, replaceFile } from '../../system/writing.ts';
import { applyFiles, recover } from '../../workspace/apply.ts';
import { keepBackup, readDisk } from '../../workspace/disk.ts';
import { contentHash, formatInventory, parseInventory } from '../../workspace/inventory.ts';
import { exclusively } from '../../workspace/lock.ts';
import type { Plan, PlanEntry } from '../../workspace/plan.ts';
import { applyManifests, kubectlGet } from '../kubernetes/manifests.ts';
import type { Programs } from '../programs/catalogue.ts';
import {
  changedMeanwhile,
  encryptedFiles,
  type FileChange,
  indentIn,
  isSame,
  openFile,
  type OpenFile,
  ruleOf,
  RULES_FILE,
  type Vault,
} from './vault.ts';

/** What a change of keys did. */
export interface KeyChange {
  /** Files that were written, relative to the root. */
  readonly written: readonly string[];
  readonly findings: readonly Finding[];
}

/**
 * Encrypts files anew under new data keys, by the rule of each; all or nothing.
 *
 * @param paths - the files; all that are encrypted where none is given
 */
export async function rotate(
  vault: Vault,
  paths: readonly string[],
  { signal }: { readonly signal: AbortSignal },
): Promise<KeyChange> {
  const wanted = paths.length > 0 ? paths : (await encryptedFiles(vault)).map(({ path }) => path);
  const changes: FileChange[] = [];
  const findings: Finding[] = [];
  for (const path of wanted) {
    const file = await openFile(vault, path);
    const skipped = otherStores(file);
    findings.push(...skipped);
    if (skipped.length === 0) changes.push(await sealedAnew(vault, file, { rules: vault.rules }));
  }
  await commitChanges(vault, changes, signal);
  return { written: changes.map(({ path }) => path), findings };
}

/** A new data key cannot be given to the key stores of other programs. */
function otherStores({ path, opened }: OpenFile): Finding[] {
  const stores = opened.metadata.others.map(({ key }) => key);
  if (stores.length === 0) return [];
  const message = `${path} was left as it is: it is encrypted to ${stores.join(' and ')} too, and only the sops program can give them a new key`;
  return [
    {
      code: 'sops/recipient',
      severity: 'warning',
      message,
      place: { file: path },
      remedy: `\`sops rotate --in-place ${path}\``,
    },
  ];
}

/** How a file is encrypted anew. */
interface Anew {
  readonly rules: Rules | undefined;
  /** Keys that are not at hand for others yet. */
  readonly more?: readonly AgeIdentity[];
  readonly tree?: Tree;
}

async function sealedAnew(vault: Vault, file: OpenFile, { rules, more = [], tree }: Anew): Promise<FileChange> {
  const { path, bytes, text, opened } = file;
  const rule = usableRule(rules, path) ?? ruleOf(opened.metadata);
  const indent = indentIn(path, text) ?? (rules === undefined ? undefined : indentFor(rules, path));
  const sealed = await vault.keyring.try((identities) =>
    encryptTree(tree ?? opened.tree, { path, rule, indent, identities: [...more, ...identities], now: now() }),
  );
  return { path, before: bytes, text: sealed };
}

function usableRule(rules: Rules | undefined, path: string): Rule | undefined {
  const rule = rules === undefined ? undefined : ruleFor(rules, path);
  if (rule?.problems !== undefined) throw new Failure('input', rule.problems);
  return rule;
}

/** Who can read what, by recipient. */
interface RecipientUse {
  readonly recipient: string;
  /** Whether it is the one that the cluster itself has. */
  readonly isOwner: boolean;
  /** Whether a key of it is at hand. */
  readonly isHere: boolean;
  readonly files: readonly string[];
}

/** Every recipient of the rules and of the files. */
export async function listRecipients(vault: Vault): Promise<RecipientUse[]> {
  const own = await Promise.all((await vault.keyring.identities()).map((identity) => identity.recipient()));
  const files = (await encryptedFiles(vault)).map((file) => ({
    path: file.path,
    recipients: recipientsIn(file.path, file.text),
  }));
  const ruled = vault.rules?.rules.flatMap(({ recipients }) => recipients) ?? [];
  const all = new Set([...ruled, ...files.flatMap(({ recipients }) => recipients)]);
  return [...all].map((recipient) => ({
    recipient,
    isOwner: vault.inventory?.recipient === recipient,
    isHere: own.includes(recipient),
    files: files.filter(({ recipients }) => recipients.includes(recipient)).map(({ path }) => path),
  }));
}

/**
 * Gives a recipient what the rules encrypt, or takes it from him: in .sops.yaml, in the template that makes it and in all files, all or
 * nothing. Who is added gets the data keys that there are; once somebody is taken out they are new ones.
 */
export async function changeRecipient(
  vault: Vault,
  change: RecipientChange,
  { signal }: { readonly signal: AbortSignal },
): Promise<KeyChange> {
  const text = await rulesText(vault);
  const recipient = 'add' in change ? change.add : change.remove;
  if ('add' in change) refuseStrange(vault, change.add);
  else if (vault.inventory?.recipient === recipient) throw isOwner(recipient);
  const next = changeRecipients(text, RULES_FILE, change);
  const rules = parseRules(next);
  const changes: TreeChange[] = [];
  const findings: Finding[] = [];
  if (next !== text) {
    changes.push({ path: RULES_FILE, before: Buffer.from(text, 'utf8'), text: next });
    changes.push(...(await templateChange(vault, change)));
  }
  for (const { path } of await encryptedFiles(vault)) {
    const rule = usableRule(rules, path);
    if (rule === undefined) continue;
    const file = await openFile(vault, path);
    if (isUnder(file.opened.metadata, rule)) continue;
    const skipped = 'remove' in change ? otherStores(file) : [];
    findings.push(...skipped);
    if (skipped.length > 0) continue;
    const present = file.opened.metadata.age.map((one) => one.recipient);
    const isMore = present.every((one) => rule.recipients.includes(one));
    changes.push(
      isMore
        ? {
            path,
            before: file.bytes,
            text: await rewrap(
              { path, text: file.text, indent: indentIn(path, file.text) },
              file.opened,
              rule.recipients,
            ),
          }
        : await sealedAnew(vault, file, { rules }),
    );
  }
  await commitChanges(vault, changes, signal);
  const isGone = 'remove' in change && changes.length > 0;
  return {
    written: changes.map(({ path }) => path),
    findings: [...findings, ...(isGone ? [stillKnown(recipient)] : [])],
  };
}

function stillKnown(recipient: string): Finding {
  return {
    code: 'secrets/still-known',
    severity: 'note',
    message: `whoever has the key of ${short(recipient)} keeps what he has read, and git keeps the old files, which that key opens`,
    remedy: 'replace what he must not know any more where it was issued',
  };
}

function refuseStrange({ rules }: Vault, recipient: string): void {
  const kind = recipientKind(recipient);
  const remedy =
    'a recipient is a whole age1… or age1pq1…: what `cluster-template secrets keygen` prints as public key';
  if (kind === undefined)
    throw failure('usage', {
      code: 'sops/recipient',
      message: `${JSON.stringify(short(recipient))} is no age recipient`,
      remedy,
    });
  const others = new Set(rules?.rules.flatMap(({ recipients }) => recipients.map(recipientKind)));
  if ([...others].every((one) => one === kind)) return;
  throw failure('input', {
    code: 'sops/recipient',
    message: 'classic and post-quantum recipients cannot be mixed, and age refuses such files',
    remedy: `take a key of the kind that the others have: \`cluster-template secrets keygen${kind === 'x25519' ? ' --post-quantum' : ''}\``,
  });
}

function isOwner(recipient: string): Failure {
  return failure('input', {
    code: 'sops/recipient',
    message: `${short(recipient)} is the key of the cluster itself, which could read nothing any more`,
    remedy: 'take a new one for it: `cluster-template secrets rekey`',
  });
}

async function rulesText({ root }: Vault): Promise<string> {
  const text = await readTextIfPresent(join(root.path, RULES_FILE));
  if (text !== undefined) return text;
  throw failure('input', {
    code: 'sops/rules',
    message: `there is no ${RULES_FILE}`,
    place: { file: RULES_FILE },
    remedy: 'run `cluster-template configure`, which makes it, or write one',
  });
}

/** Where a template of the user's own goes before the one of the tool. */
const OVERRIDE = 'templates/overrides/.sops.yaml.j2';

/** A file that is to be written, or removed where it is to say nothing any more. */
type TreeChange = Omit<FileChange, 'text'> & { readonly text: string | undefined };

/**
 * The change of the template that makes .sops.yaml, in the user's layer; none where it is written by hand. A copy that says the same as
 * the template of the tool again is removed, so that newer versions of that one count.
 */
async function templateChange(vault: Vault, change: RecipientChange): Promise<TreeChange[]> {
  const { root, inventory } = vault;
  if (inventory?.files.has(RULES_FILE) !== true || inventory.adopted.includes(RULES_FILE)) return [];
  const own = await readTextIfPresent(join(root.path, OVERRIDE));
  // The whole renderer: only what changes a template needs it.
  const { templateFolders } = await import('../../pipeline/inputs.ts');
  const { packages } = await templateFolders(root);
  const origins = await Promise.all(
    [join(root.path, 'templates/config'), ...packages].map((folder) =>
      readTextIfPresent(join(folder, '.sops.yaml.j2')),
    ),
  );
  const origin = origins.find((text) => text !== undefined);
  const from = own ?? origin;
  if (from === undefined) return [];
  const text = changeRecipients(from, OVERRIDE, change);
  if (text === from) return [];
  const before = own === undefined ? undefined : Buffer.from(own, 'utf8');
  return [{ path: OVERRIDE, before, text: own !== undefined && text === origin ? undefined : text }];
}

/** What the new key of a cluster changed. */
interface Rekeyed extends KeyChange {
  readonly old: string;
  readonly recipient: string;
  /** What the old key opened, and what to do about each where somebody else has it. */
  readonly exposed: readonly ExposedSecret[];
}

/** A secret that the old key opened. */
export interface ExposedSecret {
  readonly path: string;
  readonly key: string;
  readonly what: string;
  /** How it is replaced at its source. */
  readonly how: string;
}

/** How a key is replaced. */
interface RekeyOptions {
  readonly programs: Programs;
  /** Whether the cluster is left out: it is gone, or has to be told later. */
  readonly withoutCluster: boolean;
  readonly signal: AbortSignal;
  /** Told what is done, step by step. */
  readonly tell: (line: string) => void;
}

/**
 * Replaces the age key of a cluster: makes a new one beside the old one in age.key, brings it into the cluster, where both count from then
 * on, and encrypts everything to it. What was begun goes on where it ended. The old one is dropped by `finishRekey`.
 *
 * @throws Failure where the old key is not here, a file cannot be opened, or the cluster does not take the new key: nothing is encrypted
 *   anew then
 */
export async function rekey(vault: Vault, options: RekeyOptions): Promise<Rekeyed> {
  const { tell, signal } = options;
  const owner = await ownerOf(vault);
  const begun = await unfinished(vault, owner);
  const old = begun ?? owner;
  const all: OpenFile[] = [];
  for (const { path, text } of await encryptedFiles(vault)) {
    const recipients = recipientsIn(path, text);
    if (recipients.includes(old.recipient) || recipients.includes(owner.recipient))
      all.push(await openFile(vault, path));
  }
  const files = all.filter(({ opened }) => opened.metadata.age.some((one) => one.recipient === old.recipient));
  const left = files.flatMap(otherStores);
  if (left.length > 0)
    throw new Failure(
      'input',
      left.map((finding) => ({ ...finding, severity: 'error' })),
    );
  const next = begun === undefined ? await nextKey(vault, owner) : { identity: owner.identity, isNew: false };
  const recipient = await next.identity.recipient();
  tell(
    next.isNew
      ? `made the key of ${short(recipient)}, in age.key beside the old one`
      : `went on with the key of ${short(recipient)}, which age.key holds beside the old one`,
  );
  const secret = clusterSecretIn(all, [old.identity, next.identity]);
  if (options.withoutCluster)
    tell('left the cluster as it is: it cannot read what is encrypted anew before it has the new key');
  else if (secret === undefined)
    tell('the tree holds no Secret with the age key, so there is none to bring into the cluster');
  else {
    await bringKey(options.programs, secret, { old: old.identity, next: next.identity });
    tell(`brought it into the cluster: Secret ${secret.namespace}/${secret.name} holds both keys`);
  }
  const text = await rulesText(vault);
  const rules = text.replaceAll(old.recipient, recipient);
  const changes: FileChange[] = [];
  if (rules !== text) changes.push({ path: RULES_FILE, before: Buffer.from(text, 'utf8'), text: rules });
  changes.push(...(await literalTemplate(vault, old.recipient, recipient)));
  for (const file of files) {
    const tree = withOtherKey(file.opened.tree, old.identity, next.identity);
    const byOwn = ruleOf(file.opened.metadata);
    const renamed = { ...byOwn, recipients: byOwn.recipients.map((one) => (one === old.recipient ? recipient : one)) };
    const rule = usableRule(parseRules(rules), file.path);
    const isRuled = rule?.recipients.includes(recipient) === true;
    const only: Rules | undefined = isRuled
      ? parseRules(rules)
      : { rules: [renamed], indents: vault.rules?.indents ?? new Map(), warnings: [] };
    changes.push(await sealedAnew(vault, file, { rules: only, more: [next.identity], tree }));
  }
  await commitChanges(vault, changes, signal, recipient);
  tell(`encrypted ${String(files.length)} ${files.length === 1 ? 'file' : 'files'} to it under new data keys`);
  return {
    written: changes.map(({ path }) => path),
    findings: [],
    old: old.recipient,
    recipient,
    exposed: exposedSecrets(all),
  };
}

interface Owner {
  readonly recipient: string;
  readonly identity: AgeIdentity;
}

/** The key that the tree is encrypted to. */
async function ownerOf({ inventory, keyring, rules }: Vault): Promise<Owner> {
  const wanted = inventory?.recipient ?? rules?.rules[0]?.recipients[0];
  const all = await keyring.identities();
  const recipients = await Promise.all(all.map((identity) => identity.recipient()));
  const identity = all[recipients.indexOf(wanted ?? '')];
  if (wanted === SAMPLE_RECIPIENT) {
    const message = 'this is the sample, which is encrypted to a published key';
    throw failure('input', {
      code: 'workspace/owner',
      message,
      remedy: 'run `cluster-template configure`, which makes it yours',
    });
  }
  if (wanted !== undefined && identity !== undefined) return { recipient: wanted, identity };
  throw failure('input', {
    code: 'workspace/owner',
    message:
      wanted === undefined
        ? 'nobody knows whose key this is: there is neither an inventory nor a rule'
        : `the key of ${short(wanted)}, which the tree is encrypted to, is not here`,
    remedy: 'bring the age.key that the tree was set up with',
  });
}

/** The line above a new key that is not in use yet. */
const NEXT = '# takes the place of ';

/** The key whose place the owner's has taken, where it was not dropped yet. */
async function unfinished({ root, keyring }: Vault, owner: Owner): Promise<Owner | undefined> {
  const text = (await readTextIfPresent(join(root.keys, CREDENTIAL_FILES.ageKey))) ?? '';
  const line = new RegExp(`^${NEXT}(\\S+)\\n(?:#.*\\n)*# public key: ${owner.recipient}$`, 'm');
  const recipient = line.exec(text)?.[1];
  if (recipient === undefined) return undefined;
  for (const identity of await keyring.identities()) {
    if ((await identity.recipient()) === recipient) return { recipient, identity };
  }
  return undefined;
}

/** The new key: one that an interrupted run made, else a new one behind the old one in age.key. */
async function nextKey({ root }: Vault, owner: Owner): Promise<{ identity: AgeIdentity; isNew: boolean }> {
  const { recipient: old } = owner;
  const kind = owner.identity.kind === 'post-quantum' ? 'post-quantum' : 'x25519';
  const place = below(root.keys, CREDENTIAL_FILES.ageKey);
  const text = (await readTextIfPresent(place.path)) ?? '';
  const begun = text.split(`${NEXT}${old}\n`)[1];
  if (begun !== undefined) {
    const [identity] = parseIdentityFile(begun, CREDENTIAL_FILES.ageKey);
    if (identity !== undefined) return { identity, isNew: false };
  }
  const identity = generateIdentity(kind);
  keepSecrets([{ name: 'the new age key', value: identity.reveal() }]);
  const created = `${now().toISOString().slice(0, 19)}Z`;
  const lines = `# created: ${created}\n${NEXT}${old}\n# public key: ${await identity.recipient()}\n${identity.reveal()}\n`;
  const head = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  await replaceFile(place, head + lines, 0o600);
  return { identity, isNew: true };
}

/** The tree in which the new key stands wherever the old one did, as the Secret for Flux holds it. */
function withOtherKey(tree: Tree, old: AgeIdentity, next: AgeIdentity): Tree {
  const [from, to] = [old.reveal(), next.reveal()];
  const encoded = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
  return mapLeaves(tree, (leaf) => {
    if (leaf.kind !== 'str') return leaf;
    if (leaf.value.includes(from)) return { kind: 'str', value: leaf.value.replaceAll(from, to) };
    const inner = Buffer.from(leaf.value, 'base64').toString('utf8');
    return inner.includes(from) ? { kind: 'str', value: encoded(inner.replaceAll(from, to)) } : leaf;
  });
}

/** A template of the user's own that names the recipient in so many letters. */
async function literalTemplate({ root }: Vault, old: string, recipient: string): Promise<FileChange[]> {
  const text = await readTextIfPresent(join(root.path, OVERRIDE));
  if (text?.includes(old) !== true) return [];
  return [{ path: OVERRIDE, before: Buffer.from(text, 'utf8'), text: text.replaceAll(old, recipient) }];
}

/** The Secret that Flux decrypts with. */
interface ClusterSecret {
  readonly name: string;
  readonly namespace: string;
  /** The key that holds the private age key. */
  readonly entry: string;
}

function clusterSecretIn(files: readonly OpenFile[], keys: readonly AgeIdentity[]): ClusterSecret | undefined {
  return files.flatMap(({ opened }) => opened.tree.flatMap((branch) => clusterSecretOf(branch, keys)))[0];
}

/** The object, where it is one with a name that holds the private key. */
function clusterSecretOf(branch: Branch, keys: readonly AgeIdentity[]): ClusterSecret[] {
  const textAt = (...path: readonly string[]): string | undefined => {
    const value = valueAtPath([branch], path);
    return value?.kind === 'str' ? value.value : undefined;
  };
  const holds = (text: string): boolean => keys.some((key) => text.includes(key.reveal()));
  const name = textAt('metadata', 'name');
  const entry = entriesOf(branch, 'stringData').find(([, text]) => holds(text));
  const encoded = entriesOf(branch, 'data').find(([, text]) => holds(decoded(text)));
  const found = entry ?? encoded;
  if (name === undefined || found === undefined) return [];
  return [{ name, namespace: textAt('metadata', 'namespace') ?? 'flux-system', entry: found[0] }];
}

function entriesOf(branch: Branch, part: string): (readonly [key: string, text: string])[] {
  const values = valueAtPath([branch], [part]);
  if (values?.kind !== 'map') return [];
  return values.items.flatMap((item) =>
    item.kind === 'entry' && item.value.kind === 'str' ? [[item.key, item.value.value] as const] : [],
  );
}

function decoded(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}

/** Under which the old key stays in the cluster until it is dropped; Flux takes every entry of this ending. */
const PREVIOUS = 'previous.agekey';

async function bringKey(
  programs: Programs,
  { name, namespace, entry }: ClusterSecret,
  { old, next }: { readonly old: AgeIdentity; readonly next: AgeIdentity },
): Promise<void> {
  const stringData = { [entry]: next.reveal(), [PREVIOUS]: old.reveal() };
  const manifest = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'Opaque', stringData };
  const secrets = [old.reveal(), next.reveal()].flatMap((text) => [text, Buffer.from(text, 'utf8').toString('base64')]);
  await programs.run({ ...applyManifests(`${JSON.stringify(manifest)}\n`, { namespace }), secrets });
}

/** What finishing did. */
interface Finished {
  readonly old: readonly string[];
  readonly recipient: string;
  /** Where the old keys are kept, as git still holds what they open. */
  readonly kept: string;
}

/**
 * Drops the old key: from the cluster and from age.key, whose old content is kept below .private/, as git holds files that only it opens.
 *
 * @throws Failure where a file is still encrypted to it, what was encrypted anew is not pushed yet, or the cluster does not have the new key
 */
export async function finishRekey(vault: Vault, options: RekeyOptions): Promise<Finished> {
  const { root } = vault;
  const owner = await ownerOf(vault);
  const place = below(root.keys, CREDENTIAL_FILES.ageKey);
  const text = (await readTextIfPresent(place.path)) ?? '';
  const all = text === '' ? [] : parseIdentityFile(text, CREDENTIAL_FILES.ageKey);
  const recipients = await Promise.all(all.map((identity) => identity.recipient()));
  const old = recipients.filter((recipient) => recipient !== owner.recipient && text.includes(`${NEXT}${recipient}\n`));
  if (old.length === 0)
    throw failure('usage', {
      code: 'usage/argument',
      message: 'there is no old key to be dropped',
      remedy: 'begin with `cluster-template secrets rekey`',
    });
  const files = await encryptedFiles(vault);
  const behind = files.filter((file) => recipientsIn(file.path, file.text).some((one) => old.includes(one)));
  if (behind.length > 0) {
    const message = `${behind.map(({ path }) => path).join(', ')}: still encrypted to the old key`;
    throw failure('input', {
      code: 'sops/recipient',
      message,
      remedy: 'run `cluster-template secrets rekey` again, commit and push',
    });
  }
  await requirePushed(
    vault,
    files.map(({ path }) => path),
  );
  const opened: OpenFile[] = [];
  for (const { path } of files) opened.push(await openFile(vault, path));
  const secret = clusterSecretIn(opened, [owner.identity]);
  if (!options.withoutCluster && secret !== undefined) {
    await dropKey(options.programs, secret, owner.identity);
    options.tell(`took the old key out of Secret ${secret.namespace}/${secret.name}`);
  }
  const folder = await keepBackup(root.path, [{ path: CREDENTIAL_FILES.ageKey, bytes: text }]);
  await replaceFile(place, `# public key: ${owner.recipient}\n${owner.identity.reveal()}\n`, 0o600);
  options.tell(`age.key holds the new key alone; the old one is kept in ${folder}`);
  return { old, recipient: owner.recipient, kept: folder };
}

async function requirePushed({ root }: Vault, paths: readonly string[]): Promise<void> {
  const uncommitted = await uncommittedBelow(root, [...paths, RULES_FILE], { ignored: false });
  if (uncommitted !== undefined && uncommitted.length > 0)
    throw notPushed(`${uncommitted.join(', ')} ${uncommitted.length === 1 ? 'is' : 'are'} not committed`);
  const { exitCode, stdout } = await askGit(root.path, ['rev-list', '--count', '@{upstream}..HEAD']);
  if (exitCode === 0 && stdout.trim() !== '0') throw notPushed(`${stdout.trim()} commits are not pushed`);
}

function notPushed(why: string): Failure {
  return failure('input', {
    code: 'workspace/uncommitted',
    message: `the cluster still needs the old key: ${why}`,
    remedy: 'commit and push, wait until Flux has applied it (`cluster-template reconcile`), then finish',
  });
}

async function dropKey(programs: Programs, { name, namespace, entry }: ClusterSecret, own: AgeIdentity): Promise<void> {
  const secrets = [own.reveal(), Buffer.from(own.reveal(), 'utf8').toString('base64')];
  const get = kubectlGet(['secret', name, '--namespace', namespace, '--output', 'json']);
  const { stdout } = await programs.run({ ...get, secrets });
  const data = (JSON.parse(stdout) as { readonly data?: Readonly<Record<string, string>> }).data ?? {};
  if (
    !Buffer.from(data[entry] ?? '', 'base64')
      .toString('utf8')
      .includes(own.reveal())
  ) {
    throw failure('outside', {
      code: 'cluster/state',
      message: `the Secret ${namespace}/${name} of the cluster does not hold the new key`,
      remedy: 'run `cluster-template secrets rekey` again, which brings it there',
    });
  }
  if (data[PREVIOUS] === undefined) return;
  const patch = JSON.stringify([{ op: 'remove', path: `/data/${PREVIOUS}` }]);
  await programs.run({
    program: 'kubectl',
    arguments: ['--namespace', namespace, 'patch', 'secret', name, '--type', 'json', '--patch', patch],
  });
}

/** What is known of the secrets of the starter, by what tells them: in which file, under which key. */
const SOURCES: readonly {
  readonly what: string;
  readonly is: (path: string, key: string, value: string) => boolean;
  readonly how: string;
}[] = [
  {
    what: 'the secrets of Talos (talsecret)',
    is: (path) => path === 'talos/talsecret.sops.yaml',
    how: '`talosctl rotate-ca` replaces the CAs of Talos and Kubernetes; what is left of it (bootstrap tokens, the key of etcd) a new cluster replaces: docs/recovery.md',
  },
  {
    what: 'the deploy key',
    is: (_path, _key, value) => /^-----BEGIN (?:OPENSSH |RSA |EC )?PRIVATE KEY-----/.test(value.trim()),
    how: '`cluster-template configure --rotate deploy-key`, then add the new public half at GitHub (Settings, Deploy keys) and remove the old one',
  },
  {
    what: 'the tunnel',
    is: (_path, _key, value) => parseTunnelSecret(value) !== undefined,
    how: 'move cloudflare-tunnel.json away, `cloudflared tunnel create --credentials-file cloudflare-tunnel.json NAME`, `cluster-template configure --rotate tunnel`, then delete the old tunnel',
  },
  {
    what: 'the Cloudflare token',
    is: (path, key) => key.endsWith('cloudflare_token') || (/cloudflare|cert-manager/.test(path) && /token/i.test(key)),
    how: 'roll it at Cloudflare (My Profile, API Tokens), `cluster-template secrets set cluster.sops.yaml cloudflare_token`, then `cluster-template configure`',
  },
  {
    what: 'the webhook token',
    is: (path, key) => /webhook|receiver|flux-instance/.test(path) && /token/i.test(key),
    how: '`cluster-template configure --rotate webhook-token`, then enter it as secret of the webhook at GitHub (Settings, Webhooks)',
  },
];

/** What a key opened, each secret once: where it comes from before what was made of it. */
function exposedSecrets(files: readonly OpenFile[]): ExposedSecret[] {
  const seen = new Set<string>();
  const rank = ({ path }: OpenFile): number => (path === COMPANION_FILE ? 0 : 1);
  const found: ExposedSecret[] = [];
  for (const { path, opened } of [...files].sort((one, other) => rank(one) - rank(other))) {
    if (path === 'talos/talsecret.sops.yaml') {
      const [talos] = SOURCES;
      if (talos !== undefined) found.push({ path, key: '*', what: talos.what, how: talos.how });
      continue;
    }
    const named = new Set(secretsIn(path, opened.tree).map(({ value }) => value.trim()));
    visitLeaves(opened.tree, (leaf, position) => {
      if (leaf.kind === 'comment' || leaf.kind === 'null' || leaf.kind === 'bool') return;
      const text = textOfScalar(leaf).trim();
      const decoded = position.path[0] === 'data' ? Buffer.from(text, 'base64').toString('utf8').trim() : text;
      const isSecret = named.has(text) || named.has(decoded) || path === COMPANION_FILE;
      if (!isSecret || seen.has(decoded) || decoded.startsWith('AGE-SECRET-KEY-')) return;
      seen.add(decoded);
      const key = position.path.join('.');
      const source = SOURCES.find(({ is }) => is(path, key, decoded));
      const own =
        path === COMPANION_FILE
          ? `\`cluster-template secrets set ${path} ${key}\`, then \`cluster-template configure\``
          : `\`cluster-template secrets set ${path} ${key}\`, or where its template takes it from`;
      found.push({
        path,
        key,
        what: source?.what ?? 'another secret',
        how: source?.how ?? `replace it where it was issued, ${own}`,
      });
    });
  }
  return found;
}

/**
 * Puts files into place, all or nothing, and has the inventory know those of them that are generated, or that the generated ones are made
 * from: they say the same as before.
 *
 * @param recipient - the new owner of the tree
 */
async function commitChanges(
  { root }: Vault,
  changes: readonly TreeChange[],
  signal: AbortSignal,
  recipient?: string,
): Promise<void> {
  if (changes.length === 0) return;
  const workspace = workspaceOf(root);
  await exclusively(workspace, signal, async (exclusive) => {
    await recover(workspace);
    await exclusive.uninterrupted(async () => {
      const present = await readDisk(workspace, [...changes.map(({ path }) => path), INVENTORY_FILE]);
      const moved = changes.find(({ path, before }) => !isSame(present.get(path)?.bytes, before));
      if (moved !== undefined) throw changedMeanwhile(moved.path);
      const record = present.get(INVENTORY_FILE);
      const files = record === undefined ? changes : [...changes, inventoryChange(record.bytes, changes, recipient)];
      const entries = files.map(({ path, text }): PlanEntry => {
        const disk = present.get(path);
        const about = { path, secret: true, present: disk, recorded: [] };
        if (text === undefined) return { ...about, desired: undefined, status: 'removed' };
        const desired = { path, bytes: Buffer.from(text, 'utf8'), executable: disk?.executable ?? false, secret: true };
        return { ...about, desired, status: disk === undefined ? 'created' : 'changed' };
      });
      const plan: Plan = { entries };
      await applyFiles(workspace, plan);
    });
  });
}

/** The inventory with the hashes that the changed files have; it is read as JSON, as a merge of it is none of ours to settle. */
function inventoryChange(bytes: Uint8Array, changes: readonly TreeChange[], recipient: string | undefined): FileChange {
  const text = Buffer.from(bytes).toString('utf8');
  const inventory = parseInventory(text, INVENTORY_FILE);
  if (inventory.conflicted)
    throw failure('input', {
      code: 'workspace/inventory',
      message: 'the inventory holds the markers of a merge',
      place: { file: INVENTORY_FILE },
      remedy: 'run `cluster-template configure`, which settles it',
    });
  const files = new Map([...inventory.files].map(([path, [hash = '']]) => [path, hash]));
  const inputs = new Map(inventory.inputs);
  for (const { path, before, text: after } of changes) {
    const old = before === undefined ? undefined : contentHash(before);
    if (after === undefined) {
      if (inputs.get(path) === old) inputs.delete(path);
      continue;
    }
    const fresh = contentHash(Buffer.from(after, 'utf8'));
    // What was edited by hand before stays so.
    if (files.get(path) === old && old !== undefined) files.set(path, fresh);
    if (inputs.get(path) === old && (old !== undefined || path === OVERRIDE)) inputs.set(path, fresh);
  }
  const { generator, adopted } = inventory;
  return {
    path: INVENTORY_FILE,
    before: bytes,
    text: formatInventory({ generator, adopted, recipient: recipient ?? inventory.recipient, files, inputs }),
  };
}

/** A new age key, as age-keygen writes it. */
export async function newKey(kind: KeyKind): Promise<{ readonly text: string; readonly recipient: string }> {
  const identity = generateIdentity(kind);
  keepSecrets([{ name: 'the new age key', value: identity.reveal() }]);
  const recipient = await identity.recipient();
  const created = `${now().toISOString().slice(0, 19)}Z`;
  return { text: `# created: ${created}\n# public key: ${recipient}\n${identity.reveal()}\n`, recipient };
}

function recipientsIn(path: string, text: string): string[] {
  return readSealed(path, text).metadata.age.map(({ recipient }) => recipient);
}

/** Post-quantum recipients have 2,000 letters. */
function short(recipient: string): string {
  return recipient.length > 80 ? `${recipient.slice(0, 24)}…${recipient.slice(-8)}` : recipient;
}
