import type { Chart } from '../manifests/charts.ts';
import type { ManifestDocument, ManifestFile, Origin } from '../manifests/document.ts';
import type { FluxKustomization, FluxTree } from '../manifests/flux/tree.ts';
import type { SchemaChecker } from '../manifests/schemas.ts';
import type { FileMistake, ManifestTree } from '../manifests/tree.ts';
import type { FindingCode } from '../report/codes.ts';
import type { Severity } from '../report/finding.ts';
import type { Fields, Path } from '../text/values.ts';

/** The profiles with what each stands for; a repository names one in .cluster-template.yaml. */
export const PROFILES = {
  default: 'what holds for every repository of Flux: mistakes, and what is a risk wherever it stands',
  strict: 'as `default`, with everything that most well-kept repositories agree on',
  template:
    'as this template renders: secrets by SOPS in git, variables out of a Secret that another Kustomization brings, one OCIRepository an app',
  'single-cluster':
    'one cluster with apps below kubernetes/apps: fields of ks.yaml in a fixed order, components in ks.yaml, SOPS beside a secret store, HelmRepositories where a chart is in no registry',
  guarded:
    'a cluster that several people change: no load balancers, no namespaces in manifests, versions instead of tags that move, no domain in git, nothing by kubectl',
  'external-secrets':
    'secrets in a store outside of git (Doppler, 1Password), images by digest, limits for memory, HTTPRoutes instead of Ingresses',
  overlays: 'several clusters with base and overlays, chart sources in one place, Ingresses by Tailscale',
} as const;

/** The name of a profile. */
export type Profile = keyof typeof PROFILES;

/** How much a rule's findings weigh; `off` is a rule that is not asked. */
export type Level = Severity | 'off';

/** An option of a rule: what may be written for it, and what holds where nothing is. */
export interface Option<T> {
  readonly description: string;
  readonly default: T;
  /** JSON Schema of the value. */
  readonly schema: Readonly<Record<string, unknown>>;
}

/** An option with one of a few words. */
export function choice<const T extends string>(description: string, words: readonly T[], usual: NoInfer<T>): Option<T> {
  return { description, default: usual, schema: { enum: words } };
}

/** An option with a list of texts. */
export function texts(description: string, usual: readonly string[] = []): Option<readonly string[]> {
  return { description, default: usual, schema: { type: 'array', items: { type: 'string' } } };
}

/** An option that is one text. */
export function text(description: string, usual: string): Option<string> {
  return { description, default: usual, schema: { type: 'string' } };
}

/** An option that is true or false. */
export function flag(description: string, usual: boolean): Option<boolean> {
  return { description, default: usual, schema: { type: 'boolean' } };
}

type Options = Readonly<Record<string, Option<unknown>>>;

/** The values of a rule's options. */
type ValuesOf<O extends Options> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };

/** A value in a manifest, a stretch of the text of a file, or a file with the place that a parser tells, if it tells one. */
export type Spot =
  | { readonly document: ManifestDocument; readonly path: Path; readonly part?: 'key' | 'value' }
  | { readonly file: ManifestFile; readonly start: number; readonly end: number }
  | { readonly file: ManifestFile; readonly line?: number; readonly column?: number };

/** A change of a text, by offsets in UTF-16 units. */
export interface Edit {
  readonly file: ManifestFile;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What a rule has to say of one place. */
export interface RuleComplaint {
  readonly at: Spot;
  /** Says what is wrong, quotes the value and ends without a full stop; never the value of a secret. */
  readonly message: string;
  readonly remedy: string;
  /** How much this one weighs where that is not what the rule says; the settings of a repository go before it. */
  readonly severity?: Severity;
  /** Whether it lies in a file that is not generated, and the run that generates the others is to blame for it all the same. */
  readonly isOfRun?: boolean;
  /** What mends it for certain and changes nothing else; absent where somebody has to decide. */
  readonly edits?: readonly Edit[];
}

/** A complaint of a walk that several rules share. */
export interface Told extends RuleComplaint {
  readonly code: FindingCode;
}

/** What is said of a value. */
export type Complaint = Omit<Told, 'at'>;

/** A complaint about a value of a manifest as it is written. */
export function atDocument(document: ManifestDocument, path: Path, complaint: Complaint): Told {
  return { ...complaint, at: { document, path } };
}

/** A complaint about a value of an object, told where that was written. */
export function atObject(
  object: { readonly originOf: (path: Path) => Origin },
  path: Path,
  complaint: Complaint,
): Told {
  return { ...complaint, at: object.originOf(path) };
}

/** An object as the cluster would get it, or as it is written where nothing applies it. */
export interface RuleObject {
  readonly fields: Fields;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  /** Where it is written. */
  readonly document: ManifestDocument;
  /** Who applies it; undefined where nothing of Flux does. */
  readonly owner: FluxKustomization | undefined;
  /** Where a value of it is written: the object itself, a patch or a generator. */
  readonly spotOf: (path: Path) => Spot;
}

/** Finds charts that lie on this machine. */
export interface ChartStore {
  /**
   * @param version - exactly this one; undefined where the release takes any of a range
   */
  readonly find: (name: string, version: string | undefined) => Promise<Chart | undefined>;
}

/** What rules need beside a tree. */
export interface CheckTools {
  readonly schemas: SchemaChecker;
  /** Hashes of objects that are known to fit their schemas. */
  readonly passed: ReadonlySet<string>;
  /** Minor version of Kubernetes that the objects are for, `1.36`; where it is absent, the tree may say. */
  readonly kubernetes?: string;
  /** Absent where no chart is looked for. */
  readonly charts?: ChartStore;
}

/** What a rule looks at. */
export interface RuleContext {
  /** The files and documents as they are written. */
  readonly tree: ManifestTree;
  /** What of it is no YAML although Flux reads it: nothing can be said of the tree then but what is said of texts. */
  readonly mistakes: readonly FileMistake[];
  /** Each cluster by itself. */
  readonly clusters: readonly FluxTree[];
  /** All clusters as one. */
  readonly flux: FluxTree;
  readonly objects: readonly RuleObject[];
  /** All other texts that are looked at: scripts, pages, whatever git tracks. */
  readonly texts: readonly ManifestFile[];
  /** Whether it is a tree of this template, of which more is known. */
  readonly isOurs: boolean;
  /** Files that earlier runs generated and this one does not. */
  readonly removed: ReadonlySet<string>;
  readonly tools: CheckTools;
}

/** What several rules ask of a context: it is found once, when the first of them asks. */
export function once<T>(find: (context: RuleContext) => T): (context: RuleContext) => T {
  const known = new WeakMap<RuleContext, { readonly value: T }>();
  return (context) => {
    const found = known.get(context) ?? { value: find(context) };
    known.set(context, found);
    return found.value;
  };
}

/** Texts by path. */
export type ExampleFiles = Readonly<Record<string, string>>;

/** A line that a rule finds something at ends with this comment; it is taken out before the rule sees it. */
export const MARK = '# <- here';

/** Files that show a rule at work; they are its tests and its part of docs/rules.md. */
interface Example<O> {
  readonly files: ExampleFiles;
  /** Files that have to be there too, and show nothing. */
  readonly beside?: ExampleFiles;
  readonly options?: Partial<O>;
}

/** An example with a mistake in each line that is marked. */
interface BadExample<O> extends Example<O> {
  /** The files after `lint --fix`, as far as they change. */
  readonly fixed?: ExampleFiles;
}

/** How a profile differs from the default in a rule. */
type InProfile<V> = Level | { readonly severity?: Level; readonly options: Partial<V> };

/** What a rule is made of. */
interface RuleDefinition<O extends Options> {
  /** Also the code of its findings. */
  readonly id: FindingCode;
  /**
   * `correctness`: what Flux, the API, kustomize or the bootstrap refuses, or waits for without end. It is asked in every profile, and by
   * whatever looks at a tree. `custom`: what repositories agree on, each in its own way; `lint` asks it.
   */
  readonly sort?: 'correctness' | 'custom';
  /** Whether it is asked of trees of this template alone. */
  readonly isForOurs?: boolean;
  /** One sentence: what holds where the rule finds nothing. */
  readonly description: string;
  /** Why, in one to three sentences. */
  readonly rationale: string;
  /** Where the rule comes from: a document or a specification, as a link. */
  readonly source: string;
  readonly options?: O;
  /** In the profile `default`. */
  readonly severity: Level;
  readonly profiles?: Partial<Record<Exclude<Profile, 'default'>, InProfile<ValuesOf<O>>>>;
  readonly check: (context: RuleContext, options: ValuesOf<O>) => Complaints;
  readonly examples: {
    readonly good: readonly Example<ValuesOf<O>>[];
    readonly bad: readonly BadExample<ValuesOf<O>>[];
  };
}

type Complaints = Iterable<RuleComplaint> | Promise<Iterable<RuleComplaint>>;

/** A rule as the runner, the settings and the documentation see it. */
export interface Rule extends Omit<RuleDefinition<Options>, 'sort' | 'check' | 'options' | 'profiles' | 'examples'> {
  readonly sort: 'correctness' | 'custom';
  readonly options: Options;
  readonly profiles: Partial<Record<Profile, InProfile<Readonly<Record<string, unknown>>>>>;
  readonly check: (context: RuleContext, options: Readonly<Record<string, unknown>>) => Complaints;
  readonly examples: {
    readonly good: readonly Example<Readonly<Record<string, unknown>>>[];
    readonly bad: readonly BadExample<Readonly<Record<string, unknown>>>[];
  };
}

/** Makes a rule; its options get their types from how they are declared. */
export function defineRule<const O extends Options = Options>(definition: RuleDefinition<O>): Rule {
  return {
    sort: 'custom',
    ...definition,
    options: definition.options ?? {},
    profiles: definition.profiles ?? {},
    check: (context, options) => definition.check(context, options as ValuesOf<O>),
  };
}

/** What a rule of sort `correctness` is made of. */
interface CheckDefinition extends Omit<
  RuleDefinition<Options>,
  'sort' | 'options' | 'profiles' | 'severity' | 'check'
> {
  /** An error where it is not given. */
  readonly severity?: Severity;
  /** Whether what it says of an object hangs on no other one, so that it is asked where some file cannot be read. */
  readonly isOfEach?: boolean;
  /** A walk that tells of this rule's code, and perhaps of others; walks that several rules share are made by `once`. */
  readonly walk: (context: RuleContext) => Iterable<Told> | Promise<Iterable<Told>>;
}

/** Makes a rule of sort `correctness`, which takes of a walk what bears its code. */
export function defineCheck({ walk, severity = 'error', isOfEach = false, ...definition }: CheckDefinition): Rule {
  return defineRule({
    ...definition,
    sort: 'correctness',
    severity,
    async check(context) {
      const isAsked = (isOfEach || context.mistakes.length === 0) && (context.isOurs || definition.isForOurs !== true);
      return isAsked ? [...(await walk(context))].filter(({ code }) => code === definition.id) : [];
    },
  });
}
