import { type Complaint, type ManifestDocument, manifestFinding } from '../manifests/document.ts';
import type { FluxTree } from '../manifests/flux/tree.ts';
import type { BuildProblem } from '../manifests/kustomize/build.ts';
import type { ManifestTree } from '../manifests/tree.ts';
import type { Finding } from '../report/finding.ts';
import { listAt } from '../text/values.ts';

/** What is wrong with kustomizations. */
interface KustomizationCheck {
  readonly findings: readonly Finding[];
  /** Those of the user's own and adopted files that this run makes wrong: they list what it no longer generates. */
  readonly madeHere: readonly Finding[];
}

/**
 * Finds what kustomizations list and nobody renders, list twice, or ask of objects that they do not have.
 *
 * @param removed - files that earlier runs generated and this one does not
 */
export function checkKustomizations(
  { problems }: FluxTree,
  removed: ReadonlySet<string> = new Set(),
): KustomizationCheck {
  const madeHere: Finding[] = [];
  const findings = problems.filter(isTold).map((problem) => {
    const { document, path } = problem;
    const isLost = isMissing(problem) && isRemoved(problem.target, removed);
    const isRefused = isMissing(problem) && (isLost || document.file.isAdopted === true);
    const complaint = complain(problem);
    const finding = manifestFinding(document, path, isRefused ? refuse(document, complaint, isLost) : complaint);
    if (isRefused) madeHere.push(finding);
    return finding;
  });
  return { findings, madeHere };
}

/**
 * A component is for whoever has what it changes. The manifests of Flux itself are not committed everywhere: `flux bootstrap` writes them.
 */
function isTold({ kind, document: { fields } }: BuildProblem): boolean {
  if (kind !== 'patch-target') return true;
  return (
    fields.kind !== 'Component' &&
    !listAt(fields, 'resources').some((one) => /gotk-components\.ya?ml$/.test(String(one)))
  );
}

function isMissing(problem: BuildProblem): problem is Extract<BuildProblem, { readonly target: string }> {
  return problem.kind === 'missing' || problem.kind === 'no-kustomization';
}

function isRemoved(target: string, removed: ReadonlySet<string>): boolean {
  return removed.has(target) || [...removed].some((one) => one.startsWith(`${target}/`));
}

function refuse({ file }: ManifestDocument, complaint: Complaint, isLost: boolean): Complaint {
  if (file.isGenerated) return complaint;
  const back =
    file.isAdopted === true ? `, or give the file back: \`cluster-template adopt --release ${file.path}\`` : '';
  return {
    ...complaint,
    message: isLost ? `${complaint.message}: it is no longer generated` : complaint.message,
    remedy: `remove the line from ${file.path}${back}; Flux could build nothing of its folder`,
  };
}

/** Finds generated files below kubernetes/ that no kustomization reaches. Text for people (*.md) is none. */
export function checkOrphans(tree: ManifestTree, { used }: FluxTree): Finding[] {
  return [...tree.files.values()]
    .filter(({ path, isGenerated }) => isGenerated && path.startsWith('kubernetes/') && !path.endsWith('.md'))
    .filter(({ path }) => !used.has(path))
    .map(({ path, source }) => ({
      code: 'manifests/orphan-file',
      severity: 'error',
      message: 'no kustomization lists this file, so Flux never applies it',
      place: { file: path },
      remedy: `list it in the kustomization.yaml of its folder, or let ${source} render nothing`,
    }));
}

const COMPLAINTS: Readonly<Record<Exclude<BuildProblem['kind'], 'refused'>, (target: string) => Complaint>> = {
  missing: (target) => ({
    code: 'manifests/missing-file',
    message: `${target} does not exist`,
    // A secret may be the user's own, which no template makes.
    remedy: /\.sops\.\w+$/.test(target)
      ? 'list it only where it is there; `sops` makes one of your own, encrypted by .sops.yaml'
      : 'list it only where it is rendered, or render it',
  }),
  'no-kustomization': (target) => ({
    code: 'manifests/missing-file',
    message: `${target}/ has no kustomization.yaml`,
    remedy: 'add one that lists the files of the folder',
  }),
  repeated: (target) => ({
    code: 'manifests/listed-twice',
    message: `${target} is listed a second time`,
    remedy: 'remove one of the two lines',
  }),
  cycle: (target) => ({
    code: 'manifests/listed-twice',
    message: `${target}/ contains this kustomization`,
    remedy: 'remove the line',
  }),
  'patch-target': (target) => ({
    code: 'manifests/patch-target',
    severity: 'warning',
    message: `the kustomization has no ${target} that the patch could change`,
    remedy: 'correct the target, or remove the patch',
  }),
  'not-read': (target) => ({
    code: 'manifests/not-read',
    severity: 'note',
    message: `${target} is not read here, so that what it gives is not checked`,
    remedy: 'nothing has to be done',
  }),
};

function complain(problem: BuildProblem): Complaint {
  if (problem.kind !== 'refused') return COMPLAINTS[problem.kind](problem.target);
  return { code: 'manifests/kustomize', message: problem.message, remedy: problem.remedy };
}
