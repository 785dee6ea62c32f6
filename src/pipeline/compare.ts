import { join } from 'node:path';
import { type MadeCredential, placeholderFindings, restoreCredentials } from '../cluster/credentials/make.ts';
import { CREDENTIAL_FILES } from '../cluster/credentials/read.ts';
import type { TreeCredential } from '../cluster/credentials/tree.ts';
import type { Configuration } from '../cluster/config/generated/types.ts';
import { type ClusterRoot, SAMPLE_CLOUDFLARE_TOKEN } from '../cluster/root.ts';
import type { KnownFiles } from '../makejinja/inputs.ts';
import type { RenderedFile } from '../makejinja/render.ts';
import { Failure, type Finding } from '../report/finding.ts';
import type { Progress } from '../report/progress.ts';
import { isSecretPath } from '../sops/rules.ts';
import { DEFAULT_SELECTION } from '../sops/selection.ts';
import { type FileContent, readTextIfPresent } from '../system/files.ts';
import { readDisk, repositoriesAmong, type Workspace } from '../workspace/disk.ts';
import type { Inventory, SecretChange } from '../workspace/inventory.ts';
import { type Plan, planChanges, type PlanEntry, type Present } from '../workspace/plan.ts';
import { findAccess, recipientOf, settleAccess, type SettledAccess } from './access.ts';
import { makeCompanion } from './companion.ts';
import { needsTunnel, readConfiguration } from './configuration.ts';
import { withoutOwnWork } from './conflicts.ts';
import {
  type HeldCredential,
  heldCredentials,
  NO_ROTATION,
  otherCredentials,
  rotate,
  type Rotation,
} from './credentials.ts';
import { type EncryptedFiles, encryptSecrets } from './encrypt.ts';
import { versionsOf } from './git.ts';
import { compareInputs, hashInputs, type StaleInput } from './inputs.ts';
import { TreeMemory } from './memory.ts';
import { lookUpCredentials, type RenderedTree, renderTree, textsOf } from './render.ts';
import { secretChange } from './secret-changes.ts';
import { readRules, refusePlain } from './secret-gate.ts';
import { readInventory, workspaceOf } from './state.ts';
import { rememberOwner, requireTrust } from './trust.ts';
import { passRules } from './validate.ts';
import { credentialStandIns, dependentFiles, refuseSecretChanges } from './without-key.ts';

/** The tree as it shall be beside the tree as it is. */
export interface Comparison {
  readonly plan: Plan;
  readonly findings: readonly Finding[];
  readonly made: readonly MadeCredential[];
  /** The encrypted companion of cluster.yaml, where it was made for a new owner. */
  readonly companion: string | undefined;
  /** Credentials that are missing here and were taken from the encrypted files of the tree. */
  readonly restored: readonly HeldCredential[];
  /** What is to be replaced on purpose. */
  readonly rotation: Rotation;
  readonly takenOver: boolean;
  readonly recipient: string;
  readonly adopted: readonly string[];
  /** Hashes of what the run was made from, and what of it changed since the last one. */
  readonly inputs: ReadonlyMap<string, string>;
  readonly stale: readonly StaleInput[];
  readonly secretChangeOf: (entry: PlanEntry) => Promise<SecretChange>;
}

/** How the tree is to be compared. */
interface CompareOptions {
  /** Name and version of the program where the run will write: then keys that a new owner needs are made, and those that are missing here are restored. */
  readonly writes?: { readonly generator: string };
  /** Credentials of the tree that are to be replaced. */
  readonly rotate?: readonly TreeCredential[];
  /** Whether no key is looked for: everything but secrets is made, and they have to be able to stay as they are. */
  readonly withoutKey?: boolean;
}

/**
 * Validates, renders and encrypts in memory and compares the result with the tree.
 *
 * @throws Failure where the repository has code of its own and is not trusted, the configuration, a template or the tree is wrong, a
 *   credential of the tree would be replaced by accident, or a run that writes would have to make secrets and has no key
 */
export async function compareWithTree(
  root: ClusterRoot,
  options: CompareOptions,
  progress: Progress,
): Promise<Comparison> {
  await requireTrust(root);
  const inventory = await readInventory(root);
  const writes = options.writes !== undefined;
  const found = await findAccess(root, inventory, options.withoutKey === true ? 'without-key' : writes && 'plain');
  // Begun before anything else: what is edited while the run is at work shall count as changed the next time.
  const read = new Map<string, FileContent>();
  const hashing = hashInputs(root, (path, file) => read.set(path, file));
  hashing.catch(() => undefined);

  const { configuration, findings } = await progress.step(CONFIGURE_STAGES.validate, () =>
    readConfiguration(root, found),
  );
  const { access, made } = await progress.step(CONFIGURE_STAGES.keys, async ({ say }) => {
    const settled = await settleAccess(root, found, { tunnel: needsTunnel(configuration) });
    if (settled.made.length > 0) say(`made ${settled.made.map(({ file }) => file).join(', ')}`);
    if (settled.made.some(({ file }) => file === CREDENTIAL_FILES.ageKey)) await rememberOwner(root);
    return settled;
  });
  // Where cluster.yaml names another source of the token, a companion would only stand in its way.
  const isWanted = made.length > 0 && configuration.cluster.cloudflare_token === SAMPLE_CLOUDFLARE_TOKEN;
  const companion = isWanted ? await companionOfNewOwner(root, access) : undefined;
  const { rotate: rotated = [] } = options;
  const known: KnownFiles = (path) => read.get(path);
  const run: Run = { root, inventory, configuration, access, known, memory: TreeMemory.open(root), progress };
  const rotation =
    rotated.length === 0
      ? NO_ROTATION
      : rotate(root, rotated, await lookUpCredentials(root, configuration, { access, inventory }));
  const standIns = access.kind === 'none' ? credentialStandIns(root, access) : undefined;
  const rendering = await render(run, standIns ?? rotation.texts);
  if (writes) await restoreCredentials(root.keys, textsOf(rendering.restored));
  const warnings = await progress.step(CONFIGURE_STAGES.check, () =>
    passRules(root, rendering.own, { inventory, kept: run.memory }),
  );
  const present = await readPresent(workspaceOf(root), rendering.own, inventory);
  const { encrypted, dependent } = await encrypt(run, rendering, present);
  const plan = await compare(run, rendering, { encrypted, present, rotated });
  // The companion is an input as well.
  const inputs = companion === undefined ? await hashing : await hashInputs(root);
  if (options.writes !== undefined && access.kind === 'none' && standIns !== undefined && inventory !== undefined) {
    const last = { access, inventory, rendered: rendering.own, given: standIns, dependent, inputs, ...options.writes };
    await refuseSecretChanges(root, { ...last, disk: present.disk, rules: readRules(rendering.own) });
  }
  run.memory.save();
  return {
    plan,
    findings: [
      ...findings,
      ...(writes ? [] : rendering.restored.map(missingHere)),
      ...(needsTunnel(configuration) ? await placeholderFindings(root.keys, 'note') : []),
      ...warnings,
      ...encrypted.findings,
      ...leftFiles(plan),
    ],
    made,
    companion,
    restored: rendering.restored,
    rotation,
    takenOver: 'takesOver' in access && access.takesOver,
    recipient: recipientOf(access),
    adopted: inventory?.adopted ?? [],
    inputs,
    stale: compareInputs(inventory?.inputs ?? new Map(), inputs),
    secretChangeOf: secretComparer(root, rendering.own, encrypted, access),
  };
}

/** What is known once the configuration is valid and the keys are there. */
interface Run {
  readonly root: ClusterRoot;
  readonly inventory: Inventory | undefined;
  readonly configuration: Configuration;
  readonly access: SettledAccess;
  /** What was read of the inputs so far. */
  readonly known: KnownFiles;
  readonly memory: TreeMemory;
  readonly progress: Progress;
}

/** A rendered tree, and what of it is the run's own: files that the user took over are not. */
interface Rendering extends RenderedTree {
  readonly own: readonly RenderedFile[];
}

async function render(run: Run, given: ReadonlyMap<string, string>): Promise<Rendering> {
  const { root, inventory, access, known, memory } = run;
  const tree = await run.progress.step(CONFIGURE_STAGES.render, async ({ say }) => {
    const result = await renderTree(root, run.configuration, { access, inventory, given, known, memory });
    say(`${String(result.files.length)} files`);
    return result;
  });
  return { ...tree, own: tree.files.filter(({ path }) => inventory?.adopted.includes(path) !== true) };
}

/** Encrypts what is secret, and makes sure that nothing of it stands in what is not; says which plain files depend on secrets. */
async function encrypt(
  { root, inventory, access, memory, progress }: Run,
  { own, search }: Rendering,
  { disk }: Present,
): Promise<{ readonly encrypted: EncryptedFiles; readonly dependent: ReadonlySet<string> }> {
  const dependent = access.kind === 'none' ? await dependentFiles(root, { access, inventory }, own) : new Set<string>();
  return await progress.step(CONFIGURE_STAGES.encrypt, async () => {
    const encrypted = await encryptSecrets(own, disk, access, {
      dependent,
      memory,
      versionsOf: (path, text) => versionsOf(root, path, text),
      readTemplate: (source) => readTextIfPresent(join(root.path, source)),
    });
    // Without a key what lies on disk stands in for secrets: none of it is written.
    refusePlain(access.kind === 'none' ? encrypted.files.filter(({ secret }) => !secret) : encrypted.files, search);
    return { encrypted, dependent };
  });
}

/** The changes that would be made, unless one of them would replace a credential by accident. */
async function compare(
  { root, inventory, access, progress }: Run,
  { own, files, printed }: Rendering,
  {
    encrypted,
    present,
    rotated,
  }: {
    readonly encrypted: EncryptedFiles;
    readonly present: Present;
    readonly rotated: readonly TreeCredential[];
  },
): Promise<Plan> {
  return await progress.step(CONFIGURE_STAGES.compare, async () => {
    const changes = planChanges(encrypted.files, present, inventory);
    const changed = new Set(changes.entries.filter(({ status }) => status !== 'unchanged').map(({ path }) => path));
    const among = own.filter(({ path }) => changed.has(path));
    const { held } = await heldCredentials({ root, access, inventory }, among, files, printed);
    const other = otherCredentials(
      held.filter(({ credential }) => !rotated.includes(credential)),
      printed,
    );
    if (other.length > 0) throw new Failure('input', other);
    return await withoutOwnWork(root, changes);
  });
}

/** Whoever has just become the owner of a tree finds a place for secrets in it. */
async function companionOfNewOwner(root: ClusterRoot, access: SettledAccess): Promise<string | undefined> {
  if (access.kind !== 'owner') return undefined;
  const { file, outcome } = await makeCompanion(root, access.key);
  return outcome === 'created' ? file : undefined;
}

function missingHere({ credential: { file, label }, path }: HeldCredential): Finding {
  return {
    code: 'credentials/restored',
    severity: 'note',
    message: `${file} does not exist here; the tree holds ${label} in ${path}`,
    place: { file },
    remedy: '`cluster-template configure` restores the file',
  };
}

/** Everything that the run has something to say about: what it rendered and what earlier runs generated. */
async function readPresent(
  workspace: Workspace,
  rendered: readonly RenderedFile[],
  inventory: Inventory | undefined,
): Promise<Present> {
  const generated = [...(inventory?.files.keys() ?? [])].filter((path) => inventory?.adopted.includes(path) !== true);
  const paths = new Set([...rendered.map(({ path }) => path), ...generated]);
  const [disk, repositories] = await Promise.all([readDisk(workspace, paths), repositoriesAmong(workspace)]);
  return { disk, repositories, isSecret: isSecretPath };
}

function secretComparer(
  root: ClusterRoot,
  rendered: readonly RenderedFile[],
  { ruleFor }: EncryptedFiles,
  access: SettledAccess,
): Comparison['secretChangeOf'] {
  const plain = new Map(rendered.map(({ path, bytes }) => [path, bytes]));
  return async ({ path, present }) => {
    const text = present === undefined ? undefined : Buffer.from(present.bytes).toString('utf8');
    const versions = {
      path,
      present: text === undefined ? undefined : (await versionsOf(root, path, text))[0],
      plain: plain.get(path)?.toString('utf8'),
      rule: ruleFor(path) ?? { selection: DEFAULT_SELECTION },
    };
    return await secretChange(versions, access);
  };
}

/** Files that would be removed, did they not lie in somebody's repository. */
function leftFiles(plan: Plan): Finding[] {
  return plan.entries
    .filter(({ status }) => status === 'left')
    .map(({ path }) => ({
      code: 'workspace/repository',
      severity: 'warning',
      message: `${path} is no longer generated and stays: ${path.split('/')[0] ?? path}/ holds a git repository of its own`,
      place: { file: path },
      remedy: 'remove it by hand, or move the .git away',
    }));
}

/** The stages of a run of configure, in their order. */
export const CONFIGURE_STAGES = {
  validate: 'Validate cluster.yaml and nodes.yaml',
  keys: 'Look for keys',
  render: 'Render templates',
  check: 'Check manifests',
  encrypt: 'Encrypt secrets',
  compare: 'Compare with the tree',
  write: 'Write changes',
} as const;
