import type { ManifestDocument, ManifestFile } from '../manifests/document.ts';
import type { FluxKustomization, FluxTree } from '../manifests/flux/tree.ts';
import type { ManifestTree } from '../manifests/tree.ts';
import type { RuleId } from '../report/codes.ts';
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

/** A value in a manifest, or a stretch of the text of a file. */
export type Spot =
  | { readonly document: ManifestDocument; readonly path: Path; readonly part?: 'key' | 'value' }
  | { readonly file: ManifestFile; readonly start: number; readonly end: number };

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
  /** What mends it for certain and changes nothing else; absent where somebody has to decide. */
  readonly edits?: readonly Edit[];
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

/** What a rule looks at. */
export interface RuleContext {
  /** The files and documents as they are written. */
  readonly tree: ManifestTree;
  readonly flux: FluxTree;
  readonly objects: readonly RuleObject[];
  /** All other texts that are looked at: scripts, pages, whatever git tracks. */
  readonly texts: readonly ManifestFile[];
}

/** Texts by path. */
export type ExampleFiles = Readonly<Record<string, string>>;

/** A line that a rule finds something at ends with this comment; it is taken out before the rule sees it. */
export const MARK = '# <- here';

/** Files that show a rule at work; they are its tests and its part of docs/rules.md. */
interface Example<O> {
  readonly files: ExampleFiles;
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
  readonly id: RuleId;
  /** One sentence: what holds where the rule finds nothing. */
  readonly description: string;
  /** Why, in one to three sentences. */
  readonly rationale: string;
  /** Where the rule comes from: a document or a specification, as a link. */
  readonly source: string;
  /** Whether `lint --staged` asks it: what looks at one file by itself, and is quick. */
  readonly options?: O;
  /** In the profile `default`. */
  readonly severity: Level;
  readonly profiles?: Partial<Record<Exclude<Profile, 'default'>, InProfile<ValuesOf<O>>>>;
  readonly check: (context: RuleContext, options: ValuesOf<O>) => Iterable<RuleComplaint>;
  readonly examples: {
    readonly good: readonly Example<ValuesOf<O>>[];
    readonly bad: readonly BadExample<ValuesOf<O>>[];
  };
}

/** A rule as the runner, the settings and the documentation see it. */
export interface Rule extends Omit<RuleDefinition<Options>, 'check' | 'options' | 'profiles' | 'examples'> {
  readonly options: Options;
  readonly profiles: Partial<Record<Profile, InProfile<Readonly<Record<string, unknown>>>>>;
  readonly check: (context: RuleContext, options: Readonly<Record<string, unknown>>) => Iterable<RuleComplaint>;
  readonly examples: {
    readonly good: readonly Example<Readonly<Record<string, unknown>>>[];
    readonly bad: readonly BadExample<Readonly<Record<string, unknown>>>[];
  };
}

/** Makes a rule; its options get their types from how they are declared. */
export function defineRule<const O extends Options = Options>(definition: RuleDefinition<O>): Rule {
  return {
    ...definition,
    options: definition.options ?? {},
    profiles: definition.profiles ?? {},
    check: (context, options) => definition.check(context, options as ValuesOf<O>),
  };
}
