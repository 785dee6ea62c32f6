import { dirname, join, relative } from 'node:path';
import { changedCompanion, companionStandIns, encryptCompanion, readCompanion } from '../cluster/config/companion.ts';
import { writtenSecrets } from '../cluster/config/secrets.ts';
import { Failure, failure, type Finding } from '../report/finding.ts';
import { keepSecrets, type Secret } from '../report/redaction.ts';
import { asFields } from '../text/values.ts';
import { type Access, findAccess, keyAtHand } from './access.ts';
import { planEdits, writeEdits } from './apps.ts';
import { examineConfiguration, readConfigurationFile } from './configuration.ts';
import { readInventory } from './state.ts';
import { type ClusterRoot, COMPANION_FILE, SAMPLE_CLOUDFLARE_TOKEN } from '../cluster/root.ts';
import { readDocument } from '../cluster/config/document.ts';
import { schemaAt, SECRET_FIELDS } from '../cluster/config/schemas.ts';
import type { AgeKey } from '../cluster/credentials/read.ts';
import { refuseForeignFiles } from './foreign-files.ts';
import { now } from '../system/environment.ts';
import { inspect, readTextIfPresent } from '../system/files.ts';
import { below, publishFile } from '../system/writing.ts';

/**
 * Makes the encrypted companion of cluster.yaml where there is none, with a placeholder that says which secret is wanted where it is
 * given none.
 *
 * @param secrets - texts by field
 */
export async function makeCompanion(
  root: ClusterRoot,
  key: AgeKey,
  secrets: Readonly<Record<string, string>> = {},
): Promise<{ readonly file: string; readonly outcome: 'created' | 'present' }> {
  const place = below(dirname(root.clusterFile), COMPANION_FILE);
  if ((await inspect(place.path)) !== undefined) return { file: COMPANION_FILE, outcome: 'present' };
  const text = await encryptCompanion({
    secrets: Object.keys(secrets).length === 0 ? { cloudflare_token: SAMPLE_CLOUDFLARE_TOKEN } : secrets,
    recipient: key.recipient,
    identities: key.identities,
    now: now(),
  });
  return { file: COMPANION_FILE, outcome: (await publishFile(place, text, 0o644)) ? 'created' : 'present' };
}

/** Where the secret of a field is, and whether there is one. */
interface SecretState {
  readonly name: string;
  readonly where: 'companion' | 'plain' | 'variable' | 'file' | 'nowhere';
  /** Name of the variable, or path of the file. */
  readonly source?: string;
  /** `unknown` where there is no key to look with. */
  readonly state: 'set' | 'placeholder' | 'missing' | 'unknown';
}

/** The secrets of the configuration, without any value of one. */
interface SecretStates {
  /** One for each field that takes a secret. */
  readonly states: readonly SecretState[];
  /** Whom the tree is encrypted to; undefined where nobody owns it. */
  readonly owner: string | undefined;
  /** Whether the key of the owner is at hand. */
  readonly hasKey: boolean;
  /** Why the companion could not be opened. */
  readonly findings: readonly Finding[];
}

/**
 * Looks where each secret of the configuration is.
 *
 * @throws Failure where a file cannot be read at all
 */
export async function readSecretStates(root: ClusterRoot): Promise<SecretStates> {
  const inventory = await readInventory(root);
  const key = await keyAtHand(root, inventory?.recipient);
  const hasKey = key !== undefined && (inventory === undefined || key.recipient === inventory.recipient);
  const [text = '', sealed] = await Promise.all([
    readConfigurationFile(root, root.clusterFile),
    readConfigurationFile(root, join(dirname(root.clusterFile), COMPANION_FILE)),
  ]);
  const findings: Finding[] = [];
  const attempt = async <T>(read: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      findings.push(...error.findings);
      return undefined;
    }
  };
  const named = sealed === undefined ? undefined : await attempt(() => companionStandIns(sealed, (name) => name));
  const opened =
    sealed === undefined || key === undefined || !hasKey
      ? undefined
      : await attempt(() => readCompanion(sealed, key.identities));
  const written = writtenSecrets(text);
  const { value } = readDocument('cluster', { file: 'cluster.yaml', text });
  const stateOf = (name: string): SecretState => {
    if (named !== undefined && Object.hasOwn(named.companion, name)) {
      const state = opened === undefined ? 'unknown' : Object.hasOwn(opened, name) ? 'set' : 'placeholder';
      return { name, where: 'companion', state };
    }
    const [variable, file] = [written.env.get(name), written.file.get(name)];
    if (variable !== undefined) return { name, where: 'variable', source: variable, state: 'unknown' };
    if (file !== undefined) return { name, where: 'file', source: file, state: 'unknown' };
    if (written.literal.has(name)) return { name, where: 'plain', state: 'set' };
    const isPlaceholder = asFields(value)[name] === SAMPLE_CLOUDFLARE_TOKEN;
    return isPlaceholder
      ? { name, where: 'plain', state: 'placeholder' }
      : { name, where: 'nowhere', state: 'missing' };
  };
  return { states: SECRET_FIELDS.map(stateOf), owner: inventory?.recipient, hasKey, findings };
}

/** What became of a secret. */
interface SetCompanion {
  readonly file: string;
  readonly outcome: 'created' | 'changed' | 'unchanged';
  /** What is left to be done: a plain text in cluster.yaml, say. */
  readonly findings: readonly Finding[];
}

/**
 * Puts one secret of the configuration into the encrypted companion, which is made where there is none; the ciphertext of the others stays.
 *
 * @throws Failure where the key of the owner is not at hand, the value is none for its field, or the companion cannot be opened or was
 *   changed meanwhile; nothing is written then
 */
export async function setCompanionSecret(
  root: ClusterRoot,
  { name, value }: { readonly name: string; readonly value: Secret },
  signal: AbortSignal,
): Promise<SetCompanion> {
  const plain = value.reveal().trim();
  if (plain === '') throw emptySecret(name);
  keepSecrets([{ name: `\`${name}\``, value: plain }]);
  requireForm(name, plain);
  const access = await findAccess(root, await readInventory(root), false);
  const place = join(dirname(root.clusterFile), COMPANION_FILE);
  const before = await readConfigurationFile(root, place);
  const after = await sealedCompanion(before, access, { set: { [name]: plain }, removed: [] });
  const { findings, about } = await examineConfiguration({ ...root, tried: { companion: after } }, access);
  const own = findings.filter((finding) => about.get(finding)?.path?.[0] === name);
  const wrong = own.filter(({ severity }) => severity === 'error');
  if (wrong.length > 0) throw new Failure('input', wrong);
  if (before === after) return { file: COMPANION_FILE, outcome: 'unchanged', findings: own };
  const change = {
    path: relative(root.path, place).replaceAll('\\', '/'),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
  await writeEdits({ kind: 'cluster', root }, await planEdits(root.path, [change]), signal);
  return { file: COMPANION_FILE, outcome: before === undefined ? 'created' : 'changed', findings: own };
}

/**
 * Whether a text is what a field of cluster.yaml takes for its secret.
 *
 * @throws Failure where it has another form; the text is not part of it
 */
export function requireForm(name: string, plain: string): void {
  const { pattern, minLength = 0, 'x-form': form = 'a secret' } = schemaAt('cluster', [name]) ?? {};
  if (plain.length >= minLength && (pattern === undefined || new RegExp(pattern, 'u').test(plain))) return;
  throw failure('input', {
    code: 'config/invalid-value',
    message: `the secret for \`${name}\` is not ${form.replace(', {env: NAME} or {file: PATH}', '')}, and nothing was written`,
    remedy: 'enter another one',
  });
}

function emptySecret(name: string): Failure {
  return failure('input', {
    code: 'config/empty-value',
    message: `the secret for \`${name}\` is empty, and nothing was written`,
    remedy: 'enter the secret itself',
  });
}

/**
 * The text of the companion with secrets set and removed; undefined where nothing is left in it.
 *
 * @param sealed - its encrypted text; undefined where there is none
 * @throws Failure where the key of the owner is not at hand, or does not open it
 */
export async function sealedCompanion(
  sealed: string | undefined,
  access: Access,
  change: { readonly set: Readonly<Record<string, string>>; readonly removed: readonly string[] },
): Promise<string | undefined> {
  if (access.kind !== 'owner') {
    throw failure('input', {
      code: 'credentials/missing',
      message: `a secret goes into ${COMPANION_FILE}, and there is no key to encrypt it with`,
      place: { file: COMPANION_FILE },
      remedy: 'run `cluster-template init`, or copy the age.key of the cluster to here',
    });
  }
  const { recipient, identities } = access.key;
  return await changedCompanion(sealed, { ...change, recipient, identities, now: now() });
}

/** Secrets that stand in cluster.yaml in plain text, to be moved into its companion; none where it cannot be read, which `configure` tells. */
export async function literalSecrets(root: ClusterRoot): Promise<Record<string, string>> {
  await refuseForeignFiles(root, [root.clusterFile]);
  const text = (await readTextIfPresent(root.clusterFile)) ?? '';
  const { value } = readDocument('cluster', { file: 'cluster.yaml', text });
  if (typeof value !== 'object' || value === null) return {};
  const fields = value as Readonly<Record<string, unknown>>;
  const found = SECRET_FIELDS.map((name) => [name, fields[name]] as const);
  return Object.fromEntries(
    found.filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].trim() !== ''),
  );
}
