import { isAbsolute, join, relative, resolve } from 'node:path';
import {
  findPlainSecrets,
  isPrivateFile,
  isPublished,
  keyIn,
  literalSecrets,
  secretsIn,
  type PlainSecret,
  plainSecretNames,
  SECRET_KIND,
} from '../../checks/secrets.ts';
import { isSecretPath } from '../../sops/rules.ts';
import { type ClusterRoot, COMPANION_FILE, SAMPLE_CLOUDFLARE_TOKEN } from '../../cluster/root.ts';
import { readCompanion } from '../../cluster/config/companion.ts';
import { secretName, writtenSecrets } from '../../cluster/config/secrets.ts';
import { localSecrets } from '../../pipeline/credentials.ts';
import { lint } from '../../pipeline/lint.ts';
import { isWhollyEncrypted } from '../../pipeline/secret-changes.ts';
import { searchFor } from '../../pipeline/secret-gate.ts';
import { readInventory } from '../../pipeline/state.ts';
import { Failure, type Finding, inOrder } from '../../report/finding.ts';
import { readUnmerged, unmergedFindings } from '../../report/source.ts';
import { keepSecrets } from '../../report/redaction.ts';
import type { KnownSecret, SecretSearch } from '../../report/secret-search.ts';
import { decrypt } from '../../sops/decrypt.ts';
import type { AgeIdentity } from '../../sops/identities.ts';
import { environment } from '../../system/environment.ts';
import { errorCode, inspect, listTree, readBytesIfPresent } from '../../system/files.ts';
import { askGitForPaths, readObjects, type GitOptions } from '../../system/git.ts';
import type { Inventory } from '../../workspace/inventory.ts';
import type { Check } from '../repository/configuration.ts';
import { examineHistory, type LeakSearches } from './history.ts';
import { tryKeyAtHand } from '../repository/keys.ts';
import { secretFiles, SETTLE } from '../repository/secrets.ts';

/** Secrets in plain text among the files that git tracks, and in its history. */
export async function checkTracked(root: ClusterRoot): Promise<Check[]> {
  const listed = await askGitForPaths(root.path, ['ls-files', '-z']);
  if (listed === undefined) return [];
  const searches = await searchesOf(root);
  const read = (path: string): Promise<Buffer | undefined> => readTracked(join(root.path, path));
  const findings: Finding[] = [];
  for (const path of listed) findings.push(...(await examine(root, { path, read: () => read(path) }, searches)));
  // The forms of tokens, Secrets in plain text and the like are what the rules know, under the settings of the repository.
  const tracked = new Set(listed);
  const known = (await ruledFindings(root)).filter(({ place }) => place === undefined || tracked.has(place.file));
  const history = await examineHistory(root, searches);
  return [
    {
      area: 'repository',
      subject: `${String(listed.length)} tracked files without plain secrets`,
      findings: withLeaks(known, findings),
    },
    { area: 'repository', subject: `${history.subject} without plain secrets`, findings: history.findings },
  ];
}

/**
 * Secrets in plain text in what the next commit would hold, for a git hook: those that the rules know, and those of this cluster.
 *
 * @returns empty where there is no git repository
 */
export async function checkStaged(root: ClusterRoot): Promise<Finding[]> {
  const { findings } = await lint(root.path, { area: 'secret', staged: true });
  return withLeaks(findings, await findStagedLeaks(root));
}

/** What the rules about secrets find in the files on disk. Where one cannot be read they were not asked: what is wrong with it others tell. */
async function ruledFindings(root: ClusterRoot): Promise<readonly Finding[]> {
  try {
    return (await lint(root.path, { area: 'secret' })).findings;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.findings.map((finding) => ({
      ...finding,
      severity: 'warning',
      message: `the rules about secrets were not asked: ${finding.message}`,
    }));
  }
}

/** What the search for secrets of this cluster says of a file says more than the form of a token. */
export function withLeaks(findings: readonly Finding[], leaks: readonly Finding[]): Finding[] {
  const told = new Set(leaks.map(({ place }) => place?.file));
  return inOrder([
    ...leaks,
    ...findings.filter(({ code, place }) => !code.startsWith('secret/') || !told.has(place?.file)),
  ]);
}

/**
 * Secrets of this cluster in what the next commit would hold.
 *
 * @returns findings, all of them errors; empty where there is no git repository
 */
export async function findStagedLeaks(root: ClusterRoot): Promise<Finding[]> {
  const { GIT_INDEX_FILE: index } = environment();
  // For `git commit -a` and `git commit FILE` git hands its hooks an index of their own, relative to where it starts them.
  const asked: GitOptions = index === undefined ? {} : { index: resolve(index) };
  const list = ['diff', '--cached', '--raw', '--no-abbrev', '--no-renames', '--relative', '--diff-filter=ACMT', '-z'];
  const staged = stagedFiles((await askGitForPaths(root.path, list, asked)) ?? []);
  if (staged.length === 0) return [];
  const searches = await searchesOf(root);
  const texts = await readObjects(
    root.path,
    staged.map(({ object }) => object),
    asked,
  );
  const findings = staged.map(async ({ path }, index_) => {
    const text = texts[index_];
    const bytes = text === undefined ? undefined : Buffer.from(text, 'utf8');
    return await examine(root, { path, read: () => Promise.resolve(bytes) }, searches);
  });
  return (await Promise.all(findings)).flat();
}

/** Of `:100644 100644 <old> <new> M`, which its path follows; a submodule has no content. */
function stagedFiles(fields: readonly string[]): { readonly path: string; readonly object: string }[] {
  return fields.flatMap((field, index) => {
    const [, object] = /^:\d+ (?!160000)\d+ [0-9a-f]+ ([0-9a-f]+) [A-Z]\d*$/.exec(field) ?? [];
    const path = fields[index + 1];
    return object === undefined || path === undefined ? [] : [{ path, object }];
  });
}

/** A file that git holds, or is about to. */
interface HeldFile {
  /** Relative to the cluster's root, with forward slashes. */
  readonly path: string;
  readonly read: () => Promise<Buffer | undefined>;
}

async function searchesOf(root: ClusterRoot): Promise<LeakSearches> {
  const secrets = await secretsAtHand(root);
  const files = await listTree(join(root.path, SAMPLE_FOLDER));
  const texts = await Promise.all(files.map((path) => readTracked(join(root.path, SAMPLE_FOLDER, path))));
  const published = texts.map((bytes) => bytes?.toString('utf8') ?? '').join('\n');
  const own = secrets.filter(({ value }) => !published.includes(value.trim()));
  return { all: searchFor(secrets), own: searchFor(own) };
}

/** Where the published keys of the sample lie. */
const SAMPLE_FOLDER = 'tests/sample';

async function examine(root: ClusterRoot, { path, read }: HeldFile, searches: LeakSearches): Promise<Finding[]> {
  const search = isPublished(path) ? searches.own : searches.all;
  if (!isPublished(path) && isPrivateFile(path)) {
    return [leak(path, `${path} gives access to the cluster, and git must not hold it`)];
  }
  const bytes = await read().catch((error: unknown) => notSearched(path, error));
  if (bytes === undefined) return [];
  if (!Buffer.isBuffer(bytes)) return [bytes];
  const text = bytes.includes(0) ? undefined : bytes.toString('utf8');
  if (path === relative(root.path, root.clusterFile) && text !== undefined)
    return examineConfiguration(path, text, search);
  const own = findPlainSecrets([{ path, bytes }], search).map((found) => leakAt(found));
  // Keys and fixtures of the sample lie there for everybody.
  if (isPublished(path)) return own;
  // What is encrypted is text.
  if (text === undefined)
    return isSecretPath(path) ? [...own, leak(path, `${path} is not encrypted`, encryptIt(path))] : own;
  const sides = isSecretPath(path) ? (readUnmerged(text)?.sides ?? []) : [];
  if (sides.length > 0 && sides.every((side) => isWhollyEncrypted(path, side))) {
    return [...own, ...unmergedFindings(path, text, SETTLE).slice(0, 1)];
  }
  if (isSecretPath(path) && !isWhollyEncrypted(path, text)) {
    return [...own, leak(path, `${path} holds values that are not encrypted`, encryptIt(path))];
  }
  if (own.length > 0) return own;
  const key = keyIn(text);
  if (key !== undefined) return [leak(path, `${path} holds ${key}`)];
  const [plain] = plainSecretNames(path, text);
  if (plain !== undefined) return [leak(path, `${path} is a Secret in plain text: ${plain}`)];
  const isTemplate = SECRET_TEMPLATE.test(path) || (path.startsWith('templates/') && SECRET_KIND.test(text));
  return isTemplate ? literalSecrets(text).map((name) => literalLeak(path, name)) : [];
}

/** A file of that size is told as one that was not looked at; all others still are. */
function notSearched(path: string, error: unknown): Finding {
  const [finding] = error instanceof Failure ? error.findings : [];
  if (finding?.code !== 'workspace/too-large') throw error;
  return {
    ...finding,
    severity: 'warning',
    message: `${path} was not searched for secrets: ${finding.message}`,
    place: { file: path },
  };
}

/** Templates of secrets: what an expression gives is no text of theirs. */
const SECRET_TEMPLATE = /^templates\/.*[^/]\.sops\.[^./]+\.[^./]+$/;

/** Secrets that stand in cluster.yaml itself, however short, and others that found their way there. */
function examineConfiguration(path: string, text: string, search: SecretSearch): Finding[] {
  const fields = [...writtenSecrets(text).literal.keys()];
  const names = new Set(fields.map(secretName));
  const others = findPlainSecrets([{ path, bytes: Buffer.from(text, 'utf8') }], search);
  return [
    ...fields.map((field) => ({
      ...leak(path, `\`${field}\` stands in plain text in ${path}`),
      remedy: `move it to ${COMPANION_FILE}, or write {env: NAME} or {file: PATH}, and replace the secret if it was ever pushed`,
    })),
    ...others.filter(({ name }) => !names.has(name)).map((found) => leakAt(found)),
  ];
}

/**
 * Every secret of the cluster that can be read from here: the local files, cluster.yaml and what it names, its encrypted companion, and
 * what the encrypted files of the tree hold. What cannot be read is left out: this looks for leaks, and others tell of broken files.
 */
async function secretsAtHand(root: ClusterRoot): Promise<KnownSecret[]> {
  const env = environment();
  const hand = await tryKeyAtHand(root, await inventoryIfReadable(root));
  const identities = 'key' in hand ? hand.key.identities : [];
  const secrets = [
    ...localSecrets(root),
    ...identities.map((identity) => ({ name: 'the private age key', value: identity.reveal() })),
    ...(await configuredSecrets(root, env)),
    ...(await encryptedSecrets(root, identities)),
    // Until a token is there the placeholder stands in its place, and in every copy of the sample.
  ].filter(({ value }) => value !== SAMPLE_CLOUDFLARE_TOKEN);
  keepSecrets(secrets);
  return secrets;
}

/** One that cannot be read is told by others. */
async function inventoryIfReadable(root: ClusterRoot): Promise<Inventory | undefined> {
  try {
    return await readInventory(root);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return undefined;
  }
}

async function configuredSecrets(
  root: ClusterRoot,
  env: Readonly<Record<string, string | undefined>>,
): Promise<KnownSecret[]> {
  const written = writtenSecrets((await readTracked(root.clusterFile))?.toString('utf8') ?? '');
  const files = [...written.file].map(async ([field, path]) => {
    const bytes = await readTracked(isAbsolute(path) ? path : join(root.path, path));
    return [field, bytes?.toString('utf8').trim()] as const;
  });
  const values = [
    ...written.literal,
    ...[...written.env].map(([field, name]) => [field, env[name]?.trim()] as const),
    ...(await Promise.all(files)),
  ];
  return values.flatMap(([field, value]) => (value ? [{ name: secretName(field), value }] : []));
}

async function encryptedSecrets(root: ClusterRoot, identities: readonly AgeIdentity[]): Promise<KnownSecret[]> {
  if (identities.length === 0) return [];
  const lists = (await secretFiles(root, 'passed over')).map(async ({ path, text }) => {
    try {
      if (path !== COMPANION_FILE) return secretsIn(path, (await decrypt({ path, text, identities })).tree);
      const fields = Object.entries(await readCompanion(text, identities));
      return fields.map(([field, value]) => ({ name: `\`${field}\` of ${path}`, value }));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return [];
    }
  });
  return (await Promise.all(lists)).flat();
}

/** A file may be tracked and not be there, or be a link: what git holds of that is its target's name. */
async function readTracked(path: string): Promise<Buffer | undefined> {
  try {
    return (await inspect(path))?.kind === 'file' ? await readBytesIfPresent(path) : undefined;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}

function leakAt({ path, line, name }: PlainSecret): Finding {
  return { ...leak(path, `${path} shows ${name} in plain text`), place: { file: path, line } };
}

function literalLeak(path: string, key: string): Finding {
  return {
    ...leak(path, `\`${key}\` of this secret is written out in its template, which git holds in plain text`),
    remedy: `write it to ${COMPANION_FILE} or a file that git ignores, read it from there, and replace the secret if it was ever pushed`,
  };
}

/** What is to be done with a file whose name says that it is encrypted. */
function encryptIt(path: string): string {
  return `encrypt it with \`cluster-template secrets encrypt ${path}\`, and replace the secret if it was ever pushed`;
}

function leak(
  path: string,
  message: string,
  remedy = `take it out with \`git rm --cached ${path}\`, and replace the secret if it was ever pushed`,
): Finding {
  return {
    code: 'secrets/in-git',
    severity: 'error',
    message,
    place: { file: path },
    remedy,
  };
}
