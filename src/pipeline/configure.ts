import type { MadeCredential } from '../cluster/credentials/make.ts';
import type { ClusterRoot } from '../cluster/root.ts';
import type { RenderedFile } from '../makejinja/render.ts';
import { Failure, type Finding } from '../report/finding.ts';
import { applyPlan, recover } from '../workspace/apply.ts';
import { readDisk } from '../workspace/disk.ts';
import type { Manifest } from '../workspace/manifest.ts';
import { changesOf, conflictsOf, planChanges, type Plan, type PlanEntry } from '../workspace/plan.ts';
import { findAccess, recipientOf, settleAccess } from './access.ts';
import { readConfiguration } from './configuration.ts';
import { encryptSecrets } from './encrypt.ts';
import type { Progress } from './progress.ts';
import { renderTree } from './render.ts';
import { readManifest, workspaceOf } from './state.ts';

/** How a run is to be done. */
export interface ConfigureOptions {
  /** False to stop before the first change: nothing is written, no key is made. */
  readonly writes: boolean;
  /** Name and version of the program, for the manifest. */
  readonly generator: string;
  /** Asked before generated files are removed; a run that may not ask says yes. */
  readonly confirm: (removals: readonly PlanEntry[]) => Promise<boolean>;
}

/** What a run did, or would do. */
export interface ConfigureResult {
  readonly plan: Plan;
  readonly findings: readonly Finding[];
  /** Keys that were made because the tree had no owner of its own. */
  readonly made: readonly MadeCredential[];
  /** Whether the published sample was taken over. */
  readonly takenOver: boolean;
  /** Whether the changes of the plan were carried out. */
  readonly written: boolean;
}

/** The stages of a run, in their order. */
export const CONFIGURE_STAGES = {
  validate: 'Validate cluster.yaml and nodes.yaml',
  keys: 'Look for keys',
  render: 'Render templates',
  encrypt: 'Encrypt secrets',
  compare: 'Compare with the tree',
  write: 'Write changes',
} as const;

/**
 * The main job: from cluster.yaml and nodes.yaml to the rendered and encrypted repository. Everything up to the plan
 * happens in memory; files are touched once, at the end, all or nothing.
 *
 * @throws Failure where the input is wrong (nothing is written then) or the disk refuses
 */
export async function configure(
  root: ClusterRoot,
  options: ConfigureOptions,
  progress: Progress,
): Promise<ConfigureResult> {
  const workspace = workspaceOf(root);
  const manifest = await readManifest(root);
  const found = await findAccess(root, manifest, options.writes);

  const { configuration, findings } = await progress.stage(CONFIGURE_STAGES.validate, () =>
    readConfiguration(root, found.kind !== 'none'),
  );
  const { access, made } = await progress.stage(CONFIGURE_STAGES.keys, async (say) => {
    const settled = await settleAccess(root, found);
    if (settled.made.length > 0) say(`made ${settled.made.map(({ file }) => file).join(', ')}`);
    return settled;
  });
  if (options.writes) await recover(workspace);
  const rendered = await progress.stage(CONFIGURE_STAGES.render, async (say) => {
    const files = await renderTree(root, configuration, access);
    say(`${String(files.length)} files`);
    return files;
  });
  const disk = await readDisk(workspace, pathsOf(rendered, manifest));
  const encrypted = await progress.stage(CONFIGURE_STAGES.encrypt, () => encryptSecrets(rendered, disk, access));
  const plan = await progress.stage(CONFIGURE_STAGES.compare, () =>
    Promise.resolve(planChanges(encrypted.files, disk, manifest)),
  );
  const result = {
    plan,
    findings: [...findings, ...encrypted.findings],
    made,
    takenOver: 'takesOver' in access && access.takesOver,
  };
  if (!options.writes) return { ...result, written: false };

  refuseConflicts(plan);
  const removals = plan.entries.filter(({ status }) => status === 'removed');
  if (removals.length > 0 && !(await options.confirm(removals))) return { ...result, written: false };
  await progress.stage(CONFIGURE_STAGES.write, async () => {
    const owner = { generator: options.generator, recipient: recipientOf(access) };
    if (needsWriting(plan, manifest, owner)) await applyPlan(workspace, plan, owner);
  });
  return { ...result, written: true };
}

/** Every path that the run has something to say about: what it rendered and what earlier runs generated. */
function pathsOf(rendered: readonly RenderedFile[], manifest: Manifest | undefined): Set<string> {
  return new Set([...rendered.map(({ path }) => path), ...(manifest?.files.keys() ?? [])]);
}

/** A new owner or version is recorded although no file changed, and a mended merge conflict too. */
function needsWriting(
  plan: Plan,
  manifest: Manifest | undefined,
  owner: Pick<Manifest, 'generator' | 'recipient'>,
): boolean {
  if (manifest === undefined || manifest.conflicted || changesOf(plan).length > 0) return true;
  if (manifest.generator !== owner.generator || manifest.recipient !== owner.recipient) return true;
  const generated = plan.entries.filter(({ desired }) => desired !== undefined).map(({ path }) => path);
  return generated.length !== manifest.files.size || generated.some((path) => !manifest.files.has(path));
}

/** What somebody else made is never overwritten silently. */
function refuseConflicts(plan: Plan): void {
  const findings = conflictsOf(plan).map(({ path, status }): Finding =>
    status === 'edited'
      ? {
          code: 'workspace/edited',
          severity: 'error',
          message: `${path} was generated and then changed by hand`,
          place: { file: path },
          remedy: `make the change in its template (a copy under templates/overrides/ wins) or take it back: git checkout -- ${path}`,
        }
      : {
          code: 'workspace/foreign',
          severity: 'error',
          message: `${path} lies where a generated file belongs and was not generated`,
          place: { file: path },
          remedy: 'move it away, or make it a template under templates/overrides/',
        },
  );
  if (findings.length > 0) throw new Failure('input', findings);
}
