import { join } from 'node:path';
import { stringify } from 'yaml';
import { type ClusterRoot, COMPANION_FILE } from '../cluster/root.ts';
import { companionStandIns } from '../cluster/config/companion.ts';
import { readDocument, secretLines } from '../cluster/config/document.ts';
import { isError } from '../cluster/config/issue.ts';
import { migrate, MIGRATIONS, pathsOf, type MigratedField, type MigrationStep } from '../cluster/config/migrations.ts';
import { findAccess } from '../pipeline/access.ts';
import { readConfigurationFile } from '../pipeline/configuration.ts';
import { readInventory, workspaceOf } from '../pipeline/state.ts';
import { Failure, failure, type Finding } from '../report/finding.ts';
import { decrypt, readSealed } from '../sops/decrypt.ts';
import type { AgeIdentity } from '../sops/identities.ts';
import { keepOrEncrypt } from '../sops/encrypt.ts';
import { now } from '../system/environment.ts';
import { inspect } from '../system/files.ts';
import type { DesiredFile } from '../workspace/inventory.ts';
import { exclusively } from '../workspace/lock.ts';
import { unifiedDiff } from '../workspace/diff.ts';
import { addToTree, recoverUpgrade } from './apply.ts';

/** A file of the configuration as it is and as it will be. */
interface MigratedFileText {
  readonly path: string;
  readonly before: string;
  readonly after: string;
  /** What changes, with secrets masked; of an encrypted file nothing is shown but the names of its fields. */
  readonly diff: string;
}

/** How the configuration is brought into the form of a version. Nothing is written yet. */
export interface MigrationPlan {
  readonly files: readonly MigratedFileText[];
  readonly fields: readonly MigratedField[];
  readonly findings: readonly Finding[];
}

/** What stands in place of a secret. */
const MASK = '********';

/**
 * Takes the steps of a version through cluster.yaml, cluster.sops.yaml and nodes.yaml in memory.
 *
 * @param steps - those of this program where none are given
 * @throws Failure of kind `input` where a file is no YAML or leads out of the repository, or where a secret moves and there is no key to move it with
 */
export async function planMigration(
  root: ClusterRoot,
  steps: readonly MigrationStep[] = MIGRATIONS,
): Promise<MigrationPlan> {
  const [cluster, nodes, sealed] = await Promise.all(
    [root.clusterFile, root.nodesFile, join(root.path, COMPANION_FILE)].map((path) =>
      readConfigurationFile(root, path),
    ),
  );
  const texts = new Map<string, string>();
  if (cluster !== undefined) texts.set('cluster.yaml', readable('cluster', 'cluster.yaml', cluster));
  if (nodes !== undefined) texts.set('nodes.yaml', readable('nodes', 'nodes.yaml', nodes));
  const identities = sealed !== undefined && movesSecrets(sealed, steps) ? await identitiesOf(root) : undefined;
  if (sealed !== undefined && identities !== undefined) texts.set(COMPANION_FILE, await plainText(sealed, identities));
  const { texts: migrated, fields } = migrate(texts, steps);
  const files: MigratedFileText[] = [];
  for (const [path, before] of texts) {
    const after = migrated.get(path) ?? before;
    if (after === before) continue;
    const hidden = fields.flatMap(({ from, file }) => (file === path ? [from] : []));
    if (path !== COMPANION_FILE) files.push({ path, before, after, diff: shownDiff(path, before, after) });
    else if (sealed !== undefined && identities !== undefined) {
      const text = await encryptedAgain(sealed, after, identities);
      files.push({ path, before: sealed, after: text, diff: `${path}: ${hidden.join(', ')}\n` });
    }
  }
  return { files, fields, findings: fields.flatMap(byHand) };
}

/** What migrating the configuration alone came to. */
interface ConfigurationMigration {
  readonly plan: MigrationPlan;
  readonly isWritten: boolean;
}

/**
 * Brings the configuration into the form of this version, all or nothing.
 *
 * @param options.confirm - asked where something would change
 * @throws Failure as `planMigration` does, and where another run does not end or the disk refuses
 */
export async function migrateConfiguration(
  root: ClusterRoot,
  options: { readonly confirm: (plan: MigrationPlan) => Promise<boolean>; readonly signal: AbortSignal },
): Promise<ConfigurationMigration> {
  return await exclusively(workspaceOf(root), options.signal, async (exclusive) => {
    await exclusive.uninterrupted(() => recoverUpgrade(root));
    const plan = await planMigration(root);
    if (plan.files.length === 0 || !(await options.confirm(plan))) return { plan, isWritten: false };
    const files = await Promise.all(
      plan.files.map(async ({ path, after }): Promise<DesiredFile> => {
        const mode = (await inspect(join(root.path, path)))?.mode ?? 0;
        return { path, bytes: Buffer.from(after), executable: (mode & 0o100) !== 0, secret: false };
      }),
    );
    await exclusive.uninterrupted(() => addToTree(root, files));
    return { plan, isWritten: true };
  });
}

/** The text, where it is YAML that can be edited. */
function readable(file: 'cluster' | 'nodes', name: string, text: string): string {
  const document = readDocument(file, { file: name, text });
  if (document.value !== undefined) return text;
  throw new Failure(
    'input',
    document.issues.filter(isError).map((issue) => document.finding(issue)),
  );
}

/** Whether a step is about a field of the companion: its names are not encrypted. */
function movesSecrets(sealed: string, steps: readonly MigrationStep[]): boolean {
  const { companion: names } = companionStandIns(sealed, (name) => name);
  const isThere = ({ change }: MigrationStep): boolean =>
    change.kind === 'convert' && pathsOf(change.at, names).length > 0;
  return steps.some(isThere) || migrate(new Map([[COMPANION_FILE, stringify(names)]]), steps).fields.length > 0;
}

async function identitiesOf(root: ClusterRoot): Promise<readonly AgeIdentity[]> {
  const access = await findAccess(root, await readInventory(root), false);
  if (access.kind === 'owner') return access.key.identities;
  throw failure('input', {
    code: 'upgrade/migration',
    message: `a field of ${COMPANION_FILE} has another name in the new version, and there is no key to encrypt it with anew`,
    place: { file: COMPANION_FILE },
    remedy: 'copy the age.key of the cluster to here, or upgrade where it is',
  });
}

async function plainText(sealed: string, identities: readonly AgeIdentity[]): Promise<string> {
  return (await decrypt({ path: COMPANION_FILE, text: sealed, identities })).text;
}

/** Only what moved is encrypted anew: the data key and the other values keep their ciphertext. */
async function encryptedAgain(previous: string, plain: string, identities: readonly AgeIdentity[]): Promise<string> {
  const { age, selection, macOnlyEncrypted } = readSealed(COMPANION_FILE, previous).metadata;
  const recipients = age.map(({ recipient }) => recipient);
  const rule = { recipients, otherStores: [], selection, macOnlyEncrypted };
  const { text } = await keepOrEncrypt({
    path: COMPANION_FILE,
    plain,
    previous,
    rule,
    indent: 2,
    identities,
    now: now(),
  });
  return text;
}

function shownDiff(path: string, before: string, after: string): string {
  return `--- a/${path}\n+++ b/${path}\n${unifiedDiff(masked(before), masked(after))}`;
}

/** A text of the configuration without what may be a secret. */
function masked(text: string): string {
  const secret = secretLines(text);
  return text
    .split('\n')
    .map((line, index) => {
      if (!secret.has(index + 1)) return line;
      const key = /^[ \t]*(?:-[ \t]+)*["']?[\w.-]+["']?[ \t]*:/.exec(line)?.[0];
      return key === undefined ? MASK : `${key} ${MASK}`;
    })
    .join('\n');
}

function byHand({ file, from, to, reason, version }: MigratedField): Finding[] {
  if (reason === undefined) return [];
  return [
    {
      code: 'upgrade/migration',
      severity: 'warning',
      message: `\`${from}\` is to become \`${to}\` since version ${version}, and could not be changed: ${reason}`,
      place: { file },
      remedy: 'change it by hand',
    },
  ];
}
