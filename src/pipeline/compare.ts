import { isSecretPath } from '../checks/secrets.ts';
import type { MadeCredential } from '../cluster/credentials/make.ts';
import { placeholderFindings } from '../cluster/credentials/placeholder.ts';
import type { ClusterRoot } from '../cluster/root.ts';
import type { RenderedFile } from '../makejinja/render.ts';
import type { Finding } from '../report/finding.ts';
import { DEFAULT_SELECTION } from '../sops/selection.ts';
import { readDisk, repositoriesAmong, type Workspace } from '../workspace/disk.ts';
import type { SecretChange } from '../workspace/entry.ts';
import type { Manifest } from '../workspace/manifest.ts';
import { planChanges, type Plan, type PlanEntry, type Present } from '../workspace/plan.ts';
import { findAccess, recipientOf, settleAccess, type SettledAccess } from './access.ts';
import { needsTunnel, readConfiguration } from './configuration.ts';
import { withoutOwnWork } from './conflicts.ts';
import { encryptSecrets, type EncryptedFiles } from './encrypt.ts';
import { compareInputs, hashInputs, type StaleInput } from './inputs.ts';
import type { Progress } from './progress.ts';
import { renderTree } from './render.ts';
import { secretChange } from './secret-changes.ts';
import { CONFIGURE_STAGES } from './stages.ts';
import { readManifest, workspaceOf } from './state.ts';
import { passGates } from './validate-tree.ts';

/** The tree as it shall be beside the tree as it is. */
export interface Comparison {
  readonly plan: Plan;
  readonly findings: readonly Finding[];
  readonly made: readonly MadeCredential[];
  readonly takenOver: boolean;
  readonly recipient: string;
  readonly adopted: readonly string[];
  /** Hashes of what the run was made from, and what of it changed since the last one. */
  readonly inputs: ReadonlyMap<string, string>;
  readonly stale: readonly StaleInput[];
  readonly secretChangeOf: (entry: PlanEntry) => Promise<SecretChange>;
}

/**
 * Validates, renders and encrypts in memory and compares the result with the tree.
 *
 * @param options.writes - whether the run will write: then keys that a new owner needs are made
 * @throws Failure where the configuration, a template or the tree is wrong
 */
export async function compareWithTree(
  root: ClusterRoot,
  options: { readonly writes: boolean },
  progress: Progress,
): Promise<Comparison> {
  const workspace = workspaceOf(root);
  const manifest = await readManifest(root);
  const found = await findAccess(root, manifest, options.writes);
  // Begun before anything else: what is edited while the run is at work shall count as changed the next time.
  const hashing = hashInputs(root);
  hashing.catch(() => undefined);

  const { configuration, findings } = await progress.stage(CONFIGURE_STAGES.validate, () =>
    readConfiguration(root, found),
  );
  const { access, made } = await progress.stage(CONFIGURE_STAGES.keys, async (say) => {
    const settled = await settleAccess(root, found, { tunnel: needsTunnel(configuration) });
    if (settled.made.length > 0) say(`made ${settled.made.map(({ file }) => file).join(', ')}`);
    return settled;
  });
  const rendered = await progress.stage(CONFIGURE_STAGES.render, async (say) => {
    const files = await renderTree(root, configuration, access);
    say(`${String(files.length)} files`);
    return files.filter(({ path }) => manifest?.adopted.includes(path) !== true);
  });
  const warnings = await progress.stage(CONFIGURE_STAGES.check, () => passGates(root, rendered, manifest));
  const present = await readPresent(workspace, rendered, manifest);
  const encrypted = await progress.stage(CONFIGURE_STAGES.encrypt, () =>
    encryptSecrets(rendered, present.disk, access),
  );
  const plan = await progress.stage(CONFIGURE_STAGES.compare, () =>
    withoutOwnWork(root, planChanges(encrypted.files, present, manifest)),
  );
  const inputs = await hashing;
  return {
    plan,
    findings: [
      ...findings,
      ...(needsTunnel(configuration) ? await placeholderFindings(root.keys, 'note') : []),
      ...warnings,
      ...encrypted.findings,
      ...leftFiles(plan),
    ],
    made,
    takenOver: 'takesOver' in access && access.takesOver,
    recipient: recipientOf(access),
    adopted: manifest?.adopted ?? [],
    inputs,
    stale: compareInputs(manifest?.inputs ?? new Map(), inputs),
    secretChangeOf: secretComparer(rendered, encrypted, access),
  };
}

/** Everything that the run has something to say about: what it rendered and what earlier runs generated. */
async function readPresent(
  workspace: Workspace,
  rendered: readonly RenderedFile[],
  manifest: Manifest | undefined,
): Promise<Present> {
  const generated = [...(manifest?.files.keys() ?? [])].filter((path) => manifest?.adopted.includes(path) !== true);
  const paths = new Set([...rendered.map(({ path }) => path), ...generated]);
  const [disk, repositories] = await Promise.all([readDisk(workspace, paths), repositoriesAmong(workspace)]);
  return { disk, repositories, isSecret: isSecretPath };
}

function secretComparer(
  rendered: readonly RenderedFile[],
  { ruleFor }: EncryptedFiles,
  access: SettledAccess,
): Comparison['secretChangeOf'] {
  const plain = new Map(rendered.map(({ path, bytes }) => [path, bytes]));
  return async ({ path, present }) => {
    const versions = {
      path,
      present: present === undefined ? undefined : Buffer.from(present.bytes).toString('utf8'),
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
