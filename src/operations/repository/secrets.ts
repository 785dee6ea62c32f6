import { dirname, join } from 'node:path';
import { isSecretPath, parseRules, ruleFor, type Rules } from '../../sops/rules.ts';
import { type ClusterRoot, COMPANION_FILE, SAMPLE_RECIPIENT } from '../../cluster/root.ts';
import type { AgeKey } from '../../cluster/credentials/read.ts';
import { isBehindLink, refuseLinksOut } from '../../pipeline/foreign-files.ts';
import { renderOnly } from '../../pipeline/render-only.ts';
import { Failure, type Finding } from '../../report/finding.ts';
import { unmergedFindings } from '../../report/source.ts';
import { decrypt, isEncrypted, readSealed } from '../../sops/decrypt.ts';
import { listTree, readTextIfPresent } from '../../system/files.ts';
import type { Inventory } from '../../workspace/inventory.ts';
import type { Check } from './configuration.ts';
import { tryKeyAtHand } from './keys.ts';

/** An encrypted file of the tree, or one that should be. */
interface SecretFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Every secret file of the tree, sorted: the folders that rendering owns, the secrets of Talos and the companion of cluster.yaml.
 *
 * @param links - whether links are passed over: what git holds of one is the name of its target
 * @throws Failure where one is a link out of the repository
 */
export async function secretFiles(
  root: ClusterRoot,
  links: 'followed' | 'passed over' = 'followed',
): Promise<SecretFile[]> {
  const folders = ['bootstrap', 'kubernetes', 'talos'];
  const lists = await Promise.all(
    folders.map(async (folder) => (await listTree(join(root.path, folder))).map((path) => `${folder}/${path}`)),
  );
  const all = lists.flat().filter((path) => isSecretPath(path) && !path.startsWith('talos/clusterconfig/'));
  const inside = links === 'followed' ? all : all.filter((path) => !isBehindLink(root, path));
  await refuseLinksOut(root, inside);
  const places = [
    ...inside.map((path) => ({ path, file: join(root.path, path) })),
    { path: COMPANION_FILE, file: join(dirname(root.clusterFile), COMPANION_FILE) },
  ];
  const files = await Promise.all(
    places.map(async ({ path, file }) => ({ path, text: await readTextIfPresent(file) })),
  );
  return files.flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text }]));
}

/**
 * Whether the secrets of the tree can be read, and where not, which of four causes it is: there is no key; the key is another one
 * than the file was encrypted to; no rule of .sops.yaml takes the path, or it names another recipient than the file has; the file
 * was changed after it was encrypted, or never was.
 */
export async function checkSecrets(root: ClusterRoot, inventory: Inventory | undefined): Promise<Check[]> {
  const read = await trySecretFiles(root);
  if ('findings' in read) return [{ area: 'secrets', subject: 'encrypted files', findings: read.findings }];
  const { files } = read;
  const hand = await tryKeyAtHand(root, inventory);
  const rules = await readRulesFile(root);
  const ruleFindings = 'findings' in rules ? rules.findings : files.flatMap((file) => checkRule(file, rules.rules));
  const opened = 'key' in hand ? await checkOpening(files, hand.key) : hand.findings;
  return [
    { area: 'secrets', subject: `${String(files.length)} encrypted files`, findings: fold(opened) },
    { area: 'secrets', subject: 'the rules of .sops.yaml', findings: fold(ruleFindings) },
    { area: 'secrets', subject: 'the published key of the sample', findings: sampleFindings(files) },
  ];
}

async function trySecretFiles(
  root: ClusterRoot,
): Promise<{ readonly files: readonly SecretFile[] } | { readonly findings: readonly Finding[] }> {
  try {
    return { files: await secretFiles(root) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { findings: error.findings };
  }
}

/** What `configure` would make of the secrets: an override may take them apart although every file that lies there is sound. */
export async function checkRendering(root: ClusterRoot): Promise<Check> {
  const subject = 'what a run would write';
  try {
    await renderOnly(root);
    return { area: 'secrets', subject, findings: [] };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { area: 'secrets', subject, findings: error.findings };
  }
}

/** Files that the published key of the sample opens: a cluster that is made from them belongs to everybody. */
export function filesOfSample(files: readonly SecretFile[]): string[] {
  return files.filter((file) => recipientsOf(file).includes(SAMPLE_RECIPIENT)).map(({ path }) => path);
}

async function checkOpening(files: readonly SecretFile[], { identities }: AgeKey): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { path, text } of files) {
    const unmerged = unmergedFindings(path, text, SETTLE);
    if (unmerged.length > 0) {
      findings.push(...unmerged.slice(0, 1));
      continue;
    }
    try {
      if (isEncrypted(path, text)) await decrypt({ path, text, identities });
      else findings.push(notEncrypted(path));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      findings.push(...error.findings);
    }
  }
  return findings;
}

/** What to do about a merge in an encrypted file. */
export const SETTLE =
  'run `cluster-template configure`, which settles it in generated files; of a file of your own take one side whole';

function notEncrypted(path: string): Finding {
  return {
    code: 'sops/not-encrypted',
    severity: 'error',
    message: `${path} is not encrypted, though its name says so`,
    place: { file: path },
    remedy: `run \`cluster-template secrets encrypt ${path}\`, and replace the secret if it was ever pushed`,
  };
}

async function readRulesFile(
  root: ClusterRoot,
): Promise<{ readonly rules: Rules } | { readonly findings: readonly Finding[] }> {
  const file = '.sops.yaml';
  const text = await readTextIfPresent(join(root.path, file));
  if (text === undefined) {
    const remedy = 'run `cluster-template configure`, which makes it';
    const message = `${file} does not exist: sops does not know what to encrypt to whom`;
    return { findings: [{ code: 'sops/rules', severity: 'error', message, place: { file }, remedy }] };
  }
  try {
    return { rules: parseRules(text, file) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { findings: error.findings };
  }
}

/** The companion lies outside of the folders that rules are made for; sops edits it by what its own metadata say. */
function checkRule(file: SecretFile, rules: Rules): Finding[] {
  const { path } = file;
  const recipients = recipientsOf(file);
  if (path === COMPANION_FILE || recipients.length === 0) return [];
  const about = { severity: 'error', place: { file: path } } as const;
  const rule = ruleFor(rules, path);
  if (rule === undefined) {
    const message = `no creation rule in .sops.yaml matches ${path}: sops cannot encrypt it anew`;
    return [
      { ...about, code: 'sops/no-rule', message, remedy: 'rename the file, or run `cluster-template configure`' },
    ];
  }
  if (rule.problems !== undefined) return [...rule.problems];
  if (rule.recipients.some((recipient) => recipients.includes(recipient))) return [];
  const message = `${path} is encrypted to ${recipients.join(', ')}, its rule in .sops.yaml names ${rule.recipients.join(', ')}`;
  const remedy = `run \`cluster-template configure\`, or \`cluster-template secrets rotate ${path}\` with the old key for a file of your own`;
  return [{ ...about, code: 'sops/recipient', message, remedy }];
}

function recipientsOf({ path, text }: SecretFile): readonly string[] {
  try {
    return isEncrypted(path, text) ? readSealed(path, text).metadata.age.map(({ recipient }) => recipient) : [];
  } catch (error) {
    // What cannot be read at all is told where it is opened.
    if (!(error instanceof Failure)) throw error;
    return [];
  }
}

function sampleFindings(files: readonly SecretFile[]): Finding[] {
  const found = filesOfSample(files);
  if (found.length === 0) return [];
  const more = found.length > 1 ? ` and ${String(found.length - 1)} more` : '';
  const message = `${found[0] ?? ''}${more} can be read with the published key of the sample`;
  const remedy =
    'run `cluster-template configure`, which encrypts them to your own key; remove files of the sample that are left';
  return [{ code: 'secrets/sample-key', severity: 'error', message, remedy }];
}

/** One finding of each kind: where the key is wrong, it is wrong for every file. */
function fold(findings: readonly Finding[]): Finding[] {
  const kinds = new Map<string, Finding[]>();
  for (const finding of findings) kinds.set(finding.code, [...(kinds.get(finding.code) ?? []), finding]);
  return [...kinds.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    if (others.length === 0) return [first];
    const names = others.flatMap(({ place }) => place?.file ?? []).slice(0, 3);
    const list = names.length === 0 ? '' : ` (${names.join(', ')}${others.length > names.length ? ', …' : ''})`;
    return [{ ...first, message: `${first.message}; the same holds for ${String(others.length)} more${list}` }];
  });
}
