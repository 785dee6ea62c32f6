import type { RequestContext } from '../apps/answer-values.ts';
import { gapsNamed } from '../apps/gaps.ts';
import type { Answers } from '../apps/answers.ts';
import type { AppRequest } from '../apps/request.ts';
import type { Draft } from '../apps/draft.ts';
import { withEntry } from '../apps/text/lists.ts';
import type { Making } from '../apps/scaffold/flux.ts';
import { scaffold, type Scaffold } from '../apps/scaffold/scaffold.ts';
import { styleOf } from '../apps/style.ts';
import { surroundingsOf } from '../apps/surroundings.ts';
import { RULES } from '../checks/rules/list.ts';
import { readSettings, SETTINGS_FILE } from '../checks/settings.ts';
import { Failure, failure, type Finding } from '../report/finding.ts';
import { encrypt } from '../sops/encrypt.ts';
import { indentFor, parseRules, requireRule } from '../sops/rules.ts';
import { now } from '../system/environment.ts';
import { draftOf, type ReadApps } from './apps.ts';

/** Where the files of a new app go: into templates that `configure` renders, or as they are. */
export type AppTarget = 'templates' | 'plain';

/** What a new app is read against: the settings of the repository and what it has already. */
export function newAppContext(
  { place, repository, written }: ReadApps,
  files: ReadonlyMap<string, string> = new Map(),
): { readonly context: RequestContext; readonly findings: readonly Finding[] } {
  const [first] = repository.clusters;
  if (first === undefined) throw new Failure('input', []);
  const surroundings = surroundingsOf(repository.tree, first.flux);
  const file = written.find(({ path }) => path === SETTINGS_FILE);
  // What this template renders is in its own style, unless the owner says otherwise.
  const isUnsaid = place.kind === 'cluster' && !/^profile:/m.test(file?.text ?? '');
  const { settings, findings } = readSettings(file, RULES, isUnsaid ? 'template' : undefined);
  return { context: { style: styleOf(settings, surroundings), surroundings, files }, findings };
}

/** The texts of files that answers name, read by whoever may read files. */
export function filesNamed(answers: Answers): string[] {
  return ['config', 'inlineConfig'].flatMap((name) => {
    const value = answers[name];
    const all = Array.isArray(value) ? (value as readonly string[]) : typeof value === 'string' ? [value] : [];
    return all.map((one) => one.replace(/:\/[^:]+$/, ''));
  });
}

/** Values of secrets by item and field, as `item/field`. */
export type SecretValues = ReadonlyMap<string, string>;

/** The files of a new app as changes of a repository. */
interface NewApp {
  readonly draft: Draft;
  readonly made: Scaffold;
}

/**
 * Makes the files of a new app and lists them where Flux looks. Secrets are encrypted by the rules of the repository; their plain text lies
 * nowhere but in memory.
 *
 * @param values - undefined where nothing is to be written: encrypted files are left out
 * @throws Failure of kind `usage` where the app is there already; of kind `input` where no rule encrypts a file
 */
export async function draftNewApp(
  read: ReadApps,
  making: Making,
  target: AppTarget,
  values: SecretValues | undefined,
): Promise<NewApp> {
  const { namespace, name } = making.request;
  refuseExisting(read, making.request);
  const made = scaffold(making);
  const draft = draftOf(read);
  refuseRest(read, draft, `${making.style.folder}/${namespace}/${name}`, `${namespace}/${name}`);
  for (const { path, text } of made.files) {
    const place = target === 'templates' ? templateOf(path) : { path, isTemplate: false };
    if (draft.text(place.path) !== undefined) throw isThere(place.path, `${namespace}/${name}`);
    draft.write(place.path, place.isTemplate ? templateText(text) : text);
  }
  for (const { path, entry } of made.registrations) register(read, draft, { path, entry }, made.order);
  if (values !== undefined) await seal(read, draft, made.sealed, values);
  return { draft, made };
}

/**
 * Encrypts files of a new app by the rules of the repository.
 *
 * @throws Failure of kind `input` where no rule encrypts one
 */
export async function seal(
  read: ReadApps,
  draft: Draft,
  files: Scaffold['sealed'],
  values: SecretValues,
): Promise<void> {
  for (const { path, plain } of files) {
    const text = plain(({ item, field }) => values.get(`${item}/${field}`) ?? '');
    draft.write(path, await sealed(read, path, text));
  }
}

function refuseExisting({ repository }: ReadApps, { namespace, name }: AppRequest): void {
  const found = repository.apps.find((one) => one.namespace === namespace && one.name === name);
  if (found !== undefined) throw isThere(found.folder, `${namespace}/${name}`);
}

/** Files in the folder of an app that Flux does not apply: a new app among them would be half of either. */
function refuseRest({ repository }: ReadApps, draft: Draft, folder: string, app: string): void {
  const [rest] = [folder, `${OVERRIDES}/${folder}`].flatMap((one) => draft.below(one));
  if (rest === undefined) return;
  const [gap] = gapsNamed(repository, app);
  throw failure('usage', {
    code: 'usage/argument',
    message: `${app} is there by half: ${rest} lies in its folder${gap === undefined ? '' : `; ${gap.message}`}`,
    place: gap?.place ?? { file: rest },
    remedy: `${gap?.remedy === undefined ? '' : `${gap.remedy}; or `}choose another name`,
  });
}

function isThere(path: string, app: string): Failure {
  return failure('usage', {
    code: 'usage/argument',
    message: `${app} is there already: ${path}`,
    remedy: 'choose another name, or remove it first',
  });
}

/** What generators read is copied as it is, everything else is a template. */
function templateOf(path: string): { readonly path: string; readonly isTemplate: boolean } {
  const isTemplate = !/\/app\/config\/[^/]+$/.test(path);
  return { path: `${OVERRIDES}/${path}${isTemplate ? '.j2' : ''}`, isTemplate };
}

const OVERRIDES = 'templates/overrides';

/** A text as a template that prints it: what would begin a block, a value or a comment of the starter's templates is printed. */
export function templateText(text: string): string {
  return text.replace(/#[%<|]/g, (found) => `#< '${found}' >#`);
}

/** Adds an entry to a kustomization: to the template of one that is rendered, which becomes the owner's by that. */
function register(
  { place }: ReadApps,
  draft: Draft,
  { path, entry }: { readonly path: string; readonly entry: string },
  order: Scaffold['order'],
): void {
  const text = draft.text(path);
  if (text !== undefined || place.kind === 'other') {
    draft.write(path, withEntry(text ?? EMPTY, ['resources'], entry, order));
    return;
  }
  const names = [
    `${OVERRIDES}/${path}.j2`,
    `${OVERRIDES}/${path}`,
    `templates/config/${path}.j2`,
    `templates/config/${path}`,
  ];
  const source = names.find((name) => draft.text(name) !== undefined);
  if (source === undefined) {
    throw failure('input', {
      code: 'workspace/foreign',
      message: `${path} is rendered, and no template of it is in this repository`,
      remedy: `copy it to ${OVERRIDES}/${path} first; it is yours by that`,
    });
  }
  const own = source.replace(/^templates\/config\//, `${OVERRIDES}/`);
  draft.write(own, withEntry(draft.text(source) ?? '', ['resources'], entry, order));
}

const EMPTY = '---\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n';

async function sealed({ written, place, repository }: ReadApps, path: string, plain: string): Promise<string> {
  const file = [...written, ...repository.files].find((one) => one.path === RULES_FILE);
  if (file === undefined) {
    throw failure('input', {
      code: 'sops/no-rule',
      message: `there is no ${RULES_FILE} that says whom ${path} is encrypted for`,
      remedy:
        place.kind === 'cluster'
          ? 'run `cluster-template configure` first'
          : 'write creation_rules with `path_regex` and `age`, or keep secrets in a store (apps.secrets)',
    });
  }
  const rules = parseRules(file.text);
  return await encrypt({
    path,
    plain,
    rule: requireRule(rules, path),
    indent: indentFor(rules, path),
    identities: [],
    now: now(),
  });
}

const RULES_FILE = '.sops.yaml';
