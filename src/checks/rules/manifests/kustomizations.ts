import type { ManifestDocument } from '../../../manifests/document.ts';
import type { BuildProblem } from '../../../manifests/kustomize/problems.ts';
import { listAt } from '../../../text/values.ts';
import {
  atDocument,
  type Complaint,
  defineCheck,
  defineRule,
  once,
  type Rule,
  type RuleContext,
  type Told,
} from '../../rule.ts';
import { APPLIED, kustomization, object } from './examples.ts';

/** What the builds of all kustomizations tell. */
export const builds = once(({ clusters, removed }) =>
  clusters.flatMap(({ problems }) => problems.filter(isTold).map((one) => told(one, removed))),
);

/** Of the user's own and adopted files those count that the run makes wrong: they list what it no longer generates. */
function told(problem: BuildProblem, removed: ReadonlySet<string>): Told {
  const { document, path } = problem;
  const isLost = isMissing(problem) && isRemoved(problem.target, removed);
  const isRefused = isMissing(problem) && (isLost || document.file.isAdopted === true);
  const complaint = complain(problem);
  if (!isRefused) return atDocument(document, path, complaint);
  return { ...atDocument(document, path, refuse(document, complaint, isLost)), isOfRun: true };
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
function checkOrphans({ tree, flux: { used } }: RuleContext): Told[] {
  return [...tree.files.values()]
    .filter(({ path, isGenerated }) => isGenerated && path.startsWith('kubernetes/') && !path.endsWith('.md'))
    .filter(({ path }) => !used.has(path))
    .map((file) => ({
      at: { file },
      code: 'manifests/orphan-file',
      message: 'no kustomization lists this file, so Flux never applies it',
      remedy: 'list it in the kustomization.yaml of its folder, or let its template render nothing',
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

const SERVICE = object('v1', 'Service', 'site');

/** A kustomization of site/ beside a Service. */
function listing(rest: string): Readonly<Record<string, string>> {
  return { 'site/kustomization.yaml': kustomization(rest) };
}

const BESIDE = { ...APPLIED, 'site/service.yaml': SERVICE };

/** What kustomize reads, and whether it can. */
export const KUSTOMIZATION_RULES: readonly Rule[] = [
  defineRule({
    id: 'manifests/yaml-syntax',
    sort: 'correctness',
    severity: 'error',
    description: 'Every manifest that Flux reads is valid YAML: no undefined alias, no key twice.',
    rationale:
      'Flux stops at the first file that it cannot read. Nothing is said then of what files have to do with each other, as all that this one defines would be missing.',
    source: 'https://yaml.org/spec/1.2.2/',
    check: ({ mistakes }) =>
      mistakes.map(({ file, message, line, column }) => ({
        at: { file, ...(line === undefined || column === undefined ? {} : { line, column }) },
        message: `not valid YAML: ${message}`,
        remedy: 'correct it',
      })),
    examples: {
      good: [{ files: { 'site/service.yaml': SERVICE }, beside: APPLIED }],
      bad: [{ files: { 'site/service.yaml': `${SERVICE}kind: Service # <- here\n` }, beside: APPLIED }],
    },
  }),
  defineCheck({
    id: 'manifests/missing-file',
    description:
      'Resources, components, patches and files of generators are there, and a folder that is listed has a kustomization.',
    rationale:
      'kustomize builds nothing where one of them is missing, so that Flux applies nothing of the whole Kustomization.',
    source: 'https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/resource/',
    walk: builds,
    examples: {
      good: [{ files: listing('resources:\n  - service.yaml\n'), beside: BESIDE }],
      bad: [{ files: listing('resources:\n  - service.yaml\n  - route.yaml # <- here\n'), beside: BESIDE }],
    },
  }),
  defineCheck({
    id: 'manifests/listed-twice',
    description: 'A kustomization lists each file and folder once, and not itself.',
    rationale: 'kustomize refuses an object that it finds twice, and a folder that contains itself.',
    source: 'https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/resource/',
    walk: builds,
    examples: {
      good: [{ files: listing('resources:\n  - service.yaml\n'), beside: BESIDE }],
      bad: [{ files: listing('resources:\n  - service.yaml\n  - ./service.yaml # <- here\n'), beside: BESIDE }],
    },
  }),
  defineCheck({
    id: 'manifests/patch-target',
    severity: 'warning',
    description: 'A patch finds what it changes.',
    rationale: 'A patch whose target selects nothing changes nothing, and says nothing either.',
    source: 'https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/',
    walk: builds,
    examples: {
      good: [{ files: listing(patch('site')), beside: BESIDE }],
      bad: [{ files: listing(patch('shop')), beside: BESIDE }],
    },
  }),
  defineCheck({
    id: 'manifests/kustomize',
    description: 'A kustomization has the fields that kustomize knows, in the form that it takes.',
    rationale: 'kustomize refuses unknown fields and values of another form, and so does Flux.',
    source: 'https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/',
    walk: builds,
    examples: {
      good: [{ files: listing('resources:\n  - service.yaml\n'), beside: BESIDE }],
      bad: [{ files: listing('resources:\n  - service.yaml\nimage: [] # <- here\n'), beside: BESIDE }],
    },
  }),
  defineCheck({
    id: 'manifests/orphan-file',
    isForOurs: true,
    description: 'Every generated file below kubernetes/ is listed by a kustomization.',
    rationale: 'Flux applies what is listed, so that a file which nothing lists does nothing.',
    source: 'https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/resource/',
    walk: checkOrphans,
    examples: {
      good: [{ files: { 'kubernetes/README.md': 'For people.\n' } }],
      bad: [{ files: { 'kubernetes/apps/web/site/app/service.yaml': SERVICE.replace('v1', 'v1 # <- here') } }],
    },
  }),
];

function patch(name: string): string {
  const mark = name === 'site' ? '' : ' # <- here';
  return `resources:\n  - service.yaml\npatches:\n  - patch: |-\n      - op: add\n        path: /spec\n        value: {}\n    target:${mark}\n      kind: Service\n      name: ${name}\n`;
}
