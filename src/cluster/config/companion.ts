import { parse, parseDocument } from 'yaml';
import { failure, type Failure } from '../../report/finding.ts';
import { keepSecrets } from '../../report/redaction.ts';
import { parseEncrypted } from '../../sops/seal.ts';
import { decrypt, readSealed } from '../../sops/decrypt.ts';
import { encrypt, keepOrEncrypt } from '../../sops/encrypt.ts';
import type { AgeIdentity } from '../../sops/identities.ts';
import { DEFAULT_SELECTION } from '../../sops/selection.ts';
import { suggestNearest } from '../../text/suggest.ts';
import { COMPANION_FILE, SAMPLE_CLOUDFLARE_TOKEN } from '../root.ts';
import { CLUSTER_FIELDS, SECRET_FIELDS } from './schemas.ts';
import type { SecretText } from './generated/types.ts';

/** Secrets by the field of cluster.yaml whose place they take. */
type CompanionSecrets = Readonly<Record<string, SecretText>>;

/**
 * Decrypts the companion. A secret that still is the sample's placeholder is left out: it must not hide what cluster.yaml says.
 *
 * @throws Failure where it cannot be decrypted, or holds anything but texts for fields that take a secret; no message holds a value
 */
export async function readCompanion(text: string, identities: readonly AgeIdentity[]): Promise<CompanionSecrets> {
  const { text: plain } = await decrypt({ path: COMPANION_FILE, text, identities });
  const secrets: Record<string, SecretText> = {};
  for (const [field, value] of Object.entries(fieldsOf(parse(plain) as unknown))) {
    // A file may bear a part of the placeholder in its name, as the one that the documentation proposes for the token does.
    if (typeof value === 'string' && value.trim() !== SAMPLE_CLOUDFLARE_TOKEN) {
      keepSecrets([{ name: `a secret of ${COMPANION_FILE}`, value: value.trim() }]);
    }
    refuseForeign(field);
    if (typeof value !== 'string' || value.trim() === '') throw notAText(field);
    if (value.trim() !== SAMPLE_CLOUDFLARE_TOKEN) secrets[field] = value.trim() as SecretText;
  }
  return secrets;
}

/** A companion as it looks without a key. */
interface SealedCompanion {
  /** A stand-in for each field. */
  readonly companion: CompanionSecrets;
  /** Fields whose secret is as long as the placeholder of the sample, so that it may be that. */
  readonly doubtful: ReadonlySet<string>;
}

/**
 * The fields that an encrypted companion holds, each with a stand-in: for runs without a key, which compare everything but secrets.
 *
 * @param standIn - gives the text; what is named by the same ciphertext gets the same
 * @throws Failure where the text is not encrypted
 */
export function companionStandIns(text: string, standIn: (name: string) => string): SealedCompanion {
  const { tree } = readSealed(COMPANION_FILE, text);
  const entries = tree.flatMap(({ items }) => items.flatMap((item) => (item.kind === 'entry' ? [item] : [])));
  const fields = entries.map(({ key, value }) => ({ key, ciphertext: value.kind === 'str' ? value.value : '' }));
  return {
    companion: Object.fromEntries(
      fields.map(({ key, ciphertext }) => [key, standIn(`${COMPANION_FILE} ${key} ${ciphertext}`) as SecretText]),
    ),
    doubtful: new Set(fields.filter(({ ciphertext }) => mayBePlaceholder(ciphertext)).map(({ key }) => key)),
  };
}

/** AES-GCM makes a ciphertext as long as its text. */
function mayBePlaceholder(ciphertext: string): boolean {
  return parseEncrypted(ciphertext)?.data.length === SAMPLE_CLOUDFLARE_TOKEN.length;
}

/** What a new companion is made of. */
interface NewCompanion {
  /** Texts by field, at least one. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly recipient: string;
  readonly identities: readonly AgeIdentity[];
  readonly now: Date;
}

/** The encrypted text of a new companion, which `cluster-template secrets edit cluster.sops.yaml` opens with age.key. Nothing is written. */
export async function encryptCompanion({ secrets, recipient, identities, now }: NewCompanion): Promise<string> {
  const plain = Object.entries(secrets).map(([field, value]) => `${field}: ${JSON.stringify(value)}\n`);
  const rule = { recipients: [recipient], otherStores: [], selection: DEFAULT_SELECTION, macOnlyEncrypted: true };
  return await encrypt({ path: COMPANION_FILE, plain: plain.join(''), rule, indent: 2, identities, now });
}

/** What becomes of a companion. */
interface CompanionChange extends Omit<NewCompanion, 'secrets'> {
  readonly set: Readonly<Record<string, string>>;
  readonly removed: readonly string[];
}

/**
 * The text of a companion with secrets set and removed: what stays keeps its ciphertext, recipients and rules of the file. A companion that
 * nothing is left in is undefined, and so is one that nothing was to be put into.
 *
 * @param previous - its encrypted text; undefined where there is none
 * @throws Failure where it cannot be decrypted
 */
export async function changedCompanion(
  previous: string | undefined,
  change: CompanionChange,
): Promise<string | undefined> {
  const { set, removed, identities } = change;
  if (previous === undefined) {
    return Object.keys(set).length === 0 ? undefined : await encryptCompanion({ ...change, secrets: set });
  }
  const { text } = await decrypt({ path: COMPANION_FILE, text: previous, identities });
  const document = parseDocument(text, { compat: 'yaml-1.1' });
  for (const name of removed) document.delete(name);
  for (const [name, value] of Object.entries(set)) document.set(name, value);
  const plain = document.toString({ lineWidth: 0 });
  if (Object.keys((parse(plain) ?? {}) as object).length === 0) return undefined;
  const { age, selection, macOnlyEncrypted } = readSealed(COMPANION_FILE, previous).metadata;
  const rule = { recipients: age.map(({ recipient }) => recipient), otherStores: [], selection, macOnlyEncrypted };
  const { now } = change;
  const kept = await keepOrEncrypt({ path: COMPANION_FILE, plain, previous, rule, indent: 2, identities, now });
  return kept.text;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw refused('it holds no fields', 'write a field on each line, as `cloudflare_token: …`');
}

function refuseForeign(field: string): void {
  if (SECRET_FIELDS.includes(field)) return;
  const isField = Object.hasOwn(CLUSTER_FIELDS, field);
  const nearest = suggestNearest(field, SECRET_FIELDS);
  if (isField) throw refused(`\`${field}\` is no secret`, 'move it to cluster.yaml');
  const fields = SECRET_FIELDS.map((name) => `\`${name}\``).join(', ');
  throw refused(
    'it holds a field that takes no secret',
    nearest === undefined ? `it takes ${fields}` : `did you mean \`${nearest}\`?`,
  );
}

function notAText(field: string): Failure {
  return refused(`\`${field}\` is not a text, or an empty one`, 'write the secret itself, in quotes');
}

function refused(why: string, remedy: string): Failure {
  return failure('input', {
    code: 'config/companion',
    message: `${COMPANION_FILE} cannot be used: ${why}`,
    place: { file: COMPANION_FILE },
    remedy: `${remedy}; \`cluster-template secrets edit ${COMPANION_FILE}\` opens it`,
  });
}
