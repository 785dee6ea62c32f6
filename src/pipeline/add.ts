import { dirname, join, posix, relative } from 'node:path';
import type { FileChange } from '../apps/draft.ts';
import { CATALOGUE, ENTRIES, type Entry } from '../cluster/catalogue.ts';
import { companionStandIns } from '../cluster/config/companion.ts';
import { formatFlow } from '../cluster/config/issue.ts';
import { readDocument } from '../cluster/config/document.ts';
import { hasEffect, valueOfText, withEntry, withNeeds, withoutEntry } from '../cluster/config/entry-text.ts';
import { type FieldSchema, schemaAt, SECRET_FIELDS } from '../cluster/config/schemas.ts';
import { NotEditable } from '../cluster/config/yaml-text.ts';
import { type ClusterRoot, COMPANION_FILE } from '../cluster/root.ts';
import { sealedCompanion } from './companion.ts';
import { failure, type Failure, type Finding } from '../report/finding.ts';
import { keepSecrets } from '../report/redaction.ts';
import { randomBytes } from '../system/environment.ts';
import { readTextIfPresent } from '../system/files.ts';
import { suggestNearest } from '../text/suggest.ts';
import { asFields, type Fields } from '../text/values.ts';
import { type Access, findAccess } from './access.ts';
import { readConfiguration, readConfigurationFile } from './configuration.ts';
import { readInventory } from './state.ts';

/** An entry with a title. */
type Whole = (typeof CATALOGUE)[number];

/** An entry of the catalogue and whether it is on here. */
export interface ListedEntry {
  readonly entry: Whole;
  /** Undefined where cluster.yaml alone does not say it. */
  readonly isOn: boolean | undefined;
}

/** Answers that are given before a question is put, and who answers the others. */
export interface AddAnswers {
  /** Values by field, as they are written behind `--set`. */
  readonly set: ReadonlyMap<string, string>;
  /** Secrets by field, from standard input. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Whether what is proposed is taken without a question. */
  readonly takesProposals: boolean;
  /** Asks at a terminal; undefined where nobody is there. */
  readonly ask?: (question: string, isSecret: boolean) => Promise<string>;
}

/** What adding or removing an entry changes. */
export interface AddPlan {
  readonly changes: readonly FileChange[];
  /** The entries that are switched on or off, with the fields that are set or removed; no value of a secret. */
  readonly entries: readonly { readonly entry: Entry; readonly fields: readonly string[] }[];
  /** What validating the new configuration found; none is an error. */
  readonly findings: readonly Finding[];
}

/**
 * All entries of the catalogue, and which are on.
 *
 * @throws Failure where cluster.yaml cannot be read
 */
export async function listEntries(root: ClusterRoot): Promise<ListedEntry[]> {
  const { valueOf } = await readState(root);
  return CATALOGUE.map((entry) => ({ entry, isOn: isOn(entry, valueOf) }));
}

function isOn({ switch: fields }: Entry, valueOf: (field: string) => unknown): boolean | undefined {
  // A switch without a default follows from something else where it is not set.
  const follows = (field: string): boolean => {
    const { type, default: usual } = schemaAt('cluster', [field]) ?? {};
    return type === 'boolean' && usual === undefined && valueOf(field) === undefined;
  };
  if (fields.length === 0 || fields.some(follows)) return undefined;
  return fields.every((field) => {
    const value = valueOf(field);
    return value !== undefined && value !== null && value !== false;
  });
}

/**
 * Plans what switches an entry on, with those that it takes: questions are put for what is required and not given. Nothing is written.
 *
 * @throws Failure of kind `usage` for an entry that there is not or that no field switches on, and for what nobody answers; of kind `input`
 *   where the configuration is wrong, or would be
 */
export async function planAdd(root: ClusterRoot, name: string, answers: AddAnswers): Promise<AddPlan> {
  const wanted = withNeeds(entryNamed(name));
  refuseForeign(wanted, answers);
  const state = await readState(root);
  const given = new Map<string, unknown>();
  const secrets: Record<string, string> = {};
  const valueOf = (field: string): unknown => {
    if (given.has(field)) return given.get(field);
    return field in secrets ? true : state.valueOf(field);
  };
  let text = state.text;
  const entries: { entry: Entry; fields: string[] }[] = [];
  for (const entry of wanted) {
    const values = new Map<string, unknown>();
    for (const field of entry.fields) {
      const answer = await answerFor(field, entry, valueOf, answers);
      if (answer === undefined) continue;
      if (answer.kind === 'secret') {
        keepSecrets([{ name: `\`${field}\``, value: answer.text }]);
        secrets[field] = answer.text;
      } else {
        values.set(field, answer.value);
        given.set(field, answer.value);
      }
    }
    const optional = entry.fields.filter((field) => isOptional(field) && hasEffect(field, entry, valueOf));
    text = edited(root, () => withEntry(text, entry, values, optional));
    const set = entry.fields.filter((field) => values.has(field) || field in secrets);
    if (set.length > 0) entries.push({ entry, fields: set });
  }
  const plan = await planned(root, state, { text, secrets, removed: [], entries });
  return { ...plan, findings: [...plan.findings, ...(await unlisted(root, wanted))] };
}

/** Apps of entries that a list of the owner's own does not have: it takes the place of the one that finds them by itself. */
async function unlisted(root: ClusterRoot, wanted: readonly Entry[]): Promise<Finding[]> {
  const names = new Set(wanted.map(({ name }) => name));
  const apps = ENTRIES.filter(
    ({ name, part_of: whole }) => names.has(name) || (whole !== undefined && names.has(whole)),
  );
  const found = await Promise.all(
    apps.map(async ({ folder }): Promise<Finding[]> => {
      const [home, app] = [posix.dirname(folder), posix.basename(folder)];
      if (posix.dirname(home) !== 'kubernetes/apps') return [];
      const lists = ['kustomization.yaml.j2', 'kustomization.yaml'].map(
        (name) => `templates/overrides/${home}/${name}`,
      );
      const texts = await Promise.all(lists.map((path) => readTextIfPresent(join(root.path, path))));
      const [file, text] = lists.flatMap((path, index) => {
        const one = texts[index];
        return one === undefined ? [] : ([[path, one]] as const);
      })[0] ?? ['', undefined];
      const entry = new RegExp(`^[^#\\n]*(?<![\\w-])${app}/ks\\.yaml`, 'm');
      if (text === undefined || /namespace_apps\s*\(/.test(text) || entry.test(text)) return [];
      return [
        {
          code: 'config/not-listed',
          severity: 'warning',
          message: `${file} lists the apps of its namespace by name, and not ${app}: Flux would not find it`,
          place: { file },
          remedy: `add \`- ./${app}/ks.yaml\` to its resources`,
        },
      ];
    }),
  );
  return found.flat();
}

/**
 * Plans what switches an entry off: its fields go, and its secrets.
 *
 * @throws Failure of kind `usage` where another entry that is on takes it; else as `planAdd`
 */
export async function planRemove(root: ClusterRoot, name: string): Promise<AddPlan> {
  const entry = entryNamed(name);
  const state = await readState(root);
  const takers = CATALOGUE.filter((one) => one.needs.includes(name) && isOn(one, state.valueOf) === true);
  if (takers.length > 0) {
    const titles = takers.map(({ title }) => title).join(', ');
    throw usage(`${entry.title} is taken by ${titles}`, `remove ${takers.map((one) => one.name).join(', ')} first`);
  }
  const fields = entry.fields.filter((field) => state.valueOf(field) !== undefined);
  const text = edited(root, () => withoutEntry(state.text, entry));
  const removed = fields.filter((field) => SECRET_FIELDS.includes(field));
  return await planned(root, state, { text, secrets: {}, removed, entries: [{ entry, fields }] });
}

/** The configuration as it is written. */
interface State {
  readonly text: string;
  readonly sealed: string | undefined;
  readonly access: Access;
  /** A value as cluster.yaml has it; true for a secret of its companion. */
  readonly valueOf: (field: string) => unknown;
}

async function readState(root: ClusterRoot): Promise<State> {
  const access = await findAccess(root, await readInventory(root), false);
  const [text = '', sealed] = await Promise.all(
    [root.clusterFile, join(dirname(root.clusterFile), COMPANION_FILE)].map((path) =>
      readConfigurationFile(root, path),
    ),
  );
  const { companion } = sealed === undefined ? { companion: {} } : companionStandIns(sealed, (name) => name);
  const written: Fields = asFields(readDocument('cluster', { file: 'cluster.yaml', text }).value);
  return {
    text,
    sealed,
    access,
    valueOf: (field) => (Object.hasOwn(companion, field) ? true : written[field]),
  };
}

interface Change {
  readonly text: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly removed: readonly string[];
  readonly entries: AddPlan['entries'];
}

async function planned(root: ClusterRoot, state: State, { text, secrets, removed, entries }: Change): Promise<AddPlan> {
  const hasSecrets = Object.keys(secrets).length > 0 || (removed.length > 0 && state.sealed !== undefined);
  const sealed = hasSecrets
    ? await sealedCompanion(state.sealed, state.access, { set: secrets, removed })
    : state.sealed;
  const { findings } = await readConfiguration({ ...root, tried: { cluster: text, companion: sealed } }, state.access);
  const pathOf = (path: string): string => relative(root.path, path);
  const companion = join(dirname(root.clusterFile), COMPANION_FILE);
  const changes: FileChange[] = [
    { path: pathOf(root.clusterFile), before: state.text, after: text },
    {
      path: pathOf(companion),
      ...(state.sealed === undefined ? {} : { before: state.sealed }),
      ...(sealed === undefined ? {} : { after: sealed }),
    },
  ];
  return { changes: changes.filter(({ before, after }) => before !== after), entries, findings };
}

type Answer = { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'secret'; readonly text: string };

/** What a field gets: as it was given, as it has to be, or as somebody says; undefined where it stays as it is. */
async function answerFor(
  name: string,
  entry: Entry,
  valueOf: (field: string) => unknown,
  answers: AddAnswers,
): Promise<Answer | undefined> {
  const field = schemaAt('cluster', [name]) ?? {};
  const isSecret = SECRET_FIELDS.includes(name);
  const set = answers.set.get(name);
  if (set !== undefined) return { kind: 'value', value: typedValue(field, set) };
  const secret = answers.secrets.get(name);
  if (secret !== undefined) return { kind: 'secret', text: secret };
  const present = valueOf(name);
  if (present !== undefined && present !== null && present !== false) return undefined;
  const isSwitch = entry.switch.includes(name);
  if (isSwitch && field.type === 'boolean') return { kind: 'value', value: true };
  if (!isSwitch && (field['x-needed'] !== true || !hasEffect(name, entry, valueOf))) return undefined;
  if (isSecret && typeof present === 'object') return undefined;
  const made = field['x-generate'];
  const proposal = isSecret ? undefined : proposalOf(field);
  if (answers.takesProposals || answers.ask === undefined) {
    if (made !== undefined) return { kind: 'secret', text: secretOf(made, field.pattern) };
    if (answers.takesProposals && proposal !== undefined) return { kind: 'value', value: proposal };
    throw unanswered(name, field, isSecret);
  }
  const hint = made === undefined ? proposal : 'made up';
  const shown = hint === undefined ? '' : ` [${formatFlow(hint)}]`;
  const about = `${field.description ?? ''}\n${name}, ${field['x-form'] ?? 'a value'}${shown}: `;
  const said = await answers.ask(about, isSecret);
  if (said !== '') return isSecret ? { kind: 'secret', text: said } : { kind: 'value', value: typedValue(field, said) };
  if (made !== undefined) return { kind: 'secret', text: secretOf(made, field.pattern) };
  if (proposal !== undefined) return { kind: 'value', value: proposal };
  throw unanswered(name, field, isSecret);
}

/** What is taken where nobody says otherwise: the default, or the first of the values that there are. */
function proposalOf({ default: usual, enum: values }: FieldSchema): unknown {
  return usual ?? values?.[0];
}

/** A text stays one where the field takes texts alone, whatever YAML would make of it. */
function typedValue({ type }: FieldSchema, text: string): unknown {
  const value = valueOfText(text);
  return type === 'string' && typeof value !== 'object' ? text : value;
}

/** Letters and digits that the pattern of the field allows, evenly: bytes that would favour some of them are thrown away. */
function secretOf(length: number, pattern = ''): string {
  const allowed = new RegExp(pattern, 'u');
  const all = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const letters = Array.from(all).filter((letter) => allowed.test(letter.repeat(length)));
  if (letters.length === 0) throw new Error(`no letter or digit makes up a secret of the pattern ${pattern}`);
  const bound = 256 - (256 % letters.length);
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < bound && text.length < length) text += letters[byte % letters.length] ?? '';
    }
  }
  return text;
}

function isOptional(name: string): boolean {
  return schemaAt('cluster', [name])?.['x-needed'] !== true && !SECRET_FIELDS.includes(name);
}

function unanswered(name: string, { 'x-form': form = 'a value', examples }: FieldSchema, isSecret: boolean): Failure {
  const [example] = examples ?? [];
  const remedy = isSecret
    ? `run it in a terminal, write \`${name}=…\` to its standard input with --stdin, or say where it is: --set '${name}={env: ${name.toUpperCase()}}'`
    : `give it: --set ${name}=${typeof example === 'object' ? `'${JSON.stringify(example)}'` : formatFlow(example)}`;
  return usage(`\`${name}\` is required: ${form}`, remedy);
}

/** Fields that none of the entries has, and secrets that would stand on the command line. */
function refuseForeign(wanted: readonly Entry[], { set, secrets }: AddAnswers): void {
  const fields = wanted.flatMap((entry) => entry.fields);
  for (const name of [...set.keys(), ...secrets.keys()]) {
    if (fields.includes(name)) continue;
    const near = suggestNearest(name, fields);
    throw usage(
      `${wanted.at(-1)?.title ?? ''} has no field \`${name}\``,
      near === undefined ? `it has ${fields.join(', ')}` : `did you mean \`${near}\`?`,
    );
  }
  const open = [...set].find(([name, text]) => SECRET_FIELDS.includes(name) && typeof valueOfText(text) !== 'object');
  if (open !== undefined) {
    throw usage(
      `\`${open[0]}\` is a secret, and a command line can be seen by others`,
      `leave it out to be asked, write it to standard input with --stdin, or name where it is: '${open[0]}={env: NAME}'`,
    );
  }
  const plain = [...secrets.keys()].find((name) => !SECRET_FIELDS.includes(name));
  if (plain !== undefined) throw usage(`\`${plain}\` is no secret`, `give it by --set ${plain}=…`);
}

function entryNamed(name: string): Whole {
  const found = CATALOGUE.find((entry) => entry.name === name);
  if (found === undefined) {
    const near = suggestNearest(
      name,
      CATALOGUE.map((entry) => entry.name),
    );
    throw usage(
      `the catalogue has no entry ${name}`,
      near === undefined ? '`cluster-template add` lists them' : `did you mean ${near}?`,
    );
  }
  if (found.switch.length > 0) return found;
  const notes = found.notes?.trim().split('\n')[0];
  throw usage(`${found.title} is switched on by more than its fields`, notes ?? `docs/catalogue.md says by what`);
}

/** Edits cluster.yaml; what cannot be edited line by line is told as it is. */
function edited(root: ClusterRoot, edit: () => string): string {
  try {
    return edit();
  } catch (error) {
    if (!(error instanceof NotEditable)) throw error;
    const file = relative(root.path, root.clusterFile);
    const remedy = 'write the fields by hand, as docs/catalogue.md names them';
    throw failure(
      'input',
      { code: 'config/yaml-syntax', message: `${file} cannot be edited: ${error.message}`, place: { file }, remedy },
      error,
    );
  }
}

function usage(message: string, remedy: string): Failure {
  return failure('usage', { code: 'usage/argument', message, remedy });
}
