import { describeOpen, openValues } from '../../checks/secrets.ts';
import type { ClusterRoot } from '../../cluster/root.ts';
import { stagedPaths } from '../../pipeline/repository.ts';
import { Failure, type Finding } from '../../report/finding.ts';
import { unmergedFindings } from '../../report/source.ts';
import { isEncrypted, open, readSealed } from '../../sops/decrypt.ts';
import type { Metadata } from '../../sops/metadata.ts';
import { isSecretPath, parseRules, type Rule } from '../../sops/rules.ts';
import { parseEncrypted } from '../../sops/seal.ts';
import { selects } from '../../sops/selection.ts';
import { type Tree, visitLeaves } from '../../sops/tree.ts';
import { isHidden } from '../../sops/redact.ts';
import { askGit } from '../../system/git.ts';
import { type Candidate, candidates, isWrongKey, openVault, RULES_FILE, type Vault } from './vault.ts';

/** What a look at the encrypted files found. */
interface FilesChecked {
  readonly files: number;
  /** How many of them a key at hand opened, so that their MAC was verified. */
  readonly verified: number;
  readonly findings: readonly Finding[];
}

/**
 * Checks every file that is encrypted or should be: that it is, to exactly the recipients of its rule and by what that encrypts, that no rule
 * is missing, and that nobody changed it since. Without a key that opens a file its MAC is not verified; it has to be whole in its structure.
 */
export async function checkFiles(vault: Vault): Promise<FilesChecked> {
  return await checkAll(vault, await candidates(vault));
}

/**
 * The same of what the next commit would change.
 *
 * @param index - absolute path of the index that git hands to a hook
 */
export async function checkStagedFiles(root: ClusterRoot, index: string | undefined): Promise<readonly Finding[]> {
  const staged = await stagedPaths(root.path, index);
  const options = { isWhole: true, ...(index === undefined ? {} : { index }) };
  const read = async (path: string): Promise<string | undefined> => {
    const { exitCode, stdout } = await askGit(root.path, ['cat-file', 'blob', `:./${path}`], options);
    return exitCode === 0 ? stdout : undefined;
  };
  const rules = await read(RULES_FILE);
  const names = [...staged].filter(
    (path) => isSecretPath(path) || (rules !== undefined && path !== RULES_FILE && MAY_BE_SECRET.test(path)),
  );
  // Most commits touch no secret: nothing else is asked for then.
  if (rules === undefined || names.length === 0) return [];
  const vault = { ...(await openVault(root)), rules: parseRules(rules) };
  const found = await candidates(vault, { paths: names, read: (_, path) => read(path) });
  const { findings } = await checkAll(vault, found);
  return findings.filter(({ severity }) => severity === 'error');
}

const MAY_BE_SECRET = /\.(?:ya?ml|json|env|ini)$/;

async function checkAll(vault: Vault, files: readonly Candidate[]): Promise<FilesChecked> {
  const findings: Finding[] = [];
  let verified = 0;
  let locked = 0;
  const own = await ownRecipients(vault, files);
  if (vault.rules === undefined && files.length > 0) findings.push(noRules());
  for (const file of files) {
    const wrong = checkOne(file, vault.rules !== undefined, own);
    findings.push(...wrong);
    if (wrong.some(({ severity }) => severity === 'error') && !wrong.every(isOfRule)) continue;
    const result = await verify(vault, file);
    if (result === 'locked') locked += 1;
    else if (result === 'fine') verified += 1;
    else findings.push(...result);
  }
  if (locked > 0) findings.push(notVerified(locked));
  return { files: files.length, verified, findings: once(findings) };
}

/** The recipients of the keys at hand, where a rule is there to compare them with. */
async function ownRecipients({ rules, keyring }: Vault, files: readonly Candidate[]): Promise<ReadonlySet<string>> {
  if (rules === undefined || files.length === 0) return new Set();
  return new Set(await Promise.all((await keyring.identities()).map((identity) => identity.recipient())));
}

/** What a rule is wrong in says nothing of the file. */
function isOfRule({ code }: Finding): boolean {
  return code === 'sops/no-rule' || code === 'sops/recipient' || code === 'sops/other-rule' || code === 'sops/rules';
}

async function verify(vault: Vault, { path, text }: Candidate): Promise<'fine' | 'locked' | readonly Finding[]> {
  try {
    await vault.keyring.try((identities) => open({ path, text, identities }));
    return 'fine';
  } catch (error) {
    if (isWrongKey(error)) return 'locked';
    if (error instanceof Failure && error.kind === 'input') return error.findings;
    throw error;
  }
}

function checkOne({ path, text, rule }: Candidate, hasRules: boolean, own: ReadonlySet<string>): readonly Finding[] {
  const unmerged = unmergedFindings(
    path,
    text,
    'take one side whole, or let `cluster-template secrets merge` merge it next time: `cluster-template init --git-diff`',
  );
  if (unmerged.length > 0) return unmerged.slice(0, 1);
  try {
    if (!isEncrypted(path, text)) return [notEncrypted(path)];
    const { tree, metadata } = readSealed(path, text);
    const broken = checkStructure(path, tree, metadata);
    // What was cut off has lost the words that would be compared, and nothing can encrypt it anew.
    if (!hasRules || broken.some(({ code }) => code === 'sops/mac')) return broken;
    return [...broken, ...checkRule(path, { tree, metadata }, rule, own)];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.findings;
  }
}

/** What can be told without a key: every value that is to be encrypted is a whole ciphertext, and so is the MAC. */
function checkStructure(path: string, tree: Tree, { selection, mac }: Metadata): Finding[] {
  const isSelected = selects(selection);
  const plain: string[] = [];
  const damaged: string[] = [];
  visitLeaves(tree, (leaf, position) => {
    if (!isSelected(leaf, position)) return;
    const key = position.path.join('.');
    if (!isHidden(leaf)) plain.push(leaf.kind === 'comment' ? `a comment below ${key}` : key);
    else if (leaf.kind === 'str' && leaf.value !== '' && parseEncrypted(leaf.value) === undefined) damaged.push(key);
  });
  const findings: Finding[] = [];
  // Old versions of sops left comments as they were.
  const values = plain.filter((key) => !key.startsWith('a comment'));
  const open = openValues(tree);
  if (values.length > 0) findings.push(openFinding(path, `${listed(values)} not encrypted`));
  else if (open !== undefined) findings.push(openFinding(path, describeOpen(open)));
  if (damaged.length > 0) {
    findings.push({
      code: 'sops/damaged',
      severity: 'error',
      message: `${path} has ciphertexts that are not whole: ${listed(damaged)} damaged`,
      place: { file: path },
      remedy: 'restore the file from Git',
    });
  }
  if (parseEncrypted(mac) === undefined) {
    const message = `${path} has no MAC, or one that is not whole: nobody could tell whether its values were changed`;
    findings.push({
      code: 'sops/mac',
      severity: 'error',
      message,
      place: { file: path },
      remedy: 'restore the file from Git',
    });
  }
  return findings;
}

function listed(keys: readonly string[]): string {
  const unique = [...new Set(keys)];
  const shown = unique
    .slice(0, 3)
    .map((key) => `\`${key}\``)
    .join(', ');
  return `${shown}${unique.length > 3 ? ', …' : ''} ${unique.length === 1 ? 'is' : 'are'}`;
}

function openFinding(path: string, what: string): Finding {
  return {
    code: 'secrets/plain-text',
    severity: 'error',
    message: `${path} holds values in plain text: ${what}`,
    place: { file: path },
    remedy: `encrypt it again (\`cluster-template secrets rotate ${path}\`), and replace the secret if it was ever pushed`,
  };
}

function notEncrypted(path: string): Finding {
  return {
    code: 'sops/not-encrypted',
    severity: 'error',
    message: `${path} is not encrypted, though its name or a rule of ${RULES_FILE} says so`,
    place: { file: path },
    remedy: `run \`cluster-template secrets encrypt ${path}\`, and replace the secret if it was ever pushed`,
  };
}

function checkRule(
  path: string,
  { tree, metadata }: { readonly tree: Tree; readonly metadata: Metadata },
  rule: Rule | undefined,
  ownKeys: ReadonlySet<string>,
): Finding[] {
  const about = { severity: 'error', place: { file: path } } as const;
  if (rule === undefined) {
    const message = `no creation rule in ${RULES_FILE} takes ${path}: whoever encrypts it again has no recipients`;
    return [{ ...about, code: 'sops/no-rule', message, remedy: 'add a rule for it, or move the file' }];
  }
  if (rule.problems !== undefined) return [...rule.problems];
  const remedy = `run \`cluster-template secrets rotate ${path}\`, which encrypts it by its rule`;
  const own = metadata.age.map(({ recipient }) => recipient);
  const [missing, more] = [
    rule.recipients.filter((one) => !own.includes(one)),
    own.filter((one) => !rule.recipients.includes(one)),
  ];
  const findings: Finding[] = [];
  if (more.some((one) => ownKeys.has(one)) && !rule.recipients.some((one) => ownKeys.has(one))) {
    // As between `init` and the first `configure`: encrypting by that rule would lock out whoever sits here.
    findings.push({
      ...about,
      severity: 'warning',
      code: 'sops/recipient',
      message: `${path} is encrypted to the key that is here, which the rule of ${RULES_FILE} does not name`,
      remedy: `run \`cluster-template configure\`, which writes ${RULES_FILE} for the key of this cluster`,
    });
  } else if (missing.length > 0 || more.length > 0) {
    const parts = [
      ...(more.length > 0
        ? [`${more.map(short).join(', ')} can read it and ${more.length === 1 ? 'is' : 'are'} none of its rule`]
        : []),
      ...(missing.length > 0 ? [`${missing.map(short).join(', ')} of its rule cannot`] : []),
    ];
    findings.push({
      ...about,
      code: 'sops/recipient',
      message: `${path} has other recipients than its rule: ${parts.join(', ')}`,
      remedy,
    });
  }
  const { by, pattern } = metadata.selection;
  const isSame =
    by === rule.selection.by &&
    pattern === rule.selection.pattern &&
    metadata.macOnlyEncrypted === rule.macOnlyEncrypted;
  if (!isSame) {
    const message = `${path} was not encrypted as its rule says: by ${by} ${pattern}, where ${RULES_FILE} has ${rule.selection.by} ${rule.selection.pattern}`;
    const onlyMac = by === rule.selection.by && pattern === rule.selection.pattern;
    const other = `${path} was not encrypted as its rule says: \`mac_only_encrypted\` is another`;
    findings.push({
      ...about,
      // A pattern names what is secret. Without one everything is, which few mean.
      severity: rule.selection.by === 'encrypted_regex' && leavesOpen(tree, rule) ? 'error' : 'warning',
      code: 'sops/other-rule',
      message: onlyMac ? other : message,
      remedy,
    });
  }
  return findings;
}

/** Whether something stands in plain text that a rule would encrypt. */
function leavesOpen(tree: Tree, { selection }: Rule): boolean {
  const isSelected = selects(selection);
  let isOpen = false;
  visitLeaves(tree, (leaf, position) => {
    isOpen ||= leaf.kind !== 'comment' && isSelected(leaf, position) && !isHidden(leaf);
  });
  return isOpen;
}

/** Post-quantum recipients have 2,000 letters. */
function short(recipient: string): string {
  return recipient.length > 80 ? `${recipient.slice(0, 24)}…${recipient.slice(-8)}` : recipient;
}

function noRules(): Finding {
  return {
    code: 'sops/rules',
    severity: 'error',
    message: `there is no ${RULES_FILE}: nobody knows to whom files are to be encrypted`,
    place: { file: RULES_FILE },
    remedy: 'run `cluster-template configure`, which makes it, or write one',
  };
}

function notVerified(count: number): Finding {
  return {
    code: 'secrets/not-checked',
    severity: 'note',
    message: `of ${String(count)} ${count === 1 ? 'file' : 'files'} the MAC was not verified: no key at hand opens ${count === 1 ? 'it' : 'them'}`,
  };
}

/** A rule with a problem has it for every file. */
function once(findings: readonly Finding[]): Finding[] {
  const seen = new Map(findings.map((finding) => [JSON.stringify(finding), finding]));
  return [...seen.values()];
}
